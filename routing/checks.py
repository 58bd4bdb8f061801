"""What several commands are checked for before anything happens; each check finds its object or says why not.

Law of this file: a check reads, and a Refusal it returns is final: the caller has emitted nothing.
"""

from routing.consequences import Step
from routing.errors import Refusal, RefusalCode
from routing.ids import AgentId, ContactId, QueueId, ReasonId
from routing.model import BUILT_IN_REASONS, AgentState, QueuePolicy
from routing.state import BEING_CALLED, Agent, Contact, ContactState

Decision = Refusal | None


def known_agent(step: Step, agent_id: AgentId) -> Agent | Refusal:
    """The agent, unless unknown or about to be forgotten."""
    agent = step.state.agents.get(agent_id)
    if agent is None or agent.is_removed:
        return Refusal(RefusalCode.AGENT_UNKNOWN, f"There is no agent {agent_id}.")
    return agent


def open_contact(step: Step, contact_id: ContactId) -> Contact | Refusal:
    """The contact, unless it has ended."""
    contact = step.state.contacts.get(contact_id)
    if contact is None:
        detail = f"Contact {contact_id} is not open."
        return Refusal(RefusalCode.CONTACT_UNKNOWN, detail)
    return contact


def askable_state(
    step: Step, agent_id: AgentId, state: AgentState, reason_id: ReasonId | None
) -> Agent | Refusal:
    """The agent, if this state with this reason can be asked for."""
    agent = known_agent(step, agent_id)
    if isinstance(agent, Refusal):
        return agent
    is_not_ready = state is AgentState.NOT_READY
    choosable = reason_id in step.state.reasons and reason_id not in BUILT_IN_REASONS
    if is_not_ready and not choosable:
        detail = f"{reason_id} is not a not-ready reason of the configuration."
        return Refusal(RefusalCode.REASON_UNKNOWN, detail)
    if not is_not_ready and reason_id is not None:
        detail = "A reason goes with the state not_ready only."
        return Refusal(RefusalCode.REASON_UNKNOWN, detail)
    if state is not AgentState.LOGGED_OUT and not agent.is_present:
        detail = f"Agent {agent.agent_id} has no desk open and can only be logged out."
        return Refusal(RefusalCode.AGENT_NOT_PRESENT, detail)
    return agent


def held_contact(step: Step, contact_id: ContactId, agent_id: AgentId | None) -> Contact | Refusal:
    """The contact if it is with this agent: asked, connected or in wrap-up."""
    contact = open_contact(step, contact_id)
    if isinstance(contact, Refusal):
        return contact
    if agent_id is None or agent_id not in (contact.agent_id, *contact.asked):
        detail = f"Contact {contact_id} is not with agent {agent_id}."
        return Refusal(RefusalCode.NOT_YOUR_CONTACT, detail)
    return contact


def connected_contact(
    step: Step, contact_id: ContactId, agent_id: AgentId | None
) -> Contact | Refusal:
    """The contact if this agent talks with its customer."""
    contact = held_contact(step, contact_id, agent_id)
    if isinstance(contact, Refusal) or contact.state is ContactState.CONNECTED:
        return contact
    detail = f"Contact {contact_id} is not in conversation: it is {contact.state}."
    return Refusal(RefusalCode.CONTACT_NOT_CONNECTED, detail)


def endable_contact(
    step: Step, contact_id: ContactId, agent_id: AgentId | None
) -> Contact | Refusal:
    """The contact if this agent talks with its customer, or calls them."""
    contact = held_contact(step, contact_id, agent_id)
    if isinstance(contact, Contact) and contact.state in BEING_CALLED:
        return contact
    return connected_contact(step, contact_id, agent_id)


def known_queue(step: Step, queue_id: QueueId) -> QueuePolicy | Refusal:
    """The queue's rules, unless there is no such queue."""
    policy = step.state.queues.get(queue_id)
    return policy or Refusal(RefusalCode.QUEUE_UNKNOWN, f"There is no queue {queue_id}.")
