"""A lease: who does what only one process may do. Safety does not rest on it, the journal's key does.

Theory: the holder renews; a key that is gone (Redis was emptied or restarted) is put back by its holder, for whom the
others wait LEASE_MISSING_S. While Redis cannot be reached the holder goes on: nobody else can take the lease either. It
gives up only when it sees another's. A process that was asleep past its lease's time must not write before it has
looked: `is_certain` is false until then.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis

from callcenter.cluster.limits import (
    LEASE_LOOK_EVERY_S,
    LEASE_MISSING_S,
    LEASE_MS,
    LEASE_RENEW_EVERY_S,
)
from callcenter.cluster.redis import LinkLost, call
from callcenter.cluster.wire import Owner

_log = structlog.get_logger("callcenter.cluster")

_RENEW: Final = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
"""


class Lease:
    """One process's claim to one lease."""

    def __init__(self, client: Redis, key: str, monotonic_s: Callable[[], float]) -> None:
        """Nobody has it by this."""
        self._client = client
        self._key = key
        self._monotonic_s = monotonic_s
        self._value = b""
        self._looked_s = 0.0
        self._is_held = False

    async def acquire(self, owner: Owner) -> None:
        """Return once it is ours. Redis is waited for."""
        self._value = msgspec.json.encode(owner)
        missing_since_s: float | None = None
        while True:
            try:
                is_missing = await call(self._client.get(self._key)) is None
                now_s = self._monotonic_s()
                missing_since_s = (missing_since_s or now_s) if is_missing else None
                if missing_since_s is not None and now_s - missing_since_s >= LEASE_MISSING_S:
                    looked_s = self._monotonic_s()
                    taken = self._client.set(self._key, self._value, nx=True, px=LEASE_MS)
                    if await call(taken):
                        self._looked_s, self._is_held = looked_s, True
                        return
            except LinkLost:
                missing_since_s = None
            await asyncio.sleep(LEASE_LOOK_EVERY_S)

    def is_certain(self) -> bool:
        """Whether we hold it and have not been asleep past its time since we looked."""
        return self._is_held and (self._monotonic_s() - self._looked_s) * 1000 < LEASE_MS

    async def keep(self) -> None:
        """Renew for ever; returns when another has it."""
        while await self._renew():  # noqa: ASYNC110 - a lease is renewed by the clock
            await asyncio.sleep(LEASE_RENEW_EVERY_S)
        self._is_held = False
        _log.error("lease_lost", key=self._key)

    async def release(self) -> None:
        """Let another have it."""
        self._is_held = False
        try:
            await call(self._client.eval(_RELEASE, 1, self._key, self._value))
        except LinkLost:
            return

    async def _renew(self) -> bool:
        looked_s = self._monotonic_s()
        try:
            is_ours = await call(self._client.eval(_RENEW, 1, self._key, self._value, LEASE_MS))
        except LinkLost:
            # Nobody can take it either; and we are awake.
            self._looked_s = looked_s
            return True
        self._looked_s = looked_s
        return bool(is_ours)
