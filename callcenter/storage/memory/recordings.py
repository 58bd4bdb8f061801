"""Recordings of calls, in memory."""

from collections.abc import Sequence

from callcenter.ports.recordings import RecordingRow, RecordingState
from callcenter.storage.memory.disk import Disk
from routing.ids import ContactId


class MemoryRecordings:
    """`ports.recordings.Recordings` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._rows: dict[str, RecordingRow] = {}
        self._parts: dict[tuple[str, int], bytes] = {}

    async def begin(self, row: RecordingRow) -> None:
        """Store one, unless it is there."""
        self._disk.check()
        self._rows.setdefault(row.recording_id, row)

    async def change(self, row: RecordingRow, was: Sequence[str]) -> bool:
        """Replace one."""
        self._disk.check()
        known = self._rows.get(row.recording_id)
        if known is None or known.state not in was:
            return False
        self._rows[row.recording_id] = row
        return True

    async def get(self, recording_id: str) -> RecordingRow | None:
        """By id."""
        return self._rows.get(recording_id)

    async def of_contact(self, contact_id: ContactId) -> list[RecordingRow]:
        """By contact."""
        found = (row for row in self._rows.values() if row.contact_id == contact_id)
        return sorted(found, key=lambda row: (row.began_at_ms, row.recording_id))

    async def opened(self) -> list[RecordingRow]:
        """Those that are being recorded."""
        found = (row for row in self._rows.values() if row.state == RecordingState.OPEN)
        return sorted(found, key=lambda row: row.recording_id)

    async def due(self, now_ms: int, limit: int) -> list[RecordingRow]:
        """By their next instant."""
        found = (row for row in self._rows.values() if row.next_at_ms <= now_ms)
        return sorted(found, key=lambda row: (row.next_at_ms, row.recording_id))[:limit]

    async def next_at_ms(self) -> int | None:
        """The next instant."""
        return min((row.next_at_ms for row in self._rows.values()), default=None)

    async def put_part(self, recording_id: str, part: int, content: bytes) -> bool:
        """Store a part of one that is being fetched."""
        self._disk.check()
        row = self._rows.get(recording_id)
        if row is None or row.state != RecordingState.FETCHING:
            return False
        self._parts[(recording_id, part)] = content
        return True

    async def part(self, recording_id: str, part: int) -> bytes:
        """The bytes of a part."""
        return self._parts.get((recording_id, part), b"")

    async def delete(self, recording_id: str) -> None:
        """Forget one."""
        self._disk.check()
        self._rows.pop(recording_id, None)
        self._parts = {key: one for key, one in self._parts.items() if key[0] != recording_id}
