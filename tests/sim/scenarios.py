"""A scenario for each seed: one working day of a small centre, drawn so that every habit and fault comes up."""

import random

import msgspec

from callcenter.simulation.distributions import Exponential, LogNormal, Uniform
from callcenter.simulation.scenario import AgentGroup, CustomerHabits, Faults, Load, Scenario
from routing.ids import DispositionId, QueueId, ReasonId, SkillId, TeamId
from routing.model import (
    BUILT_IN_REASONS,
    CapacityRule,
    Channel,
    NotReadyReason,
    PriorityRule,
    QueuePolicy,
    RoutingConfiguration,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from tests.sim.ways_out import with_ways_out

HOUR_MS = 3_600_000
DAY_MS = 8 * HOUR_MS
CONTACTS_A_DAY = 200
DISPOSITIONS = (DispositionId("solved"), DispositionId("sold"))
SKILL = SkillId("s0")
REASONS = (ReasonId("break"), ReasonId("meal"))


def scenario_of(seed: int, scale: int = 1) -> Scenario:
    """The day of this seed, with about 200 contacts for each unit of `scale`."""
    luck = random.Random(f"scenario/{seed}")
    queue_ids = tuple(QueueId(f"q{number}") for number in range(luck.randint(1, 3)))
    groups = tuple(
        _skilled(seed, _group(luck, f"g{number}", queue_ids))
        for number in range(luck.randint(1, 3))
    )
    gap_ms = DAY_MS * len(queue_ids) / (CONTACTS_A_DAY * scale)
    units = sum(group.count * group.capacity.total for group in groups)
    talk_ms = max(5_000, gap_ms / len(queue_ids) * units * luck.uniform(0.3, 1.2))
    scenario = Scenario(
        for_ms=DAY_MS,
        drain_ms=2 * HOUR_MS,
        configurations=tuple(
            _over_wrap_up(seed, _widening(seed, _asking_several(seed, plain)))
            for plain in (_configuration(luck, queue_ids, number) for number in range(3))
        ),
        loads=tuple(_load(luck, queue_id, gap_ms, talk_ms) for queue_id in queue_ids),
        groups=groups,
        habits=CustomerHabits(
            messages_max=luck.choice([0, 2]),
            closes_tab=luck.choice([0.0, 0.3]),
            sends_twice=luck.choice([0.0, 0.2]),
            is_handed_on=0.1,
            tab_closed_for=Exponential(luck.choice([10_000, 60_000])),
            prefers=0.4,
            bars=0.1,
        ),
        faults=_faults(luck),
        start_ms=luck.randrange(10**12),
        supervises_every=luck.choice([None, Exponential(HOUR_MS / 30)]),
    )
    return _with_mail(seed, _left(seed, scenario))


def _with_mail(seed: int, scenario: Scenario) -> Scenario:
    """Every fourth seed has mail, calls that interrupt it, and agents who put it aside."""
    if seed % 4:
        return scenario
    luck = random.Random(f"mail/{seed}")
    first = scenario.loads[0]
    more = tuple(
        Load(
            queue_id=first.queue_id,
            channel=channel,
            gap_ms=first.gap_ms * 2,
            patience=Exponential(patience_ms),
            talk=first.talk,
        )
        for channel, patience_ms in ((Channel.EMAIL, 4 * HOUR_MS), (Channel.VOICE, 120_000))
        if (channel, first.queue_id) != (first.channel, first.queue_id)
    )
    groups = tuple(
        msgspec.structs.replace(
            group,
            queue_ids=tuple(dict.fromkeys((*group.queue_ids, first.queue_id))),
            capacity=CapacityRule(
                group.capacity.total,
                {**group.capacity.per_channel, Channel.EMAIL: 2},
                luck.choice([{}, {Channel.VOICE: 9}, {Channel.EMAIL: 2, Channel.VOICE: 3}]),
            ),
            parks=luck.choice([0.0, 0.4]),
        )
        for group in scenario.groups
    )
    configurations = tuple(
        msgspec.structs.replace(one, parked_reminder_ms=luck.choice([120_000, HOUR_MS]))
        for one in scenario.configurations
    )
    return msgspec.structs.replace(
        scenario,
        loads=(*scenario.loads, *more),
        groups=groups,
        configurations=configurations,
    )


def _configuration(
    luck: random.Random, queue_ids: tuple[QueueId, ...], number: int
) -> RoutingConfiguration:
    reasons = (*BUILT_IN_REASONS, *REASONS) if number != 1 else (*BUILT_IN_REASONS, REASONS[0])
    return RoutingConfiguration(
        version=f"v{number}",
        queues=tuple(_policy(luck, queue_id) for queue_id in queue_ids),
        not_ready_reasons=tuple(
            NotReadyReason(reason, luck.randint(60_000, HOUR_MS)) for reason in reasons
        ),
        presence_grace_ms=luck.randint(1_000, 60_000),
        customer_gone_ms=luck.randint(5_000, 60_000),
        connected_probe_ms=luck.randint(60_000, HOUR_MS),
        missed_limits={Channel.VOICE: 1, Channel.CHAT: luck.randint(1, 3)},
    )


def _over_wrap_up(seed: int, configuration: RoutingConfiguration) -> RoutingConfiguration:
    """With every fifth seed calls come over wrap-up, with some of these chats as well."""
    if seed % 5:
        return configuration
    over = (Channel.VOICE, Channel.CHAT) if seed % 2 else (Channel.VOICE,)
    return msgspec.structs.replace(configuration, over_wrap_up=over)


def _asking_several(seed: int, configuration: RoutingConfiguration) -> RoutingConfiguration:
    """Every third seed has queues that ask several agents at once."""
    if seed % 3:
        return configuration
    luck = random.Random(f"broadcast/{seed}/{configuration.version}")
    queues = tuple(
        msgspec.structs.replace(
            policy, broadcast=luck.choice([1, 2, 4]), broadcast_voice=luck.choice([1, 2])
        )
        for policy in configuration.queues
    )
    return msgspec.structs.replace(configuration, queues=queues)


def _widening(seed: int, configuration: RoutingConfiguration) -> RoutingConfiguration:
    """Every other seed has queues that ask for skills and widen what they ask for."""
    if seed % 2:
        return configuration
    luck = random.Random(f"steps/{seed}/{configuration.version}")
    queue_ids = tuple(policy.queue_id for policy in configuration.queues)
    queues = tuple(
        msgspec.structs.replace(
            policy,
            needs=(SkillNeed(SKILL, luck.randint(1, 3)),) if luck.random() < 0.5 else (),
            priority=PriorityRule(credit_ms=luck.choice([0, 60_000])),
            steps=_steps(luck, queue_ids),
        )
        for policy in configuration.queues
    )
    return msgspec.structs.replace(configuration, queues=queues)


def _steps(luck: random.Random, queue_ids: tuple[QueueId, ...]) -> tuple[RoutingStep, ...]:
    """None, or the preferred agent, their team or one team, and in the end everybody."""
    asks = luck.sample([StepAsks.AGENT, StepAsks.TEAM, StepAsks.POOL], luck.randint(0, 3))
    last = RoutingStep(
        after_ms=luck.randint(1, 30_000) + 30_000 * len(asks),
        needs=(),
        queue_ids=tuple(luck.sample(queue_ids, luck.randint(0, len(queue_ids)))),
        skip_unstaffed=luck.random() < 0.5,
    )
    earlier = tuple(
        RoutingStep(
            after_ms=30_000 * number,
            needs=luck.choice([None, (SkillNeed(SKILL, luck.randint(1, 5)),)]),
            credit_ms=luck.choice([0, 30_000]),
            asks=asked,
            team_id=luck.choice([None, TeamId("g0")]),
            skip_unstaffed=luck.random() < 0.5,
        )
        for number, asked in enumerate(asks)
    )
    return (*earlier, last) if earlier else ()


def _left(seed: int, scenario: Scenario) -> Scenario:
    """Two of four seeds have queues that turn away, send on and are left."""
    if seed % 4 in (0, 3):
        return scenario
    luck = random.Random(f"ways out/{seed}")
    rules = tuple(
        with_ways_out(luck, configuration, 300_000, scenario.start_ms)
        for configuration in scenario.configurations
    )
    return msgspec.structs.replace(scenario, configurations=rules)


def _policy(luck: random.Random, queue_id: QueueId) -> QueuePolicy:
    return QueuePolicy(
        queue_id=queue_id,
        offer_timeout_ms=luck.randint(5_000, 30_000),
        reoffer_gap_ms=luck.randint(1_000, 120_000),
        wrap_up_limit_ms=luck.choice([0, 10_000, 60_000]),
        wrap_up_extension_ms=20_000,
        wrap_up_extensions_max=luck.randint(0, 2),
        waiting_alarm_ms=luck.randint(60_000, 600_000),
        waiting_max=luck.choice([3, 50]),
        disposition_ids=DISPOSITIONS,
    )


def _load(luck: random.Random, queue_id: QueueId, gap_ms: float, talk_ms: float) -> Load:
    return Load(
        queue_id=queue_id,
        channel=luck.choice([Channel.CHAT, Channel.CHAT, Channel.VOICE]),
        gap_ms=gap_ms,
        patience=Exponential(luck.choice([60_000, 600_000])),
        talk=LogNormal(talk_ms, 0.8),
    )


def _group(luck: random.Random, name: str, queue_ids: tuple[QueueId, ...]) -> AgentGroup:
    served = tuple(queue_id for queue_id in queue_ids if luck.random() < 0.7) or queue_ids
    units = luck.randint(1, 3)
    return AgentGroup(
        name=name,
        count=luck.randint(1, 3),
        queue_ids=served,
        capacity=CapacityRule(units, {Channel.CHAT: luck.randint(1, units), Channel.VOICE: 1}),
        answers_after=Uniform(500, luck.choice([3_000, 8_000, 40_000])),
        rejects=luck.choice([0.0, 0.2]),
        phone_fails=luck.choice([0.0, 0.05]),
        misses=luck.choice([0.0, 0.2]),
        answers_late=0.5,
        answers_twice=0.2,
        answers_for_others=0.1,
        forgets_wrap_up=luck.choice([0.0, 0.3]),
        extends_wrap_up=0.2,
        break_every=Exponential(luck.choice([HOUR_MS / 2, 4 * HOUR_MS])),
        vanish_every=luck.choice([None, Exponential(HOUR_MS)]),
    )


def _skilled(seed: int, group: AgentGroup) -> AgentGroup:
    luck = random.Random(f"skills/{seed}/{group.name}")
    skills = {SKILL: luck.randint(1, 5)} if luck.random() < 0.7 else {}
    return msgspec.structs.replace(group, skills=skills)


def _faults(luck: random.Random) -> Faults:
    hourly = Exponential(HOUR_MS)
    return Faults(
        clock_every=luck.choice([None, hourly]),
        tick_late=luck.choice([Uniform(0, 0), Uniform(0, 10_000)]),
        reload_every=luck.choice([None, hourly]),
        roster_every=luck.choice([None, hourly]),
        restart_every=luck.choice([None, hourly]),
        stale=luck.choice([0.0, 0.2]),
    )
