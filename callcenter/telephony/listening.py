"""A supervisor in a call that talks: hears it, speaks to the agent alone, or to everybody.

Law of this file: pure. Wishes are stored as events of the call; each has a leg of its own, to the supervisor's phone, which
lives no longer than the agent's part of the call. Whose voice goes where is the phone system's to keep.

    `listen`    the supervisor hears both, and nobody hears the supervisor
    `whisper`   the agent hears the supervisor, the customer does not
    `barge`     both hear the supervisor
    `over`      the supervisor's leg ends
"""

from typing import Final

from callcenter.telephony import limits
from callcenter.telephony.calls import RINGS, Call, Leg, LegStage, Listener
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from routing.ids import OfferId

LISTEN: Final = "listen"
WHISPER: Final = "whisper"
BARGE: Final = "barge"
OVER: Final = "over"


def leg_id_of(call: Call) -> str:
    """The leg of the next supervisor."""
    return f"{call.contact_id}.s{len(call.listeners) + 1}"


def fold(call: Call, event: PbxEvent) -> None:
    """Take in a wish that has been stored: whose it is stands in `from_`, the mode in `value`."""
    if event.type == EventType.LISTEN_WISHED and event.leg_id not in call.listeners:
        listener = Listener(event.leg_id, event.from_)
        call.listeners[event.leg_id] = listener
        listener.turns.append(event.value)
    elif event.type == EventType.LISTEN_TURNED and event.leg_id in call.listeners:
        call.listeners[event.leg_id].turns.append(event.value)


def live(call: Call) -> list[Listener]:
    """Those whose legs are to be."""
    return [one for one in call.listeners.values() if _is_live(call, one)]


def of_user(call: Call, user_id: str) -> Listener | None:
    """The live one of a supervisor."""
    return next((one for one in live(call) if one.user_id == user_id), None)


def has_answered(call: Call, listener: Listener) -> bool:
    """Whether the supervisor has picked up."""
    return call.legs.get(listener.leg_id, Leg()).stage is LegStage.ANSWERED


def _is_live(call: Call, listener: Listener) -> bool:
    leg_id, number = listener.leg_id, len(listener.turns)
    failed = call.done.get(f"{leg_id}{RINGS}") or call.done.get(_name(leg_id, number))
    is_over = call.legs.get(leg_id, Leg()).stage is LegStage.ENDED
    return not (failed or is_over or listener.turns[-1] == OVER)


def _name(leg_id: str, number: int) -> str:
    return f"{leg_id}.{OrderKind.SNOOP}.{number}"


def orders(call: Call, agents_leg_id: OfferId, phones: dict[str, str]) -> list[Order]:
    """What the phone system is asked for; `phones` rings each supervisor."""
    asked = []
    for one in live(call):
        leg_id, call_id = one.leg_id, call.call_id
        if has_answered(call, one):
            name, kind = _name(leg_id, len(one.turns)), OrderKind.SNOOP
            asked.append(
                Order(name, kind, call_id, agents_leg_id, other_leg_id=leg_id, mode=one.turns[-1])
            )
        else:
            name, kind = f"{leg_id}{RINGS}", OrderKind.RING_AGENT
            to, ring_ms = phones.get(one.user_id, ""), limits.LISTEN_RING_MS
            asked.append(Order(name, kind, call_id, leg_id, to=to, timeout_ms=ring_ms))
    return asked
