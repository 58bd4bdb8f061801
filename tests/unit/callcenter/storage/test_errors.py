"""What the driver says, and what it means to the rest."""

import sqlite3

import pytest
import sqlalchemy as sa

from callcenter.ports.errors import (
    KeyTaken,
    StaleWriter,
    StorageError,
    StorageUnavailable,
    UsernameTaken,
)
from callcenter.storage.sqlite import Sqlite

translate = Sqlite(sa.make_url("sqlite:///callcenter.db")).translate


def wrapped(error: sqlite3.Error, code: int, name: str) -> sa.exc.DBAPIError:
    error.sqlite_errorcode = code
    error.sqlite_errorname = name
    kind = (
        sa.exc.IntegrityError
        if isinstance(error, sqlite3.IntegrityError)
        else sa.exc.OperationalError
    )
    return kind("INSERT ...", None, error)


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        (sqlite3.SQLITE_FULL, "SQLITE_FULL", "database or disk is full"),
        (sqlite3.SQLITE_IOERR, "SQLITE_IOERR", "disk I/O error"),
        (sqlite3.SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE", "disk I/O error"),
        (sqlite3.SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC", "disk I/O error"),
        (sqlite3.SQLITE_READONLY, "SQLITE_READONLY", "attempt to write a readonly database"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED", "readonly"),
        (sqlite3.SQLITE_BUSY, "SQLITE_BUSY", "database is locked"),
        (sqlite3.SQLITE_CANTOPEN, "SQLITE_CANTOPEN", "unable to open database file"),
        (sqlite3.SQLITE_CORRUPT, "SQLITE_CORRUPT", "database disk image is malformed"),
        (sqlite3.SQLITE_NOTADB, "SQLITE_NOTADB", "file is not a database"),
    ],
)
def test_what_the_disk_does_is_unavailable(code: int, name: str, text: str) -> None:
    meaning = translate(wrapped(sqlite3.OperationalError(text), code, name))
    assert type(meaning) is StorageUnavailable
    assert name in str(meaning)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("UNIQUE constraint failed: journal.domain_id, journal.seq", StaleWriter),
        ("UNIQUE constraint failed: users.domain_id, users.username_key", UsernameTaken),
        ("UNIQUE constraint failed: outcomes.domain_id, outcomes.command_id", KeyTaken),
        ("NOT NULL constraint failed: journal.at_ms", StorageError),
    ],
)
def test_what_we_do_is_told_apart(text: str, meaning: type[StorageError]) -> None:
    error = wrapped(sqlite3.IntegrityError(text), 1555, "SQLITE_CONSTRAINT_PRIMARYKEY")
    assert type(translate(error)) is meaning


def test_a_wrong_statement_is_our_fault() -> None:
    error = wrapped(sqlite3.OperationalError("no such table: x"), 1, "SQLITE_ERROR")
    assert type(translate(error)) is StorageError
