"""What the shell needs of a store for the audit log. `ports.errors.AuditNumberTaken` says that another process was faster."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec


class AuditRecord(msgspec.Struct, frozen=True):
    """Who did or read what, as it is stored; `chain` vouches for everything before it.

    `facts` is a JSON object that holds no personal data: ids, keyed hashes, counts.
    """

    audit_no: int
    at_ms: int
    user_id: str
    action: str
    object_kind: str
    object_id: str
    facts: str
    chain: bytes


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which audit records are wanted; None = whichever."""

    user_id: str | None = None
    action: str | None = None
    object_id: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None


class AuditLog(Protocol):
    """The append-only audit log (transaction kind 3)."""

    async def append(self, record: AuditRecord) -> None:
        """Store durably. Raises AuditNumberTaken, StorageUnavailable."""

    async def last(self) -> tuple[int, bytes]:
        """(audit_no, chain) of the newest record by the log's own note of its end; (0, 32 zero bytes) when empty."""

    def read(self, after_no: int) -> AsyncIterator[AuditRecord]:
        """Records with a number > after_no in order, in bounded pages."""

    async def page(
        self, wanted: AuditFilter, *, before_no: int | None, limit: int
    ) -> list[AuditRecord]:
        """Newest first, with a number below `before_no`."""
