"""Read models in memory: their rows as dictionaries, and the figures read from them."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table

from callcenter.log_rows import Phase
from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.ports.journal import RowChange
from callcenter.ports.read_models import (
    AgentInterval,
    AgentStanding,
    AgentWork,
    Beginning,
    Interaction,
    OpenContact,
    QueueInterval,
)
from callcenter.storage.interactions import PROJECTION
from callcenter.storage.memory.disk import Disk
from callcenter.storage.merging import merge
from callcenter.storage.statistics import SEGMENT_COLUMNS, segment_of, standing_of
from callcenter.storage.tables.projected import PROJECTION_TABLES
from routing.ids import AgentId
from routing.service_level import AgentTimes, Figures, Segment

Row = dict[str, Any]


class MemoryProjectionRows:
    """`ports.read_models.ProjectionRows` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.cursors: dict[str, int] = {}
        self.tables: dict[str, dict[tuple[Any, ...], Row]] = {
            name: {} for name in PROJECTION_TABLES
        }

    async def cursor(self, projection: str) -> int:
        """The seq the projection stands at."""
        return self.cursors.get(projection, 0)

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        """Apply the changes and move the cursor. Raises ChangedMeanwhile."""
        self._disk.check()
        if after_seq is not None and self.cursors.get(projection, 0) != after_seq:
            raise ChangedMeanwhile(f"{projection} does not stand at {after_seq}")
        change_tables(self.tables, PROJECTION_TABLES, changes)
        self.cursors[projection] = as_of_seq


def change_tables(
    rows: dict[str, dict[tuple[Any, ...], Row]],
    tables: Mapping[str, Table],
    changes: Sequence[RowChange],
) -> None:
    """Apply changes in order, all of them or none. Raises StorageError."""
    merged = merge(changes)
    for name, *columns in merged:
        if name not in rows:
            raise StorageError(f"no such change may be made to a table {name!r}")
        unknown = [c for c in chain(*columns) if c not in tables[name].columns]
        if unknown:
            raise StorageError(f"table {name} has no columns {unknown}")
    for (name, *_), same in merged.items():
        for change in same:
            row = rows[name].setdefault(tuple(change.key.values()), _defaults(tables[name]))
            row |= change.key | change.put
            for column, count in change.add.items():
                row[column] += count


def _defaults(table: Table) -> Row:
    """A row that nothing was put into, as the database makes it."""
    row: Row = {}
    for column in table.columns:
        is_text = column.type.python_type is str
        row[column.name] = None if column.nullable else column.type.python_type()
        if is_text and not column.nullable:
            row[column.name] = ""
    return row


def interaction_of(row: Row) -> Interaction:
    """The interaction of a row."""
    return Interaction(**{name: row[name] for name in Interaction.__struct_fields__})


def phase_of(row: Row) -> Phase:
    """The phase of a row."""
    return Phase(**{name: row[name] for name in Phase.__struct_fields__})


class MemoryStatistics:
    """`ports.read_models.Statistics` in memory."""

    def __init__(self, rows: MemoryProjectionRows) -> None:
        self._rows = rows

    async def beginning(self, since_ms: int) -> Beginning:
        """Everything a fold goes on from."""
        as_of_seq, intervals, _ = await self.queues(since_ms, 2**62)
        return Beginning(
            as_of_seq=as_of_seq,
            open_contacts=[
                OpenContact(
                    interaction_of(row), row["stage"], row["age_origin_ms"], _open_segment(row)
                )
                for row in self._table("interactions")
                if row["closed_at_ms"] is None
            ],
            agents=self._standings(),
            thresholds={
                row["queue_id"]: row["threshold_ms"] for row in self._table("queue_thresholds")
            },
            intervals=intervals,
            open_phases=[
                phase_of(row) for row in self._table("phases") if row["ended_at_ms"] is None
            ],
        )

    async def queues(
        self, from_ms: int, until_ms: int
    ) -> tuple[int, list[QueueInterval], list[Segment]]:
        """Stored intervals and open segments."""
        intervals = [
            QueueInterval(
                row["queue_id"], row["start_ms"], row["threshold_ms"], Figures(*_sums(row, Figures))
            )
            for row in self._between("queue_intervals", from_ms, until_ms)
        ]
        segments = [
            segment
            for row in self._table("interactions")
            if row["closed_at_ms"] is None and (segment := _open_segment(row)) is not None
        ]
        wanted = [one for one in segments if from_ms <= one.entered_at_ms < until_ms]
        return self._as_of_seq, intervals, wanted

    async def agents(
        self, from_ms: int, until_ms: int
    ) -> tuple[int, list[AgentInterval], list[AgentStanding]]:
        """Stored intervals and the agents now."""
        intervals = [
            AgentInterval(row["agent_id"], row["start_ms"], AgentTimes(*_sums(row, AgentTimes)))
            for row in self._between("agent_intervals", from_ms, until_ms)
        ]
        return self._as_of_seq, intervals, self._standings()

    async def of_agent(self, agent_id: AgentId, since_ms: int) -> AgentWork:
        """One agent's rows."""
        _, intervals, standings = await self.agents(since_ms, 2**62)
        rows = [row for row in self._table("phases") if row["agent_id"] == agent_id]
        return AgentWork(
            as_of_seq=self._as_of_seq,
            intervals=[one for one in intervals if one.agent_id == agent_id],
            standing=next((one for one in standings if one.agent_id == agent_id), None),
            phases=[phase_of(row) for row in rows if row["began_at_ms"] >= since_ms],
        )

    @property
    def _as_of_seq(self) -> int:
        return self._rows.cursors.get(PROJECTION, 0)

    def _table(self, name: str) -> list[Row]:
        """Rows in the order of their keys."""
        table = self._rows.tables[name]
        return [table[key] for key in sorted(table)]

    def _between(self, name: str, from_ms: int, until_ms: int) -> list[Row]:
        return [row for row in self._table(name) if from_ms <= row["start_ms"] < until_ms]

    def _standings(self) -> list[AgentStanding]:
        return [standing_of(row) for row in self._table("agent_states") if not row["is_removed"]]


def _open_segment(row: Row) -> Segment | None:
    if row["segment_entered_at_ms"] is None:
        return None
    return segment_of(row[name] for name in SEGMENT_COLUMNS)


def _sums(row: Row, kind: type[Figures | AgentTimes]) -> list[int]:
    return [row[name] for name in kind.__struct_fields__]
