"""The way to one phone system: commands by HTTP, signed, in order for each call, repeated inside their time.

Theory: so many lanes (`lanes.py`) deliver at once. A phone system that does not answer several times in a row is left alone for a moment,
so that a dead one costs a few tries a second and nothing else; an emergency call is tried all the same.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from callcenter.clock import Clock
from callcenter.telephony.fetching import is_deleted, taken
from callcenter.telephony.lanes import Lanes
from callcenter.telephony.limits import (
    BREAKER_FAULTS,
    BREAKER_MS,
    FETCH_WAIT_MS,
    ORDER_WAIT_MS,
    ORDERS_AT_ONCE,
    RETRY_FIRST_MS,
    RETRY_MAX_MS,
)
from callcenter.telephony.ports import Errand, Fetched, Undelivered
from callcenter.telephony.protocol import order_body
from callcenter.telephony.signing import Keys
from callcenter.telephony.wanted import UNDELIVERED

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
        self._lanes = Lanes(self._deliver, on_undelivered, on_sent)
        self._at_once = asyncio.Semaphore(ORDERS_AT_ONCE)
        self._faults = 0
        self._closed_until_ms = 0
        self._session: ClientSession | None = None

    @property
    def waiting(self) -> int:
        """Commands not delivered yet."""
        return self._lanes.waiting

    @property
    def is_up(self) -> bool:
        """Until several tries in a row have found nobody."""
        return self._faults < BREAKER_FAULTS

    def send(self, errand: Errand) -> None:
        """Put it at the end of its call's lane."""
        self._lanes.send(errand)

    async def run(self) -> None:
        """Until cancelled."""
        timeout = ClientTimeout(total=ORDER_WAIT_MS / 1000)
        # No phone system is told what another one has set, and looking for it costs each command its share.
        plain = ClientSession(timeout=timeout, cookie_jar=DummyCookieJar())
        async with plain as session:
            self._session = session
            try:
                await self._lanes.run()
            finally:
                self._session = None

    # --- recordings ---

    async def fetch_recording(
        self, recording_id: str, put: Callable[[bytes], Awaitable[bool]]
    ) -> Fetched:
        """Asked for as commands are: signed, under the recording's id."""
        session = self._session
        if session is None:
            raise OSError("not running")
        url, headers = self._recording(recording_id)
        wait = ClientTimeout(total=FETCH_WAIT_MS / 1000)
        try:
            async with session.get(
                url, headers=headers, timeout=wait, allow_redirects=False
            ) as answer:
                return await taken(answer, put)
        except (ClientError, ValueError) as error:
            raise OSError("not reached") from error

    async def delete_recording(self, recording_id: str) -> bool:
        """Told once; whoever keeps what we have fetched already does no harm."""
        session = self._session
        if session is None:
            return False
        url, headers = self._recording(recording_id)
        try:
            async with session.delete(url, headers=headers, allow_redirects=False) as answer:
                return is_deleted(answer.status)
        except (ClientError, TimeoutError, OSError, ValueError):
            return False

    def _recording(self, recording_id: str) -> tuple[str, dict[str, str]]:
        url = f"{self._control_url().rstrip('/')}/recordings/{quote(recording_id, safe='')}"
        return url, self._keys.headers(recording_id, b"", self._clock.world_ms())

    async def _deliver(self, errand: Errand) -> str:
        """Nothing when the phone system has taken it, else why not."""
        wait_ms = RETRY_FIRST_MS
        while True:
            is_emergency = errand.order.is_emergency
            if is_emergency or self._closed_until_ms <= self._clock.now_ms():
                async with contextlib.nullcontext() if is_emergency else self._at_once:
                    status = await self._try(errand)
                self._note(status)
                if 200 <= status < 300:
                    return ""
                if 400 <= status < 500 and status not in _TRY_AGAIN:
                    return REFUSED
            if self._clock.now_ms() + wait_ms > errand.until_ms:
                return UNDELIVERED
            await asyncio.sleep(wait_ms / 1000)
            wait_ms = min(wait_ms * 2, RETRY_MAX_MS)

    async def _try(self, errand: Errand) -> int:
        """The status of the answer; 0 for none."""
        session = self._session
        if session is None:
            return 0
        body = order_body(errand.order)
        headers = self._keys.headers(errand.order.command_id, body, self._clock.world_ms())
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
