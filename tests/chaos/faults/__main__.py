"""`python -m tests.chaos.faults [NAME ...]`: the single faults alone."""

import argparse
import shutil
import sys

from loadtests.server_process import run_drill
from tests.chaos.faults.all import SCENARIOS, play_all
from tests.chaos.run import BUILD, Template


async def carry_out(names: list[str]) -> int:
    """Play and report."""
    template = await Template.make(BUILD / "faults", agents=2)
    problems = await play_all(template, names or list(SCENARIOS))
    for problem in problems:
        print(f"    {problem}")
    if problems:
        print(f"FAILED; what was left behind is in {BUILD}")
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(SCENARIOS))
    return run_drill(carry_out(parser.parse_args().names))


if __name__ == "__main__":
    sys.exit(main())
