import pytest

from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship
from tests.contract.rows import config


async def test_none_at_first(store: Store) -> None:
    assert await store.config_versions.newest() is None
    assert await store.config_versions.get("v1") is None


async def test_the_one_applied_last_is_the_newest(store: Store) -> None:
    for version in ("v1", "v2", "v3"):
        await store.config_versions.put(config(version, at_ms=5))
    assert await store.config_versions.newest() == config("v3", at_ms=5)
    assert await store.config_versions.get("v1") == config("v1", at_ms=5)


async def test_going_back_makes_an_old_version_the_newest(store: Store) -> None:
    await store.config_versions.put(config("v1", at_ms=1))
    await store.config_versions.put(config("v2", at_ms=2))
    await store.config_versions.put(config("v1", at_ms=3))
    assert await store.config_versions.newest() == config("v1", at_ms=3)


async def test_the_history_keeps_every_change(store: Store) -> None:
    versions = store.config_versions
    assert await versions.changes(before=None, limit=9) == []
    ada = Authorship("u-ada", 7, "the first")
    await versions.put(config("v1", at_ms=7), ada)
    await versions.put(config("v2", at_ms=8))
    await versions.put(config("v2", at_ms=9))
    await versions.put(config("v1", at_ms=9))
    changes = await versions.changes(before=None, limit=9)
    assert [(one.number, one.version) for one in changes] == [(3, "v1"), (2, "v2"), (1, "v1")]
    assert changes[2].author == ada
    assert await versions.changes(before=3, limit=1) == changes[1:2]


async def test_a_change_that_started_from_another_version_stores_nothing(store: Store) -> None:
    versions = store.config_versions
    with pytest.raises(ChangedMeanwhile):
        await versions.put(config("v1", at_ms=1), based_on="v0")
    await versions.put(config("v1", at_ms=1))
    await versions.put(config("v2", at_ms=2), based_on="v1")
    with pytest.raises(ChangedMeanwhile):
        await versions.put(config("v3", at_ms=3), based_on="v1")
    assert await versions.newest() == config("v2", at_ms=2)
    assert await versions.get("v3") is None
    assert len(await versions.changes(before=None, limit=9)) == 2
