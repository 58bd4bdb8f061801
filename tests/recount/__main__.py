"""`make recount` (`python -m tests.recount --intervals 50 --seed 7`): a simulated day kept as a server keeps it, and the

figures of random times compared: live board, API, SQL and journal, at equal `as_of_seq`. Prints JSON; any difference
ends it with status 1.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.recount.recount import recount


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.recount", description=__doc__)
    parser.add_argument("--intervals", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hours", type=int, default=8)
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = recount(
            Path(folder), seed=parsed.seed, hours=parsed.hours, intervals=parsed.intervals
        )
        report = asyncio.run(work)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    return int(bool(report.differences))


if __name__ == "__main__":
    sys.exit(main())
