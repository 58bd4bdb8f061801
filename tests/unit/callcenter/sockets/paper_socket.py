"""A socket that writes down what is sent to it, and reads only as long as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
from aiohttp import ClientConnectionResetError, WSMessage, WSMsgType, web

from callcenter.http.outbox import Outbox
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import MESSAGE, Line
from callcenter.tasks import owned
from routing.ids import ContactId, DetailId
from routing.model import Party


class PaperSocket:
    """What an outbox and a frame stream use of a web socket."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed = False
        self.close_reason = b""
        self.is_gone = False
        self.reads = asyncio.Event()
        self.reads.set()
        self.arriving: asyncio.Queue[WSMessage] = asyncio.Queue()

    async def send_frame(self, frame: bytes, kind: WSMsgType) -> None:
        """Held up while the other side does not read."""
        assert kind is WSMsgType.TEXT
        await self.reads.wait()
        if self.is_gone:
            raise ClientConnectionResetError("gone")
        self.sent.append(msgspec.json.decode(frame))

    async def close(self, *, code: int, message: bytes) -> None:
        """The server closes."""
        assert code == 4000
        self.closed, self.close_reason = True, message

    async def receive(self) -> WSMessage:
        """What the other side sends."""
        return await self.arriving.get()

    def arrives(self, text: str | bytes, kind: WSMsgType = WSMsgType.TEXT) -> None:
        """The other side has sent this."""
        self.arriving.put_nowait(WSMessage(kind, text, None))

    @property
    def as_socket(self) -> web.WebSocketResponse:
        """For those who ask for the real thing."""
        return cast("web.WebSocketResponse", self)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Frames of a type."""
        return [frame for frame in self.sent if frame["type"] == kind]

    @property
    def kinds(self) -> list[str]:
        """The frames' types in order."""
        return [str(frame["type"]) for frame in self.sent]


@asynccontextmanager
async def paper() -> AsyncIterator[tuple[PaperSocket, Outbox]]:
    """A socket and its outbox at work."""
    socket = PaperSocket()
    outbox = Outbox(socket.as_socket)
    async with owned(outbox.run(), "outbox"):
        yield socket, outbox


async def settle() -> None:
    """Let everything run that needs no time."""
    for _ in range(10):
        await asyncio.sleep(0)


def message_row(contact: str, seq: int, text: str = "hi") -> Detail:
    """A stored message."""
    body = msgspec.json.encode(Line(Party.CUSTOMER, "Carol", text))
    return Detail(ContactId(contact), DetailId(f"d{seq}"), MESSAGE, body, 5, seq)
