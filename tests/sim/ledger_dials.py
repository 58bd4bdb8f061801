"""The second set of books: calls that we place. Who is reserved, until when, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from routing.limits import PERMIT_MS
from routing.model import AgentState
from tests.sim.known import DIALLING, RESERVED, TALKING, WAITING, KnownAgent, KnownContact
from tests.sim.ledger_campaigns import grant_faults
from tests.sim.ledger_capacity import has_room
from tests.sim.ledger_steps import begin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routing import events as ev
    from routing.model import Dial
    from tests.sim.ledger import Ledger
    from tests.sim.oracle import Oracle


def arrived(ledger: Ledger, contact: KnownContact, event: ev.ContactArrived) -> None:
    """A contact that we call asks for what its queue's first step says."""
    contact.dial = event.dial
    if contact.dial is not None:
        begin(ledger, contact, 0)


def granted(ledger: Ledger, event: ev.PermitGranted) -> str | None:
    """The agent is kept free."""
    contact, agent = ledger.contacts[event.contact_id], ledger.agents[event.agent_id]
    dial = contact.dial
    if dial is None or contact.is_queued or contact.place != WAITING:
        return f"I4 {event} is about {contact}"
    if event.is_agent_first:
        dial = contact.dial = msgspec.structs.replace(dial, is_agent_first=True)
    contact.place, contact.agent_id, contact.due_ms = RESERVED, event.agent_id, event.expires_at_ms
    came_over = dial.is_agent_first or event.free_by_ms is not None
    ledger.came_over_wrap_up = ledger.came_over_wrap_up or came_over
    agent.was_reduced = agent.was_reduced or dial.is_emergency
    ledger.asked_once_more(agent)
    if event.expires_at_ms != event.at_ms + PERMIT_MS or event.permit_id != dial.permit_id:
        return f"I7 {event} lasts too long, or is another"
    return None


def used(ledger: Ledger, event: ev.PermitUsed) -> str | None:
    """Dialled."""
    contact = ledger.contacts[event.contact_id]
    is_right = contact.place == RESERVED and event.at_ms < contact.due_ms
    contact.place, contact.due_ms = DIALLING, event.until_ms
    return None if is_right else f"I2 {event} uses a permit that is not there: {contact}"


def answered(ledger: Ledger, event: ev.DialAnswered) -> str | None:
    """The customer is there; who is not on the line yet is free, and asked first."""
    contact, agent = ledger.contacts[event.contact_id], ledger.agents[event.agent_id]
    is_right = (contact.place, contact.agent_id) == (DIALLING, event.agent_id)
    contact.is_customer_here = True
    ledger.campaigns.answered(contact, event.at_ms)
    if contact.dial is not None and not contact.dial.is_agent_first:
        contact.age_origin_ms, contact.is_handed_on = event.at_ms, True
        contact.place, contact.agent_id = WAITING, None
        contact.reserved_for = event.agent_id
        ledger.forget_if_done(agent)
    return None if is_right else f"I2 {event} answers what is not dialled: {contact}"


def connected(ledger: Ledger, event: ev.DialConnected) -> str | None:
    """Both talk."""
    contact, agent = ledger.contacts[event.contact_id], ledger.agents[event.agent_id]
    is_first = contact.dial is not None and contact.dial.is_agent_first
    is_right = is_first and (contact.place, contact.agent_id) == (DIALLING, event.agent_id)
    contact.place, contact.talks_since_ms = TALKING, event.at_ms
    agent.taken += 1
    ledger.now_idle(agent, event.at_ms)
    return None if is_right else f"I2 {event} connects {contact}"


def ended(ledger: Ledger, event: ev.DialEnded) -> str | None:
    """Nobody was reached."""
    contact = ledger.contacts[event.contact_id]
    contact.failure = event.failure
    is_right = contact.place in (RESERVED, DIALLING) and contact.agent_id == event.agent_id
    return None if is_right else f"I4 {event} ends {contact}"


