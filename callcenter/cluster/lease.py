"""A lease: who does what only one process may do. Safety does not rest on it, the journal's key does.

Theory: the holder renews. A key that has run out under the eyes of whoever waits is taken at once; one that is gone
before its time (Redis was emptied or restarted) is put back by its holder, for whom the others wait LEASE_MISSING_S. While Redis cannot be reached the holder goes on: nobody else can take the lease either. It
gives up only when it sees another's. A process that was asleep past its lease's time must not write before it has
looked: `is_certain` is false until then, however long Redis cannot be asked. `is_ours` looks.
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis

from callcenter.cluster.limits import (
    LEASE_LOOK_EVERY_S,
    LEASE_MISSING_S,
    LEASE_MS,
    LEASE_RENEW_EVERY_S,
    LEASE_WATCHED_S,
    STARTING_LEASE_MS,
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


class Watch:
    """When somebody who waits may take a lease, from what each look at it has shown."""

    def __init__(self) -> None:
        """Nobody has looked."""
        self._seen_s = -math.inf
        self._ends_s = math.inf
        self._free_from_s: float | None = None

    def may_take(self, left_ms: int, asked_s: float, now_s: float) -> bool:
        """Whether it may be taken after a look, asked for and answered at these instants.

        `left_ms` is what PTTL says: how long it lasts yet, or less than 0 when nobody has it.
        """
        if left_ms >= 0:
            self._seen_s, self._ends_s, self._free_from_s = now_s, asked_s + left_ms / 1000, None
            return False
        if self._free_from_s is None:
            ran_out = self._ends_s <= now_s and asked_s - self._seen_s <= LEASE_WATCHED_S
            self._free_from_s = now_s + (0 if ran_out else LEASE_MISSING_S)
        return now_s >= self._free_from_s


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
        self._lasts_ms = STARTING_LEASE_MS
        self._hurry = asyncio.Event()

    def shorten(self) -> None:
        """The process is ready: the lease is renewed at once, and lasts LEASE_MS from then on."""
        self._lasts_ms = LEASE_MS
        self._hurry.set()

    async def acquire(self, owner: Owner) -> None:
        """Return once it is ours. Redis is waited for."""
        self._value = msgspec.json.encode(owner)
        watch = Watch()
        while True:
            try:
                asked_s = self._monotonic_s()
                left_ms = await call(self._client.pttl(self._key))
                looked_s = self._monotonic_s()
                if watch.may_take(left_ms, asked_s, looked_s):
                    taken = self._client.set(self._key, self._value, nx=True, px=self._lasts_ms)
                    if await call(taken):
                        self._looked_s, self._is_held = looked_s, True
                        return
            except LinkLost:
                watch = Watch()
            await asyncio.sleep(LEASE_LOOK_EVERY_S)

    def is_certain(self) -> bool:
        """Whether we hold it and have not been asleep past its time since we looked."""
        return self._is_held and (self._monotonic_s() - self._looked_s) * 1000 < self._lasts_ms

    async def is_ours(self) -> bool:
        """Whether we may write. Known at once while it is certain; whoever was kept from renewing looks, as often as it asks."""
        if self._is_held and not self.is_certain():
            self._is_held = await self._renew() and self._is_held
        return self.is_certain()

    async def keep(self) -> None:
        """Renew for ever; returns when another has it."""
        while await self._renew():
            with suppress(TimeoutError):
                async with asyncio.timeout(LEASE_RENEW_EVERY_S):
                    await self._hurry.wait()
            self._hurry.clear()
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
            renewed = self._client.eval(_RENEW, 1, self._key, self._value, self._lasts_ms)
            is_ours = await call(renewed)
        except LinkLost:
            # Nobody can take it either, if we had it as Redis was lost: whoever has slept cannot know that.
            if self.is_certain():
                self._looked_s = looked_s
            return True
        self._looked_s = max(self._looked_s, looked_s)
        return bool(is_ours)
