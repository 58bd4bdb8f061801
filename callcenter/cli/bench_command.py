"""`callcenter bench`: measurements, printed as JSON."""

import argparse
import asyncio
import json
from pathlib import Path

from callcenter.bench import host
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
    parser.set_defaults(action=_host)


def _host(parsed: argparse.Namespace) -> int:
    figures = asyncio.run(
        host.run(
            contacts=parsed.contacts,
            concurrency=parsed.concurrency,
            agents=parsed.agents,
            folder=(parsed.dir or Path.cwd()).resolve(),
        )
    )
    say(json.dumps(figures, indent=2))
    return 0
