"""The interaction log: what a row says after which story."""

import asyncio
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.ports.read_models import AgentInterval, AgentStanding, Beginning, Interaction
from callcenter.projections.feeds import NEVER_MS
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from routing.ids import AgentId, ContactId, DetailId, DispositionId, OfferId, QueueId, TeamId
from routing.model import AgentState, CapacityRule, Channel, Party
from routing.service_level import AgentTimes
from tests.unit.callcenter.projections.histories import History

C, C2 = ContactId("c-1"), ContactId("c-2")
Q = QueueId("support")
A1, A2 = AgentId("a-1"), AgentId("a-2")
O1, O2, O3 = OfferId("o-1"), OfferId("o-2"), OfferId("o-3")
ARRIVAL: tuple[ev.Event, ...] = (
    ev.ContactArrived(100, C, Channel.CHAT, Q, "key"),
    ev.ContactQueued(100, C, Q, 100),
)


async def fold(events: Iterable[ev.Event]) -> Interaction:
    store, log = MemoryStore(), InteractionLog()
    for seq, event in enumerate(events, 1):
        await store.rows.commit(NAME, seq, log.changes(seq, event))
    row = await store.interactions.get(C)
    assert row is not None
    return row


async def test_an_arrival() -> None:
    assert await fold(ARRIVAL) == Interaction(
        contact_id=C, channel="chat", queue_id=Q, customer_key="key", arrived_at_ms=100,
        first_offered_at_ms=None, answered_at_ms=None, ended_at_ms=None, closed_at_ms=None,
        agent_id=None, outcome=None, disposition_id=None, ended_by=None,
        offers=0, missed=0, rejected=0, requeues=0, messages=0,
    )  # fmt: skip


async def test_a_whole_life() -> None:
    row = await fold(
        (
            *ARRIVAL,
            ev.OfferMade(200, O1, C, A1, Q, 900),
            ev.OfferExpired(300, O1, C, A1),
            ev.OfferMade(310, O2, C, A2, Q, 900),
            ev.OfferRejected(320, O2, C, A2),
            ev.OfferMade(330, O3, C, A1, Q, 900),
            ev.OfferAccepted(340, O3, C, A1),
            ev.MessageAdded(350, C, DetailId("d-1"), Party.AGENT, A1),
            ev.MessageAdded(360, C, DetailId("d-2"), Party.CUSTOMER, None),
            ev.ContactEnded(400, C, Party.AGENT, A1),
            ev.WrapUpStarted(400, C, A1, 999),
            ev.WrapUpCompleted(450, C, A1, DispositionId("solved")),
            ev.ContactClosed(450, C, Q, ev.ContactOutcome.HANDLED, A1, DispositionId("solved")),
        )
    )
    assert row == Interaction(
        contact_id=C, channel="chat", queue_id=Q, customer_key="key", arrived_at_ms=100,
        first_offered_at_ms=200, answered_at_ms=340, ended_at_ms=400, closed_at_ms=450,
        agent_id=A1, outcome="handled", disposition_id="solved", ended_by="agent",
        offers=3, missed=1, rejected=1, requeues=0, messages=2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "counted"),
    [(ev.RequeueReason.PRESENCE_LOST, 1), (ev.RequeueReason.TRANSFERRED, 0)],
)
async def test_a_requeue_clears_nothing_and_counts_unless_it_was_a_transfer(
    reason: ev.RequeueReason, counted: int
) -> None:
    row = await fold(
        (
            *ARRIVAL,
            ev.OfferMade(200, O1, C, A1, Q, 900),
            ev.OfferAccepted(210, O1, C, A1),
            ev.ContactRequeued(300, C, A1, Q, reason, 190),
            ev.OfferMade(310, O2, C, A2, Q, 900),
            ev.OfferAccepted(320, O2, C, A2),
        )
    )
    assert (row.first_offered_at_ms, row.answered_at_ms, row.requeues) == (200, 210, counted)
    assert (row.agent_id, row.offers) == (A2, 2)


async def test_a_customer_who_says_goodbye_while_waiting() -> None:
    row = await fold(
        (
            *ARRIVAL,
            ev.ContactEnded(150, C, Party.CUSTOMER, None),
            ev.ContactClosed(150, C, Q, ev.ContactOutcome.ABANDONED, None, None),
        )
    )
    assert (row.outcome, row.ended_by, row.ended_at_ms) == ("abandoned", "customer", 150)


