"""Run one set-up step: a line with its name, signs of life while it works, its seconds at the end.

Quiet when all is well; when a step fails, the end of its output and one line that says what failed.
"""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAIL_LINES = 25
SIGN_OF_LIFE_S = 10


class StepError(Exception):
    """A step failed; the text is the one line a person needs."""


def collect(process: subprocess.Popen[str], tail: deque[str]) -> None:
    """Keep the last lines of a process's output."""
    tail.extend(line.rstrip() for line in process.stdout or () if line.strip())


def show_progress(seconds: int, tail: deque[str]) -> None:
    """On a terminal, one line that changes every second; elsewhere a line now and then."""
    last = tail[-1][:90] if tail else ""
    if sys.stdout.isatty():
        print(f"\r\x1b[K    {seconds} s  {last}", end="", flush=True)
    elif seconds % SIGN_OF_LIFE_S == 0:
        print(f"    {seconds} s  {last}", flush=True)


def run_step(
    title: str, argv: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None
) -> None:
    """Run `argv` to its end with visible progress, or raise StepError."""
    started = time.monotonic()
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
    reader = threading.Thread(target=collect, args=(process, tail), daemon=True)
    reader.start()
    for seconds in itertools.count(1):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
            break
        show_progress(seconds, tail)
    reader.join(1)
    if sys.stdout.isatty():
        print("\r\x1b[K", end="")
    if process.returncode != 0:
        print("\n".join(tail), file=sys.stderr)
        msg = f"{title} failed: {Path(argv[0]).name} ended with status {process.returncode}"
        raise StepError(msg)
    print(f"  {title}: {time.monotonic() - started:.1f} s", flush=True)
