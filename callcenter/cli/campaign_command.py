"""`callcenter campaign evidence`: every permit a campaign asked for, and what became of it."""

import argparse
import csv
import sys
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from callcenter.campaigns.evidence import lines_of
from callcenter.campaigns.limits import PAGE_MAX
from callcenter.campaigns.views import AttemptRow
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store
from callcenter.cli.options import Subcommands, add_data_dir
from callcenter.storage.store import SqlStore

FORMATS: Final = ("csv", "json")


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser("campaign", help="what campaigns have done")
    inner = parser.add_subparsers(required=True, metavar="COMMAND")
    evidence = inner.add_parser(
        "evidence", help="a line for every permit that was asked for, to standard output"
    )
    evidence.add_argument("campaign_id", metavar="ID")
    evidence.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    add_data_dir(evidence)
    evidence.set_defaults(action=on_store(_evidence))


async def _evidence(opened: SqlStore, parsed: argparse.Namespace) -> int:
    """As they were asked for; with JSON each is a line of its own."""
    if await opened.campaigns.get(parsed.campaign_id) is None:
        raise CommandError(f"there is no campaign {parsed.campaign_id}")
    if parsed.format == "json":
        async for line in _lines(opened, parsed.campaign_id):
            sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        return 0
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(AttemptRow.__struct_fields__)
    async for line in _lines(opened, parsed.campaign_id):
        table.writerow(msgspec.structs.astuple(line))
    return 0


async def _lines(opened: SqlStore, campaign_id: str) -> AsyncIterator[AttemptRow]:
    after = ""
    while True:
        page = await lines_of(
            opened.campaigns, opened.calls, campaign_id, after=after, limit=PAGE_MAX
        )
        for line in page.attempts:
            yield line
        after = page.next_after
        if not after:
            return
