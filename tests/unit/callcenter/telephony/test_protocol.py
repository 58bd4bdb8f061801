"""What a delivery may look like."""

from typing import Any

import msgspec
import pytest

from callcenter.telephony.limits import EVENTS_PER_DELIVERY_MAX
from callcenter.telephony.protocol import (
    EventInvalid,
    Order,
    OrderKind,
    encoded,
    events_of,
    order_body,
    stored_event,
)

ENDED = {"type": "call.ended", "event_id": "e1", "call_id": "k1", "n": 1, "cause": "hangup"}


def path_of(body: object) -> str:
    with pytest.raises(EventInvalid) as caught:
        events_of(body if isinstance(body, bytes) else msgspec.json.encode(body))
    return caught.value.path


def test_one_event_and_a_list_are_taken() -> None:
    (one,) = events_of(msgspec.json.encode(ENDED))
    assert (one.type, one.cause) == ("call.ended", "hangup")
    assert len(events_of(msgspec.json.encode([ENDED, ENDED]))) == 2


def test_an_event_is_stored_as_it_came() -> None:
    arrived = {
        "type": "call.arrived",
        "event_id": "e1",
        "call_id": "k1",
        "n": 1,
        "from": "+49",
        "to": "1",
    }
    (one,) = events_of(msgspec.json.encode(arrived))
    assert one.from_ == "+49"
    assert stored_event(encoded(one)) == one


def test_what_is_new_is_taken_and_left_alone() -> None:
    (one,) = events_of(msgspec.json.encode({**ENDED, "type": "call.moved", "colour": "red"}))
    assert one.type == "call.moved"


def test_a_restart_is_of_no_call() -> None:
    assert events_of(b'{"type":"pbx.restarted","event_id":"r","call_id":"","n":0}')


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"event_id": ""}, "$.event_id"),
        ({"event_id": "x" * 65}, "$.event_id"),
        ({"event_id": "ü"}, "$.event_id"),
        ({"call_id": ""}, "$"),
        ({"call_id": 7}, "$.call_id"),
        ({"n": 0}, "$"),
        ({"n": -1}, "$.n"),
        ({"n": 1.5}, "$.n"),
        ({"cause": ""}, "$.cause"),
        ({"type": "leg.answered"}, "$.leg_id"),
        ({"type": "gather.result"}, "$.command_id"),
        ({"type": "call.arrived"}, "$.to"),
        ({"type": "own.call_lost"}, "$.type"),
        ({"type": ""}, "$.type"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str) -> None:
    assert path_of({**ENDED, **changes}) == path


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"\xff", b"[" * 10_000, b'"' + b"\xff" * 10 + b'"']
)
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    assert path_of(body)


def test_a_list_is_bounded_and_names_its_culprit() -> None:
    assert path_of([ENDED] * (EVENTS_PER_DELIVERY_MAX + 1)) == "$"
    assert path_of([ENDED, {**ENDED, "cause": ""}]) == "$[1].cause"


def test_an_order_says_what_it_needs_and_no_more() -> None:
    ping = msgspec.json.decode(order_body(Order("p1", OrderKind.PING)))
    assert ping == {"command_id": "p1", "kind": "ping", "call_id": ""}
    ring = Order("c1.1.ring_agent", OrderKind.RING_AGENT, "k1", "c1.1", to="1001", timeout_ms=5)
    assert msgspec.json.decode(order_body(ring))["timeout_ms"] == 5
