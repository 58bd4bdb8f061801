"""Figures of service level and of agents' time in SQL, read; and what the folds of a domain go on from."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.read_models import (
    AgentInterval,
    AgentStanding,
    AgentWork,
    Beginning,
    Interaction,
    OpenContact,
    QueueInterval,
    wrap_ups_of,
)
from callcenter.storage.database import Database
from callcenter.storage.interactions import PHASE_COLUMNS, as_of_seq, phases_of
from callcenter.storage.log_search import COLUMNS
from callcenter.storage.tables.main import (
    agent_intervals,
    agent_states,
    interactions,
    phases,
    queue_intervals,
    queue_thresholds,
)
from routing.ids import AgentId, QueueId
from routing.model import Channel
from routing.service_level import AgentTimes, Figures, Segment

SEGMENT_COLUMNS: Final = (
    "queue_id",
    "channel",
    "segment_entered_at_ms",
    "segment_threshold_ms",
    "segment_is_answered",
    "segment_is_stopped",
    "talk_since_ms",
)
"""Of an open contact's row, in the order of a `Segment`."""

_OPEN: Final = interactions.c.closed_at_ms.is_(None)


class SqlStatistics:
    """`ports.read_models.Statistics` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def beginning(self, since_ms: int) -> Beginning:
        """All of it in one read transaction."""
        contacts = self._mine(
            interactions,
            [*COLUMNS, interactions.c.stage, interactions.c.age_origin_ms, *_SEGMENT],
        ).where(_OPEN)
        thresholds = self._mine(
            queue_thresholds, [queue_thresholds.c.queue_id, queue_thresholds.c.threshold_ms]
        )
        intervals = self._intervals(queue_intervals, Figures).where(
            queue_intervals.c.start_ms >= since_ms
        )
        open_phases = self._mine(phases, PHASE_COLUMNS).where(phases.c.ended_at_ms.is_(None))

        def job(connection: sa.Connection) -> Beginning:
            return Beginning(
                as_of_seq=as_of_seq(connection, self._domain_id),
                open_contacts=[_open_contact(row) for row in connection.execute(contacts)],
                agents=self._standings(connection),
                thresholds={
                    QueueId(queue_id): limit_ms
                    for queue_id, limit_ms in connection.execute(thresholds)
                },
                intervals=[_queue_interval(row) for row in connection.execute(intervals)],
                open_phases=phases_of(connection, open_phases),
            )

        return await self._database.read(job)

    async def queues(
        self, from_ms: int, until_ms: int
    ) -> tuple[int, list[QueueInterval], list[Segment]]:
        """Stored intervals and open segments, in one read transaction."""
        intervals = self._between(self._intervals(queue_intervals, Figures), from_ms, until_ms)
        entered = interactions.c.segment_entered_at_ms
        segments = self._mine(interactions, _SEGMENT).where(
            _OPEN, entered >= from_ms, entered < until_ms
        )

        def job(
            connection: sa.Connection,
        ) -> tuple[int, list[QueueInterval], list[Segment]]:
            return (
                as_of_seq(connection, self._domain_id),
                [_queue_interval(row) for row in connection.execute(intervals)],
                [segment_of(row) for row in connection.execute(segments)],
            )

        return await self._database.read(job)

    async def agents(
        self, from_ms: int, until_ms: int
    ) -> tuple[int, list[AgentInterval], list[AgentStanding]]:
        """Stored intervals and the agents now, in one read transaction."""
        intervals = self._between(self._intervals(agent_intervals, AgentTimes), from_ms, until_ms)

        def job(
            connection: sa.Connection,
        ) -> tuple[int, list[AgentInterval], list[AgentStanding]]:
            return (
                as_of_seq(connection, self._domain_id),
                [
                    AgentInterval(agent_id, start_ms, AgentTimes(*times))
                    for agent_id, start_ms, *times in connection.execute(intervals)
                ],
                self._standings(connection),
            )

        return await self._database.read(job)

    async def of_agent(self, agent_id: AgentId, since_ms: int) -> AgentWork:
        """One agent's rows, in one read transaction."""
        intervals = self._intervals(agent_intervals, AgentTimes).where(
            agent_intervals.c.agent_id == agent_id, agent_intervals.c.start_ms >= since_ms
        )
        worked = (
            self._mine(phases, PHASE_COLUMNS)
            .where(phases.c.agent_id == agent_id, phases.c.began_at_ms >= since_ms)
            .order_by(phases.c.contact_id, phases.c.began_seq)
        )

        def job(connection: sa.Connection) -> AgentWork:
            is_theirs = agent_states.c.agent_id == agent_id
            return AgentWork(
                as_of_seq=as_of_seq(connection, self._domain_id),
                intervals=[
                    AgentInterval(agent_id, start_ms, AgentTimes(*times))
                    for _, start_ms, *times in connection.execute(intervals)
                ],
                standing=next(iter(self._standings(connection, is_theirs)), None),
                phases=phases_of(connection, worked),
            )

        return await self._database.read(job)

    def _mine(self, table: sa.Table, columns: Iterable[sa.Column[Any]]) -> sa.Select[Any]:
        return sa.select(*columns).where(table.c.domain_id == self._domain_id)

    def _intervals(self, table: sa.Table, kind: type[Figures | AgentTimes]) -> sa.Select[Any]:
        """The key without the domain, then the sums, in the order of the key."""
        key = [column for column in table.primary_key.columns if column.name != "domain_id"]
        sums = [table.c[name] for name in kind.__struct_fields__]
        return self._mine(table, [*key, *sums]).order_by(*key)

    @staticmethod
    def _between(query: sa.Select[Any], from_ms: int, until_ms: int) -> sa.Select[Any]:
        start_ms = query.selected_columns["start_ms"]
        return query.where(start_ms >= from_ms, start_ms < until_ms)

    def _standings(
        self, connection: sa.Connection, *which: sa.ColumnElement[bool]
    ) -> list[AgentStanding]:
        columns = [agent_states.c[name] for name in AgentStanding.__struct_fields__]
        query = self._mine(agent_states, columns).where(~agent_states.c.is_removed, *which)
        return [
            standing_of(dict(zip(AgentStanding.__struct_fields__, row, strict=True)))
            for row in connection.execute(query.order_by(agent_states.c.agent_id))
        ]


_SEGMENT: Final = [interactions.c[name] for name in SEGMENT_COLUMNS]


def segment_of(row: Iterable[Any]) -> Segment:
    """A segment of its columns."""
    queue_id, channel, *rest = row
    return Segment(QueueId(queue_id), Channel(channel), *rest)


def standing_of(row: Mapping[str, Any]) -> AgentStanding:
    """A standing of its columns."""
    cells = {name: row[name] for name in AgentStanding.__struct_fields__}
    return AgentStanding(**{**cells, "wrap_ups": wrap_ups_of(row["wrap_ups"])})


def _open_contact(row: Iterable[Any]) -> OpenContact:
    cells = list(row)
    count = len(COLUMNS)
    stage, age_origin_ms, *segment = cells[count:]
    has_segment = segment[SEGMENT_COLUMNS.index("segment_entered_at_ms")] is not None
    return OpenContact(
        Interaction(*cells[:count]),
        stage,
        age_origin_ms,
        segment_of(segment) if has_segment else None,
    )


def _queue_interval(row: Iterable[Any]) -> QueueInterval:
    queue_id, start_ms, threshold_ms, *figures = row
    return QueueInterval(queue_id, start_ms, threshold_ms, Figures(*figures))
