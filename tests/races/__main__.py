"""`python -m tests.races --races N`: hang-up, deadline, rejection, log-out and transfer against answering, N times.

Ends with status 1 when a race had two winners or none, or left a call, a leg or an agent behind.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from routing import events as ev
from tests.races.playing import run

BESIDE_EACH_OTHER = 100
SHOWN = 10


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("--races", type=int, default=1_000)
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first hundred; the next have the next"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    began_s, failed, told = time.monotonic(), [], Counter[str]()
    hundreds = -(-arguments.races // BESIDE_EACH_OTHER)
    for seed in range(arguments.seed, arguments.seed + hundreds):
        wrong, history = run(BESIDE_EACH_OTHER, seed)
        told.update(type(event).__name__ for event in history)
        if wrong:
            failed.append(seed)
            print(f"seed {seed}: " + "\n    ".join(wrong[:SHOWN]), flush=True)
    ends = (ev.OfferAccepted, ev.OfferRejected, ev.OfferExpired, ev.OfferRescinded)
    figures = {
        "races": hundreds * BESIDE_EACH_OTHER,
        "failed_seeds": failed,
        "ends_of_offers": {kind.__name__: told[kind.__name__] for kind in ends},
        "seconds": round(time.monotonic() - began_s, 1),
    }
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
