"""Ready-made scenarios: a calm centre for measuring, and the same with everything going wrong."""

from callcenter.simulation.distributions import Exponential, LogNormal, Uniform
from callcenter.simulation.scenario import AgentGroup, CustomerHabits, Faults, Load, Scenario
from routing.ids import DispositionId, QueueId, ReasonId
from routing.model import (
    BUILT_IN_REASONS,
    CapacityRule,
    Channel,
    NotReadyReason,
    QueuePolicy,
    RoutingConfiguration,
)

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def queue_policy(queue_id: QueueId) -> QueuePolicy:
    """The rules of an ordinary chat or call queue."""
    return QueuePolicy(
        queue_id=queue_id,
        offer_timeout_ms=20_000,
        reoffer_gap_ms=60_000,
        wrap_up_limit_ms=60_000,
        wrap_up_extension_ms=30_000,
        wrap_up_extensions_max=1,
        waiting_alarm_ms=2 * MINUTE_MS,
        waiting_max=500,
        disposition_ids=(DispositionId("solved"), DispositionId("sold"), DispositionId("other")),
    )


def configuration(queue_ids: tuple[QueueId, ...]) -> RoutingConfiguration:
    """These queues, ordinary durations, two reasons for a break."""
    reasons = (*BUILT_IN_REASONS, ReasonId("break"), ReasonId("meal"))
    return RoutingConfiguration(
        version="preset",
        queues=tuple(queue_policy(queue_id) for queue_id in queue_ids),
        not_ready_reasons=tuple(NotReadyReason(reason, 30 * MINUTE_MS) for reason in reasons),
        presence_grace_ms=15_000,
        customer_gone_ms=MINUTE_MS,
        connected_probe_ms=30 * MINUTE_MS,
        missed_limits={Channel.VOICE: 1, Channel.OUTBOUND_VOICE: 1, Channel.CHAT: 2},
    )


def calm(agents: int, occupancy: float, for_ms: int) -> Scenario:
    """One chat queue at a steady load, nothing goes wrong: for measuring."""
    queue_id = QueueId("chat")
    units, talk_ms, around_ms = 2, 120_000.0, 25_000.0
    gap_ms = (talk_ms + around_ms) / (agents * units * occupancy)
    return Scenario(
        for_ms=for_ms,
        drain_ms=HOUR_MS,
        configurations=(configuration((queue_id,)),),
        loads=(
            Load(
                queue_id=queue_id,
                channel=Channel.CHAT,
                gap_ms=gap_ms,
                patience=Exponential(5 * MINUTE_MS),
                talk=LogNormal(talk_ms * 0.8, 0.6),
            ),
        ),
        groups=(
            AgentGroup(
                name="agent",
                count=agents,
                queue_ids=(queue_id,),
                capacity=CapacityRule(units, {Channel.CHAT: units}),
            ),
        ),
    )


def stormy(agents: int, occupancy: float, for_ms: int) -> Scenario:
    """Chats and calls; people refuse, vanish and send twice; the clock, the configuration and the process falter."""
    sales, support = QueueId("sales"), QueueId("support")
    both = (sales, support)
    usual = configuration(both)
    work_ms = 150_000.0 / (agents * 1.5 * occupancy)
    loads = tuple(
        Load(
            queue_id=queue_id,
            channel=channel,
            gap_ms=work_ms * 2,
            patience=Exponential(3 * MINUTE_MS),
            talk=LogNormal(90_000, 0.8),
        )
        for queue_id, channel in ((sales, Channel.CHAT), (support, Channel.VOICE))
    )
    return Scenario(
        for_ms=for_ms,
        drain_ms=HOUR_MS,
        configurations=(usual,),
        loads=loads,
        groups=(difficult_agents("mixed", agents, both),),
        habits=CustomerHabits(closes_tab=0.3, sends_twice=0.1, is_handed_on=0.1),
        faults=Faults(
            clock_every=Exponential(HOUR_MS),
            tick_late=Uniform(0, 2_000),
            reload_every=Exponential(HOUR_MS),
            roster_every=Exponential(HOUR_MS),
            restart_every=Exponential(2 * HOUR_MS),
            stale=0.1,
        ),
    )


def difficult_agents(name: str, count: int, queue_ids: tuple[QueueId, ...]) -> AgentGroup:
    """People: now and then they do everything a desk lets them do."""
    return AgentGroup(
        name=name,
        count=count,
        queue_ids=queue_ids,
        capacity=CapacityRule(2, {Channel.CHAT: 2, Channel.VOICE: 1}),
        rejects=0.1,
        phone_fails=0.02,
        misses=0.1,
        answers_late=0.5,
        answers_twice=0.1,
        answers_for_others=0.05,
        forgets_wrap_up=0.1,
        extends_wrap_up=0.1,
        break_every=Exponential(HOUR_MS),
        vanish_every=Exponential(HOUR_MS),
    )
