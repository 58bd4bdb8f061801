"""`callcenter backup` and `callcenter restore`: a whole copy beside the running server, and back."""

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path

from callcenter.bootstrap.backups import (
    BackupRefused,
    Manifest,
    back_up,
    check_files,
    restore,
)
from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    backing = commands.add_parser(
        "backup", help="copy database, key and files while the server runs, and check the copy"
    )
    backing.add_argument("target", type=Path, metavar="DIR", help="a new folder for this copy")
    add_data_dir(backing)
    backing.set_defaults(action=_back_up)
    restoring = commands.add_parser("restore", help="put a copy into an empty data directory")
    restoring.add_argument("source", type=Path, metavar="DIR", help="what `callcenter backup` made")
    restoring.add_argument(
        "--check", action="store_true", help="only say whether every file is as it was written"
    )
    add_data_dir(restoring)
    restoring.set_defaults(action=_restore)


def _back_up(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed)
    try:
        made = asyncio.run(back_up(settings, parsed.target, Clock().now_ms(), say))
    except BackupRefused as refused:
        raise CommandError(str(refused)) from refused
    say(f"Done: {parsed.target}, {_said(made)}.")
    if made.database == "postgresql":
        say(
            "The database is NOT in it. Copy it as well: pg_dump --format=custom (docs/operating.md)"
        )
    return 0


def _restore(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed)
    try:
        if parsed.check:
            made = check_files(parsed.source)
            say(f"Whole: {parsed.source}, {_said(made)}.")
            return 0
        made = asyncio.run(restore(parsed.source, settings, say))
    except BackupRefused as refused:
        raise CommandError(str(refused)) from refused
    say(f"Restored into {settings.data_dir}: {_said(made)}.")
    if made.database == "postgresql":
        say(
            "Restore the database as well, before the server starts: pg_restore (docs/operating.md)"
        )
    say("Next: callcenter run")
    return 0


def _said(made: Manifest) -> str:
    size = sum(one.size_bytes for one in made.files.values()) / 1_000_000
    at = datetime.fromtimestamp(made.made_at_ms / 1000, tz=UTC).astimezone()
    events = f"{made.last_seq} events, " if made.database == "sqlite" else ""
    return f"{events}{size:.1f} MB, of {at:%Y-%m-%d %H:%M:%S %z}, version {made.version}"
