"""`apply(state, event)`: the only mutator of the state, used live, in recovery and in replay.

Law of this file: no decision is taken here. An event says what happened; the reducer books it, moves the
contact along `CONTACT_TRANSITIONS`, and arms or cancels the deadlines that belong to the new state. An event
that does not fit the state is an InvariantViolation: the journal and the state disagree.
"""

from collections.abc import Callable
from typing import Any

from routing import assignment_booking, campaign_booking, dial_booking, queue_booking, timers
from routing import events as ev
from routing.booking import (
    arm_gone,
    became_idle,
    connected_probe_ms,
    end_offer,
    enter_queue,
    enter_step,
    exclude,
    forget_if_done,
    move,
    pardon,
    release,
    wait,
)
from routing.capacity import has_room
from routing.errors import InvariantViolation
from routing.model import (
    REASON_MISSED,
    REASON_PHONE_FAULT,
    AgentState,
    NotReadyReason,
    QueuePolicy,
    RejectCause,
    asked_at_once,
)
from routing.state import (
    BEING_CALLED,
    Agent,
    Contact,
    ContactState,
    DeadlineKind,
    NextState,
    Offer,
    State,
    nothing,
    with_entry,
    without,
)
from routing.steps import step_by_waiting


def apply(state: State, event: ev.Event) -> None:
    """Fold one event into the state. Raises InvariantViolation if it cannot follow."""
    state.seq += 1
    state.now_ms = max(state.now_ms, event.at_ms)
    _APPLY[type(event)](state, event)


# --- configuration and agents ------------------------------------------------------------------------


def _configuration_applied(state: State, event: ev.ConfigurationApplied) -> None:
    configuration, before = event.configuration, state.queues
    state.configuration = configuration
    state.queues = {policy.queue_id: policy for policy in configuration.queues}
    state.reasons = {reason.reason_id: reason for reason in configuration.not_ready_reasons}
    missed = state.reasons.get(REASON_MISSED)
    if missed is not None and REASON_PHONE_FAULT not in state.reasons:
        alike = NotReadyReason(REASON_PHONE_FAULT, missed.alert_after_ms)
        state.reasons[REASON_PHONE_FAULT] = alike
    waiting = state.waiting
    state.waiting = {queue_id: waiting.get(queue_id, {}) for queue_id in state.queues}
    for contact_id in (one for line in state.waiting.values() for one in line):
        contact = state.contacts[contact_id]
        queue_booking.note_precedence(state, contact)
    for contact in state.contacts.values():
        _migrate(state, contact, before[contact.queue_id], event.at_ms)
    for agent in state.agents.values():
        is_alarmed = timers.agent_key(agent.agent_id) in state.deadlines
        if agent.state is AgentState.NOT_READY and not is_alarmed:
            _arm_not_ready_alarm(state, agent, event.at_ms)
    queue_booking.reconfigured(state, event.at_ms)


def _migrate(state: State, contact: Contact, before: QueuePolicy, at_ms: int) -> None:
    """Bring a contact under its queue's new rules: it keeps its age, and new steps are counted by its waiting."""
    policy = state.queues[contact.queue_id]
    if (before.steps, before.needs, before.site) == (policy.steps, policy.needs, policy.site):
        return
    is_same = before.steps == policy.steps
    enter_step(state, contact, contact.step if is_same else _earned_step(state, contact, at_ms))


def _earned_step(state: State, contact: Contact, at_ms: int) -> int:
    """The step that the contact's waiting in its queue has reached; that ended when somebody took it."""
    is_unanswered = contact.state in (ContactState.WAITING, ContactState.OFFERED)
    waited_until_ms = at_ms if is_unanswered else contact.connected_at_ms
    policy = state.queues[contact.queue_id]
    return step_by_waiting(policy, waited_until_ms - contact.step_origin_ms)


