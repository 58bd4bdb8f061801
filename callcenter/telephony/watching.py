"""Whether phone systems live: asked while they have open calls; without a sign for long, those calls are over.

Also forgets, from time to time, what was told of calls that are over.
"""

import asyncio

import structlog

from callcenter.clock import Clock
from callcenter.host.envelope import HostError
from callcenter.ports.calls import CallLog
from callcenter.ports.errors import StorageError
from callcenter.telephony import limits
from callcenter.telephony.book import CallBook
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.ports import CallControl, Errand
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent

_log = structlog.get_logger("callcenter.telephony")


class PbxWatch:
    """One for a domain."""

    def __init__(
        self,
        controls: dict[str, CallControl],
        book: CallBook,
        *,
        intake: EventIntake,
        log: CallLog,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._book = book
        self._intake = intake
        self._log = log
        self._clock = clock
        self._since_ms: dict[str, int] = {}
        """Since when each phone system has had open calls without a break."""
        clock.on_led(self._since_ms.clear)
        self._pings = 0
        self._forgotten_at_ms = clock.now_ms()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(limits.PING_EVERY_MS / 1000)
            for connection_id, control in self._controls.items():
                await self.look(connection_id, control)
            await self._forget()

    async def look(self, connection_id: str, control: CallControl) -> None:
        """Ask one phone system, or give its calls up."""
        calls, now_ms = self._book.calls_of(connection_id), self._clock.now_ms()
        if not calls:
            self._since_ms.pop(connection_id, None)
            return
        since_ms = self._since_ms.setdefault(connection_id, now_ms)
        if now_ms - max(since_ms, control.last_sign_ms) < limits.LOST_AFTER_MS:
            self._pings += 1
            ping = Order(f"ping.{now_ms}.{self._pings}", OrderKind.PING)
            control.send(Errand(ping, now_ms + limits.ORDER_WAIT_MS))
            return
        _log.error("phone_system_lost", connection_id=connection_id, calls=len(calls))
        lost = [
            PbxEvent(EventType.CALL_LOST, f"lost/{call.contact_id}", call.call_id) for call in calls
        ]
        try:
            await self._intake.store(connection_id, lost)
        except (StorageError, HostError):
            return  # looked at again in a moment

    async def _forget(self) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._forgotten_at_ms < limits.EVENTS_FORGET_EVERY_MS:
            return
        self._forgotten_at_ms = now_ms
        try:
            await self._log.forget_events(now_ms - limits.EVENTS_KEPT_MS)
        except StorageError:
            _log.warning("call_events_not_forgotten")
