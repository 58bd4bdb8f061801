"""The naive reading must accept a good journal and name the fault of every spoiled one."""

from collections.abc import Callable

import pytest

from routing import events as ev
from routing.ids import DetailId
from routing.model import AgentState, Party
from tests.chaos.history import Problem, check_sequence
from tests.chaos.naive import NaiveWorld
from tests.unit.chaos import histories as h

Events = list[ev.Event]


def judge(events: Events) -> list[Problem]:
    world = NaiveWorld().read(h.journal(events))
    world.check_end()
    return world.problems


def test_a_good_history_passes() -> None:
    assert judge(h.good()) == []
    assert check_sequence(h.journal(h.good())) == []


def test_a_history_with_every_turn_passes() -> None:
    lost = ev.StateCause.PRESENCE_LOST
    events: Events = [
        h.configured(),
        h.put(h.ANNA),
        h.put(h.BO),
        *h.ready(h.ANNA),
        *h.arrives(h.C1, 1_000),
        h.offer(h.C1, h.ANNA, 1_000),
        h.expire(h.C1, h.ANNA, 21_000),
        *h.ready(h.BO, 22_000),
        h.offer(h.C1, h.BO, 22_000, 2),
        h.accept(h.C1, h.BO, 23_000, 2),
        ev.AgentDisconnected(24_000, h.BO),
        ev.CustomerDisconnected(25_000, h.C1),
        ev.ExclusionLapsed(31_000, h.C1, h.ANNA),
        ev.AgentStateChanged(54_000, h.BO, AgentState.LOGGED_OUT, None, lost),
        ev.ContactRequeued(54_000, h.C1, h.BO, h.SALES, ev.RequeueReason.PRESENCE_LOST, 32_000),
        h.offer(h.C1, h.ANNA, 54_000, 3),
        ev.OfferRejected(55_000, h.offer(h.C1, h.ANNA, 0, 3).offer_id, h.C1, h.ANNA),
        ev.ExclusionLapsed(65_000, h.C1, h.ANNA),
        ev.CustomerReturned(65_500, h.C1),
        ev.ContactEnded(66_000, h.C1, Party.CUSTOMER, None),
        h.closed(h.C1, None, 66_000),
    ]
    assert judge(events) == []


def _taken_by_two(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    stolen = [*h.ready(h.BO, 2_000), h.offer(h.C1, h.BO, 2_000, 2)]
    return events[: index + 1] + stolen + events[index + 1 :]


def _offered_twice(events: Events) -> Events:
    index = h.at(events, ev.OfferMade)
    return [*events[: index + 1], h.offer(h.C1, h.ANNA, 1_000, 2), *events[index + 1 :]]


def _accepted_by_another(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    return [*events[:index], h.accept(h.C1, h.BO, 2_000), *events[index + 1 :]]


def _above_capacity(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    more = [*h.arrives(h.C2, 2_500), h.offer(h.C2, h.ANNA, 2_500)]
    return events[: index + 1] + more


def _to_one_who_is_not_ready(events: Events) -> Events:
    return [event for event in events if not isinstance(event, ev.AgentStateChanged)]


def _to_one_who_is_gone(events: Events) -> Events:
    return [event for event in events if not isinstance(event, ev.AgentConnected)]


def _to_one_who_refused(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    refused = ev.OfferRejected(1_500, h.offer(h.C1, h.ANNA, 0).offer_id, h.C1, h.ANNA)
    return [*events[:index], refused, h.offer(h.C1, h.ANNA, 1_500, 2)]


def _closed_twice(events: Events) -> Events:
    return [*events, h.closed(h.C1, h.ANNA, 7_000)]


def _message_after_the_end(events: Events) -> Events:
    return [*events, events[h.at(events, ev.MessageAdded)]]


def _arrived_twice(events: Events) -> Events:
    return [*events, *h.arrives(h.C1, 8_000)]


def _younger_first(events: Events) -> Events:
    index = h.at(events, ev.OfferMade)
    younger = [*h.arrives(h.C2, 1_000), h.offer(h.C2, h.ANNA, 1_000)]
    return events[:index] + younger


def _accepted_after_the_deadline(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    return [*events[:index], h.accept(h.C1, h.ANNA, 1_001 + h.OFFER_MS)]


def _expired_late(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    return [*events[:index], h.expire(h.C1, h.ANNA, 1_500 + h.OFFER_MS)]


def _grace_forgotten(events: Events) -> Events:
    index = h.at(events, ev.MessageAdded) + 4
    later = [ev.AgentDisconnected(2_500, h.ANNA), *h.arrives(h.C2, 2_501 + h.GRACE_MS)]
    return events[:index] + later


def _gone_customer_forgotten(events: Events) -> Events:
    rest: Events = [
        h.configured(),
        *h.arrives(h.C1, 0),
        ev.CustomerDisconnected(100, h.C1),
        *h.arrives(h.C2, 101 + h.GONE_MS),
    ]
    return rest


def _message_of_a_stranger(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    strange = ev.MessageAdded(2_500, h.C1, DetailId("m-9"), Party.AGENT, h.BO)
    return [*events[: index + 1], strange]


def _capacity_back_twice(events: Events) -> Events:
    index = h.at(events, ev.OfferAccepted)
    rescinded = ev.OfferRescinded(
        2_500, h.offer(h.C1, h.ANNA, 0).offer_id, h.C1, h.ANNA, ev.RescindReason.PRESENCE_LOST
    )
    return [*events[: index + 1], rescinded]


def _ended_from_nowhere(events: Events) -> Events:
    return [event for event in events if not isinstance(event, ev.ContactArrived)]


SPOILED: list[tuple[Callable[[Events], Events], str]] = [
    (_taken_by_two, "I2"),
    (_offered_twice, "I2"),
    (_accepted_by_another, "I2"),
    (_message_of_a_stranger, "I2"),
    (_capacity_back_twice, "I2"),
    (_above_capacity, "I3"),
    (_to_one_who_is_not_ready, "I3"),
    (_to_one_who_is_gone, "I3"),
    (_to_one_who_refused, "I3"),
    (_closed_twice, "I4"),
    (_message_after_the_end, "I4"),
    (_arrived_twice, "I4"),
    (_younger_first, "I5"),
    (_accepted_after_the_deadline, "I7"),
    (_expired_late, "I7"),
    (_grace_forgotten, "I7"),
    (_gone_customer_forgotten, "I7"),
    (_ended_from_nowhere, "I1"),
]


@pytest.mark.parametrize(
    ("spoil", "rule"), SPOILED, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_spoiled_history_is_named(spoil: Callable[[Events], Events], rule: str) -> None:
    assert rule in {problem.rule for problem in judge(spoil(h.good()))}


def test_an_open_contact_without_a_deadline_is_named() -> None:
    world = NaiveWorld().read(h.journal(h.good()[: h.at(h.good(), ev.OfferMade) + 1]))
    world.deadlines.cancel(f"offer/{h.C1}")
    world.check_end()
    assert [problem.rule for problem in world.problems] == ["I7"]


def test_a_gap_and_time_going_back_are_named() -> None:
    entries = h.journal(h.good())
    assert [p.rule for p in check_sequence(entries[:3] + entries[4:])] == ["sequence"]
    late = h.journal([h.good()[8], h.good()[0]])
    assert [p.rule for p in check_sequence(late)] == ["sequence"]
