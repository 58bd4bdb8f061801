"""Failed log-ins are counted, so that passwords cannot be guessed at speed.

Two counters, both over a moving window and both in memory: per (name, address) and per address. Nobody can
lock a colleague out from elsewhere, because a name alone is never counted; and a stranger who fails again and
again behind an office's one address does not stop those who have logged in from that address before, because
the address counter does not apply to them. IPv6 addresses count by their /64, which is what one customer gets.

A try counts as failed while its password is being checked, or a hundred at once would all be let through.

Keys are hashes: the counters hold neither names nor addresses.
"""

import hashlib
import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limits import RateLimitItemPerHour, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from callcenter.auth.limits import (
    ADDRESS_FAILURES_MAX,
    FAILURE_WINDOW_S,
    PAIR_FAILURES_MAX,
    TRUSTED_PAIRS_MAX,
)
from callcenter.limits import EXPORTS_PER_HOUR


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
        *,
        pair_max: int = PAIR_FAILURES_MAX,
        address_max: int = ADDRESS_FAILURES_MAX,
        window_s: int = FAILURE_WINDOW_S,
        trusted_max: int = TRUSTED_PAIRS_MAX,
        wall_s: Callable[[], float] = time.time,  # noqa: TID251 - `limits` counts by this clock itself
    ) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_pair = RateLimitItemPerSecond(pair_max, window_s, namespace="pair")
        self._per_address = RateLimitItemPerSecond(address_max, window_s, namespace="address")
        self._checking: Counter[str] = Counter()
        self._trusted: OrderedDict[str, None] = OrderedDict()
        self._trusted_max = trusted_max
        self._wall_s = wall_s

    @contextmanager
    def attempt(self, username: str, address: str) -> Iterator["Attempt"]:
        """Around one try. Raises LoginThrottled at once if it may not be made now."""
        pair, network = _pair_key(username, address), _network(address)
        wait_s = self._wait_s(self._per_pair, pair, self._checking[pair])
        if pair not in self._trusted:
            wait_s = max(wait_s, self._wait_s(self._per_address, network, 0))
        if wait_s > 0:
            raise LoginThrottled(wait_s)
        attempt = Attempt()
        self._checking[pair] += 1
        try:
            yield attempt
        finally:
            self._checking[pair] -= 1
            if not self._checking[pair]:
                del self._checking[pair]
        if attempt.is_successful:
            self._succeeded(pair)
        else:
            self._limiter.hit(self._per_pair, pair)
            self._limiter.hit(self._per_address, network)

    def _succeeded(self, pair: str) -> None:
        """The pair starts anew and is trusted from here on."""
        self._limiter.clear(self._per_pair, pair)
        self._trusted[pair] = None
        self._trusted.move_to_end(pair)
        while len(self._trusted) > self._trusted_max:
            self._trusted.popitem(last=False)

    def _wait_s(self, item: RateLimitItemPerSecond, key: str, checking: int) -> int:
        window = self._limiter.get_window_stats(item, key)
        if window.remaining > checking:
            return 0
        return max(1, math.ceil(window.reset_time - self._wall_s()))


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
