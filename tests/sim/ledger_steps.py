"""The rules of routing steps, stated a second time, over the second set of books.

Written out step by step where the engine keeps a demand: nothing of `routing.steps` is used.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from routing.ids import AgentId, TeamId
from routing.model import AgentState, QueuePolicy, RoutingStep, StepAsks

if TYPE_CHECKING:
    from tests.sim.known import KnownAgent, KnownContact
    from tests.sim.ledger import Ledger


def enter(ledger: "Ledger", contact: "KnownContact", number: int) -> None:
    """Put the contact into a step, or the first after it that it can be in."""
    policy = ledger.policy_of(contact)
    while policy.steps and not _can_be_in(ledger, contact, policy.steps[number]):
        number += 1
    contact.step = number
    contact.needs = (*policy.needs, *contact.own_needs)
    contact.asked_team, contact.asked_agent, contact.pool, contact.step_credit_ms = (
        None,
        None,
        (),
        0,
    )
    if not policy.steps:
        return
    step = policy.steps[number]
    own = () if step.relax_own else contact.own_needs
    contact.needs = (*(policy.needs if step.needs is None else step.needs), *own)
    contact.pool = step.queue_ids
    contact.asked_team, contact.asked_agent = _asked(ledger, contact, step)
    contact.step_credit_ms = sum(one.credit_ms for one in policy.steps[: number + 1])


def begin(ledger: "Ledger", contact: "KnownContact", at_ms: int) -> None:
    """The step that the waiting so far has earned; those whose time is to come are not reached."""
    policy = ledger.policy_of(contact)
    waited_ms = at_ms - contact.step_origin_ms
    enter(ledger, contact, max(0, sum(one.after_ms <= waited_ms for one in policy.steps) - 1))


def step_faults(
    ledger: "Ledger", contact: "KnownContact", target: int, at_ms: int
) -> Iterator[str]:
    """Why the contact should not have come to this step now."""
    name, steps = contact.contact_id, ledger.policy_of(contact).steps
    if not contact.step < target < len(steps):
        yield f"I7 {name} goes from step {contact.step} to {target} of {len(steps)}"
        return
    for number in range(contact.step, target):
        if not must_leave(ledger, contact, number, at_ms):
            yield f"I7 {name} leaves step {number} before its time"
    if not _can_be_in(ledger, contact, steps[target]):
        yield f"I7 {name} comes to step {target}, in which it cannot be"


def must_leave(ledger: "Ledger", contact: "KnownContact", number: int, at_ms: int) -> bool:
    """Whether the contact may not wait in this step any longer."""
    policy = ledger.policy_of(contact)
    if number + 1 >= len(policy.steps):
        return False
    if policy.steps[number + 1].after_ms <= at_ms - contact.step_origin_ms:
        return True
    return not _can_wait_in(ledger, contact, policy, number)


def _can_wait_in(
    ledger: "Ledger", contact: "KnownContact", policy: QueuePolicy, number: int
) -> bool:
    step = policy.steps[number]
    is_present = number == contact.step
    if not is_present and not _can_be_in(ledger, contact, step):
        return False
    team, agent = (
        (contact.asked_team, contact.asked_agent) if is_present else _asked(ledger, contact, step)
    )
    if agent is not None and (agent in contact.barred or agent in contact.refused_by):
        return False
    if not step.skip_unstaffed and agent is None:
        return True
    asked = policy.needs if step.needs is None else step.needs
    levels = [*asked, *(() if step.relax_own else contact.own_needs)]
    return any(
        one.state == AgentState.READY
        and one.wish in (None, AgentState.READY)
        and one.is_present
        and not one.is_removed
        and (team is None or one.team_id == team)
        and (agent is None or one.agent_id == agent)
        and {contact.queue_id, *step.queue_ids} & {*one.queue_ids}
        and one.capacity.per_channel.get(contact.channel, 0) > 0
        and all(one.skills.get(need.skill_id, 0) >= need.level for need in levels)
        for one in ledger.agents.values()
    )


def _can_be_in(ledger: "Ledger", contact: "KnownContact", step: RoutingStep) -> bool:
    if step.asks is StepAsks.POOL or (step.asks is StepAsks.TEAM and step.team_id is not None):
        return True
    preferred = _preferred(ledger, contact)
    if preferred is None or step.asks is StepAsks.TEAM:
        return preferred is not None
    name = preferred.agent_id
    return name not in contact.barred and name not in contact.refused_by


def _asked(
    ledger: "Ledger", contact: "KnownContact", step: RoutingStep
) -> tuple[TeamId | None, AgentId | None]:
    preferred = _preferred(ledger, contact)
    if step.asks is StepAsks.AGENT and preferred is not None:
        return None, preferred.agent_id
    if step.asks is StepAsks.TEAM:
        return step.team_id or (preferred.team_id if preferred is not None else None), None
    return None, None


def _preferred(ledger: "Ledger", contact: "KnownContact") -> "KnownAgent | None":
    return ledger.agents.get(contact.preferred_agent_id or AgentId(""))


def able(ledger: "Ledger", contact: "KnownContact", policy: QueuePolicy) -> "list[KnownAgent]":
    """Everybody who could serve the contact in some step of this queue, were they there and free."""
    steps = policy.steps or (RoutingStep(),)
    return [
        agent
        for step in steps
        if _can_be_in(ledger, contact, step)
        for agent in ledger.agents.values()
        if _is_able(agent, contact, policy, step, asked=_asked(ledger, contact, step))
    ]


def _is_able(
    agent: "KnownAgent",
    contact: "KnownContact",
    policy: QueuePolicy,
    step: RoutingStep,
    *,
    asked: tuple[TeamId | None, AgentId | None],
) -> bool:
    team, named = asked
    needs = policy.needs if step.needs is None else step.needs
    levels = [*needs, *(() if step.relax_own else contact.own_needs)]
    return (
        (team is None or agent.team_id == team)
        and (named is None or agent.agent_id == named)
        and bool({policy.queue_id, *step.queue_ids} & {*agent.queue_ids})
        and agent.capacity.per_channel.get(contact.channel, 0) > 0
        and all(agent.skills.get(need.skill_id, 0) >= need.level for need in levels)
    )
