"""`python -m tests.chaos.cluster --runs N`: kill what a cluster is made of under load, and compare (docs/reliability.md).

Each run has two routers, two gateways and a worker. Routers and gateways are killed, a router sleeps for 20 s, Redis is
restarted and emptied; customers, agents, callers and mail servers go on at whatever process answers. The checks are those of
one process. In the end the drill proves itself: with a fault planted in the routers the same checks must fail.

What each run has shown is appended to a file, so that a drill that is broken off goes on where it was, with `--outcomes`.
"""

import argparse
import asyncio
import dataclasses
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from loadtests.http_link import Unanswered
from loadtests.postgres_server import PostgresServer, postgres_server
from loadtests.server_process import REPOSITORY, ServerFailed, run_drill
from loadtests.warm import WarmStart
from tests.chaos.cluster_run import CALLS_PER_S, MAILS_PER_S, ClusterRun, Outcome
from tests.chaos.configuration import write_short_deadlines
from tests.chaos.history import Problem
from tests.chaos.machine import until_room
from tests.chaos.run import BUILD, Template

AGENTS: Final = 12
PLANTED: Final = "ack-before-commit"
"""Of `faulty_server`: a router that answers first and commits later must be found out."""
PROOF_SEED: Final = 1_000_001
PROOF_TRIES: Final = 3
TAKE_OVER_GOAL_MS: Final = 5_000


def _share(sorted_ms: Sequence[int], share: float) -> int | None:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))] if sorted_ms else None


