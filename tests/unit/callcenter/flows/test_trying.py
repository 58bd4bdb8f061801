from typing import Any

import msgspec

from callcenter.flows.trying import Kind, Trial
from ivr.model import Flow

NODES: dict[str, dict[str, Any]] = {
    "hours": {"kind": "hours", "calendar": "shop", "open": "hello", "closed": "bye"},
    "hello": {"kind": "say", "text": {"en": "Hello {caller}"}, "next": "menu"},
    "menu": {
        "kind": "menu",
        "text": {"en": "What is it?"},
        "choices": {"1": {"to": "order", "label": {"en": "An order"}}, "2": {"to": "offer"}},
        "otherwise": "bye",
    },
    "order": {
        "kind": "request",
        "url": "https://shop.example/orders",
        "send": ["caller"],
        "into": {"state": "state"},
        "next": "told",
        "failed": "bye",
    },
    "told": {"kind": "say", "text": {"en": "It is {state}"}, "next": "wait"},
    "wait": {"kind": "queue", "queue": "sales", "turned_away": "bye"},
    "offer": {
        "kind": "call_back_offer",
        "queue": "sales",
        "text": {"en": "Shall we call you?"},
        "accepted": "mark",
        "declined": "message",
    },
    "mark": {
        "kind": "survey",
        "question": "q",
        "text": {"en": "1 to 3?"},
        "high": 3,
        "next": "bye",
    },
    "message": {"kind": "voicemail", "queue": "help", "text": {"en": "Speak"}, "next": "who"},
    "who": {"kind": "profile", "next": "on"},
    "on": {"kind": "transfer", "to": "200", "failed": "bye"},
    "bye": {"kind": "hang_up", "text": {"en": "Bye"}},
}


def trial(*lines: str | None, kind: str | None = "open", caller: str = "030 1234") -> Trial:
    plain = {"id": "main", "name": {"en": "Main"}, "start": "hours", "nodes": NODES}
    tried = Trial({"main": msgspec.convert(plain, Flow)}, lambda _calendar, _at_ms: kind, 1_000)
    tried.begin("main", language="en", values={"caller": caller})
    for line in lines:
        tried.type(line)
    return tried


def told(tried: Trial) -> list[tuple[Kind, str, str]]:
    return [(one.kind, one.text, one.more) for one in tried.shown]


def test_what_needs_nobody_to_type_is_gone_past() -> None:
    tried = trial()
    assert told(tried) == [
        (Kind.HOURS, "shop", "open"),
        (Kind.SAID, "Hello 030 1234", ""),
        (Kind.SAID, "What is it?", ""),
    ]
    assert [(one.key, one.label) for one in tried.shown[-1].options] == [
        ("1", "An order"),
        ("2", "2"),
    ]
    assert tried.node == "main.menu"


def test_a_request_is_answered_by_hand_and_an_agent_takes_the_contact() -> None:
    tried = trial("1", "state=sent", "agent", "after the end")
    assert told(tried)[3:] == [
        (Kind.TYPED, "1", ""),
        (Kind.REQUEST, "https://shop.example/orders", "caller=030 1234"),
        (Kind.TYPED, "state=sent", ""),
        (Kind.SAID, "It is sent", ""),
        (Kind.QUEUE, "sales", ""),
        (Kind.TYPED, "agent", ""),
        (Kind.END, "queued", ""),
    ]
    assert tried.asked is None


def test_a_call_back_is_promised_to_nobody_and_a_mark_is_a_key() -> None:
    tried = trial("2", "1", "1")
    assert (Kind.CALL_BACK, "sales", "0301234") in told(tried)
    assert [one.key for one in tried.shown[-1].options] == ["1", "2", "3"]


def test_words_for_what_customers_cannot_do() -> None:
    assert told(trial("1", "fail"))[-2:] == [(Kind.SAID, "Bye", ""), (Kind.END, "hung_up", "")]
    assert told(trial("1", "a=b", "full"))[-1] == (Kind.END, "hung_up", "")
    tried = trial("2", "2", "Hello", "tier=gold", "agent")
    kinds = [one.kind for one in tried.shown if one.kind not in {Kind.SAID, Kind.TYPED}]
    assert kinds == [Kind.HOURS, Kind.RECORD, Kind.PROFILE, Kind.HAND_OVER, Kind.END]
    assert told(trial(None))[-1] == (Kind.END, "gone", "")


def test_time_passes_when_nothing_is_typed_and_as_far_as_is_said() -> None:
    tried = trial("+3")
    assert len(tried.shown) == 4  # it is still waited for
    tried = trial("")
    assert tried.shown[-1].at_ms == 65_000
    assert trial(kind=None).node == "main.menu"
    assert trial(kind="closed").shown[-1].text == "hung_up"


def test_a_long_number_after_a_plus_is_no_time() -> None:
    tried = trial("2", "1", "+49301234", caller="")
    assert tried.shown[-1].text.endswith(
        "4 9 3 0 1 2 3 4 If it is right, press 1. For another number, press 2."
    )


def test_nothing_is_typed_before_the_beginning() -> None:
    tried = Trial({}, lambda _calendar, _at_ms: None, 0)
    tried.type("1")
    assert (tried.shown, tried.asked, tried.node) == ([], None, "")
