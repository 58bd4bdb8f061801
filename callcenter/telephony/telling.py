"""From an adapter into the store: each event numbered within its call, told once, and stored in order.

Numbers and what has been told go on where the stored events of open calls end, so a restart repeats nothing.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

import msgspec
import structlog

from callcenter.host.envelope import HostError, HostUnavailable
from callcenter.ports.errors import StorageError
from callcenter.telephony import limits
from callcenter.telephony.protocol import OWN, PbxEvent

_log = structlog.get_logger("callcenter.telephony")

ID_CHARACTERS_MAX = 64


class Teller:
    """One for a connection. `run` stores."""

    def __init__(self, store: Callable[[Sequence[PbxEvent]], Awaitable[None]]) -> None:
        """`store` returns when all of them are stored."""
        self._store = store
        self._numbers: dict[str, int] = {}
        self._told: dict[str, set[str]] = {}
        self._waiting: deque[PbxEvent] = deque()
        self._wake = asyncio.Event()
        self._told_count = 0
        self._stored_count = 0
        self._stored = asyncio.Condition()
        self._is_closed = False

    def remember(self, event: PbxEvent) -> None:
        """An event that was stored before the start."""
        self._told.setdefault(event.call_id, set()).add(event.event_id)
        if event.type not in OWN:
            self._numbers[event.call_id] = max(self._numbers.get(event.call_id, 0), event.n)

    def tell(self, event: PbxEvent) -> None:
        """Store it soon, unless it has been told. Its number is given here."""
        event_id = event.event_id
        if len(event_id) > ID_CHARACTERS_MAX:
            event_id = sha256(event_id.encode()).hexdigest()[:32]
        told = self._told.setdefault(event.call_id, set())
        if event_id in told:
            return
        told.add(event_id)
        number = 0
        if event.type not in OWN:
            number = self._numbers[event.call_id] = self._numbers.get(event.call_id, 0) + 1
        self._waiting.append(msgspec.structs.replace(event, event_id=event_id, n=number))
        self._told_count += 1
        self._wake.set()

    async def stored(self) -> None:
        """Returns once everything told so far is stored. Raises HostUnavailable at the end; whoever waits sets the bound."""
        count = self._told_count
        async with self._stored:
            await self._stored.wait_for(lambda: self._stored_count >= count or self._is_closed)
        if self._stored_count < count:
            raise HostUnavailable

    def forget(self, call_id: str) -> None:
        """The call is over, and everything of it is told."""
        self._told.pop(call_id, None)
        self._numbers.pop(call_id, None)

    async def run(self) -> None:
        """Until cancelled. What is not known to be stored is handed in again: the store takes each once."""
        try:
            await self._store_all()
        finally:
            self._is_closed = True
            async with self._stored:
                self._stored.notify_all()

    async def _store_all(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = list(self._waiting)[: limits.EVENTS_PER_STORE]
                try:
                    await self._store(batch)
                except (HostError, StorageError):
                    _log.warning("call_events_not_stored", events=len(self._waiting))
                    await asyncio.sleep(limits.STORE_RETRY_MS / 1000)
                    continue
                for _ in batch:
                    self._waiting.popleft()
                self._stored_count += len(batch)
                async with self._stored:
                    self._stored.notify_all()
