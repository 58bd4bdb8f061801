"""The audit log in SQL: appended to, never changed."""

from collections.abc import AsyncIterator
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.audit import AuditFilter, AuditRecord
from callcenter.ports.errors import AuditNumberTaken
from callcenter.storage.database import Database, insert_rows, upsert_row
from callcenter.storage.tables.main import audit_ends, audit_log

PAGE_ROWS: Final = 2_000
"""Records read at a time."""

_COLUMNS: Final = [audit_log.c[name] for name in AuditRecord.__struct_fields__]
_EMPTY: Final = (0, bytes(32))


class SqlAuditLog:
    """`ports.audit.AuditLog` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = audit_log.c.domain_id == domain_id

    async def append(self, record: AuditRecord) -> None:
        """Store the record and note that the log ends there, in one transaction."""
        cells = [getattr(record, name) for name in AuditRecord.__struct_fields__]

        def job(connection: sa.Connection) -> None:
            if self._end(connection)[0] >= record.audit_no:
                raise AuditNumberTaken(f"audit record {record.audit_no} is written already")
            insert_rows(connection, audit_log, [(self._domain_id, *cells)])
            end = {"domain_id": self._domain_id, "audit_no": record.audit_no}
            upsert_row(connection, audit_ends, end | {"chain": record.chain})

        await self._database.write(job)

    async def last(self) -> tuple[int, bytes]:
        """Where the log ends."""
        return await self._database.read(self._end)

    async def read(self, after_no: int) -> AsyncIterator[AuditRecord]:
        """Records after a number, in order."""
        while True:
            query = (
                sa.select(*_COLUMNS)
                .where(self._mine, audit_log.c.audit_no > after_no)
                .order_by(audit_log.c.audit_no)
                .limit(PAGE_ROWS)
            )
            found = await self._records(query)
            for record in found:
                yield record
            if len(found) < PAGE_ROWS:
                return
            after_no = found[-1].audit_no

    async def page(
        self, wanted: AuditFilter, *, before_no: int | None, limit: int
    ) -> list[AuditRecord]:
        """Newest first."""
        columns = audit_log.c
        same = {name: getattr(wanted, name) for name in ("user_id", "action", "object_id")}
        conditions = [columns[name] == value for name, value in same.items() if value is not None]
        if wanted.from_ms is not None:
            conditions.append(columns.at_ms >= wanted.from_ms)
        if wanted.until_ms is not None:
            conditions.append(columns.at_ms < wanted.until_ms)
        if before_no is not None:
            conditions.append(columns.audit_no < before_no)
        query = sa.select(*_COLUMNS).where(self._mine, *conditions)
        return await self._records(query.order_by(columns.audit_no.desc()).limit(limit))

    def _end(self, connection: sa.Connection) -> tuple[int, bytes]:
        query = sa.select(audit_ends.c.audit_no, audit_ends.c.chain).where(
            audit_ends.c.domain_id == self._domain_id
        )
        row = connection.execute(query).first()
        return _EMPTY if row is None else (row.audit_no, row.chain)

    async def _records(self, query: sa.Select[Any]) -> list[AuditRecord]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [AuditRecord(*row) for row in rows]
