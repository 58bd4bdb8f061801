"""`callcenter bench`: measurements, printed as JSON."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from callcenter.bench import host, routing
from callcenter.bench.routing_world import Size
from callcenter.cli.options import Subcommands, say


def add(commands: Subcommands) -> None:
    """Declare the command."""
    group = commands.add_parser("bench", help="measure").add_subparsers(required=True)
    parser = group.add_parser("host", help="durable whole contacts through the host")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--contacts", type=int, default=5_000)
    parser.add_argument("--concurrency", type=int, default=128)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--dir", type=Path, help="where the database is put (default: here)")
    parser.add_argument("--database-url", default="", help="an empty database instead")
    parser.set_defaults(action=_host)
    _add_routing(group)


def _add_routing(group: Subcommands) -> None:
    parser = group.add_parser("routing", help="decisions among many agents and waiting contacts")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    size = Size()
    parser.add_argument("--agents", type=int, default=size.agents)
    parser.add_argument("--skills", type=int, default=size.skills)
    parser.add_argument("--kinds", type=int, default=size.kinds, help="different requirements")
    parser.add_argument("--waiting", type=int, default=size.waiting)
    parser.add_argument("--pairs", type=int, default=50_000, help="contacts played for a figure")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--factors", type=float, nargs="*", default=[0.1], help="other sizes, as multiples"
    )
    parser.set_defaults(action=_routing)


def _routing(parsed: argparse.Namespace) -> int:
    figures = routing.run(
        Size(parsed.agents, parsed.skills, parsed.kinds, parsed.waiting),
        pairs=parsed.pairs,
        seed=parsed.seed,
        factors=tuple(parsed.factors),
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    say(json.dumps(figures, indent=2))
    return 0


def _host(parsed: argparse.Namespace) -> int:
    figures = asyncio.run(
        host.run(
            contacts=parsed.contacts,
            concurrency=parsed.concurrency,
            agents=parsed.agents,
            folder=(parsed.dir or Path.cwd()).resolve(),
            database_url=parsed.database_url,
        )
    )
    say(json.dumps(figures, indent=2))
    return 0