def _agent_put(state: State, event: ev.AgentPut) -> None:
    agent = state.agents.get(event.agent_id)
    if agent is None:
        state.agents[event.agent_id] = Agent(
            agent_id=event.agent_id,
            team_id=event.team_id,
            queue_ids=event.queue_ids,
            capacity=event.capacity,
            skills=event.skills,
            primary_queue_id=event.primary_queue_id,
            site=event.site,
            state_since_ms=event.at_ms,
        )
        return
    queue_ids = dict.fromkeys((*agent.queue_ids, *event.queue_ids))
    agent.team_id = event.team_id
    agent.queue_ids = event.queue_ids
    agent.capacity = event.capacity
    agent.skills = event.skills
    agent.primary_queue_id = event.primary_queue_id
    agent.site = event.site
    agent.is_removed = False
    queue_booking.restaff(state, queue_ids, event.at_ms)


def _agent_removed(state: State, event: ev.AgentRemoved) -> None:
    agent = state.agents[event.agent_id]
    agent.is_removed = True
    agent.is_present = False
    agent.state = AgentState.LOGGED_OUT
    agent.reason_id = None
    agent.next_state = None
    timers.cancel(state, timers.agent_key(agent.agent_id))
    timers.cancel(state, timers.presence_key(agent.agent_id))
    queue_booking.restaff(state, agent.queue_ids, event.at_ms)
    forget_if_done(state, agent)


def _agent_connected(state: State, event: ev.AgentConnected) -> None:
    state.agents[event.agent_id].is_present = True
    timers.cancel(state, timers.presence_key(event.agent_id))


def _agent_disconnected(state: State, event: ev.AgentDisconnected) -> None:
    agent = state.agents[event.agent_id]
    was_present, agent.is_present = agent.is_present, False
    is_at_work = agent.holds or agent.interrupted
    has_nothing_to_end = agent.state is AgentState.LOGGED_OUT and not is_at_work
    if state.configuration is None or not was_present or has_nothing_to_end:
        return
    key = timers.presence_key(event.agent_id)
    due_ms = event.at_ms + state.configuration.presence_grace_ms
    timers.arm(state, key, DeadlineKind.END_PRESENCE, due_ms, agent_id=event.agent_id)


def _agent_state_requested(state: State, event: ev.AgentStateRequested) -> None:
    state.agents[event.agent_id].next_state = NextState(event.state, event.reason_id)


def _agent_state_forced(state: State, event: ev.AgentStateForced) -> None:
    next_state = NextState(event.state, event.reason_id, ev.StateCause.FORCED)
    state.agents[event.agent_id].next_state = next_state


def _agent_state_changed(state: State, event: ev.AgentStateChanged) -> None:
    agent = state.agents[event.agent_id]
    agent.next_state = None
    if event.cause is ev.StateCause.PRESENCE_LOST:
        timers.cancel(state, timers.presence_key(agent.agent_id))
    if (agent.state, agent.reason_id) == (event.state, event.reason_id):
        return
    was_ready = agent.state is AgentState.READY
    logs_in_or_out = AgentState.LOGGED_OUT in (agent.state, event.state)
    if agent.state is AgentState.LOGGED_OUT:
        agent.contacts_taken = 0
    agent.state = event.state
    agent.reason_id = event.reason_id
    agent.state_since_ms = event.at_ms
    agent.missed_in_row = nothing()
    timers.cancel(state, timers.agent_key(agent.agent_id))
    if event.state is AgentState.READY and not was_ready:
        became_idle(state, agent, event.at_ms)
        for contact_id in list(agent.excluded_from):
            pardon(state, contact_id, agent.agent_id)
    if event.state is AgentState.NOT_READY:
        _arm_not_ready_alarm(state, agent, event.at_ms)
    if logs_in_or_out:
        queue_booking.restaff(state, agent.queue_ids, event.at_ms)


def _arm_not_ready_alarm(state: State, agent: Agent, at_ms: int) -> None:
    key = timers.agent_key(agent.agent_id)
    reason = state.reasons.get(agent.reason_id or REASON_MISSED)
    if reason is None:
        timers.cancel(state, key)
        return
    due_ms = timers.following(agent.state_since_ms, reason.alert_after_ms, at_ms)
    timers.arm(state, key, DeadlineKind.ALARM_NOT_READY, due_ms, agent_id=agent.agent_id)


