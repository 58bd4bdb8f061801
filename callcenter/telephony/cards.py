"""What a desk shows of a call."""

from typing import Final

from agents.protocol import CallCard, GivenAnswer
from callcenter.telephony.calls import Call
from callcenter.telephony.standing import leg_in_hand
from routing.state import ContactState, State

DIGITS_SHOWN: Final = 4


def masked(number: str) -> str:
    """A number but for its end: agents see enough to tell callers apart, and nothing to take home."""
    return f"•••• {number[-DIGITS_SHOWN:]}" if len(number) > DIGITS_SHOWN else number


def card_of(call: Call, state: State) -> CallCard | None:
    """The card of the assignment; None where there is nothing to show. What it is on an offer, the desk knows."""
    contact = state.contacts.get(call.contact_id)
    if contact is None:
        return None
    shown, since_ms = "connecting", contact.state_since_ms
    if call.end_cause or contact.state is ContactState.WRAP_UP:
        shown = "ended"
    elif contact.state is ContactState.CONNECTED:
        leg = call.legs.get(leg_in_hand(state, contact, call) or "")
        if leg is not None and leg.was_bridged:
            shown, since_ms = ("held" if leg.is_held else "talking"), leg.since_ms
    told = () if call.flow is None else call.flow.session.given
    given = [GivenAnswer(one.node, one.text) for one in told]
    return CallCard(shown, since_ms, masked(call.caller), call.language, call.dialled, given)
