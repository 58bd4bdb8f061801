"""Migrating a database, without an alembic.ini: the revisions ship inside this package."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

from callcenter.storage.database import Database

T = TypeVar("T")


async def upgrade(url: str, revision: str = "head") -> str | None:
    """Bring the database to a revision, all steps in one transaction; returns the revision it is at then."""

    def job(connection: sa.Connection) -> str | None:
        command.upgrade(_config(connection), revision)
        return MigrationContext.configure(connection).get_current_revision()

    return await _with_database(url, job)


async def current(url: str) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    return await _with_database(
        url, lambda connection: MigrationContext.configure(connection).get_current_revision()
    )


async def _with_database(url: str, job: Callable[[sa.Connection], T]) -> T:
    database = Database(url)
    try:
        return await database.write(job)
    finally:
        await database.close()


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
