"""Commands on the stored data as a whole: init, db, journal. They work whether the server runs or not."""

import argparse
import secrets
from pathlib import Path

from callcenter.bootstrap.configuration import store_configuration
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import create_person, finish, new_person, on_store, team_ids
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock
from callcenter.config_loader.loader import load_folder
from callcenter.host.chain import verify_journal
from callcenter.host.recovery import DECODER
from callcenter.ports.versions import Authorship
from callcenter.settings import Settings
from callcenter.storage.schema import current, upgrade
from callcenter.storage.store import SqlStore
from callcenter.storage.tables.main import HEAD


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    _add_init(commands)
    _add_database(commands)


def _add_init(commands: Subcommands) -> None:
    parser = commands.add_parser("init", help="make a data directory ready, with a first admin")
    add_data_dir(parser)
    parser.add_argument("--config", type=Path, help="configuration folder (default: config/demo)")
    parser.add_argument("--admin", default="admin", help="log-in name of the first admin")
    parser.set_defaults(action=on_store(_init, is_new=True))


def _add_database(commands: Subcommands) -> None:
    database = commands.add_parser("db", help="database").add_subparsers(required=True)
    upgrading = database.add_parser("upgrade", help="bring the tables to this version")
    add_data_dir(upgrading)
    upgrading.set_defaults(action=_db_upgrade)
    asking = database.add_parser("current", help="say which revision the tables are at")
    add_data_dir(asking)
    asking.set_defaults(action=_db_current)
    journal = commands.add_parser("journal", help="journal").add_subparsers(required=True)
    verifying = journal.add_parser("verify", help="check every event against the hash chain")
    add_data_dir(verifying)
    verifying.set_defaults(action=on_store(_journal_verify))


async def _init(opened: SqlStore, parsed: argparse.Namespace) -> int:
    folder = parsed.config or Settings().demo_config_dir
    now_ms = Clock().now_ms()
    configuration = load_folder(folder, now_ms, team_ids=await team_ids(opened))
    await store_configuration(opened, configuration, Authorship(at_ms=now_ms))
    say(f"Configuration {configuration.version[:12]} from {folder} is stored.")
    if await opened.users.by_username(parsed.admin) is None:
        password = secrets.token_urlsafe(12)
        person = await new_person(opened, parsed.admin, "admin", configuration)
        await create_person(opened, person, password, configuration)
        say(f"Admin {parsed.admin}, password {password} (shown once; change it after log-in)")
    say("Next: callcenter run")
    return 0


def _db_upgrade(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed)

    async def both() -> int:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = await current(settings.database)
        after = await upgrade(settings.database)
        say(f"Database: {before or 'empty'} -> {after}")
        return 0

    return finish(both())


def _db_current(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed)

    async def ask() -> int:
        stored = await current(settings.database)
        say(f"Database: {stored or 'empty'}; this version needs {HEAD}")
        return 0 if stored == HEAD else 1

    return finish(ask())


async def _journal_verify(opened: SqlStore, parsed: argparse.Namespace) -> int:
    domain_id = settings_of(parsed).domain_id

    def progress(seq: int) -> None:
        say(f"  {seq} events checked ...")

    verdict = await verify_journal(
        opened.journal, domain_id, decode=DECODER.decode, progress=progress
    )
    damage = verdict.damage
    if damage is not None:
        raise CommandError(
            f"event {damage.seq} ({damage.event_type}, at {damage.at_ms}) is damaged: "
            f"{damage.kind}: {damage.detail}"
        )
    say(f"The journal is whole: {verdict.checked} events, the last is number {verdict.last_seq}.")
    return 0
