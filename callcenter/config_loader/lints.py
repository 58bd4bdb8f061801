"""What is well formed and still wrong: one pure function for each thing, over the compiled configuration.

An error can never be meant. A warning may be: it depends on people, who change without the configuration, or it is
a risk that somebody must know of.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from callcenter.config_loader.findings import Finding, FindingCode, Path
from routing.commands import PutAgent
from routing.ids import QueueId
from routing.model import Channel, ContactStrategy, QueuePolicy, RoutingConfiguration, SkillNeed

CLASSES_OF_AGENT_MAX: Final = 50
"""Requirement classes of one agent above which each of its decisions costs noticeably more."""

UNBOUNDED_ALARM_MS_MAX: Final = 3_600_000
"""The longest a contact may wait unnoticed in a queue that others may overtake without bound."""

_UNBOUNDED: Final = (ContactStrategy.STRICT, ContactStrategy.PRIORITY_AGE)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the lints read. `agents` are None when nobody knows them, `channels` are those that lead to a queue."""

    routing: RoutingConfiguration
    agents: tuple[PutAgent, ...] | None
    channels: dict[QueueId, tuple[Channel, ...]]
    at_ms: int


def _queues(facts: Facts) -> Iterator[tuple[Path, QueuePolicy]]:
    for number, policy in enumerate(facts.routing.queues):
        yield ("queues", number), policy


def _warning(code: FindingCode, path: Path, message: str) -> Finding:
    return Finding(code, path, message, is_error=False)


def _holds(agent: PutAgent, needs: tuple[SkillNeed, ...]) -> bool:
    return all(agent.skills.get(need.skill_id, 0) >= need.level for need in needs)


def _unheld_skills(facts: Facts) -> Iterator[Finding]:
    for path, policy in _queues(facts):
        for need in policy.needs if facts.agents is not None else ():
            if not any(_holds(agent, (need,)) for agent in facts.agents or ()):
                message = f"no agent has {need.skill_id} at level {need.level} or better"
                where = (*path, "needs", need.skill_id)
                yield _warning(FindingCode.SKILL_UNHELD, where, message)


def _nobody_can_serve(facts: Facts) -> Iterator[Finding]:
    """Each need may be met by somebody, and still nobody meets them all and takes the channel."""
    if facts.agents is None:
        return
    for path, policy in _queues(facts):
        own = [agent for agent in facts.agents if policy.queue_id in agent.queue_ids]
        if not own:
            yield _warning(FindingCode.QUEUE_WITHOUT_AGENTS, path, "no agent takes this queue")
        elif not any(_holds(agent, policy.needs) for agent in own):
            message = f"none of its {len(own)} agents has all the skills it needs"
            yield _warning(FindingCode.QUEUE_UNMATCHABLE, path, message)
        for channel in facts.channels.get(policy.queue_id, ()):
            if own and not any(agent.capacity.per_channel.get(channel, 0) for agent in own):
                message = f"none of its {len(own)} agents has capacity for {channel}"
                yield _warning(FindingCode.CAPACITY_NONE, path, message)


def _unbounded_priority(facts: Facts) -> Iterator[Finding]:
    unbounded = [
        policy for policy in facts.routing.queues if policy.priority.strategy in _UNBOUNDED
    ]
    for path, policy in _queues(facts):
        if policy.priority.strategy in _UNBOUNDED:
            message = f"{policy.priority.strategy} is unbounded: contacts of a lower level may wait for ever"
            where = (*path, "priority", "strategy")
            yield _warning(FindingCode.PRIORITY_UNBOUNDED, where, message)
        if unbounded and policy.waiting_alarm_ms > UNBOUNDED_ALARM_MS_MAX:
            message = (
                f"with the unbounded priority of queue {unbounded[0].queue_id} the alarm must come within "
                f"{UNBOUNDED_ALARM_MS_MAX // 1000} s"
            )
            yield Finding(FindingCode.ALARM_TOO_LATE, (*path, "waiting_alarm_s"), message)


def _many_classes(facts: Facts) -> Iterator[Finding]:
    classes = {policy.queue_id: 1 for policy in facts.routing.queues}
    most, agent_id = max(
        (
            (sum(classes.get(queue_id, 0) for queue_id in agent.queue_ids), agent.agent_id)
            for agent in facts.agents or ()
        ),
        default=(0, None),
    )
    if most > CLASSES_OF_AGENT_MAX:
        message = (
            f"agent {agent_id} serves {most} requirement classes; above {CLASSES_OF_AGENT_MAX} each decision "
            "costs noticeably more"
        )
        yield _warning(FindingCode.CLASSES_MANY, ("queues",), message)


def _never_open(facts: Facts) -> Iterator[Finding]:
    for number, (calendar_id, hours) in enumerate(facts.routing.calendars.items()):
        if not any(end_ms > facts.at_ms for _, end_ms in hours.spans()):
            message = f"{calendar_id} is not open on any day to come"
            yield Finding(FindingCode.HOURS_NEVER_OPEN, ("calendars", number), message)


LINTS: Final[tuple[Callable[[Facts], Iterator[Finding]], ...]] = (
    _unheld_skills,
    _nobody_can_serve,
    _unbounded_priority,
    _many_classes,
    _never_open,
)


def lints(facts: Facts) -> tuple[Finding, ...]:
    """Everything the lints find, in the order of the table."""
    return tuple(finding for lint in LINTS for finding in lint(facts))