def _spread(values: Sequence[float]) -> dict[str, float]:
    low_first = sorted(values) or [0.0]
    middle = low_first[len(low_first) // 2]
    return {"min": low_first[0], "p50": middle, "max": low_first[-1]}


def summary(
    everything: Sequence[Outcome], contacts_per_s: float, *, proven: bool | None
) -> dict[str, Any]:
    """The figures of all runs; `proven`: whether the planted fault was found, None when it was not tried.

    Of a seed that was run again the last run counts, but what was lost or doubled, and every take-over, counts in whichever run it was.
    """
    outcomes = newest(everything)
    promised = [problem.rule for one in everything for problem in one.problems]
    took = sorted(ms for one in everything for ms in one.take_over_ms)
    rules = [problem.rule for one in outcomes for problem in one.problems]
    faults = [fault for one in outcomes for fault in one.faults]
    versions = sorted({one.version for one in outcomes})
    phases = sorted({name for one in outcomes for name in one.phases_s})
    return {
        "target": "cluster",
        "runs": len(outcomes),
        "seeds_of_version": {
            version: sorted(one.seed for one in outcomes if one.version == version)
            for version in versions
        },
        "failed_seeds": sorted(one.seed for one in outcomes if one.problems),
        "seeds_run_again": [one.seed for one in everything if one not in outcomes],
        "starved_seeds": sorted(one.seed for one in outcomes if one.is_starved),
        "chats_per_s_asked": contacts_per_s,
        "calls_per_s_asked": CALLS_PER_S,
        "mails_per_s_asked": MAILS_PER_S,
        "contacts": sum(one.contacts for one in outcomes),
        "calls": sum(one.calls for one in outcomes),
        "mails": sum(one.mails for one in outcomes),
        "journal_events": sum(one.events for one in outcomes),
        "acknowledgements": sum(one.acknowledgements for one in outcomes),
        "sightings": sum(one.sightings for one in outcomes),
        "faults": {name: faults.count(name) for name in sorted({*faults})},
        "lost": promised.count("I1"),
        "double_assignments": promised.count("I2"),
        "stuck": rules.count("stuck"),
        "problems": {name: rules.count(name) for name in sorted({*rules})},
        "planted_fault_was_found": {PLANTED: proven},
        "leases_lost_by_routers_that_nobody_hit": sum(one.leases_lost for one in outcomes),
        "take_overs": len(took),
        "take_over_ms_p50": _share(took, 0.5),
        "take_over_ms_p90": _share(took, 0.9),
        "take_over_ms_p99": _share(took, 0.99),
        "take_overs_over_5_s": sum(ms > TAKE_OVER_GOAL_MS for ms in took),
        "take_over_ms_all": took,
        "seconds_of_a_run": {
            name: _spread([one.phases_s.get(name, 0.0) for one in outcomes]) for name in phases
        },
        "machine": {
            "processors": os.cpu_count(),
            "load_average": _spread([one.load_average for one in outcomes]),
            "share_of_time_processes_waited_for_a_processor": _spread(
                [one.kept_share for one in outcomes]
            ),
            "longest_wait_of_a_process_in_2_s_ms": _spread(
                [one.kept_ms_in_2_s_max for one in outcomes]
            ),
            "drill_woke_late_by_ms": _spread([one.watcher_late_ms_max for one in outcomes]),
            "python": platform.python_version(),
        },
    }


async def prove(template: Template, contacts_per_s: float) -> bool:
    """Routers that answer before they have committed must be found out within a few runs."""
    for number in range(PROOF_TRIES):
        run = ClusterRun(template, PROOF_SEED + number, contacts_per_s, planted=PLANTED)
        try:
            lost = (await run.carry_out()).count("I1")
        except (Unanswered, ServerFailed) as silence:
            print(f"planted {PLANTED}: no answer any more ({type(silence).__name__})", flush=True)
            return True
        finally:
            shutil.rmtree(run.folder, ignore_errors=True)
        print(f"planted {PLANTED}: {lost} promises broken", flush=True)
        if lost:
            return True
    return False


def version_of_code() -> str:
    """The commit that runs, with a plus when something was changed since; empty outside a repository."""
    git = shutil.which("git")
    if git is None:
        return ""

    def said(*words: str) -> str:
        asked = [git, "-C", str(REPOSITORY), *words]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603

    changed = said("status", "--porcelain", "--untracked-files=no")
    return said("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def outcomes_in(file: Path) -> list[Outcome]:
    """Everything that was appended, in that order."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Outcome.of(json.loads(line)) for line in lines]


def newest(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The last of each seed, by seed."""
    of_seed = {one.seed: one for one in outcomes}
    return [of_seed[seed] for seed in sorted(of_seed)]


def _append(file: Path, outcome: Outcome) -> None:
    """One line, written at once: several processes append to the same file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(dataclasses.asdict(outcome)) + "\n")


async def carry_out(arguments: argparse.Namespace) -> int:
    """All runs, the proof, the report."""
    file = arguments.outcomes or BUILD / "outcomes.jsonl"
    known = {one.seed for one in outcomes_in(file) if not (one.is_to_repeat and arguments.repeat)}
    wanted = arguments.seeds or range(arguments.seed, arguments.seed + arguments.runs)
    seeds = [seed for seed in wanted if seed not in known]
    if arguments.at_once > 1:
        await _in_processes(arguments, seeds, file)
    proven: bool | None = None
    if arguments.at_once == 1 or arguments.prove:
        with postgres_server(is_durable=True) as postgres:
            template = await _template(postgres)
            if arguments.at_once == 1:
                await _one_by_one(template, arguments, seeds, file)
            proven = await prove(template, arguments.rate) if arguments.prove else None
    outcomes = [one for one in outcomes_in(file) if one.seed in wanted]
    figures = summary(outcomes, arguments.rate, proven=proven)
    _write(arguments.json, figures)
    print(json.dumps(figures))
    last = newest(outcomes)
    if any(one.problems for one in last) or proven is False or len(last) < len(wanted):
        print(f"FAILED; what was left behind is in {BUILD.parent}")
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    return 0


async def _template(postgres: PostgresServer) -> Template:
    short = write_short_deadlines(BUILD / "configuration")
    return await Template.make(BUILD / "runs", AGENTS, short, postgres)


async def _one_by_one(
    template: Template, arguments: argparse.Namespace, seeds: Sequence[int], file: Path
) -> None:
    version = version_of_code()
    async with WarmStart(REPOSITORY) as warm:
        for seed in seeds:
            await until_room()
            run = ClusterRun(template, seed, arguments.rate, version=version, warm=warm)
            started_s = time.monotonic()
            try:
                await run.carry_out()
            except (ServerFailed, Unanswered) as failure:
                text = f"{type(failure).__name__}: {failure}"
                run.outcome.problems.append(Problem("drill", 0, text))
            _append(file, run.outcome)
            _say(run.outcome, time.monotonic() - started_s)
            _write(arguments.json, summary(outcomes_in(file), arguments.rate, proven=None))


async def _in_processes(arguments: argparse.Namespace, seeds: Sequence[int], file: Path) -> None:
    """Several drills beside each other, each with servers and people of its own: every n-th seed is one's."""
    processes = []
    for number in range(arguments.at_once):
        own = seeds[number :: arguments.at_once]
        if own:
            processes.append(await _drill_of(own, arguments, file))
    try:
        for process in processes:
            await process.wait()
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
                await process.wait()


async def _drill_of(
    seeds: Sequence[int], arguments: argparse.Namespace, file: Path
) -> asyncio.subprocess.Process:
    words = [f"--seeds={','.join(map(str, seeds))}", f"--rate={arguments.rate}", "--no-prove"]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.chaos.cluster", *words, f"--outcomes={file}"),
        *([f"--json={arguments.json}"] if arguments.json else []),
        cwd=REPOSITORY,
    )


def _write(target: Path | None, figures: dict[str, Any]) -> None:
    """What is known by now, whole at any moment: a long drill that is broken off leaves what it has shown."""
    if target is not None:
        draft = target.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        draft.replace(target)


def _say(outcome: Outcome, took_s: float) -> None:
    took = ", ".join(f"{name} {phase_s:.0f}" for name, phase_s in outcome.phases_s.items())
    print(
        f"seed {outcome.seed}: {'FAILED' if outcome.problems else 'ok'}  {outcome.contacts} contacts, "
        f"{outcome.calls} of them calls, {outcome.mails} mails, "
        f"{outcome.acknowledgements} acknowledgements, {', '.join(outcome.faults)}; "
        f"take-overs {', '.join(f'{ms} ms' for ms in outcome.take_over_ms)}; "
        f"load {outcome.load_average}, kept {outcome.kept_share:.0%}, "
        f"{outcome.leases_lost} leases lost  ({took_s:.0f} s: {took})",
        flush=True,
    )
    for problem in outcome.problems[:20]:
        print(f"    {problem}", flush=True)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.cluster", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--seeds", type=_numbers, help="these, instead of so many from the first")
    parser.add_argument("--at-once", type=int, default=1, help="runs beside each other")
    parser.add_argument("--rate", type=float, default=10.0, help="chats a second")
    parser.add_argument("--prove", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--outcomes", type=Path, help="appended to; what is there is not run again")
    parser.add_argument(
        "--repeat",
        action="store_true",
        help="with --outcomes: run again what only a machine without room can explain",
    )
    parser.add_argument("--json", type=Path)
    return run_drill(carry_out(parser.parse_args()))


def _numbers(text: str) -> list[int]:
    return [int(one) for one in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
