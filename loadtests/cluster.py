"""`make cluster`: two routers, two gateways and a worker, with a PostgreSQL and a Redis server of their own.

Everything is on loopback and in one folder that is thrown away in the end. Tests and drills use the same processes from
`Cluster`; Ctrl-C ends them all, gateways first, so that nobody is answered by half a cluster.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, Self

from loadtests.postgres_server import NoPostgres, PostgresServer, postgres_server
from loadtests.redis_server import NoRedis, RedisServer
from loadtests.server_process import (
    DEMO_PASSWORD,
    LATE_PORTS,
    PRODUCT,
    REPOSITORY,
    ServerFailed,
    ServerProcess,
    free_port,
    run_drill,
)
from loadtests.warm import WarmStart

POLL_S: Final = 0.02
LOOK_EVERY_S: Final = 0.5
READY_S: Final = 60.0
LEASE: Final = "{main}:lease:router"


class RoleProcess(ServerProcess):
    """One process of a cluster; all of them share the data directory, and with it the secret key."""

    def __init__(
        self, data_dir: Path, name: str, environment: Mapping[str, str], *, port: int = 0
    ) -> None:
        """`name` is the role, then a number."""
        super().__init__(data_dir, port=port, environment=environment)
        self.name = name
        self.role = name.partition("-")[0]
        self.smtp_port = 0
        self.log = data_dir.parent / f"{self.name}.log"
        demo = ("--demo",) if self.role == "router" else ()
        self.options = (*demo, "--role", self.role)

    async def until_said(self, words: str, deadline_s: float = READY_S) -> None:
        """Wait until it has printed something. Raises ServerFailed."""

        async def has_said_or_ended() -> bool:
            return words in self.output() or not self.is_running

        await until(has_said_or_ended, deadline_s)
        if words not in self.output():
            raise ServerFailed(f"{self.name} has not said {words!r}: {self.output()[-2000:]}")


class Cluster:
    """The processes, their servers, and what may be done to them. Use it as a context."""

    def __init__(
        self,
        folder: Path,
        *,
        postgres: PostgresServer | None = None,
        database_url: str = "",
        environment: Mapping[str, str] | None = None,
        ports: tuple[int, int] = (0, 0),
        router_launcher: Sequence[str] = PRODUCT,
        warm: WarmStart | None = None,
    ) -> None:
        """A database server, or a database that has its tables already, may be given; `ports` are the gateways'.

        `warm` is where processes are forked from, which are else started from nothing.
        """
        self.folder = folder
        self.data_dir = folder / "data"
        self._postgres = postgres
        self._database_url = database_url
        self._has_tables = bool(database_url)
        self._environment = dict(environment or {})
        self._ports = ports
        self._router_launcher = tuple(router_launcher)
        self._warm = warm
        self._stack = AsyncExitStack()
        self.redis: RedisServer
        self.routers: list[RoleProcess] = []
        self.gateways: list[RoleProcess] = []
        self.worker: RoleProcess

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def processes(self) -> list[RoleProcess]:
        """All of them, in the order in which they are ended."""
        return [*self.gateways, *self.routers, self.worker]

    @property
    def database_url(self) -> str:
        """Where everything that lasts is."""
        return self._database_url

    async def owner(self) -> RoleProcess | None:
        """The router that holds the lease; None while nobody of ours does."""
        value = await self.redis.say(f"GET {LEASE}")
        if not value.startswith(b"{"):
            return None
        pid = int(json.loads(value)["process_id"].split("-")[1])
        return next((one for one in self.routers if one.is_running and one.pid == pid), None)

    async def until_owned(
        self, *, beside: RoleProcess | None = None, deadline_s: float = READY_S
    ) -> RoleProcess:
        """The router that decides, once one other than `beside` does and answers. Raises ServerFailed."""
        end_s = time.monotonic() + deadline_s
        while time.monotonic() < end_s:
            owner = await self.owner()
            if owner is not None and owner is not beside and await owner.ask("/readyz") == 200:
                return owner
            await asyncio.sleep(POLL_S)
        said = "\n".join(f"{one.name}: {one.output()[-1000:]}" for one in self.routers)
        raise ServerFailed(f"no router decides after {deadline_s} s: {said}")

    def _router(self, number: int, environment: Mapping[str, str]) -> RoleProcess:
        """A router takes mail at a port of its own, as it would on a machine of its own."""
        port = free_port(ports=LATE_PORTS)
        migrates = str(not self._has_tables).lower()
        own = {"CC_MIGRATES_AT_START": migrates, "CC_SMTP_LISTEN_PORT": str(port)}
        router = RoleProcess(self.data_dir, f"router-{number}", {**environment, **own})
        router.smtp_port, router.launcher = port, self._router_launcher
        return router

    async def _start(self) -> None:
        if not self._database_url:
            postgres = self._postgres or self._stack.enter_context(postgres_server())
            self._database_url = postgres.create()
        self.redis = await self._stack.enter_async_context(RedisServer())
        environment = {
            "CC_DATABASE_URL": self._database_url,
            "CC_REDIS_URL": self.redis.url,
            **self._environment,
        }
        self.routers = [self._router(number, environment) for number in (1, 2)]
        self.gateways = [
            RoleProcess(self.data_dir, f"gateway-{number}", environment, port=port)
            for number, port in enumerate(self._ports, start=1)
        ]
        self.worker = RoleProcess(self.data_dir, "worker-1", environment)
        for one in self.processes:
            one.warm = self._warm
        self._stack.push_async_callback(self._stop)
        (self.data_dir).mkdir(parents=True, exist_ok=True)
        for one in self.routers:
            await one.spawn()
        if not self._has_tables:
            await self.until_owned()  # it has made them
        for one in (self.worker, *self.gateways):
            await one.spawn()
        await asyncio.gather(*(each.until_ready(READY_S) for each in self.gateways))
        await self.worker.until_said("Ready as a worker")
        await self.until_owned()

    async def _stop(self) -> None:
        await self.stop_deciding()
        await self._ended([self.worker])

    async def stop_deciding(self) -> None:
        """End gateways and routers politely; the worker goes on, up to the journal's end."""
        await self._ended(self.gateways)
        await self._ended(self.routers)

    async def _ended(self, processes: Sequence[RoleProcess]) -> None:
        for one in processes:
            one.resume()
        await asyncio.gather(*(one.stop() for one in processes), return_exceptions=True)


