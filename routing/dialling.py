"""Calls that we place: may this be dialled now, and what follows from its answer or its failure.

Law of this file: the same as of `decisions`. Nothing is dialled without a permit, and a permit always has an agent who
is kept free for it, an end that is near, and one use:

    arrived -> reserved -> dialling -> connected            the agent was on the line first
                                    -> waiting -> offered    the customer answered first: the reserved agent is asked
                    |          |
                    +----------+----> closed (or wrap-up): unreached, with the reason

A campaign's permit is the second of two steps: its facts were read before, and each refusal is an event with its reason. What
was suppressed since ends it, unless it is used already.

Where it is allowed, an agent in wrap-up is reserved who is predicted to be free while it rings. Whoever is not free yet
when the customer answers is asked for nothing: the customer comes before others by age, and is served by who is free.

A refusal leaves nothing behind: the contact has not arrived.
"""

from routing import campaigns
from routing import commands as cmd
from routing import events as ev
from routing.checks import Decision, known_agent, open_contact
from routing.consequences import Step, apply_next_state, end_dial, make_offer
from routing.errors import Refusal, RefusalCode
from routing.ids import AgentId, ContactId
from routing.limits import CAMPAIGN_WORD_MAX, DIAL_MS_MAX, PERMIT_MS
from routing.matching import FILTERS, OVERRIDDEN_BY_HAND, refused_by, refused_by_hand
from routing.model import AgentState, CampaignFacts, Channel, Dial, DialFailure, PermitFault
from routing.parking import interrupt_for
from routing.queue_booking import arriving
from routing.state import BEING_CALLED, Agent, Contact, ContactState, idle_key
from routing.steps import demands
from routing.strategies import choice_rank
from routing.timers import wrap_up_key


def grant_permit(step: Step, arrived: ev.ContactArrived, dial: Dial) -> Decision:
    """Reserve the agent who is named, or the best who is free; refuse where there is none.

    A campaign's refusals are on record, in this order: its facts' own, what has changed since they were read, who is there.
    """
    now_ms, campaign = step.now_ms, dial.campaign
    contact = arriving(step.state, arrived)
    fault = _fault(contact, dial)
    if fault is not None:
        detail = f"Contact {contact.contact_id} cannot be dialled: {fault}."
        return Refusal(RefusalCode.CONTACT_INVALID, detail)
    reason = None if campaign is None else campaigns.why_not(step.state, campaign, now_ms)
    if reason is not None:
        step.emit(ev.PermitRefused(now_ms, arrived, reason))
        return None
    agent, free_by_ms = _asked(step, contact, dial)
    if isinstance(agent, Refusal):
        if campaign is None:
            return agent
        step.emit(ev.PermitRefused(now_ms, arrived, PermitFault(agent.code.value)))
        return None
    must_come_first = (
        campaign is not None
        and not dial.is_agent_first
        and not campaigns.carries_worst_case(step.state, campaign, now_ms)
    )
    contact_id, expires_at_ms = contact.contact_id, now_ms + PERMIT_MS
    permit = ev.PermitGranted(
        now_ms,
        contact_id,
        agent.agent_id,
        dial.permit_id,
        expires_at_ms,
        free_by_ms,
        must_come_first,
    )
    step.emit(arrived)
    step.emit(permit)
    interrupt_for(step, step.state.contacts[contact_id], agent)
    return None


def _asked(step: Step, contact: Contact, dial: Dial) -> tuple[Agent | Refusal, int | None]:
    """Who is to be reserved, and until when their wrap-ups last if they are not free yet."""
    if dial.agent_id is not None:
        return _named(step, contact, dial, dial.agent_id), None
    agent = _best(step, contact)
    if isinstance(agent, Refusal) and dial.may_be_in_wrap_up:
        soonest = _soonest(step, contact, dial)
        if soonest is not None:
            return soonest[1], soonest[0]
    return agent, None


def change_suppressions(step: Step, command: cmd.ChangeSuppressions) -> Decision:
    """What was permitted by older facts, and is not dialled yet, is permitted no more."""
    step.emit(ev.SuppressionsChanged(step.now_ms, command.version))
    for contact_id, version in list(step.state.unused_permits.items()):
        if version < command.version:
            end_dial(step, step.state.contacts[contact_id], DialFailure.FACTS_CHANGED)
    return None


def _fault(contact: Contact, dial: Dial) -> str | None:
    """What a call of ours must keep to; None when it does."""
    if contact.channel is not Channel.OUTBOUND_VOICE:
        return f"its channel is {contact.channel}"
    if not dial.permit_id:
        return "it names no permit"
    if not 1 <= dial.ring_ms <= DIAL_MS_MAX:
        return f"it may ring from 1 to {DIAL_MS_MAX} ms"
    return None if dial.campaign is None else _campaign_fault(dial, dial.campaign)


def _campaign_fault(dial: Dial, facts: CampaignFacts) -> str | None:
    if not facts.campaign_id:
        return "it names no campaign"
    if dial.may_be_in_wrap_up or dial.is_emergency or dial.may_be_not_ready:
        return "a campaign reserves only who is free"
    if len(facts.fault) > CAMPAIGN_WORD_MAX:
        return f"its facts refuse it by more than {CAMPAIGN_WORD_MAX} characters"
    if not 0 <= (facts.abandoned_permille_max or 0) <= campaigns.PERMILLE:
        return f"its limit is from 0 to {campaigns.PERMILLE} of a thousand"
    return None


