"""Detail rows in SQL: read and erased here, written by the journal's append."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from callcenter.ports.journal import Detail
from callcenter.storage.database import Database
from callcenter.storage.tables.main import details
from routing.ids import ContactId


class SqlDetails:
    """`ports.journal.Details` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        # Built once: every page that opens asks for a transcript, and building costs more than reading.
        self._of_contact = (
            sa.select(details)
            .where(
                details.c.domain_id == domain_id,
                details.c.contact_id == sa.bindparam("contact"),
                details.c.kind == sa.bindparam("kind"),
                details.c.seq > sa.bindparam("after_seq"),
            )
            .order_by(details.c.seq, details.c.detail_id)
            .limit(sa.bindparam("at_most", type_=sa.Integer))
        )
        # Likewise: every process that follows the journal asks after each commit.
        self._of_events = (
            sa.select(details)
            .where(
                details.c.domain_id == domain_id,
                details.c.contact_id.in_(sa.bindparam("contacts", expanding=True)),
                details.c.seq.between(sa.bindparam("first"), sa.bindparam("last")),
            )
            .order_by(details.c.seq, details.c.detail_id)
        )

    async def of_contact(
        self, contact_id: ContactId, *, kind: str, after_seq: int = 0, limit: int = 500
    ) -> list[Detail]:
        """Details of a kind, oldest first."""
        wanted = {"contact": contact_id, "kind": kind, "after_seq": after_seq, "at_most": limit}
        return await self._read(self._of_contact, wanted)

    async def of_contacts(
        self, contact_ids: Sequence[ContactId], kinds: Sequence[str], limit: int
    ) -> list[Detail]:
        """Details of several contacts."""
        query = (
            sa.select(details)
            .where(
                details.c.domain_id == self._domain_id,
                details.c.contact_id.in_(contact_ids),
                details.c.kind.in_(kinds),
            )
            .order_by(details.c.contact_id, details.c.seq, details.c.detail_id)
            .limit(limit)
        )
        return await self._read(query)

    async def of_events(
        self, contact_ids: Sequence[ContactId], first_seq: int, last_seq: int
    ) -> list[Detail]:
        """Details of some events."""
        wanted = {"contacts": list(contact_ids), "first": first_seq, "last": last_seq}
        return await self._read(self._of_events, wanted)

    async def erase(self, contact_id: ContactId) -> int:
        """Delete everything personal about a contact; the pages it stood on are overwritten."""
        delete = sa.delete(details).where(
            details.c.domain_id == self._domain_id, details.c.contact_id == contact_id
        )
        return await self._database.write(lambda connection: connection.execute(delete).rowcount)

    async def _read(
        self, query: sa.Select[Any], wanted: dict[str, Any] | None = None
    ) -> list[Detail]:
        rows = await self._database.read(
            lambda connection: connection.execute(query, wanted).all(), is_single=True
        )
        return [
            Detail(
                contact_id=row.contact_id,
                detail_id=row.detail_id,
                kind=row.kind,
                body=row.body,
                at_ms=row.at_ms,
                seq=row.seq,
            )
            for row in rows
        ]
