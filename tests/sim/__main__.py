"""`python -m tests.sim --seed 7` plays one seeded day, `--seeds 50` the days of seeds 1 to 50.

A seed and a commit name a run completely. The first broken law ends it with status 1.
"""

import argparse
import subprocess
import sys
import time

from tests.sim.run import Verdict, run_seed


def commit() -> str:
    """The commit under test, as git says it; with a mark if the tree has changes."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+changes"],  # noqa: S607  # whichever git there is
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() or "unknown"


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seed", type=int, help="play this seed alone")
    which.add_argument("--seeds", type=int, default=50, help="play seeds 1 to N")
    parser.add_argument("--scale", type=int, default=1, help="how many times 200 contacts in a day")
    return parser.parse_args()


def play(seeds: list[int], scale: int) -> list[Verdict]:
    """Play them in turn, up to the first that breaks a law; show progress once in a while."""
    verdicts: list[Verdict] = []
    shown = time.monotonic()
    for seed in seeds:
        verdicts.append(run_seed(seed, scale))
        if verdicts[-1].broken:
            break
        if time.monotonic() - shown > 5:
            shown = time.monotonic()
            print(f"seed {seed} of {seeds[-1]}", flush=True)
    return verdicts


def main() -> int:
    """Play, and say how it went."""
    options = parse()
    seeds = [options.seed] if options.seed is not None else [*range(1, options.seeds + 1)]
    began = time.monotonic()
    verdicts = play(seeds, options.scale)
    seconds = time.monotonic() - began
    contacts = sum(verdict.contacts for verdict in verdicts)
    commands = sum(verdict.commands for verdict in verdicts)
    events = sum(verdict.events for verdict in verdicts)
    print(
        f"{len(verdicts)} seeds, {contacts} contacts, {commands} commands, {events} events"
        f" in {seconds:.1f} s at commit {commit()}"
    )
    last = verdicts[-1]
    if last.broken:
        print(f"FAILED seed {last.seed} at commit {commit()}: {last.broken}")
        print(f"once more: python -m tests.sim --seed {last.seed} --scale {options.scale}")
        return 1
    print("every law holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
