"""The door for SIP: a page's messages to the phone system and back, for the phone its token is for.

The page needs no address of the phone system, nor its certificate; the phone system need not be reachable from pages.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    DummyCookieJar,
    WSMsgType,
    web,
)

from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.serving import Guard
from callcenter.limits import SOCKET_PING_EVERY_MS
from callcenter.tasks import owned
from callcenter.telephony.browser import limits
from callcenter.telephony.browser.phones import BrowserPhones, Phone, unreachable
from callcenter.telephony.browser.ports import PhonesUnreachable
from callcenter.telephony.browser.sip import registration

PATH: Final = "/api/v1/phone/sockets/{token}"
_SIP: Final = ("sip",)
_REFUSED: Final = 1008
_LOST: Final = 1012


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSockets:
    """What pages' sockets stand on."""

    phones: BrowserPhones
    guard: Guard
    monotonic_s: Callable[[], float]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """An agent's page is let in by session and token, a customer's by its token alone, from any site."""
        phone = self.phones.of_token(request.match_info["token"])
        if phone is None:
            raise ApiError(ApiErrorCode.TOKEN_INVALID, "This phone is over; open it again.")
        if phone.principal is not None:
            self.guard.check_origin(request, is_socket=True)
            caller = await self.guard.caller(request)
            if caller is None or caller.session_hash != phone.principal.session_hash:
                raise ApiError(ApiErrorCode.SESSION_MISSING, "Log in first.")
        try:
            return await self._serve(request, phone)
        except (PhonesUnreachable, ClientError, OSError, TimeoutError) as error:
            raise unreachable() from error

    async def _serve(self, request: web.Request, phone: Phone) -> web.StreamResponse:
        directory = self.phones.directory
        if directory is None:
            raise PhonesUnreachable
        async with ClientSession(cookie_jar=DummyCookieJar()) as http:
            async with asyncio.timeout(limits.UPSTREAM_MS / 1000):
                # A phone system that was restarted meanwhile has forgotten whom it knew.
                await directory.add(phone.account)
                upstream = await http.ws_connect(
                    directory.socket_url,
                    protocols=_SIP,
                    max_msg_size=limits.FRAME_BYTES_MAX,
                    timeout=ClientWSTimeout(ws_close=1.0),
                )
            socket = web.WebSocketResponse(
                protocols=_SIP,
                heartbeat=SOCKET_PING_EVERY_MS / 1000,
                max_msg_size=limits.FRAME_BYTES_MAX,
                compress=False,
                timeout=2,
            )
            await socket.prepare(request)
            await _Relay(phone, socket, upstream, self.monotonic_s).run(self.phones)
            return socket


@dataclass(slots=True)
class _Relay:
    """Two directions at once; the end of either ends both."""

    phone: Phone
    page: web.WebSocketResponse
    upstream: ClientWebSocketResponse
    monotonic_s: Callable[[], float]
    code: int = _LOST
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, phones: BrowserPhones) -> None:
        phones.attach(self.phone, self._end)
        try:
            async with (
                owned(self._down(), "phone system to page"),
                owned(self._up(), "page to phone system"),
            ):
                await self.over.wait()
        finally:
            phones.detach(self.phone, self._end)
            await self.upstream.close()
            with suppress(ClientError, OSError):
                await self.page.close(code=self.code)

    def _end(self, code: int) -> None:
        self.code = code
        self.over.set()

    async def _up(self) -> None:
        recent: deque[float] = deque(maxlen=limits.FRAMES_PER_10S_MAX)
        try:
            async for message in self.page:
                now_s = self.monotonic_s()
                is_flood = len(recent) == recent.maxlen and now_s - recent[0] < 10
                recent.append(now_s)
                if message.type is not WSMsgType.TEXT or is_flood:
                    self.code = _REFUSED
                    return
                if not message.data.strip():
                    continue  # a sign of life
                if not self.phone.gate.admits(message.data):
                    self.code = _REFUSED
                    return
                await self.upstream.send_str(message.data)
        except (ClientError, OSError):
            return
        finally:
            self.over.set()

    async def _down(self) -> None:
        try:
            async for message in self.upstream:
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return
                text = message.data if isinstance(message.data, str) else message.data.decode()
                told = registration(text)
                if told is not None:
                    self.phone.is_registered = told
                await self.page.send_str(text)
        except (ClientError, OSError, UnicodeDecodeError):
            return
        finally:
            self.over.set()
