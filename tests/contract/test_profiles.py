from pathlib import Path

import msgspec

from callcenter.ports.profiles import Profile
from callcenter.ports.store import Store
from callcenter.storage.store import SqlStore, open_store
from routing.ids import AgentId


def profile(number: int, **changes: object) -> Profile:
    plain = Profile(customer_key=f"key-{number}", address=f"customer{number}@example.org")
    return msgspec.structs.replace(plain, **changes)


async def test_nobody_is_known_at_first(store: Store) -> None:
    assert await store.profiles.get("key-1") is None
    assert not await store.profiles.delete("key-1")


async def test_a_profile_is_found_as_stored(store: Store) -> None:
    whole = profile(
        1,
        address="张伟@例子.中国",
        email="zhang.wei@example.cn",
        tier="vip",
        language="zh-CN",
        region="south",
        owner_agent_id=AgentId("u-1"),
        has_open_complaint=True,
    )
    await store.profiles.put([whole, profile(2)])
    assert await store.profiles.get("key-1") == whole
    assert await store.profiles.get("key-2") == profile(2)


async def test_the_same_key_again_replaces_all_fields(store: Store) -> None:
    await store.profiles.put([profile(1, tier="vip", has_open_complaint=True)])
    await store.profiles.put([profile(1, region="north")])
    assert await store.profiles.get("key-1") == profile(1, region="north")


async def test_many_at_once(store: Store) -> None:
    await store.profiles.put([profile(number) for number in range(1_000)])
    assert await store.profiles.get("key-999") == profile(999)
    await store.profiles.put([])


async def test_a_deleted_profile_is_gone(store: Store) -> None:
    await store.profiles.put([profile(1), profile(2)])
    assert await store.profiles.delete("key-1")
    assert await store.profiles.get("key-1") is None
    assert await store.profiles.get("key-2") is not None


async def test_profiles_of_another_domain_are_not_seen(sql_store: SqlStore, url: str) -> None:
    other = await open_store(url, "other")
    await sql_store.profiles.put([profile(1, tier="vip")])
    await other.profiles.put([profile(1, tier="plain")])
    assert await other.profiles.delete("key-1")
    assert await sql_store.profiles.get("key-1") == profile(1, tier="vip")
    await other.close()


async def test_a_deleted_address_leaves_the_file(sqlite_store: SqlStore, tmp_path: Path) -> None:
    await sqlite_store.profiles.put([profile(1, address="planted-marker@example.org")])
    await sqlite_store.profiles.delete("key-1")
    await sqlite_store.close()
    assert b"planted-marker" not in (tmp_path / "callcenter.db").read_bytes()
