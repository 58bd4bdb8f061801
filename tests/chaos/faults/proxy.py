"""A TCP proxy that can turn into a black hole: bytes go in, nothing comes out, nobody is told."""

import asyncio
import contextlib
from typing import Self


class BlackHoleProxy:
    """Forwards one loopback port to another until `swallow`."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._forwarding = asyncio.Event()
        self._forwarding.set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    def swallow(self) -> None:
        """From now on nothing is forwarded and nothing is closed."""
        self._forwarding.clear()

    def forward(self) -> None:
        """New connections work again; what was swallowed is gone."""
        self._forwarding.set()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        for pair in ((reader, server_writer), (server_reader, writer)):
            task = asyncio.create_task(self._pump(*pair))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if not self._forwarding.is_set():
                    continue
                writer.write(data)
                await writer.drain()
            await self._forwarding.wait()
        except ConnectionError:
            pass
        finally:
            with contextlib.suppress(OSError):
                writer.close()
