"""Figures of service level and agents' time: live, stored and recounted from the journal they are the same."""

import asyncio
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.projections.agent_times import AgentClocks, pieces
from callcenter.projections.feeds import NEVER_MS
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import QueueBoard
from callcenter.projections.segments import Segments, hours_of, running_of
from callcenter.simulation import presets
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from routing.calendars import OpenHours
from routing.ids import (
    AgentId,
    CalendarId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    TeamId,
)
from routing.model import AgentState, CapacityRule, Channel, Party
from routing.service_level import INTERVAL_MS, Figures, Running, interval_start_ms
from tests.unit.callcenter.projections.histories import QUEUES, START_MS, History
from tests.unit.callcenter.projections.recount import recounted

C, Q, A = ContactId("c-1"), QueueId("support"), AgentId("a-1")
OFFER = OfferId("o-1")


async def stored(events: list[ev.Event], cuts: set[int]) -> MemoryStore:
    """The rows after all events, started again from what was stored after some of them."""
    store, log, changes = MemoryStore(), InteractionLog(), []
    for seq, event in enumerate(events, 1):
        changes += log.changes(seq, event)
        if seq in cuts or seq == len(events):
            await store.rows.commit(NAME, seq, changes)
            changes, log = [], InteractionLog()
            log.start(await store.statistics.beginning(NEVER_MS), {})
    return store


@given(
    st.integers(0, 10**9),
    st.sets(st.integers(1, 150), max_size=8),
    st.integers(0, 4),
    st.integers(1, 4),
)
def test_live_stored_and_recounted_agree_on_any_interval(
    seed: int, cuts: set[int], first: int, count: int
) -> None:
    events = History(seed).grow(120)
    from_ms = interval_start_ms(START_MS) + first * INTERVAL_MS
    until_ms = from_ms + count * INTERVAL_MS
    store = asyncio.run(stored(events, cuts))
    as_of_seq, rows, segments = asyncio.run(store.statistics.queues(from_ms, until_ms))
    counts = recounted(events)
    wanted = {key: one for key, one in counts.items() if from_ms <= key[1] < until_ms}
    assert as_of_seq == len(events)
    assert {(one.queue_id, one.start_ms, one.threshold_ms): one.figures for one in rows} == wanted
    board = QueueBoard(day_start_ms=from_ms)
    for seq, event in enumerate(events, 1):
        board.apply(seq, event)
    for row in board.read(QUEUES).queues:
        since = [one for key, one in counts.items() if key[0] == row.queue_id and key[1] >= from_ms]
        assert row.today == _total(since)
    now_ms = events[-1].at_ms + 30_000
    whole = asyncio.run(store.statistics.queues(from_ms, NEVER_MS))[2]
    assert board.running(now_ms) == running_of(whole, {}, now_ms)
    assert all(from_ms <= one.entered_at_ms < until_ms for one in segments)


def _total(figures: list[Figures]) -> Figures:
    whole = Figures()
    for one in figures:
        whole = whole.plus(one)
    return whole


