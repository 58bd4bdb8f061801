"""One agent's desk as the console shows it: a pure view of the state and of who the customers are."""

from collections.abc import Callable

import msgspec

from agents.protocol import (
    AgentCard,
    AskedCard,
    AssignmentCard,
    CallCard,
    CustomerCard,
    Desk,
    EmailCard,
    GivenAnswer,
    NextState,
    OfferCard,
    OfferReason,
    SkillLevel,
)
from routing.capacity import units_in_use
from routing.events import Event
from routing.ids import AgentId, ContactId
from routing.model import Party
from routing.state import BEING_CALLED, Agent, Contact, ContactState, Offer, State, WrapUp
from routing.timers import wrap_up_key


class Introduction(msgspec.Struct, frozen=True):
    """Who the customer of a contact is: what they said when it began, and what the company knows of them."""

    customer_name: str = ""
    language: str = "en"
    opening_text: str = ""
    customer: CustomerCard | None = None
    email: EmailCard | None = None
    call: CallCard | None = None
    given: tuple[GivenAnswer, ...] = ()


_ASSIGNED = (*BEING_CALLED, ContactState.CONNECTED, ContactState.PARKED)

Introductions = Callable[[ContactId], Introduction]
Questions = Callable[[AgentId], AskedCard | None]
"""What a colleague asks an agent now, without what the introduction of its contact says."""


def nobody_asks(_agent_id: AgentId) -> AskedCard | None:
    """Where there are no calls."""
    return None


def desk_of(
    state: State,
    agent_id: AgentId,
    introductions: Introductions,
    questions: Questions = nobody_asks,
) -> Desk | None:
    """The whole desk, or None for somebody who is no agent. Offers and contacts are oldest first."""
    agent = state.agents.get(agent_id)
    if agent is None:
        return None
    offers = [
        _offer_card(state, agent, state.offers[offer_id], introductions)
        for offer_id in agent.offer_ids
    ]
    assignments = [
        _assignment_card(state, agent, contact_id, introductions(contact_id))
        for contact_id in agent.owned_ids()
        if _is_assigned(state, agent, contact_id)
    ]
    asked = questions(agent_id)
    told = [] if asked is None else [_asked_card(state, asked, introductions)]
    return Desk(_agent_card(agent), offers, assignments, told)


def _asked_card(state: State, asked: AskedCard, introductions: Introductions) -> AskedCard:
    """Who the customer is, as long as the contact is not over."""
    contact = state.contacts.get(ContactId(asked.contact_id))
    if contact is None:
        return asked
    introduction = introductions(contact.contact_id)
    return msgspec.structs.replace(
        asked,
        queue_id=contact.queue_id,
        customer_name=introduction.customer_name,
        customer=introduction.customer,
        given=list(introduction.given),
    )


def agents_touched(state: State, event: Event) -> tuple[AgentId, ...]:
    """The agents whose desks look different because of this event."""
    agent_id: AgentId | None = getattr(event, "agent_id", None)
    if agent_id is not None:
        return (agent_id,)
    contact = state.contacts.get(getattr(event, "contact_id", ContactId("")))
    return () if contact is None else desks_with(contact)


def desks_with(contact: Contact) -> tuple[AgentId, ...]:
    """The agents who have the contact on their desk: its holder, or everybody who is asked."""
    holder = () if contact.agent_id is None else (contact.agent_id,)
    return (*holder, *contact.asked)


def _agent_card(agent: Agent) -> AgentCard:
    pending = agent.next_state
    return AgentCard(
        agent_id=agent.agent_id,
        state=agent.state,
        reason_id=agent.reason_id,
        state_since_ms=agent.state_since_ms,
        next_state=None if pending is None else NextState(pending.state, pending.reason_id),
        is_present=agent.is_present,
        capacity_used=units_in_use(agent),
        capacity_total=agent.capacity.total,
    )


def why_offered(agent: Agent, contact: Contact) -> OfferReason:
    """In one line: the customer is theirs, or they have what is asked for, or it is simply their queue's."""
    if agent.agent_id in (contact.preferred_agent_id, contact.demand.agent_id):
        return OfferReason("preferred")
    held = [
        SkillLevel(need.skill_id, agent.skills[need.skill_id])
        for need in contact.needs
        if need.skill_id in agent.skills
    ]
    return OfferReason("skills", held) if held else OfferReason("queue")


