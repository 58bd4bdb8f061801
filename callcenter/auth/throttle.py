"""Failed log-ins are counted, so that passwords cannot be guessed at speed.

Two counters, both over a moving window: per (name, address) and per address. Nobody can
lock a colleague out from elsewhere, because a name alone is never counted; and a stranger who fails again and
again behind an office's one address does not stop those who have logged in from that address before, because
the address counter does not apply to them. IPv6 addresses count by their /64, which is what one customer gets.

A try counts as failed while its password is being checked, or a hundred at once would all be let through. In a
cluster all processes count together (`callcenter/tries.py`).

Keys are hashes: the counters hold neither names nor addresses.
"""

import hashlib
import ipaddress
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from callcenter.auth.limits import (
    ADDRESS_FAILURES_MAX,
    FAILURE_WINDOW_S,
    PAIR_FAILURES_MAX,
)
from callcenter.limits import EXPORTS_PER_HOUR
from callcenter.tries import Tries, Window


class LoginThrottled(Exception):
    """Too many failed log-ins; the next try is allowed after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many failed log-ins")
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class Attempt:
    """One try; whoever checks the password says how it went. Unsaid means failed."""

    is_successful: bool = False


class LoginThrottle:
    """Says when somebody must wait before the next try."""

    def __init__(
        self,
        tries: Tries,
        new_id: Callable[[], str],
        *,
        pair_max: int = PAIR_FAILURES_MAX,
        address_max: int = ADDRESS_FAILURES_MAX,
        window_s: int = FAILURE_WINDOW_S,
    ) -> None:
        """`new_id` names each try, among those of all processes that count together."""
        self._tries = tries
        self._new_id = new_id
        self._per_pair = Window("pair", pair_max, window_s * 1000)
        self._per_address = Window("address", address_max, window_s * 1000)

    @asynccontextmanager
    async def attempt(self, username: str, address: str) -> AsyncIterator[Attempt]:
        """Around one try. Raises LoginThrottled at once if it may not be made now."""
        tries, try_id = self._tries, self._new_id()
        pair, network = _pair_key(username, address), _network(address)
        if not await tries.is_trusted(pair):
            _refuse_for(await tries.wait_ms(self._per_address, network))
        _refuse_for(await tries.add(self._per_pair, pair, try_id))
        attempt = Attempt()
        try:
            yield attempt
        except BaseException:
            await tries.take_back(self._per_pair, pair, try_id)
            raise
        if attempt.is_successful:
            await tries.clear(self._per_pair, pair)
            await tries.trust(pair)
        else:
            await tries.add(self._per_address, network, try_id)


def _refuse_for(wait_ms: int) -> None:
    if wait_ms:
        raise LoginThrottled(max(1, math.ceil(wait_ms / 1000)))


class ExportThrottle:
    """How many exports one person makes, in a moving window; starts anew with the process."""

    def __init__(self, per_hour: int = EXPORTS_PER_HOUR) -> None:
        """`per_hour`: exports of one person in any 3,600 s."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerHour(per_hour, namespace="export")

    def may(self, user_id: str) -> bool:
        """Count one export; False past the limit."""
        return self._limiter.hit(self._limit, user_id)


def _network(address: str) -> str:
    """The unit that counts as one address; text that is no address (a test's, a proxy's) counts as itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _hash(address)
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return _hash(str(ipaddress.ip_network((parsed, 64), strict=False)))
    return _hash(str(parsed))


def _pair_key(username: str, address: str) -> str:
    return _hash(f"{username.casefold()}\0{_network(address)}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
