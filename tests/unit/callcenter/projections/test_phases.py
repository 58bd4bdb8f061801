"""A contact's phases: what each story is told as, and that nothing is told twice or left open."""

from collections.abc import Iterable
from typing import Any

import pytest

from callcenter.log_rows import Phase
from callcenter.projections.feeds import NEVER_MS
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from routing.ids import AgentId, ContactId, DispositionId, OfferId, QueueId, UserId
from routing.model import Channel, Destination, Party, RejectCause, TurnAwayReason
from tests.unit.callcenter.projections.histories import History

C = ContactId("c-1")
Q, Q2 = QueueId("support"), QueueId("sales")
A1, A2 = AgentId("a-1"), AgentId("a-2")
O1, O2 = OfferId("o-1"), OfferId("o-2")
SOLVED = DispositionId("solved")
ARRIVAL: tuple[ev.Event, ...] = (
    ev.ContactArrived(100, C, Channel.VOICE, Q, "key"),
    ev.ContactQueued(100, C, Q, 100),
)
ANSWERED: tuple[ev.Event, ...] = (
    *ARRIVAL,
    ev.OfferMade(200, O1, C, A1, Q, 900),
    ev.OfferAccepted(300, O1, C, A1),
)


async def phases(events: Iterable[ev.Event]) -> list[Phase]:
    store, log = MemoryStore(), InteractionLog()
    for seq, event in enumerate(events, 1):
        await store.rows.commit(NAME, seq, log.changes(seq, event))
    return (await store.interactions.phases(C))[1]


async def told(events: Iterable[ev.Event]) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.agent_id, one.began_at_ms, one.ended_at_ms, one.ended_as)
        for one in await phases(events)
    ]


async def test_a_whole_call_with_a_missed_offer_and_a_hold() -> None:
    assert await told(
        (
            *ARRIVAL,
            ev.OfferMade(110, O1, C, A1, Q, 150),
            ev.OfferExpired(150, O1, C, A1),
            ev.OfferMade(150, O2, C, A2, Q, 900),
            ev.OfferAccepted(200, O2, C, A2),
            ev.HoldStarted(250, C, A2),
            ev.HoldEnded(280, C, A2, 30),
            ev.ContactEnded(400, C, Party.CUSTOMER, A2),
            ev.WrapUpStarted(400, C, A2, 999),
            ev.WrapUpCompleted(450, C, A2, SOLVED),
            ev.ContactClosed(450, C, Q, ev.ContactOutcome.HANDLED, A2, SOLVED),
        )
    ) == [
        ("waiting", None, 100, 200, "answered"),
        ("offer", A1, 110, 150, "missed"),
        ("offer", A2, 150, 200, "accepted"),
        ("talk", A2, 200, 400, "ended_by_customer"),
        ("hold", A2, 250, 280, "resumed"),
        ("wrap_up", A2, 400, 450, "completed"),
    ]


async def test_a_transfer_says_where_to_and_by_whom() -> None:
    found = await phases(
        (
            *ANSWERED,
            ev.HoldStarted(350, C, A1),
            ev.ContactTransferred(400, C, Q2, None, None, UserId("u-sam")),
            ev.WrapUpStarted(400, C, A1, 999),
            ev.ContactRequeued(400, C, A1, Q2, ev.RequeueReason.TRANSFERRED, 200),
            ev.OfferMade(500, O2, C, A2, Q2, 900),
            ev.WrapUpExpired(600, C, A1, SOLVED),
        )
    )
    talk = next(one for one in found if one.kind == "talk")
    assert (talk.ended_as, talk.to_queue_id, talk.by_user_id) == ("transferred", Q2, "u-sam")
    assert [(one.kind, one.queue_id, one.ended_as) for one in found] == [
        ("waiting", Q, "answered"),
        ("offer", Q, "accepted"),
        ("talk", Q, "transferred"),
        ("hold", Q, "talk_ended"),
        ("wrap_up", Q, "expired"),
        ("waiting", Q2, ""),
        ("offer", Q2, ""),
    ]


async def test_one_that_waits_and_is_offered_by_hand_waits_on() -> None:
    assert await told((*ARRIVAL, ev.ContactTransferred(150, C, None, A1, None, UserId("u")))) == [
        ("waiting", None, 100, None, "")
    ]


@pytest.mark.parametrize("is_interrupted", [False, True])
async def test_work_that_is_put_aside(is_interrupted: bool) -> None:
    aside: tuple[ev.Event, ...] = (
        (
            ev.ContactInterrupted(350, C, A1, ContactId("c-9"), 900),
            ev.InterruptionEnded(380, C, A1, 30),
        )
        if is_interrupted
        else (ev.ContactParked(350, C, A1, 900), ev.ContactResumed(380, C, A1, 30))
    )
    assert [row[0::4] for row in await told((*ANSWERED, *aside))][2:] == [
        ("talk", "interrupted" if is_interrupted else "parked"),
        ("parked", "resumed"),
        ("talk", ""),
    ]


async def test_turned_away_at_the_door_and_out_of_the_line() -> None:
    on = Destination(queue_id=Q2)
    turned = ev.ContactTurnedAway(120, C, Q, TurnAwayReason.FULL, on)
    arrived = ev.ContactArrived(120, C, Channel.CHAT, Q, "key")
    assert await told((arrived, turned, ev.ContactQueued(120, C, Q2, 120))) == [
        ("waiting", None, 120, 120, "full"),
        ("waiting", None, 120, None, ""),
    ]
    overdue = ev.ContactTurnedAway(500, C, Q, TurnAwayReason.OVERDUE, Destination())
    closed = ev.ContactClosed(500, C, Q, ev.ContactOutcome.TURNED_AWAY, None, None)
    assert await told((*ARRIVAL, overdue, closed)) == [("waiting", None, 100, 500, "overdue")]


async def test_refused_withdrawn_and_left() -> None:
    assert await told(
        (
            *ARRIVAL,
            ev.OfferMade(110, O1, C, A1, Q, 900),
            ev.OfferRejected(120, O1, C, A1, RejectCause.BUSY),
            ev.OfferMade(130, O2, C, A2, Q, 900),
            ev.ContactEnded(140, C, Party.CUSTOMER, None),
            ev.OfferRescinded(140, O2, C, A2, ev.RescindReason.CUSTOMER_LEFT),
            ev.ContactClosed(140, C, Q, ev.ContactOutcome.ABANDONED, None, None),
        )
    ) == [
        ("waiting", None, 100, 140, "abandoned"),
        ("offer", A1, 110, 120, "busy"),
        ("offer", A2, 130, 140, "customer_left"),
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_a_fold_that_starts_anew_at_any_place_tells_the_same(seed: int) -> None:
    events = History(seed).grow(300)
    whole, broken = MemoryStore(), MemoryStore()
    log, again = InteractionLog(), InteractionLog()
    for seq, event in enumerate(events, 1):
        await whole.rows.commit(NAME, seq, log.changes(seq, event))
        if seq % 37 == 0:
            again = InteractionLog()
            again.start(await broken.statistics.beginning(NEVER_MS), {})
        await broken.rows.commit(NAME, seq, again.changes(seq, event))
    contacts = {one.contact_id for one in events if isinstance(one, ev.ContactArrived)}
    closed = {one.contact_id for one in events if isinstance(one, ev.ContactClosed)}
    for contact_id in sorted(contacts):
        found = await whole.interactions.phases(contact_id)
        assert found == await broken.interactions.phases(contact_id)
        still = [one for one in found[1] if one.ended_at_ms is None]
        assert not (contact_id in closed and still)
