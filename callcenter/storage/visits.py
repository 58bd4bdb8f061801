"""Flows in the chat widget, and marks of surveys, in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.visits import MarkSum, SurveyMark, VisitInput, VisitRow
from callcenter.storage.database import Database, UpsertShape, insert_new_rows, upsert_rows
from callcenter.storage.tables.visits import survey_marks, visit_inputs, visits
from routing.ids import ContactId

_VISIT: Final = [visits.c[name] for name in VisitRow.__struct_fields__]
_INPUT: Final = [visit_inputs.c[name] for name in VisitInput.__struct_fields__]
_MARK: Final = [survey_marks.c[name] for name in SurveyMark.__struct_fields__]
_MARK_SHAPE: Final = UpsertShape(
    key=("domain_id", "contact_id", "question"),
    put=tuple(SurveyMark.__struct_fields__[2:]),
    add=(),
)
HOUR_MS: Final = 3_600_000


class SqlVisits:
    """`Visits` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(*_VISIT).where(visits.c.domain_id == domain_id)

    async def begin(self, row: VisitRow) -> VisitRow:
        """Insert, unless the id is taken."""
        cells = (self._domain_id, *msgspec.structs.astuple(row))
        query = self._mine.where(visits.c.visit_id == row.visit_id)

        def job(connection: sa.Connection) -> VisitRow:
            insert_new_rows(connection, visits, ("visit_id",), [cells])
            return VisitRow(*connection.execute(query).one())

        return await self._database.write(job, first=True)

    async def append(self, one: VisitInput) -> None:
        """Insert, unless the number is taken."""
        cells = (self._domain_id, *msgspec.structs.astuple(one))

        def job(connection: sa.Connection) -> None:
            insert_new_rows(connection, visit_inputs, ("n",), [cells])

        # In the journal's lane: a customer waits for what follows.
        await self._database.write(job, first=True)

    async def get(self, visit_id: str) -> VisitRow | None:
        """By id."""
        return next(iter(await self._read(self._mine.where(visits.c.visit_id == visit_id))), None)

    async def open(self) -> list[VisitRow]:
        """Those that have not ended."""
        query = self._mine.where(visits.c.ended_at_ms.is_(None))
        return await self._read(query.order_by(visits.c.begun_at_ms, visits.c.visit_id))

    async def _read(self, query: sa.Select[Any]) -> list[VisitRow]:
        return await self._database.read(
            lambda connection: [VisitRow(*each) for each in connection.execute(query)]
        )

    async def inputs(self, visit_id: str) -> list[VisitInput]:
        """In order."""
        query = sa.select(*_INPUT).where(
            visit_inputs.c.domain_id == self._domain_id, visit_inputs.c.visit_id == visit_id
        )
        ordered = query.order_by(visit_inputs.c.n)
        return await self._database.read(
            lambda connection: [VisitInput(*each) for each in connection.execute(ordered)]
        )

    async def finish(self, visit_id: str, at_ms: int) -> None:
        """Once: the first end stays."""
        statement = (
            sa.update(visits)
            .where(visits.c.domain_id == self._domain_id, visits.c.visit_id == visit_id)
            .where(visits.c.ended_at_ms.is_(None))
            .values(ended_at_ms=at_ms)
        )
        await self._database.write(lambda connection: connection.execute(statement))

    async def forget(self, before_ms: int) -> int:
        """Delete them; what was stored is overwritten."""
        over = (visits.c.domain_id == self._domain_id, visits.c.ended_at_ms < before_ms)
        old = sa.select(visits.c.visit_id).where(*over)
        of_them = sa.delete(visit_inputs).where(
            visit_inputs.c.domain_id == self._domain_id, visit_inputs.c.visit_id.in_(old)
        )

        def job(connection: sa.Connection) -> int:
            connection.execute(of_them)
            return connection.execute(sa.delete(visits).where(*over)).rowcount

        return await self._database.write(job)


class SqlSurveyMarks:
    """`SurveyMarks` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def put(self, marks: Sequence[SurveyMark]) -> None:
        """Insert or replace."""
        cells = [(self._domain_id, *msgspec.structs.astuple(one)) for one in marks]
        await self._database.write(
            lambda connection: upsert_rows(connection, survey_marks, _MARK_SHAPE, cells)
        )

    async def of_contact(self, contact_id: ContactId) -> list[SurveyMark]:
        """By question."""
        query = (
            sa.select(*_MARK)
            .where(
                survey_marks.c.domain_id == self._domain_id,
                survey_marks.c.contact_id == contact_id,
            )
            .order_by(survey_marks.c.question)
        )
        return await self._database.read(
            lambda connection: [SurveyMark(*each) for each in connection.execute(query)]
        )

    async def sums(self, from_ms: int, until_ms: int, queue_ids: Sequence[str]) -> list[MarkSum]:
        """Counted by the database."""
        columns = survey_marks.c
        by = (columns.agent_id, columns.queue_id, columns.question, columns.low, columns.high)
        hours = (columns.answered_at_ms // HOUR_MS).label("hour")
        counted = (
            sa.func.count(),
            sa.func.sum(columns.mark),
            sa.func.max(columns.name_en),
            sa.func.max(columns.name_zh),
        )
        query = (
            sa.select(hours, *by, *counted)
            .where(
                columns.domain_id == self._domain_id,
                columns.answered_at_ms >= from_ms,
                columns.answered_at_ms < until_ms,
                columns.queue_id.in_(sorted(queue_ids)),
            )
            .group_by(hours, *by)
            .order_by(hours, *by)
        )
        return await self._database.read(
            lambda connection: [_sum(each) for each in connection.execute(query)]
        )


def _sum(row: Any) -> MarkSum:  # noqa: ANN401 - a row of the query above
    hour, agent_id, queue_id, question, low, high, count, total, name_en, name_zh = row
    return MarkSum(
        hour=int(hour),
        agent_id=agent_id,
        queue_id=queue_id,
        question=question,
        name_en=name_en,
        name_zh=name_zh,
        low=low,
        high=high,
        count=int(count),
        total=int(total),
    )
