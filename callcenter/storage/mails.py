"""Mails in SQL: written by the journal's append, read and moved on here."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from callcenter.ports.mails import MailRow, mail_change, mail_row
from callcenter.storage.database import Database
from callcenter.storage.projection_rows import change_rows, upserts
from callcenter.storage.tables.committed import COMMITTED_TABLES
from callcenter.storage.tables.main import mails
from routing.ids import ContactId


class SqlMails:
    """`ports.mails.Mails` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def get(self, mail_id: str) -> MailRow | None:
        """By id."""
        found = await self._read(self._mine().where(mails.c.mail_id == mail_id))
        return found[0] if found else None

    async def of_contact(self, contact_id: ContactId, *, limit: int = 500) -> list[MailRow]:
        """A contact's mails, oldest first."""
        query = self._mine().where(mails.c.contact_id == contact_id)
        return await self._read(query.order_by(mails.c.at_ms, mails.c.mail_id).limit(limit))

    async def by_message_keys(self, message_keys: Sequence[str]) -> list[MailRow]:
        """Mails with one of these keys, the newest first."""
        query = self._mine().where(mails.c.message_key.in_(message_keys))
        return await self._read(query.order_by(mails.c.at_ms.desc(), mails.c.mail_id))

    async def under_way(self, *, due_ms: int, limit: int) -> list[MailRow]:
        """Mails that are due, the longest due first."""
        due = self._mine().where(mails.c.next_at_ms.is_not(None), mails.c.next_at_ms <= due_ms)
        return await self._read(due.order_by(mails.c.next_at_ms, mails.c.mail_id).limit(limit))

    async def outbox(self) -> tuple[int, int | None]:
        """Those that are timed: the index of what is under way holds no others."""
        query = sa.select(sa.func.count(), sa.func.min(mails.c.at_ms)).where(
            mails.c.domain_id == self._domain_id, mails.c.next_at_ms.is_not(None)
        )
        number, oldest_ms = await self._database.read(
            lambda connection: connection.execute(query).one()
        )
        return number, oldest_ms

    async def put(self, row: MailRow) -> None:
        """Replace a row."""
        prepared = upserts(self._domain_id, COMMITTED_TABLES, [mail_change(row)])
        await self._database.write(lambda connection: change_rows(connection, prepared))

    def _mine(self) -> sa.Select[Any]:
        return sa.select(mails).where(mails.c.domain_id == self._domain_id)

    async def _read(self, query: sa.Select[Any]) -> list[MailRow]:
        rows = await self._database.read(
            lambda connection: connection.execute(query).mappings().all()
        )
        return [mail_row(dict(row)) for row in rows]
