"""Detail rows in SQL: read and erased here, written by the journal's append."""

from typing import Any

import sqlalchemy as sa

from callcenter.ports import Detail
from callcenter.storage.database import Database
from callcenter.storage.tables import details
from routing.ids import ContactId


class SqlDetails:
    """`ports.Details` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def of_contact(
        self, contact_id: ContactId, *, kind: str, after_seq: int = 0, limit: int = 500
    ) -> list[Detail]:
        """Details of a kind, oldest first."""
        query = (
            sa.select(details)
            .where(
                details.c.domain_id == self._domain_id,
                details.c.contact_id == contact_id,
                details.c.kind == kind,
                details.c.seq > after_seq,
            )
            .order_by(details.c.seq, details.c.detail_id)
            .limit(limit)
        )
        return await self._read(query)

    async def of_event(self, contact_id: ContactId, seq: int) -> list[Detail]:
        """Details of one event."""
        query = (
            sa.select(details)
            .where(
                details.c.domain_id == self._domain_id,
                details.c.contact_id == contact_id,
                details.c.seq == seq,
            )
            .order_by(details.c.detail_id)
        )
        return await self._read(query)

    async def erase(self, contact_id: ContactId) -> int:
        """Delete everything personal about a contact; the pages it stood on are overwritten."""
        delete = sa.delete(details).where(
            details.c.domain_id == self._domain_id, details.c.contact_id == contact_id
        )
        return await self._database.write(lambda connection: connection.execute(delete).rowcount)

    async def _read(self, query: sa.Select[Any]) -> list[Detail]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
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
