"""Everything that is particular to PostgreSQL (14 or newer): its connections, limits and errors.

    SQLSTATE                                               becomes
    connection lost or refused, disk full, out of          StorageUnavailable; the connection is re-opened
    connections, read-only, a time limit, ...
    journal's key taken                                    StaleWriter
    log-in name taken                                      UsernameTaken
    another key taken                                      KeyTaken
    anything else                                          StorageError: a fault of ours, never retried

A COMMIT whose answer never came may still be under way in the server. So a new writer connection first ends
the server process of the one before it; what the host then reads back can no longer change behind it.
"""

from typing import TYPE_CHECKING, Any, Final

import psycopg
import sqlalchemy as sa
from psycopg import conninfo
from psycopg.types.numeric import Int8BinaryDumper

from callcenter.ports.errors import (
    KeyTaken,
    StaleWriter,
    StorageError,
    StorageUnavailable,
    UsernameTaken,
)

if TYPE_CHECKING:
    from datetime import datetime

CONNECT_TIMEOUT_S: Final = 5

STATEMENT_LIMIT_MS: Final = 10_000
"""How long the server works at one statement before it gives up."""

ANSWER_LIMIT_S: Final = 15.0
"""How long we wait for a server that says nothing at all; longer than the server's own limit."""

LOCK_LIMIT_MS: Final = 5_000
"""How long a transaction waits for another process (a CLI command) to end its own."""

IDLE_LIMIT_MS: Final = 10_000
"""A transaction that does nothing for so long is ended, since others wait for its locks."""

END_LIMIT_MS: Final = 3_000
"""How long the server process of a lost connection may take to end."""

STATEMENTS_CACHED: Final = 512
"""Prepared statements kept per connection: every size of INSERT has its own."""

TURN_KEY: Final = 0x63616C6C
"""The advisory lock of changes other than the journal's."""

_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "callcenter",
    "client_encoding": "UTF8",
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms; sent, and no sign of it having arrived
}
"""Connection parameters; those given in the URL win."""

_UNAVAILABLE_CLASSES: Final = ("08", "40", "53", "57", "58", "XX")
"""Connection, rolled back for others' sake, no room, operator's doing, system error, damage."""

_UNAVAILABLE: Final = frozenset({"25006", "55P03"})
"""Read-only (a standby), and a lock that was not free in time."""


class _Silent(psycopg.OperationalError):
    """The server has not answered within the limit; asking again would cost as much again."""


class _Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that does not wait for ever on a server that has gone silent."""

    answer_limit_s: float | None = ANSWER_LIMIT_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:  # noqa: ANN401
        """Wait as psycopg does, up to the limit; past it the connection is of no use any more."""
        limit_s = self.answer_limit_s if timeout is None else timeout
        try:
            return super().wait(gen, interval, limit_s)
        except psycopg.errors._WaitTimeout as silence:  # noqa: SLF001 - it has no public name
            self.pgconn.finish()
            raise _Silent("the server did not answer in time") from silence


class PostgreSql:
    """`product.Product` over one database of a server."""

    driver = "postgresql+psycopg://"
    begin_write = "BEGIN ISOLATION LEVEL READ COMMITTED"
    begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, url: str, *, is_patient: bool = False) -> None:
        """Raises StorageError when the URL cannot be understood."""
        _, _, rest = url.partition("://")  # whatever driver it names, the driver is psycopg
        try:
            parameters = conninfo.conninfo_to_dict(f"postgresql://{rest}")
        except psycopg.Error as error:
            raise StorageError("CC_DATABASE_URL is not a PostgreSQL URL") from error
        limits = {"statement_timeout": STATEMENT_LIMIT_MS, "lock_timeout": LOCK_LIMIT_MS}
        limits |= {"idle_in_transaction_session_timeout": IDLE_LIMIT_MS}
        if is_patient:
            limits = {"lock_timeout": LOCK_LIMIT_MS}
        ours = [f"-c {name}={limit_ms}" for name, limit_ms in limits.items()]
        options = " ".join(["-c synchronous_commit=on", *ours, str(parameters.get("options", ""))])
        self._parameters = {**_DEFAULTS, **parameters, "options": options}
        self._is_patient = is_patient
        self._writer: tuple[int, datetime] | None = None

    def connect(self, *, is_writer: bool) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection; a writer's is the only one of ours that can still write afterwards."""
        connection = _Connection.connect(**self._parameters, autocommit=True, prepare_threshold=2)
        try:
            connection.prepared_max = STATEMENTS_CACHED
            # Every integer as int8: a statement's plan must not depend on how large a number happens to be.
            connection.adapters.register_dumper(int, Int8BinaryDumper)
            if self._is_patient:
                connection.answer_limit_s = None
                _check_database(connection)
            if is_writer:
                self._replace_writer(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def take_turn(self, connection: sa.Connection) -> None:
        """One change at a time besides the journal's, whatever process makes it."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN_KEY})")

    def limit_pages(self, pages_max: int | None) -> None:
        """A server's disk cannot be bounded from here."""
        raise StorageError(f"PostgreSQL takes no limit of {pages_max} pages")

    def is_worth_reading_again(self, error: sa.exc.DBAPIError) -> bool:
        """A connection that died while nobody used it; the pool has dropped its like with it."""
        return error.connection_invalidated and not isinstance(error.orig, _Silent)

    def translate(self, error: sa.exc.DBAPIError) -> StorageError:
        """The port's error for a driver's error; the server's details, which name values, are left out."""
        cause = error.orig
        if not isinstance(cause, psycopg.Error):
            return StorageError(type(cause).__name__)
        state, name = cause.sqlstate, type(cause).__name__
        text = f"{name}: {cause.diag.message_primary or str(cause).splitlines()[0]}"
        is_lost = state is None and isinstance(cause, psycopg.OperationalError)
        if is_lost or error.connection_invalidated or state in _UNAVAILABLE:
            return StorageUnavailable(text)
        if state is not None and state.startswith(_UNAVAILABLE_CLASSES):
            return StorageUnavailable(text)
        return _meaning_of_key(cause, text)

    def _replace_writer(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """End the server process of the writer before, and remember this one's."""
        if self._writer is not None:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
                " WHERE pid = %s AND backend_start = %s",
                (END_LIMIT_MS, *self._writer),
            ).fetchone()
            if ended is not None and not ended[0]:
                raise psycopg.OperationalError("the lost connection still lives in the server")
        row = connection.execute(
            "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        ).fetchone()
        self._writer = None if row is None else (row[0], row[1])


def _meaning_of_key(cause: psycopg.Error, text: str) -> StorageError:
    """What a constraint says that is not met; for any other error, that it is our fault."""
    match cause.diag.constraint_name:
        case "pk_journal":
            return StaleWriter("another writer has appended to this domain's journal")
        case "uq_users_domain_id_username_key":
            return UsernameTaken("another user has this log-in name")
        case _:
            is_key = isinstance(cause, psycopg.errors.UniqueViolation)
            return KeyTaken(text) if is_key else StorageError(text)


def _check_database(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Text is sorted by code point here, as it is in Python and in SQLite: pages of a list depend on it."""
    row = connection.execute(
        "SELECT current_database(), getdatabaseencoding(), 'B' < 'a' AND 'z' < U&'\\00E9'"
    ).fetchone()
    if row is not None and (row[1] != "UTF8" or not row[2]):
        raise StorageError(
            f"database {row[0]} must hold UTF-8 and sort it by code point; make it with: CREATE DATABASE"
            f" {row[0]} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
