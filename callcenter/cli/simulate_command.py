"""`callcenter simulate`: a scenario played with the real engine in virtual time, told as JSON."""

import argparse
import json
import sys
import time
from pathlib import Path

from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, say
from callcenter.simulation.queueing.reading import ScenarioError, read_scenario
from callcenter.simulation.queueing.simulate import simulate


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser("simulate", help="play a scenario with the real engine")
    parser.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--seed", type=int, help="overrules the scenario's")
    parser.add_argument("--replications", type=int, default=1, metavar="R")
    parser.set_defaults(action=_simulate)


def _simulate(parsed: argparse.Namespace) -> int:
    if parsed.replications < 1:
        raise CommandError("--replications must be at least 1")
    try:
        scenario, traces = read_scenario(parsed.scenario)
    except ScenarioError as error:
        raise CommandError(str(error)) from error
    seed = scenario.seed if parsed.seed is None else parsed.seed
    started_s = time.perf_counter()
    said, contacts = simulate(scenario, traces, seed=seed, replications=parsed.replications)
    elapsed_s = time.perf_counter() - started_s
    say(json.dumps({"scenario": str(parsed.scenario), **said}, indent=2))
    rate = contacts / elapsed_s
    print(f"{contacts} contacts in {elapsed_s:.1f} s: {rate:.0f}/s", file=sys.stderr)
    return 0
