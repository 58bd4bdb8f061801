"""Everything that is particular to the database product: engines, pragmas, errors, bulk insert, upsert.

The rest of the package hands over jobs, plain functions of a Core connection, and neither knows which
product runs them nor where. On SQLite a job runs whole in a thread of ours: crossing from loop to thread per
statement, as the async driver does, made a group commit three times as slow (measured, 0.9 ms against 0.3).

    sqlite3 error                                          becomes
    full, I/O error, read-only, busy, cannot open, ...     StorageUnavailable; the connection is re-opened
    journal's key taken                                    StaleWriter
    log-in name taken                                      UsernameTaken
    anything else                                          StorageError: a fault of ours, never retried
"""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import Insert, insert

from callcenter.ports import StaleWriter, StorageError, StorageUnavailable, UsernameTaken
from callcenter.storage.writer import Job, Writer

T = TypeVar("T")

READERS: Final = 3
"""Reader connections, each with its thread."""

READS_WAITING_MAX: Final = 256
"""Reads that may be under way or wait; at the limit the caller waits."""

BUSY_TIMEOUT_MS: Final = 5_000
"""How long a transaction waits for another process (a CLI command) to release the write lock."""

ROWS_PER_STATEMENT: Final = 64
"""Rows of one INSERT. sqlite3 gives up the interpreter lock at every step of a statement and has to win it
back from a busy loop; one step for 64 rows keeps a group commit at a few of those."""

STATEMENTS_CACHED: Final = 512
"""Prepared statements kept per connection: every size of INSERT up to ROWS_PER_STATEMENT has its own."""

SWITCH_INTERVAL_S: Final = 0.000_5
"""How long a thread may keep the interpreter lock while another asks for it. With Python's 5 ms a loop that is
busy in shorter turns than that starves the writer for seconds (measured); with this a commit costs 6 ms then."""

WRITER_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
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


def translate(error: sa.exc.DBAPIError) -> StorageError:
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
    return StorageError(f"{name}: {cause}")


def upsert(table: sa.Table) -> Insert:
    """An INSERT that offers `on_conflict_do_update`."""
    return insert(table)


Rows = Sequence[tuple[Any, ...]]


