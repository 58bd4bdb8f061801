"""A colleague asked during a call: by a leg of its own, beside the customer's and the agent's.

Law of this file: pure. A consult is no business of the engine: until the customer is handed over, the contact is its
agent's, on hold or not. Its wishes are stored as events of the call. An offer to the colleague who is on the line
already, which a transfer leads to, is answered by that leg: it takes the place of the one that would ring.

    wished for     the customer hears music, the colleague's phone rings
    `colleague`    agent and colleague hear each other, the customer music
    `customer`     agent and customer hear each other, the colleague music
    `all`          all three hear each other
    `over`         the colleague's leg ends, the customer is taken back
"""

from typing import Final

import msgspec

from callcenter.telephony import limits
from callcenter.telephony.calls import RINGS, Call, Consult, Leg, LegStage
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from routing.ids import AgentId, OfferId

COLLEAGUE: Final = "colleague"
CUSTOMER: Final = "customer"
ALL: Final = "all"
OVER: Final = "over"


class Wish(msgspec.Struct, frozen=True):
    """Whom the agent with the leg `for_leg_id` wants to ask, as it is stored; `asker_id` is that agent."""

    agent_id: AgentId
    for_leg_id: OfferId
    asker_id: AgentId | None = None


_WISH: Final = msgspec.json.Decoder(Wish)


def leg_id_of(call: Call) -> str:
    """The leg of the next consult."""
    return f"{call.contact_id}.c{len(call.consults) + 1}"


def fold(call: Call, event: PbxEvent) -> None:
    """Take in a wish that has been stored."""
    match event.type:
        case EventType.CONSULT_WISHED if event.leg_id not in call.consults:
            wish = _WISH.decode(event.value)
            call.consults[event.leg_id] = Consult(
                event.leg_id, wish.agent_id, wish.for_leg_id, asker_id=wish.asker_id
            )
            _turn(call, call.consults[event.leg_id], COLLEAGUE)
        case EventType.CONSULT_TURNED if event.leg_id in call.consults:
            _turn(call, call.consults[event.leg_id], event.value)
        case EventType.LEG_TAKEN_OVER:
            call.taken_over[event.leg_id] = event.value
            call.legs[event.leg_id] = call.leg(event.value)
        case _:
            return


def _turn(call: Call, consult: Consult, mode: str) -> None:
    """Once it is over, the customer is as the agent has wished last."""
    consult.turns.append(mode)
    leg = call.leg(consult.for_leg_id)
    leg.hold_wish = mode == COLLEAGUE
    leg.hold_wishes += 1


def stage(call: Call, consult: Consult) -> LegStage:
    """How far the colleague's leg has come. One that cannot be brought together with the agent's is of no use."""
    if _fault(call, consult):
        return LegStage.ENDED
    return call.legs.get(consult.leg_id, Leg()).stage


def cause(call: Call, consult: Consult) -> str:
    """Why the colleague's leg ended."""
    leg = call.legs.get(consult.leg_id, Leg())
    return leg.cause or _fault(call, consult)


def _fault(call: Call, consult: Consult) -> str:
    first = f"{consult.leg_id}.{OrderKind.CONSULT}.1"
    return call.done.get(f"{consult.leg_id}{RINGS}") or call.done.get(first, "")


def mode(call: Call, consult: Consult) -> str:
    """Who hears whom, as far as the phone system has told; "" before the colleague has picked up."""
    for number in range(len(consult.turns), 0, -1):
        if call.done.get(f"{consult.leg_id}.{OrderKind.CONSULT}.{number}") == "":
            return consult.turns[number - 1]
    return ""


def last(call: Call, for_leg_id: OfferId | None) -> Consult | None:
    """The newest consult beside an agent's leg that its agent has not ended and nobody has taken over."""
    consult = next(reversed(call.consults.values()), None)
    if consult is None or consult.for_leg_id != for_leg_id or consult.turns[-1] == OVER:
        return None
    return None if consult.leg_id in call.taken_over.values() else consult


def live(call: Call, for_leg_id: OfferId | None) -> Consult | None:
    """The same, unless the colleague's leg has ended."""
    consult = last(call, for_leg_id)
    return None if consult is None or stage(call, consult) is LegStage.ENDED else consult


def colleague_of(call: Call) -> AgentId | None:
    """Whose phone is in use for this call without an offer."""
    consult = next(reversed(call.consults.values()), None)
    is_live = consult is not None and live(call, consult.for_leg_id) is consult
    return consult.agent_id if consult is not None and is_live and not call.end_cause else None


def takes_over(call: Call, agent_id: AgentId) -> Consult | None:
    """The consult whose leg answers an offer to this agent: the colleague's phone rings or talks already."""
    consult = next(reversed(call.consults.values()), None)
    if consult is None or consult.agent_id != agent_id or consult.turns[-1] == OVER:
        return None
    is_there = stage(call, consult) in (LegStage.RINGS, LegStage.ANSWERED)
    return consult if is_there and consult.leg_id not in call.taken_over.values() else None


def taken_over(call: Call, offer_id: OfferId, consult: Consult, now_ms: int) -> PbxEvent:
    """What is stored of it."""
    return PbxEvent(
        EventType.LEG_TAKEN_OVER,
        f"own/{offer_id}.taken",
        call.call_id,
        at_ms=now_ms,
        leg_id=offer_id,
        value=consult.leg_id,
    )


def orders(call: Call, consult: Consult, to: str, now_ms: int) -> tuple[list[Order], int | None]:
    """What the phone system is asked for, and when to ask again. The leg `to` rings has a deadline of ours too."""
    leg_id, leg = consult.leg_id, call.leg(consult.for_leg_id)
    name = f"{leg_id}{RINGS}"
    if stage(call, consult) is LegStage.ANSWERED:
        return [_turned(call, consult)], None
    asked: list[Order] = []
    if not leg.is_held:
        asked.append(_hold(call, consult, leg))
    until_ms = call.sent.get(name, now_ms) + limits.CONSULT_RING_MS + limits.CONSULT_GRACE_MS
    if now_ms >= until_ms:
        hang_up = Order(f"{leg_id}.{OrderKind.HANGUP}", OrderKind.HANGUP, call.call_id, leg_id)
        return [hang_up], None
    ring_ms = limits.CONSULT_RING_MS
    kind = OrderKind.RING_AGENT
    asked.append(Order(name, kind, call.call_id, leg_id, to=to, timeout_ms=ring_ms))
    return asked, until_ms


def _hold(call: Call, consult: Consult, leg: Leg) -> Order:
    leg_id = call.taken_over.get(consult.for_leg_id, consult.for_leg_id)
    command_id = f"{leg_id}.{OrderKind.HOLD}.{leg.hold_wishes}"
    return Order(command_id, OrderKind.HOLD, call.call_id, leg_id)


def _turned(call: Call, consult: Consult) -> Order:
    number = len(consult.turns)
    return Order(
        f"{consult.leg_id}.{OrderKind.CONSULT}.{number}",
        OrderKind.CONSULT,
        call.call_id,
        call.taken_over.get(consult.for_leg_id, consult.for_leg_id),
        other_leg_id=consult.leg_id,
        mode=consult.turns[-1],
    )
