"""What is wanted of a call that we place, until it is answered.

The permit used, the agent's phone rung if that comes first, the customer dialled. A part of `deciding`, and called by it
alone; its law holds here too.
"""

from typing import TYPE_CHECKING, Final

import msgspec

from callcenter.telephony import limits
from callcenter.telephony.calls import RINGS, Call, Leg, LegStage, own_leg
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from routing.commands import AnswerDial, FailDial, UsePermit
from routing.model import DialFailure
from routing.state import ContactState

if TYPE_CHECKING:
    from callcenter.telephony.deciding import _Deciding as Deciding
    from callcenter.telephony.wanted import Standing, Wanted

DIAL: Final = "dial"
"""What the command is called that dials the customer, behind the contact's id."""

FAILURES: dict[str, DialFailure] = {
    "busy": DialFailure.BUSY,
    "no_answer": DialFailure.NO_ANSWER,
    "declined": DialFailure.DECLINED,
    "unreachable": DialFailure.UNREACHABLE,
    "hangup": DialFailure.NO_ANSWER,
    "released": DialFailure.CANCELLED,
}
"""What the end of a call of ours says of it, before it was answered; anything else is a failure of the phone system."""


def fold(call: Call, event: PbxEvent, at_ms: int) -> None:
    """When the customer's phone was dialled, which is later than the agent's own: by the first event that tells of it.

    Who is busy may be heard of before the command is done: then it is when that was sent.
    """
    command_id = f"{call.contact_id}.{DIAL}"
    if not call.is_outbound or call.customer_dialled_at_ms is not None:
        return
    match event.type:
        case EventType.COMMAND_DONE if event.command_id == command_id:
            call.customer_dialled_at_ms = at_ms
        case EventType.CALL_RINGS | EventType.CALL_ANSWERED:
            call.customer_dialled_at_ms = at_ms
        case EventType.CALL_ENDED if event.cause != "released":
            call.customer_dialled_at_ms = call.sent.get(command_id)
        case _:
            pass


def hurried(wanted: "Wanted", standing: "Standing") -> "Wanted":
    """Nothing holds up the commands of an emergency call."""
    if standing.is_emergency:
        urgent = (msgspec.structs.replace(order, is_emergency=True) for order in wanted.orders)
        wanted.orders = list(urgent)
    return wanted


def fail(deciding: "Deciding", cause: str) -> None:
    """Our call has come to nothing."""
    _fail(deciding, FAILURES.get(cause, DialFailure.FAILED))


def _fail(deciding: "Deciding", failure: DialFailure) -> None:
    deciding.wanted.commands["fail"] = FailDial(deciding.call.contact_id, failure)


def place(deciding: "Deciding") -> None:
    """Dial once it is permitted: the agent's own phone first, where that is asked for."""
    call, standing = deciding.call, deciding.standing
    code = call.done.get(deciding.id_of(DIAL), "")
    if standing.state is ContactState.RESERVED:
        deciding.wanted.commands["use"] = UsePermit(call.contact_id)
    elif call.has_arrived:
        deciding.wanted.commands["answered"] = AnswerDial(call.contact_id)
    elif code:
        fail(deciding, code)
    elif not standing.is_agent_first or _is_on_the_line(deciding):
        deciding.add(_order(deciding))


def _order(deciding: "Deciding") -> Order:
    call, standing = deciding.call, deciding.standing
    return Order(
        deciding.id_of(DIAL),
        OrderKind.DIAL,
        call.call_id,
        own_leg(call.contact_id) if standing.is_agent_first else "",
        to=call.caller,
        from_=call.dialled,
        timeout_ms=max(1, standing.until_ms - deciding.now_ms),
        is_placed=True,
    )


def _is_on_the_line(deciding: "Deciding") -> bool:
    """Whether the agent who places the call has picked up; where that cannot be, the call is over."""
    leg_id, standing, call = own_leg(deciding.call.contact_id), deciding.standing, deciding.call
    leg = call.legs.get(leg_id, Leg())
    if leg.stage is LegStage.ANSWERED:
        return True
    if leg.stage is LegStage.ENDED or call.done.get(f"{leg_id}{RINGS}") or not standing.to:
        has_left = leg.cause in ("hangup", "released")
        _fail(deciding, DialFailure.CANCELLED if has_left else DialFailure.AGENT_UNREACHED)
    elif leg.stage is LegStage.ASKED:
        wait_ms = min(limits.AGENT_PICKS_UP_MS, max(1, standing.until_ms - deciding.now_ms))
        ring = OrderKind.RING_AGENT
        deciding.leg_order(leg_id, ring, to=standing.to, timeout_ms=wait_ms, is_placed=True)
    return False
