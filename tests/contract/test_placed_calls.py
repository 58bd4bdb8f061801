"""Calls that were placed, as the caps of dialling count them: durable with the append, the same in both stores."""

from callcenter.ports.journal import JournalBatch, RowChange
from callcenter.ports.store import Store
from routing.ids import ContactId
from tests.contract.rows import chained


def placed(contact_id: str, agent_id: str, at_ms: int, cost: int) -> RowChange:
    key = {"contact_id": contact_id}
    return RowChange("placed_calls", key, {"agent_id": agent_id, "at_ms": at_ms, "cost": cost})


async def test_they_are_counted_since_an_instant_until_they_are_forgotten(store: Store) -> None:
    rows = [
        placed("c-1", "ann", 1_000, 3),
        placed("c-2", "ann", 2_000, 5),
        placed("c-3", "bob", 2_500, 7),
        placed("c-4", "", 3_000, 0),
    ]
    await store.journal.append(JournalBatch(chained(1), (), (), rows))
    usage, nobody = store.placed_calls.usage, ContactId("")
    assert await usage("ann", 2_000, nobody) == (1, 3, 12)
    assert await usage("ann", 0, ContactId("c-2")) == (1, 3, 10)
    assert await usage("eve", 9_000, nobody) == (0, 0, 0)
    await store.placed_calls.forget(2_500)
    assert await usage("ann", 0, nobody) == (0, 2, 7)
