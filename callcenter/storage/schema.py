"""Migrating a database, without an alembic.ini: the revisions ship inside this package.

Alembic is loaded only when there is something to migrate: it is a third of a restart's processor time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from callcenter.storage.database import Database
from callcenter.storage.tables import HEAD

T = TypeVar("T")


async def upgrade(url: str) -> str:
    """Bring the database to this version's tables, all steps in one transaction; returns its revision then."""
    await _with_database(url, _migrate)
    return HEAD


async def current(url: str) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    return await _with_database(url, revision_of)


def revision_of(connection: sa.Connection) -> str | None:
    """What `current` reads, over an open connection."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def _migrate(connection: sa.Connection) -> None:
    if revision_of(connection) == HEAD:
        return
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


async def _with_database(url: str, job: Callable[[sa.Connection], T]) -> T:
    database = Database(url)
    try:
        return await database.write(job)
    finally:
        await database.close()