def _not_ready_overdue(state: State, event: ev.NotReadyOverdue) -> None:
    _arm_not_ready_alarm(state, state.agents[event.agent_id], event.at_ms)


# --- contacts ----------------------------------------------------------------------------------------


def _contact_arrived(state: State, event: ev.ContactArrived) -> None:
    state.contacts[event.contact_id] = queue_booking.arriving(state, event)
    state.arrivals += 1


def _contact_queued(state: State, event: ev.ContactQueued) -> None:
    contact = state.contacts[event.contact_id]
    if contact.state in (ContactState.ARRIVED, ContactState.DIALLING):
        contact.is_customer_present = True
        queue_booking.forget_abandoned(state, contact)
    else:
        state.waiting[contact.queue_id].pop(contact.contact_id, None)
    enter_queue(state, contact, event)
    wait(state, contact, event)


def _contact_attributes_updated(state: State, event: ev.ContactAttributesUpdated) -> None:
    contact = state.contacts[event.contact_id]
    contact.own_needs, contact.credit_ms = event.needs, event.credit_ms
    is_same = contact.preferred_agent_id == event.preferred_agent_id
    contact.preferred_agent_id = event.preferred_agent_id
    step = contact.step if is_same else _earned_step(state, contact, event.at_ms)
    enter_step(state, contact, step)


def _priority_adjusted(state: State, event: ev.PriorityAdjusted) -> None:
    state.contacts[event.contact_id].adjusted_ms = event.adjusted_ms


def _contact_stepped(state: State, event: ev.ContactStepped) -> None:
    enter_step(state, state.contacts[event.contact_id], event.step)


def _contact_requeued(state: State, event: ev.ContactRequeued) -> None:
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    enter_queue(state, contact, event)
    is_transfer = event.reason is ev.RequeueReason.TRANSFERRED
    if is_transfer:
        exclude(state, contact, agent, event.at_ms)
    if is_transfer and contact.state is ContactState.CONNECTED:
        became_idle(state, agent, event.at_ms)
    if contact.state in (ContactState.CONNECTED, ContactState.PARKED):
        release(state, agent, event.contact_id)
    wait(state, contact, event)
    arm_gone(state, contact, event.at_ms)


def _message_added(state: State, event: ev.MessageAdded) -> None:
    state.contacts[event.contact_id].last_message_seq = state.seq


def _customer_disconnected(state: State, event: ev.CustomerDisconnected) -> None:
    contact = state.contacts[event.contact_id]
    was_present, contact.is_customer_present = contact.is_customer_present, False
    if was_present and contact.state in (ContactState.WAITING, ContactState.OFFERED):
        arm_gone(state, contact, event.at_ms)


def _customer_returned(state: State, event: ev.CustomerReturned) -> None:
    state.contacts[event.contact_id].is_customer_present = True
    timers.cancel(state, timers.gone_key(event.contact_id))


def _contact_ended(state: State, event: ev.ContactEnded) -> None:
    state.contacts[event.contact_id].ended_by = event.ended_by


def _waiting_overdue(state: State, event: ev.WaitingOverdue) -> None:
    contact = state.contacts[event.contact_id]
    every_ms = state.queues[event.queue_id].waiting_alarm_ms
    due_ms = timers.following(contact.age_origin_ms, every_ms, event.at_ms)
    key = timers.contact_key(event.contact_id)
    timers.arm(state, key, DeadlineKind.ALARM_WAITING, due_ms, contact_id=event.contact_id)


