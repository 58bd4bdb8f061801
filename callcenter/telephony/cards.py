"""What a desk shows of a call."""

from collections.abc import Callable
from typing import Final

from agents.protocol import AskedCard, CallCard, ConsultCard
from callcenter.telephony import asides, consulting, recording
from callcenter.telephony.calls import Call, Consult, LegStage
from callcenter.telephony.standing import leg_in_hand
from routing.ids import AgentId, OfferId
from routing.state import ContactState, State

DIGITS_SHOWN: Final = 4


def masked(number: str) -> str:
    """A number but for its end: agents see enough to tell callers apart, and nothing to take home."""
    return f"•••• {number[-DIGITS_SHOWN:]}" if len(number) > DIGITS_SHOWN else number


def card_of(call: Call, state: State, name_of: Callable[[AgentId], str]) -> CallCard | None:
    """The card of the assignment; None where there is nothing to show. What it is on an offer, the desk knows."""
    contact = state.contacts.get(call.contact_id)
    if contact is None:
        return None
    shown, since_ms = "connecting", contact.state_since_ms
    consult, is_muted, taped = None, False, ""
    if call.end_cause or contact.state is ContactState.WRAP_UP:
        shown = "ended"
    elif contact.state is ContactState.CONNECTED:
        leg_id = leg_in_hand(state, contact, call)
        leg = call.legs.get(leg_id or "")
        if leg is not None and leg.was_bridged:
            shown, since_ms = ("held" if leg.is_held else "talking"), leg.since_ms
            consult = _consult_of(call, leg_id, name_of)
            talks = call.taken_over.get(leg_id, leg_id) if leg_id is not None else ""
            is_muted, taped = leg.is_muted, recording.shown(call, leg, talks)
    return CallCard(
        shown,
        since_ms,
        masked(call.caller),
        call.language,
        call.dialled,
        consult,
        is_muted=is_muted,
        recording=taped,
    )


def asked_of(call: Call, consult: Consult) -> AskedCard:
    """What the colleague who is asked sees of it; since when, and who asks, is added."""
    ended_as = asides.outcome(call, consult)
    state = "ended" if ended_as else consulting.mode(call, consult) or "ringing"
    return AskedCard(
        call.contact_id,
        "",
        state,
        0,
        ended_as=ended_as,
        language=call.language,
        caller=masked(call.caller),
    )


def _consult_of(
    call: Call, leg_id: OfferId | None, name_of: Callable[[AgentId], str]
) -> ConsultCard | None:
    """One that ended by itself is shown while the customer is still on hold for it."""
    consult = consulting.last(call, leg_id)
    if consult is None:
        return None
    agent_id, name = consult.agent_id, name_of(consult.agent_id)
    stage = consulting.stage(call, consult)
    if stage is LegStage.ENDED:
        is_held = call.leg(consult.for_leg_id).hold_wish
        cause = consulting.cause(call, consult)
        return ConsultCard(agent_id, name, "ended", cause) if is_held else None
    mode = consulting.mode(call, consult)
    return ConsultCard(agent_id, name, mode or "ringing", "", stage is LegStage.ANSWERED)
