"""Commands beside the running server: init, user, config, db, journal. They work whether it runs or not."""

import argparse
import asyncio
import getpass
import secrets
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from callcenter import ports
from callcenter.auth import people
from callcenter.auth.passwords import Passwords, argon2id
from callcenter.bootstrap.configuration import store
from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock, new_id
from callcenter.config_loader.loader import (
    ConfigError,
    Configuration,
    load_folder,
    of_stored,
)
from callcenter.host.chain import verify_journal
from callcenter.host.recovery import DECODER
from callcenter.host.replay import replay
from callcenter.settings import Settings
from callcenter.storage.schema import current, upgrade
from callcenter.storage.store import SqlStore, open_store

Work = Callable[[SqlStore, argparse.Namespace], Awaitable[int]]


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    _add_init(commands)
    _add_user(commands)
    _add_config(commands)
    _add_database(commands)


def _add_init(commands: Subcommands) -> None:
    parser = commands.add_parser("init", help="make a data directory ready, with a first admin")
    add_data_dir(parser)
    parser.add_argument("--config", type=Path, help="configuration folder (default: config/demo)")
    parser.add_argument("--admin", default="admin", help="log-in name of the first admin")
    parser.set_defaults(action=_on_store(_init, is_new=True))


def _add_user(commands: Subcommands) -> None:
    group = commands.add_parser("user", help="people").add_subparsers(required=True)
    adding = group.add_parser("add", help="add a person")
    adding.add_argument("username")
    adding.add_argument("--role", choices=["agent", "supervisor", "admin"], default="agent")
    adding.add_argument("--name", help="display name (default: the log-in name)")
    adding.add_argument("--team", help="team id (default: the configuration's first)")
    adding.add_argument("--queues", default="", help="queue ids, separated by commas")
    adding.add_argument("--watched-teams", default="", help="teams a supervisor sees")
    adding.add_argument("--chat-capacity", type=int, default=3)
    adding.add_argument("--language", default="en")
    _add_password(adding)
    _add_user_action(adding, _user_add)
    resetting = group.add_parser("reset-password", help="set a new password; ends all sessions")
    resetting.add_argument("username")
    _add_password(resetting)
    _add_user_action(resetting, _user_reset)
    disabling = group.add_parser("disable", help="the person cannot log in; ends all sessions")
    disabling.add_argument("username")
    _add_user_action(disabling, _user_disable)


def _add_user_action(parser: argparse.ArgumentParser, work: Work) -> None:
    add_data_dir(parser)
    parser.set_defaults(action=_on_store(work))


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _add_config(commands: Subcommands) -> None:
    checking = commands.add_parser("check-config", help="check a configuration folder")
    checking.add_argument("folder", type=Path)
    checking.set_defaults(action=_check_config)
    group = commands.add_parser("config", help="configuration").add_subparsers(required=True)
    applying = group.add_parser("apply", help="check a folder and put it in force")
    applying.add_argument("folder", type=Path)
    add_data_dir(applying)
    applying.set_defaults(action=_on_store(_config_apply))


def _add_database(commands: Subcommands) -> None:
    database = commands.add_parser("db", help="database").add_subparsers(required=True)
    upgrading = database.add_parser("upgrade", help="bring the tables to this version")
    add_data_dir(upgrading)
    upgrading.set_defaults(action=_db_upgrade)
    journal = commands.add_parser("journal", help="journal").add_subparsers(required=True)
    verifying = journal.add_parser("verify", help="check every event against the hash chain")
    add_data_dir(verifying)
    verifying.set_defaults(action=_on_store(_journal_verify))
    replaying = commands.add_parser(
        "replay", help="decide the journal's inputs again and compare every decision"
    )
    add_data_dir(replaying)
    replaying.set_defaults(action=_on_store(_replay))


def _on_store(work: Work, *, is_new: bool = False) -> Callable[[argparse.Namespace], int]:
    """Run `work` on the opened store."""

    async def on_store(settings: Settings, parsed: argparse.Namespace) -> int:
        if is_new:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            await upgrade(settings.database)
        elif not settings.database_url and not (settings.data_dir / "callcenter.db").exists():
            raise CommandError(f"{settings.data_dir} holds no data: run `callcenter init` first")
        opened = await open_store(settings.database, settings.domain_id)
        try:
            return await work(opened, parsed)
        finally:
            await opened.close()

    return lambda parsed: _finish(on_store(settings_of(parsed), parsed))


def _finish(work: Coroutine[Any, Any, int]) -> int:
    """Run to the end; every way that can fail is one line."""
    try:
        return asyncio.run(work)
    except people.PersonInvalid as error:
        raise CommandError(f"{error.field}: {error.message}") from error
    except (ConfigError, ports.StorageError, OSError) as error:
        raise CommandError(str(error)) from error


