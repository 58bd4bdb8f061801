"""The way to one phone system: commands by HTTP, signed, in order for each call, repeated inside their time.

Theory: each call with commands under way has a lane that delivers one after another, so a slow call holds up no other;
so many lanes deliver at once. A phone system that does not answer several times in a row is left alone for a moment,
so that a dead one costs a few tries a second and nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from callcenter.clock import Clock
from callcenter.telephony.deciding import UNDELIVERED
from callcenter.telephony.limits import (
    BREAKER_FAULTS,
    BREAKER_MS,
    ORDER_WAIT_MS,
    ORDERS_AT_ONCE,
    ORDERS_WAITING_MAX,
    RETRY_FIRST_MS,
    RETRY_MAX_MS,
)
from callcenter.telephony.ports import Errand, Undelivered
from callcenter.telephony.protocol import order_body
from callcenter.telephony.signing import Keys

_log = structlog.get_logger("callcenter.telephony")

REFUSED: Final = "refused"
_TRY_AGAIN: Final = frozenset({401, 408, 425, 429})
"""Client errors that may pass: keys that are being changed, and a phone system that is busy."""


class PbxLink:
    """`CallControl` over webhooks. `run` delivers; before it runs, commands wait."""

    def __init__(
        self,
        keys: Keys,
        control_url: Callable[[], str],
        clock: Clock,
        *,
        on_undelivered: Undelivered,
        on_sent: Callable[[Errand], None],
    ) -> None:
        """`control_url` is asked at each try: it may be reconfigured. `on_sent` is told before the first try."""
        self.last_sign_ms = clock.now_ms()
        self._keys = keys
        self._control_url = control_url
        self._clock = clock
        self._on_undelivered = on_undelivered
        self._on_sent = on_sent
        self._lanes: dict[str, deque[Errand]] = {}
        self._waiting = 0
        self._at_once = asyncio.Semaphore(ORDERS_AT_ONCE)
        self._faults = 0
        self._closed_until_ms = 0
        self._tasks: asyncio.TaskGroup | None = None
        self._session: ClientSession | None = None

    @property
    def waiting(self) -> int:
        """Commands not delivered yet."""
        return self._waiting

    def send(self, errand: Errand) -> None:
        """Put it at the end of its call's lane."""
        if self._waiting >= ORDERS_WAITING_MAX:
            self._on_undelivered(errand.order, UNDELIVERED)
            return
        self._waiting += 1
        lane = self._lanes.get(errand.order.call_id)
        if lane is not None:
            lane.append(errand)
            return
        self._lanes[errand.order.call_id] = deque([errand])
        self._start(errand.order.call_id)

    async def run(self) -> None:
        """Until cancelled."""
        timeout = ClientTimeout(total=ORDER_WAIT_MS / 1000)
        # No phone system is told what another one has set, and looking for it costs each command its share.
        plain = ClientSession(timeout=timeout, cookie_jar=DummyCookieJar())
        async with plain as session, asyncio.TaskGroup() as tasks:
            self._session, self._tasks = session, tasks
            try:
                for call_id in list(self._lanes):
                    self._start(call_id)
                await asyncio.Event().wait()
            finally:
                self._session = self._tasks = None

    def _start(self, call_id: str) -> None:
        if self._tasks is not None and self._session is not None:
            self._tasks.create_task(self._drain(call_id, self._session))

    async def _drain(self, call_id: str, session: ClientSession) -> None:
        lane = self._lanes[call_id]
        while lane:
            errand = lane[0]
            self._on_sent(errand)
            code = await self._deliver(errand, session)
            lane.popleft()
            self._waiting -= 1
            if code:
                self._on_undelivered(errand.order, code)
        del self._lanes[call_id]

    async def _deliver(self, errand: Errand, session: ClientSession) -> str:
        """Nothing when the phone system has taken it, else why not."""
        wait_ms = RETRY_FIRST_MS
        while True:
            now_ms = self._clock.now_ms()
            if self._closed_until_ms <= now_ms:
                async with self._at_once:
                    status = await self._try(errand, session)
                self._note(status)
                if 200 <= status < 300:
                    return ""
                if 400 <= status < 500 and status not in _TRY_AGAIN:
                    return REFUSED
            if self._clock.now_ms() + wait_ms > errand.until_ms:
                return UNDELIVERED
            await asyncio.sleep(wait_ms / 1000)
            wait_ms = min(wait_ms * 2, RETRY_MAX_MS)

    async def _try(self, errand: Errand, session: ClientSession) -> int:
        """The status of the answer; 0 for none."""
        body = order_body(errand.order)
        headers = self._keys.headers(errand.order.command_id, body, self._clock.now_ms())
        headers["Content-Type"] = "application/json"
        url = f"{self._control_url().rstrip('/')}/commands"
        try:
            async with session.post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (ClientError, TimeoutError, OSError, ValueError):
            return 0

    def _note(self, status: int) -> None:
        if 200 <= status < 500:
            self._faults = 0
            if status < 300:
                self.last_sign_ms = self._clock.now_ms()
            return
        self._faults += 1
        if self._faults >= BREAKER_FAULTS:
            self._closed_until_ms = self._clock.now_ms() + BREAKER_MS
            if self._faults == BREAKER_FAULTS:
                _log.warning("phone_system_unreachable", status=status)