@given(st.integers(0, 10**9), st.sets(st.integers(1, 150), max_size=8))
def test_stored_times_of_agents_are_what_one_fold_gives(seed: int, cuts: set[int]) -> None:
    """However often the projection starts again from its rows."""
    events = History(seed).grow(120)
    store = asyncio.run(stored(events, cuts))
    _, rows, standings = asyncio.run(store.statistics.agents(0, NEVER_MS))
    clocks = AgentClocks()
    plain: dict[tuple[AgentId, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for event in events:
        for piece in clocks.apply(event):
            plain[piece.agent_id, piece.start_ms][piece.kind] += piece.for_ms
            assert piece.start_ms % INTERVAL_MS == 0 < piece.for_ms <= INTERVAL_MS
    kept = {(one.agent_id, one.start_ms): one.times for one in rows}
    assert {key: dict(kinds) for key, kinds in plain.items()} == {
        key: {
            name: getattr(times, name) for name in times.__struct_fields__ if getattr(times, name)
        }
        for key, times in kept.items()
    }
    for agent_id in {piece[0] for piece in plain}:  # an hour of an agent is an hour
        quarters = [sum(kinds.values()) for key, kinds in plain.items() if key[0] == agent_id]
        assert max(quarters) <= INTERVAL_MS
    assert {one.agent_id: (one.offered, one.talking) for one in standings} == {
        agent_id: (one.offered, one.talking) for agent_id, one in clocks.standings.items()
    }


def apply(*events: ev.Event) -> Segments:
    """Segments after these events."""
    segments = Segments()
    for event in events:
        segments.apply(event)
    return segments


def total(*events: ev.Event) -> Figures:
    """What these events come to."""
    segments = Segments()
    return _total([delta.figures for event in events for delta in segments.apply(event)])


def arrival(channel: Channel, at_ms: int = 0) -> list[ev.Event]:
    return [
        ev.ContactArrived(at_ms, C, channel, Q, ""),
        ev.ContactQueued(at_ms, C, Q, at_ms),
        ev.OfferMade(at_ms, OFFER, C, A, Q, at_ms + 9),
    ]


def test_a_call_is_served_when_it_is_answered() -> None:
    figures = total(*arrival(Channel.VOICE), ev.OfferAccepted(20_000, OFFER, C, A))
    assert figures == Figures(entered=1, answered=1, answered_in_time=1, stopped=1, wait_ms=20_000)
    late = total(*arrival(Channel.VOICE), ev.OfferAccepted(20_001, OFFER, C, A))
    assert (late.answered, late.answered_in_time) == (1, 0)


def test_a_chat_is_served_by_the_first_human_reply() -> None:
    answered = [*arrival(Channel.CHAT), ev.OfferAccepted(2_000, OFFER, C, A)]
    assert total(*answered) == Figures(entered=1, answered=1)
    assert apply(*answered).running(20_000, 0) == {Q: Running(answered=1)}
    assert apply(*answered).running(20_001, 0) == {}  # a miss, and counted as answered too late
    customer = ev.MessageAdded(3_000, C, DetailId("d-1"), Party.CUSTOMER, None)
    reply = ev.MessageAdded(9_000, C, DetailId("d-2"), Party.AGENT, A)
    more = ev.MessageAdded(9_500, C, DetailId("d-3"), Party.AGENT, A)
    served = total(*answered, customer, reply, more)
    assert (served.answered_in_time, served.stopped, served.wait_ms) == (1, 1, 9_000)


def test_a_chat_that_ends_without_a_reply_is_missed() -> None:
    events = [
        *arrival(Channel.CHAT),
        ev.OfferAccepted(2_000, OFFER, C, A),
        ev.WrapUpStarted(5_000, C, A, 99_000),
    ]
    assert apply(*events).running(6_000, 0) == {}
    assert total(*events).answered_in_time == 0


def test_waiting_beyond_the_threshold_is_missed_at_once() -> None:
    waiting = apply(*arrival(Channel.VOICE))
    assert waiting.running(20_000, 0) == {}
    assert waiting.running(20_001, 0) == {Q: Running(overdue=1)}
    assert waiting.running(20_001, 1) == {}


def test_each_queue_has_its_own_clock() -> None:
    other = QueueId("sales")
    moved = ev.ContactQueued(30_000, C, other, 0)
    segments = Segments()
    deltas = [d for e in [*arrival(Channel.VOICE), moved] for d in segments.apply(e)]
    assert [(d.queue_id, d.entered_at_ms, d.figures) for d in deltas] == [
        (Q, 0, Figures(entered=1)),
        (Q, 0, Figures(flowed_out=1)),
        (other, 30_000, Figures(entered=1)),
    ]
    (answer,) = segments.apply(ev.OfferAccepted(40_000, OFFER, C, A))[1:]
    assert answer.figures == Figures(answered_in_time=1, stopped=1, wait_ms=10_000)


def test_who_leaves_and_who_is_sent_away() -> None:
    closed = ev.ContactClosed(5_000, C, Q, ev.ContactOutcome.ABANDONED, None, None)
    left = total(*arrival(Channel.VOICE), closed)
    assert left == Figures(entered=1, abandoned=1, abandoned_in_time=1)
    late = total(*arrival(Channel.VOICE), replace(closed, at_ms=20_001))
    assert late == Figures(entered=1, abandoned=1)
    forced = total(*arrival(Channel.VOICE), replace(closed, outcome=ev.ContactOutcome.HANDLED))
    assert forced == Figures(entered=1, forced_out=1)


def test_handling_is_talk_and_wrap_up_wherever_the_contact_is_by_then() -> None:
    put = ev.AgentPut(0, A, TeamId("t"), (Q,), CapacityRule(1, {Channel.VOICE: 1}))
    figures = total(
        put,
        *arrival(Channel.VOICE),
        ev.OfferAccepted(1_000, OFFER, C, A),
        ev.WrapUpStarted(61_000, C, A, 99_000),
        ev.ContactQueued(61_000, C, QueueId("sales"), 0),
        ev.WrapUpCompleted(71_000, C, A, DispositionId("d")),
    )
    assert (figures.handled, figures.handle_ms) == (1, 70_000)


def test_a_contact_that_never_came_into_a_queue_counts_nowhere() -> None:
    events = arrival(Channel.VOICE)[:1]
    closed = ev.ContactClosed(5, C, Q, ev.ContactOutcome.ABANDONED, None, None)
    assert total(*events, closed) == Figures()


def test_mail_waits_in_open_hours_alone() -> None:
    configuration = presets.configuration((Q,))
    calendar = CalendarId("office")
    hours = OpenHours(0, 10**9, (0, 5_000, 100_000, 200_000))
    applied = replace(
        configuration,
        queues=(replace(configuration.queues[0], calendar_id=calendar),),
        calendars={calendar: hours},
    )
    assert hours_of(applied) == {Q: hours}
    figures = total(
        ev.ConfigurationApplied(0, applied),
        *arrival(Channel.EMAIL),
        ev.OfferAccepted(101_000, OFFER, C, A),
        ev.MessageAdded(110_000, C, DetailId("d"), Party.AGENT, A),
    )
    assert (figures.wait_ms, figures.answered_in_time) == (15_000, 1)


def test_time_is_cut_at_the_quarters() -> None:
    cut = pieces(A, "talk_ms", INTERVAL_MS - 5, 2 * INTERVAL_MS + 7)
    assert [(one.start_ms, one.for_ms) for one in cut] == [
        (0, 5),
        (INTERVAL_MS, INTERVAL_MS),
        (2 * INTERVAL_MS, 7),
    ]
    assert pieces(A, None, 0, 9) == []


def test_an_agent_who_does_several_things_does_the_first_that_applies() -> None:
    clocks = AgentClocks()
    other = ContactId("c-2")
    timed: list[ev.Event] = [
        ev.AgentPut(0, A, TeamId("t"), (Q,), CapacityRule(2, {Channel.CHAT: 2})),
        ev.AgentStateChanged(10, A, AgentState.READY, None, ev.StateCause.REQUESTED),
        ev.OfferMade(30, OFFER, C, A, Q, 99),
        ev.OfferAccepted(60, OFFER, C, A),
        ev.OfferMade(70, OfferId("o-2"), other, A, Q, 99),
        ev.OfferAccepted(80, OfferId("o-2"), other, A),
        ev.WrapUpStarted(100, C, A, 999),
        ev.ContactClosed(150, other, Q, ev.ContactOutcome.HANDLED, A, None),
        ev.WrapUpCompleted(210, C, A, DispositionId("d")),
        ev.ContactClosed(210, C, Q, ev.ContactOutcome.HANDLED, A, None),
        ev.AgentStateChanged(280, A, AgentState.LOGGED_OUT, None, ev.StateCause.REQUESTED),
    ]
    found = [(one.kind, one.for_ms) for event in timed for one in clocks.apply(event)]
    assert found == [
        ("available_ms", 20),
        ("ring_ms", 30),
        ("talk_ms", 90),
        ("wrap_up_ms", 60),
        ("available_ms", 70),
    ]
