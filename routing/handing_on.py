"""Contacts handed on by agents and supervisors, and queues closed, opened and emptied.

Law of this file: the same as of `decisions`. What an agent had of a contact ends with the transfer, in a wrap-up of
the agent's own; the contact keeps what it has waited, up to what the new queue grants, and never what it talked. A
queue that would turn the contact away refuses the transfer: nobody who is being talked with is lost to a rule.
"""

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing.admission import turn_away, why_not
from routing.checks import Decision, connected_contact, known_agent, known_queue, open_contact
from routing.consequences import (
    Step,
    apply_next_state,
    begin_wrap_up,
    make_offer,
    rescind_offers_of,
)
from routing.errors import Refusal, RefusalCode
from routing.ids import AgentId, QueueId
from routing.matching import refused_by_hand
from routing.model import Destination, DestinationKind, TurnAwayReason
from routing.queue_booking import note_precedence
from routing.state import BEING_CALLED, Contact, ContactState, age_key

_REFUSALS: dict[TurnAwayReason, RefusalCode] = {
    TurnAwayReason.CLOSED: RefusalCode.QUEUE_CLOSED,
    TurnAwayReason.UNSTAFFED: RefusalCode.QUEUE_UNSTAFFED,
    TurnAwayReason.FULL: RefusalCode.QUEUE_FULL,
}


def transfer_contact(step: Step, command: cmd.TransferContact) -> Decision:
    """To a queue or to one agent; from whoever talks with the customer, or from where the contact waits."""
    if (command.to_queue_id is None) == (command.to_agent_id is None):
        detail = f"Say for contact {command.contact_id} either the queue or the agent it goes to."
        return Refusal(RefusalCode.TRANSFER_INVALID, detail)
    if (command.agent_id is None) == (command.by is None):
        detail = f"Contact {command.contact_id} is handed on by its agent or by a supervisor."
        return Refusal(RefusalCode.TRANSFER_INVALID, detail)
    contact = _transferable(step, command)
    if isinstance(contact, Refusal):
        return contact
    if command.to_queue_id is not None:
        return _to_queue(step, command, contact, command.to_queue_id)
    return _to_agent(step, command, contact, command.to_agent_id)


def _transferable(step: Step, command: cmd.TransferContact) -> Contact | Refusal:
    if command.agent_id is not None:
        return connected_contact(step, command.contact_id, command.agent_id)
    contact = open_contact(step, command.contact_id)
    if isinstance(contact, Contact) and contact.state is ContactState.WRAP_UP:
        return Refusal(RefusalCode.CONTACT_ENDED, f"Contact {command.contact_id} has ended.")
    if isinstance(contact, Contact) and contact.state in BEING_CALLED:
        detail = f"The customer of contact {command.contact_id} has not answered our call yet."
        return Refusal(RefusalCode.CONTACT_NOT_CONNECTED, detail)
    return contact


def _to_queue(
    step: Step, command: cmd.TransferContact, contact: Contact, queue_id: QueueId
) -> Decision:
    policy = known_queue(step, queue_id)
    if isinstance(policy, Refusal):
        return policy
    if queue_id == contact.queue_id and contact.agent_id is None:
        detail = f"Contact {contact.contact_id} waits in queue {queue_id} already."
        return Refusal(RefusalCode.TRANSFER_INVALID, detail)
    reason = why_not(step, contact, queue_id)
    if reason is not None:
        detail = f"Queue {queue_id} does not take contact {contact.contact_id}: {reason}."
        return Refusal(_REFUSALS[reason], detail)
    step.emit(_transferred(step, command))
    _hand_on(step, contact, queue_id)
    return None


def _to_agent(
    step: Step, command: cmd.TransferContact, contact: Contact, agent_id: AgentId | None
) -> Decision:
    """An offer to that agent alone; without an answer the contact waits in its queue, at its age."""
    agent = known_agent(step, agent_id or AgentId(""))
    if isinstance(agent, Refusal):
        return agent
    held, _ = refused_by_hand(agent, _as_it_will_wait(step, contact))
    if held is not None or contact.contact_id in agent.holds:
        detail = (
            f"Agent {agent.agent_id} cannot take contact {contact.contact_id}: {held or 'has it'}."
        )
        return Refusal(RefusalCode.AGENT_NOT_ELIGIBLE, detail)
    step.emit(_transferred(step, command))
    _hand_on(step, contact, contact.queue_id)
    make_offer(step, contact, agent, ev.OfferTrigger.TRANSFERRED)
    return None


