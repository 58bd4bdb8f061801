"""Where a call's contact stands, read from the committed state."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from callcenter.telephony.calls import Call, LegStage, own_leg
from callcenter.telephony.recording import NO_PLANS, Plans
from callcenter.telephony.wanted import Ring, Standing
from routing.ids import AgentId, OfferId
from routing.state import Contact, ContactState, State
from routing.timers import contact_key


def standing_of(
    state: State,
    call: Call,
    phone_of: Callable[[AgentId], str],
    not_before_ms: int = 0,
    *,
    consulted: AbstractSet[AgentId] = frozenset(),
    plans: Plans = NO_PLANS,
) -> Standing:
    """The contact as `decide` looks at it. What was accepted before `not_before_ms` counts from there.

    `consulted` are agents on the phone without an offer, `plans` say what is to be recorded.
    """
    contact = state.contacts.get(call.contact_id)
    if contact is None:
        return Standing(plans=plans)
    rings = tuple(
        Ring(
            offer_id,
            agent_id,
            phone_of(agent_id),
            state.offers[offer_id].expires_at_ms,
            is_consulted=agent_id in consulted,
        )
        for agent_id, offer_id in contact.asked.items()
    )
    agent_id = contact.agent_id
    deadline = state.deadlines.get(contact_key(contact.contact_id))
    is_connected = contact.state is ContactState.CONNECTED and agent_id is not None
    consult = next(reversed(call.consults.values()), None)
    return Standing(
        state=contact.state,
        rings=rings,
        agent_id=agent_id,
        leg_id=leg_in_hand(state, contact, call) if is_connected else None,
        to="" if agent_id is None else phone_of(agent_id),
        accepted_at_ms=max(contact.connected_at_ms, not_before_ms),
        is_held=contact.held_since_ms is not None,
        consult_to="" if consult is None else phone_of(consult.agent_id),
        queue_id=contact.queue_id,
        plans=plans,
        is_agent_first=contact.is_agent_first,
        is_emergency=contact.dial is not None and contact.dial.is_emergency,
        until_ms=0 if deadline is None else deadline.due_ms,
        phones={one.user_id: phone_of(AgentId(one.user_id)) for one in call.listeners.values()},
    )


def leg_in_hand(state: State, contact: Contact, call: Call) -> OfferId | None:
    """The leg by which its agent has the contact: of the offer accepted last.

    The state remembers ended offers for a while only, and the call knows what it saw accepted since the start: behind
    both, it is the leg that talks.
    """
    if call.accepted_leg_id is not None:
        return call.accepted_leg_id
    if contact.is_agent_first and not contact.offers_made:
        return own_leg(contact.contact_id)
    for number in range(contact.offers_made, 0, -1):
        offer_id = OfferId(f"{contact.contact_id}.{number}")
        if state.ended_offers.get(offer_id) == "accepted":
            return offer_id
    talking = (
        OfferId(leg_id)
        for leg_id, leg in reversed(call.legs.items())
        if leg.was_bridged and leg.stage is LegStage.ANSWERED
    )
    return next(talking, None)