def permit_faults(oracle: Oracle, event: ev.PermitGranted) -> Iterator[str]:
    """Whether this agent may be kept free, and nobody comes before; steps are another matter."""
    contact = oracle.ledger.contacts.get(event.contact_id)
    agent = oracle.ledger.agents.get(event.agent_id)
    if contact is None or agent is None or contact.dial is None:
        yield f"I4 {event} is about nobody"
        return
    dial = contact.dial
    yield from grant_faults(oracle, event, contact)
    if dial.agent_id not in (None, agent.agent_id):
        yield f"I3 {event} is for {dial.agent_id}"
    is_off = agent.state == AgentState.LOGGED_OUT
    if agent.is_removed or not agent.is_present or (is_off and not dial.is_emergency):
        yield f"I3 {event} keeps somebody who is not there"
    is_predicted = event.free_by_ms is not None
    has_place = has_room(oracle.ledger, agent, contact, comes_over=is_predicted)
    if not dial.is_emergency and not has_place:
        yield f"I3 {event} is above capacity"
    is_ready = agent.state == AgentState.READY and agent.wish in (None, AgentState.READY)
    if not is_ready and not (dial.may_be_not_ready or dial.is_emergency):
        yield f"I3 {event} keeps somebody who is not ready"
    if event.free_by_ms is not None:
        yield from _prediction_faults(oracle, event, contact, dial)
    elif dial.agent_id is None and not oracle.ledger.policy_of(contact).steps:
        for peer in oracle.ledger.agents.values():
            is_before = oracle.rank(peer, contact) < oracle.rank(agent, contact)
            if is_before and oracle.refused_by(peer, contact) is None:
                yield f"I5 {event} passes {peer.agent_id}, who comes first"


def _prediction_faults(
    oracle: Oracle, event: ev.PermitGranted, contact: KnownContact, dial: Dial
) -> Iterator[str]:
    """Whether the agent's wrap-ups end in time, nobody is free already, and nobody who waits is passed."""
    ledger, agent = oracle.ledger, oracle.ledger.agents[event.agent_id]
    wraps = [wrap for (agent_id, _), wrap in ledger.wraps.items() if agent_id == agent.agent_id]
    ends_ms = max((wrap.due_ms for wrap in wraps), default=None)
    is_soon = ends_ms is not None and ends_ms <= event.at_ms + dial.ring_ms
    if not dial.may_be_in_wrap_up or dial.agent_id is not None:
        yield f"I3 {event} is predicted for a call that asks for somebody free"
    if not is_soon or ends_ms != event.free_by_ms:
        yield f"I3 {event} is predicted for a wrap-up that ends at {ends_ms}"
    for peer in ledger.agents.values():
        if not ledger.policy_of(contact).steps and oracle.refused_by(peer, contact) is None:
            yield f"I5 {event} passes {peer.agent_id}, who is free"
    for other in oracle.waiting():
        reason = oracle.refused_by(agent, other, comes_over=True)
        if reason is None and oracle.is_chosen_before(other, contact, agent, event.at_ms):
            yield f"I5 {event} passes {other.contact_id}, which is more urgent"


def reserved_fault(ledger: Ledger, agent: KnownAgent, contact: KnownContact) -> str | None:
    """Why the agent who was kept free may not be asked any more."""
    if contact.reserved_for != agent.agent_id:
        return "was not kept free"
    is_ready = agent.state == AgentState.READY and agent.wish in (None, AgentState.READY)
    if agent.is_removed or not agent.is_present or not is_ready:
        return "is not there any more"
    return None if has_room(ledger, agent, contact) else "above capacity"


def resting_faults(ledger: Ledger, contact: KnownContact, now_ms: int) -> Iterator[str]:
    """Permits and calls that nobody ends."""
    if contact.place not in (RESERVED, DIALLING):
        return
    if contact.due_ms <= now_ms:
        yield f"I7 the {contact.place} of {contact.contact_id} was due at {contact.due_ms}"
    agent = None if contact.agent_id is None else ledger.agents[contact.agent_id]
    if contact.place == RESERVED and (agent is None or not agent.is_present):
        yield f"I7 {contact.contact_id} is kept for somebody who is gone"
