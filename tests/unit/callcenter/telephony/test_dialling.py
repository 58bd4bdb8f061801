"""When the customer of a call of ours was dialled, from what a phone system tells, in whatever order."""

import pytest

from callcenter.telephony import dialling
from callcenter.telephony.calls import Call
from callcenter.telephony.protocol import EventType, PbxEvent
from routing.ids import ContactId

DONE = PbxEvent(EventType.COMMAND_DONE, "e1", "line-1", command_id="c1.dial")
RINGS = PbxEvent(EventType.CALL_RINGS, "e2", "line-1")
BUSY = PbxEvent(EventType.CALL_ENDED, "e3", "line-1", cause="busy")
RELEASED = PbxEvent(EventType.CALL_ENDED, "e4", "line-1", cause="released")
AGENT_RINGS = PbxEvent(EventType.COMMAND_DONE, "e5", "line-1", command_id="c1.0.ring_agent")


@pytest.mark.parametrize(
    ("events", "sent", "expected_ms"),
    [
        ((AGENT_RINGS, DONE, RINGS), {"c1.dial": 7}, 12),
        ((RINGS, DONE), {"c1.dial": 7}, 11),
        ((BUSY, DONE), {"c1.dial": 7}, 7),
        ((AGENT_RINGS, BUSY), {}, None),
        ((RELEASED,), {"c1.dial": 7}, None),
    ],
)
def test_by_the_first_that_tells_of_it(
    events: tuple[PbxEvent, ...], sent: dict[str, int], expected_ms: int | None
) -> None:
    call = Call(
        contact_id=ContactId("c1"),
        connection_id="pbx",
        call_id="line-1",
        begun_at_ms=1,
        is_outbound=True,
        sent=sent,
    )
    for at_ms, event in enumerate(events, 11):
        dialling.fold(call, event, at_ms)
    assert call.customer_dialled_at_ms == expected_ms


def test_a_customer_who_calls_us_was_not_dialled() -> None:
    call = Call(contact_id=ContactId("c1"), connection_id="pbx", call_id="line-1", begun_at_ms=1)
    dialling.fold(call, RINGS, 11)
    assert call.customer_dialled_at_ms is None
