"""`python -m tests.validation.estimates`: simulated days and, where a path is given, real calls; writes what came of it.

The constants of `routing/waits.py` were chosen on the seeds 101 and 102; the seeds counted here are others. Real calls
are never part of the repository: `--calls FILE` reads the records, without it the table says that they are not there.
"""

import argparse
import json
import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from routing.ids import QueueId
from tests.sim.__main__ import commit
from tests.validation.estimates import bank
from tests.validation.estimates.coverage import Share, Told, Watcher, share_of
from tests.validation.estimates.days import DAYS
from tests.validation.estimates.page import page

SEEDS = (1, 2, 3, 4, 5)
"""Held out: nobody looked at them while the estimator was made."""

RESULTS = Path("docs/results")
BANK = "23,784 calls to a bank, October 1999"

Lists = dict[QueueId, list[Told]]


def played(name: str, seed: int) -> tuple[Lists, Lists, int]:
    """One day: what was told first and again, by queue, and how many could be told nothing."""
    return _lists(DAYS[name](seed))


def _lists(watcher: Watcher) -> tuple[Lists, Lists, int]:
    return dict(watcher.first), dict(watcher.again), watcher.unknown


def rows_of(name: str, days: list[tuple[Lists, Lists, int]]) -> list[dict[str, Any]]:
    """The rows of one kind of day: each queue as told first, and as told again."""
    rows = []
    for when, place in (("at entry", 0), ("after 30 s", 1)):
        told: Lists = defaultdict(list)
        for day in days:
            for queue_id, some in (day[0], day[1])[place].items():
                told[queue_id] += some
        rows += [_row(name, queue_id, when, share_of(told[queue_id])) for queue_id in sorted(told)]
    return rows


def _row(name: str, queue_id: QueueId, when: str, share: Share) -> dict[str, Any]:
    verdict = "not judged" if not share.is_judged else "right" if share.is_right else "MISSED"
    figures = {key: round(value, 4) for key, value in msgspec.to_builtins(share).items()}
    return {"day": name, "queue": queue_id, "told": when, **figures, "verdict": verdict}


def main() -> int:
    """Play, count, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.validation.estimates")
    parser.add_argument("--calls", type=Path, metavar="FILE", help="real call records, as CSV")
    parser.add_argument(
        "--days", nargs="+", default=[""], help="days whose name holds one of these"
    )
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--write", action="store_true", help=f"write JSON and page to {RESULTS}")
    options = parser.parse_args()
    names = [name for name in DAYS if any(text in name for text in options.days)]
    rows, unknown = [], 0
    with ProcessPoolExecutor(options.processes) as pool:
        futures = {name: [pool.submit(played, name, seed) for seed in SEEDS] for name in names}
        for name in names:
            days = [future.result() for future in futures[name]]
            unknown += sum(day[2] for day in days)
            rows += rows_of(name, days)
    if options.calls is not None:
        try:
            real = _lists(bank.play(options.calls))
        except bank.CallsAbsent as absent:
            parser.error(str(absent))
        unknown += real[2]
        rows += rows_of(BANK, [real])
    missed = [row for row in rows if row["verdict"] == "MISSED"]
    said = {
        "commit": commit(),
        "seeds": SEEDS,
        "real_calls": options.calls is not None,
        "told_nothing": unknown,
        "missed": len(missed),
        "rows": rows,
    }
    text = page(said)
    print(text)
    if options.write:
        (RESULTS / "wait-estimates.json").write_text(json.dumps(said, indent=1) + "\n")
        (RESULTS / "wait-estimates.md").write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
