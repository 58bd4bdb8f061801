"""The way to Redis: bounded in time, without retries of its own, errors as one kind.

LinkLost    Redis cannot be reached, or does not answer in time
"""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from callcenter.cluster.limits import BLOCK_MS, READ_AT_ONCE, REDIS_TIMEOUT_S
from callcenter.cluster.wire import FIELD

Entry = tuple[bytes, bytes]
"""An entry's id and what it says."""

Command = tuple[str | bytes | int, ...]
"""A command of Redis, as it is sent."""


class LinkLost(Exception):
    """Redis cannot be reached, or does not answer in time."""


def open_redis(url: str) -> Redis:
    """A client of the server; nothing is connected yet."""
    return Redis.from_url(
        url,
        socket_timeout=REDIS_TIMEOUT_S,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        driver_info=None,  # looking up its own version would block the loop at every connection
    )


@contextmanager
def reached() -> Iterator[None]:
    """Whatever goes wrong with Redis inside is LinkLost; a cancellation that got lost there is raised again."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        _end_if_cancelled()
        raise LinkLost(type(error).__name__) from error
    _end_if_cancelled()


def _end_if_cancelled() -> None:
    """The client may take a cancellation that comes as a connection breaks for the break alone."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def read_streams(client: Redis, after: dict[str, bytes]) -> dict[str, list[Entry]]:
    """What has come to the streams after these ids, waiting for it a little. Raises LinkLost."""
    with reached():
        streams: Any = after
        found: Any = await client.xread(streams, count=READ_AT_ONCE, block=BLOCK_MS)
    return {
        name.decode(): [(entry_id, fields.get(FIELD, b"")) for entry_id, fields in entries]
        for name, entries in found or ()
    }


async def newest_id(client: Redis, stream: str) -> bytes:
    """Where to read on from what a stream holds now. Raises LinkLost.

    Redis' own word for it, "$", means another place at each read: what comes between two reads would not be seen.
    """
    with reached():
        newest: Any = await client.xrevrange(stream, count=1)
    return newest[0][0] if newest else b"0"


async def send_all(client: Redis, commands: Iterable[Command]) -> None:
    """Many commands in one round trip. Raises LinkLost: any of them may have been carried out."""
    with reached():
        pipe: Any = client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        await pipe.execute()


def appended(stream: str, message: bytes, entries_max: int) -> Command:
    """The command that adds an entry to a stream of about so many at most."""
    return ("XADD", stream, "MAXLEN", "~", entries_max, "*", FIELD, message)


async def call(awaited: Awaitable[Any] | Any) -> Any:  # noqa: ANN401 - whatever the command answers
    """The answer to one command. Raises LinkLost."""
    with reached():
        return await cast("Awaitable[Any]", awaited)
