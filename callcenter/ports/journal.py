"""The journal, and what becomes durable with it in one transaction (kind 1): detail rows, outcomes, rows of channels."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import msgspec

from routing.ids import ContactId, DetailId


class JournalRecord(msgspec.Struct, frozen=True):
    """One event as it is stored. `chain` is SHA-256 over the previous chain value and this record."""

    seq: int
    at_ms: int
    is_input: bool
    event_type: str
    payload: bytes
    chain: bytes


class Detail(msgspec.Struct, frozen=True):
    """Personal data of a contact, erasable without touching the journal; `seq` is its event's."""

    contact_id: ContactId
    detail_id: DetailId
    kind: str
    body: bytes
    at_ms: int
    seq: int = 0


class CommandOutcome(msgspec.Struct, frozen=True):
    """What a command id led to: the same id with the same digest gets `reply` again, another digest is refused."""

    command_id: str
    digest: bytes
    reply: bytes
    seq: int
    at_ms: int


class RowChange(msgspec.Struct, frozen=True):
    """One upsert: `put` overwrites columns, `add` increments integer columns."""

    table: str
    key: dict[str, Any]
    put: dict[str, Any]
    add: dict[str, int] = {}


class JournalBatch(msgspec.Struct, frozen=True):
    """One group commit: everything in it becomes durable together, or nothing does. `rows` are what a channel must know from the same instant on, such as a mail that is to go out."""

    records: Sequence[JournalRecord]
    details: Sequence[Detail]
    outcomes: Sequence[CommandOutcome]
    rows: Sequence[RowChange] = ()


class Snapshot(msgspec.Struct, frozen=True):
    """The engine's state after `seq`, so that recovery needs only the tail; `chain` is the chain value at `seq`."""

    seq: int
    chain: bytes
    state: bytes


class Journal(Protocol):
    """The append-only record of the domain."""

    async def append(self, batch: JournalBatch) -> None:
        """Commit durably. Raises StorageUnavailable (after a lost connection nobody can know: read it back) or StaleWriter."""

    async def last(self) -> tuple[int, bytes]:
        """(seq, chain) of the newest record; (0, 32 zero bytes) when empty."""

    def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """Records with seq > after_seq in order, streamed in bounded pages."""

    async def outcome(self, command_id: str) -> CommandOutcome | None:
        """The outcome stored for a command id."""

    async def command_ids(self, limit: int) -> list[str]:
        """The newest command ids that have an outcome, at most `limit`."""

    async def forget_outcomes(self, before_ms: int) -> int:
        """Delete outcomes older than `before_ms`; returns how many."""

    async def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """Store a snapshot and drop all but the newest two."""


class Details(Protocol):
    """Reads of detail rows (they are written by `Journal.append`)."""

    async def of_contact(
        self, contact_id: ContactId, *, kind: str, after_seq: int = 0, limit: int = 500
    ) -> list[Detail]:
        """Details of a kind with seq > after_seq, oldest first."""

    async def of_contacts(
        self, contact_ids: Sequence[ContactId], kinds: Sequence[str], limit: int
    ) -> list[Detail]:
        """Details of these kinds of several contacts, by contact, oldest first."""

    async def of_events(
        self, contact_ids: Sequence[ContactId], first_seq: int, last_seq: int
    ) -> list[Detail]:
        """Everything that was stored with events of these contacts, from one number to another, oldest first."""

    async def erase(self, contact_id: ContactId) -> int:
        """Delete all details of a contact; the journal stays verifiable."""
