"""The queue board: live equals recounted, and what the figures mean."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import AgentRow, Board, OutOfStep, QueueBoard, QueueRow
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId, ReasonId, TeamId
from routing.model import AgentState, CapacityRule, Channel, Party
from tests.unit.callcenter.projections.histories import DAY_START_MS, History

Q = QueueId("support")
A = AgentId("a-1")


def live(events: list[ev.Event], day_start_ms: int = 0) -> QueueBoard:
    board = QueueBoard(day_start_ms)
    for seq, event in enumerate(events, 1):
        board.apply(seq, event)
    return board


async def recounted(events: list[ev.Event], as_of_seq: int) -> Board:
    """A board that starts from the rows at a seq and folds the rest."""
    store, log = MemoryStore(), InteractionLog()
    changes = [
        change
        for seq, event in enumerate(events[:as_of_seq], 1)
        for change in log.changes(seq, event)
    ]
    await store.rows.commit(NAME, as_of_seq, changes)
    board = QueueBoard(DAY_START_MS)
    board.start(await store.statistics.beginning(DAY_START_MS), {})
    assert board.as_of_seq == as_of_seq
    for seq, event in enumerate(events, 1):  # those before the start are known already
        board.apply(seq, event)
    return board.read()


@given(st.integers(0, 10**9), st.floats(0, 1))
def test_live_equals_recounted(seed: int, part: float) -> None:
    events = History(seed).grow(150)
    board = live(events, DAY_START_MS).read()
    assert board.as_of_seq == len(events)
    assert asyncio.run(recounted(events, round(part * len(events)))) == board


@given(st.integers(0, 10**9))
def test_every_contact_of_the_day_is_counted_once(seed: int) -> None:
    events = History(seed).grow(150)
    rows = live(events).read().queues
    opened = sum(isinstance(event, ev.ContactArrived) for event in events)
    closed = sum(isinstance(event, ev.ContactClosed) for event in events)
    in_progress = sum(row.waiting + row.offered + row.connected + row.wrap_up for row in rows)
    assert in_progress == opened - closed
    moved = sum(row.today.flowed_out for row in rows)
    assert sum(row.today.entered for row in rows) - moved >= opened


def arrival(contact_id: str, at_ms: int) -> list[ev.Event]:
    c = ContactId(contact_id)
    return [
        ev.ContactArrived(at_ms, c, Channel.CHAT, Q, ""),
        ev.ContactQueued(at_ms, c, Q, at_ms),
    ]


def answer(contact_id: str, at_ms: int) -> list[ev.Event]:
    c, offer_id = ContactId(contact_id), OfferId(f"o-{contact_id}-{at_ms}")
    return [
        ev.OfferMade(at_ms, offer_id, c, A, Q, at_ms + 1),
        ev.OfferAccepted(at_ms, offer_id, c, A),
    ]


def only_row(board: QueueBoard) -> QueueRow:
    (row,) = board.read().queues
    return row


def test_the_oldest_waiting_is_told_by_its_age() -> None:
    board = live([*arrival("c-1", 100), *arrival("c-2", 200), *answer("c-1", 300)])
    assert only_row(board).oldest_waiting_since_ms == 200
    c = ContactId("c-1")
    board.apply(7, ev.ContactRequeued(400, c, A, Q, ev.RequeueReason.PRESENCE_LOST, 150))
    assert (only_row(board).waiting, only_row(board).oldest_waiting_since_ms) == (2, 150)


def test_yesterdays_contacts_are_seen_but_not_counted() -> None:
    board = live([*arrival("c-1", 100), *arrival("c-2", 200)], day_start_ms=200)
    assert (only_row(board).waiting, only_row(board).today.entered) == (2, 1)


def test_queues_where_nothing_happens_are_shown_on_request() -> None:
    board = QueueBoard(0)
    assert board.read().queues == ()
    assert board.read([Q]).queues == (QueueRow(Q),)


def test_agents_and_what_they_have_in_hand() -> None:
    team = TeamId("north")
    events: list[ev.Event] = [
        ev.AgentPut(10, A, team, (Q,), CapacityRule(3, {Channel.CHAT: 3})),
        ev.AgentStateChanged(20, A, AgentState.READY, None, ev.StateCause.REQUESTED),
        ev.AgentStateChanged(30, A, AgentState.READY, None, ev.StateCause.REQUESTED),
        *arrival("c-1", 40),
        *answer("c-1", 50),
        *arrival("c-2", 60),
        *answer("c-2", 70),
        ev.ContactEnded(80, ContactId("c-2"), Party.AGENT, A),
        ev.WrapUpStarted(80, ContactId("c-2"), A, 90),
    ]
    board = live(events)
    (row,) = board.read().agents
    assert row == AgentRow(A, team, AgentState.READY, None, 20, connected=1, wrap_up=1)
    meal = ReasonId("meal")
    change = ev.AgentStateChanged(99, A, AgentState.NOT_READY, meal, ev.StateCause.REQUESTED)
    board.apply(len(events) + 1, change)
    (row,) = board.read().agents
    assert (row.state, row.reason_id, row.since_ms) == (AgentState.NOT_READY, meal, 99)
    board.apply(len(events) + 2, ev.AgentRemoved(100, A))
    assert board.read().agents == ()


def test_an_event_left_out_is_noticed_and_a_repeated_one_is_not_counted() -> None:
    events = arrival("c-1", 100)
    board = live(events)
    board.apply(1, events[0])
    assert only_row(board).today.entered == 1
    with pytest.raises(OutOfStep):
        board.apply(4, events[0])
    assert board.as_of_seq == 2
