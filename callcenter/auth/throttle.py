"""Failed log-ins are counted, so that passwords cannot be guessed at speed.

Two counters, both over a moving window and both in memory: per (name, address) and per address. Nobody can
lock a colleague out from elsewhere, because a name alone is never counted; and a stranger who fails again and
again behind an office's one address does not stop those who have logged in from that address before, because
the address counter does not apply to them. IPv6 addresses count by their /64, which is what one customer gets.

Keys are hashes: the counters hold neither names nor addresses.
"""

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from callcenter.auth.limits import (
    ADDRESS_FAILURES_MAX,
    FAILURE_WINDOW_S,
    PAIR_FAILURES_MAX,
    TRUSTED_PAIRS_MAX,
)


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
        self._trusted: OrderedDict[str, None] = OrderedDict()
        self._trusted_max = trusted_max
        self._wall_s = wall_s

    def retry_after_s(self, username: str, address: str) -> int:
        """0 if a try is allowed now, else the seconds to wait."""
        pair, network = _pair_key(username, address), _network(address)
        waits = [self._wait_s(self._per_pair, pair)]
        if pair not in self._trusted:
            waits.append(self._wait_s(self._per_address, network))
        return max(waits)

    def failed(self, username: str, address: str) -> None:
        """A log-in was refused."""
        self._limiter.hit(self._per_pair, _pair_key(username, address))
        self._limiter.hit(self._per_address, _network(address))

    def succeeded(self, username: str, address: str) -> None:
        """A log-in worked: the pair starts anew and is trusted from here on."""
        pair = _pair_key(username, address)
        self._limiter.clear(self._per_pair, pair)
        self._trusted[pair] = None
        self._trusted.move_to_end(pair)
        while len(self._trusted) > self._trusted_max:
            self._trusted.popitem(last=False)

    def _wait_s(self, item: RateLimitItemPerSecond, key: str) -> int:
        if self._limiter.test(item, key):
            return 0
        reset_at_s = self._limiter.get_window_stats(item, key).reset_time
        return max(1, math.ceil(reset_at_s - self._wall_s()))


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
