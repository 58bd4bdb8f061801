"""What is loaded: a throw-away server, a throw-away cluster, or whatever runs already. Each knows how its plug is pulled."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from loadtests.cluster import Cluster
from loadtests.server_process import ServerProcess

READY_S: Final = 60.0


class Target(Protocol):
    """A service at one or more addresses."""

    @property
    def urls(self) -> list[str]:
        """Where people reach it; whoever gets no answer at one goes on to the next."""

    async def pull_plug(self) -> float:
        """Let something die and come back; returns the ms until everything is decided again."""


class OneServer:
    """One process that does everything."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.urls = [server.url]

    async def pull_plug(self) -> float:
        """The server is killed and started again."""
        await self._server.kill()
        return round(1000 * await self._server.start())


class WholeCluster:
    """Two routers, two gateways and a worker."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.urls = [gateway.url for gateway in cluster.gateways]

    async def pull_plug(self) -> float:
        """The machine with the router that decides and the first gateway dies; both are started again."""
        owner, gateway = await self._cluster.until_owned(), self._cluster.gateways[0]
        began_s = time.monotonic()
        await owner.kill()
        await gateway.kill()
        await self._cluster.until_owned(beside=owner)
        took_ms = round(1000 * (time.monotonic() - began_s))
        await owner.spawn()
        await gateway.start(READY_S)
        return took_ms


@asynccontextmanager
async def started(kind: str, folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Target]:
    """A throw-away target: `server` or `cluster`. Raises ServerFailed, NoPostgres, NoRedis."""
    if kind == "cluster":
        async with Cluster(folder, environment=environment) as cluster:
            yield WholeCluster(cluster)
        return
    server = ServerProcess(folder / "data", environment=environment)
    try:
        await server.start()
        yield OneServer(server)
    finally:
        await server.kill()
