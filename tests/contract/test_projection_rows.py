import pytest

from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.ports.journal import RowChange
from callcenter.ports.store import Store
from routing.ids import ContactId
from tests.contract.rows import interaction

CONTACT_ID = ContactId("c-1")


def counted(contact_id: str, **add: int) -> RowChange:
    return RowChange(table="interactions", key={"contact_id": contact_id}, put={}, add=add)


async def test_a_projection_starts_at_zero(store: Store) -> None:
    assert await store.rows.cursor("interactions") == 0


async def test_rows_and_cursor_move_together(store: Store) -> None:
    await store.rows.commit("interactions", 7, [interaction("c-1", channel="chat")])
    assert await store.rows.cursor("interactions") == 7
    assert await store.rows.cursor("another") == 0
    row = await store.interactions.get(CONTACT_ID)
    assert row is not None
    assert (row.channel, row.queue_id, row.offers, row.answered_at_ms) == ("chat", "", 0, None)


async def test_put_overwrites_and_add_counts(store: Store) -> None:
    changes = [
        interaction("c-1", channel="chat", queue_id="support"),
        counted("c-1", offers=1),
        counted("c-1", offers=1, missed=1),
        interaction("c-1", queue_id="sales"),
    ]
    await store.rows.commit("interactions", 4, changes)
    await store.rows.commit("interactions", 5, [counted("c-1", offers=1)])
    row = await store.interactions.get(CONTACT_ID)
    assert row is not None
    assert (row.queue_id, row.offers, row.missed, row.channel) == ("sales", 3, 1, "chat")


async def test_put_and_add_of_one_column_keep_their_order(store: Store) -> None:
    changes = [counted("c-1", offers=5), interaction("c-1", offers=1), counted("c-1", offers=2)]
    await store.rows.commit("interactions", 1, changes)
    row = await store.interactions.get(CONTACT_ID)
    assert row is not None
    assert row.offers == 3


async def test_a_value_can_be_taken_back(store: Store) -> None:
    await store.rows.commit("interactions", 1, [interaction("c-1", agent_id="a-1")])
    await store.rows.commit("interactions", 2, [interaction("c-1", agent_id=None)])
    row = await store.interactions.get(CONTACT_ID)
    assert row is not None
    assert row.agent_id is None


async def test_a_change_of_nothing_makes_the_row(store: Store) -> None:
    await store.rows.commit("interactions", 1, [interaction("c-1")])
    await store.rows.commit("interactions", 2, [interaction("c-1")])
    assert await store.interactions.get(CONTACT_ID) is not None


async def test_many_rows_of_many_shapes(store: Store) -> None:
    changes = []
    for n in range(300):
        changes.append(interaction(f"c-{n}", channel="chat", arrived_at_ms=n))
        if n % 2:
            changes.append(counted(f"c-{n}", messages=n))
    await store.rows.commit("interactions", 450, changes)
    as_of_seq, rows = await store.interactions.since(0)
    assert as_of_seq == 450
    assert [row.messages for row in rows] == [n if n % 2 else 0 for n in range(300)]


async def test_an_unknown_column_changes_nothing(store: Store) -> None:
    with pytest.raises(StorageError):
        await store.rows.commit(
            "interactions", 9, [interaction("c-1"), interaction("c-2", colour="red")]
        )
    assert await store.rows.cursor("interactions") == 0
    assert await store.interactions.get(CONTACT_ID) is None


async def test_an_unknown_table_changes_nothing(store: Store) -> None:
    bad = RowChange(table="users", key={"user_id": "u-1"}, put={"role": "admin"})
    with pytest.raises(StorageError):
        await store.rows.commit("interactions", 9, [interaction("c-1"), bad])
    assert await store.rows.cursor("interactions") == 0
    assert await store.interactions.get(CONTACT_ID) is None


async def test_rows_that_another_process_has_brought_on_are_left_alone(store: Store) -> None:
    await store.rows.commit("interactions", 4, [counted("c-1", offers=1)], after_seq=0)
    await store.rows.commit("interactions", 5, [counted("c-1", offers=1)], after_seq=4)
    with pytest.raises(ChangedMeanwhile):
        await store.rows.commit("interactions", 5, [counted("c-1", offers=1)], after_seq=4)
    row = await store.interactions.get(CONTACT_ID)
    assert row is not None
    assert (row.offers, await store.rows.cursor("interactions")) == (2, 5)
