"""What follows from what: the chains of decision events that commands and deadlines share.

A `Step` is one command, or one due deadline, being worked off: its time, the live state, and `emit`, which
applies an event at once, so that each line below sees the state the line above has left.
"""

from collections.abc import Callable, Iterator

import msgspec

from routing import events as ev
from routing.capacity import exceeds
from routing.ids import NO_AGENT, AgentId, DispositionId, OfferId, QueueId, ReasonId
from routing.model import (
    REASON_MISSED,
    REASON_PHONE_FAULT,
    REASON_SIGNED_IN,
    AgentState,
    Channel,
    DialFailure,
    Party,
    unreached,
)
from routing.state import BEING_CALLED, Agent, Contact, ContactState, Demand, NextState, State

LIVE_CHANNELS_HELD = (Channel.VOICE, Channel.OUTBOUND_VOICE)
"""Channels whose connected contacts survive their agent's desk: a talking call ends only by its leg."""


_REASON_OF_CAUSE: dict[ev.StateCause, ReasonId] = {
    ev.StateCause.MISSED_OFFERS: REASON_MISSED,
    ev.StateCause.SIGNED_IN: REASON_SIGNED_IN,
    ev.StateCause.PHONE_FAULT: REASON_PHONE_FAULT,
}


BestAgent = Callable[[Contact, int], Agent | None]
"""The free agent whom the contact's queue would ask first at an instant, in what the contact asks for."""

NextContact = Callable[[Agent, int], Contact | None]
"""The most urgent contact that waits for an agent whose wrap-ups were over, at an instant."""

Servers = Callable[[QueueId, Channel, Demand], Iterator[Agent]]
"""The agents whose facts, not their state of the moment, allow a contact of this queue, channel and demand."""


class Step(msgspec.Struct, frozen=True):
    """One unit of deciding."""

    state: State
    now_ms: int
    emit: Callable[[ev.Event], None]
    servers: Servers
    best_agent: BestAgent
    next_contact: NextContact


def make_offer(step: Step, contact: Contact, agent: Agent, trigger: ev.OfferTrigger) -> None:
    """Propose a waiting contact to an agent, for as long as its queue lets an offer live."""
    contact_id, queue_id = contact.contact_id, contact.queue_id
    offer_id = OfferId(f"{contact_id}.{contact.offers_made + 1}")
    expires_at_ms = step.now_ms + step.state.queues[queue_id].offer_timeout_ms
    step.emit(
        ev.OfferMade(
            step.now_ms,
            offer_id,
            contact_id,
            agent.agent_id,
            queue_id,
            expires_at_ms,
            trigger,
            step.now_ms - contact.age_origin_ms,
        )
    )


def waits_without_offer_to(contact: Contact, agent_id: AgentId) -> bool:
    """Whether the contact is back in its queue once its offer to this agent has ended."""
    return contact.state is ContactState.OFFERED and contact.asked.keys() == {agent_id}


def rescind_offer(
    step: Step, contact: Contact, agent_id: AgentId, reason: ev.RescindReason
) -> None:
    """Withdraw the contact's offer to this agent."""
    offer_id, contact_id = contact.asked[agent_id], contact.contact_id
    contact_waits = waits_without_offer_to(contact, agent_id)
    step.emit(ev.OfferRescinded(step.now_ms, offer_id, contact_id, agent_id, reason, contact_waits))


def rescind_offers_of(step: Step, contact: Contact, reason: ev.RescindReason) -> None:
    """Withdraw whatever offers the contact has."""
    for agent_id in list(contact.asked):
        rescind_offer(step, contact, agent_id, reason)


def rescind_offers_to(step: Step, agent: Agent, reason: ev.RescindReason) -> None:
    """Withdraw every offer an agent has not answered yet."""
    for offer_id in list(agent.offer_ids):
        contact = step.state.contacts[step.state.offers[offer_id].contact_id]
        rescind_offer(step, contact, agent.agent_id, reason)


def rescind_what_no_longer_fits(step: Step, agent: Agent) -> None:
    """Withdraw the newest offers that count on the room of work which can no longer be interrupted."""
    for offer_id in reversed([*agent.offer_ids]):
        contact = step.state.contacts[step.state.offers[offer_id].contact_id]
        if (contact.may_interrupt or contact.is_over_wrap_up) and exceeds(agent, contact):
            rescind_offer(step, contact, agent.agent_id, ev.RescindReason.NO_ROOM)


def requeue_connected(step: Step, agent: Agent, reason: ev.RequeueReason) -> None:
    """Send what the agent has in hand back to its queues; of an agent who was removed, parked work as well."""
    parked = agent.parked if agent.is_removed else {}
    in_hand = [contact_id for contact_id in agent.holds if contact_id not in agent.wrap_ups]
    for contact_id in (*in_hand, *agent.interrupted, *parked):
        contact = step.state.contacts[contact_id]
        if contact.agent_id is not None and contact.channel not in LIVE_CHANNELS_HELD:
            requeue(step, contact, agent, reason)


def requeue(step: Step, contact: Contact, agent: Agent, reason: ev.RequeueReason) -> None:
    """Send one contact back to its queue; the time it was with the agent is not age."""
    with_agent_ms = step.now_ms - contact.connected_at_ms
    step.emit(
        ev.ContactRequeued(
            step.now_ms,
            contact.contact_id,
            agent.agent_id,
            contact.queue_id,
            reason,
            contact.age_origin_ms + with_agent_ms,
        )
    )