def _contact_closed(state: State, event: ev.ContactClosed) -> None:
    contact = state.contacts[event.contact_id]
    state.waiting[contact.queue_id].pop(event.contact_id, None)
    has_kept_agent = contact.state not in BEING_CALLED or contact.is_agent_first
    move(state, contact, event)
    if contact.dial is not None:
        campaign_booking.closed(state, contact, event.at_ms)
    if event.outcome is ev.ContactOutcome.ABANDONED:
        queue_booking.remember_abandoned(state, contact, event.at_ms)
    timers.cancel(state, timers.gone_key(event.contact_id))
    for agent_id in (*contact.excluded, *contact.last_resort):
        pardon(state, event.contact_id, agent_id)
    del state.contacts[event.contact_id]
    agent = state.agents.get(event.agent_id) if event.agent_id is not None else None
    if agent is None or event.contact_id not in agent.owned_ids():
        return  # a wrap-up has returned it already
    if event.contact_id in agent.holds and has_kept_agent:
        became_idle(state, agent, event.at_ms)
    release(state, agent, event.contact_id)


# --- offers and assignments --------------------------------------------------------------------------


def _offer_made(state: State, event: ev.OfferMade) -> None:
    contact = state.contacts[event.contact_id]
    agent = state.agents[event.agent_id]
    asks = asked_at_once(state.queues[contact.queue_id], contact.channel)
    if len(contact.asked) >= asks or event.agent_id in contact.asked:
        raise InvariantViolation(f"INV-3 offer {event.offer_id} is one too many of its contact")
    if not has_room(agent, contact):
        raise InvariantViolation(f"INV-2 offer {event.offer_id} exceeds the agent's capacity")
    move(state, contact, event, event.expires_at_ms)
    state.waiting[contact.queue_id].pop(contact.contact_id, None)
    contact.offers_made += 1
    contact.asked = with_entry(contact.asked, event.agent_id, event.offer_id)
    agent.holds = with_entry(agent.holds, contact.contact_id, contact.channel)
    agent.offer_ids = with_entry(agent.offer_ids, event.offer_id, None)
    state.offers_counted += 1
    agent.offered_order = state.offers_counted
    state.offers[event.offer_id] = Offer(
        event.offer_id, event.contact_id, event.agent_id, event.at_ms, event.expires_at_ms
    )


def _offer_accepted(state: State, event: ev.OfferAccepted) -> None:
    contact, agent = end_offer(state, event.offer_id, "accepted")
    move(state, contact, event, event.at_ms + connected_probe_ms(state))
    timers.cancel(state, timers.gone_key(contact.contact_id))
    contact.agent_id = agent.agent_id
    contact.connected_at_ms = event.at_ms
    contact.held_since_ms = None
    if contact.dial is not None:
        campaign_booking.taken(state, contact, event.at_ms)
    agent.missed_in_row = without(agent.missed_in_row, contact.channel)
    agent.contacts_taken += 1
    assignment_booking.take_in_hand(contact, agent)
    became_idle(state, agent, event.at_ms)


def _take_back(
    state: State,
    contact: Contact,
    agent: Agent,
    event: ev.OfferRejected | ev.OfferExpired | ev.OfferRescinded,
) -> None:
    """Return the capacity of an offer that led to nothing, and the contact to its queue if this was its last."""
    release(state, agent, contact.contact_id)
    if event.contact_waits:
        wait(state, contact, event)


def _offer_rejected(state: State, event: ev.OfferRejected) -> None:
    contact, agent = end_offer(state, event.offer_id, "rejected")
    if event.cause is RejectCause.DECLINED:
        agent.missed_in_row = without(agent.missed_in_row, contact.channel)
    exclude(state, contact, agent, event.at_ms)
    _take_back(state, contact, agent, event)


def _offer_expired(state: State, event: ev.OfferExpired) -> None:
    contact, agent = end_offer(state, event.offer_id, "expired")
    missed = agent.missed_in_row.get(contact.channel, 0) + 1
    agent.missed_in_row = with_entry(agent.missed_in_row, contact.channel, missed)
    exclude(state, contact, agent, event.at_ms)
    _take_back(state, contact, agent, event)


def _offer_rescinded(state: State, event: ev.OfferRescinded) -> None:
    contact, agent = end_offer(state, event.offer_id, f"rescinded ({event.reason})")
    _take_back(state, contact, agent, event)


