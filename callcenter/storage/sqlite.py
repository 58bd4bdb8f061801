"""Everything that is particular to SQLite: its connections, pragmas and errors.

sqlite3 error                                          becomes
full, I/O error, read-only, busy, cannot open, ...     StorageUnavailable; the connection is re-opened
journal's key taken                                    StaleWriter
log-in name taken                                      UsernameTaken
another key taken                                      KeyTaken
anything else                                          StorageError: a fault of ours, never retried
"""

import sqlite3
from typing import Final

import sqlalchemy as sa

from callcenter.ports.errors import (
    KeyTaken,
    StaleWriter,
    StorageError,
    StorageUnavailable,
    UsernameTaken,
)

BUSY_TIMEOUT_MS: Final = 5_000
"""How long a transaction waits for another process (a CLI command) to release the write lock."""

STATEMENTS_CACHED: Final = 512
"""Prepared statements kept per connection: every size of INSERT has its own."""

CACHE_KIB: Final = 16 * 1024
"""Pages a connection keeps; with SQLite's own 2 MiB the writer reads the pages of its indexes anew in every transaction."""

WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
    "PRAGMA temp_store=MEMORY",  # a statement that may have to be undone would make a file each time
)

_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


class Sqlite:
    """`product.Product` over one file."""

    driver = "sqlite+pysqlite://"
    begin_write = "BEGIN IMMEDIATE"
    begin_read = "BEGIN"

    def __init__(self, url: sa.URL) -> None:
        """Raises StorageError when the URL names no file."""
        if url.database is None or url.database in {"", ":memory:"}:
            raise StorageError("the store must be a file; tests use MemoryStore")
        self._path = url.database
        self._pages_max: int | None = None

    def connect(self, *, is_writer: bool) -> sqlite3.Connection:
        """Open a connection; a reader's cannot write."""
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_CACHED,
        )
        connection.text_factory = _text
        pragmas = [f"PRAGMA cache_size=-{CACHE_KIB}"]
        if not is_writer:
            pragmas.append("PRAGMA query_only=ON")
        else:
            pragmas += WRITER_PRAGMAS
            if self._pages_max is not None:
                pragmas.append(f"PRAGMA max_page_count={self._pages_max}")
        for pragma in pragmas:
            connection.execute(pragma).close()
        return connection

    def take_turn(self, connection: sa.Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE holds the one write lock there is."""

    def limit_pages(self, pages_max: int | None) -> None:
        """Let the file grow to so many pages and no further, from the writer's next connection on."""
        self._pages_max = pages_max

    def is_worth_reading_again(self, error: sa.exc.DBAPIError) -> bool:
        """A file does not come back by being read again."""
        return False

    def translate(self, error: sa.exc.DBAPIError) -> StorageError:
        """The port's error for a driver's error; the text names no value, since SQLAlchemy hides parameters."""
        cause = error.orig
        code = getattr(cause, "sqlite_errorcode", None)
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        if code is not None and code & 0xFF in _UNAVAILABLE:
            return StorageUnavailable(f"{name}: {cause}")
        if isinstance(error, sa.exc.IntegrityError):
            if "journal.seq" in str(cause):
                return StaleWriter("another writer has appended to this domain's journal")
            if "users.username_key" in str(cause):
                return UsernameTaken("another user has this log-in name")
            if str(cause).startswith("UNIQUE "):
                return KeyTaken(f"{name}: {cause}")
        return StorageError(f"{name}: {cause}")


def _text(raw: bytes) -> str:
    """Damaged text stays readable: it is the hash chain's business to say what is wrong with it."""
    return raw.decode("utf-8", "surrogateescape")
