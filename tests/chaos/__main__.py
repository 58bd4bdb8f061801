"""`python -m tests.chaos --runs N`: kill the server under load, N times, and compare (docs/reliability.md).

Ends with status 1 when anything was lost, doubled, stuck or late. Unless told otherwise it also plays the
single faults (tests/chaos/faults) beside the runs, and proves itself in the end: with a fault planted in the
server the same checks must fail.
"""

import argparse
import asyncio
import json
import platform
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loadtests.http_link import Unanswered
from loadtests.postgres_server import PostgresServer, postgres_server
from loadtests.server_process import ServerFailed, run_drill
from tests.chaos.configuration import write_short_deadlines
from tests.chaos.faults.all import SCENARIOS, play_all
from tests.chaos.history import Problem
from tests.chaos.run import (
    AGENTS,
    BUILD,
    CONTACTS_PER_S,
    FAULTS,
    RESTART_LIMIT_S,
    Plan,
    Report,
    Run,
    Template,
)

PROOF_SEED = 1_000_001
PROOF_TRIES = 3
SHOWN_PROBLEMS = 20


def summary(
    reports: Sequence[Report],
    *,
    proven: dict[str, bool] | None,
    fault_problems: list[Problem] | None,
) -> dict[str, Any]:
    """The figures of all runs."""
    restarts = sorted(ms for report in reports for ms in report.restart_ms)
    processor = [ms for report in reports for ms in report.restart_cpu_ms]
    rules = Counter(problem.rule for report in reports for problem in report.problems)
    answers: Counter[str] = sum((report.answers for report in reports), Counter())
    traffic_s = sum(report.traffic_s for report in reports)
    contacts = sum(report.contacts for report in reports)
    return {
        "runs": len(reports),
        "seeds": [report.seed for report in reports],
        "failed_seeds": [report.seed for report in reports if report.problems],
        "contacts": contacts,
        "calls": sum(report.calls for report in reports),
        "mails": sum(report.mails for report in reports),
        "leads": sum(report.leads for report in reports),
        "contacts_per_s_of_traffic_outages_included": round(contacts / max(traffic_s, 0.001), 1),
        "journal_events": sum(report.events for report in reports),
        "acknowledgements": sum(report.acknowledgements for report in reports),
        "sightings": sum(report.sightings for report in reports),
        "kills": sum(report.kills for report in reports),
        "lost": sum(report.count("I1") for report in reports),
        "double_assignments": sum(report.count("I2") for report in reports),
        "restart_ms_p50": round(statistics.median(restarts)) if restarts else None,
        "restart_ms_max": restarts[-1] if restarts else None,
        "restarts_over_3_s": sum(ms > RESTART_LIMIT_S * 1000 for ms in restarts),
        "restart_processor_ms_p50": round(statistics.median(processor)) if processor else None,
        "restart_processor_ms_max": max(processor, default=None),
        "problems": dict(sorted(rules.items())),
        "planted_faults_were_found": proven,
        "single_faults": None
        if fault_problems is None
        else {name: _found(name, fault_problems) for name in SCENARIOS},
        "answers": dict(sorted(answers.items())),
        "machine": {"processors": _processors(), "python": platform.python_version()},
    }


def _found(name: str, problems: Sequence[Problem]) -> str:
    count = sum(1 for problem in problems if problem.scene == name)
    return f"{count} problems" if count else "ok"


def _processors() -> int:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.read_text(encoding="ascii").count("processor\t") if cpuinfo.exists() else 0


def write(target: Path | None, figures: dict[str, Any]) -> None:
    """What is known by now, whole at any moment: a long run that is broken off leaves what it has shown."""
    if target is None:
        return
    text = json.dumps({"contacts_per_s_asked": CONTACTS_PER_S, **figures}, indent=2)
    draft = target.with_suffix(".part")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(target)


