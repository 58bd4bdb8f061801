"""`callcenter import-profiles`: what the company knows of its customers, from a CSV file into the store."""

import argparse
import sys
from itertools import islice
from pathlib import Path

from callcenter.auth.principal import Role
from callcenter.bootstrap.data_dir import secret_of
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.profile_file import FileRefused, read_profiles
from callcenter.limits import PROFILES_PER_WRITE
from callcenter.storage.store import SqlStore
from routing.ids import AgentId

_PROGRESS_EVERY_ROWS = 20_000


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import-profiles", help="add or replace customers' profiles from a CSV file"
    )
    parser.add_argument("file", type=Path)
    add_data_dir(parser)
    parser.set_defaults(action=on_store(_import))


async def _import(opened: SqlStore, parsed: argparse.Namespace) -> int:
    """Good rows are stored whatever is wrong with others; the same file again changes nothing."""
    keys = CustomerKeys(secret_of(settings_of(parsed).data_dir))
    agents = {
        user.username: AgentId(user.user_id)
        for user in await opened.users.all()
        if user.role == Role.AGENT
    }
    stored = bad = shown = 0
    with parsed.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        rows = read_profiles(lines, keys, agents)
        try:
            while part := list(islice(rows, PROFILES_PER_WRITE)):
                for row in part:
                    if row.profile is None:
                        print(f"{parsed.file}:{row.line}: {row.fault}", file=sys.stderr)
                good = [row.profile for row in part if row.profile is not None]
                await opened.profiles.put(good)
                stored, bad = stored + len(good), bad + len(part) - len(good)
                if stored + bad - shown >= _PROGRESS_EVERY_ROWS:
                    shown = stored + bad
                    say(f"  {shown} rows read ...")
        except FileRefused as error:
            raise CommandError(f"{parsed.file}: {error}") from error
    say(f"{stored} profiles stored.")
    if bad:
        raise CommandError(f"{bad} rows were not stored; correct them and import the file again")
    return 0
