"""The numbered laws of the state. ARCHITECTURE lists them; each is one function here.

    INV-1  a contact is in exactly one place, and its queue's waiting line says the same
    INV-2  an agent holds exactly the contacts that name it and its wrap-ups, and gets none above its capacity
    INV-3  a contact has a live offer exactly while it is offered, one for each agent asked, and all agree about it
    INV-4  a closed contact is not in the state: it ends exactly once
    INV-5  nothing is stuck: every state that can last has a live deadline
    INV-6  nobody waits while an eligible agent is free, and nothing stays interrupted while its agent has room
    INV-7  a deadline belongs to something that lives
    INV-8  a deadline that fires has an effect
    INV-9  nobody waits in a step that is over, or that is to be passed because nobody is there for it
    INV-10 unused permits of campaigns, and their calls under way, are those of the contacts that are just there

INV-8 and the granting half of INV-2 hold inside a step and are checked there (engine, reducer). The rest is
checked here: after every command in property and simulation tests, sampled in production. Explicit checks
rather than `assert`, which `-O` removes. Cost O(contacts + agents), INV-6 and INV-9 O(waiting * agents).
"""

from collections.abc import Callable, Iterator

from routing import timers
from routing.capacity import fits
from routing.errors import InvariantViolation
from routing.ids import ContactId
from routing.limits import INTERRUPTIONS_MAX
from routing.matching import NaiveMatcher, refused_by
from routing.model import REASON_MISSED, AgentState
from routing.state import (
    BEING_CALLED,
    CONTACT_DEADLINES,
    Agent,
    Contact,
    ContactState,
    DeadlineKind,
    State,
)
from routing.steps import next_step_ms, step_now


def _inv_1_one_place(state: State) -> Iterator[str]:
    waiting = [contact_id for line in state.waiting.values() for contact_id in line]
    if len(waiting) != len(set(waiting)):
        yield "INV-1 a contact waits in two lines"
    expected = {
        contact.contact_id
        for contact in state.contacts.values()
        if contact.state is ContactState.WAITING
    }
    if expected != set(waiting):
        yield "INV-1 the waiting lines and the contacts' states differ"


def _inv_2_holds(state: State) -> Iterator[str]:
    named = {
        (contact.agent_id, contact.contact_id)
        for contact in state.contacts.values()
        if contact.state in (*BEING_CALLED, ContactState.CONNECTED, ContactState.PARKED)
    } | {
        (agent.agent_id, contact_id)
        for agent in state.agents.values()
        for contact_id in agent.wrap_ups
    }
    named |= {(offer.agent_id, offer.contact_id) for offer in state.offers.values()}
    held = {
        (agent.agent_id, contact_id)
        for agent in state.agents.values()
        for contact_id in agent.owned_ids()
    }
    if named != held:
        yield f"INV-2 held and named contacts differ: {sorted(map(str, named ^ held))}"
    for agent in state.agents.values():
        free = {one for one in agent.holds if _is_interruptible(state, agent, one)}
        if free != agent.interruptible.keys():
            yield f"INV-2 agent {agent.agent_id} is wrong about what may be interrupted"


def _is_interruptible(state: State, agent: Agent, contact_id: ContactId) -> bool:
    """Whether the contact talks with this agent and has not been interrupted too often."""
    contact = state.contacts.get(contact_id)
    if contact is None or contact.agent_id != agent.agent_id:
        return False
    is_connected = contact.state is ContactState.CONNECTED
    return is_connected and contact.interruptions < INTERRUPTIONS_MAX


def _inv_3_offers(state: State) -> Iterator[str]:
    for offer in state.offers.values():
        contact = state.contacts.get(offer.contact_id)
        agent = state.agents.get(offer.agent_id)
        if contact is None or contact.asked.get(offer.agent_id) != offer.offer_id:
            yield f"INV-3 offer {offer.offer_id} is not its contact's offer"
        if agent is None or offer.offer_id not in agent.offer_ids:
            yield f"INV-3 offer {offer.offer_id} is not among its agent's offers"
    for contact in state.contacts.values():
        if (contact.state is ContactState.OFFERED) != bool(contact.asked):
            yield f"INV-3 contact {contact.contact_id} is {contact.state} with {len(contact.asked)} offers"
    if sum(len(contact.asked) for contact in state.contacts.values()) != len(state.offers):
        yield "INV-3 agents asked and live offers differ in number"


def _inv_4_ends_once(state: State) -> Iterator[str]:
    for contact in state.contacts.values():
        if contact.state in (ContactState.CLOSED, ContactState.ARRIVED):
            yield f"INV-4 contact {contact.contact_id} rests in {contact.state}"


def _has_deadline(state: State, contact: Contact) -> bool:
    """Whether something will move the contact on: its state's deadline, or the wrap-up of its agent."""
    if contact.state is ContactState.WRAP_UP:
        return contact.agent_id in contact.wrapped_up_by
    deadline = state.deadlines.get(timers.contact_key(contact.contact_id))
    return deadline is not None and deadline.kind is CONTACT_DEADLINES.get(contact.state)


def _inv_5_deadlines(state: State) -> Iterator[str]:
    for contact in state.contacts.values():
        yield from _stuck_contact(state, contact)
    for agent in state.agents.values():
        yield from _stuck_agent(state, agent)


