"""One connection to the database and the transactions on it, one after another.

SQLAlchemy is told of one transaction that never ends, and begin, commit and bulk statements go to the driver past it:
in a short transaction it would be half of the work. Its statements and its errors are the same all along.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from callcenter.ports.errors import StorageUnavailable
from callcenter.storage.product import Product

T = TypeVar("T")


def execute(connection: sa.Connection, sql: str, values: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401 - a cursor of the driver's own
    """Run a statement past SQLAlchemy; returns the driver's cursor. Raises sa.exc.DBAPIError, as SQLAlchemy does."""
    with _driver_errors(connection):
        return connection.connection.cursor().execute(sql, values)


class Line:
    """Used by one thread at a time. Its connection is opened when it is first needed, and anew after it was lost."""

    def __init__(self, engine: sa.Engine, product: Product, begin: str) -> None:
        """`begin` is the statement that begins a transaction."""
        self._engine = engine
        self._product = product
        self._begin = begin
        self.connection: sa.Connection | None = None

    def run(self, job: Callable[[sa.Connection], T], *, is_single: bool = False) -> T:
        """Run the job as one transaction. Raises sa.exc.DBAPIError, and whatever the job raises.

        The connection is in autocommit, so that a job of a single statement is a transaction without ado.
        """
        try:
            if is_single:
                return job(self._opened())
            with self._transaction() as connection:
                return job(connection)
        except sa.exc.DBAPIError as error:
            if isinstance(self._product.translate(error), StorageUnavailable):
                # What the connection believes about the database may be wrong now; a new one looks again.
                self.drop()
            raise

    def drop(self) -> None:
        """Close the connection, if there is one; the next transaction opens another."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _opened(self) -> sa.Connection:
        if self.connection is None:
            self.connection = self._engine.connect()
            self.connection.begin()
        return self.connection

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        connection = self._opened()
        execute(connection, self._begin)
        try:
            yield connection
            with _driver_errors(connection):
                connection.connection.commit()
        except BaseException:
            if not connection.invalidated:
                with _driver_errors(connection):
                    connection.connection.rollback()
            raise


@contextmanager
def _driver_errors(connection: sa.Connection) -> Iterator[None]:
    """What the driver raises becomes what SQLAlchemy would have made of it; a lost connection is not used again."""
    dialect = connection.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if is_lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            None,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error
