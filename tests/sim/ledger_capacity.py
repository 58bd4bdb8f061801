"""The second set of books: room, and work put aside. Units and places are counted again from what the events said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing import events as ev
from routing.limits import INTERRUPTIONS_MAX, PARKED_MS_MAX, WRAP_UPS_COME_OVER_MAX
from routing.model import CALLS, LIVE, AgentState, Channel
from tests.sim.known import (
    OFFERED,
    PARKED,
    TALKING,
    WAITING,
    WRAP_UP,
    KnownAgent,
    KnownContact,
    KnownWrapUp,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sim.ledger import Ledger


def weight(agent: KnownAgent, channel: Channel) -> int:
    """Units that a contact of this channel takes of an agent."""
    wanted = agent.capacity.weights.get(channel, 1)
    return max(1, min(agent.capacity.total, wanted))


def units_held(ledger: Ledger, agent: KnownAgent) -> int:
    """Units of everything in hand."""
    return sum(weight(agent, one.channel) for one in ledger.held_by(agent.agent_id))


def in_the_way(
    ledger: Ledger,
    agent: KnownAgent,
    channel: Channel,
    *,
    is_plain: bool,
    comes_over: bool = False,
) -> list[KnownContact | KnownWrapUp]:
    """What the agent has in hand that a contact of this channel can neither push aside nor come over."""
    held = ledger.held_by(agent.agent_id)
    if is_plain:
        return held
    aside = ledger.rules.interrupts.get(channel, ())
    wraps = [one for one in held if one.place == WRAP_UP]
    comes_over = comes_over or channel in ledger.rules.over_wrap_up
    is_over = comes_over and len(wraps) <= WRAP_UPS_COME_OVER_MAX
    return [
        one
        for one in held
        if not (one.place == WRAP_UP and is_over)
        and not (one.place == TALKING and one.channel in aside and _may_be_interrupted(one))
    ]


def _may_be_interrupted(contact: KnownContact | KnownWrapUp) -> bool:
    return contact.interruptions < INTERRUPTIONS_MAX


def fits(
    ledger: Ledger,
    agent: KnownAgent,
    channel: Channel,
    *,
    is_plain: bool = True,
    comes_over: bool = False,
) -> bool:
    """Whether one more contact of this channel fits; `is_plain`: beside all that is in hand."""
    kept = in_the_way(ledger, agent, channel, is_plain=is_plain, comes_over=comes_over)
    places = agent.capacity.per_channel.get(channel, 0)
    alike = [one for one in kept if one.channel == channel or {one.channel, channel} <= {*CALLS}]
    units = sum(weight(agent, one.channel) for one in kept) + weight(agent, channel)
    return len(alike) < places and units <= agent.capacity.total


def has_room(
    ledger: Ledger, agent: KnownAgent, contact: KnownContact, *, comes_over: bool = False
) -> bool:
    """Whether the agent may be offered the contact: nothing new before what was interrupted."""
    is_wrapped_up = (agent.agent_id, contact.contact_id) in ledger.wraps
    if is_wrapped_up or interrupted_of(ledger, agent):
        return False
    dial = contact.dial
    is_unasked = dial is not None and contact.place == WAITING and not contact.is_queued
    is_by_hand = dial is not None and dial.is_agent_first and dial.agent_id is not None
    comes_over = comes_over or (is_unasked and is_by_hand)
    return fits(ledger, agent, contact.channel, is_plain=False, comes_over=comes_over)


def interrupted_of(ledger: Ledger, agent: KnownAgent) -> list[KnownContact]:
    """What the agent must go on with."""
    mine = [one for one in ledger.contacts.values() if one.agent_id == agent.agent_id]
    return [one for one in mine if one.place == PARKED and one.is_interrupted]


# --- events ------------------------------------------------------------------------------------------


def put_aside(ledger: Ledger, event: ev.ContactParked | ev.ContactInterrupted) -> str | None:
    """Work leaves the agent's hands and stays theirs."""
    contact = ledger.contacts[event.contact_id]
    is_right = (contact.place, contact.agent_id) == (TALKING, event.agent_id)
    contact.is_interrupted = isinstance(event, ev.ContactInterrupted)
    reminder_ms = event.until_ms - event.at_ms
    if contact.is_interrupted:
        is_right = is_right and reminder_ms == ledger.rules.parked_reminder_ms
        is_right = is_right and _may_be_interrupted(contact) and contact.channel not in CALLS
        contact.interruptions += 1
    else:
        is_right = is_right and contact.channel not in LIVE and 0 < reminder_ms <= PARKED_MS_MAX
    contact.place, contact.due_ms, contact.parked_since_ms = PARKED, event.until_ms, event.at_ms
    if not is_right:
        return f"I7 {event} does not fit {contact}"
    return None


def taken_up(ledger: Ledger, event: ev.ContactResumed | ev.InterruptionEnded) -> str | None:
    """The agent goes on."""
    contact, agent = ledger.contacts[event.contact_id], ledger.agents[event.agent_id]
    is_right = (contact.place, contact.agent_id) == (PARKED, event.agent_id)
    if not fits(ledger, agent, contact.channel):
        return f"I3 {event} exceeds the agent's capacity"
    if isinstance(event, ev.InterruptionEnded) and not contact.is_interrupted:
        return f"I7 {event} ends no interruption"
    contact.place = TALKING
    if not is_right or event.paused_ms != event.at_ms - contact.parked_since_ms:
        return f"I7 {event} does not fit {contact}"
    return None


def reminded(ledger: Ledger, event: ev.ParkedOverdue) -> str | None:
    """Somebody is told, and will be again."""
    contact, agent = ledger.contacts[event.contact_id], ledger.agents[event.agent_id]
    is_right = contact.place == PARKED and contact.due_ms == event.at_ms
    contact.due_ms = event.at_ms + ledger.rules.parked_reminder_ms
    if not is_right or agent.state == AgentState.LOGGED_OUT:
        return f"I7 {event} does not fit {contact}"
    return None


# --- what rests --------------------------------------------------------------------------------------


def resting_faults(ledger: Ledger, agent: KnownAgent) -> Iterator[str]:
    """Work interrupted although there is room, or more in hand than there is room for."""
    for contact in interrupted_of(ledger, agent):
        if fits(ledger, agent, contact.channel):
            yield f"I5 {contact.contact_id} stays interrupted while {agent.agent_id} has room"
    held = ledger.held_by(agent.agent_id)
    if ledger.came_over_wrap_up:
        held = [one for one in held if one.place != WRAP_UP]
    accepted = [one for one in held if one.place != OFFERED]
    total = agent.capacity.total
    is_over = sum(weight(agent, one.channel) for one in accepted) > total
    if is_over and not agent.was_reduced:
        yield f"I3 {agent.agent_id} has more in hand than there is room for"
    was_promised = sum(weight(agent, one.channel) for one in held) > total
    agent.was_reduced = agent.was_reduced and was_promised  # what rang before may be accepted still
