"""`callcenter bench cluster`: durable whole contacts through a router in a process of its own, driven at the ingress stream.

The contacts are those of `bench host`. Here the sender's side is a gateway's: commands go through Redis, are committed to
PostgreSQL by the router's host under its lease, and are answered once this process's mirror has them. The router is the
product's host, lease and ingress, without the pages and channels that a whole router has beside them.
"""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from agents.presence import PresenceKeeper, Watched
from callcenter.bench.host import World, measure, staff
from callcenter.clock import Clock, new_id
from callcenter.cluster.asking import Asker
from callcenter.cluster.ingress import Ingress
from callcenter.cluster.lease import Lease
from callcenter.cluster.redis import open_redis
from callcenter.cluster.remote_host import RemoteHost
from callcenter.cluster.sockets import SocketsElsewhere
from callcenter.cluster.wire import Names, Owner
from callcenter.host.host import Host
from callcenter.storage.schema import upgrade
from callcenter.storage.store import open_store
from callcenter.tasks import owned
from routing.commands import Command, ConnectAgent, DisconnectAgent

DOMAIN: Final = "bench"
ROUTER_WITHIN_S: Final = 30.0
POLL_S: Final = 0.05
_ROUTER: Final = "import sys; from callcenter.bench.cluster import serve; serve(*sys.argv[1:])"


class RouterMissing(Exception):
    """The router's process did not take up its work."""


async def run(
    *, contacts: int, concurrency: int, agents: int, database_url: str, redis_url: str
) -> dict[str, Any]:
    """Run the benchmark on an empty database; returns its figures. Raises StorageError, RouterMissing."""
    await upgrade(database_url)
    router = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ROUTER, database_url, redis_url
    )
    try:
        async with _followed(database_url, redis_url) as host:
            world = World(host)
            await staff(world, agents, concurrency)
            figures = await measure(host, world, contacts, concurrency)
    finally:
        if router.returncode is None:
            router.terminate()
        await router.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    router_s = used.ru_utime + used.ru_stime
    return {
        "benchmark": "cluster",
        "contacts": contacts,
        "concurrency": concurrency,
        "agents": agents,
        "cpu_count": len(os.sched_getaffinity(0)),
        "load_average": round(os.getloadavg()[0], 1),
        "sender_cpu_share": figures.pop("cpu_share"),
        "router_cpu_s_with_its_start": round(router_s, 2),
        **figures,
    }


@asynccontextmanager
async def _followed(database_url: str, redis_url: str) -> AsyncIterator[Host]:
    """A gateway's host, once the router decides."""
    clock, client, names = Clock(), open_redis(redis_url), Names(DOMAIN)
    store = await open_store(database_url, DOMAIN)
    asker = Asker(client, names, f"bench-{new_id()}", clock.monotonic_s)
    host = RemoteHost(DOMAIN, store, clock, asker)
    try:
        async with owned(asker.run(), "asker"):
            await host.start()
            await _router_there(asker)
            yield host
    finally:
        await host.stop()
        await store.close()
        await client.aclose()


async def _router_there(asker: Asker) -> None:
    try:
        async with asyncio.timeout(ROUTER_WITHIN_S):
            while asker.owner is None:  # noqa: ASYNC110 - of another process
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise RouterMissing(f"no router decides after {ROUTER_WITHIN_S:.0f} s") from error


def serve(database_url: str, redis_url: str) -> None:
    """The router's process, until it is terminated."""
    asyncio.run(_serve(database_url, redis_url))


async def _serve(database_url: str, redis_url: str) -> None:
    clock, client, names = Clock(), open_redis(redis_url), Names(DOMAIN)
    lease = Lease(client, names.lease("router"), clock.monotonic_s)
    await lease.acquire(Owner(f"bench-router-{os.getpid()}"))
    store = await open_store(database_url, DOMAIN)
    host = Host(DOMAIN, store, clock, lease.is_ours)
    await host.start()
    nobody: PresenceKeeper[Any] = PresenceKeeper(
        _Nobody(),
        Watched(tuple, lambda _: False, ConnectAgent, DisconnectAgent),
        sweep_every_s=3_600,
    )
    ingress = Ingress(client, names, host, SocketsElsewhere(nobody, nobody, clock.monotonic_s))
    host.listen(ingress.on_published)
    async with asyncio.TaskGroup() as group:
        group.create_task(lease.keep())
        group.create_task(ingress.run())


class _Nobody:
    """Presence is not measured here."""

    async def send(self, _command: Command) -> bool:
        """Take nothing."""
        return False
