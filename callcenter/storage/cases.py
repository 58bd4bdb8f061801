"""Cases in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.notices import case_notice, late_notice
from callcenter.ports.cases import (
    CaseCount,
    CaseEvent,
    CaseList,
    CaseQuery,
    CaseWords,
    StoredCase,
    with_lateness,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage.database import Database, insert_new_rows, upsert_row
from callcenter.storage.notices import insert_notice
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
_EVENT: Final = tuple(name for name in CaseEvent.__struct_fields__ if name != "by")


class SqlCases:
    """`ports.cases.Cases` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(cases).where(cases.c.domain_id == domain_id)

    async def put(self, stored: StoredCase, event: CaseEvent) -> StoredCase:
        """The case, its step, and what other programs are told of it."""

        def job(connection: sa.Connection) -> StoredCase:
            before = self._one(connection, stored.case.case_id)
            known = self._event(connection, case_events.c.command_id == event.command_id)
            if known is not None and before is not None and known.case_id == event.case_id:
                return before
            if known is not None:
                raise ChangedMeanwhile(stored.case.case_id)
            if stored.case.version != (0 if before is None else before.case.version) + 1:
                raise ChangedMeanwhile(stored.case.case_id)
            case_no = self._next_no(connection) if before is None else before.case_no
            numbered = msgspec.structs.replace(with_lateness(stored, before), case_no=case_no)
            upsert_row(connection, cases, {"domain_id": self._domain_id, **columns_of(numbered)})
            values = {"domain_id": self._domain_id, **event_columns_of(event)}
            connection.execute(sa.insert(case_events).values(**values))
            if event.contact_id:
                linked = (self._domain_id, event.case_id, event.contact_id, event.at_ms)
                self._link(connection, linked)
            insert_notice(connection, self._domain_id, case_notice(numbered, event))
            return numbered

        return await self._database.write(job)

    async def keep(self, stored: StoredCase, version: int) -> bool:
        """What the system does next."""
        mine = (cases.c.domain_id == self._domain_id, cases.c.case_id == stored.case.case_id)
        change = sa.update(cases).where(*mine, cases.c.version == version)
        values = {"call_back_id": stored.call_back_id, "calls": stored.calls}
        job = change.values(**values, look_at_ms=stored.look_at_ms)
        return await self._database.write(lambda connection: connection.execute(job).rowcount > 0)

    async def get(self, case_id: str) -> StoredCase | None:
        """By id."""
        return await self._database.read(lambda connection: self._one(connection, case_id))

    async def of_command(self, command_id: str) -> CaseEvent | None:
        """The step of a command."""
        wanted = case_events.c.command_id == command_id
        return await self._database.read(lambda connection: self._event(connection, wanted))

    async def events(self, case_id: str) -> list[CaseEvent]:
        """The steps of one."""
        query = (
            sa.select(case_events)
            .where(case_events.c.domain_id == self._domain_id, case_events.c.case_id == case_id)
            .order_by(case_events.c.version)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_event_of(row) for row in rows]

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

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredCase]:
        """Of a contact and its customer."""
        linked = sa.select(case_contacts.c.case_id).where(
            case_contacts.c.domain_id == self._domain_id, case_contacts.c.contact_id == contact_id
        )
        queries = [self._mine.where(cases.c.case_id.in_(linked))]
        if customer_key:
            queries.append(self._mine.where(cases.c.customer_key == customer_key))
        found: dict[str, StoredCase] = {}
        for query in queries:
            # By an expression: a planner must not walk all cases in their order, looking for this customer's.
            newest = query.order_by(-cases.c.case_no).limit(limit)
            found |= {one.case.case_id: one for one in await self._rows(newest)}
        return sorted(found.values(), key=lambda one: -one.case_no)[:limit]

    async def page(self, query: CaseQuery) -> list[StoredCase]:
        """A page: places of each department from its own index, merged; then the cases of those that stay."""
        sign = -1 if query.list_ is CaseList.CLOSED else 1

        def job(connection: sa.Connection) -> list[StoredCase]:
            places = [
                (sign * at_ms, case_id)
                for part in self._parts(query)
                for at_ms, case_id in connection.execute(part)
            ]
            case_ids = [case_id for _, case_id in sorted(places)[: query.limit]]
            found = {
                row.case_id: _case(row)
                for row in connection.execute(self._mine.where(cases.c.case_id.in_(case_ids)))
            }
            return [found[case_id] for case_id in case_ids]

        return await self._database.read(job)

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

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredCase]:
        """By the index of what is to be done."""
        query = self._mine.where(cases.c.look_at_ms <= now_ms)
        return await self._rows(query.order_by(cases.c.look_at_ms).limit(limit))

    async def note_late(self, now_ms: int, *, limit: int) -> int:
        """By the index of what becomes late: the notice, and that there is one."""
        late = self._mine.where(cases.c.late_at_ms <= now_ms)
        late = late.order_by(cases.c.late_at_ms).limit(limit)
        if not await self._rows(late.limit(1)):
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

    def _parts(self, query: CaseQuery) -> list[sa.Select[Any]]:
        """One question for each range of an index."""
        if query.list_ is CaseList.REPORTS:
            since_ms = cases.c.unread_since_ms
            return [_page(self._places(since_ms).where(since_ms.is_not(None)), since_ms, query)]
        is_open = query.list_ is not CaseList.CLOSED
        mine = self._places(cases.c.order_ms).where(cases.c.is_open.is_(is_open))
        if query.list_ is CaseList.LATE:
            mine = mine.where(cases.c.order_ms <= query.now_ms)
        if query.list_ is CaseList.MINE:
            return [_page(mine.where(cases.c.owner_id == query.owner_id), cases.c.order_ms, query)]
        return [
            _page(mine.where(cases.c.department_id == one), cases.c.order_ms, query)
            for one in query.department_ids
        ]

    def _places(self, by: sa.Column[int]) -> sa.Select[tuple[int, str]]:
        return sa.select(by, cases.c.case_id).where(cases.c.domain_id == self._domain_id)

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

    async def _rows(self, query: sa.Select[Any]) -> list[StoredCase]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_case(row) for row in rows]

    def _one(self, connection: sa.Connection, case_id: str) -> StoredCase | None:
        row = connection.execute(self._mine.where(cases.c.case_id == case_id)).first()
        return None if row is None else _case(row)

    def _event(self, connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> CaseEvent | None:
        query = sa.select(case_events).where(case_events.c.domain_id == self._domain_id, wanted)
        row = connection.execute(query).first()
        return None if row is None else _event_of(row)

    def _next_no(self, connection: sa.Connection) -> int:
        newest = sa.select(sa.func.max(cases.c.case_no)).where(cases.c.domain_id == self._domain_id)
        return (connection.scalar(newest) or 0) + 1

    def _link(self, connection: sa.Connection, row: tuple[str, str, str, int]) -> None:
        insert_new_rows(connection, case_contacts, ("case_id",), [row])


def unread_since_ms(stored: StoredCase) -> int | None:
    """Since when a report waits to be read; None for none."""
    is_waiting = stored.case.is_open and stored.case.report_read_at_ms is None
    return stored.case.reported_at_ms if is_waiting else None


def _page(wanted: sa.Select[Any], by: sa.Column[int], query: CaseQuery) -> sa.Select[Any]:
    is_newest_first = query.list_ is CaseList.CLOSED
    if query.mark is not None:
        at_ms, case_id = query.mark
        from_there = by <= at_ms if is_newest_first else by >= at_ms
        wanted = wanted.where(from_there, sa.or_(by != at_ms, cases.c.case_id > case_id))
    first = by.desc() if is_newest_first else by
    return wanted.order_by(first, cases.c.case_id).limit(query.limit)


def event_columns_of(event: CaseEvent) -> dict[str, Any]:
    """Columns of a step."""
    return {"by_user_id": event.by, **{name: getattr(event, name) for name in _EVENT}}


def columns_of(stored: StoredCase) -> dict[str, Any]:
    """Columns of a case."""
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


def _event_of(row: sa.Row[Any]) -> CaseEvent:
    return CaseEvent(by=row.by_user_id, **{name: getattr(row, name) for name in _EVENT})