def _as_it_will_wait(step: Step, contact: Contact) -> Contact:
    """A copy under the rules of now: what an agent has was noted under those of then, and waits anew by the transfer."""
    waiting = msgspec.structs.replace(contact)
    if contact.agent_id is not None:
        note_precedence(step.state, waiting)
    return waiting


def _transferred(step: Step, command: cmd.TransferContact) -> ev.ContactTransferred:
    return ev.ContactTransferred(
        step.now_ms,
        command.contact_id,
        command.to_queue_id,
        command.to_agent_id,
        command.agent_id,
        command.by,
    )


def _hand_on(step: Step, contact: Contact, queue_id: QueueId) -> None:
    """End what its agent has of the contact, or withdraw its offers; it waits in the queue at the age it brings."""
    contact_id, origin_ms = contact.contact_id, _carried_origin_ms(step, contact, queue_id)
    rescind_offers_of(step, contact, ev.RescindReason.TRANSFERRED)
    agent_id = contact.agent_id
    if agent_id is not None:
        begin_wrap_up(step, contact, agent_id)
        reason = ev.RequeueReason.TRANSFERRED
        step.emit(
            ev.ContactRequeued(step.now_ms, contact_id, agent_id, queue_id, reason, origin_ms)
        )
        apply_next_state(step, agent_id)
    elif queue_id != contact.queue_id:
        step.emit(ev.ContactQueued(step.now_ms, contact_id, queue_id, origin_ms))


def _carried_origin_ms(step: Step, contact: Contact, queue_id: QueueId) -> int:
    """What age counts from: the time waited, up to what another queue grants, and never the time talked."""
    is_waiting = contact.agent_id is None
    waited_ms = (step.now_ms if is_waiting else contact.connected_at_ms) - contact.age_origin_ms
    if queue_id != contact.queue_id:
        waited_ms = min(waited_ms, step.state.queues[queue_id].carried_wait_max_ms)
    return step.now_ms - waited_ms


# --- queues ------------------------------------------------------------------------------------------


def close_queue(step: Step, command: cmd.CloseQueue) -> Decision:
    """Nobody is let in any more; who waits is served still."""
    policy = known_queue(step, command.queue_id)
    if isinstance(policy, Refusal):
        return policy
    step.emit(ev.QueueClosed(step.now_ms, command.queue_id, command.by, command.message_id))
    return None


def open_queue(step: Step, command: cmd.OpenQueue) -> Decision:
    """Open again, within the opening hours."""
    policy = known_queue(step, command.queue_id)
    if isinstance(policy, Refusal):
        return policy
    step.emit(ev.QueueOpened(step.now_ms, command.queue_id, command.by))
    return None


def flush_queue(step: Step, command: cmd.FlushQueue) -> Decision:
    """Everybody who waits, ringing or not, goes to the destination, the oldest first."""
    policy = known_queue(step, command.queue_id)
    if isinstance(policy, Refusal):
        return policy
    if _is_nowhere(step, command.destination, command.queue_id):
        detail = (
            f"Queue {command.queue_id} cannot be emptied to there: name another queue, or none."
        )
        return Refusal(RefusalCode.DESTINATION_INVALID, detail)
    step.emit(ev.QueueFlushed(step.now_ms, command.queue_id, command.destination, command.by))
    unanswered = (ContactState.WAITING, ContactState.OFFERED)
    contacts = [
        contact
        for contact in step.state.contacts.values()
        if contact.queue_id == command.queue_id and contact.state in unanswered
    ]
    for contact in sorted(contacts, key=age_key):
        rescind_offers_of(step, contact, ev.RescindReason.FLUSHED)
        turn_away(
            step,
            contact,
            contact.queue_id,
            TurnAwayReason.FLUSHED,
            wanted=command.destination,
            age_origin_ms=contact.age_origin_ms,
        )
    return None


def _is_nowhere(step: Step, destination: Destination, queue_id: QueueId) -> bool:
    """Whether the destination is the queue itself, one there is not, or a queue that is not named."""
    if (destination.kind is DestinationKind.QUEUE) != (destination.queue_id is not None):
        return True
    target = destination.queue_id
    return target is not None and (target == queue_id or target not in step.state.queues)
