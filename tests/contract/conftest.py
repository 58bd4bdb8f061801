"""Every test of this folder runs against the memory twin and against SQL, in SQLite and in PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from callcenter.ports.store import Store
from callcenter.storage.memory.store import MemoryStore
from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore, open_store
from loadtests.postgres_server import NoPostgres, PostgresServer, postgres_server
from tests.contract.rows import DOMAIN_ID

EMPTIED = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$
"""
"""No table refers to another one and none counts by itself, so any order does and nothing is left of what was there."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for the whole run; a machine without one fails here."""
    try:
        with postgres_server() as server:
            yield server
    except NoPostgres as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """A migrated database, to be copied: its name."""
    url = postgres.create()
    asyncio.run(upgrade(url))
    return postgres.name_of(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/callcenter.db"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database of either product."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either product, of this test alone."""
    name = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def sqlite_store(migrated_sqlite_url: str) -> AsyncIterator[SqlStore]:
    store = await open_store(migrated_sqlite_url, DOMAIN_ID)
    yield store
    await store.close()


@pytest.fixture
async def sql_store(url: str) -> AsyncIterator[SqlStore]:
    """An open store on `url`."""
    store = await open_store(url, DOMAIN_ID)
    yield store
    await store.close()


@pytest.fixture
def migrated_postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A migrated database without rows."""
    url = postgres.create(postgres_template)
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def one_postgres_url(postgres: PostgresServer, postgres_template: str) -> str:
    """A migrated database for one test after the other: making one takes ten times as long as emptying it."""
    return postgres.create(postgres_template)


@pytest.fixture
def emptied_postgres_url(postgres: PostgresServer, one_postgres_url: str) -> str:
    """The same migrated database each time, without a row that the test before left in it."""
    postgres.execute(one_postgres_url, EMPTIED)
    return one_postgres_url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied: its file."""
    path = tmp_path_factory.mktemp("template") / "callcenter.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated database without rows."""
    shutil.copy(sqlite_template, tmp_path / sqlite_template.name)
    return sqlite_url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Where `store` is; empty for the one in memory."""
    names = {"sqlite": "migrated_sqlite_url", "postgresql": "emptied_postgres_url"}
    name = names.get(request.param)
    return "" if name is None else str(request.getfixturevalue(name))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    opened: MemoryStore | SqlStore = MemoryStore()
    if store_url:
        opened = await open_store(store_url, DOMAIN_ID)
    yield opened
    await opened.close()
