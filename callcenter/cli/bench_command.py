"""`callcenter bench`: measurements, printed as JSON."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from callcenter.bench import host, mail, routing
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
    _add_mail(group)


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


def _add_mail(group: Subcommands) -> None:
    parser = group.add_parser("email", help="mails over SMTP, each durable before its 250")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--mails", type=int, default=2_000, help="in each of the two runs")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--per-s", type=float, default=100.0, help="of the paced run")
    parser.add_argument("--dir", type=Path, help="where the database is put (default: here)")
    parser.set_defaults(action=_mail)


def _mail(parsed: argparse.Namespace) -> int:
    figures = asyncio.run(
        mail.run(
            mails=parsed.mails,
            connections=parsed.connections,
            per_s=parsed.per_s,
            folder=(parsed.dir or Path.cwd()).resolve(),
        )
    )
    say(json.dumps(figures, indent=2))
    return 0


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
