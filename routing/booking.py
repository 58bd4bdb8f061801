"""What the bookings of several events share: a contact moves on, waits, comes into a queue; capacity comes back.

A part of `reducer`, and called by it alone; its law holds here too: nothing is decided, only booked.
"""

from routing import events as ev
from routing import queue_booking, timers
from routing.errors import InvariantViolation
from routing.ids import AgentId, ContactId, OfferId
from routing.limits import ENDED_OFFERS_KEPT
from routing.state import (
    CONTACT_DEADLINES,
    CONTACT_TRANSITIONS,
    Agent,
    Contact,
    ContactState,
    DeadlineKind,
    State,
    with_entry,
    without,
)
from routing.steps import enterable, next_step_ms, step_by_waiting


def move(state: State, contact: Contact, event: ev.Event, due_ms: int | None = None) -> None:
    """Follow the transition table and arm the one deadline of the new state."""
    target = CONTACT_TRANSITIONS.get((contact.state, type(event)))
    if target is None:
        raise InvariantViolation(
            f"INV-1 {type(event).__name__} cannot follow {contact.state} of contact {contact.contact_id}"
        )
    if contact.state is ContactState.WAITING:
        timers.cancel(state, timers.step_key(contact.contact_id))
        timers.cancel(state, timers.exit_key(contact.contact_id))
    contact.state = target
    contact.state_since_ms = event.at_ms
    key = timers.contact_key(contact.contact_id)
    if due_ms is None:
        timers.cancel(state, key)
    else:
        kind = CONTACT_DEADLINES[target]
        timers.arm(state, key, kind, due_ms, contact_id=contact.contact_id)


def wait(state: State, contact: Contact, event: ev.Event) -> None:
    """Put the contact into its queue's waiting line; age and step are what they were."""
    every_ms = state.queues[contact.queue_id].waiting_alarm_ms
    due_ms = timers.following(contact.age_origin_ms, every_ms, event.at_ms)
    move(state, contact, event, due_ms)
    queue_booking.arm_exit(state, contact, event.at_ms)
    contact.agent_id = None
    queue_booking.note_precedence(state, contact)
    state.waiting[contact.queue_id][contact.contact_id] = None
    arm_step(state, contact)


def enter_step(state: State, contact: Contact, step: int) -> None:
    """Ask for what the step says, or for what the first step after it says that the contact can be in."""
    timers.cancel(state, timers.step_key(contact.contact_id))
    contact.step, contact.demand = enterable(state, contact, step)
    if contact.state is ContactState.WAITING:
        arm_step(state, contact)


def arm_step(state: State, contact: Contact) -> None:
    """Give a waiting contact the deadline of its next step, if there is one."""
    due_ms = next_step_ms(state, contact)
    if due_ms is not None:
        key, kind = timers.step_key(contact.contact_id), DeadlineKind.ADVANCE_STEP
        timers.arm(state, key, kind, due_ms, contact_id=contact.contact_id)


def enter_queue(
    state: State, contact: Contact, event: ev.ContactQueued | ev.ContactRequeued
) -> None:
    """The contact belongs to this queue from here on, at this age; another queue has steps of its own."""
    is_new = contact.queued_at_ms == 0  # it has never waited: a call of ours may talk first
    contact.queued_at_ms = event.at_ms
    shift_ms, contact.age_origin_ms = (
        event.age_origin_ms - contact.age_origin_ms,
        event.age_origin_ms,
    )
    if event.queue_id == contact.queue_id and not is_new:
        contact.step_origin_ms += shift_ms
        return
    contact.queue_id = event.queue_id
    contact.step_origin_ms = event.age_origin_ms if is_new else event.at_ms
    waited_ms = event.at_ms - contact.step_origin_ms
    enter_step(state, contact, step_by_waiting(state.queues[event.queue_id], waited_ms))