def _stuck_contact(state: State, contact: Contact) -> Iterator[str]:
    if not _has_deadline(state, contact):
        yield f"INV-5 contact {contact.contact_id} has no deadline for {contact.state}"
    due_ms = next_step_ms(state, contact) if contact.state is ContactState.WAITING else None
    armed = state.deadlines.get(timers.step_key(contact.contact_id))
    if due_ms != (None if armed is None else armed.due_ms):
        yield f"INV-5 contact {contact.contact_id} has no deadline for its next step, or a wrong one"
    is_unanswered = contact.state in (ContactState.WAITING, ContactState.OFFERED)
    is_gone = is_unanswered and not contact.is_customer_present
    if is_gone and timers.gone_key(contact.contact_id) not in state.deadlines:
        yield f"INV-5 the gone customer of {contact.contact_id} has no deadline"
    for agent_id in contact.excluded:
        if timers.exclusion_key(contact.contact_id, agent_id) not in state.deadlines:
            yield f"INV-5 an exclusion of {contact.contact_id} has no deadline"


def _stuck_agent(state: State, agent: Agent) -> Iterator[str]:
    for contact_id in agent.wrap_ups:
        if timers.wrap_up_key(contact_id, agent.agent_id) not in state.deadlines:
            yield f"INV-5 the wrap-up of {contact_id} by {agent.agent_id} has no deadline"
    is_alarmed = agent.state is AgentState.NOT_READY
    has_reason = (agent.reason_id or REASON_MISSED) in state.reasons
    if is_alarmed and has_reason and timers.agent_key(agent.agent_id) not in state.deadlines:
        yield f"INV-5 agent {agent.agent_id} is not ready without a deadline"
    is_lost = agent.state is not AgentState.LOGGED_OUT and not agent.is_present
    if is_lost and timers.presence_key(agent.agent_id) not in state.deadlines:
        yield f"INV-5 the lost presence of agent {agent.agent_id} has no deadline"


def _inv_6_work_conserving(state: State) -> Iterator[str]:
    for line in state.waiting.values():
        for contact_id in line:
            contact = state.contacts[contact_id]
            for agent in state.agents.values():
                if refused_by(agent, contact) is None:
                    yield f"INV-6 contact {contact_id} waits while {agent.agent_id} is free"
    for agent in state.agents.values():
        for contact_id, channel in agent.interrupted.items():
            if fits(agent, channel):
                yield f"INV-6 contact {contact_id} stays interrupted while {agent.agent_id} has room"


def _inv_7_no_orphans(state: State) -> Iterator[str]:
    for key, deadline in state.deadlines.items():
        has_contact = not deadline.contact_id or deadline.contact_id in state.contacts
        has_agent = not deadline.agent_id or deadline.agent_id in state.agents
        is_exclusion = deadline.kind is DeadlineKind.LAPSE_EXCLUSION
        if deadline.kind is DeadlineKind.FINISH_WRAP_UP:  # it may outlive its contact
            agent = state.agents.get(deadline.agent_id)
            has_contact = agent is not None and deadline.contact_id in agent.wrap_ups
        if not has_contact or (not has_agent and not is_exclusion):
            yield f"INV-7 deadline {key} belongs to nothing"


def _inv_9_right_step(state: State) -> Iterator[str]:
    is_staffed = NaiveMatcher(state).is_staffed
    for line in state.waiting.values():
        for contact_id in line:
            contact = state.contacts[contact_id]
            step = step_now(state, contact, state.now_ms, is_staffed)
            if step != contact.step:
                yield f"INV-9 contact {contact_id} rests in step {contact.step} instead of {step}"


def _inv_10_campaigns(state: State) -> Iterator[str]:
    unused, called_ids, untaken = set(), set(), set()
    for contact in state.contacts.values():
        facts = None if contact.dial is None else contact.dial.campaign
        if facts is None:
            continue
        call = (facts.campaign_id, contact.contact_id)
        is_counted = facts.abandoned_permille_max is not None and not contact.is_agent_first
        if contact.state is ContactState.RESERVED:
            unused.add(contact.contact_id)
        if is_counted and contact.state in BEING_CALLED:
            called_ids.add(call)
        if is_counted and contact.state in (ContactState.WAITING, ContactState.OFFERED):
            untaken.add(call)
    if unused != state.unused_permits.keys():
        yield "INV-10 the unused permits of campaigns and the contacts' states differ"
    under_way = {
        (campaign_id, contact_id)
        for campaign_id, answers in state.campaigns.items()
        for contact_id in answers.under_way
    }
    if not called_ids <= under_way <= called_ids | untaken:  # who was talked with may wait again
        yield f"INV-10 calls of campaigns under way differ: {sorted(under_way ^ called_ids)}"


INVARIANTS: tuple[Callable[[State], Iterator[str]], ...] = (
    _inv_1_one_place,
    _inv_2_holds,
    _inv_3_offers,
    _inv_4_ends_once,
    _inv_5_deadlines,
    _inv_6_work_conserving,
    _inv_7_no_orphans,
    _inv_9_right_step,
    _inv_10_campaigns,
)


def broken(state: State) -> list[str]:
    """Every broken law, each starting with its number; empty when all hold."""
    return [fault for invariant in INVARIANTS for fault in invariant(state)]


def check_all(state: State) -> None:
    """Raise InvariantViolation naming every broken law."""
    faults = broken(state)
    if faults:
        raise InvariantViolation("; ".join(faults))
