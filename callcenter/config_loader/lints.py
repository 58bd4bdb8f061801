"""What is well formed and still wrong: one pure function for each thing, over the compiled configuration.

An error can never be meant. A warning may be: it depends on people, who change without the configuration, or it is
a risk that somebody must know of.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from callcenter.config_loader.asks import asks_by_pool, asks_of
from callcenter.config_loader.findings import Finding, FindingCode, Path
from routing.commands import PutAgent
from routing.ids import QueueId, SkillId
from routing.model import (
    Channel,
    QueuePolicy,
    RoutingConfiguration,
    StepAsks,
    TurnAwayReason,
)
from routing.strategies import OVERTAKING, Overtaking

CLASSES_OF_AGENT_MAX: Final = 50
"""Requirement classes of one agent above which each of its decisions costs noticeably more."""

UNBOUNDED_ALARM_MS_MAX: Final = 3_600_000
"""The longest a contact may wait unnoticed in a queue that others may overtake without bound."""

_UNBOUNDED: Final = tuple(
    strategy for strategy, bound in OVERTAKING.items() if bound is Overtaking.UNBOUNDED
)


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


def _unheld_skills(facts: Facts) -> Iterator[Finding]:
    if facts.agents is None:
        return
    best: dict[SkillId, int] = {}
    for agent in facts.agents:
        for skill_id, level in agent.skills.items():
            best[skill_id] = max(level, best.get(skill_id, 0))
    told: set[Path] = set()
    for path, policy in _queues(facts):
        for ask in asks_of(path, policy):
            for need in ask.needs:
                where = (*ask.needs_path, need.skill_id)
                if best.get(need.skill_id, 0) < need.level and where not in told:
                    told.add(where)
                    message = f"no agent has {need.skill_id} at level {need.level} or better"
                    yield _warning(FindingCode.SKILL_UNHELD, where, message)


def _nobody_can_serve(facts: Facts) -> Iterator[Finding]:
    """Each need may be met by somebody, and still nobody meets them all, or nobody takes the channel."""
    if facts.agents is None:
        return
    agents_of: dict[QueueId, list[PutAgent]] = {}
    for agent in facts.agents:
        for queue_id in agent.queue_ids:
            agents_of.setdefault(queue_id, []).append(agent)
    for path, policy in _queues(facts):
        last = asks_of(path, policy)[-1]
        own = agents_of.get(policy.queue_id, [])
        pool = own + [
            one for queue_id in last.step.queue_ids for one in agents_of.get(queue_id, [])
        ]
        if not pool:
            yield _warning(FindingCode.QUEUE_WITHOUT_AGENTS, path, "no agent takes this queue")
        elif not any(last.may_be_served_by(agent) for agent in pool):
            which, code = "its agents", FindingCode.QUEUE_UNMATCHABLE
            if policy.steps:
                which, code = "the agents of its last step", FindingCode.LAST_STEP_UNMATCHABLE
            message = f"none of {which} has all the skills that are asked for"
            yield _warning(code, last.path, message)
        for channel in facts.channels.get(policy.queue_id, ()):
            if pool and not any(one.capacity.per_channel.get(channel, 0) for one in pool):
                message = f"none of its {len(pool)} agents has capacity for {channel}"
                yield _warning(FindingCode.CAPACITY_NONE, path, message)


def _steps_out_of_reach(facts: Facts) -> Iterator[Finding]:
    for path, policy in _queues(facts):
        before_ms = -1
        for number, step in enumerate(policy.steps):
            where = (*path, "steps", number, "after_s")
            if number == 0 and step.after_ms:
                message = "the first step begins at 0: before it nobody would be asked"
                yield Finding(FindingCode.STEP_UNREACHABLE, where, message)
            elif step.after_ms <= before_ms:
                message = "a step begins later than the one before, or it is never reached"
                yield Finding(FindingCode.STEP_UNREACHABLE, where, message)
            elif policy.wait_max_ms is not None and step.after_ms >= policy.wait_max_ms:
                message = "the longest wait of the queue (wait_max_s) ends before it"
                yield Finding(FindingCode.STEP_UNREACHABLE, where, message)
            before_ms = max(before_ms, step.after_ms)
        if not policy.steps:
            continue
        last = policy.steps[-1]
        asks_preferred = last.asks is StepAsks.TEAM and last.team_id is None
        if last.asks is StepAsks.AGENT or asks_preferred:
            message = (
                "the last step asks the preferred agent or their team, which not every contact has"
            )
            where = (*path, "steps", len(policy.steps) - 1, "asks")
            yield Finding(FindingCode.LAST_STEP_UNMATCHABLE, where, message)


def _overflow_cycles(facts: Facts) -> Iterator[Finding]:
    """A contact that is turned away on and on would come back to where it was."""
    onward = {
        policy.queue_id: [one.queue_id for one in policy.destinations.values() if one.queue_id]
        for policy in facts.routing.queues
    }
    for path, policy in _queues(facts):
        reached: dict[QueueId, None] = {}
        ahead = list(onward[policy.queue_id])
        while ahead:
            queue_id = ahead.pop()
            if queue_id not in reached:
                reached[queue_id] = None
                ahead += onward.get(queue_id, [])
        if policy.queue_id in reached:
            message = f"contacts that {policy.queue_id} turns away can come back to it: {_cycle(onward, policy.queue_id)}"
            yield Finding(FindingCode.OVERFLOW_CYCLE, (*path, "turned_away"), message)


def _cycle(onward: dict[QueueId, list[QueueId]], start: QueueId) -> str:
    """The shortest way round, in words."""
    ways: list[tuple[QueueId, ...]] = [(start,)]
    seen: dict[QueueId, None] = {}
    for way in ways:  # grows while it is walked: breadth first
        for queue_id in onward.get(way[-1], []):
            if queue_id == start:
                return " -> ".join((*way, start))
            if queue_id not in seen:
                seen[queue_id] = None
                ways.append((*way, queue_id))
    return start


def _missing_destinations(facts: Facts) -> Iterator[Finding]:
    for path, policy in _queues(facts):
        leaves = {
            TurnAwayReason.OVERDUE: ("wait_max_s", policy.wait_max_ms is not None),
            TurnAwayReason.UNSTAFFED: ("unstaffed_exit_s", policy.unstaffed_exit_ms is not None),
            TurnAwayReason.CLOSED: ("leaves_at_closing", policy.leaves_at_closing),
        }
        for reason, (key, does_leave) in leaves.items():
            if does_leave and reason not in policy.destinations:
                message = f"who leaves the queue by it needs a destination: turned_away.{reason}"
                yield Finding(FindingCode.DESTINATION_MISSING, (*path, key), message)


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


def _mixed_strategies(facts: Facts) -> Iterator[Finding]:
    """Waiting that is weighed in two ways cannot be compared: no bound holds between such queues."""
    strategies = {policy.queue_id: policy.priority.strategy for policy in facts.routing.queues}
    places = {policy.queue_id: path for path, policy in _queues(facts)}
    told: set[QueueId] = set()
    for agent in facts.agents or ():
        known = [queue_id for queue_id in agent.queue_ids if queue_id in strategies]
        for other in known[1:]:
            if strategies[other] != strategies[known[0]] and other not in told:
                told.add(other)
                message = (
                    f"agents serve it and {known[0]}, which weighs waiting otherwise "
                    f"({strategies[known[0]]}): how far contacts of the two pass each other has no bound"
                )
                where = (*places[other], "priority", "strategy")
                yield _warning(FindingCode.STRATEGIES_MIXED, where, message)


def _many_classes(facts: Facts) -> Iterator[Finding]:
    asks = asks_by_pool(facts.routing)
    for agent in facts.agents or ():
        served = {
            ask.path: None
            for queue_id in agent.queue_ids
            for ask in asks.get(queue_id, ())
            if ask.may_be_served_by(agent)
        }
        if len(served) > CLASSES_OF_AGENT_MAX:
            message = (
                f"agent {agent.agent_id} serves {len(served)} requirement classes; above "
                f"{CLASSES_OF_AGENT_MAX} each decision costs noticeably more"
            )
            yield _warning(FindingCode.CLASSES_MANY, ("queues",), message)
            return  # one is enough to know of it


def _never_open(facts: Facts) -> Iterator[Finding]:
    for number, (calendar_id, hours) in enumerate(facts.routing.calendars.items()):
        if not any(end_ms > facts.at_ms for _, end_ms in hours.spans()):
            message = f"{calendar_id} is not open on any day to come"
            yield Finding(FindingCode.HOURS_NEVER_OPEN, ("calendars", number), message)


LINTS: Final[tuple[Callable[[Facts], Iterator[Finding]], ...]] = (
    _unheld_skills,
    _nobody_can_serve,
    _steps_out_of_reach,
    _overflow_cycles,
    _missing_destinations,
    _unbounded_priority,
    _mixed_strategies,
    _many_classes,
    _never_open,
)


def lints(facts: Facts) -> tuple[Finding, ...]:
    """Everything the lints find, in the order of the table."""
    return tuple(finding for lint in LINTS for finding in lint(facts))
