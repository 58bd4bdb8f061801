"""From a scenario to an engine that is configured and staffed: a class becomes a queue, nothing ever expires.

The model's agents take what they are offered, so every deadline of the engine is put beyond the end of the run.
"""

import msgspec

from callcenter.simulation.queueing.scenario import (
    AgentGroup,
    CustomerClass,
    Scenario,
    Step,
    serves,
)
from routing import commands as cmd
from routing.engine import Engine
from routing.ids import NO_AGENT, AgentId, DispositionId, QueueId, ReasonId, SkillId, TeamId
from routing.model import (
    BUILT_IN_REASONS,
    AgentState,
    AgentStrategy,
    CapacityRule,
    Channel,
    ContactStrategy,
    NotReadyReason,
    PriorityRule,
    QueuePolicy,
    RoutingConfiguration,
    RoutingStep,
    SkillNeed,
)

DONE = DispositionId("done")
FAR_MS = 10**15
"""Beyond any run: some thirty thousand years."""

_ONE_CALL = CapacityRule(1, {Channel.VOICE: 1})


class EngineRefused(Exception):
    """The engine refused what the model did: one of the two is wrong."""


def send(engine: Engine, command: cmd.Command, now_ms: int) -> None:
    """A command that the engine must take. Raises EngineRefused."""
    refusal = engine.handle(command, now_ms).refusal
    if refusal is not None:
        raise EngineRefused(refusal.detail)


Change = tuple[int, AgentId, AgentState]
"""An agent comes or goes: when (ms), who, and to what."""


def staffed_engine(scenario: Scenario) -> tuple[Engine, list[Change]]:
    """The real engine at time 0: those without shifts are ready; and when the others come and go."""
    engine = Engine()
    send(engine, cmd.ApplyConfiguration(_configuration(scenario)), 0)
    number, changes = 0, []
    for group in scenario.agents:
        put = _put(scenario, group)
        for _ in range(group.count):
            number += 1
            agent_id = AgentId(f"a{number}")
            send(engine, msgspec.structs.replace(put, agent_id=agent_id), 0)
            send(engine, cmd.ConnectAgent(agent_id), 0)
            if not group.shifts:
                send(engine, cmd.SetAgentState(agent_id, AgentState.READY), 0)
            for shift in group.shifts:
                changes.append((round(shift.from_s * 1000), agent_id, AgentState.READY))
                changes.append((round(shift.until_s * 1000), agent_id, AgentState.LOGGED_OUT))
    return engine, sorted(changes)


def _put(scenario: Scenario, group: AgentGroup) -> cmd.PutAgent:
    """What every agent of the group is, but for the id."""
    return cmd.PutAgent(
        NO_AGENT,
        TeamId("all"),
        tuple(QueueId(one.name) for one in scenario.classes if serves(group, one)),
        _ONE_CALL,
        {SkillId(name): level for name, level in group.skills.items()},
        primary_queue_id=QueueId(group.primary) if group.primary is not None else None,
    )


def _configuration(scenario: Scenario) -> RoutingConfiguration:
    return RoutingConfiguration(
        version="simulated",
        queues=tuple(_policy(scenario, one) for one in scenario.classes),
        not_ready_reasons=tuple(NotReadyReason(ReasonId(one), FAR_MS) for one in BUILT_IN_REASONS),
        presence_grace_ms=FAR_MS,
        customer_gone_ms=FAR_MS,
        connected_probe_ms=FAR_MS,
        missed_limits={},
    )


def _needs(requires: dict[str, int]) -> tuple[SkillNeed, ...]:
    return tuple(sorted(SkillNeed(SkillId(skill), level) for skill, level in requires.items()))


def _step(step: Step) -> RoutingStep:
    return RoutingStep(
        after_ms=round(step.after_s * 1000),
        needs=None if step.requires is None else _needs(step.requires),
        credit_ms=round(step.credit_s * 1000),
        skip_unstaffed=step.skip_unstaffed,
    )


def _policy(scenario: Scenario, one: CustomerClass) -> QueuePolicy:
    agent_strategy = one.strategy.agent or scenario.strategy.agent or AgentStrategy.LONGEST_IDLE
    return QueuePolicy(
        queue_id=QueueId(one.name),
        offer_timeout_ms=FAR_MS,
        reoffer_gap_ms=FAR_MS,
        wrap_up_limit_ms=FAR_MS if one.wrap_up_s else 0,
        wrap_up_extension_ms=FAR_MS,
        wrap_up_extensions_max=0,
        waiting_alarm_ms=FAR_MS,
        waiting_max=FAR_MS,
        disposition_ids=(DONE,),
        needs=_needs(one.requires),
        steps=tuple(_step(step) for step in one.steps),
        agent_strategy=agent_strategy,
        priority=PriorityRule(
            strategy=one.strategy.contact
            or scenario.strategy.contact
            or ContactStrategy.PRIORITY_AGE,
            credit_ms=round(one.credit_s * 1000),
            acceleration_permille=round(one.acceleration * 1000),
            target_ms=round((one.target_s or scenario.service_level_s) * 1000),
            level=one.priority,
        ),
    )
