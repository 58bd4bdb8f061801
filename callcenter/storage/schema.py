"""Migrating a database, without an alembic.ini: the revisions ship inside this package.

Alembic is loaded only when there is something to migrate: it is a third of a restart's processor time.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from callcenter.storage.database import Database
from callcenter.storage.tables.main import HEAD

T = TypeVar("T")


async def upgrade(url: str, revision: str = HEAD) -> str:
    """Bring the database to this version's tables, all steps in one transaction; returns its revision then.

    Raises StorageError when the database cannot serve.
    """
    await _with_database(url, partial(_migrate, revision))
    return revision


def migrates_itself(url: str) -> bool:
    """SQLite belongs to one process, which may change it; a server's database is changed when somebody says so."""
    return sa.make_url(url).get_backend_name() == "sqlite"


async def current(url: str) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    return await _with_database(url, revision_of)


def revision_of(connection: sa.Connection) -> str | None:
    """What `current` reads, over an open connection."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def _migrate(revision: str, connection: sa.Connection) -> None:
    if revision_of(connection) == revision:
        return
    from alembic import command  # noqa: PLC0415  # see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def _with_database(url: str, job: Callable[[sa.Connection], T]) -> T:
    database = Database(url, is_patient=True)
    try:
        return await database.write(job)
    finally:
        await database.close()
