"""How many chats one network address may start: a page that runs wild must not fill the queue."""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from callcenter.http.errors import ApiError, ApiErrorCode


class StartThrottle:
    """A moving window for each address, in memory; starts anew with the process."""

    def __init__(self, chats_per_minute: int) -> None:
        """`chats_per_minute`: chats one address may start in any 60 s."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(chats_per_minute, namespace="chat")

    def check(self, address: str) -> None:
        """Count one start. Raises ApiError `chat_throttled` past the limit."""
        if not self._limiter.hit(self._limit, address):
            raise ApiError(
                ApiErrorCode.CHAT_THROTTLED,
                "Too many chats were started from here; wait a minute.",
                retry_after_s=30,
            )
