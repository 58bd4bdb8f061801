"""The judgement of whole journals: the engine's own pass, and each is found guilty once it is tampered with."""

from collections.abc import Callable

import msgspec
import pytest

from callcenter.ports.read_models import Interaction
from routing import events as ev
from routing.ids import ContactId
from tests.chaos.history import Entry, Evidence
from tests.chaos.judging import COUNTED, check_recount, check_replay
from tests.chaos.naive import NaiveWorld
from tests.unit.chaos import histories as h
from tests.unit.chaos.engine_days import Day

SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_engine_journals_is_innocent(seed: int) -> None:
    entries = h.journal(Day(seed).events)
    world = NaiveWorld().read(entries)
    world.check_end()
    assert world.problems == []
    assert check_replay(Evidence(entries, [], [])) == []


def test_the_days_contain_every_kind_of_event() -> None:
    seen = {type(event) for seed in SEEDS for event in Day(seed).events}
    rare = {ev.AgentRemoved, ev.ConnectedOverdue}
    by_supervisors = {
        ev.PriorityAdjusted,
        ev.ContactAssigned,
        ev.AgentStateForced,
        ev.ContactTransferred,
        ev.QueueClosed,
        ev.QueueOpened,
        ev.QueueFlushed,
    }
    never = {ev.ContactAttributesUpdated, ev.ContactTurnedAway}
    of_mail = {
        ev.ContactParked,
        ev.ContactResumed,
        ev.ContactInterrupted,
        ev.InterruptionEnded,
        ev.ParkedOverdue,
    }
    of_calls = {ev.HoldStarted, ev.HoldEnded, ev.LegFailed}
    of_calls_we_place = {
        ev.PermitGranted,
        ev.PermitRefused,
        ev.SuppressionsChanged,
        ev.PermitUsed,
        ev.DialAnswered,
        ev.DialConnected,
        ev.DialFailed,
        ev.DialEnded,
    }
    elsewhere = rare | by_supervisors | of_mail | of_calls | of_calls_we_place
    assert set(ev.Event.__args__) - elsewhere - seen == never


def spoiled(kind: type, change: Callable[[ev.Event], ev.Event | None]) -> Evidence:
    events = list(Day(3).events)
    index = h.at(events, kind)
    changed = change(events[index])
    events[index : index + 1] = [] if changed is None else [changed]
    return Evidence(h.journal(events), [], [])


@pytest.mark.parametrize(
    "kind", [ev.OfferMade, ev.ContactQueued, ev.AgentStateChanged, ev.ContactArrived]
)
def test_replay_notices_a_missing_event(kind: type) -> None:
    assert [p.rule for p in check_replay(spoiled(kind, lambda _event: None))] == ["I6"]


def test_replay_notices_another_decision() -> None:
    def to_another(event: ev.Event) -> ev.Event:
        return msgspec.structs.replace(event, agent_id="somebody else")

    assert [p.rule for p in check_replay(spoiled(ev.OfferMade, to_another))] == ["I6"]


def logged(entries: list[Entry]) -> list[Interaction]:
    lines = NaiveWorld().read(entries).contacts.values()
    return [
        Interaction(
            contact_id=ContactId(line.contact_id),
            channel=line.channel.value,
            agent_id=None,
            **{name: getattr(line, name) for name in COUNTED},
        )
        for line in lines
    ]


def test_a_true_interaction_log_passes() -> None:
    entries = h.journal(Day(5).events)
    assert check_recount(logged(entries), entries[-1].seq, Evidence(entries, [], [])) == []
    half = entries[: len(entries) // 2]
    assert check_recount(logged(half), half[-1].seq, Evidence(entries, [], [])) == []


@pytest.mark.parametrize("name", COUNTED)
def test_one_wrong_figure_in_the_interaction_log_is_named(name: str) -> None:
    entries = h.journal(Day(5).events)
    rows = logged(entries)
    value = getattr(rows[0], name)
    wrong = value + 1 if isinstance(value, int) else "wrong"
    rows[0] = msgspec.structs.replace(rows[0], **{name: wrong})
    found = check_recount(rows, entries[-1].seq, Evidence(entries, [], []))
    assert len(found) == 1
    assert name in found[0].text


def test_a_row_too_many_and_one_too_few_are_named() -> None:
    entries = h.journal(Day(5).events)
    rows = logged(entries)
    strange = msgspec.structs.replace(rows[0], contact_id="c-strange")
    evidence = Evidence(entries, [], [])
    assert len(check_recount(rows[1:], entries[-1].seq, evidence)) == 1
    assert len(check_recount([*rows, strange], entries[-1].seq, evidence)) == 1
