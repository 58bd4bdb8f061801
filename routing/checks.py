"""What several commands are checked for before anything happens; each check finds its object or says why not.

Law of this file: a check reads, and a Refusal it returns is final: the caller has emitted nothing.
"""

from routing.consequences import Step
from routing.errors import Refusal, RefusalCode
from routing.ids import AgentId, ContactId, ReasonId
from routing.model import BUILT_IN_REASONS, AgentState
from routing.state import Agent, Contact

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
