"""Tries are counted alike in the memory of one process and, for all processes, in Redis."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator

import pytest

from callcenter.cluster.redis import open_redis
from callcenter.cluster.tries import RedisTries
from callcenter.cluster.wire import Names
from callcenter.tries import MemoryTries, Tries, Window
from loadtests.redis_server import NoRedis, RedisServer
from tests.looking import pause

LONG = Window("long", 2, 600_000)
SHORT = Window("short", 1, 30)
WITHIN_S = 30.0


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """A server; a machine without one fails here."""
    try:
        async with RedisServer() as server:
            yield server
    except NoRedis as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
async def processes(redis: RedisServer) -> AsyncIterator[tuple[RedisTries, RedisTries]]:
    """Two of them."""
    clients = open_redis(redis.url), open_redis(redis.url)
    here, there = (
        RedisTries(client, Names("main"), MemoryTries(time.monotonic)) for client in clients
    )
    yield here, there
    for client in clients:
        await client.aclose()


@pytest.fixture(params=["memory", "redis"])
def tries(request: pytest.FixtureRequest) -> Tries:
    if request.param == "memory":
        return MemoryTries(time.monotonic)
    here: Tries = request.getfixturevalue("processes")[0]
    return here


async def test_as_many_as_fit_are_counted_and_the_next_must_wait(tries: Tries) -> None:
    assert [await tries.add(LONG, "ann", name) for name in ("a", "b")] == [0, 0]
    assert 0 < await tries.add(LONG, "ann", "c") <= LONG.span_ms
    assert 0 < await tries.wait_ms(LONG, "ann") <= LONG.span_ms
    assert await tries.wait_ms(LONG, "bob") == 0
    assert await tries.wait_ms(Window("other", 2, 600_000), "ann") == 0


async def test_a_try_is_counted_once_under_its_id(tries: Tries) -> None:
    assert [await tries.add(LONG, "ann", "a") for _ in range(2)] == [0, 0]
    assert await tries.wait_ms(LONG, "ann") == 0


async def test_what_is_taken_back_or_cleared_does_not_count(tries: Tries) -> None:
    for name in ("a", "b"):
        await tries.add(LONG, "ann", name)
    await tries.take_back(LONG, "ann", "a")
    await tries.take_back(LONG, "ann", "never made")
    await tries.take_back(LONG, "nobody", "a")
    assert await tries.add(LONG, "ann", "c") == 0
    assert await tries.wait_ms(LONG, "ann") > 0
    await tries.clear(LONG, "ann")
    assert [await tries.add(LONG, "ann", name) for name in ("d", "e")] == [0, 0]


async def test_the_window_moves(tries: Tries) -> None:
    ids = map(str, itertools.count())
    async with asyncio.timeout(WITHIN_S):
        for _ in range(3):
            while await tries.add(SHORT, "ann", next(ids)):
                await pause()


async def test_who_has_proved_to_be_somebody_is_remembered(tries: Tries) -> None:
    assert not await tries.is_trusted("ann")
    await tries.trust("ann")
    assert await tries.is_trusted("ann")
    assert not await tries.is_trusted("bob")


async def test_all_processes_count_together(processes: tuple[RedisTries, RedisTries]) -> None:
    here, there = processes
    assert [await one.add(LONG, "ann", name) for one, name in ((here, "a"), (there, "b"))] == [0, 0]
    assert await here.add(LONG, "ann", "c") > 0
    assert await there.add(LONG, "ann", "d") > 0
    await there.clear(LONG, "ann")
    assert await here.add(LONG, "ann", "e") == 0
    await here.trust("ann")
    assert await there.is_trusted("ann")


async def test_without_redis_each_counts_for_itself(
    redis: RedisServer, processes: tuple[RedisTries, RedisTries]
) -> None:
    tries = processes[0]
    await redis.kill()
    assert [await tries.add(LONG, "ann", name) for name in ("a", "b")] == [0, 0]
    assert await tries.add(LONG, "ann", "c") > 0
    assert await tries.wait_ms(LONG, "ann") > 0
    await tries.take_back(LONG, "ann", "a")
    assert await tries.wait_ms(LONG, "ann") == 0
    await tries.clear(LONG, "ann")
    await tries.trust("ann")
    assert await tries.is_trusted("ann")
    assert not await tries.is_trusted("bob")
