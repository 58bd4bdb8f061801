"""Commands that work on the stored data, beside the running server or without one."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from callcenter.auth import people
from callcenter.auth.passwords import Passwords, argon2id
from callcenter.bootstrap.configuration import known_of
from callcenter.cli.errors import CommandError
from callcenter.cli.options import settings_of
from callcenter.clock import Clock, new_id
from callcenter.config_loader.loader import ConfigError, Configuration, of_stored
from callcenter.ports.errors import StorageError, UsernameTaken
from callcenter.ports.people import User
from callcenter.ports.versions import Authorship
from callcenter.settings import Settings
from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore, open_store

Work = Callable[[SqlStore, argparse.Namespace], Awaitable[int]]


def on_store(work: Work, *, is_new: bool = False) -> Callable[[argparse.Namespace], int]:
    """Run `work` on the opened store; a new one is made first if need be."""

    async def opened_for(settings: Settings, parsed: argparse.Namespace) -> int:
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

    return lambda parsed: finish(opened_for(settings_of(parsed), parsed))


def finish(work: Coroutine[Any, Any, int]) -> int:
    """Run to the end; every way that can fail is one line."""
    try:
        return asyncio.run(work)
    except people.PersonInvalid as error:
        raise CommandError(f"{error.field}: {error.message}") from error
    except (ConfigError, StorageError, OSError) as error:
        raise CommandError(str(error)) from error


async def newest_configuration(opened: SqlStore) -> Configuration:
    """The configuration applied last. Raises CommandError when there is none."""
    newest = await opened.config_versions.newest()
    if newest is None:
        raise CommandError("there is no configuration yet: run `callcenter init` first")
    return of_stored(newest.document)


def signed_now() -> Authorship:
    """That the command line makes a change."""
    return Authorship(at_ms=Clock().now_ms())


async def team_ids(opened: SqlStore) -> list[str]:
    """Every team there is, by id."""
    return [team.team_id for team in await opened.teams.all()]


async def new_person(
    opened: SqlStore, username: str, role: str, configuration: Configuration
) -> people.NewPerson:
    """Somebody of the first team; an admin sees all queues. Raises CommandError when there is no team."""
    document = configuration.document
    first = next(iter(await team_ids(opened)), None)
    if first is None:
        raise CommandError("there is no team yet: name one under `teams` in the configuration")
    return people.NewPerson(
        username=username,
        display_name=username,
        role=role,
        team_id=first,
        queue_ids=tuple(queue.id for queue in document.queues) if role == "admin" else (),
    )


async def create_person(
    opened: SqlStore, person: people.NewPerson, password: str, configuration: Configuration
) -> User:
    """Store a person. Raises CommandError, PersonInvalid."""
    known = known_of(configuration.document, await opened.teams.all())
    hasher = Passwords(argon2id())
    try:
        return await people.create(
            opened.users, hasher, person, user_id=new_id(), password=password, known=known
        )
    except UsernameTaken as error:
        raise CommandError(f"the user name {person.username} is taken") from error
    finally:
        hasher.close()