def _named(step: Step, contact: Contact, dial: Dial, agent_id: AgentId) -> Agent | Refusal:
    """This agent, whatever skills and steps say; in an emergency whatever is in hand."""
    agent = known_agent(step, agent_id)
    if isinstance(agent, Refusal):
        return agent
    waived: tuple[str, ...] = OVERRIDDEN_BY_HAND
    if dial.may_be_not_ready and agent.state is not AgentState.LOGGED_OUT:
        waived = (*waived, "readiness")
    held = next(
        (name for name, passes in FILTERS if name not in waived and not passes(agent, contact)),
        None,
    )
    if held is None or (dial.is_emergency and agent.is_present):
        return agent
    detail = f"Agent {agent_id} cannot place contact {contact.contact_id}: {held}."
    return Refusal(RefusalCode.AGENT_NOT_ELIGIBLE, detail)


def _best(step: Step, contact: Contact) -> Agent | Refusal:
    """Whom its queue would ask first now, in the step that the contact begins with or passes on to."""
    for demand in demands(step.state, contact, contact.queue_id):
        contact.demand = demand
        if demand.agent_id is None:
            agent = step.best_agent(contact, step.now_ms)
        else:
            agent = step.state.agents[demand.agent_id]
            agent = agent if refused_by(agent, contact) is None else None
        if agent is not None:
            return agent
        if not demand.skips_unstaffed:
            break
    detail = f"Nobody is free to be reserved for contact {contact.contact_id} in queue {contact.queue_id}."
    return Refusal(RefusalCode.NO_AGENT_FREE, detail)


def _soonest(step: Step, contact: Contact, dial: Dial) -> tuple[int, Agent] | None:
    """Whose wrap-ups end first of those who are predicted to be free while it rings, and when.

    Nobody who waits already is passed: an agent for whom somebody more urgent waits is left to them.
    """
    contact.is_over_wrap_up = True
    limit_ms = step.now_ms + dial.ring_ms
    soon = [
        (free_by_ms, agent)
        for agent in step.servers(contact.queue_id, contact.channel, contact.demand)
        if agent.wrap_ups
        and (free_by_ms := _free_by_ms(step, agent)) <= limit_ms
        and refused_by(agent, contact) is None
        and not _is_passed_by(step, contact, agent)
    ]
    return min(soon, key=lambda one: (one[0], idle_key(one[1])), default=None)


def _free_by_ms(step: Step, agent: Agent) -> int:
    """When the last of the agent's wrap-ups ends by itself."""
    deadlines, agent_id = step.state.deadlines, agent.agent_id
    return max(deadlines[wrap_up_key(one, agent_id)].due_ms for one in agent.wrap_ups)


def _is_passed_by(step: Step, contact: Contact, agent: Agent) -> bool:
    """Whether somebody waits whom the agent would take first after the wrap-up."""
    other, queues = step.next_contact(agent, step.now_ms), step.state.queues
    if other is None:
        return False
    mine, theirs = (
        choice_rank(agent, one, queues[one.queue_id].priority, step.now_ms)
        for one in (contact, other)
    )
    return theirs > mine


def use_permit(step: Step, command: cmd.UsePermit) -> Decision:
    """Once: whoever asks again, or late, must not dial."""
    contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    dial, agent_id = contact.dial, contact.agent_id
    if contact.state is not ContactState.RESERVED or dial is None or agent_id is None:
        detail = f"Contact {contact.contact_id} has no permit any more: it is {contact.state}."
        return Refusal(RefusalCode.PERMIT_ENDED, detail)
    until_ms = step.now_ms + dial.ring_ms
    step.emit(ev.PermitUsed(step.now_ms, contact.contact_id, agent_id, until_ms))
    return None


def answer_dial(step: Step, command: cmd.AnswerDial) -> Decision:
    """Both talk at once, or the reserved agent is asked, or whoever comes first in the queue."""
    called = _called(step, command.contact_id, (ContactState.DIALLING,))
    if isinstance(called, Refusal):
        return called
    contact, agent_id = called
    now_ms, contact_id = step.now_ms, contact.contact_id
    agent = step.state.agents[agent_id]
    step.emit(ev.DialAnswered(now_ms, contact_id, agent_id))
    if contact.is_agent_first:
        step.emit(ev.DialConnected(now_ms, contact_id, agent_id))
        return None
    apply_next_state(step, agent_id)
    step.emit(ev.ContactQueued(now_ms, contact_id, contact.queue_id, now_ms))
    if refused_by_hand(agent, contact)[0] is None:
        make_offer(step, contact, agent, ev.OfferTrigger.RESERVED)
    return None


def fail_dial(step: Step, command: cmd.FailDial) -> Decision:
    """Nobody was reached."""
    called = _called(step, command.contact_id, BEING_CALLED)
    if isinstance(called, Refusal):
        return called
    contact, _ = called
    step.emit(ev.DialFailed(step.now_ms, contact.contact_id, command.failure))
    end_dial(step, contact, command.failure)
    return None


def _called(
    step: Step, contact_id: ContactId, states: tuple[ContactState, ...]
) -> tuple[Contact, AgentId] | Refusal:
    """The contact in one of these states, and who is reserved for it."""
    contact = open_contact(step, contact_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.state in states and contact.agent_id is not None:
        return contact, contact.agent_id
    detail = f"Contact {contact_id} is not being called: it is {contact.state}."
    return Refusal(RefusalCode.CONTACT_NOT_DIALLING, detail)
