"""Leads in SQL."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.notices import lead_notice
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.leads import LeadEvent, LeadList, LeadQuery, LeadWords, StoredLead
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.notices import insert_notice
from callcenter.storage.tables.leads import lead_events, leads
from crm_link.leads.model import Lead, LeadStage
from routing.ids import ContactId

_WORDS: Final = LeadWords.__struct_fields__
_PLAIN: Final = (
    "lead_id",
    "version",
    "queue_id",
    "created_at_ms",
    "owner_id",
    "since_ms",
    "rounds",
)
"""Columns that are as the fields of a lead."""
_BESIDE: Final = (
    "created_by",
    "contact_id",
    "customer_key",
    "language",
    "campaign_id",
    "lead_no",
    "look_at_ms",
)
"""Columns that are as the fields beside the lead."""
_EVENT: Final = tuple(name for name in LeadEvent.__struct_fields__ if name != "by")


class SqlLeads:
    """`ports.leads.Leads` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(leads).where(leads.c.domain_id == domain_id)

    async def put(self, stored: StoredLead, event: LeadEvent) -> StoredLead:
        """The lead, its step, and what other programs are told of it."""

        def job(connection: sa.Connection) -> StoredLead:
            before = self._one(connection, stored.lead.lead_id)
            known = self._event(connection, event.command_id)
            if known is not None and before is not None and known.lead_id == event.lead_id:
                return before
            if known is not None:
                raise ChangedMeanwhile(stored.lead.lead_id)
            if stored.lead.version != (0 if before is None else before.lead.version) + 1:
                raise ChangedMeanwhile(stored.lead.lead_id)
            lead_no = self._next_no(connection) if before is None else before.lead_no
            numbered = msgspec.structs.replace(stored, lead_no=lead_no)
            upsert_row(connection, leads, {"domain_id": self._domain_id, **_columns(numbered)})
            values = {name: getattr(event, name) for name in _EVENT}
            row = {"domain_id": self._domain_id, "by_user_id": event.by, **values}
            connection.execute(sa.insert(lead_events).values(**row))
            stage_before = None if before is None else before.lead.stage
            insert_notice(connection, self._domain_id, lead_notice(numbered, event, stage_before))
            return numbered

        return await self._database.write(job)

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Unless it has moved on."""
        mine = (leads.c.domain_id == self._domain_id, leads.c.lead_id == lead_id)
        job = sa.update(leads).where(*mine, leads.c.version == version).values(look_at_ms=at_ms)
        return await self._database.write(lambda connection: connection.execute(job).rowcount > 0)

    async def get(self, lead_id: str) -> StoredLead | None:
        """By id."""
        return await self._database.read(lambda connection: self._one(connection, lead_id))

    async def of_command(self, command_id: str) -> LeadEvent | None:
        """The step of a command."""
        return await self._database.read(lambda connection: self._event(connection, command_id))

    async def events(self, lead_id: str) -> list[LeadEvent]:
        """The steps of one."""
        query = (
            sa.select(lead_events)
            .where(lead_events.c.domain_id == self._domain_id, lead_events.c.lead_id == lead_id)
            .order_by(lead_events.c.version)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_event_of(row) for row in rows]

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredLead]:
        """Of a contact and its customer."""
        about = sa.select(lead_events.c.lead_id).where(
            lead_events.c.domain_id == self._domain_id, lead_events.c.contact_id == contact_id
        )
        queries = [self._mine.where(leads.c.lead_id.in_(about))]
        if customer_key:
            queries.append(self._mine.where(leads.c.customer_key == customer_key))
        found: dict[str, StoredLead] = {}
        for query in queries:
            # By an expression: a planner must not walk all leads in their order, looking for this customer's.
            newest = query.order_by(-leads.c.lead_no).limit(limit)
            found |= {one.lead.lead_id: one for one in await self._rows(newest)}
        return sorted(found.values(), key=lambda one: -one.lead_no)[:limit]

    async def page(self, query: LeadQuery) -> list[StoredLead]:
        """A page: places of each queue from its own index, merged."""
        sign = -1 if query.list_ is LeadList.CLOSED else 1

        def job(connection: sa.Connection) -> list[StoredLead]:
            found = [
                (sign * row.order_ms, row.lead_id, _lead(row))
                for part in self._parts(query)
                for row in connection.execute(part)
            ]
            return [lead for _, _, lead in sorted(found, key=lambda one: one[:2])[: query.limit]]

        return await self._database.read(job)

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """From the index of campaigns."""
        query = (
            sa.select(leads.c.stage, sa.func.count().label("leads"))
            .where(leads.c.domain_id == self._domain_id, leads.c.campaign_id == campaign_id)
            .group_by(leads.c.stage)
        )
        return await self._database.read(
            lambda connection: {row.stage: row.leads for row in connection.execute(query)}
        )

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredLead]:
        """By the index of what is to be done."""
        query = self._mine.where(leads.c.look_at_ms <= now_ms)
        return await self._rows(query.order_by(leads.c.look_at_ms).limit(limit))

    def _parts(self, query: LeadQuery) -> list[sa.Select[Any]]:
        """One question for each range of an index."""
        is_open = query.list_ is not LeadList.CLOSED
        mine = self._mine.where(leads.c.is_open.is_(is_open))
        if query.list_ is LeadList.DUE:
            mine = mine.where(leads.c.order_ms <= query.now_ms)
        if query.list_ is LeadList.MINE:
            return [_page(mine.where(leads.c.owner_id == query.owner_id), query)]
        return [_page(mine.where(leads.c.queue_id == one), query) for one in query.queue_ids]

    async def _rows(self, query: sa.Select[Any]) -> list[StoredLead]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_lead(row) for row in rows]

    def _one(self, connection: sa.Connection, lead_id: str) -> StoredLead | None:
        row = connection.execute(self._mine.where(leads.c.lead_id == lead_id)).first()
        return None if row is None else _lead(row)

    def _event(self, connection: sa.Connection, command_id: str) -> LeadEvent | None:
        query = sa.select(lead_events).where(
            lead_events.c.domain_id == self._domain_id, lead_events.c.command_id == command_id
        )
        row = connection.execute(query).first()
        return None if row is None else _event_of(row)

    def _next_no(self, connection: sa.Connection) -> int:
        newest = sa.select(sa.func.max(leads.c.lead_no)).where(leads.c.domain_id == self._domain_id)
        return (connection.scalar(newest) or 0) + 1


def _page(wanted: sa.Select[Any], query: LeadQuery) -> sa.Select[Any]:
    by, is_newest_first = leads.c.order_ms, query.list_ is LeadList.CLOSED
    if query.mark is not None:
        at_ms, lead_id = query.mark
        from_there = by <= at_ms if is_newest_first else by >= at_ms
        wanted = wanted.where(from_there, sa.or_(by != at_ms, leads.c.lead_id > lead_id))
    first = by.desc() if is_newest_first else by
    return wanted.order_by(first, leads.c.lead_id).limit(query.limit)


def _columns(stored: StoredLead) -> dict[str, Any]:
    return {
        **{name: getattr(stored.lead, name) for name in _PLAIN},
        **{name: getattr(stored.words, name) for name in _WORDS},
        **{name: getattr(stored, name) for name in _BESIDE},
        "stage": stored.lead.stage.value,
        "is_open": stored.lead.is_open,
        "order_ms": stored.order_ms,
    }


def _lead(row: sa.Row[Any]) -> StoredLead:
    return StoredLead(
        lead=Lead(
            stage=LeadStage(row.stage),
            remind_at_ms=row.order_ms if row.is_open else None,
            **{name: getattr(row, name) for name in _PLAIN},
        ),
        words=LeadWords(**{name: getattr(row, name) for name in _WORDS}),
        closed_at_ms=None if row.is_open else row.order_ms,
        **{name: getattr(row, name) for name in _BESIDE},
    )


def _event_of(row: sa.Row[Any]) -> LeadEvent:
    return LeadEvent(by=row.by_user_id, **{name: getattr(row, name) for name in _EVENT})