class UpsertShape(NamedTuple):
    """Which columns decide the row, are overwritten, and are added to. Rows come in this order."""

    key: tuple[str, ...]
    put: tuple[str, ...]
    add: tuple[str, ...]


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows given as tuples in the order of the table's columns, a few statements for all.

    Past SQLAlchemy's parameter handling: this is the journal's hot path.
    """
    columns = tuple(table.columns.keys())
    for part, values in _parts(rows):
        connection.exec_driver_sql(_insert_sql(table.name, columns, part), values)


def upsert_rows(connection: sa.Connection, table: sa.Table, shape: UpsertShape, rows: Rows) -> None:
    """Insert or change rows, each of another key, a few statements for all."""
    columns = shape.key + shape.put + shape.add
    unknown = [name for name in columns if name not in table.columns]
    if unknown:
        raise StorageError(f"table {table.name} has no columns {unknown}")
    changes = [f"{name} = excluded.{name}" for name in shape.put]
    changes += [f"{name} = {table.name}.{name} + excluded.{name}" for name in shape.add]
    action = f"UPDATE SET {', '.join(changes)}" if changes else "NOTHING"
    conflict = f" ON CONFLICT ({', '.join(shape.key)}) DO {action}"
    for part, values in _parts(rows):
        connection.exec_driver_sql(_insert_sql(table.name, columns, part) + conflict, values)


def _parts(rows: Rows) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows, some at a time: how many, and all their values."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        yield len(part), part[0] if len(part) == 1 else tuple(chain.from_iterable(part))


@cache
def _insert_sql(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = "(" + ", ".join("?" for _ in columns) + ")"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"  # noqa: S608 - our own names


class Database:
    """The engines, the writer's thread and the readers' threads of one database."""

    def __init__(self, url: str) -> None:
        self._path = _path_of(url)
        self._pages_max: int | None = None
        self._write_engine = self._engine("BEGIN IMMEDIATE", is_writer=True)
        self._read_engine = self._engine("BEGIN", is_writer=False)
        self._write_thread = ThreadPoolExecutor(1, "storage-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "storage-reader")
        self._connection: sa.Connection | None = None
        self._reads = asyncio.Semaphore(READS_WAITING_MAX)
        self._writer = Writer(self)
        self._is_closed = False
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_INTERVAL_S))

    async def write(self, job: Job[T], *, first: bool = False) -> T:
        """Run a job as one transaction on the writer connection; `first` is for the journal."""
        return await self._writer.run(job, first=first)

    async def read(self, job: Job[T]) -> T:
        """Run a job on a reader connection; all it reads is of one moment."""
        async with self._reads:
            if self._is_closed:
                raise StorageUnavailable("the store is closed")
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._read_threads, self._read, job)

    async def limit_pages(self, pages_max: int | None) -> None:
        """Let the file grow to so many pages and no further; None removes the limit."""
        self._pages_max = pages_max
        await asyncio.wrap_future(self._write_thread.submit(self._drop_connection))

    async def close(self) -> None:
        """Finish what waits, then release files and threads. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._writer.close()
        await asyncio.wrap_future(self._write_thread.submit(self._drop_connection))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._release)

    def submit(self, job: Job[T]) -> "Future[T]":
        """Start a job on the writer's thread (the writer's side of `Transactor`)."""
        return self._write_thread.submit(self._transact, job)

    # --- in the threads -----------------------------------------------------------------------------

    def _transact(self, job: Job[T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._write_engine.connect()
            with self._connection.begin():
                return job(self._connection)
        except sa.exc.DBAPIError as error:
            meaning = translate(error)
            if isinstance(meaning, StorageUnavailable):
                # What the connection believes about the files may be wrong now; a new one looks again.
                self._drop_connection()
            raise meaning from error

    def _read(self, job: Job[T]) -> T:
        try:
            with self._read_engine.begin() as connection:
                try:
                    return job(connection)
                except sa.exc.DBAPIError as error:
                    if isinstance(translate(error), StorageUnavailable):
                        connection.invalidate()
                    raise
        except sa.exc.DBAPIError as error:
            raise translate(error) from error

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _release(self) -> None:
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _engine(self, begin: str, *, is_writer: bool) -> sa.Engine:
        pool: dict[str, Any] = {"poolclass": sa.NullPool}
        if not is_writer:
            pool = {"poolclass": sa.QueuePool, "pool_size": READERS, "max_overflow": 0}
        engine = sa.create_engine(
            "sqlite+pysqlite://",
            creator=partial(self._connect, is_writer=is_writer),
            hide_parameters=True,
            **pool,
        )

        # The driver's own transaction control would leave reads outside a transaction; ours is explicit.
        @sa.event.listens_for(engine, "begin")
        def start(connection: sa.Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _connect(self, *, is_writer: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_CACHED,
        )
        connection.text_factory = _text
        pragmas = ["PRAGMA query_only=ON"]
        if is_writer:
            pragmas = list(WRITER_PRAGMAS)
            if self._pages_max is not None:
                pragmas.append(f"PRAGMA max_page_count={self._pages_max}")
        for pragma in pragmas:
            connection.execute(pragma).close()
        return connection


def _text(raw: bytes) -> str:
    """Damaged text stays readable: it is the hash chain's business to say what is wrong with it."""
    return raw.decode("utf-8", "surrogateescape")


def _path_of(url: str) -> str:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(
            f"this version stores in SQLite only, not in {parsed.get_backend_name()}"
        )
    if parsed.database is None or parsed.database in {"", ":memory:"}:
        raise StorageError("the store must be a file; tests use MemoryStore")
    return parsed.database
