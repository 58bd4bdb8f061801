import msgspec
import pytest

from callcenter.ports import Store, UsernameTaken
from routing.model import CapacityRule, Channel
from tests.contract.rows import user


async def test_nobody_at_first(store: Store) -> None:
    assert await store.users.all() == []
    assert await store.users.get("u-1") is None
    assert await store.users.newest_version() == 0


async def test_a_person_is_found_as_stored(store: Store) -> None:
    facts = {"is_disabled": True, "queue_ids": (), "skills": {"zh": 9, "en": 4}, "site": "上海"}
    facts |= {"capacity": CapacityRule(4, {Channel.CHAT: 3, Channel.VOICE: 1})}
    facts |= {"primary_queue_id": "sales"}
    stored = await store.users.put(user("u-1", "LiLei", **facts))
    assert stored == user("u-1", "LiLei", version=1, **facts)
    assert await store.users.get("u-1") == stored
    assert await store.users.all() == [stored]


@pytest.mark.parametrize("typed", ["lilei", "LILEI", "LiLei", "\uff2c\uff49Lei"])
async def test_a_log_in_name_has_no_case(store: Store, typed: str) -> None:
    stored = await store.users.put(user("u-1", "LiLei"))
    assert await store.users.by_username(typed) == stored
    assert await store.users.by_username("li") is None


async def test_a_log_in_name_is_unique(store: Store) -> None:
    await store.users.put(user("u-1", "Émile"))
    with pytest.raises(UsernameTaken):
        await store.users.put(user("u-2", "émile"))
    assert await store.users.get("u-2") is None
    assert await store.users.newest_version() == 1


async def test_nobody_can_take_a_name_by_changing_it(store: Store) -> None:
    await store.users.put(user("u-1", "lilei"))
    other = await store.users.put(user("u-2", "hanmei"))
    with pytest.raises(UsernameTaken):
        await store.users.put(msgspec.structs.replace(other, username="LiLei"))
    assert await store.users.get("u-2") == other


async def test_every_change_of_anyone_makes_a_new_version(store: Store) -> None:
    first = await store.users.put(user("u-1", "b"))
    second = await store.users.put(user("u-2", "a"))
    changed = await store.users.put(msgspec.structs.replace(first, role="supervisor"))
    assert (first.version, second.version, changed.version) == (1, 2, 3)
    assert await store.users.newest_version() == 3
    assert await store.users.all() == [second, changed]
