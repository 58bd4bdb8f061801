"""Work put aside: by the agent's own wish, or pushed aside by something more urgent.

Law of this file: parked work stays with its agent and takes no capacity. What was interrupted is taken up again as
soon as there is room, before its agent is offered anything else, and is interrupted `INTERRUPTIONS_MAX` times at
most; what an agent has parked waits for that agent. Both have a reminder; work whose agent has logged out by then
goes back to its queue.
"""

from routing import commands as cmd
from routing import events as ev
from routing.capacity import fits, to_interrupt
from routing.checks import held_contact
from routing.consequences import Step, apply_next_state, requeue
from routing.errors import InvariantViolation, Refusal, RefusalCode
from routing.limits import PARKED_MAX, PARKED_MS_MAX
from routing.model import LIVE, AgentState
from routing.state import Agent, Contact, ContactState, Deadline


def park_contact(step: Step, command: cmd.ParkContact) -> Refusal | None:
    """The agent puts work aside."""
    contact = held_contact(step, command.contact_id, command.agent_id)
    if isinstance(contact, Refusal):
        return contact
    contact_id, agent_id = command.contact_id, command.agent_id
    if contact.state is not ContactState.CONNECTED:
        detail = f"Contact {contact_id} is not in hand: it is {contact.state}."
        return Refusal(RefusalCode.CONTACT_NOT_CONNECTED, detail)
    if contact.channel in LIVE:
        detail = f"Contact {contact_id} is live ({contact.channel}): its customer would wait."
        return Refusal(RefusalCode.CONTACT_NOT_PARKABLE, detail)
    if len(step.state.agents[agent_id].parked) >= PARKED_MAX:
        detail = f"Agent {agent_id} has parked {PARKED_MAX} contacts, the most allowed."
        return Refusal(RefusalCode.PARKED_LIMIT, detail)
    until_ms = _reminder_ms(step) if command.until_ms is None else command.until_ms
    if not step.now_ms < until_ms <= step.now_ms + PARKED_MS_MAX:
        detail = f"Contact {contact_id} is parked for 1 ms at least and {PARKED_MS_MAX} ms at most."
        return Refusal(RefusalCode.CONTACT_NOT_PARKABLE, detail)
    step.emit(ev.ContactParked(step.now_ms, contact_id, agent_id, until_ms))
    apply_next_state(step, agent_id)
    return None


def resume_contact(step: Step, command: cmd.ResumeContact) -> Refusal | None:
    """The agent takes parked work up again."""
    contact = held_contact(step, command.contact_id, command.agent_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.state is not ContactState.PARKED:
        detail = f"Contact {contact.contact_id} is not parked: it is {contact.state}."
        return Refusal(RefusalCode.CONTACT_NOT_PARKED, detail)
    agent = step.state.agents[command.agent_id]
    if not fits(agent, contact.channel):
        detail = f"Agent {agent.agent_id} has no room for contact {contact.contact_id} now."
        return Refusal(RefusalCode.CAPACITY_FULL, detail)
    paused_ms = step.now_ms - contact.state_since_ms
    step.emit(ev.ContactResumed(step.now_ms, contact.contact_id, agent.agent_id, paused_ms))
    return None


def interrupt_for(step: Step, contact: Contact, agent: Agent) -> None:
    """Park what stands in the way of a contact that the agent has just accepted."""
    for contact_id in to_interrupt(agent, contact):
        step.emit(
            ev.ContactInterrupted(
                step.now_ms, contact_id, agent.agent_id, contact.contact_id, _reminder_ms(step)
            )
        )


def take_up_interrupted(step: Step, agent: Agent) -> None:
    """Let the agent go on with what was interrupted, as far as there is room, the longest interrupted first."""
    for contact_id, channel in list(agent.interrupted.items()):
        if fits(agent, channel):
            paused_ms = step.now_ms - step.state.contacts[contact_id].state_since_ms
            step.emit(ev.InterruptionEnded(step.now_ms, contact_id, agent.agent_id, paused_ms))


def remind_of_parked(step: Step, deadline: Deadline) -> None:
    """Tell about parked work; an agent who is not there any more loses it to the queue."""
    contact = step.state.contacts[deadline.contact_id]
    agent = step.state.agents[deadline.agent_id]
    if agent.state is AgentState.LOGGED_OUT:
        requeue(step, contact, agent, ev.RequeueReason.LOGGED_OUT)
    else:
        step.emit(ev.ParkedOverdue(step.now_ms, contact.contact_id, agent.agent_id))


def _reminder_ms(step: Step) -> int:
    if step.state.configuration is None:
        raise InvariantViolation("INV-5 parked work without a configuration")
    return step.now_ms + step.state.configuration.parked_reminder_ms
