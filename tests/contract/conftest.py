"""Every test of this folder runs against the memory twin and against SQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.ports import Store
from callcenter.storage.memory import MemoryStore
from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore, open_store
from tests.contract.rows import DOMAIN_ID


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/callcenter.db"


@pytest.fixture
async def sql_store(url: str) -> AsyncIterator[SqlStore]:
    await upgrade(url)
    store = await open_store(url, DOMAIN_ID)
    yield store
    await store.close()


@pytest.fixture(params=["memory", "sql"])
async def store(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Store]:
    opened: MemoryStore | SqlStore = MemoryStore()
    if request.param == "sql":
        await upgrade(url)
        opened = await open_store(url, DOMAIN_ID)
    yield opened
    await opened.close()
