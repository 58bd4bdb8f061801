"""How often something was tried of late: the port of what slows guessing and floods, and its twin in memory.

A try is counted under an id, so that it can be taken back and is never counted twice. Keys are hashes made by whoever
counts: neither names nor addresses stand here. What is kept may be lost at any time; whoever was held up then is not.
"""

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Protocol

import msgspec

from callcenter.limits import TRIED_KEYS_MAX, TRUSTED_KEYS_MAX


class Window(msgspec.Struct, frozen=True):
    """At most so many tries of one key in any span of that length."""

    name: str
    most: int
    span_ms: int


class Tries(Protocol):
    """Counts tries over moving windows, and remembers keys that proved themselves."""

    async def add(self, window: Window, key: str, try_id: str) -> int:
        """Count a try; 0, or past the bound, where it is not counted, the ms until the next one fits."""
        ...

    async def wait_ms(self, window: Window, key: str) -> int:
        """The ms until the next try fits, without counting one; 0 when it fits now."""
        ...

    async def take_back(self, window: Window, key: str, try_id: str) -> None:
        """This try was none."""
        ...

    async def clear(self, window: Window, key: str) -> None:
        """No try of the key counts any more."""
        ...

    async def trust(self, key: str) -> None:
        """Remember the key."""
        ...

    async def is_trusted(self, key: str) -> bool:
        """Whether it is remembered."""
        ...


class MemoryTries:
    """In the memory of one process."""

    def __init__(
        self,
        monotonic_s: Callable[[], float],
        *,
        keys_max: int = TRIED_KEYS_MAX,
        trusted_max: int = TRUSTED_KEYS_MAX,
    ) -> None:
        """Past either bound the key that was used longest ago is forgotten."""
        self._monotonic_s = monotonic_s
        self._keys_max, self._trusted_max = keys_max, trusted_max
        self._tries: OrderedDict[tuple[str, str], dict[str, float]] = OrderedDict()
        """When each try of a key was, by its id, oldest first: an address may have thousands of them, all counted in passing."""
        self._trusted: OrderedDict[str, None] = OrderedDict()

    async def add(self, window: Window, key: str, try_id: str) -> int:
        """See `Tries`."""
        wait_ms = await self.wait_ms(window, key)
        if wait_ms:
            return wait_ms
        place = window.name, key
        known = self._tries.setdefault(place, {})
        self._tries.move_to_end(place)
        known.setdefault(try_id, self._now_ms())
        while len(self._tries) > self._keys_max:
            self._tries.popitem(last=False)
        return 0

    async def wait_ms(self, window: Window, key: str) -> int:
        """See `Tries`."""
        known, now_ms = self._tries.get((window.name, key)), self._now_ms()
        while known and known[oldest := next(iter(known))] <= now_ms - window.span_ms:
            del known[oldest]
        if not known:
            self._tries.pop((window.name, key), None)
            return 0
        if len(known) < window.most:
            return 0
        leaves_first = next(islice(known.values(), len(known) - window.most, None))
        return max(1, round(leaves_first + window.span_ms - now_ms))

    async def take_back(self, window: Window, key: str, try_id: str) -> None:
        """See `Tries`."""
        self._tries.get((window.name, key), {}).pop(try_id, None)

    async def clear(self, window: Window, key: str) -> None:
        """See `Tries`."""
        self._tries.pop((window.name, key), None)

    async def trust(self, key: str) -> None:
        """See `Tries`."""
        self._trusted[key] = None
        self._trusted.move_to_end(key)
        while len(self._trusted) > self._trusted_max:
            self._trusted.popitem(last=False)

    async def is_trusted(self, key: str) -> bool:
        """See `Tries`."""
        return key in self._trusted

    def _now_ms(self) -> float:
        return self._monotonic_s() * 1000
