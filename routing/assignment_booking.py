"""What agents have in hand, have put aside, and have left to do: interruptions, parked work, wrap-ups.

A part of `reducer`, and called by it alone; its law holds here too: nothing is decided, only booked.
"""

from routing import events as ev
from routing import timers
from routing.booking import became_idle, connected_probe_ms, move, release
from routing.capacity import fits
from routing.errors import InvariantViolation
from routing.limits import INTERRUPTIONS_MAX
from routing.state import Agent, Contact, DeadlineKind, State, WrapUp, with_entry, without


def take_in_hand(contact: Contact, agent: Agent) -> None:
    """The agent goes on with the contact; what was interrupted too often is left alone from here on."""
    agent.holds = with_entry(agent.holds, contact.contact_id, contact.channel)
    if contact.interruptions < INTERRUPTIONS_MAX:
        agent.interruptible = with_entry(agent.interruptible, contact.contact_id, None)


def contact_parked(state: State, event: ev.ContactParked) -> None:
    """Put aside by the agent's own wish."""
    contact, agent = _put_aside(state, event)
    agent.parked = with_entry(agent.parked, contact.contact_id, contact.channel)


def contact_interrupted(state: State, event: ev.ContactInterrupted) -> None:
    """Pushed aside; it goes on as soon as there is room."""
    contact, agent = _put_aside(state, event)
    agent.interrupted = with_entry(agent.interrupted, contact.contact_id, contact.channel)
    contact.interruptions += 1


def _put_aside(
    state: State, event: ev.ContactParked | ev.ContactInterrupted
) -> tuple[Contact, Agent]:
    """Return the capacity of work that stays with its agent."""
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    move(state, contact, event)
    _arm_reminder(state, event, event.until_ms)
    release(state, agent, contact.contact_id)
    return contact, agent


def _arm_reminder(
    state: State, event: ev.ContactParked | ev.ContactInterrupted | ev.ParkedOverdue, due_ms: int
) -> None:
    contact_id, agent_id = event.contact_id, event.agent_id
    key, kind = timers.contact_key(contact_id), DeadlineKind.REMIND_PARKED
    timers.arm(state, key, kind, due_ms, contact_id=contact_id, agent_id=agent_id)


def parked_overdue(state: State, event: ev.ParkedOverdue) -> None:
    """Somebody was reminded, and will be again."""
    if state.configuration is None:
        raise InvariantViolation("INV-5 parked work without a configuration")
    _arm_reminder(state, event, event.at_ms + state.configuration.parked_reminder_ms)


def taken_up_again(state: State, event: ev.ContactResumed | ev.InterruptionEnded) -> None:
    """Back in the agent's hands, with its pause booked."""
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    if not fits(agent, contact.channel):
        raise InvariantViolation(
            f"INV-2 {contact.contact_id} is taken up above the agent's capacity"
        )
    move(state, contact, event, event.at_ms + connected_probe_ms(state))
    agent.interrupted = without(agent.interrupted, contact.contact_id)
    agent.parked = without(agent.parked, contact.contact_id)
    contact.paused_ms += event.paused_ms
    take_in_hand(contact, agent)


def hold_started(state: State, event: ev.HoldStarted) -> None:
    """The customer hears music."""
    state.contacts[event.contact_id].held_since_ms = event.at_ms


def hold_ended(state: State, event: ev.HoldEnded) -> None:
    """They talk again."""
    state.contacts[event.contact_id].held_since_ms = None


def wrap_up_started(state: State, event: ev.WrapUpStarted) -> None:
    """What is in hand is over but for the wrap-up."""
    contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
    move(state, contact, event)
    agent.interruptible = without(agent.interruptible, contact.contact_id)
    contact.wrapped_up_by = (*contact.wrapped_up_by, agent.agent_id)
    wrap_up = WrapUp(
        contact_id=contact.contact_id,
        channel=contact.channel,
        queue_id=contact.queue_id,
        arrived_at_ms=contact.arrived_at_ms,
        connected_at_ms=contact.connected_at_ms or event.at_ms,
        started_at_ms=event.at_ms,
        last_message_seq=contact.last_message_seq,
    )
    agent.wrap_ups = with_entry(agent.wrap_ups, contact.contact_id, wrap_up)
    _arm_wrap_up(state, event)


def wrap_up_extended(state: State, event: ev.WrapUpExtended) -> None:
    """There is more time for the wrap-up."""
    state.agents[event.agent_id].wrap_ups[event.contact_id].extensions += 1
    _arm_wrap_up(state, event)


def _arm_wrap_up(state: State, event: ev.WrapUpStarted | ev.WrapUpExtended) -> None:
    contact_id, agent_id = event.contact_id, event.agent_id
    timers.arm(
        state,
        timers.wrap_up_key(contact_id, agent_id),
        DeadlineKind.FINISH_WRAP_UP,
        event.until_ms,
        contact_id=contact_id,
        agent_id=agent_id,
    )


def wrap_up_ended(state: State, event: ev.WrapUpCompleted | ev.WrapUpExpired) -> None:
    """The assignment is over, and its capacity is back."""
    agent = state.agents[event.agent_id]
    agent.wrap_ups = without(agent.wrap_ups, event.contact_id)
    timers.cancel(state, timers.wrap_up_key(event.contact_id, event.agent_id))
    contact = state.contacts.get(event.contact_id)
    if contact is not None:
        others = [agent_id for agent_id in contact.wrapped_up_by if agent_id != event.agent_id]
        contact.wrapped_up_by = tuple(others)
    became_idle(state, agent, event.at_ms)
    release(state, agent, event.contact_id)
