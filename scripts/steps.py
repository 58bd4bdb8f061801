"""Run one set-up step: a line with its name, signs of life while it works, its seconds at the end.

Quiet when all is well; when a step fails, the end of its output and one line that says what failed.
"""

import os
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAIL_LINES = 25
HEARTBEAT_S = 10.0


class StepError(Exception):
    """A step failed; the text is the one line a person needs."""


def run_step(
    title: str, argv: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Run `argv` to its end with visible progress, or raise StepError."""
    started = last_sign = time.monotonic()
    on_terminal = sys.stdout.isatty()
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    print(f"  {title} ...", flush=True)
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None  # noqa: S101 - stdout=PIPE, the type checker cannot know
    for line in process.stdout:
        tail.append(line.rstrip())
        if on_terminal:
            print(f"\r\x1b[K    {tail[-1][:100]}", end="", flush=True)
        elif time.monotonic() - last_sign > HEARTBEAT_S:
            last_sign = time.monotonic()
            print(f"    {last_sign - started:.0f} s: {tail[-1][:100]}", flush=True)
    if on_terminal:
        print("\r\x1b[K", end="")
    if process.wait() != 0:
        print("\n".join(tail), file=sys.stderr)
        msg = f"{title} failed: {Path(argv[0]).name} ended with status {process.returncode}"
        raise StepError(msg)
    print(f"  {title}: {time.monotonic() - started:.1f} s", flush=True)
