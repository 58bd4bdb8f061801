"""Events on their way into the store, many deliveries in one transaction, and from there to the book of calls.

Only what is stored is acknowledged, and only what is stored is acted on.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from callcenter.clock import Clock
from callcenter.host.envelope import HostOverloaded, HostUnavailable
from callcenter.ports.calls import CallEvent, CallLog
from callcenter.ports.errors import StorageError
from callcenter.telephony.book import CallBook, contact_id_of
from callcenter.telephony.limits import EVENTS_PER_COMMIT, EVENTS_WAITING_MAX, GATHER_MS
from callcenter.telephony.protocol import EventType, PbxEvent, encoded

_Waiter = asyncio.Future[None]
_Waiting = tuple[CallEvent, float, _Waiter]


class EventIntake:
    """One for a domain. `run` stores; whoever delivers waits for it."""

    def __init__(self, domain_id: str, log: CallLog, book: CallBook, clock: Clock) -> None:
        self._domain_id = domain_id
        self._log = log
        self._book = book
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._is_closed = False
        self._received = 0
        self._wake = asyncio.Event()
        self._next_s = 0.0

    async def store(self, connection_id: str, events: Sequence[PbxEvent]) -> None:
        """Returns when all of them are stored. Raises HostOverloaded, HostUnavailable, StorageError: not known to be stored."""
        if self._is_closed:
            raise HostUnavailable
        if len(self._waiting) >= EVENTS_WAITING_MAX:
            raise HostOverloaded
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        came_s = self._clock.monotonic_s()
        for event in events:
            for row in self._rows(connection_id, event):
                self._waiting.append((row, came_s, waiter))
        self._wake.set()
        await waiter

    def _rows(self, connection_id: str, event: PbxEvent) -> list[CallEvent]:
        """What is stored: the event, and for a phone system that has restarted the loss of each of its calls."""
        rows = [self._row(connection_id, event)]
        if event.type == EventType.PBX_RESTARTED:
            for call in self._book.calls_of(connection_id):
                event_id = f"{event.event_id}/{call.contact_id}"
                lost = PbxEvent(EventType.CALL_LOST, event_id, call.call_id)
                rows.append(self._row(connection_id, lost))
        return rows

    def _row(self, connection_id: str, event: PbxEvent) -> CallEvent:
        contact_id = contact_id_of(self._domain_id, connection_id, event.call_id)
        now_ms = self._clock.now_ms()
        self._received += 1
        body = encoded(
            msgspec.structs.replace(event, received_at_ms=now_ms, received_n=self._received)
        )
        return CallEvent(connection_id, event.event_id, event.call_id, contact_id, now_ms, body)

    async def run(self) -> None:
        """Until cancelled; from then on nothing is taken."""
        batch: list[_Waiting] = []
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._gather()
                    count = min(len(self._waiting), EVENTS_PER_COMMIT)
                    batch = [self._waiting.popleft() for _ in range(count)]
                    await self._commit(batch)
                    batch = []
        finally:
            self._is_closed = True
            _fail([*batch, *self._waiting], HostUnavailable())
            self._waiting.clear()

    async def _gather(self) -> None:
        """Not before GATHER_MS after the commit before: what comes meanwhile shares this one's cost."""
        rest_s = self._next_s - self._clock.monotonic_s()
        if rest_s > 0:
            await asyncio.sleep(rest_s)
        self._next_s = self._clock.monotonic_s() + GATHER_MS / 1000

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            news = await self._log.append([event for event, _, _ in batch])
        except StorageError as error:
            _fail(batch, error)
            return
        for (event, came_s, _), is_new in zip(batch, news, strict=True):
            if is_new:
                self._book.take(event, came_s)
        for (_, _, waiter), following in zip(batch, [*batch[1:], None], strict=True):
            is_last = following is None or following[2] is not waiter
            if is_last and not waiter.done() and not self._waits_on(waiter):
                waiter.set_result(None)

    def _waits_on(self, waiter: _Waiter) -> bool:
        """Whether the rest of this delivery is in the next transaction."""
        return bool(self._waiting) and self._waiting[0][2] is waiter


def _fail(waiting: Iterable[_Waiting], error: Exception) -> None:
    for _, _, waiter in waiting:
        if not waiter.done():
            waiter.set_exception(error)
