"""A client's socket: one at a time, reopened with back-off until stopped, and waiting for what it brings."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable

import aiohttp

from loadtests.http_link import HTTPLink, Json, Refused
from loadtests.observing import Observer, ignore

Predicate = Callable[[], bool]


class SocketClient:
    """What both sides share: one socket at a time, reopened with back-off until `stop`."""

    path = ""

    def __init__(self, link: HTTPLink, observer: Observer = ignore) -> None:
        self.link = link
        self.observer = observer
        self.sockets_opened = 0
        self.last_bye = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._is_stopping = False
        self._hold_off_s = 0.0
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Keep the socket open until `stop`; raises Refused when the server will never let us in."""
        self._is_stopping = False
        attempt = 0
        while not self._is_stopping:
            opened_before = self.sockets_opened
            try:
                await self._one_socket()
            except aiohttp.WSServerHandshakeError as error:
                if error.status < 500 and error.status != 429:
                    raise Refused(f"socket {self.path}: {error.status}") from error
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass  # the server is away: that is what the back-off is for
            attempt = 1 if self.sockets_opened > opened_before else attempt + 1
            if not self._is_stopping:
                wait_s, self._hold_off_s = max(self.link.backoff_s(attempt), self._hold_off_s), 0.0
                await asyncio.sleep(wait_s)

    async def _one_socket(self) -> None:
        async with await self.link.open_socket(self.path) as socket:
            self._socket = socket
            self.sockets_opened += 1
            try:
                await socket.send_json(self.hello())
                await self.greeted()
                if self._is_stopping:
                    return
                async for frame in socket:
                    if frame.type is not aiohttp.WSMsgType.TEXT:
                        break
                    if not self._take(json.loads(frame.data)):
                        break
            finally:
                self._socket = None
                self._pulse()

    def _take(self, frame: Json) -> bool:
        """Pass a frame on; False when this was the last one we want."""
        if frame["type"] == "bye":
            self.last_bye = str(frame["code"])
            self._is_stopping = self._is_stopping or self.last_bye == "session_ended"
        self.receive(frame)
        self._pulse()
        return not self._is_stopping

    def _pulse(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def hello(self) -> Json:
        """The first frame."""
        raise NotImplementedError

    async def greeted(self) -> None:
        """The socket is open and hello is sent: send again what is owed."""

    def receive(self, frame: Json) -> None:
        """One frame of the server."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """A socket is open now."""
        return self._socket is not None and not self._socket.closed

    async def send(self, frame: Json) -> bool:
        """Send on the open socket; False when there is none (then whatever matters is sent again later)."""
        socket = self._socket
        if socket is None or socket.closed:
            return False
        try:
            await socket.send_json(frame)
        except (aiohttp.ClientError, ConnectionError):
            return False
        return True

    async def stop(self) -> None:
        """Close politely and stay away."""
        self._is_stopping = True
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._socket.close()
        self._pulse()

    def drop(self) -> None:
        """Lose the connection without a word, as a closed laptop does; `run` opens another."""
        socket = self._socket
        transport = socket.get_extra_info("transport") if socket is not None else None
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    def hold_off(self, seconds: float) -> None:
        """Stay away at least that long after the socket is lost the next time."""
        self._hold_off_s = seconds

    async def until(self, is_true: Predicate, deadline_s: float) -> bool:
        """Wait until something received makes `is_true`; False at the deadline."""
        end_s = time.monotonic() + deadline_s
        while not is_true():
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return False
            # Not wait_for: in Python 3.11 it may swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, 0.5)):
                    await self._changed.wait()
        return True