def close_contact(
    step: Step,
    contact: Contact,
    outcome: ev.ContactOutcome,
    disposition_id: DispositionId | None = None,
) -> None:
    """End the contact for good, and let the agent's pending next status apply if this was the last work."""
    agent_id = contact.agent_id
    contact_id, queue_id = contact.contact_id, contact.queue_id
    step.emit(
        ev.ContactClosed(step.now_ms, contact_id, queue_id, outcome, agent_id, disposition_id)
    )
    if agent_id is not None:
        apply_next_state(step, agent_id)


def leave_queue(step: Step, contact: Contact, ended_by: Party = Party.CUSTOMER) -> None:
    """The customer is gone while waiting: withdraw the offers, close as abandoned, unless somebody else has taken them."""
    rescind_offers_of(step, contact, ev.RescindReason.CUSTOMER_LEFT)
    is_outside = ended_by is Party.OUTSIDE
    outcome = ev.ContactOutcome.HANDLED_OUTSIDE if is_outside else ev.ContactOutcome.ABANDONED
    close_contact(step, contact, outcome)


def end_dial(step: Step, contact: Contact, failure: DialFailure) -> None:
    """Our call has not reached the customer: the contact ends, and its agent is free, or wraps up."""
    agent_id = contact.agent_id or NO_AGENT
    step.emit(ev.DialEnded(step.now_ms, contact.contact_id, agent_id, failure))
    dial = contact.dial
    has_wrap_up = dial is not None and contact.is_agent_first and dial.wraps_up_unreached
    if not has_wrap_up or not begin_wrap_up(step, contact, agent_id):
        close_contact(step, contact, ev.ContactOutcome.UNREACHED, unreached(failure))


def end_dials_of(step: Step, agent: Agent) -> None:
    """Nothing is dialled for an agent who is gone; what is dialled already goes on."""
    for contact_id in list(agent.holds):
        contact = step.state.contacts.get(contact_id)
        if contact is not None and contact.state is ContactState.RESERVED:
            end_dial(step, contact, DialFailure.AGENT_LEFT)


def finish_conversation(step: Step, contact: Contact, agent_id: AgentId) -> None:
    """The conversation is over: wrap-up begins, or the contact closes where the queue has none.

    Parked work closes as well: it has no room for a wrap-up. A call that nobody has answered was no conversation.
    """
    if contact.state in BEING_CALLED:
        end_dial(step, contact, DialFailure.CANCELLED)
    elif not begin_wrap_up(step, contact, agent_id):
        close_contact(step, contact, ev.ContactOutcome.HANDLED)


def begin_wrap_up(step: Step, contact: Contact, agent_id: AgentId) -> bool:
    """Whether the agent wraps up what was in hand: where the queue has a wrap-up, it begins now."""
    limit_ms = step.state.queues[contact.queue_id].wrap_up_limit_ms
    if limit_ms == 0 or contact.state not in (ContactState.CONNECTED, ContactState.DIALLING):
        return False
    until_ms = step.now_ms + limit_ms
    step.emit(ev.WrapUpStarted(step.now_ms, contact.contact_id, agent_id, until_ms))
    rescind_what_no_longer_fits(step, step.state.agents[agent_id])
    return True


def finish_wrap_up(step: Step, ending: ev.WrapUpCompleted | ev.WrapUpExpired) -> None:
    """End the agent's assignment, and the contact with it unless it has been handed on."""
    step.emit(ending)
    contact = step.state.contacts.get(ending.contact_id)
    is_over = contact is not None and contact.state is ContactState.WRAP_UP
    if contact is not None and is_over and contact.agent_id == ending.agent_id:
        is_reached = contact.dial_failure is None
        outcome = ev.ContactOutcome.HANDLED if is_reached else ev.ContactOutcome.UNREACHED
        close_contact(step, contact, outcome, ending.disposition_id)
    else:
        apply_next_state(step, ending.agent_id)


def apply_next_state(step: Step, agent_id: AgentId) -> None:
    """Apply the agent's pending state if nothing is in hand any more."""
    agent = step.state.agents.get(agent_id)
    if agent is None or agent.next_state is None or agent.assignment_count:
        return
    _enter_state(step, agent_id, agent.next_state)


def follow_request(step: Step, agent: Agent) -> None:
    """Ready applies at once; anything else as soon as nothing is in hand, and until then nothing is offered."""
    asked = agent.next_state
    if asked is not None and asked.state is AgentState.READY:
        _enter_state(step, agent.agent_id, asked)
        return
    rescind_offers_to(step, agent, ev.RescindReason.AGENT_NOT_READY)
    apply_next_state(step, agent.agent_id)


def _enter_state(step: Step, agent_id: AgentId, asked: NextState) -> None:
    state, reason_id, cause = asked.state, asked.reason_id, asked.cause
    step.emit(ev.AgentStateChanged(step.now_ms, agent_id, state, reason_id, cause))


def put_out_of_ready(step: Step, agent: Agent, state: AgentState, cause: ev.StateCause) -> None:
    """Take an agent out of ready by the engine's own decision and withdraw what is still ringing."""
    reason_id = _REASON_OF_CAUSE.get(cause)
    step.emit(ev.AgentStateChanged(step.now_ms, agent.agent_id, state, reason_id, cause))
    rescind_offers_to(step, agent, ev.RescindReason.AGENT_NOT_READY)
