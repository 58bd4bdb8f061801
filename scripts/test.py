"""`make check` and `make test`: the gates, in order, as a table of stages.

Every stage runs whatever became of the one before it, prints its name and its seconds, and is a row of
the table at the end, beside the time it should take. Stages that mostly wait for a browser or a server run beside the others; what they said is shown whole. The first that failed is named last, with one line that says why. A stage whose
tools are missing fails; nothing is ever skipped. `--only NAME` runs one stage alone.
"""

import argparse
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TextIO

from environment import PYTHON, ensure_system_packages, prepare
from node import CONSOLE, node_environment, npm
from steps import ROOT, StepError

COVERAGE = ROOT / ".build" / "coverage"
IMPORTS = "from importlinter.cli import lint_imports_command as run; run(['--no-logo'])"
COUNTS = re.compile(r"(\d+) (passed|failed)\b")
SAYS_WHY = re.compile(r"^(FAILED|ERROR):? |^rig: |: error: |^\S+:\d+:\d+:? ")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Stage:
    """One gate: commands run in turn until one fails. `npm` is the console's, `python` is .venv's."""

    name: str
    commands: tuple[str, ...]
    measured: str = ""  # coverage data goes under this name
    system: str = ""  # purposes of system packages it needs
    is_beside: bool = False  # it mostly waits: the other stages need not wait for it
    limit_s: int = 1_500


@dataclass(frozen=True)
class Outcome:
    """What became of a stage; `why` is empty when it passed."""

    name: str
    seconds: float
    passed: int
    failed: int
    why: str


# No server, no browser, no coverage: two minutes on two cores.
CHECK = (
    Stage("format", ("python -m ruff format --check .",)),
    Stage("lint", ("python -m ruff check --output-format concise .",)),
    Stage("imports", (f"python -c {shlex.quote(IMPORTS)}",)),
    Stage("types", ("python -m mypy",)),
    Stage("unit", ("python -m pytest -q -n 2 tests/unit tests/property tests/tidy",)),
    Stage("simulation", ("python -m tests.sim --seeds 50", "python -m pytest -q -n 2 tests/sim")),
)

# The core must be covered by unit and property tests alone, so that no simulation hides an untested branch.
CORE = "'routing/*,ivr/*,crm_link/*'"
COV = "--cov --cov-report="
# The other stages measure only what is counted from them: tracing the core as well is a sixth of their time.
COV_SHELL = "--cov=agents --cov=callcenter --cov-report="
TEST = (
    # The unit tests run once, measured, below.
    *(stage for stage in CHECK if stage.name != "unit"),
    Stage(
        "contract",
        (f"python -m pytest -q -n 2 {COV_SHELL} tests/contract",),
        measured="contract",
        system="database",
    ),
    Stage(
        "integration",
        (f"python -m pytest -q -n 2 {COV_SHELL} tests/integration",),
        measured="integration",
    ),
    Stage(
        "asterisk",
        (
            "python -m loadtests.rig build",
            f"python -m pytest -q -n 2 {COV_SHELL} tests/asterisk",
            "npm run e2e:phone",
        ),
        measured="asterisk",
        system="asterisk test",
    ),
    Stage(
        "cluster",
        (f"python -m pytest -q {COV_SHELL} tests/cluster",),
        measured="cluster",
        system="database redis",
    ),
    Stage("fuzz", ("python -m pytest -q -n 2 tests/fuzz",)),
    Stage("console", ("npm run lint", "npm test"), is_beside=True),
    Stage("browser", ("npm run e2e",), system="test", is_beside=True, limit_s=1_800),
    # Other jobs may share this machine: here a restart is held to its processor time, in `make chaos` to the clock.
    Stage("chaos", ("python -m tests.chaos --runs 5 --clock processor",), is_beside=True),
    # Measuring doubles the time of what is drawn: few examples reach every branch, as many as there should be are not measured.
    Stage(
        "unit",
        (
            f"python -m pytest -q -n 2 {COV} --hypothesis-profile=measured tests/unit tests/property tests/tidy",
            f"python -m coverage report --include={CORE} --fail-under=100",
            "python -m pytest -q -n 2 -m hypothesis --hypothesis-profile=ci tests/property tests/unit",
        ),
        measured="core",
    ),
    # Reports on what unit, contract, integration and cluster tests have measured together.
    Stage("coverage-shell", (f"python -m coverage report --omit={CORE} --fail-under=90",)),
)

BUDGETS_S = {
    "format": 10,
    "lint": 10,
    "imports": 20,
    "types": 60,
    "simulation": 60,
    "contract": 120,
    "integration": 300,
    "asterisk": 180,
    "cluster": 60,
    "fuzz": 120,
    "console": 120,
    "browser": 480,
    "chaos": 120,
    "unit": 240,
    "coverage-shell": 20,
}
"""What each stage should take on two processors of its own; one that takes longer fails nothing, and the table says so."""

ALL_S = {"check": 120, "test": 1_200}
"""The same of all together: `console`, `browser` and `chaos` run beside the others."""


def resolve(command: str) -> list[str]:
    """Turn the table's `python ...` and `npm ...` into the programs of this project."""
    program, *arguments = shlex.split(command)
    return npm(*arguments) if program == "npm" else [str(PYTHON), *arguments]


def environment(stage: Stage, command: str) -> dict[str, str]:
    """Add what this command needs to our own environment."""
    suffix = f".{stage.measured}" if stage.measured else ""
    added = {"COVERAGE_FILE": str(COVERAGE / f".coverage{suffix}")}
    if command.startswith("npm"):
        added |= node_environment()
    return {**os.environ, **added}


