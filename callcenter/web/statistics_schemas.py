"""Types of the statistics calls. Times asked for begin and end at quarters of an hour."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.web.schemas import SEQ_MAX
from routing.model import ServiceFormula
from routing.service_level import INTERVAL_MS

Quarter = Annotated[int, Meta(ge=0, le=SEQ_MAX, multiple_of=INTERVAL_MS)]


class StatisticsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time [from, until) in whole quarters of an hour; `formula` instead of each queue's own.

    Without `from_ms` the day that has begun, without `until_ms` up to the end of this quarter.
    """

    from_ms: Quarter | None = None
    until_ms: Quarter | None = None
    formula: ServiceFormula | None = None


class ServiceLevelFigure(msgspec.Struct, frozen=True):
    """A service level with what it was made of: `part` of `whole`, null of nothing.

    `thresholds_ms` has more than one entry if the queue's threshold was changed in that time.
    """

    formula: ServiceFormula
    version: int
    thresholds_ms: list[int]
    part: int
    whole: int
    permille: int | None


class QueueStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Stays in a queue that began in the time from `start_ms`.

    `offered` is answered, abandoned, flowed out and forced out; what is missing of `entered` is not over, which makes
    the figures provisional. `overdue` of those have waited beyond the threshold already, and are missed.
    """

    queue_id: str
    start_ms: int
    entered: int
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    flowed_out: int
    forced_out: int
    overdue: int
    service_level: ServiceLevelFigure
    is_provisional: bool
    mean_wait_of_answered_ms: int | None
    mean_handle_ms: int | None


class QueuesStatistics(msgspec.Struct, frozen=True):
    """The queues the caller may see."""

    as_of_seq: int
    server_now_ms: int
    from_ms: int
    until_ms: int
    queues: list[QueueStatistics]


class QueueIntervals(msgspec.Struct, frozen=True):
    """One queue, a row for each quarter of an hour in which a stay began."""

    as_of_seq: int
    server_now_ms: int
    from_ms: int
    until_ms: int
    intervals: list[QueueStatistics]


class AgentStatistics(msgspec.Struct, frozen=True):
    """An agent's time. Occupancy: talk, wrap-up and ring, of those and the time spent ready and free."""

    agent_id: str
    talk_ms: int
    wrap_up_ms: int
    ring_ms: int
    available_ms: int
    not_ready_ms: int
    occupancy_permille: int | None


class AgentsStatistics(msgspec.Struct, frozen=True):
    """The agents the caller may see."""

    as_of_seq: int
    server_now_ms: int
    from_ms: int
    until_ms: int
    agents: list[AgentStatistics]


class OwnStatistics(msgspec.Struct, frozen=True):
    """The caller's own day since `from_ms`: `mean_handle_ms` is talk and wrap-up of what is wrapped up, null of nothing."""

    as_of_seq: int
    from_ms: int
    answered: int
    missed: int
    handled: int
    mean_handle_ms: int | None
    occupancy_permille: int | None
