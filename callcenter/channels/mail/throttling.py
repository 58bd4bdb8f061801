"""How often something may happen for one address within an hour: what ends a loop of mails."""

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class HourlyLimit:
    """A moving window for each address, in memory; starts anew with the process."""

    def __init__(self, per_hour: int) -> None:
        """`per_hour`: how often in any 60 minutes."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerHour(per_hour, namespace="mail")

    def allows(self, address: str) -> bool:
        """Count once more; False past the limit."""
        return self._limiter.hit(self._limit, address.casefold())
