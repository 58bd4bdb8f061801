"""A whole copy of a SQLite database while a server writes to it, by the database's own backup interface.

All pages are read within one transaction, so the copy is of one moment and never has to begin anew. Writers are not
held up; what they write meanwhile stays in the write-ahead log, which grows until the copy is done.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from callcenter.ports.errors import StorageError, StorageUnavailable
from callcenter.storage.database import Database
from callcenter.storage.schema import revision_of
from callcenter.storage.sqlite import BUSY_TIMEOUT_MS
from callcenter.storage.store import SqlStore

PAGES_AT_ONCE: Final = 2_000
"""Pages (8 MB) copied between two words of progress."""

Progress = Callable[[int, int], None]
"""Told how many pages are copied, and of how many."""


def copy_database(source: Path, target: Path, progress: Progress) -> None:
    """Copy the database at `source` into the new file `target`, durably. Raises StorageError."""

    def tell(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    try:
        with closing(_opened(source)) as one, closing(_opened(target)) as other:
            one.execute("PRAGMA query_only=ON")
            one.execute("BEGIN")
            one.execute("SELECT count(*) FROM sqlite_master").fetchone()
            one.backup(other, pages=PAGES_AT_ONCE, progress=tell)
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise StorageUnavailable(f"{name}: {error}") from error


async def opened_copy(file: Path, domain_id: str) -> tuple[SqlStore, str | None, str]:
    """A copy to be looked at, whatever version it is of: the store, its revision, and what SQLite says of its pages (`ok`).

    Raises StorageError.
    """
    database = Database(f"sqlite:///{file}")
    try:
        revision = await database.read(revision_of)
        said = await database.read(
            lambda connection: connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        )
    except BaseException:
        await database.close()
        raise
    if not isinstance(said, str):
        await database.close()
        raise StorageError("it is no database of this program")
    return SqlStore(database, domain_id), revision, said


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
