"""Campaigns in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.notices import entry_kind, entry_notice
from callcenter.ports.campaigns import (
    AT_WORK,
    Attempt,
    Campaign,
    DayCounts,
    Entry,
    ListImport,
    Suppression,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage.campaign_rows import (
    attempt_of,
    attempt_row,
    campaign_of,
    campaign_row,
    entry_of,
    entry_row,
    list_of,
    list_row,
    suppression_of,
    suppression_row,
    with_duplicates,
)
from callcenter.storage.database import Database, insert_new_rows, upsert_row
from callcenter.storage.notices import insert_notice
from callcenter.storage.page_marks import place
from callcenter.storage.tables.campaigns import (
    campaign_attempts,
    campaign_entries,
    campaign_lists,
    campaigns,
    suppressions,
)
from crm_link.outbound.judging import NEVER_DIALLED
from crm_link.outbound.model import EntryState
from routing.ids import ContactId

_KEYS_AT_ONCE: Final = 500
"""Keys that one statement asks for."""


class SqlCampaigns:
    """`ports.campaigns.Campaigns` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    # --- campaigns and their lists --------------------------------------------------------------

    async def put(self, campaign: Campaign) -> None:
        """Store it, if the version before is the stored one."""

        def job(connection: sa.Connection) -> None:
            query = self._of(campaigns).where(campaigns.c.campaign_id == campaign.campaign_id)
            before = connection.execute(query).first()
            if campaign.version != (0 if before is None else before.version) + 1:
                raise ChangedMeanwhile(campaign.campaign_id)
            self._put(connection, campaigns, campaign_row(campaign))

        await self._database.write(job)

    async def get(self, campaign_id: str) -> Campaign | None:
        """By id."""
        rows = await self._rows(self._of(campaigns).where(campaigns.c.campaign_id == campaign_id))
        return campaign_of(rows[0]) if rows else None

    async def all(self) -> list[Campaign]:
        """Every one, the newest first."""
        newest = (campaigns.c.made_at_ms.desc(), campaigns.c.campaign_id)
        return [campaign_of(row) for row in await self._rows(self._of(campaigns).order_by(*newest))]

    async def counts(self, campaign_id: str) -> dict[str, int]:
        """Entries by state."""
        state = campaign_entries.c.state
        query = sa.select(state, sa.func.count().label("count")).where(
            *self._entries_of(campaign_id)
        )
        return {row["state"]: row["count"] for row in await self._rows(query.group_by(state))}

    async def add_list(self, import_: ListImport, entries: Sequence[Entry]) -> ListImport:
        """The list and its new entries, in one transaction."""
        names = tuple(campaign_entries.columns.keys())

        def job(connection: sa.Connection) -> ListImport:
            query = self._lists_of(import_.campaign_id).where(
                campaign_lists.c.list_id == import_.list_id
            )
            known = connection.execute(query).mappings().first()
            if known is not None:
                return list_of(dict(known))
            rows = [{"domain_id": self._domain_id, **entry_row(one)} for one in entries]
            values = [tuple(row[name] for name in names) for row in rows]
            new = insert_new_rows(connection, campaign_entries, ("entry_id",), values)
            new_ids = {str(entry_id) for (entry_id,) in new}
            old = [one.line for one in entries if one.entry_id not in new_ids]
            taken = with_duplicates(import_, len(entries), old)
            self._put(connection, campaign_lists, list_row(taken))
            return taken

        return await self._database.write(job)

    async def lists(self, campaign_id: str) -> list[ListImport]:
        """The newest first."""
        newest = (campaign_lists.c.at_ms.desc(), campaign_lists.c.list_id)
        rows = await self._rows(self._lists_of(campaign_id).order_by(*newest))
        return [list_of(row) for row in rows]

    # --- entries --------------------------------------------------------------------------------

    async def entry(self, campaign_id: str, entry_id: str) -> Entry | None:
        """By id."""
        mine = (*self._entries_of(campaign_id), campaign_entries.c.entry_id == entry_id)
        rows = await self._rows(sa.select(campaign_entries).where(*mine))
        return entry_of(rows[0]) if rows else None

    async def move(self, entry: Entry) -> None:
        """Replace the version before, and leave what other programs are told."""
        mine = (
            *self._entries_of(entry.campaign_id),
            campaign_entries.c.entry_id == entry.entry_id,
            campaign_entries.c.version == entry.version - 1,
        )
        tried = sa.select(campaign_entries.c.attempts).where(*mine)
        change = sa.update(campaign_entries).where(*mine).values(**entry_row(entry))
        of_campaign = self._of(campaigns).where(campaigns.c.campaign_id == entry.campaign_id)

        def job(connection: sa.Connection) -> None:
            attempts_before = connection.scalar(tried)
            if attempts_before is None:
                raise ChangedMeanwhile(entry.entry_id)
            connection.execute(change)
            kind = entry_kind(entry, attempts_before)
            row = None if kind is None else connection.execute(of_campaign).mappings().first()
            if kind is not None and row is not None:
                queue_id = campaign_of(dict(row)).plan.queue_id
                insert_notice(connection, self._domain_id, entry_notice(kind, entry, queue_id))

        await self._database.write(job)

    async def entries(
        self, campaign_id: str, state: EntryState | None, *, after: str, limit: int
    ) -> list[Entry]:
        """A part, by id."""
        query = sa.select(campaign_entries).where(
            *self._entries_of(campaign_id), campaign_entries.c.entry_id > after
        )
        if state is not None:
            query = query.where(campaign_entries.c.state == state)
        return await self._entries(query.order_by(campaign_entries.c.entry_id).limit(limit))

    async def due(
        self, campaign_id: str, state: EntryState, now_ms: int, *, limit: int
    ) -> list[Entry]:
        """The longest due first, then as the list has them."""
        query = sa.select(campaign_entries).where(
            *self._entries_of(campaign_id),
            campaign_entries.c.state == state,
            campaign_entries.c.due_at_ms <= now_ms,
        )
        columns = campaign_entries.c
        order = (columns.due_at_ms, columns.line, columns.entry_id)
        return await self._entries(query.order_by(*order).limit(limit))

    async def next_due_ms(self, campaign_id: str) -> int | None:
        """Of those that wait."""
        query = sa.select(sa.func.min(campaign_entries.c.due_at_ms)).where(
            *self._entries_of(campaign_id), campaign_entries.c.state == EntryState.WAITING
        )
        return await self._database.read(lambda connection: connection.scalar(query))

    async def held_by(self, agent_id: str) -> list[Entry]:
        """What an agent has on the screen."""
        return await self._entries(self._at_work().where(campaign_entries.c.agent_id == agent_id))

    async def calling(self) -> list[Entry]:
        """Being called."""
        is_calling = campaign_entries.c.state == EntryState.CALLING
        return await self._entries(self._at_work().where(is_calling))

    async def overdue(self, now_ms: int, *, limit: int) -> list[Entry]:
        """The longest due first."""
        due = self._at_work().where(campaign_entries.c.due_at_ms <= now_ms)
        order = (campaign_entries.c.due_at_ms, campaign_entries.c.entry_id)
        return await self._entries(due.order_by(None).order_by(*order).limit(limit))

    async def next_overdue_ms(self) -> int | None:
        """Of those that are previewed or being called."""
        query = sa.select(sa.func.min(campaign_entries.c.due_at_ms)).where(
            campaign_entries.c.domain_id == self._domain_id,
            campaign_entries.c.state.in_(AT_WORK),
        )
        return await self._database.read(lambda connection: connection.scalar(query))

    # --- suppressions ---------------------------------------------------------------------------

    async def suppress(self, suppression: Suppression) -> Suppression:
        """With the next version; one that is there and lasts as long stays."""
        placed, _ = await self._database.write(
            lambda connection: self._place(connection, suppression)
        )
        return placed

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> list[Suppression | None]:
        """In one transaction."""

        def job(connection: sa.Connection) -> list[Suppression | None]:
            both = [self._place(connection, one) for one in suppressions]
            return [placed if is_new else None for placed, is_new in both]

        return await self._database.write(job)

    def _place(self, connection: sa.Connection, wanted: Suppression) -> tuple[Suppression, bool]:
        """The suppression that holds now, and whether it is the one that was wanted."""
        row = connection.execute(self._suppression(wanted.customer_key)).mappings().first()
        if row is not None and not wanted.outlasts(known := suppression_of(dict(row))):
            return known, False
        version = (connection.scalar(self._newest()) or 0) + 1
        placed = msgspec.structs.replace(wanted, version=version)
        self._put(connection, suppressions, suppression_row(placed))
        return placed, True

    async def suppression(self, customer_key: str) -> tuple[Suppression | None, int]:
        """The row and the list's version, of one moment."""

        def job(connection: sa.Connection) -> tuple[Suppression | None, int]:
            row = connection.execute(self._suppression(customer_key)).mappings().first()
            found = None if row is None else suppression_of(dict(row))
            return found, connection.scalar(self._newest()) or 0

        return await self._database.read(job)

    async def suppressed(self, customer_keys: Sequence[str]) -> set[str]:
        """Which of these, for good."""
        found: set[str] = set()
        for start in range(0, len(customer_keys), _KEYS_AT_ONCE):
            some = customer_keys[start : start + _KEYS_AT_ONCE]
            query = sa.select(suppressions.c.customer_key).where(
                suppressions.c.domain_id == self._domain_id,
                suppressions.c.customer_key.in_(some),
                suppressions.c.until_at_ms.is_(None),
            )
            found.update(row["customer_key"] for row in await self._rows(query))
        return found

    async def suppressions(self, *, before: int | None, limit: int) -> list[Suppression]:
        """The newest first."""
        query = self._of(suppressions).order_by(suppressions.c.version.desc()).limit(limit)
        if before is not None:
            query = query.where(suppressions.c.version < before)
        return [suppression_of(row) for row in await self._rows(query)]

    # --- attempts -------------------------------------------------------------------------------

    async def attempt(self, contact_id: ContactId) -> Attempt | None:
        """By contact."""
        query = self._of(campaign_attempts).where(campaign_attempts.c.contact_id == contact_id)
        rows = await self._rows(query)
        return attempt_of(rows[0]) if rows else None

    async def attempts(self, campaign_id: str, *, after: str, limit: int) -> list[Attempt]:
        """A part, as it was asked for."""
        columns = (campaign_attempts.c.asked_at_ms, campaign_attempts.c.contact_id)
        query = self._of(campaign_attempts).where(campaign_attempts.c.campaign_id == campaign_id)
        if after:
            query = query.where(sa.tuple_(*columns) > sa.tuple_(*place(after)))
        rows = await self._rows(query.order_by(*columns).limit(limit))
        return [attempt_of(row) for row in rows]

    async def open_attempts(self) -> list[Attempt]:
        """Whose end the journal has not told."""
        query = self._of(campaign_attempts).where(campaign_attempts.c.closed_at_ms.is_(None))
        return [attempt_of(row) for row in await self._rows(query)]

    async def day_counts(self, campaign_id: str, customer_key: str, since_ms: int) -> DayCounts:
        """Permits that were granted, unless they ended with nothing dialled."""
        counted = (
            campaign_attempts.c.domain_id == self._domain_id,
            campaign_attempts.c.asked_at_ms > since_ms,
            campaign_attempts.c.answer != "refused",
            campaign_attempts.c.outcome.not_in(NEVER_DIALLED),
        )
        what = (sa.func.count(), sa.func.min(campaign_attempts.c.asked_at_ms))
        of_number = sa.select(*what).where(
            *counted, campaign_attempts.c.customer_key == customer_key
        )
        of_campaign = sa.select(*what).where(
            *counted, campaign_attempts.c.campaign_id == campaign_id
        )

        def job(connection: sa.Connection) -> DayCounts:
            number, number_ms = connection.execute(of_number).one()
            campaign, campaign_ms = connection.execute(of_campaign).one()
            return DayCounts(number, number_ms, campaign, campaign_ms)

        return await self._database.read(job)

    async def refuse(self, attempt: Attempt) -> None:
        """One row."""
        row = attempt_row(attempt)
        await self._database.write(lambda connection: self._put(connection, campaign_attempts, row))

    # --- rows -----------------------------------------------------------------------------------

    def _of(self, table: sa.Table) -> sa.Select[Any]:
        return sa.select(table).where(table.c.domain_id == self._domain_id)

    def _entries_of(self, campaign_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            campaign_entries.c.domain_id == self._domain_id,
            campaign_entries.c.campaign_id == campaign_id,
        )

    def _at_work(self) -> sa.Select[Any]:
        mine = (
            campaign_entries.c.domain_id == self._domain_id,
            campaign_entries.c.state.in_(AT_WORK),
        )
        return sa.select(campaign_entries).where(*mine).order_by(campaign_entries.c.entry_id)

    def _lists_of(self, campaign_id: str) -> sa.Select[Any]:
        return self._of(campaign_lists).where(campaign_lists.c.campaign_id == campaign_id)

    def _suppression(self, customer_key: str) -> sa.Select[Any]:
        return self._of(suppressions).where(suppressions.c.customer_key == customer_key)

    def _newest(self) -> sa.Select[Any]:
        mine = suppressions.c.domain_id == self._domain_id
        return sa.select(sa.func.max(suppressions.c.version)).where(mine)

    def _put(self, connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
        upsert_row(connection, table, {"domain_id": self._domain_id, **row})

    async def _entries(self, query: sa.Select[Any]) -> list[Entry]:
        return [entry_of(row) for row in await self._rows(query)]

    async def _rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        def job(connection: sa.Connection) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(query).mappings()]

        return await self._database.read(job)
