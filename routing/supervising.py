"""What a supervisor does to the waiting and to the agents, and what is learned late about a customer.

Law of this file: the same as of `decisions`. A supervisor goes through the same claim as everybody: a contact
assigned by hand becomes an offer, which takes capacity and can be refused. Every event says by whom.
"""

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing.admission import is_impossible
from routing.checks import Decision, askable_state, known_agent, open_contact
from routing.consequences import Step, follow_request, make_offer, rescind_offers_of
from routing.errors import Refusal, RefusalCode
from routing.ids import ContactId
from routing.limits import ADJUSTED_MS_MAX
from routing.matching import refused_by_hand
from routing.state import Contact, ContactState

_UNANSWERED = (ContactState.WAITING, ContactState.OFFERED)


def _unanswered_contact(step: Step, contact_id: ContactId) -> Contact | Refusal:
    """The contact if nobody has taken it yet."""
    contact = open_contact(step, contact_id)
    if isinstance(contact, Refusal) or contact.state in _UNANSWERED:
        return contact
    detail = f"Contact {contact_id} does not wait: it is {contact.state}."
    return Refusal(RefusalCode.CONTACT_NOT_WAITING, detail)


def update_contact_attributes(step: Step, command: cmd.UpdateContactAttributes) -> Decision:
    """New needs, credit and preferred agent; whoever waits is matched anew at once."""
    contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.state is ContactState.WRAP_UP:
        return Refusal(RefusalCode.CONTACT_ENDED, f"Contact {command.contact_id} has ended.")
    wanted = msgspec.structs.replace(
        contact, own_needs=command.needs, preferred_agent_id=command.preferred_agent_id
    )
    if command.needs and is_impossible(step, wanted, contact.queue_id):
        detail = f"Nobody who is known could serve contact {contact.contact_id} then."
        return Refusal(RefusalCode.NEEDS_IMPOSSIBLE, detail)
    step.emit(
        ev.ContactAttributesUpdated(
            step.now_ms,
            command.contact_id,
            command.needs,
            command.credit_ms,
            command.preferred_agent_id,
        )
    )
    return None


def adjust_priority(step: Step, command: cmd.AdjustPriority) -> Decision:
    """Give or take age, within the limit; the line is in its new order at once."""
    contact = _unanswered_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    wanted_ms = command.credit_ms + (0 if command.is_total else contact.adjusted_ms)
    adjusted_ms = max(-ADJUSTED_MS_MAX, min(ADJUSTED_MS_MAX, wanted_ms))
    step.emit(
        ev.PriorityAdjusted(
            step.now_ms,
            command.contact_id,
            command.credit_ms,
            command.by,
            command.is_total,
            adjusted_ms,
        )
    )
    return None


def assign_contact(step: Step, command: cmd.AssignContact) -> Decision:
    """An offer to the agent who was named, in place of one that is open to somebody else."""
    contact = _unanswered_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    agent = known_agent(step, command.agent_id)
    if isinstance(agent, Refusal):
        return agent
    held, overrides = refused_by_hand(agent, contact)
    if held is not None:
        detail = f"Agent {agent.agent_id} cannot take contact {contact.contact_id}: {held}."
        return Refusal(RefusalCode.AGENT_NOT_ELIGIBLE, detail)
    step.emit(
        ev.ContactAssigned(step.now_ms, contact.contact_id, agent.agent_id, command.by, overrides)
    )
    rescind_offers_of(step, contact, ev.RescindReason.ASSIGNED)
    make_offer(step, contact, agent, ev.OfferTrigger.ASSIGNED)
    return None


def force_agent_state(step: Step, command: cmd.ForceAgentState) -> Decision:
    """As if the agent had asked: with work in hand, anything but ready applies when the last work ends."""
    agent = askable_state(step, command.agent_id, command.state, command.reason_id)
    if isinstance(agent, Refusal):
        return agent
    step.emit(
        ev.AgentStateForced(
            step.now_ms, agent.agent_id, command.state, command.by, command.reason_id
        )
    )
    follow_request(step, agent)
    return None