def arm_gone(state: State, contact: Contact, at_ms: int) -> None:
    """Give a customer who is gone a deadline to come back."""
    configuration = state.configuration
    if configuration is None or contact.is_customer_present:
        return
    due_ms = at_ms + configuration.customer_gone_ms
    key = timers.gone_key(contact.contact_id)
    kind = DeadlineKind.CLOSE_GONE_CUSTOMER
    timers.arm(state, key, kind, due_ms, contact_id=contact.contact_id)


def became_idle(state: State, agent: Agent, at_ms: int) -> None:
    """Put the agent at the end of the longest-idle order."""
    state.idle_changes += 1
    agent.idle_since_ms = at_ms
    agent.idle_order = state.idle_changes


def release(state: State, agent: Agent, contact_id: ContactId) -> None:
    """Return the capacity a contact held; an agent marked as removed is forgotten with its last work."""
    if contact_id in agent.holds:
        agent.holds = without(agent.holds, contact_id)
    elif contact_id in agent.interrupted:
        agent.interrupted = without(agent.interrupted, contact_id)
    elif contact_id in agent.parked:
        agent.parked = without(agent.parked, contact_id)
    else:
        raise InvariantViolation(f"INV-2 agent {agent.agent_id} returns contact {contact_id} twice")
    agent.interruptible = without(agent.interruptible, contact_id)
    forget_if_done(state, agent)


def forget_if_done(state: State, agent: Agent) -> None:
    """Forget an agent who was removed, once nothing is in hand."""
    if not agent.is_removed or agent.owned_ids():
        return
    for contact_id in list(agent.excluded_from):
        pardon(state, contact_id, agent.agent_id)
    del state.agents[agent.agent_id]


def exclude(state: State, contact: Contact, agent: Agent, at_ms: int) -> None:
    """Keep this contact from this agent until the queue's re-offer gap has passed."""
    until_ms = at_ms + state.queues[contact.queue_id].reoffer_gap_ms
    contact.last_resort = without(contact.last_resort, agent.agent_id)
    contact.excluded = with_entry(contact.excluded, agent.agent_id, until_ms)
    agent.excluded_from = with_entry(agent.excluded_from, contact.contact_id, None)
    timers.arm(
        state,
        timers.exclusion_key(contact.contact_id, agent.agent_id),
        DeadlineKind.LAPSE_EXCLUSION,
        until_ms,
        contact_id=contact.contact_id,
        agent_id=agent.agent_id,
    )


def pardon(state: State, contact_id: ContactId, agent_id: AgentId) -> None:
    """Forget that this agent ever refused or missed this contact."""
    timers.cancel(state, timers.exclusion_key(contact_id, agent_id))
    contact = state.contacts.get(contact_id)
    if contact is not None:
        contact.excluded = without(contact.excluded, agent_id)
        contact.last_resort = without(contact.last_resort, agent_id)
    agent = state.agents.get(agent_id)
    if agent is not None:
        agent.excluded_from = without(agent.excluded_from, contact_id)


def end_offer(state: State, offer_id: OfferId, outcome: str) -> tuple[Contact, Agent]:
    """Take the offer out of the state and remember how it ended, for those who answer late."""
    offer = state.offers.pop(offer_id, None)
    if offer is None:
        raise InvariantViolation(f"INV-3 offer {offer_id} ended twice")
    agent, contact = state.agents[offer.agent_id], state.contacts[offer.contact_id]
    agent.offer_ids = without(agent.offer_ids, offer_id)
    contact.asked = without(contact.asked, offer.agent_id)
    state.ended_offers[offer_id] = outcome
    if len(state.ended_offers) > ENDED_OFFERS_KEPT:
        del state.ended_offers[next(iter(state.ended_offers))]
    return contact, agent


def connected_probe_ms(state: State) -> int:
    """After how long a conversation is looked at. Raises InvariantViolation without a configuration."""
    if state.configuration is None:
        raise InvariantViolation("INV-5 a conversation without a configuration")
    return state.configuration.connected_probe_ms
