"""`callcenter bench`: measurements, printed as JSON."""

import argparse
import json
import sys
from pathlib import Path

from callcenter.bench import articles, cases, host, mail, permit, routing
from callcenter.bench.routing_world import Size
from callcenter.cli import loops
from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, say
from callcenter.ports.errors import StorageError


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
    _add_articles(group)
    _add_cases(group)
    _add_permit(group)
    _add_cluster(group)


def _add_cluster(group: Subcommands) -> None:
    parser = group.add_parser("cluster", help="durable whole contacts through a router's stream")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--contacts", type=int, default=3_000)
    parser.add_argument("--concurrency", type=int, default=128)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--database-url", required=True, help="an empty PostgreSQL database")
    parser.add_argument("--redis-url", required=True, help="redis://HOST:PORT/0")
    parser.set_defaults(action=_cluster)


def _cluster(parsed: argparse.Namespace) -> int:
    from callcenter.bench import cluster  # noqa: PLC0415 - nothing else needs Redis

    try:
        figures = loops.run(
            cluster.run(
                contacts=parsed.contacts,
                concurrency=parsed.concurrency,
                agents=parsed.agents,
                database_url=parsed.database_url,
                redis_url=parsed.redis_url,
            )
        )
    except (StorageError, cluster.RouterMissing) as error:
        raise CommandError(f"the cluster cannot be measured: {error}") from error
    say(json.dumps(figures, indent=2))
    return 0


def _add_permit(group: Subcommands) -> None:
    parser = group.add_parser("permit", help="how soon a campaign is told whether it may dial")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--agents", type=int, default=20_000)
    parser.add_argument("--campaigns", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=20_000, help="of each sort")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(action=_permit)


def _permit(parsed: argparse.Namespace) -> int:
    figures = permit.run(
        agents=parsed.agents,
        campaigns=parsed.campaigns,
        questions=parsed.questions,
        seed=parsed.seed,
    )
    say(json.dumps(figures, indent=2))
    return 0


def _add_cases(group: Subcommands) -> None:
    parser = group.add_parser("cases", help="lists of cases when very many are open")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--dir", type=Path, help="where the database is put (default: here)")
    parser.set_defaults(action=_cases)


def _cases(parsed: argparse.Namespace) -> int:
    folder = (parsed.dir or Path.cwd()).resolve()
    say(json.dumps(loops.run(cases.run(open_cases=parsed.open, folder=folder)), indent=2))
    return 0


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


def _add_articles(group: Subcommands) -> None:
    parser = group.add_parser("articles", help="searches over many articles")
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=200, help="in each language")
    parser.add_argument("--dir", type=Path, help="where the database is put (default: here)")
    parser.set_defaults(action=_articles)


def _articles(parsed: argparse.Namespace) -> int:
    figures = loops.run(
        articles.run(
            articles=parsed.articles,
            searches=parsed.searches,
            folder=(parsed.dir or Path.cwd()).resolve(),
        )
    )
    say(json.dumps(figures, indent=2))
    return 0


def _mail(parsed: argparse.Namespace) -> int:
    figures = loops.run(
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
    figures = loops.run(
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
