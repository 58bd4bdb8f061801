"""Cases in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.notices import case_notice, late_notice
from callcenter.ports.cases import CaseCount, CaseList, CaseWords, StoredCase, numbered_case
from callcenter.ports.steps import RowsQuery, StepEvent
from callcenter.storage.database import Database, insert_new_rows
from callcenter.storage.notices import insert_notice
from callcenter.storage.stepped import Kind, SqlStepped
from callcenter.storage.tables.cases import case_contacts, case_events, cases
from crm_link.cases.model import Case, CaseKind, CaseState, Category, Due, RootCause
from routing.ids import ContactId

_WORDS: Final = CaseWords.__struct_fields__
_PLAIN: Final = (
    "case_id",
    "version",
    "received_at_ms",
    "department_id",
    "from_department_id",
    "owner_id",
    "proposed_by",
    "is_major",
    "since_ms",
    "proposed_at_ms",
    "reported_at_ms",
    "report_read_at_ms",
    "times_reopened",
)
"""Columns that are as the fields of a case."""
_BESIDE: Final = (
    "opened_by",
    "contact_id",
    "customer_key",
    "language",
    "case_no",
    "call_back_id",
    "calls",
    "look_at_ms",
    "late_at_ms",
)
"""Columns that are as the fields beside the case."""


class SqlCases(SqlStepped[StoredCase]):
    """`ports.cases.Cases` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        super().__init__(database, domain_id, CASE)

    async def keep(self, stored: StoredCase, version: int) -> bool:
        """What the system does next."""
        values = {"call_back_id": stored.call_back_id, "calls": stored.calls}
        look_at_ms = stored.look_at_ms
        return await self._change(stored.case.case_id, version, look_at_ms=look_at_ms, **values)

    async def link(self, case_id: str, contact_id: ContactId, at_ms: int) -> None:
        """A contact about a case."""
        row = (self._domain_id, case_id, contact_id, at_ms)
        await self._database.write(lambda connection: self._link(connection, row))

    async def contacts(self, case_id: str) -> list[ContactId]:
        """Of a case."""
        mine = (case_contacts.c.domain_id == self._domain_id, case_contacts.c.case_id == case_id)
        oldest = (case_contacts.c.at_ms, case_contacts.c.contact_id)
        query = sa.select(case_contacts.c.contact_id).where(*mine).order_by(*oldest)
        return await self._database.read(
            lambda connection: [ContactId(one) for one in connection.scalars(query)]
        )

    async def counts(self, department_ids: Sequence[str], now_ms: int) -> list[CaseCount]:
        """From the index of departments."""

        def job(connection: sa.Connection) -> list[CaseCount]:
            return [
                CaseCount(
                    one,
                    connection.scalar(self._count(one)) or 0,
                    connection.scalar(self._count(one).where(cases.c.order_ms <= now_ms)) or 0,
                )
                for one in department_ids
            ]

        return await self._database.read(job)

    async def note_late(self, now_ms: int, *, limit: int) -> int:
        """By the index of what becomes late: the notice, and that there is one."""
        late = self._mine.where(cases.c.late_at_ms <= now_ms)
        late = late.order_by(cases.c.late_at_ms).limit(limit)
        if not await self._database.read(
            lambda connection: connection.execute(late.limit(1)).first()
        ):
            return 0

        def job(connection: sa.Connection) -> int:
            found = [_case(row) for row in connection.execute(late)]
            for stored in found:
                insert_notice(connection, self._domain_id, late_notice(stored))
            told = sa.update(cases).values(late_at_ms=None)
            mine = cases.c.case_id.in_([one.case.case_id for one in found])
            connection.execute(told.where(cases.c.domain_id == self._domain_id, mine))
            return len(found)

        return await self._database.write(job)

    def _put_beside(self, connection: sa.Connection, event: StepEvent) -> None:
        if event.contact_id:
            self._link(connection, (self._domain_id, event.row_id, event.contact_id, event.at_ms))

    def _about(self, contact_id: ContactId) -> sa.Select[Any]:
        return sa.select(case_contacts.c.case_id).where(
            case_contacts.c.domain_id == self._domain_id, case_contacts.c.contact_id == contact_id
        )

    def _parts(self, query: RowsQuery) -> list[sa.Select[Any]]:
        if query.list_ is not CaseList.REPORTS:
            return super()._parts(query)
        since_ms = cases.c.unread_since_ms
        return [self._ranged(self._places(since_ms).where(since_ms.is_not(None)), since_ms, query)]

    def _count(self, department_id: str) -> sa.Select[Any]:
        return (
            sa.select(sa.func.count())
            .select_from(cases)
            .where(
                cases.c.domain_id == self._domain_id,
                cases.c.department_id == department_id,
                cases.c.is_open.is_(True),
            )
        )

    def _link(self, connection: sa.Connection, row: tuple[str, str, str, int]) -> None:
        insert_new_rows(connection, case_contacts, ("case_id",), [row])


def unread_since_ms(stored: StoredCase) -> int | None:
    """Since when a report waits to be read; None for none."""
    is_waiting = stored.case.is_open and stored.case.report_read_at_ms is None
    return stored.case.reported_at_ms if is_waiting else None


def _columns(stored: StoredCase) -> dict[str, Any]:
    case = stored.case
    return {
        **{name: getattr(case, name) for name in _PLAIN},
        **{name: getattr(stored.words, name) for name in _WORDS},
        **{name: getattr(stored, name) for name in _BESIDE},
        "kind": case.kind.value,
        "state": case.state.value,
        "category": "" if case.category is None else case.category.value,
        "root_cause": "" if case.root_cause is None else case.root_cause.value,
        "due": "" if case.due is None else case.due.value,
        "attempts_ms": msgspec.json.encode(case.attempts_ms).decode(),
        "is_open": case.is_open,
        "order_ms": stored.order_ms(),
        "unread_since_ms": unread_since_ms(stored),
    }


def _case(row: sa.Row[Any]) -> StoredCase:
    case = Case(
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        category=Category(row.category) if row.category else None,
        root_cause=RootCause(row.root_cause) if row.root_cause else None,
        due=Due(row.due) if row.due else None,
        due_at_ms=row.order_ms if row.is_open else None,
        attempts_ms=msgspec.json.decode(row.attempts_ms, type=tuple[int, ...]),
        **{name: getattr(row, name) for name in _PLAIN},
    )
    return StoredCase(
        case=case,
        words=CaseWords(**{name: getattr(row, name) for name in _WORDS}),
        closed_at_ms=None if row.is_open else row.order_ms,
        **{name: getattr(row, name) for name in _BESIDE},
    )


CASE: Final = Kind(
    name="case",
    rows=cases,
    steps=case_events,
    group="department_id",
    state="state",
    stored_of=_case,
    columns_of=_columns,
    numbered=numbered_case,
    notice=case_notice,
)
