"""Files that were handed in and not sent yet, in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.uploads import Upload
from callcenter.storage.database import Database, insert_rows
from callcenter.storage.tables.main import uploads as table
from routing.ids import ContactId

_FIELDS: Final = Upload.__struct_fields__


class SqlUploads:
    """`ports.uploads.Uploads` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def put(self, upload: Upload, content: bytes) -> None:
        """Insert, unless it is there."""
        row = (self._domain_id, *(getattr(upload, name) for name in _FIELDS), content)
        is_there = sa.select(table.c.upload_id).where(*self._is(upload.upload_id))

        def job(connection: sa.Connection) -> None:
            if connection.execute(is_there).first() is None:
                insert_rows(connection, table, [row])

        await self._database.write(job)

    async def of_contact(self, contact_id: ContactId) -> list[Upload]:
        """All of a contact, without their bytes."""
        query = (
            sa.select(*(table.c[name] for name in _FIELDS))
            .where(table.c.domain_id == self._domain_id, table.c.contact_id == contact_id)
            .order_by(table.c.upload_id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Upload(**row._asdict()) for row in rows]

    async def content(self, upload_id: str) -> bytes | None:
        """The bytes of one."""
        query = sa.select(table.c.content).where(*self._is(upload_id))
        content: bytes | None = await self._database.read(
            lambda connection: connection.scalar(query)
        )
        return content

    async def expire(self, upload_ids: Sequence[str], at_ms: int) -> None:
        """Another instant for these."""
        mine = (table.c.domain_id == self._domain_id, table.c.upload_id.in_(upload_ids))
        await self._run(sa.update(table).where(*mine).values(expires_at_ms=at_ms))

    async def delete(self, upload_id: str) -> None:
        """Forget one; what was stored is overwritten."""
        await self._run(sa.delete(table).where(*self._is(upload_id)))

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired."""
        mine = (table.c.domain_id == self._domain_id, table.c.expires_at_ms <= now_ms)
        return await self._run(sa.delete(table).where(*mine))

    def _is(self, upload_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.domain_id == self._domain_id, table.c.upload_id == upload_id)

    async def _run(self, statement: sa.Update | sa.Delete) -> int:
        def job(connection: sa.Connection) -> int:
            result: sa.CursorResult[Any] = connection.execute(statement)
            return result.rowcount

        return await self._database.write(job)
