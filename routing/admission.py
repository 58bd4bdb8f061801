"""Into a queue, and out of it without an agent: who is let in, who is turned away, and where to.

Law of this file: being turned away is no refusal. The contact has arrived and is on record; it goes on to the queue
its own queue names, at its age, or it ends with a destination for its channel to act on. A contact never comes back
to a queue that has turned it away, so that every chain ends.
"""

from collections.abc import Iterator

from routing import events as ev
from routing.consequences import Step, close_contact
from routing.ids import QueueId
from routing.model import LASTING, AgentState, Destination, TurnAwayReason, disposition_of
from routing.queue_rules import destination_for, is_closed, possible
from routing.state import Agent, Contact
from routing.steps import demands


def admit(step: Step, contact: Contact, queue_id: QueueId, age_origin_ms: int) -> None:
    """Queue the contact at this age, or turn it away as the queue says."""
    reason = why_not(step, contact, queue_id)
    if reason is None:
        step.emit(ev.ContactQueued(step.now_ms, contact.contact_id, queue_id, age_origin_ms))
        return
    wanted = destination_for(step.state, queue_id, reason)
    turn_away(step, contact, queue_id, reason, wanted=wanted, age_origin_ms=age_origin_ms)


def turn_away(
    step: Step,
    contact: Contact,
    queue_id: QueueId,
    reason: TurnAwayReason,
    *,
    wanted: Destination,
    age_origin_ms: int,
) -> None:
    """Send the contact where its queue, or a supervisor, wants it to go."""
    contact_id, destination = contact.contact_id, possible(contact, queue_id, wanted)
    step.emit(ev.ContactTurnedAway(step.now_ms, contact_id, queue_id, reason, destination))
    if destination.queue_id is None:
        close_contact(step, contact, ev.ContactOutcome.TURNED_AWAY, disposition_of(reason))
    else:
        admit(step, contact, destination.queue_id, age_origin_ms)


def why_not(step: Step, contact: Contact, queue_id: QueueId) -> TurnAwayReason | None:
    """Why the queue does not let this contact in at this moment; None if it does. Mail and tasks are always let in."""
    if contact.channel in LASTING:
        return None
    state = step.state
    policy = state.queues[queue_id]
    if is_closed(state, policy, step.now_ms):
        return TurnAwayReason.CLOSED
    if policy.is_staff_required and not any(
        agent.state is not AgentState.LOGGED_OUT for agent in _servers(step, contact, queue_id)
    ):
        return TurnAwayReason.UNSTAFFED
    if is_impossible(step, contact, queue_id):
        return TurnAwayReason.UNSTAFFED
    if len(state.waiting[queue_id]) >= policy.waiting_max:
        return TurnAwayReason.FULL
    return None


def is_impossible(step: Step, contact: Contact, queue_id: QueueId) -> bool:
    """Whether the contact needs what nobody known has, in any step, and the queue lets nobody wait for that."""
    policy = step.state.queues[queue_id]
    asks_for_skills = policy.needs or policy.steps or contact.own_needs
    if policy.waits_for_impossible or not asks_for_skills:
        return False
    return next(_servers(step, contact, queue_id), None) is None


def _servers(step: Step, contact: Contact, queue_id: QueueId) -> Iterator[Agent]:
    """The agents whose facts allow the contact in some step of the queue."""
    for demand in demands(step.state, contact, queue_id):
        yield from step.servers(queue_id, contact.channel, demand)
