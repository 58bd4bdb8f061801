"""Statistics: service level, speed of answer, abandonment, handling and occupancy over a time."""

import msgspec

from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.clock import day_start_ms
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import STATISTICS_FOR_MS_MAX
from callcenter.projections.segments import hours_of, running_of
from callcenter.projections.statistics import QueueTotal, agent_totals, day_of, queue_totals
from callcenter.web.services import Services
from callcenter.web.statistics_schemas import (
    AgentsStatistics,
    AgentStatistics,
    OwnStatistics,
    QueueIntervals,
    QueuesStatistics,
    QueueStatistics,
    ServiceLevelFigure,
    StatisticsQuery,
)
from routing.errors import RefusalCode
from routing.ids import AgentId, QueueId
from routing.model import ServiceFormula, ServiceLevelRule
from routing.service_level import (
    FORMULAS,
    INTERVAL_MS,
    AgentTimes,
    Running,
    interval_start_ms,
    level,
    mean_ms,
)


@route(
    "GET",
    "/api/v1/statistics/queues",
    summary="Service level and other figures of queues over a time",
    permission=Permission.READ_QUEUE,
    query=StatisticsQuery,
    response=QueuesStatistics,
    errors=(ApiErrorCode.REQUEST_INVALID,),
)
async def queue_statistics(call: Call[Services]) -> QueuesStatistics:
    """One row for each queue of the configuration that the caller may see."""
    services, now_ms = call.services, call.services.now_ms()
    wanted = _wanted(call, now_ms)
    as_of_seq, intervals, segments = await services.store.statistics.queues(
        wanted.from_ms, wanted.until_ms
    )
    state = services.host.mirror
    hours = {} if state.configuration is None else hours_of(state.configuration)
    totals = queue_totals(intervals, running_of(segments, hours, now_ms))
    rows = [
        _row(
            queue_id,
            policy.service_level,
            totals.get(queue_id, QueueTotal()),
            start_ms=wanted.from_ms,
            formula=wanted.formula,
        )
        for queue_id, policy in state.queues.items()
        if may(call.principal, Permission.READ_QUEUE, ObjectFacts(queue_id=queue_id))
    ]
    return QueuesStatistics(as_of_seq, now_ms, wanted.from_ms, wanted.until_ms, rows)


@route(
    "GET",
    "/api/v1/statistics/queues/{queue_id}",
    summary="Figures of one queue for each quarter of an hour",
    permission=Permission.READ_QUEUE,
    scope=Scope.queue(),
    query=StatisticsQuery,
    response=QueueIntervals,
    errors=(ApiErrorCode.REQUEST_INVALID,),
)
async def queue_intervals(call: Call[Services]) -> QueueIntervals:
    """Intervals in which nothing happened are left out; their sum is the row of the call for all queues."""
    services, now_ms = call.services, call.services.now_ms()
    wanted = _wanted(call, now_ms)
    queue_id = QueueId(call.parameters["queue_id"])
    state = services.host.mirror
    if queue_id not in state.queues:
        raise ApiError(RefusalCode.QUEUE_UNKNOWN, "There is no such queue.")
    as_of_seq, intervals, segments = await services.store.statistics.queues(
        wanted.from_ms, wanted.until_ms
    )
    hours = {} if state.configuration is None else hours_of(state.configuration)
    totals: dict[int, QueueTotal] = {}
    for interval in intervals:
        if interval.queue_id == queue_id:
            totals.setdefault(interval.start_ms, QueueTotal()).add(interval)
    for start_ms, total in totals.items():
        mine = (
            one
            for one in segments
            if one.queue_id == queue_id and interval_start_ms(one.entered_at_ms) == start_ms
        )
        total.running = running_of(mine, hours, now_ms).get(queue_id, Running())
    rule = state.queues[queue_id].service_level
    rows = [
        _row(queue_id, rule, totals[start_ms], start_ms=start_ms, formula=wanted.formula)
        for start_ms in sorted(totals)
    ]
    return QueueIntervals(as_of_seq, now_ms, wanted.from_ms, wanted.until_ms, rows)