RUNNING: set[int] = set()
"""Process groups under way, to be ended when we are interrupted."""


def run_command(stage: Stage, command: str, out: TextIO) -> tuple[int, list[str]]:
    """Run one command, showing its output; returns its status and its lines."""
    process = subprocess.Popen(
        resolve(command),
        cwd=CONSOLE if command.startswith("npm") else ROOT,
        env=environment(stage, command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        process_group=0,
    )
    deadline = threading.Timer(stage.limit_s, os.killpg, (process.pid, signal.SIGKILL))
    deadline.start()
    RUNNING.add(process.pid)
    lines = []
    try:
        for line in process.stdout or ():
            print(line, end="", flush=True, file=out)
            lines.append(COLOURS.sub("", line).rstrip())
        return process.wait(), lines
    finally:
        RUNNING.discard(process.pid)
        late = not deadline.is_alive()
        deadline.cancel()
        if late:
            lines.append(f"killed after {stage.limit_s} s")
        elif process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # we were interrupted


def explain(lines: list[str]) -> str:
    """Find the one line that says most: the first failed test or error, else the last thing said."""
    said = [line for line in lines if line.strip()]
    named = [line for line in said if SAYS_WHY.search(line)]
    return (named or said[-1:] or ["no output"])[0].strip()[:200]


def run_stage(stage: Stage, out: TextIO = sys.stdout) -> Outcome:
    """Run a stage; tests it counts itself are taken from its output, else it counts as one."""
    print(f"\n=== {stage.name}", flush=True, file=out)
    started = time.monotonic()
    lines: list[str] = []
    missing = (ensure_system_packages(purpose) for purpose in stage.system.split())
    why = next(filter(None, missing), "")
    for command in stage.commands:
        if not why:
            status, output = run_command(stage, command, out)
            lines += output
            why = explain(output) if status else ""
    seconds = time.monotonic() - started
    counts = {word: int(number) for number, word in COUNTS.findall("\n".join(lines))}
    if why:
        print(f"=== {stage.name} FAILED: {why}", flush=True, file=out)
        return Outcome(stage.name, seconds, counts.get("passed", 0), counts.get("failed", 1), why)
    print(f"=== {stage.name}: {seconds:.1f} s", flush=True, file=out)
    return Outcome(stage.name, seconds, counts.get("passed", 1), 0, "")


def run_beside(stages: list[Stage]) -> tuple[list[Outcome], str]:
    """Run stages one after the other without showing anything yet; returns what they said, too."""
    said = io.StringIO()
    return [run_stage(stage, said) for stage in stages], said.getvalue()


def run_all(chosen: list[Stage]) -> list[Outcome]:
    """Run the stages in two lanes; returns their outcomes in the order of the table."""
    with ThreadPoolExecutor(max_workers=1) as lane:
        beside = lane.submit(run_beside, [stage for stage in chosen if stage.is_beside])
        try:
            outcomes = [run_stage(stage) for stage in chosen if not stage.is_beside]
            waited_for, said = beside.result()
        except KeyboardInterrupt:
            for group in list(RUNNING):
                os.killpg(group, signal.SIGKILL)
            raise
    print(said, end="", flush=True)
    order = [stage.name for stage in chosen]
    return sorted([*outcomes, *waited_for], key=lambda one: order.index(one.name))


def held_to(seconds: float, budget_s: int) -> str:
    """How long something took, and how long it should have."""
    return f"{seconds:>8.1f} s of {budget_s:>5} s{'  over' if seconds > budget_s else ''}"


def summary(outcomes: list[Outcome], set_up_s: float, took_s: float, budget_s: int) -> str:
    """The table at the end, and the line a machine reads."""
    rows = [
        f"{o.name:<16}{'FAILED' if o.why else 'passed':<8}{held_to(o.seconds, BUDGETS_S[o.name])}"
        for o in outcomes
    ]
    rows += [f"{'all':<24}{held_to(took_s, budget_s)}   (set-up apart: {set_up_s:.1f} s)"]
    first = next((o for o in outcomes if o.why), None)
    if first:
        rows += [f"first failure: {first.name}: {first.why}"]
    rows += [f"{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed"]
    return "\n".join(rows)


def main() -> int:
    """Set up, run the stages that were asked for, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gates", choices=["check", "test"])
    parser.add_argument("--only", default="", metavar="STAGE")
    arguments = parser.parse_args()
    table = CHECK if arguments.gates == "check" else TEST
    chosen = [stage for stage in table if arguments.only in ("", stage.name)]
    if not chosen:
        parser.error(f"no stage {arguments.only}; there are {', '.join(s.name for s in table)}")
    try:
        needs = ["dev"] if arguments.gates == "check" else ["dev", "console"]
        set_up_s = prepare(*needs)
    except (StepError, OSError) as error:
        print(f"set-up: {error}\n0 passed, 1 failed", file=sys.stderr)
        return 1
    print(f"set-up: {set_up_s:.1f} s", flush=True)
    if not arguments.only:
        shutil.rmtree(COVERAGE, ignore_errors=True)
    COVERAGE.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    outcomes = run_all(chosen)
    took_s, budget_s = time.monotonic() - started, ALL_S[arguments.gates]
    print(f"\n{summary(outcomes, set_up_s, took_s, budget_s)}")
    return 1 if any(o.why for o in outcomes) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
