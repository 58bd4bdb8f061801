"""What clients were told is compared with the journal: honest histories pass, each broken promise is named."""

import dataclasses
from collections.abc import Callable

import msgspec
import pytest

from loadtests.observing import Kind, Seen
from routing import events as ev
from routing.model import Channel
from tests.chaos.history import Evidence, Problem, StoredMessage, Transcript
from tests.chaos.promises import (
    check_assignments,
    check_gaps,
    check_once,
    check_promises,
    check_repeats,
)
from tests.unit.chaos import histories as h


def rules(problems: list[Problem]) -> set[str]:
    return {problem.rule for problem in problems}


def test_honest_promises_pass() -> None:
    assert check_promises(h.evidence()) == []
    assert check_once(h.evidence()) == []
    assert check_assignments(h.evidence()) == []


@pytest.mark.parametrize(
    "lost",
    [
        ev.ContactArrived,
        ev.MessageAdded,
        ev.AgentStateRequested,
        ev.OfferMade,
        ev.OfferAccepted,
        ev.ContactEnded,
        ev.WrapUpCompleted,
    ],
)
def test_a_lost_acknowledgement_is_named(lost: type) -> None:
    kept = [event for event in h.good() if not isinstance(event, lost)]
    assert "I1" in rules(check_promises(h.evidence(kept)))


def test_a_lost_tail_is_named() -> None:
    for length in range(4, len(h.good()) - 1):
        assert "I1" in rules(check_promises(h.evidence(h.good()[:length])))


def test_an_end_nobody_recorded_is_named() -> None:
    events = [
        event for event in h.good() if not isinstance(event, ev.ContactEnded | ev.ContactClosed)
    ]
    assert any("saw_closed" in problem.text for problem in check_promises(h.evidence(events)))


@pytest.mark.parametrize(
    "change",
    [
        lambda seen: dataclasses.replace(seen, text="other"),
        lambda seen: dataclasses.replace(seen, message_id="other"),
        lambda seen: dataclasses.replace(seen, contact_id="c9"),
        lambda seen: dataclasses.replace(seen, seq=7),
    ],
)
def test_a_message_that_differs_is_named(change: Callable[[Seen], Seen]) -> None:
    good = h.evidence()
    seen = next(seen for seen in good.seen if seen.kind is Kind.AGENT_MESSAGE)
    bad = dataclasses.replace(good, seen=[change(seen)])
    assert rules(check_promises(bad)) == {"I1"}


def test_a_message_without_its_detail_row_is_named() -> None:
    good = h.evidence()
    assert rules(check_promises(dataclasses.replace(good, messages=good.messages[:1]))) == {"I1"}


def test_an_acknowledged_seq_that_lies_is_named() -> None:
    good = h.evidence()
    for wrong in (1, 10_000):
        told = [
            dataclasses.replace(seen, seq=wrong) for seen in good.seen if seen.kind is Kind.ACCEPT
        ]
        assert rules(check_promises(dataclasses.replace(good, seen=told))) == {"I1"}


def test_lost_wrap_up_notes_are_named() -> None:
    good = h.evidence()
    told = [
        dataclasses.replace(seen, text="call back on Monday")
        for seen in good.seen
        if seen.kind is Kind.WRAP_UP
    ]
    lost = dataclasses.replace(good, seen=told)
    assert rules(check_promises(lost)) == {"I1"}
    note = StoredMessage(1, "c1", "n1", "n1", "call back on Monday")
    assert check_promises(dataclasses.replace(lost, wrap_up_notes=[note])) == []


def test_a_message_missed_on_coming_back_is_named() -> None:
    good = h.evidence()
    first, second = (message.seq for message in good.messages)
    later = dataclasses.replace(good.messages[1], seq=second + 1)
    good = dataclasses.replace(good, messages=[*good.messages, later])
    cases = [
        ("customer", {first, second, second + 1}, 0),
        ("customer", {first}, 0),
        ("customer", {second}, 1),
        ("anna", {second, second + 1}, 0),
        ("anna", {first, second + 1}, 1),
        ("bo", {first, second + 1}, 0),
    ]
    for reader, seqs, count in cases:
        one = Transcript(reader, "c1", frozenset(seqs), reader == "customer")
        found = check_gaps(dataclasses.replace(good, transcripts=[one]))
        assert [problem.rule for problem in found] == ["gap"] * count


def test_a_retry_that_acted_twice_is_named() -> None:
    good = h.evidence()
    twice = [*good.messages, dataclasses.replace(good.messages[1], seq=99)]
    assert rules(check_once(dataclasses.replace(good, messages=twice))) == {"once"}
    again = [*good.messages, dataclasses.replace(good.messages[0], seq=99, contact_id="c9")]
    assert rules(check_once(dataclasses.replace(good, messages=again))) == {"once"}


def granted(offer_id: str, agent_id: str, seq: int) -> Seen:
    return Seen(kind=Kind.ACCEPT, seq=seq, contact_id="c1", offer_id=offer_id, agent_id=agent_id)


def test_one_offer_granted_to_two_is_named() -> None:
    two = Evidence([], [], [granted("c1.1", "anna", 5), granted("c1.1", "bo", 6)])
    assert rules(check_assignments(two)) == {"I2"}


def test_a_contact_granted_twice_without_its_queue_between_is_named() -> None:
    two = [granted("c1.1", "anna", 5), granted("c1.2", "bo", 9)]
    assert rules(check_assignments(Evidence([], [], two))) == {"I2"}
    requeued = ev.ContactRequeued(0, h.C1, h.ANNA, h.SALES, ev.RequeueReason.PRESENCE_LOST, 0)
    entries = [dataclasses.replace(h.journal([requeued])[0], seq=7)]
    assert check_assignments(Evidence(entries, [], two)) == []


def test_the_same_answer_to_a_retry_is_no_second_grant() -> None:
    same = [granted("c1.1", "anna", 5), granted("c1.1", "anna", 5)]
    assert check_assignments(Evidence([], [], same)) == []


def test_a_repeat_refused_although_it_was_done_is_named() -> None:
    good = h.evidence()
    refused = [dataclasses.replace(seen, refused_as="offer_ended", seq=None) for seen in good.seen]
    commands = {Kind.ACCEPT, Kind.AGENT_MESSAGE, Kind.END, Kind.WRAP_UP}
    for seen in refused:
        if seen.kind in commands:
            told = dataclasses.replace(good, seen=[seen])
            assert rules(check_repeats(told)) == {"repeat"}
            assert check_promises(told) == []
    assert check_repeats(good) == []
    before = h.good()[: h.at(h.good(), ev.OfferMade)]
    undone = dataclasses.replace(h.evidence(before), seen=refused, messages=[])
    assert check_repeats(undone) == []


def test_a_call_may_have_been_accepted_by_the_phone() -> None:
    good = h.evidence()
    is_accept = [seen for seen in good.seen if seen.kind is Kind.ACCEPT]
    refused = [dataclasses.replace(seen, refused_as="offer_ended", seq=None) for seen in is_accept]
    calls = [
        dataclasses.replace(
            entry, event=msgspec.structs.replace(entry.event, channel=Channel.VOICE)
        )
        if isinstance(entry.event, ev.ContactArrived)
        else entry
        for entry in good.entries
    ]
    assert rules(check_repeats(dataclasses.replace(good, seen=refused))) == {"repeat"}
    assert check_repeats(dataclasses.replace(good, entries=calls, seen=refused)) == []
