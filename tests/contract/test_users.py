import msgspec
import pytest

from callcenter.ports.errors import ChangedMeanwhile, UsernameTaken
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship
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


async def test_each_change_says_what_and_whose(store: Store) -> None:
    ada = Authorship("u-ada", 7, "asked for it")
    first = await store.users.put(user("u-1", "b"), ada)
    await store.users.put(user("u-2", "a"))
    changed = msgspec.structs.replace(first, skills={"zh": 3}, password_hash="another")  # noqa: S106
    await store.users.put(changed)
    newest, oldest = await store.users.changes("u-1", limit=9)
    assert (newest.version, newest.author) == (3, Authorship())
    assert newest.fields == {"password_hash": ("", ""), "skills": ("{}", '{"zh":3}')}
    assert (oldest.version, oldest.author) == (1, ada)
    assert oldest.fields["username"] == ("", '"b"')
    assert await store.users.changes("u-1", limit=1) == [newest]


async def test_a_change_of_another_version_stores_nothing(store: Store) -> None:
    with pytest.raises(ChangedMeanwhile):
        await store.users.put(user("u-1", "b"), based_on=3)
    first = await store.users.put(user("u-1", "b"), based_on=0)
    second = await store.users.put(first, based_on=first.version)
    with pytest.raises(ChangedMeanwhile):
        await store.users.put(msgspec.structs.replace(first, role="admin"), based_on=first.version)
    assert await store.users.all() == [second]


async def test_many_are_stored_together_or_not_at_all(store: Store) -> None:
    ada = Authorship("u-ada", 7)
    first = await store.users.put(user("u-1", "b"))
    await store.users.put(user("u-2", "taken"))
    moved = msgspec.structs.replace(first, site="berlin")
    for wrong in (user("u-3", "taken"), user("u-2", "x"), user("u-3", "x", version=1)):
        with pytest.raises((UsernameTaken, ChangedMeanwhile)):
            await store.users.put_all([moved, wrong], ada)
        assert await store.users.get("u-1") == first
        assert len(await store.users.changes("u-1", limit=9)) == 1
    stored = await store.users.put_all([moved, user("u-3", "c")], ada)
    assert [one.version for one in stored] == [3, 4]
    assert await store.users.get("u-1") == stored[0]
