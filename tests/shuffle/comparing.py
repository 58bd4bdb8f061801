"""Deliver a recording many times, in several processes, and compare how the calls end."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.shuffle.centre import End
from tests.shuffle.playing import cast_of, deliver, record
from tests.shuffle.tape import Tape

CALLS = 228
SHOWN = 20
_recorded: list[tuple[Tape, dict[str, End]]] = []


def differences(recorded: dict[str, End], got: dict[str, End]) -> list[str]:
    """Every call that did not end as it did when everything came in order."""
    return [
        f"{call_id}: recorded {end}, now {got[call_id]}"
        for call_id, end in recorded.items()
        if got[call_id] != end
    ]


def _prepare(calls: int) -> None:
    tape, ends, _log = record(calls)
    _recorded.append((tape, ends))


def _one(task: tuple[int, int]) -> tuple[int, int, list[str]]:
    calls, seed = task
    tape, ends = _recorded[-1]
    got, delivery = deliver(tape, calls, seed)
    wrong = differences(ends, got) + [f"{what} could not be done" for what in delivery.undone]
    return seed, delivery.delivered, wrong


def run(calls: int, seeds: Sequence[int], jobs: int) -> dict[str, Any]:
    """All deliveries; the figures."""
    began_s = time.monotonic()
    tape, ends, _log = record(calls)
    delivered, failed = 0, {}
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, _prepare, (calls,)) as pool:
        tasks = [(calls, seed) for seed in seeds]
        for number, (seed, count, wrong) in enumerate(pool.imap_unordered(_one, tasks), 1):
            delivered += count
            if wrong:
                failed[seed] = wrong
                print(f"seed {seed}: " + "\n    ".join(wrong[:SHOWN]), flush=True)
            if number % 50 == 0:
                print(f"{number} of {len(seeds)} deliveries, {len(failed)} failed", flush=True)
    return {
        "calls": calls,
        "stories": dict(Counter(story.name for story in cast_of(calls))),
        "ends": dict(
            Counter(
                f"{' '.join(end.outcomes) or 'no contact'}, {end.cause}" for end in ends.values()
            )
        ),
        "recorded_events": sum(len(events) for events in tape.events.values()),
        "deliveries": len(seeds),
        "events_delivered": delivered,
        "deliveries_with_a_difference": sorted(failed),
        "seconds": round(time.monotonic() - began_s, 1),
    }
