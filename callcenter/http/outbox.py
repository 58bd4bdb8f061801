"""A socket's way out: bounded, ordered, and never able to hold up whoever pushes.

Pushers call `push` and go on; one task writes. A reader too slow for its bound is closed with `slow_reader`:
it reconnects and resumes, which costs less than keeping its backlog. Who has much to send (a history) waits for
`room` before each frame.
"""

import asyncio
from collections import deque

import msgspec
from aiohttp import ClientConnectionResetError, web

from agents.protocol import Bye
from callcenter.http.errors import ApiErrorCode
from callcenter.limits import SOCKET_OUTBOX_BYTES_MAX

_ENCODER = msgspec.json.Encoder()
_CLOSE_CODE = 4000
_GOODBYE_S = 2
_ROOM_BYTES = SOCKET_OUTBOX_BYTES_MAX // 2


class Outbox:
    """Frames on their way to one socket."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        """`run` must be running for anything to leave."""
        self._socket = socket
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._bye: Bye | None = None

    def push(self, frame: msgspec.Struct) -> None:
        """Queue a frame, or close the socket if too much is waiting already."""
        if self._bye is None:
            self.push_encoded(_ENCODER.encode(frame))

    def push_encoded(self, frame: bytes) -> None:
        """Queue a frame that is encoded already: many sockets may share its bytes."""
        if self._bye is not None:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._wake.set()
        if self._bytes > _ROOM_BYTES:
            self._has_room.clear()
        if self._bytes > SOCKET_OUTBOX_BYTES_MAX:
            self._frames.clear()
            self.close(ApiErrorCode.SLOW_READER, "This page reads too slowly; it will reconnect.")

    def close(self, code: ApiErrorCode, message: str) -> None:
        """Say goodbye after what is queued, and close."""
        if self._bye is None:
            self._bye = Bye(code, message)
            self._wake.set()
            self._has_room.set()

    async def room(self) -> None:
        """Wait until at most half the bound is queued, or nothing more will leave."""
        await self._has_room.wait()

    async def run(self) -> None:
        """Write until the socket is closed."""
        try:
            while not self._socket.closed:
                await self._wake.wait()
                self._wake.clear()
                while self._frames:
                    frame = self._frames.popleft()
                    self._bytes -= len(frame)
                    await self._socket.send_frame(frame, web.WSMsgType.TEXT)
                    if self._bytes <= _ROOM_BYTES:
                        self._has_room.set()
                if self._bye is not None:
                    await self._socket.send_frame(_ENCODER.encode(self._bye), web.WSMsgType.TEXT)
                    await self._socket.close(code=_CLOSE_CODE, message=self._bye.code.encode())
                    return
        except (ConnectionResetError, ClientConnectionResetError):
            return
        finally:
            self._has_room.set()

    async def finish(self, writing: "asyncio.Task[None]") -> None:
        """Let a goodbye that was said get out, for a short while, before the socket is dropped."""
        if self._bye is not None:
            await asyncio.wait([writing], timeout=_GOODBYE_S)
