"""What recordings of calls need from a store; a part of `ports`, whose promises hold here too."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from routing.ids import AgentId, ContactId, QueueId


class RecordingKind(StrEnum):
    """What was recorded."""

    TALK = "talk"
    VOICEMAIL = "voicemail"


class RecordingState(StrEnum):
    """How far a recording has come. Each state has its next instant: `RecordingRow.next_at_ms`."""

    OPEN = "open"
    """It is being recorded, as far as we know; past its instant it counts as ended."""
    FETCHING = "fetching"
    """It has ended and is with the phone system; fetched then."""
    ARRIVED = "arrived"
    """A message that is here whole, and whose contact is made then."""
    STORED = "stored"
    """It is here whole; deleted then."""
    LOST = "lost"
    """The phone system did not hand it over; forgotten then."""
    UNWANTED = "unwanted"
    """Nothing of it is here; the phone system is told to delete it then."""


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A recording. `caller` and `dialled` are numbers: personal data, as its bytes are.

    `gaps` is JSON: what was left out. `expires_at_ms`: it is deleted then. `next_at_ms`: when something is to be done.
    """

    recording_id: str
    connection_id: str
    call_id: str
    contact_id: ContactId
    kind: str
    queue_id: QueueId
    began_at_ms: int
    expires_at_ms: int
    next_at_ms: int
    agent_id: AgentId | None = None
    caller: str = ""
    dialled: str = ""
    language: str = ""
    state: str = RecordingState.OPEN
    ended_at_ms: int | None = None
    end_cause: str = ""
    gaps: str = "[]"
    length_ms: int = 0
    size_bytes: int = 0
    attempts: int = 0


class Recordings(Protocol):
    """Recordings and their bytes, in parts (transaction kind 3)."""

    async def begin(self, row: RecordingRow) -> None:
        """Store a row durably; the same id again changes nothing."""

    async def change(self, row: RecordingRow, was: Sequence[str]) -> bool:
        """Replace a row whose state is one of these; False when there is none."""

    async def get(self, recording_id: str) -> RecordingRow | None:
        """One row."""

    async def of_contact(self, contact_id: ContactId) -> list[RecordingRow]:
        """All of a contact, the oldest first."""

    async def opened(self) -> list[RecordingRow]:
        """Those that are being recorded, as far as we know."""

    async def due(self, now_ms: int, limit: int) -> list[RecordingRow]:
        """Those whose next instant has come, the longest due first."""

    async def next_at_ms(self) -> int | None:
        """The next instant of all."""

    async def put_part(self, recording_id: str, part: int, content: bytes) -> bool:
        """Store a part, over what is there; False when the recording is not being fetched any more."""

    async def part(self, recording_id: str, part: int) -> bytes:
        """One part; nothing where there is none."""

    async def delete(self, recording_id: str) -> None:
        """Forget a recording and its bytes."""