async def until(is_true: Callable[[], Awaitable[bool]], deadline_s: float = READY_S) -> bool:
    """Wait for a condition that processes make true; False at the deadline."""
    end_s = time.monotonic() + deadline_s
    while not await is_true():
        if time.monotonic() > end_s:
            return False
        await asyncio.sleep(POLL_S)
    return True


async def _serve(port: int) -> int:
    with tempfile.TemporaryDirectory(prefix="callcenter-cluster-") as folder:
        ports = (_usable(port), _usable(port + 1)) if port else (0, 0)
        print("Starting two routers, two gateways and a worker ...", flush=True)
        async with Cluster(Path(folder), ports=ports) as cluster:
            _announce(cluster)
            await _tell_changes(cluster)
    return 0


async def _bench() -> int:
    with postgres_server(is_durable=True) as postgres:
        async with RedisServer() as redis:
            servers = ("--database-url", postgres.create(), "--redis-url", redis.url)
            bench = await asyncio.create_subprocess_exec(
                sys.executable, *("-m", "callcenter", "bench", "cluster", *servers), cwd=REPOSITORY
            )
            return await bench.wait()


def _announce(cluster: Cluster) -> None:
    for one in cluster.processes:
        where = f"{one.url}/" if one.role == "gateway" else ""
        print(f"  {one.name:<10} process {one.pid:<8} {where}")
    known = json.loads((cluster.data_dir / "demo-credentials.json").read_text(encoding="utf-8"))
    print(f"  Accounts: {', '.join(known['accounts'])}; everybody's password is {DEMO_PASSWORD}")
    print("Kill -9 any of them and go on working. Ctrl-C stops; nothing is kept.", flush=True)


async def _tell_changes(cluster: Cluster) -> None:
    """Say who decides and who is gone, until cancelled."""
    deciding, gone = "", set[str]()
    while True:
        owner = await cluster.owner()
        if owner is not None and owner.name != deciding:
            deciding = owner.name
            print(f"{deciding} decides.", flush=True)
        for one in cluster.processes:
            if not one.is_running and one.name not in gone:
                gone.add(one.name)
                print(f"{one.name} has ended.", flush=True)
        await asyncio.sleep(LOOK_EVERY_S)


def _usable(port: int) -> int:
    """This port, or one that is free."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return port
    return free_port()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.cluster", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8080, help="the first gateway's; the second has the next"
    )
    parser.add_argument("--bench", action="store_true", help="measure a router instead")
    arguments = parser.parse_args()
    try:
        return run_drill(_bench() if arguments.bench else _serve(arguments.port))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Stopped.")
        return 0
    except (NoPostgres, NoRedis, ServerFailed) as error:
        print(f"callcenter: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
