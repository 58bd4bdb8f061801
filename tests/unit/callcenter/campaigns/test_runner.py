"""What is taken up at a start: calls that were under way, and calls that were over before anybody listened."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from callcenter.campaigns import entries, limits
from callcenter.campaigns.asking import Asking
from callcenter.campaigns.runner import Around, CampaignRunner
from callcenter.ports.campaigns import Entry
from callcenter.ports.journal import JournalBatch, RowChange
from callcenter.storage.memory.store import MemoryStore
from crm_link.outbound.model import EntryState
from routing.ids import ContactId
from tests.contract.test_campaigns import CAMPAIGN, ask, attempt, campaign, entry, import_

pytestmark = pytest.mark.looptime

NEWEST, NOW_MS = 7, 1_000


class _Service:
    async def tell_suppressions(self) -> None:
        """There are none."""


async def under_way() -> MemoryStore:
    """An entry that is being called."""
    store = MemoryStore()
    await store.campaigns.put(campaign())
    await store.campaigns.add_list(import_(), [entry()])
    await store.campaigns.move(entries.called(entry(), ContactId("k1"), "", NOW_MS))
    await ask(store, attempt(answer="granted"))
    return store


async def stands(store: MemoryStore) -> Entry:
    """The entry."""
    found = await store.campaigns.entry(CAMPAIGN, "e1")
    assert found is not None
    return found


def runner_of(store: MemoryStore, folded: Callable[[int], Awaitable[None]]) -> CampaignRunner:
    """One that has not looked yet."""
    service, nobody = cast("Any", _Service()), cast("Any", None)
    asking = Asking(
        rows=store.campaigns,
        placing=nobody,
        one_at_a_time=asyncio.Lock(),
        now_ms=lambda: NOW_MS,
        details=store.details,
    )
    return CampaignRunner(
        Around(
            rows=store.campaigns,
            service=service,
            asking=asking,
            seq=lambda: NEWEST,
            folded=folded,
            now_ms=lambda: NOW_MS,
        )
    )


async def test_a_call_that_was_over_before_anybody_listened_goes_on_at_once() -> None:
    store = await under_way()

    async def folded(seq: int) -> None:
        assert seq == NEWEST
        over = {"outcome": "permit_expired", "ended_at_ms": 900, "closed_at_ms": 900}
        row = RowChange("campaign_attempts", {"contact_id": "k1"}, over)
        await store.journal.append(JournalBatch([], [], [], [row]))

    await runner_of(store, folded).load()
    found = await stands(store)
    assert (found.state, found.last_result) == (EntryState.WAITING, "permit_expired")


async def test_a_call_whose_rows_are_late_is_looked_at_later() -> None:
    store = await under_way()

    async def folded(_seq: int) -> None:
        await asyncio.Event().wait()

    await runner_of(store, folded).load()
    found = await stands(store)
    assert (found.state, found.due_at_ms) == (EntryState.CALLING, NOW_MS + limits.CALL_LOOK_MS)
