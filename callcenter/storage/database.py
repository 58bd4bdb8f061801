"""Transactions on whichever database product it is: the writer's thread, the readers' threads, rows in bulk.

The rest of the package hands over jobs, plain functions of a Core connection, and neither knows which
product runs them nor where; what differs between products stands in `sqlite` and `postgresql`. A job runs
whole in a thread of ours: crossing from loop to thread per statement, as the async drivers do, made a group
commit on SQLite three times as slow (measured, 0.9 ms against 0.3).
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa

from callcenter.ports.errors import StorageError, StorageUnavailable
from callcenter.storage.line import Line, execute
from callcenter.storage.product import product_of
from callcenter.storage.writer import Job, Writer

T = TypeVar("T")

READERS: Final = 3
"""Reader connections, each with its thread."""

READS_WAITING_MAX: Final = 256
"""Reads that may be under way or wait; at the limit the caller waits."""

ROWS_PER_STATEMENT: Final = 64
"""Rows of one INSERT. sqlite3 gives up the interpreter lock at every step of a statement and has to win it
back from a busy loop; one step for 64 rows keeps a group commit at a few of those."""

SWITCH_INTERVAL_S: Final = 0.000_5
"""How long a thread may keep the interpreter lock while another asks for it. With Python's 5 ms a loop that is
busy in shorter turns than that starves the writer for seconds (measured); with this a commit costs 6 ms then."""

_PLACEHOLDERS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}
"""How a driver marks a value in a statement, by its `paramstyle`."""

Rows = Sequence[tuple[Any, ...]]


class UpsertShape(NamedTuple):
    """Which columns decide the row, are overwritten, and are added to. Rows come in this order."""

    key: tuple[str, ...]
    put: tuple[str, ...]
    add: tuple[str, ...]


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows given as tuples in the order of the table's columns, a few statements for all."""
    columns, mark = tuple(table.columns.keys()), _mark(connection)
    for part, values in _parts(rows):
        execute(connection, _insert_sql(table.name, columns, part, mark), values)


def select_rows(
    connection: sa.Connection, sql: str, values: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    """Rows of a query whose values are each written `?`, past SQLAlchemy: for short ones that are asked all the time."""
    rows: list[tuple[Any, ...]] = execute(
        connection, sql.replace("?", _mark(connection)), values
    ).fetchall()
    return rows


def is_one_statement(rows: Rows) -> bool:
    """Whether `insert_rows` needs no more than one for these."""
    return len(rows) <= ROWS_PER_STATEMENT


def insert_new_rows(
    connection: sa.Connection, table: sa.Table, names: tuple[str, ...], rows: Rows
) -> list[tuple[Any, ...]]:
    """Insert the rows whose key is not taken; returns these columns of those, in any order."""
    columns, mark = tuple(table.columns.keys()), _mark(connection)
    tail = f" ON CONFLICT DO NOTHING RETURNING {', '.join(names)}"
    new: list[tuple[Any, ...]] = []
    for part, values in _parts(rows):
        sql = _insert_sql(table.name, columns, part, mark) + tail
        new.extend(map(tuple, execute(connection, sql, values)))
    return new


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
    mark = _mark(connection)
    for part, values in _parts(rows):
        sql = _insert_sql(table.name, columns, part, mark) + conflict
        execute(connection, sql, values)


def upsert_row(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or change what is given of the one with its primary key."""
    key = tuple(table.primary_key.columns.keys())
    put = tuple(name for name in row if name not in key)
    values = tuple(row[name] for name in key + put)
    upsert_rows(connection, table, UpsertShape(key, put, ()), [values])


def _parts(rows: Rows) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows, some at a time: how many, and all their values."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        yield len(part), part[0] if len(part) == 1 else tuple(chain.from_iterable(part))


def _mark(connection: sa.Connection) -> str:
    return _PLACEHOLDERS[connection.dialect.paramstyle]


@cache
def _insert_sql(table: str, columns: tuple[str, ...], rows: int, mark: str) -> str:
    row = "(" + ", ".join(mark for _ in columns) + ")"
    values = ", ".join([row] * rows)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"  # noqa: S608 - our own names


class Database:
    """The engines, the writer's thread and the readers' threads of one database."""

    def __init__(self, url: str, *, is_patient: bool = False) -> None:
        """`is_patient`: statements may take as long as they take. Raises StorageError."""
        self._product = product = product_of(url, is_patient=is_patient)
        self._write_engine = self._engine(is_writer=True)
        self._read_engine = self._engine(is_writer=False)
        self._write_thread = ThreadPoolExecutor(1, "storage-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "storage-reader")
        self._write_line = Line(self._write_engine, product, product.begin_write)
        self._read_lines = deque(
            Line(self._read_engine, product, product.begin_read) for _ in range(READERS)
        )
        """One for each reader's thread; taken from the end and put back there, so that few are opened where few are used."""
        self._reads = asyncio.Semaphore(READS_WAITING_MAX)
        self._writer = Writer(self)
        self._is_closed = False
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_INTERVAL_S))

    async def write(self, job: Job[T], *, first: bool = False, is_single: bool = False) -> T:
        """Run a job as one transaction on the writer connection; `first` is for what people wait for: the journal, events of calls.

        One of those that is a single statement says so.
        """
        return await self._writer.run(job, first=first, is_single=is_single)

    async def read(self, job: Job[T], *, is_single: bool = False) -> T:
        """Run a job on a reader connection; all it reads is of one moment. A single statement says so: it is that by itself."""
        async with self._reads:
            if self._is_closed:
                raise StorageUnavailable("the store is closed")
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._read_threads, self._read, job, is_single)

    async def limit_pages(self, pages_max: int | None) -> None:
        """Let the file grow to so many pages and no further; None removes the limit."""
        self._product.limit_pages(pages_max)
        await asyncio.wrap_future(self._write_thread.submit(self._write_line.drop))

    async def close(self) -> None:
        """Finish what waits, then release files and threads. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._writer.close()
        await asyncio.wrap_future(self._write_thread.submit(self._write_line.drop))
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._release)

    def submit(self, job: Job[T], *, first: bool, is_single: bool) -> "Future[T]":
        """Start a job on the writer's thread (the writer's side of `Transactor`)."""
        return self._write_thread.submit(self._transact, job, first, is_single)

    # --- in the threads -----------------------------------------------------------------------------

    def _transact(self, job: Job[T], is_journal: bool, is_single: bool) -> T:
        def in_turn(connection: sa.Connection) -> T:
            self._product.take_turn(connection)
            return job(connection)

        try:
            if is_journal:
                return self._write_line.run(job, is_single=is_single)
            return self._write_line.run(in_turn)
        except sa.exc.DBAPIError as error:
            raise self._product.translate(error) from error

    def _read(self, job: Job[T], is_single: bool) -> T:
        line = self._read_lines.pop()
        try:
            try:
                return line.run(job, is_single=is_single)
            except sa.exc.DBAPIError as error:
                if not self._product.is_worth_reading_again(error):
                    raise
                return line.run(job, is_single=is_single)
        except sa.exc.DBAPIError as error:
            raise self._product.translate(error) from error
        finally:
            self._read_lines.append(line)

    def _release(self) -> None:
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        for line in self._read_lines:
            line.drop()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _engine(self, *, is_writer: bool) -> sa.Engine:
        return sa.create_engine(
            self._product.driver,
            creator=partial(self._product.connect, is_writer=is_writer),
            hide_parameters=True,
            poolclass=sa.NullPool,
        )
