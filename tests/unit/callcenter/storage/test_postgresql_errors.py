"""What PostgreSQL's driver says, and what it means to the rest; and which URLs are understood."""

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors

from callcenter.ports.errors import KeyTaken, StorageError, StorageUnavailable
from callcenter.storage.postgresql import PostgreSql
from callcenter.storage.product import product_of

PRODUCT = PostgreSql("postgresql://callcenter@localhost/callcenter")


def meaning_of(error: BaseException) -> type[StorageError]:
    return type(PRODUCT.translate(sa.exc.DBAPIError("INSERT ...", None, error)))


@pytest.mark.parametrize(
    "error",
    [
        errors.DiskFull,
        errors.TooManyConnections,
        errors.OutOfMemory,
        errors.AdminShutdown,
        errors.CrashShutdown,
        errors.CannotConnectNow,
        errors.QueryCanceled,
        errors.LockNotAvailable,
        errors.DeadlockDetected,
        errors.SerializationFailure,
        errors.ReadOnlySqlTransaction,
        errors.IoError,
        errors.DataCorrupted,
        errors.ConnectionException,
        psycopg.OperationalError,
    ],
)
def test_what_the_server_suffers_is_unavailable(error: type[psycopg.Error]) -> None:
    assert meaning_of(error("said")) is StorageUnavailable


@pytest.mark.parametrize(
    "error",
    [
        errors.UndefinedTable("no such table"),
        errors.NotNullViolation("null value"),
        psycopg.ProgrammingError("said"),
        ValueError("said"),
    ],
)
def test_what_we_do_is_our_fault(error: Exception) -> None:
    assert meaning_of(error) is StorageError


def test_a_key_that_is_taken_is_told_apart() -> None:
    assert meaning_of(errors.UniqueViolation("duplicate key")) is KeyTaken


@pytest.mark.parametrize("url", ["", "callcenter", "oracle://h/d", "postgresql://h/d?nonsense=1"])
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(StorageError):
        product_of(url)


def test_a_lost_connection_is_unavailable_whatever_it_says() -> None:
    error = sa.exc.DBAPIError(
        "", None, psycopg.InterfaceError("closed"), connection_invalidated=True
    )
    assert type(PRODUCT.translate(error)) is StorageUnavailable
