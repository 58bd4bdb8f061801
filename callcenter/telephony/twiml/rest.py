"""The provider's REST interface, as far as calls need it: one request at a time, with a deadline, and a breaker before all.

What is asked for may be asked again, but for `ring`: whoever does not hear the answer does not know whether a phone rings.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    encode_basic_auth,
)
from aiohttp.hdrs import AUTHORIZATION

from callcenter.clock import Clock
from callcenter.telephony.limits import BREAKER_FAULTS, BREAKER_MS, ORDERS_AT_ONCE
from callcenter.telephony.twiml import limits
from callcenter.telephony.twiml.lines import FINAL

_log = structlog.get_logger("callcenter.telephony")

_NOT_IN_PROGRESS: Final = 21220
_PHONE_FAULTS: Final = frozenset({21211, 21214, 21215, 21216, 21217, 13223, 13224})
"""What is wrong with the number that is to be rung, not with us."""


class RestLost(Exception):
    """The provider has not done it, or may be asked again."""


class RestUnsure(RestLost):
    """The provider may have done it."""


class RestRefused(Exception):
    """It will never be done. `code` is the provider's own number of the error."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code

    @property
    def blames_phone(self) -> bool:
        """Whether the number that was to be rung is wrong."""
        return self.code in _PHONE_FAULTS


class _Told(msgspec.Struct, frozen=True):
    """An answer: a call, or what is wrong."""

    sid: str = ""
    status: str | int = ""
    code: int | None = None


_TOLD: Final = msgspec.json.Decoder(_Told)


class Account(msgspec.Struct, frozen=True):
    """Who we are to the provider; `tokens` sign its webhooks, the first one is our password."""

    account_sid: str
    tokens: tuple[str, ...]


class Rest:
    """Requests of one account."""

    def __init__(
        self, url: Callable[[], str], account: Account, clock: Clock, on_sign: Callable[[], None]
    ) -> None:
        """`on_sign` is called whenever the provider has done something for us."""
        self._url = url
        self._account = account
        auth = encode_basic_auth(account.account_sid, account.tokens[0])
        self._headers = {AUTHORIZATION: auth}
        self._clock = clock
        self._on_sign = on_sign
        self._at_once = asyncio.Semaphore(ORDERS_AT_ONCE)
        self._faults = 0
        self._closed_until_ms = 0
        self.session: ClientSession | None = None

    @property
    def is_up(self) -> bool:
        """Until several tries in a row have found nobody."""
        return self._faults < BREAKER_FAULTS

    async def ping(self) -> None:
        """Whether the provider lives. Raises RestLost, RestRefused."""
        await self._ask("GET", "")

    async def status_of(self, sid: str) -> str:
        """The state of a call; one that is not known has failed. Raises RestLost."""
        try:
            return str((await self._ask("GET", f"/Calls/{sid}")).status)
        except RestRefused:
            return "failed"

    async def redirect(self, sid: str, url: str) -> bool:
        """Have a call ask for its document; False when the call is over. Raises RestLost."""
        try:
            await self._ask("POST", f"/Calls/{sid}", {"Url": url, "Method": "POST"})
        except RestRefused as refused:
            if refused.code != _NOT_IN_PROGRESS or await self.status_of(sid) in FINAL:
                return False
            raise RestLost from refused  # not answered yet: it will ask by itself
        return True

    async def hang_up(self, sid: str) -> bool:
        """End a call, ringing or talking; False when it is over already. Raises RestLost."""
        try:
            await self._ask("POST", f"/Calls/{sid}", {"Status": "completed"})
        except RestRefused:
            return False
        return True

    async def turn(self, room_sid: str, sid: str, **fields: str) -> bool:
        """Hold or mute one in a conference; False when it is not in it. Raises RestLost."""
        try:
            await self._ask("POST", f"/Conferences/{room_sid}/Participants/{sid}", {**fields})
        except RestRefused:
            return False
        return True

    async def ring(self, fields: dict[str, str | list[str]]) -> str:
        """Place a call: its sid. Raises RestLost, RestUnsure, RestRefused."""
        return (await self._ask("POST", "/Calls", fields)).sid

    async def _ask(
        self, method: str, path: str, fields: dict[str, str | list[str]] | None = None
    ) -> _Told:
        session = self.session
        if session is None or self._closed_until_ms > self._clock.now_ms():
            raise RestLost
        url = (
            f"{self._url().rstrip('/')}/2010-04-01/Accounts/{self._account.account_sid}{path}.json"
        )
        form = [
            (name, one)
            for name, value in (fields or {}).items()
            for one in ([value] if isinstance(value, str) else value)
        ]
        try:
            async with (
                self._at_once,
                session.request(
                    method,
                    url,
                    data=form or None,
                    headers=self._headers,
                    timeout=ClientTimeout(total=limits.ASK_MS / 1000),
                    allow_redirects=False,
                ) as answer,
            ):
                status, body = answer.status, await answer.read()
        except ClientConnectorError as error:
            self._fault()
            raise RestLost from error
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            self._fault()
            raise RestUnsure from error
        return self._judge(status, body)

    def _judge(self, status: int, body: bytes) -> _Told:
        """What an answer means: done, refused for good, or to be asked again."""
        if status == 429:
            raise RestLost
        if status >= 500:
            self._fault()
            raise RestUnsure
        self._faults = 0
        if status in (401, 403):
            _log.error("twilio_refuses", account_sid=self._account.account_sid, status=status)
            raise RestLost
        try:
            told = _TOLD.decode(body)
        except msgspec.MsgspecError:
            told = _Told()
        if not 200 <= status < 300:
            raise RestRefused(told.code or status)
        self._on_sign()
        return told

    def _fault(self) -> None:
        self._faults += 1
        if self._faults >= BREAKER_FAULTS:
            self._closed_until_ms = self._clock.now_ms() + BREAKER_MS
            if self._faults == BREAKER_FAULTS:
                _log.warning("twilio_unreachable", account_sid=self._account.account_sid)
