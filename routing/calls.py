"""What a phone system tells of a call that is with an agent: hold, and legs that fail.

Law of this file: the same as of `decisions`. The call itself, its legs and who is to ring belong to the shell; the core
learns what changes an assignment or an agent's time.
"""

from routing import commands as cmd
from routing import events as ev
from routing.checks import Decision, connected_contact
from routing.consequences import Step, apply_next_state, put_out_of_ready, requeue
from routing.errors import Refusal, RefusalCode
from routing.ids import AgentId, ContactId
from routing.model import CALLS, AgentState, RejectCause
from routing.state import Contact


def hold_call(step: Step, command: cmd.HoldCall) -> Decision:
    """Music for the customer."""
    contact = _call_with(step, command.contact_id, command.agent_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.held_since_ms is not None:
        return _unchanged(contact, "on hold already")
    step.emit(ev.HoldStarted(step.now_ms, command.contact_id, command.agent_id))
    return None


def resume_call(step: Step, command: cmd.ResumeCall) -> Decision:
    """They talk again."""
    contact = _call_with(step, command.contact_id, command.agent_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.held_since_ms is None:
        return _unchanged(contact, "not on hold")
    held_ms = step.now_ms - contact.held_since_ms
    step.emit(ev.HoldEnded(step.now_ms, command.contact_id, command.agent_id, held_ms))
    return None


def fail_leg(step: Step, command: cmd.FailLeg) -> Decision:
    """The customer is still there: back to the queue at the old age, and somebody must see to the agent's phone."""
    contact = _call_with(step, command.contact_id, command.agent_id)
    if isinstance(contact, Refusal):
        return contact
    agent_id, offer_id = command.agent_id, command.offer_id
    agent = step.state.agents[agent_id]
    step.emit(ev.LegFailed(step.now_ms, command.contact_id, agent_id, offer_id))
    if agent.state is AgentState.READY:
        put_out_of_ready(step, agent, AgentState.NOT_READY, ev.StateCause.PHONE_FAULT)
    step.emit(ev.PhoneFaulted(step.now_ms, agent_id, offer_id, RejectCause.PHONE_FAULT))
    requeue(step, contact, agent, ev.RequeueReason.LEG_FAILED)
    apply_next_state(step, agent_id)
    return None


def _call_with(step: Step, contact_id: ContactId, agent_id: AgentId) -> Contact | Refusal:
    """The call in this agent's hands."""
    contact = connected_contact(step, contact_id, agent_id)
    if isinstance(contact, Refusal) or contact.channel in CALLS:
        return contact
    detail = f"Contact {contact_id} is no call: it came by {contact.channel}."
    return Refusal(RefusalCode.CONTACT_NOT_CALL, detail)


def _unchanged(contact: Contact, how: str) -> Refusal:
    detail = f"The customer of contact {contact.contact_id} is {how}."
    return Refusal(RefusalCode.HOLD_UNCHANGED, detail)
