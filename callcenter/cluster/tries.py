"""Tries counted for all processes of a domain, in Redis, by its clock. While it is away each process counts for itself.

A window is a sorted set of try ids by their instant, which runs out by itself. Nothing here has to last.
"""

from typing import Any, Final

from redis.asyncio import Redis

from callcenter.cluster.limits import TRUSTED_FOR_S
from callcenter.cluster.redis import LinkLost, call
from callcenter.cluster.wire import Names
from callcenter.tries import MemoryTries, Window

_COUNT: Final = """
local time = redis.call('TIME')
local now, most, span = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - span)
local count = redis.call('ZCARD', KEYS[1])
if count >= most then
  local oldest = redis.call('ZRANGE', KEYS[1], count - most, count - most, 'WITHSCORES')
  return math.max(1, oldest[2] + span - now)
end
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[1], 'NX', now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], span)
end
return 0
"""


class RedisTries:
    """`Tries` of all processes together."""

    def __init__(self, client: Redis, names: Names, own: MemoryTries) -> None:
        """`own` counts while Redis cannot be reached."""
        self._client = client
        self._names = names
        self._own = own

    async def add(self, window: Window, key: str, try_id: str) -> int:
        """See `Tries`."""
        try:
            return await self._count(window, key, try_id)
        except LinkLost:
            return await self._own.add(window, key, try_id)

    async def wait_ms(self, window: Window, key: str) -> int:
        """See `Tries`."""
        try:
            return await self._count(window, key, "")
        except LinkLost:
            return await self._own.wait_ms(window, key)

    async def take_back(self, window: Window, key: str, try_id: str) -> None:
        """See `Tries`."""
        await self._own.take_back(window, key, try_id)
        await self._tell(self._client.zrem(self._names.tries(window.name, key), try_id))

    async def clear(self, window: Window, key: str) -> None:
        """See `Tries`."""
        await self._own.clear(window, key)
        await self._tell(self._client.delete(self._names.tries(window.name, key)))

    async def trust(self, key: str) -> None:
        """See `Tries`; remembered for TRUSTED_FOR_S, and here for when Redis is away."""
        await self._own.trust(key)
        await self._tell(self._client.set(self._names.trusted(key), b"1", ex=TRUSTED_FOR_S))

    async def is_trusted(self, key: str) -> bool:
        """See `Tries`."""
        if await self._own.is_trusted(key):
            return True
        try:
            return bool(await call(self._client.exists(self._names.trusted(key))))
        except LinkLost:
            return False

    async def _count(self, window: Window, key: str, try_id: str) -> int:
        name = self._names.tries(window.name, key)
        bound = str(window.most), str(window.span_ms), try_id
        return int(await call(self._client.eval(_COUNT, 1, name, *bound)))

    async def _tell(self, command: Any) -> None:  # noqa: ANN401 - whatever the command answers
        try:
            await call(command)
        except LinkLost:
            return