async def _init(opened: SqlStore, parsed: argparse.Namespace) -> int:
    folder = parsed.config or Settings().demo_config_dir
    configuration = load_folder(folder)
    await store(opened.config_versions, configuration, Clock().now_ms())
    say(f"Configuration {configuration.version[:12]} from {folder} is stored.")
    if await opened.users.by_username(parsed.admin) is None:
        password = secrets.token_urlsafe(12)
        person = _person(parsed.admin, "admin", configuration)
        await _create(opened, person, password, configuration)
        say(f"Admin {parsed.admin}, password {password} (shown once; change it after log-in)")
    say("Next: callcenter run")
    return 0


async def _user_add(opened: SqlStore, parsed: argparse.Namespace) -> int:
    configuration = await _newest(opened)
    base = _person(parsed.username, parsed.role, configuration)
    person = people.NewPerson(
        username=base.username,
        display_name=parsed.name or base.display_name,
        role=base.role,
        team_id=parsed.team or base.team_id,
        queue_ids=_listed(parsed.queues),
        watched_team_ids=_listed(parsed.watched_teams),
        chat_capacity=parsed.chat_capacity,
        language=parsed.language,
    )
    await _create(opened, person, _password(parsed), configuration)
    say(f"Added {person.role} {person.username}.")
    return 0


async def _user_reset(opened: SqlStore, parsed: argparse.Namespace) -> int:
    user = await _user(opened, parsed.username)
    await people.set_password(opened.users, Passwords(argon2id()), user, _password(parsed))
    ended = await opened.sessions.delete_of_user(user.user_id)
    say(f"{user.username} has a new password; {ended} sessions ended.")
    return 0


async def _user_disable(opened: SqlStore, parsed: argparse.Namespace) -> int:
    user = await _user(opened, parsed.username)
    await people.disable(opened.users, user)
    ended = await opened.sessions.delete_of_user(user.user_id)
    say(f"{user.username} is disabled; {ended} sessions ended.")
    return 0


async def _config_apply(opened: SqlStore, parsed: argparse.Namespace) -> int:
    configuration = load_folder(parsed.folder)
    await store(opened.config_versions, configuration, Clock().now_ms())
    say(
        f"Configuration {configuration.version[:12]} is stored; a running server applies it in 2 s."
    )
    return 0


def _check_config(parsed: argparse.Namespace) -> int:
    try:
        configuration = load_folder(parsed.folder)
    except ConfigError as error:
        raise CommandError(f"{len(error.faults)} faults\n{error}") from error
    say(f"{parsed.folder} is correct (version {configuration.version[:12]}).")
    return 0


def _db_upgrade(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed)

    async def both() -> int:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = await current(settings.database)
        after = await upgrade(settings.database)
        say(f"Database: {before or 'empty'} -> {after}")
        return 0

    return _finish(both())


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


async def _replay(opened: SqlStore, _parsed: argparse.Namespace) -> int:
    events = [DECODER.decode(record.payload) async for record in opened.journal.read(0)]
    clock = Clock()
    started_s = clock.monotonic_s()
    divergence = replay(events)
    elapsed_s = max(clock.monotonic_s() - started_s, 0.001)
    if divergence is not None:
        raise CommandError(
            f"event {divergence.seq} was {divergence.recorded}, but decided again it is "
            f"{divergence.decided}"
        )
    say(f"{len(events)} events, every decision the same ({len(events) / elapsed_s:.0f} events/s).")
    return 0


def _person(username: str, role: str, configuration: Configuration) -> people.NewPerson:
    document = configuration.document
    return people.NewPerson(
        username=username,
        display_name=username,
        role=role,
        team_id=document.teams[0].id,
        queue_ids=tuple(queue.id for queue in document.queues) if role == "admin" else (),
    )


async def _create(
    opened: SqlStore, person: people.NewPerson, password: str, configuration: Configuration
) -> None:
    document = configuration.document
    known = people.Known([one.id for one in document.queues], [one.id for one in document.teams])
    hasher = Passwords(argon2id())
    try:
        await people.create(
            opened.users, hasher, person, user_id=new_id(), password=password, known=known
        )
    except ports.UsernameTaken as error:
        raise CommandError(f"the user name {person.username} is taken") from error
    finally:
        hasher.close()


async def _newest(opened: SqlStore) -> Configuration:
    newest = await opened.config_versions.newest()
    if newest is None:
        raise CommandError("there is no configuration yet: run `callcenter init` first")
    return of_stored(newest.document)


async def _user(opened: SqlStore, username: str) -> ports.User:
    user = await opened.users.by_username(username)
    if user is None:
        raise CommandError(f"there is no user {username}")
    return user


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _password(parsed: argparse.Namespace) -> str:
    if parsed.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")
