"""`python -m tests.shuffle --deliveries N`: record a log of calls once, deliver it N times out of order, and compare.

Ends with status 1 when a call of any delivery ended otherwise than recorded: another outcome, other parties, another
cause, not once, or not at all.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from tests.shuffle.comparing import CALLS, run


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.shuffle", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=20)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--seed", type=int, default=1, help="of the first; the next have the next")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    seeds = range(arguments.seed, arguments.seed + arguments.deliveries)
    figures = run(arguments.calls, seeds, arguments.jobs)
    text = json.dumps(figures, indent=2, ensure_ascii=False)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 1 if figures["deliveries_with_a_difference"] else 0


if __name__ == "__main__":
    sys.exit(main())
