"""How many chats one network address may start: a page that runs wild must not fill the queue."""

import hashlib
from collections.abc import Callable

from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.tries import Tries, Window


class StartThrottle:
    """A moving window for each address."""

    def __init__(self, chats_per_minute: int, tries: Tries, new_id: Callable[[], str]) -> None:
        """`chats_per_minute`: chats one address may start in any 60 s, wherever `tries` are counted."""
        self._window = Window("chats", chats_per_minute, 60_000)
        self._tries = tries
        self._new_id = new_id

    async def check(self, address: str) -> None:
        """Count one start. Raises ApiError `chat_throttled` past the limit."""
        key = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
        if await self._tries.add(self._window, key, self._new_id()):
            raise ApiError(
                ApiErrorCode.CHAT_THROTTLED,
                "Too many chats were started from here; wait a minute.",
                retry_after_s=30,
            )
