"""What is booked of calls that we place: who is reserved for them, and what came of them.

A part of `reducer`, and called by it alone; its law holds here too: nothing is decided, only booked. A contact that is
called takes its agent's capacity from the permit to its end; where the agent is not on the line when the customer
answers, that capacity comes back with the answer, and the offer that follows takes it anew. Of an agent who is
predicted to be free it is taken beside the wrap-up, so that nothing else comes in between.
"""

import msgspec

from routing import booking, campaign_booking
from routing import events as ev
from routing.assignment_booking import take_in_hand
from routing.capacity import has_room
from routing.errors import InvariantViolation
from routing.state import State, with_entry


def permit_granted(state: State, event: ev.PermitGranted) -> None:
    """The agent is reserved, in wrap-up perhaps: that stays open, and its deadline runs on."""
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    contact.is_over_wrap_up = contact.is_over_wrap_up or event.free_by_ms is not None
    if event.is_agent_first and contact.dial is not None:
        contact.dial = msgspec.structs.replace(contact.dial, is_agent_first=True)
    is_emergency = contact.dial is not None and contact.dial.is_emergency
    if not is_emergency and not has_room(agent, contact):
        raise InvariantViolation(f"INV-2 permit {event.permit_id} exceeds the agent's capacity")
    booking.move(state, contact, event, event.expires_at_ms)
    contact.agent_id = agent.agent_id
    agent.holds = with_entry(agent.holds, contact.contact_id, contact.channel)
    state.offers_counted += 1
    agent.offered_order = state.offers_counted
    campaign_booking.permit_granted(state, contact)


def permit_used(state: State, event: ev.PermitUsed) -> None:
    """The permit is gone, and the reservation lasts until the call is answered or has failed."""
    contact = state.contacts[event.contact_id]
    booking.move(state, contact, event, event.until_ms)
    campaign_booking.permit_used(state, contact)


def dial_answered(state: State, event: ev.DialAnswered) -> None:
    """Who is not on the line is reserved no longer."""
    contact = state.contacts[event.contact_id]
    campaign_booking.answered(state, contact, event.at_ms)
    if not contact.is_agent_first:
        booking.release(state, state.agents[event.agent_id], event.contact_id)
        contact.agent_id = None


def dial_connected(state: State, event: ev.DialConnected) -> None:
    """Both talk: from here on it is an assignment like any other."""
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    booking.move(state, contact, event, event.at_ms + booking.connected_probe_ms(state))
    contact.connected_at_ms = event.at_ms
    agent.contacts_taken += 1
    take_in_hand(contact, agent)
    booking.became_idle(state, agent, event.at_ms)


def dial_ended(state: State, event: ev.DialEnded) -> None:
    """Why the customer was not reached."""
    state.contacts[event.contact_id].dial_failure = event.failure