def say(report: Report, took_s: float) -> None:
    """One line per run, and what was wrong."""
    restarts = ", ".join(f"{ms} ms" for ms in report.restart_ms)
    print(
        f"seed {report.seed}: {'ok' if not report.problems else 'FAILED'}  {report.contacts} contacts, {report.calls} of them calls, {report.mails} mails, "
        f"{report.acknowledgements} acknowledgements, {report.kills} kills, restarts {restarts}  "
        f"({took_s:.1f} s)",
        flush=True,
    )
    for problem in report.problems[:SHOWN_PROBLEMS]:
        print(f"    {problem}")
    if len(report.problems) > SHOWN_PROBLEMS:
        print(f"    and {len(report.problems) - SHOWN_PROBLEMS} more")


async def prove(template: Template, fault: str) -> bool:
    """A server with this fault must be found out within a few kills."""
    for number in range(PROOF_TRIES):
        plan = Plan(
            seed=PROOF_SEED + number,
            first_kill_s=1.5,
            dies_while_starting_s=None,
            second_kill_s=None,
            goes_on_s=0.5,
        )
        run = Run(template, plan, fault)
        try:
            report = await run.carry_out()
        except (Unanswered, ServerFailed) as silence:
            # A server that a fault has made give up breaks the first promise there is.
            print(
                f"planted {fault}, seed {plan.seed}: no answer any more ({type(silence).__name__})",
                flush=True,
            )
            return True
        lost = report.count("I1")
        print(f"planted {fault}, seed {report.seed}: {lost} promises broken", flush=True)
        shutil.rmtree(run.server.data_dir, ignore_errors=True)
        if lost:
            return True
    return False


async def single_faults() -> list[Problem]:
    """The single faults, beside the runs: they mostly wait."""
    template = await Template.make(BUILD / "faults", agents=2)
    problems = await play_all(template, list(SCENARIOS))
    for problem in problems:
        print(f"    {problem}", flush=True)
    return problems


async def carry_out(arguments: argparse.Namespace) -> int:
    """All runs, the proof, the report."""
    if arguments.database == "sqlite":
        return await carry_out_on(arguments, None)
    with postgres_server(is_durable=True) as postgres:
        return await carry_out_on(arguments, postgres)


async def carry_out_on(arguments: argparse.Namespace, postgres: PostgresServer | None) -> int:
    """The same, with the runs' data on a server if there is one; the single faults are SQLite's."""
    short = write_short_deadlines(BUILD / "configuration")
    template = await Template.make(BUILD / "runs", AGENTS, short, postgres)
    fault = arguments.planted_fault or ""
    with_faults = arguments.faults and not fault
    faults = asyncio.create_task(single_faults()) if with_faults else None
    reports: list[Report] = []
    seeds = iter(range(arguments.seed, arguments.seed + arguments.runs))

    async def carry_out_some() -> None:
        for seed in seeds:
            started_s = time.monotonic()
            run = Run(template, Plan.draw(seed), fault, by_wall_clock=arguments.clock == "wall")
            reports.append(await run.carry_out())
            reports.sort(key=lambda report: report.seed)
            say(run.report, time.monotonic() - started_s)
            write(arguments.json, summary(reports, proven=None, fault_problems=None))

    async with asyncio.TaskGroup() as group:
        for _ in range(arguments.at_once):
            group.create_task(carry_out_some())
    proven: dict[str, bool] | None = None
    if arguments.prove and not fault:
        proven = {name: await prove(template, name) for name in FAULTS}
    fault_problems = await faults if faults is not None else None
    figures = summary(reports, proven=proven, fault_problems=fault_problems)
    print(json.dumps({name: value for name, value in figures.items() if name != "answers"}))
    write(arguments.json, figures)
    if figures["failed_seeds"] or (proven and not all(proven.values())) or fault_problems:
        print(f"FAILED; what was left behind is in {BUILD}")
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first run; the next have the next"
    )
    parser.add_argument("--at-once", type=int, default=1, help="runs beside each other")
    parser.add_argument("--planted-fault", choices=FAULTS)
    parser.add_argument("--prove", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--faults", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--clock",
        choices=("wall", "processor"),
        default="wall",
        help="what a restart may take 3 s of",
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--json", type=Path)
    return run_drill(carry_out(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