def _offer_card(
    state: State, agent: Agent, offer: Offer, introductions: Introductions
) -> OfferCard:
    contact = state.contacts[offer.contact_id]
    introduction = introductions(contact.contact_id)
    return OfferCard(
        offer_id=offer.offer_id,
        contact_id=contact.contact_id,
        channel=contact.channel,
        queue_id=contact.queue_id,
        customer_name=introduction.customer_name,
        opening_text=introduction.opening_text,
        language=introduction.language,
        waiting_since_ms=contact.age_origin_ms,
        made_at_ms=offer.made_at_ms,
        expires_at_ms=offer.expires_at_ms,
        why=why_offered(agent, contact),
        customer=introduction.customer,
        email=introduction.email,
        call=_call(introduction, "ringing", offer.made_at_ms),
        given=list(introduction.given),
    )


def _is_assigned(state: State, agent: Agent, contact_id: ContactId) -> bool:
    if contact_id in agent.wrap_ups:
        return True
    return state.contacts[contact_id].state in _ASSIGNED


def _assignment_card(
    state: State, agent: Agent, contact_id: ContactId, introduction: Introduction
) -> AssignmentCard:
    wrap_up = agent.wrap_ups.get(contact_id)
    if wrap_up is not None:
        return _wrap_up_card(state, agent, wrap_up, introduction)
    contact = state.contacts[contact_id]
    extensions_max = state.queues[contact.queue_id].wrap_up_extensions_max
    return AssignmentCard(
        contact_id=contact.contact_id,
        channel=contact.channel,
        queue_id=contact.queue_id,
        state=ContactState.DIALLING if contact.state in BEING_CALLED else contact.state,
        state_since_ms=contact.state_since_ms,
        arrived_at_ms=contact.arrived_at_ms,
        connected_at_ms=contact.connected_at_ms or contact.state_since_ms,
        customer_name=introduction.customer_name,
        language=introduction.language,
        is_customer_present=contact.is_customer_present,
        is_ended_by_customer=False,
        wrap_up_until_ms=None,
        wrap_up_extensions_left=extensions_max,
        last_message_seq=contact.last_message_seq,
        is_interrupted=contact_id in agent.interrupted,
        customer=introduction.customer,
        email=introduction.email,
        call=introduction.call,
        given=list(introduction.given),
    )


def _wrap_up_card(
    state: State, agent: Agent, wrap_up: WrapUp, introduction: Introduction
) -> AssignmentCard:
    """What the agent has left to do; the contact itself may be elsewhere, or over for good."""
    contact = state.contacts.get(wrap_up.contact_id)
    is_last = contact is not None and contact.state is ContactState.WRAP_UP
    deadline = state.deadlines[wrap_up_key(wrap_up.contact_id, agent.agent_id)]
    extensions_max = state.queues[wrap_up.queue_id].wrap_up_extensions_max
    return AssignmentCard(
        contact_id=wrap_up.contact_id,
        channel=wrap_up.channel,
        queue_id=wrap_up.queue_id,
        state=ContactState.WRAP_UP,
        state_since_ms=wrap_up.started_at_ms,
        arrived_at_ms=wrap_up.arrived_at_ms,
        connected_at_ms=wrap_up.connected_at_ms,
        customer_name=introduction.customer_name,
        language=introduction.language,
        is_customer_present=contact is not None and is_last and contact.is_customer_present,
        is_ended_by_customer=contact is not None and is_last and contact.ended_by is Party.CUSTOMER,
        wrap_up_until_ms=deadline.due_ms,
        wrap_up_extensions_left=max(0, extensions_max - wrap_up.extensions),
        last_message_seq=wrap_up.last_message_seq,
        customer=introduction.customer,
        email=introduction.email,
        call=_call(introduction, "ended", wrap_up.started_at_ms),
        given=list(introduction.given),
    )


def _call(introduction: Introduction, state: str, since_ms: int) -> CallCard | None:
    """The call as this desk has it: it rings here, or is over here, whatever it is elsewhere."""
    card = introduction.call
    if card is None:
        return None
    return msgspec.structs.replace(card, state=state, since_ms=since_ms)
