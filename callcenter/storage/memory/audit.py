"""The audit log in memory: see `store`."""

from collections.abc import AsyncIterator

from callcenter.ports.audit import AuditFilter, AuditRecord
from callcenter.ports.errors import AuditNumberTaken
from callcenter.storage.memory.disk import Disk


class MemoryAuditLog:
    """`ports.audit.AuditLog` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._records: list[AuditRecord] = []

    async def append(self, record: AuditRecord) -> None:
        """Store the record at the log's end."""
        self._disk.check()
        if (await self.last())[0] >= record.audit_no:
            raise AuditNumberTaken(f"audit record {record.audit_no} is written already")
        self._records.append(record)

    async def last(self) -> tuple[int, bytes]:
        """Where the log ends."""
        if not self._records:
            return 0, bytes(32)
        return self._records[-1].audit_no, self._records[-1].chain

    async def read(self, after_no: int) -> AsyncIterator[AuditRecord]:
        """Records after a number, in order."""
        for record in list(self._records):
            if record.audit_no > after_no:
                yield record

    async def page(
        self, wanted: AuditFilter, *, before_no: int | None, limit: int
    ) -> list[AuditRecord]:
        """Newest first."""
        found = [
            record
            for record in reversed(self._records)
            if (before_no is None or record.audit_no < before_no) and _fits(record, wanted)
        ]
        return found[:limit]


def _fits(record: AuditRecord, wanted: AuditFilter) -> bool:
    return (
        wanted.user_id in (None, record.user_id)
        and wanted.action in (None, record.action)
        and wanted.object_id in (None, record.object_id)
        and (wanted.from_ms is None or record.at_ms >= wanted.from_ms)
        and (wanted.until_ms is None or record.at_ms < wanted.until_ms)
    )