def _exclusion_lapsed(state: State, event: ev.ExclusionLapsed) -> None:
    contact = state.contacts[event.contact_id]
    contact.excluded = without(contact.excluded, event.agent_id)
    contact.last_resort = with_entry(contact.last_resort, event.agent_id, None)
    timers.cancel(state, timers.exclusion_key(event.contact_id, event.agent_id))


def _connected_overdue(state: State, event: ev.ConnectedOverdue) -> None:
    due_ms = event.at_ms + connected_probe_ms(state)
    key = timers.contact_key(event.contact_id)
    timers.arm(state, key, DeadlineKind.PROBE_CONNECTED, due_ms, contact_id=event.contact_id)


def _told_only(_state: State, _event: ev.Event) -> None:
    """Somebody is told; nothing changes."""


_APPLY: dict[type, Callable[[State, Any], None]] = {  # type: ignore[explicit-any]  # keyed by the argument's type
    ev.ConfigurationApplied: _configuration_applied,
    ev.AgentPut: _agent_put,
    ev.AgentRemoved: _agent_removed,
    ev.AgentConnected: _agent_connected,
    ev.AgentDisconnected: _agent_disconnected,
    ev.AgentStateRequested: _agent_state_requested,
    ev.ContactArrived: _contact_arrived,
    ev.PermitRefused: _told_only,
    ev.SuppressionsChanged: campaign_booking.suppressions_changed,
    ev.PermitGranted: dial_booking.permit_granted,
    ev.PermitUsed: dial_booking.permit_used,
    ev.DialAnswered: dial_booking.dial_answered,
    ev.DialConnected: dial_booking.dial_connected,
    ev.DialFailed: _told_only,
    ev.DialEnded: dial_booking.dial_ended,
    ev.OfferAccepted: _offer_accepted,
    ev.OfferRejected: _offer_rejected,
    ev.MessageAdded: _message_added,
    ev.CustomerDisconnected: _customer_disconnected,
    ev.CustomerReturned: _customer_returned,
    ev.ContactEnded: _contact_ended,
    ev.ContactParked: assignment_booking.contact_parked,
    ev.ContactResumed: assignment_booking.taken_up_again,
    ev.ContactInterrupted: assignment_booking.contact_interrupted,
    ev.InterruptionEnded: assignment_booking.taken_up_again,
    ev.ParkedOverdue: assignment_booking.parked_overdue,
    ev.HoldStarted: assignment_booking.hold_started,
    ev.HoldEnded: assignment_booking.hold_ended,
    ev.LegFailed: _told_only,
    ev.WrapUpCompleted: assignment_booking.wrap_up_ended,
    ev.WrapUpExtended: assignment_booking.wrap_up_extended,
    ev.ContactAttributesUpdated: _contact_attributes_updated,
    ev.PriorityAdjusted: _priority_adjusted,
    ev.ContactAssigned: _told_only,
    ev.AgentStateForced: _agent_state_forced,
    ev.ContactTransferred: queue_booking.contact_transferred,
    ev.QueueClosed: queue_booking.queue_closed,
    ev.QueueOpened: queue_booking.queue_opened,
    ev.QueueFlushed: _told_only,
    ev.ContactQueued: _contact_queued,
    ev.ContactStepped: _contact_stepped,
    ev.ContactTurnedAway: queue_booking.contact_turned_away,
    ev.OfferMade: _offer_made,
    ev.OfferExpired: _offer_expired,
    ev.OfferRescinded: _offer_rescinded,
    ev.ContactRequeued: _contact_requeued,
    ev.WrapUpStarted: assignment_booking.wrap_up_started,
    ev.WrapUpExpired: assignment_booking.wrap_up_ended,
    ev.ContactClosed: _contact_closed,
    ev.AgentStateChanged: _agent_state_changed,
    ev.ExclusionLapsed: _exclusion_lapsed,
    ev.WaitingOverdue: _waiting_overdue,
    ev.ConnectedOverdue: _connected_overdue,
    ev.NotReadyOverdue: _not_ready_overdue,
    ev.PhoneFaulted: _told_only,
}
"""One function for each event; a test holds this table against `events.Event`."""