@route(
    "GET",
    "/api/v1/statistics/agents",
    summary="How agents' time went, and their occupancy",
    permission=Permission.LIST_AGENTS,
    query=StatisticsQuery,
    response=AgentsStatistics,
    errors=(ApiErrorCode.REQUEST_INVALID,),
)
async def agent_statistics(call: Call[Services]) -> AgentsStatistics:
    """One row for each agent the caller may see; the time that runs now is counted up to now."""
    services, now_ms = call.services, call.services.now_ms()
    wanted = _wanted(call, now_ms)
    as_of_seq, intervals, standings = await services.store.statistics.agents(
        wanted.from_ms, wanted.until_ms
    )
    until_ms = min(wanted.until_ms, now_ms)
    totals = agent_totals(intervals, standings, wanted.from_ms, until_ms)
    teams = {one.agent_id: one.team_id for one in standings}
    rows = [
        _agent_row(agent_id, totals[agent_id])
        for agent_id, team_id in teams.items()
        if may(
            call.principal, Permission.READ_AGENT, ObjectFacts(agent_id=agent_id, team_id=team_id)
        )
    ]
    return AgentsStatistics(as_of_seq, now_ms, wanted.from_ms, wanted.until_ms, rows)


@route(
    "GET",
    "/api/v1/me/statistics",
    summary="What the caller has done today",
    permission=Permission.USE_DESK,
    response=OwnStatistics,
)
async def own_statistics(call: Call[Services]) -> OwnStatistics:
    """As of the interaction log, which is a moment behind."""
    services, now_ms = call.services, call.services.now_ms()
    from_ms = day_start_ms(now_ms)
    work = await services.store.statistics.of_agent(AgentId(call.principal.user_id), from_ms)
    day = day_of(work, from_ms, now_ms)
    return OwnStatistics(
        as_of_seq=work.as_of_seq,
        from_ms=from_ms,
        answered=day.answered,
        missed=day.missed,
        handled=day.handled,
        mean_handle_ms=mean_ms(day.handle_ms, day.handled),
        occupancy_permille=day.times.occupancy.permille,
    )


ROUTES = (queue_statistics, queue_intervals, agent_statistics, own_statistics)


class _Time(msgspec.Struct, frozen=True):
    """What was asked for, made whole."""

    from_ms: int
    until_ms: int
    formula: ServiceFormula | None


def _wanted(call: Call[Services], now_ms: int) -> _Time:
    query = call.query(StatisticsQuery)
    from_ms = day_start_ms(now_ms) if query.from_ms is None else query.from_ms
    this_quarter_ms = interval_start_ms(now_ms) + INTERVAL_MS
    until_ms = this_quarter_ms if query.until_ms is None else query.until_ms
    if not 0 < until_ms - from_ms <= STATISTICS_FOR_MS_MAX:
        days = STATISTICS_FOR_MS_MAX // 86_400_000
        raise ApiError(
            ApiErrorCode.REQUEST_INVALID,
            f"The time asked for must end after it begins, and be no longer than {days} days.",
            path="$.until_ms",
        )
    return _Time(from_ms, until_ms, query.formula)


def _row(
    queue_id: QueueId,
    rule: ServiceLevelRule,
    total: QueueTotal,
    *,
    start_ms: int,
    formula: ServiceFormula | None,
) -> QueueStatistics:
    figures, formula = total.figures, formula or rule.formula
    share = level(ServiceLevelRule(formula=formula), figures, total.running)
    return QueueStatistics(
        queue_id=queue_id,
        start_ms=start_ms,
        entered=figures.entered,
        offered=figures.offered,
        answered=figures.answered,
        answered_in_time=figures.answered_in_time,
        abandoned=figures.abandoned,
        abandoned_in_time=figures.abandoned_in_time,
        flowed_out=figures.flowed_out,
        forced_out=figures.forced_out,
        overdue=total.running.overdue,
        service_level=ServiceLevelFigure(
            formula=formula,
            version=FORMULAS[formula].version,
            thresholds_ms=sorted(total.thresholds_ms) or [rule.threshold_ms],
            part=share.part,
            whole=share.whole,
            permille=share.permille,
        ),
        is_provisional=figures.is_provisional,
        mean_wait_of_answered_ms=mean_ms(figures.wait_ms, figures.stopped),
        mean_handle_ms=mean_ms(figures.handle_ms, figures.handled),
    )


def _agent_row(agent_id: str, times: AgentTimes) -> AgentStatistics:
    return AgentStatistics(
        agent_id=agent_id,
        talk_ms=times.talk_ms,
        wrap_up_ms=times.wrap_up_ms,
        ring_ms=times.ring_ms,
        available_ms=times.available_ms,
        not_ready_ms=times.not_ready_ms,
        occupancy_permille=times.occupancy.permille,
    )
