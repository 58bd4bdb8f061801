"""A proxy between us and a PostgreSQL server that can lose what the server says, or what we say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Proxy:
    """One listening port; every connection to it is passed on to the server."""

    def __init__(self, url: str) -> None:
        """`url` is the database's own."""
        parts = urlsplit(url)
        self._socket = Path(parse_qs(parts.query).get("host", [""])[0])
        self._host, self._port = parts.hostname or "", parts.port or 5432
        self._user = parts.netloc.rpartition("@")[0]
        self._database = parts.path
        self._pairs: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[tuple[asyncio.StreamWriter, bytes]] = []
        self.port = 0
        self.loses_answers_to = b""
        """A server's answers are dropped, and the connection too, once we have said this."""
        self.holds = b""
        """What we say is kept back from here on, and our connection lost, once we have said this."""
        self.is_silent = False
        """Nothing is passed on any more, and nothing is lost."""

    @property
    def url(self) -> str:
        """The database, through here."""
        return f"postgresql://{self._user}@127.0.0.1:{self.port}{self._database}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of ours."""
        if self._socket.name:
            server = await asyncio.open_unix_connection(self._socket / f".s.PGSQL.{self._port}")
        else:
            server = await asyncio.open_connection(self._host, self._port)
        self._pairs.append((writer, server[1]))
        link = _Link(self, writer, server[1])
        for pump in (link.from_us(reader), link.from_server(server[0])):
            task = asyncio.get_running_loop().create_task(pump)
            self._tasks.add(task)

    def release(self) -> None:
        """Pass on what was held back."""
        for server, said in self._held:
            server.write(said)

    def hold(self, server: asyncio.StreamWriter, said: bytes) -> None:
        """Keep this back."""
        self._held.append((server, said))

    async def close(self) -> None:
        """Cut everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for pair in self._pairs:
            for writer in pair:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()


class _Link:
    """One connection, both ways."""

    def __init__(
        self, proxy: Proxy, us: asyncio.StreamWriter, server: asyncio.StreamWriter
    ) -> None:
        self._proxy, self._us, self._server = proxy, us, server
        self._is_lost = False

    async def from_us(self, reader: asyncio.StreamReader) -> None:
        """What we say."""
        proxy = self._proxy
        while said := await reader.read(65_536):
            if proxy.is_silent:
                continue
            if proxy.holds and proxy.holds in said:
                proxy.hold(self._server, said)
                self._us.close()
                return
            if proxy.loses_answers_to and proxy.loses_answers_to in said:
                self._is_lost = True
            self._server.write(said)
        if not proxy.is_silent:
            self._server.close()

    async def from_server(self, reader: asyncio.StreamReader) -> None:
        """What the server answers."""
        while answer := await reader.read(65_536):
            if self._is_lost:
                break
            if not self._proxy.is_silent:
                self._us.write(answer)
        self._us.close()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """A running proxy to a database."""
    proxy = Proxy(url)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