async def test_a_customer_who_is_just_gone() -> None:
    closed = ev.ContactClosed(500, C, Q, ev.ContactOutcome.ABANDONED, None, None)
    row = await fold((*ARRIVAL, closed))
    assert (row.outcome, row.ended_by, row.ended_at_ms) == ("abandoned", "customer", 500)


Rows = tuple[object, Beginning, tuple[int, list[AgentInterval], list[AgentStanding]]]


async def rows_after(
    events: Sequence[ev.Event], commits: Sequence[int], restarts: Sequence[int]
) -> Rows:
    """Fold with commits after these seqs, starting again from the rows after some of them."""
    store, log, changes = MemoryStore(), InteractionLog(), []
    for seq, event in enumerate(events, 1):
        changes += log.changes(seq, event)
        if seq in commits or seq == len(events):
            await store.rows.commit(NAME, seq, changes)
            changes = []
            if seq in restarts:
                log = InteractionLog()
                log.start(await store.statistics.beginning(NEVER_MS), {})
    return (
        await store.interactions.since(0),
        await store.statistics.beginning(0),
        await store.statistics.agents(0, NEVER_MS),
    )


CAPACITY = CapacityRule(2, {Channel.CHAT: 2})
PUT_BACK: tuple[ev.Event, ...] = (  # a wrap-up from before the removal ends while another goes on
    ev.AgentPut(0, A1, TeamId("t"), (Q,), CAPACITY),
    *ARRIVAL,
    ev.OfferMade(200, O1, C, A1, Q, 900),
    ev.OfferAccepted(210, O1, C, A1),
    ev.WrapUpStarted(220, C, A1, 999),
    ev.AgentRemoved(230, A1),
    ev.AgentPut(240, A1, TeamId("t"), (Q,), CAPACITY),
    ev.ContactArrived(300, C2, Channel.CHAT, Q, "key"),
    ev.ContactQueued(300, C2, Q, 300),
    ev.OfferMade(310, O2, C2, A1, Q, 900),
    ev.OfferAccepted(320, O2, C2, A1),
    ev.WrapUpStarted(330, C2, A1, 999),
    ev.WrapUpCompleted(400, C, A1, DispositionId("solved")),
    ev.ContactClosed(400, C, Q, ev.ContactOutcome.HANDLED, A1, DispositionId("solved")),
    ev.WrapUpCompleted(500, C2, A1, DispositionId("solved")),
    ev.ContactClosed(500, C2, Q, ev.ContactOutcome.HANDLED, A1, DispositionId("solved")),
)
PARKED: tuple[ev.Event, ...] = (  # what is parked is closed without being taken up again
    ev.AgentPut(0, A1, TeamId("t"), (Q,), CAPACITY),
    ev.AgentStateChanged(10, A1, AgentState.READY, None, ev.StateCause.REQUESTED),
    *ARRIVAL,
    ev.OfferMade(200, O1, C, A1, Q, 900),
    ev.OfferAccepted(210, O1, C, A1),
    ev.ContactParked(300, C, A1, 999),
    ev.ContactClosed(400, C, Q, ev.ContactOutcome.HANDLED, A1, None),
    ev.AgentStateChanged(600, A1, AgentState.LOGGED_OUT, None, ev.StateCause.REQUESTED),
)


@pytest.mark.parametrize(
    ("events", "times"),
    [
        (PUT_BACK, AgentTimes(ring_ms=20, talk_ms=20, wrap_up_ms=180)),
        (PARKED, AgentTimes(available_ms=490, ring_ms=10, talk_ms=90)),
    ],
)
async def test_what_an_agent_has_in_hand_is_the_same_after_a_restart(
    events: Sequence[ev.Event], times: AgentTimes
) -> None:
    plain = await rows_after(events, (len(events),), ())
    for cut in range(1, len(events)):
        assert await rows_after(events, (cut,), (cut,)) == plain
    assert plain[2][1] == [AgentInterval(A1, 0, times)]


@given(st.integers(0, 10**9), st.sets(st.integers(1, 200), max_size=20))
@example(54447, {140})
def test_neither_commits_nor_restarts_show_in_the_rows(seed: int, cuts: set[int]) -> None:
    events = History(seed).grow(120)
    every = range(1, len(events) + 1)
    plain = asyncio.run(rows_after(events, every, ()))
    assert asyncio.run(rows_after(events, sorted(cuts), sorted(cuts))) == plain
