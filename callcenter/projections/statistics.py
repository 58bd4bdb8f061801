"""From stored intervals to what is told of a time: totals, shares, and what still runs at the moment of telling."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from callcenter.ports.read_models import AgentInterval, AgentStanding, AgentWork, QueueInterval
from callcenter.projections.agent_times import pieces, standing_of
from callcenter.projections.phases import PhaseKind
from routing.ids import AgentId, QueueId
from routing.service_level import AgentTimes, Figures, Running


class QueueTotal(msgspec.Struct):
    """A queue's figures over a time, and the thresholds they were counted with."""

    figures: Figures = Figures()
    running: Running = Running()
    thresholds_ms: dict[int, None] = {}

    def add(self, interval: QueueInterval) -> None:
        """Count an interval in."""
        self.figures = self.figures.plus(interval.figures)
        self.thresholds_ms[interval.threshold_ms] = None


def queue_totals(
    intervals: Iterable[QueueInterval], running: dict[QueueId, Running]
) -> dict[QueueId, QueueTotal]:
    """Each queue's sum."""
    totals: dict[QueueId, QueueTotal] = {}
    for interval in intervals:
        totals.setdefault(interval.queue_id, QueueTotal()).add(interval)
    for queue_id, clocks in running.items():
        totals.setdefault(queue_id, QueueTotal()).running = clocks
    return totals


class OwnDay(msgspec.Struct, frozen=True):
    """What one agent has done: offers accepted and missed, and the talk and wrap-up of what is `handled` by now."""

    answered: int
    missed: int
    handled: int
    handle_ms: int
    times: AgentTimes


def day_of(work: AgentWork, from_ms: int, until_ms: int) -> OwnDay:
    """An agent's sums over [from, until). Handled is what was wrapped up; parked time is nobody's handling."""
    offers = Counter(one.ended_as for one in work.phases if one.kind == PhaseKind.OFFER)
    done = {
        one.contact_id
        for one in work.phases
        if one.kind == PhaseKind.WRAP_UP and one.ended_at_ms is not None
    }
    handle_ms = sum(
        one.ended_at_ms - one.began_at_ms
        for one in work.phases
        if one.contact_id in done and one.kind in _HANDLING and one.ended_at_ms is not None
    )
    standings = [] if work.standing is None else [work.standing]
    times = list(agent_totals(work.intervals, standings, from_ms, until_ms).values())
    return OwnDay(
        answered=offers["accepted"],
        missed=offers["missed"],
        handled=len(done),
        handle_ms=handle_ms,
        times=times[0] if times else AgentTimes(),
    )


_HANDLING = (PhaseKind.TALK, PhaseKind.WRAP_UP)


def agent_totals(
    intervals: Iterable[AgentInterval],
    standings: Iterable[AgentStanding],
    from_ms: int,
    until_ms: int,
) -> dict[AgentId, AgentTimes]:
    """Each agent's sum over [from, until), the time that runs now included up to `until_ms`."""
    totals: dict[AgentId, AgentTimes] = {}

    def add(agent_id: AgentId, times: AgentTimes) -> None:
        totals[agent_id] = totals.get(agent_id, AgentTimes()).plus(times)

    for interval in intervals:
        add(interval.agent_id, interval.times)
    for row in standings:
        now = standing_of(row)
        add(row.agent_id, AgentTimes())
        for piece in pieces(row.agent_id, now.kind, max(from_ms, now.kind_since_ms), until_ms):
            add(row.agent_id, AgentTimes(**{piece.kind: piece.for_ms}))
    return totals
