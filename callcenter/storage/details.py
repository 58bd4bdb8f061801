"""Detail rows in SQL: read and erased here, written by the journal's append."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.journal import Detail
from callcenter.storage.database import Database, select_rows
from callcenter.storage.tables.main import details
from routing.ids import ContactId

_COLUMNS: Final = [details.c[name] for name in Detail.__struct_fields__]
_OF_CONTACT: Final = (
    f"SELECT {', '.join(Detail.__struct_fields__)} FROM {details.name}"  # noqa: S608 - our own names
    " WHERE domain_id = ? AND contact_id = ? AND kind = ? AND seq > ? ORDER BY seq, detail_id LIMIT ?"
)
"""Every page that opens asks for a transcript."""


class SqlDetails:
    """`ports.journal.Details` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        # Built once: every process that follows the journal asks after each commit, and building costs more than reading.
        self._of_events = (
            sa.select(*_COLUMNS)
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
        wanted = (self._domain_id, contact_id, kind, after_seq, limit)
        rows = await self._database.read(
            lambda connection: select_rows(connection, _OF_CONTACT, wanted), is_single=True
        )
        return [Detail(*row) for row in rows]

    async def of_contacts(
        self, contact_ids: Sequence[ContactId], kinds: Sequence[str], limit: int
    ) -> list[Detail]:
        """Details of several contacts."""
        query = (
            sa.select(*_COLUMNS)
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
        return [Detail(*row) for row in rows]
