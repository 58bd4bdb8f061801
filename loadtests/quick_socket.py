"""A desk socket with next to no cost on our side, so that a thousand of them measure the server and not us.

Speaks just enough WebSocket (RFC 6455): upgrade, one masked hello, then counts frames and answers pings.
"""

import asyncio
import base64
import os
import struct
import time

HELLO = b'{"type":"hello","version":1,"messages_after":{}}'
TEXT, PING, PONG = 0x1, 0x9, 0xA


def masked(opcode: int, payload: bytes) -> bytes:
    """One client frame of less than 64 KiB."""
    mask = os.urandom(4)
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload))
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(payload))
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return head + mask + body


class QuickSocket(asyncio.Protocol):
    """One connection: `ready` is completed with the instant of the first desk frame."""

    def __init__(self, port: int, cookie: str) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[float] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.status = b""
        self._port = port
        self._cookie = cookie
        self._buffer = b""
        self._is_upgraded = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade and say hello in the same breath."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP connections are
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /api/v1/socket HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Origin: http://127.0.0.1:{self._port}\r\nCookie: cc_session={self._cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Wait for 101, say hello, then read frames."""
        self._buffer += data
        if not self._is_upgraded:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            self.status = head.split(b"\r\n", 1)[0]
            if b" 101 " not in self.status + b" ":
                self.abort()
                return
            self._is_upgraded, self._buffer = True, rest
            self._write(masked(TEXT, HELLO))
        self._read_frames()

    def _read_frames(self) -> None:
        while len(self._buffer) >= 2:
            opcode, length, start = self._buffer[0] & 0x0F, self._buffer[1] & 0x7F, 2
            if length >= 126:
                width = 2 if length == 126 else 8
                if len(self._buffer) < 2 + width:
                    return
                length = int.from_bytes(self._buffer[2 : 2 + width], "big")
                start = 2 + width
            if len(self._buffer) < start + length:
                return
            payload = self._buffer[start : start + length]
            self._buffer = self._buffer[start + length :]
            self._on_frame(opcode, payload)

    def _on_frame(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._write(masked(PONG, payload))
        elif opcode == TEXT and b'"desk"' in payload[:40] and not self.ready.done():
            self.ready.set_result(time.monotonic())

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits must try again."""
        if not self.closed.done():
            self.closed.set_result(None)
        if not self.ready.done():
            self.ready.set_exception(
                ConnectionError(self.status.decode(errors="replace") or str(exc))
            )
            self.ready.exception()

    def abort(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()
