"""What every socket of ours does: say hello in time, frames within bounds, a way out that never blocks.

Liveness is aiohttp's heartbeat: a ping every 10 s, and a peer that does not answer within half of it is gone.
No per-message compression: it costs more memory for each socket than its traffic is worth.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import msgspec
import structlog
from aiohttp import WSMsgType, web

from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.limits import (
    SOCKET_FRAME_BYTES_MAX,
    SOCKET_FRAMES_PER_10S_MAX,
    SOCKET_HELLO_TIMEOUT_MS,
    SOCKET_PING_EVERY_MS,
)
from callcenter.ports.errors import StorageUnavailable
from callcenter.tasks import fault_of
from callcenter.texts import NUL_IN_JSON, storable_message

F = TypeVar("F")

_log = structlog.get_logger("callcenter.sockets")

_NUL = NUL_IN_JSON.decode()


async def hold(conversation: Awaitable[None], outbox: Outbox) -> None:
    """The boundary of an open socket: whatever goes wrong in its conversation becomes a goodbye.

    Like the boundary of a request, it must not let a fault write anything else into the socket.
    """
    try:
        await conversation
    except StorageUnavailable:
        outbox.close(ApiErrorCode.STORAGE_UNAVAILABLE, "The store cannot be read now.")
    except Exception as error:  # noqa: BLE001 - the boundary: a goodbye instead of a broken frame
        _log.error("socket_failed", **fault_of(error))
        outbox.close(ApiErrorCode.INTERNAL_ERROR, "Something went wrong; this page reconnects.")


class FrameStream(Generic[F]):
    """The frames of one socket, decoded, counted and checked; ends when the socket does."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        outbox: Outbox,
        decoder: msgspec.json.Decoder[F],
        monotonic_s: Callable[[], float],
    ) -> None:
        """`monotonic_s` measures the rate of frames."""
        self._socket = socket
        self._outbox = outbox
        self._decoder = decoder
        self._monotonic_s = monotonic_s
        self._recent: deque[float] = deque(maxlen=SOCKET_FRAMES_PER_10S_MAX)

    async def hello(self) -> F | None:
        """The first frame, or None after saying goodbye to a socket that sends none."""
        try:
            async with asyncio.timeout(SOCKET_HELLO_TIMEOUT_MS / 1000):
                return await self.next()
        except TimeoutError:
            self._outbox.close(ApiErrorCode.HELLO_MISSING, "The first frame must be a hello.")
            return None

    async def next(self) -> F | None:
        """The next frame, or None when the socket is closed or has to be."""
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT:
            if message.type is WSMsgType.BINARY:
                self._outbox.close(ApiErrorCode.FRAME_INVALID, "Frames are JSON text.")
            return None
        now_s = self._monotonic_s()
        if len(self._recent) == SOCKET_FRAMES_PER_10S_MAX and now_s - self._recent[0] < 10:
            self._outbox.close(ApiErrorCode.TOO_MANY_FRAMES, "Too many frames in ten seconds.")
            return None
        self._recent.append(now_s)
        try:
            frame = self._decoder.decode(message.data)
            return storable_message(frame, self._decoder.type) if _NUL in message.data else frame
        except (msgspec.MsgspecError, RecursionError) as error:
            where = str(error) if isinstance(error, msgspec.ValidationError) else "no valid JSON"
            self._outbox.close(
                ApiErrorCode.FRAME_INVALID, f"The frame was not understood: {where}."
            )
            return None


def new_socket() -> web.WebSocketResponse:
    """A server socket with our bounds."""
    return web.WebSocketResponse(
        heartbeat=SOCKET_PING_EVERY_MS / 1000,
        max_msg_size=SOCKET_FRAME_BYTES_MAX,
        compress=False,
        timeout=2,
    )
