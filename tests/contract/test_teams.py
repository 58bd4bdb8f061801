import pytest

from callcenter.ports.errors import ChangedMeanwhile, TeamInUse
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship, Team
from routing.ids import TeamId
from tests.contract.rows import user

ADA = Authorship("u-ada", 7, "asked for it")


async def test_a_team_is_found_as_stored(store: Store) -> None:
    assert await store.teams.all() == []
    south = await store.teams.put(Team("south", "South", "南方"), ADA)
    north = await store.teams.put(Team("north", "North", "北方"))
    assert (south.version, north.version) == (1, 2)
    assert await store.teams.all() == [north, south]
    assert await store.teams.get("south") == south
    assert await store.teams.get("west") is None


async def test_each_change_says_what_and_whose(store: Store) -> None:
    first = await store.teams.put(Team("north", "North", "北方"), ADA)
    await store.teams.put(Team("south", "South", "南方"))
    second = await store.teams.put(Team("north", "Nord", "北方"), based_on=first.version)
    newest, oldest = await store.teams.changes("north", limit=9)
    assert (newest.version, newest.author) == (second.version, Authorship())
    assert newest.fields == {"en": ('"North"', '"Nord"')}
    assert (oldest.author, oldest.fields["en"]) == (ADA, ("", '"North"'))
    assert await store.teams.changes("north", limit=1) == [newest]


@pytest.mark.parametrize("based_on", [0, 2])
async def test_a_change_of_another_version_stores_nothing(store: Store, based_on: int) -> None:
    first = await store.teams.put(Team("north", "North", "北方"), based_on=0)
    with pytest.raises(ChangedMeanwhile):
        await store.teams.put(Team("north", "Nord", "北方"), based_on=based_on)
    with pytest.raises(ChangedMeanwhile):
        await store.teams.remove("north", ADA, based_on=based_on)
    assert await store.teams.all() == [first]


async def test_what_is_there_is_not_added_again(store: Store) -> None:
    renamed = await store.teams.put(Team("north", "Nord", "北方"))
    await store.teams.add_missing([Team("north", "North", "北方"), Team("west", "West", "西")], ADA)
    assert await store.teams.all() == [renamed, Team("west", "West", "西", 2)]


@pytest.mark.parametrize("how", [{"team_id": TeamId("north")}, {"watched_team_ids": ("north",)}])
async def test_a_team_with_people_stays(store: Store, how: dict[str, object]) -> None:
    team = await store.teams.put(Team("north", "North", "北方"))
    await store.users.put(user("u-1", "a", **how))
    with pytest.raises(TeamInUse):
        await store.teams.remove("north", ADA, based_on=team.version)
    assert await store.teams.all() == [team]


async def test_a_removed_team_keeps_its_history_and_can_be_made_again(store: Store) -> None:
    team = await store.teams.put(Team("north", "North", "北方"))
    await store.teams.remove("north", ADA, based_on=team.version)
    assert await store.teams.get("north") is None
    removed = (await store.teams.changes("north", limit=9))[0]
    assert (removed.author, removed.fields["zh"]) == (ADA, ('"北方"', ""))
    again = await store.teams.put(Team("north", "North", "北方"), based_on=0)
    assert again.version > removed.version
