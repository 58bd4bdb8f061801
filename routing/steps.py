"""Routing steps: whom a contact asks for after it has waited so long.

Law of this file: it reads and never writes. A queue's steps are ordered by waiting; a contact goes through them
forwards only, for as long as it is in that queue, and one it cannot be in (it has no preferred agent, or that agent
is gone or has refused it) is passed at once. The last step can always be entered: configurations see to that. A
queue without steps has one: its own needs.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from routing.ids import AgentId, QueueId, SiteId, SkillId
from routing.limits import DEMANDS_KEPT
from routing.model import QueuePolicy, RoutingStep, SkillNeed, StepAsks
from routing.state import Agent, Contact, Demand, State

IsStaffed = Callable[[Contact, Demand], bool]
"""Whether somebody who is ready, busy or not, could serve such a contact."""


def merged(*groups: tuple[SkillNeed, ...]) -> tuple[SkillNeed, ...]:
    """All the needs, the higher level of each skill, in the order of the skills: equal needs compare equal."""
    levels: dict[SkillId, int] = {}
    for group in groups:
        for need in group:
            levels[need.skill_id] = max(need.level, levels.get(need.skill_id, 0))
    return tuple(SkillNeed(skill_id, level) for skill_id, level in sorted(levels.items()))


@lru_cache(DEMANDS_KEPT)
def _plain(needs: tuple[SkillNeed, ...], own_needs: tuple[SkillNeed, ...], site: SiteId) -> Demand:
    """One object for equal demands: most contacts of a queue ask for the same."""
    return Demand(merged(needs, own_needs), site=site)


def demand_of(state: State, contact: Contact, step: int) -> Demand | None:
    """What the contact asks for in a step of its queue; None if it cannot be in that step."""
    policy = state.queues[contact.queue_id]
    if not policy.steps:
        return _plain(policy.needs, contact.own_needs, contact.site or policy.site)
    rule = policy.steps[step]
    agent_id: AgentId | None = None
    team_id = rule.team_id if rule.asks is StepAsks.TEAM else None
    if _asks_preferred(rule):
        preferred = _preferred(state, contact)
        if preferred is None:
            return None
        if rule.asks is StepAsks.TEAM:
            team_id = preferred.team_id
        elif _may_still_be_asked(contact, preferred.agent_id):
            agent_id = preferred.agent_id
        else:
            return None
    return Demand(
        _needs(policy, rule, contact),
        rule.queue_ids,
        team_id,
        agent_id,
        sum(one.credit_ms for one in policy.steps[: step + 1]),
        rule.skip_unstaffed or agent_id is not None,
        contact.site or policy.site,
    )


def demands(state: State, contact: Contact, queue_id: QueueId) -> Iterator[Demand]:
    """What the contact would ask for in each step of this queue that it could be in."""
    there = contact
    if queue_id != contact.queue_id:
        there = msgspec.structs.replace(contact, queue_id=queue_id)
    for step in range(max(1, len(state.queues[queue_id].steps))):
        demand = demand_of(state, there, step)
        if demand is not None:
            yield demand


def _asks_preferred(rule: RoutingStep) -> bool:
    return rule.asks is StepAsks.AGENT or (rule.asks is StepAsks.TEAM and rule.team_id is None)


def _preferred(state: State, contact: Contact) -> Agent | None:
    agent_id = contact.preferred_agent_id
    return None if agent_id is None else state.agents.get(agent_id)


def _may_still_be_asked(contact: Contact, agent_id: AgentId) -> bool:
    kept_from = (contact.barred, contact.excluded, contact.last_resort)
    return not any(agent_id in agents for agents in kept_from)


def _needs(policy: QueuePolicy, rule: RoutingStep, contact: Contact) -> tuple[SkillNeed, ...]:
    asked = policy.needs if rule.needs is None else rule.needs
    return merged(asked, () if rule.relax_own else contact.own_needs)


def enterable(state: State, contact: Contact, step: int) -> tuple[int, Demand]:
    """This step, or the first after it that the contact can be in, with what it asks for there."""
    while (demand := demand_of(state, contact, step)) is None:
        step += 1
    return step, demand


def step_by_waiting(policy: QueuePolicy, waited_ms: int) -> int:
    """The last step whose time has come after so much waiting in the queue."""
    reached = (n for n, rule in enumerate(policy.steps) if rule.after_ms <= waited_ms)
    return max(reached, default=0)


def next_step_ms(state: State, contact: Contact) -> int | None:
    """When the contact's next step begins; None in the last."""
    steps = state.queues[contact.queue_id].steps
    if contact.step + 1 >= len(steps):
        return None
    return contact.step_origin_ms + steps[contact.step + 1].after_ms


def step_now(state: State, contact: Contact, now_ms: int, is_staffed: IsStaffed) -> int:
    """The step the contact must be in: its own, or a later one that is due or that it must pass on to."""
    steps = state.queues[contact.queue_id].steps
    waited_ms = now_ms - contact.step_origin_ms
    step = contact.step
    while step + 1 < len(steps):
        is_due = steps[step + 1].after_ms <= waited_ms
        if not is_due and _may_rest(state, contact, step, is_staffed):
            break
        step += 1
    return step


def _may_rest(state: State, contact: Contact, step: int, is_staffed: IsStaffed) -> bool:
    demand = contact.demand if step == contact.step else demand_of(state, contact, step)
    if demand is None:
        return False
    if demand.agent_id is not None and not _may_still_be_asked(contact, demand.agent_id):
        return False
    return not demand.skips_unstaffed or is_staffed(contact, demand)
