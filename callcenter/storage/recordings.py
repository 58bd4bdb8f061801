"""Recordings of calls in SQL: a row each, and their bytes in parts."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.recordings import RecordingRow, RecordingState
from callcenter.storage.database import Database, insert_new_rows, upsert_row
from callcenter.storage.tables.recordings import recording_parts as parts
from callcenter.storage.tables.recordings import recordings as table
from routing.ids import ContactId

_FIELDS: Final = RecordingRow.__struct_fields__
_COLUMNS: Final = [table.c[name] for name in _FIELDS]


class SqlRecordings:
    """`ports.recordings.Recordings` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def begin(self, row: RecordingRow) -> None:
        """Insert, unless it is there. People wait for it: nothing is recorded before."""
        cells = [(self._domain_id, *msgspec.structs.astuple(row))]

        def job(connection: sa.Connection) -> None:
            insert_new_rows(connection, table, ("recording_id",), cells)

        await self._database.write(job, first=True)

    async def change(self, row: RecordingRow, was: Sequence[str]) -> bool:
        """Replace it. There is one writer: nothing comes between looking and writing."""
        is_so = (*self._is(row.recording_id), table.c.state.in_(was))
        statement = sa.update(table).where(*is_so).values(**msgspec.structs.asdict(row))

        def job(connection: sa.Connection) -> bool:
            result: sa.CursorResult[Any] = connection.execute(statement)
            return result.rowcount > 0

        return await self._database.write(job)

    async def get(self, recording_id: str) -> RecordingRow | None:
        """By id."""
        rows = await self._rows(sa.select(*_COLUMNS).where(*self._is(recording_id)))
        return next(iter(rows), None)

    async def of_contact(self, contact_id: ContactId) -> list[RecordingRow]:
        """By contact."""
        query = self._mine().where(table.c.contact_id == contact_id)
        return await self._rows(query.order_by(table.c.began_at_ms, table.c.recording_id))

    async def opened(self) -> list[RecordingRow]:
        """Those that are being recorded."""
        query = self._mine().where(table.c.state == RecordingState.OPEN)
        return await self._rows(query.order_by(table.c.recording_id))

    async def due(self, now_ms: int, limit: int) -> list[RecordingRow]:
        """By their next instant."""
        query = self._mine().where(table.c.next_at_ms <= now_ms)
        order = (table.c.next_at_ms, table.c.recording_id)
        return await self._rows(query.order_by(*order).limit(limit))

    async def next_at_ms(self) -> int | None:
        """The next instant."""
        query = sa.select(sa.func.min(table.c.next_at_ms)).where(
            table.c.domain_id == self._domain_id
        )
        found: int | None = await self._database.read(lambda connection: connection.scalar(query))
        return found

    async def put_part(self, recording_id: str, part: int, content: bytes) -> bool:
        """Insert or replace a part of one that is being fetched."""
        is_fetched = (*self._is(recording_id), table.c.state == RecordingState.FETCHING)
        query = sa.select(table.c.recording_id).where(*is_fetched)
        row = {
            "domain_id": self._domain_id,
            "recording_id": recording_id,
            "part": part,
            "content": content,
        }

        def job(connection: sa.Connection) -> bool:
            if connection.execute(query).first() is None:
                return False
            upsert_row(connection, parts, row)
            return True

        return await self._database.write(job)

    async def part(self, recording_id: str, part: int) -> bytes:
        """The bytes of a part."""
        query = sa.select(parts.c.content).where(
            parts.c.domain_id == self._domain_id,
            parts.c.recording_id == recording_id,
            parts.c.part == part,
        )
        content: bytes | None = await self._database.read(
            lambda connection: connection.scalar(query)
        )
        return content or b""

    async def delete(self, recording_id: str) -> None:
        """Row and parts; what was stored is overwritten."""
        of_it = (parts.c.domain_id == self._domain_id, parts.c.recording_id == recording_id)

        def job(connection: sa.Connection) -> None:
            connection.execute(sa.delete(parts).where(*of_it))
            connection.execute(sa.delete(table).where(*self._is(recording_id)))

        await self._database.write(job)

    def _mine(self) -> sa.Select[Any]:
        return sa.select(*_COLUMNS).where(table.c.domain_id == self._domain_id)

    def _is(self, recording_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.domain_id == self._domain_id, table.c.recording_id == recording_id)

    async def _rows(self, query: sa.Select[Any]) -> list[RecordingRow]:
        def job(connection: sa.Connection) -> list[RecordingRow]:
            rows = connection.execute(query)
            return [RecordingRow(**row._asdict()) for row in rows]

        return await self._database.read(job)
