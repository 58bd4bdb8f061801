"""Calls and what is told of them, in memory: see `store`."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from callcenter.ports.calls import CallCount, CallEvent, CallRow
from callcenter.storage.memory.disk import Disk
from routing.ids import ContactId

HOUR_MS: Final = 3_600_000


class MemoryCallLog:
    """`ports.calls.CallLog` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._events: dict[tuple[str, str], CallEvent] = {}
        self._calls: dict[tuple[str, str], CallRow] = {}

    async def append(self, events: Sequence[CallEvent]) -> list[bool]:
        """Store what is new."""
        self._disk.check()
        return [self._add(event) for event in events]

    def _add(self, event: CallEvent) -> bool:
        name, call = (event.connection_id, event.event_id), (event.connection_id, event.call_id)
        if event.call_id and call not in self._calls:
            self._calls[call] = CallRow(*call, event.contact_id, event.received_at_ms)
        is_new = self._events.setdefault(name, event) is event
        row = self._calls.get(call)
        return is_new and (row is None or row.ended_at_ms is None)

    async def open_calls(self) -> list[CallRow]:
        """Those that have not ended."""
        opened = [row for row in self._calls.values() if row.ended_at_ms is None]
        return sorted(opened, key=lambda row: (row.begun_at_ms, row.contact_id))

    async def of_call(self, row: CallRow) -> list[CallEvent]:
        """As they came."""
        call = (row.connection_id, row.call_id)
        told = [one for one in self._events.values() if (one.connection_id, one.call_id) == call]
        return sorted(told, key=lambda one: (one.received_at_ms, one.event_id))

    async def get(self, contact_id: ContactId) -> CallRow | None:
        """By contact."""
        return next((row for row in self._calls.values() if row.contact_id == contact_id), None)

    async def finish(self, rows: Sequence[CallRow]) -> None:
        """Replace the rows."""
        self._disk.check()
        for row in rows:
            self._calls[row.connection_id, row.call_id] = row

    async def counts(self, since_ms: int) -> list[CallCount]:
        """Counted one by one."""
        begun = [row for row in self._calls.values() if row.begun_at_ms >= since_ms]
        all_of: Counter[tuple[str, str, int]] = Counter()
        blocked: Counter[tuple[str, str, int]] = Counter()
        for row in begun:
            key = (row.connection_id, row.number, row.begun_at_ms // HOUR_MS * HOUR_MS)
            all_of[key] += 1
            blocked[key] += row.is_blocked
        return [CallCount(*key, all_of[key], blocked[key]) for key in sorted(all_of)]

    async def forget_events(self, before_ms: int) -> int:
        """Delete them."""
        self._disk.check()
        opened = {row.contact_id for row in self._calls.values() if row.ended_at_ms is None}
        old = [
            name
            for name, event in self._events.items()
            if event.received_at_ms < before_ms and event.contact_id not in opened
        ]
        for name in old:
            del self._events[name]
        return len(old)
