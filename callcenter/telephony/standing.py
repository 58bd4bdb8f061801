"""Where a call's contact stands, read from the committed state."""

from collections.abc import Callable

from callcenter.telephony.deciding import Ring, Standing
from routing.ids import AgentId, ContactId, OfferId
from routing.state import Contact, ContactState, State


def standing_of(
    state: State,
    contact_id: ContactId,
    phone_of: Callable[[AgentId], str],
    not_before_ms: int = 0,
) -> Standing:
    """The contact as `decide` looks at it. What was accepted before `not_before_ms` counts from there."""
    contact = state.contacts.get(contact_id)
    if contact is None:
        return Standing()
    rings = tuple(
        Ring(offer_id, agent_id, phone_of(agent_id), state.offers[offer_id].expires_at_ms)
        for agent_id, offer_id in contact.asked.items()
    )
    agent_id = contact.agent_id
    is_connected = contact.state is ContactState.CONNECTED and agent_id is not None
    return Standing(
        state=contact.state,
        rings=rings,
        agent_id=agent_id,
        leg_id=accepted_offer(state, contact) if is_connected else None,
        to="" if agent_id is None else phone_of(agent_id),
        accepted_at_ms=max(contact.connected_at_ms, not_before_ms),
        is_held=contact.held_since_ms is not None,
    )


def accepted_offer(state: State, contact: Contact) -> OfferId | None:
    """The offer by which its agent has the contact: the newest that was accepted."""
    for number in range(contact.offers_made, 0, -1):
        offer_id = OfferId(f"{contact.contact_id}.{number}")
        if state.ended_offers.get(offer_id) == "accepted":
            return offer_id
    return None
