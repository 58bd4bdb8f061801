"""What the rest of the package needs of a database product; `sqlite` and `postgresql` are the two there are."""

from typing import Any, Protocol

import sqlalchemy as sa

from callcenter.ports.errors import StorageError


class Product(Protocol):
    """How connections are made, transactions begun, and errors understood."""

    driver: str
    """SQLAlchemy's name of dialect and driver."""

    begin_write: str
    begin_read: str
    """Statements that begin a transaction; all that a reader's sees is of one moment."""

    def connect(self, *, is_writer: bool) -> Any:  # noqa: ANN401 - a connection of the driver's own
        """A new connection, outside any transaction. Raises the driver's errors."""

    def take_turn(self, connection: sa.Connection) -> None:
        """Wait for other processes' changes to end, so that what a job reads holds until its commit.

        The journal does without: its key is its fence.
        """

    def limit_pages(self, pages_max: int | None) -> None:
        """Bound the size of the file from the writer's next connection on; None removes the bound."""

    def is_worth_reading_again(self, error: sa.exc.DBAPIError) -> bool:
        """Whether a read that failed so may be done again at once, on another connection."""

    def translate(self, error: sa.exc.DBAPIError) -> StorageError:
        """The port's error for a driver's error; it names no value."""


def product_of(url: str, *, is_patient: bool = False) -> Product:
    """The product a URL names; its driver is loaded only now. Raises StorageError.

    `is_patient` lifts the time limits on statements: a migration takes what it takes.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StorageError("CC_DATABASE_URL is not the URL of a database") from error
    match parsed.get_backend_name():
        case "sqlite":
            from callcenter.storage.sqlite import Sqlite  # noqa: PLC0415  # see above

            return Sqlite(parsed)
        case "postgresql":
            from callcenter.storage.postgresql import PostgreSql  # noqa: PLC0415  # see above

            return PostgreSql(url, is_patient=is_patient)
        case other:
            raise StorageError(
                f"data is stored in SQLite or PostgreSQL, not in {other}: correct CC_DATABASE_URL"
            )
