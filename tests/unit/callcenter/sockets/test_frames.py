"""What comes in over a socket: a hello in time, frames within bounds."""

import asyncio
from typing import Any

import msgspec
import pytest
from aiohttp import WSMsgType

from agents.protocol import FromConsole, Hello, Typing
from callcenter.http.outbox import Outbox
from callcenter.http.sockets import FrameStream, hold, new_socket
from callcenter.limits import (
    SOCKET_FRAME_BYTES_MAX,
    SOCKET_FRAMES_PER_10S_MAX,
    SOCKET_HELLO_TIMEOUT_MS,
)
from callcenter.ports.errors import StorageUnavailable
from tests.unit.callcenter.sockets.paper_socket import PaperSocket

pytestmark = pytest.mark.looptime

TYPING = '{"type":"typing","contact_id":"c1"}'


class Line:
    """A stream over a paper socket."""

    def __init__(self) -> None:
        self.socket = PaperSocket()
        self.outbox = Outbox(self.socket.as_socket)
        decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromConsole)
        loop_time = asyncio.get_running_loop().time
        self.stream = FrameStream(self.socket.as_socket, self.outbox, decoder, loop_time)

    @property
    def bye(self) -> str | None:
        """The code of the goodbye that was said."""
        return None if self.outbox._bye is None else self.outbox._bye.code


async def test_frames_are_decoded() -> None:
    line = Line()
    line.socket.arrives('{"type":"hello","version":1,"messages_after":{"c1":4}}')
    line.socket.arrives(TYPING)
    assert await line.stream.hello() == Hello(1, {"c1": 4})
    assert await line.stream.next() == Typing("c1")
    assert line.bye is None


async def test_a_hello_that_does_not_come() -> None:
    line = Line()
    started_s = asyncio.get_running_loop().time()
    assert await line.stream.hello() is None
    waited_s = asyncio.get_running_loop().time() - started_s
    assert waited_s == pytest.approx(SOCKET_HELLO_TIMEOUT_MS / 1000, abs=0.01)
    assert line.bye == "hello_missing"


@pytest.mark.parametrize("kind", [WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR])
async def test_a_socket_that_closes_ends_the_stream(kind: WSMsgType) -> None:
    line = Line()
    line.socket.arrives("", kind)
    assert await line.stream.next() is None
    assert line.bye is None


async def test_binary_frames_are_not_spoken() -> None:
    line = Line()
    line.socket.arrives(TYPING.encode(), WSMsgType.BINARY)
    assert await line.stream.next() is None
    assert line.bye == "frame_invalid"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "no valid JSON"),
        ('{"type":"typing"}', "missing required field `contact_id`"),
        ('{"type":"hello","version":"1"}', "$.version"),
        ('{"type":' + "[" * 100_000, "no valid JSON"),
    ],
)
async def test_what_is_not_understood_is_said(text: str, told: str) -> None:
    line = Line()
    line.socket.arrives(text)
    assert await line.stream.next() is None
    assert line.bye == "frame_invalid"
    assert line.outbox._bye is not None
    assert told in line.outbox._bye.message


async def test_frames_are_counted_over_ten_seconds() -> None:
    line = Line()
    for _ in range(3):
        for _ in range(SOCKET_FRAMES_PER_10S_MAX):
            line.socket.arrives(TYPING)
            assert await line.stream.next() is not None
        await asyncio.sleep(10)
    for _ in range(SOCKET_FRAMES_PER_10S_MAX):
        line.socket.arrives(TYPING)
        assert await line.stream.next() is not None
        await asyncio.sleep(0.049)
    line.socket.arrives(TYPING)
    assert await line.stream.next() is None
    assert line.bye == "too_many_frames"


async def test_bounds_of_a_socket() -> None:
    socket = new_socket()
    assert socket._max_msg_size == SOCKET_FRAME_BYTES_MAX
    assert socket._heartbeat == 10
    assert socket._compress is False


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StorageUnavailable("full"), "storage_unavailable"),
        (LookupError("a fault of ours"), "internal_error"),
    ],
)
async def test_what_goes_wrong_in_a_conversation_becomes_a_goodbye(
    fault: Exception, code: str
) -> None:
    line = Line()

    async def conversation() -> None:
        raise fault

    await hold(conversation(), line.outbox)
    assert line.bye == code
