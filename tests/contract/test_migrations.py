"""The database that the migrations make is the one the code expects."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from callcenter.ports.errors import StorageError, StorageUnavailable
from callcenter.storage import schema
from callcenter.storage.database import Database
from callcenter.storage.store import SchemaOutdated, open_store
from callcenter.storage.tables.columns import metadata
from callcenter.storage.tables.main import HEAD

T = TypeVar("T")

OF_PRODUCTS = ("search_index", "ix_search_documents_terms", "article_index", "ix_article_index")
"""What each database product has in its own way."""

SCRIPTS = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
REVISIONS = sorted(script.revision for script in SCRIPTS.walk_revisions())


@pytest.fixture
def url(empty_url: str) -> str:
    """Nothing was ever made in it."""
    return empty_url


async def test_a_new_database_has_no_revision(url: str) -> None:
    assert await schema.current(url) is None


async def test_an_upgrade_brings_it_to_the_newest(url: str) -> None:
    assert await schema.upgrade(url) == HEAD
    assert await schema.current(url) == HEAD
    assert await schema.upgrade(url) == HEAD


def test_the_code_is_written_for_the_newest_revision() -> None:
    assert SCRIPTS.get_current_head() == HEAD


async def test_migrations_and_tables_agree(url: str) -> None:
    await schema.upgrade(url)
    assert await on_writer(url, differences) == []


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_old_database_with_rows_in_it_is_upgraded(url: str, revision: str) -> None:
    await schema.upgrade(url, revision)
    assert await schema.current(url) == revision
    await on_writer(url, fill)
    assert await schema.upgrade(url) == HEAD
    assert await on_writer(url, differences) == []
    store = await open_store(url, "x")
    assert (await store.journal.last())[0] == 1
    assert [user.username for user in await store.users.all()] == ["x"]
    await store.close()


async def on_writer(url: str, job: Callable[[sa.Connection], T]) -> T:
    database = Database(url)
    try:
        return await database.write(job)
    finally:
        await database.close()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The index over texts is tables, or an index, of the database's own kind."""
    return not (name or "").startswith(OF_PRODUCTS)


def differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": is_ours}
    )
    return list(compare_metadata(context, metadata))


def fill(connection: sa.Connection) -> None:
    """One row in every table of a database at any revision, with something in every column."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: is_ours(name, "table", None))
    values = {str: "x", int: 1, bool: False, bytes: b"x"}
    for table in found.sorted_tables:
        if table.name != "alembic_version":
            row = {column.name: values[column.type.python_type] for column in table.columns}
            row |= {name: "[]" for name in ("queue_ids", "watched_team_ids") if name in row}
            row |= {name: "{}" for name in ("skills",) if name in row}
            row |= {name: None for name in ("capacity",) if name in row}
            connection.execute(sa.insert(table).values(row))


async def test_the_journal_is_clustered_by_its_key(sqlite_url: str) -> None:
    await schema.upgrade(sqlite_url)
    clustered = sa.text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
    names = await on_writer(sqlite_url, lambda connection: connection.scalars(clustered).all())
    assert {name for name in names if is_ours(name, "table", None)} == {
        "journal",
        "details",
        "outcomes",
    }


async def test_every_table_is_scoped_by_domain() -> None:
    for table in metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "domain_id"


async def test_a_database_that_was_never_migrated_is_refused(url: str) -> None:
    await schema.current(url)  # makes the empty file
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        await open_store(url, "default")


async def test_a_database_of_another_version_is_refused(url: str) -> None:
    await schema.upgrade(url)
    another = sa.text("UPDATE alembic_version SET version_num = '9999'")
    await on_writer(url, lambda connection: connection.execute(another))
    with pytest.raises(SchemaOutdated, match="9999"):
        await open_store(url, "default")


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        await open_store(f"sqlite:///{tmp_path}/missing/callcenter.db", "default")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "postgresql://h/d?nonsense=1"]
)
async def test_a_url_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(StorageError):
        await open_store(url, "default")
