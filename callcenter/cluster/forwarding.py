"""What a gateway does not answer itself it passes on to the router: whatever needs what only the router has in memory.

That is everything but SERVED_HERE: calls and their phone systems, mail that is written, call-backs, cases, widgets with a flow,
wrap-ups, of which leads are made, and becoming ready, which is refused without a phone. A new route
works in a cluster without being named here. Nobody is let through here: the router looks who it is.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from callcenter.cluster.callers import CALLER, signed
from callcenter.cluster.limits import (
    FORWARD_CONNECT_S,
    FORWARD_FRAME_BYTES_MAX,
    FORWARD_S,
    OWNER_LOOK_EVERY_S,
)
from callcenter.cluster.wire import Owner
from callcenter.host.envelope import RoutingPaused

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

FORWARDED: Final = re.compile(r"/(api|telephony)/")
SERVED_HERE: Final = re.compile(
    r"/api/v1/("
    r"session(/password)?|socket|openapi\.json"
    r"|me/(desk|statistics)"
    r"|offers/[^/]+/(accept|reject)"
    r"|contacts/[^/]+(/(messages|end|transfer|park|resume|wrap-up/extend|directory|priority|assign|move))?"
    r"|chat/(socket|widgets/[^/]+/contacts)"
    r"|queues(/[^/]+(/(close|open|flush))?)?"
    r"|agents(/[^/]+(/(state|skills))?)?"
    r"|configuration|interactions|timeline|audit"
    r"|statistics/.*|users(/.*)?|teams(/.*)?|people|profiles(/.*)?"
    r")"
)

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
    }
)
_OF_SOCKETS: Final = ("sec-websocket-",)


class Forwarder:
    """Passes requests and sockets on. `run` holds the connections."""

    def __init__(self, owner: Callable[[], Owner | None]) -> None:
        """`owner` is the router of the moment."""
        self._owner = owner
        self._secret = b""
        self._under_way: dict[asyncio.Timeout, str] = {}
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """While requests may come."""
        timeout = aiohttp.ClientTimeout(total=FORWARD_S, connect=FORWARD_CONNECT_S)
        async with aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session:
            self._session = session
            yield
            self._session = None

    async def run(self) -> None:
        """Hold the connections until cancelled; what waits for a router that another has taken over from is given up."""
        async with self.opened():
            while True:
                await asyncio.sleep(OWNER_LOOK_EVERY_S)
                self.give_up_old()

    def give_up_old(self) -> None:
        """Whoever waits for another router than that of the moment hears at once that routing is paused, and asks again."""
        owner = self._owner()
        for limit, url in list(self._under_way.items()):
            if owner is not None and url != owner.url:
                del self._under_way[limit]
                limit.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def _while_it_decides(self, url: str) -> AsyncIterator[None]:
        """Around what waits for the router at that address. Raises TimeoutError when another has taken over."""
        async with asyncio.timeout(None) as limit:
            self._under_way[limit] = url
            try:
                yield
            finally:
                self._under_way.pop(limit, None)

    def middleware(
        self, is_served_here: Callable[[web.Request], bool], secret: bytes
    ) -> Middleware:
        """Answers what is to be passed on, within the boundary that turns errors into answers. `secret` is the domain's."""
        self._secret = secret

        @web.middleware
        async def handle(request: web.Request, handler: Next) -> web.StreamResponse:
            if not FORWARDED.match(request.path) or is_served_here(request):
                return await handler(request)
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._socket(request)
            return await self._plain(request)

        return handle

    def _headers(self, request: web.Request) -> dict[str, str]:
        kept = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _HOP_BY_HOP and name.lower() != CALLER.lower()
        }
        return kept | {CALLER: signed(request.remote or "", self._secret)}

    def _target(self) -> tuple[aiohttp.ClientSession, str]:
        """The router of the moment. Raises RoutingPaused."""
        owner = self._owner()
        if self._session is None or owner is None or not owner.url:
            raise RoutingPaused
        return self._session, owner.url

    async def _plain(self, request: web.Request) -> web.StreamResponse:
        session, url = self._target()
        body = request.content if request.can_read_body else None
        try:
            async with (
                self._while_it_decides(url),
                session.request(
                    request.method,
                    url + request.raw_path,
                    headers=self._headers(request),
                    data=body,
                    allow_redirects=False,
                ) as answer,
            ):
                kept = {
                    name: value
                    for name, value in answer.headers.items()
                    if name.lower() not in _HOP_BY_HOP - {"content-encoding"}
                }
                given = web.StreamResponse(status=answer.status, headers=kept)
                await given.prepare(request)
                async for chunk in answer.content.iter_any():
                    await given.write(chunk)
                await given.write_eof()
                return given
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise RoutingPaused from error

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        protocols, (session, url) = _protocols(request), self._target()
        try:
            there = await self._opened_there(request, session, url)
        except aiohttp.WSServerHandshakeError as error:
            return web.Response(status=error.status)
        async with there:
            here = web.WebSocketResponse(
                protocols=protocols, max_msg_size=FORWARD_FRAME_BYTES_MAX, heartbeat=None
            )
            await here.prepare(request)
            await self._relay(here, there, url)
        return here

    async def _relay(
        self,
        here: web.WebSocketResponse,
        there: aiohttp.ClientWebSocketResponse,
        url: str,
        first: str | None = None,
    ) -> None:
        """Pass frames until either side is gone or another router decides: then the page opens its socket again."""
        try:
            async with self._while_it_decides(url):
                await relay(here, there, first)
        except TimeoutError:
            await here.close(code=aiohttp.WSCloseCode.SERVICE_RESTART)

    async def relay_open(
        self, request: web.Request, here: web.WebSocketResponse, first: str
    ) -> bool:
        """Serve a socket that is open here, and has said `first`, by the router; False when it cannot be reached."""
        try:
            session, url = self._target()
            there = await self._opened_there(request, session, url)
        except (RoutingPaused, aiohttp.WSServerHandshakeError):
            return False
        async with there:
            await self._relay(here, there, url, first)
        return True

    async def _opened_there(
        self, request: web.Request, session: aiohttp.ClientSession, url: str
    ) -> aiohttp.ClientWebSocketResponse:
        """The same socket at the router. Raises RoutingPaused, WSServerHandshakeError."""
        headers = {
            name: value
            for name, value in self._headers(request).items()
            if not name.lower().startswith(_OF_SOCKETS)
        }
        try:
            return await session.ws_connect(
                url + request.raw_path,
                headers=headers,
                protocols=_protocols(request),
                max_msg_size=FORWARD_FRAME_BYTES_MAX,
            )
        except aiohttp.WSServerHandshakeError:
            raise
        except (aiohttp.ClientError, TimeoutError) as error:
            raise RoutingPaused from error


async def relay(
    here: web.WebSocketResponse, there: aiohttp.ClientWebSocketResponse, first: str | None = None
) -> None:
    """Pass frames both ways until either side is gone, beginning with one that was read already."""
    if first is not None:
        await there.send_str(first)
    onward = asyncio.ensure_future(_pump(here, there))
    back = asyncio.ensure_future(_pump(there, here))
    try:
        await asyncio.wait((onward, back), return_when=asyncio.FIRST_COMPLETED)
    finally:
        onward.cancel()
        back.cancel()
    await asyncio.wait((onward, back))
    await here.close(code=there.close_code or aiohttp.WSCloseCode.OK)


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pump(source: Socket, target: Socket) -> None:
    async for frame in source:
        try:
            if frame.type is aiohttp.WSMsgType.TEXT:
                await target.send_str(frame.data)
            elif frame.type is aiohttp.WSMsgType.BINARY:
                await target.send_bytes(frame.data)
        except ConnectionError:
            return


def _protocols(request: web.Request) -> tuple[str, ...]:
    named = request.headers.get("Sec-WebSocket-Protocol", "")
    return tuple(each.strip() for each in named.split(",") if each.strip())
