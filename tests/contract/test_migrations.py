"""The database that the migrations make is the one the code expects."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from callcenter.ports import StorageError, StorageUnavailable
from callcenter.storage import schema
from callcenter.storage.store import SchemaOutdated, SqlStore, open_store
from callcenter.storage.tables import HEAD, metadata


async def test_a_new_database_has_no_revision(url: str) -> None:
    assert await schema.current(url) is None


async def test_an_upgrade_brings_it_to_the_newest(url: str) -> None:
    assert await schema.upgrade(url) == HEAD
    assert await schema.current(url) == HEAD
    assert await schema.upgrade(url) == HEAD


def test_the_code_is_written_for_the_newest_revision() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


async def test_migrations_and_tables_agree(sql_store: SqlStore, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/callcenter.db", poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


async def test_the_journal_is_clustered_by_its_key(sql_store: SqlStore, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "callcenter.db")
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'"
    )
    assert {name for name, _ in rows} == {"journal", "details", "outcomes"}
    connection.close()


async def test_every_table_is_scoped_by_domain() -> None:
    for table in metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "domain_id"


async def test_a_database_that_was_never_migrated_is_refused(url: str) -> None:
    await schema.current(url)  # makes the empty file
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        await open_store(url, "default")


async def test_a_database_of_another_version_is_refused(
    sql_store: SqlStore, url: str, tmp_path: Path
) -> None:
    connection = sqlite3.connect(tmp_path / "callcenter.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(SchemaOutdated, match="9999"):
        await open_store(url, "default")


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        await open_store(f"sqlite:///{tmp_path}/missing/callcenter.db", "default")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://h/d"])
async def test_a_url_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(StorageError):
        await open_store(url, "default")
