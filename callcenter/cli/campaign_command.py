"""`callcenter campaign`: every permit a campaign asked for and what became of it; numbers nobody is to call, from a file."""

import argparse
import asyncio
import csv
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from callcenter.bootstrap.data_dir import secret_of
from callcenter.campaigns.evidence import lines_of
from callcenter.campaigns.limits import LIST_BYTES_MAX, PAGE_MAX
from callcenter.campaigns.suppressing import Intake, campaign_number
from callcenter.campaigns.views import AttemptRow
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import newest_configuration, on_store
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.storage.store import SqlStore
from routing.limits import PERMIT_MS

FORMATS: Final = ("csv", "json")


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "campaign", help="what campaigns have done, and whom they must not call"
    )
    inner = parser.add_subparsers(required=True, metavar="COMMAND")
    evidence = inner.add_parser(
        "evidence", help="a line for every permit that was asked for, to standard output"
    )
    evidence.add_argument("campaign_id", metavar="ID")
    evidence.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    add_data_dir(evidence)
    evidence.set_defaults(action=on_store(_evidence))
    suppress = inner.add_parser(
        "suppress",
        help="put the numbers of a CSV file (number, reason, until) on the list nobody calls",
    )
    suppress.add_argument("--file", type=Path, required=True)
    add_data_dir(suppress)
    suppress.set_defaults(action=on_store(_suppress))


async def _suppress(opened: SqlStore, parsed: argparse.Namespace) -> int:
    """Good rows are taken whatever is wrong with others; the same file again changes nothing."""
    text = _text(parsed.file)
    outbound = (await newest_configuration(opened)).document.telephony.outbound
    country_code = "" if outbound is None else outbound.country_code
    intake = Intake(
        keys=CustomerKeys(secret_of(settings_of(parsed).data_dir)),
        normal=lambda number: campaign_number(number, country_code),
        now_ms=Clock().now_ms(),
        by="",
    )
    taken = await intake.take(text, opened.campaigns.suppress_all)
    if taken.taken:
        # A running server reads the list before each permit: after this there is none that was based on an older one.
        await asyncio.sleep(PERMIT_MS / 1000)
    for line, code in taken.faults:
        print(f"{parsed.file}:{line}: {code}", file=sys.stderr)
    say(f"{taken.taken} numbers put on the list nobody calls.")
    if taken.faults:
        raise CommandError(f"{len(taken.faults)} rows were not taken")
    return 0


def _text(file: Path) -> str:
    if file.stat().st_size > LIST_BYTES_MAX:
        raise CommandError(f"{file} is larger than {LIST_BYTES_MAX} bytes: take it in in parts")
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not written in UTF-8") from error


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
