from callcenter.ports import Store
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
