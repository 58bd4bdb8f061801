"""A caller who knows several addresses of one service: when one does not answer, the next is asked."""

from collections.abc import Sequence

import aiohttp

from loadtests.http_link import Answer, HTTPLink, Json


class RovingLink(HTTPLink):
    """As `HTTPLink`, over gateways: one that is gone is left for the next, with the same command or socket."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        seed: int | None = None,
        cookie: str | None = None,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        super().__init__(urls[0], seed=seed, cookie=cookie, connector=connector)
        self._urls = tuple(urls)

    def move_on(self) -> None:
        """Ask the next from now on."""
        self.url = self._urls[(self._urls.index(self.url) + 1) % len(self._urls)]

    async def request(
        self, method: str, path: str, body: Json | None = None, key: str = ""
    ) -> Answer:
        """One try; a failed one moves on."""
        try:
            return await super().request(method, path, body, key)
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.move_on()
            raise

    async def open_socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        """One try; a failed one moves on."""
        try:
            return await super().open_socket(path)
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.move_on()
            raise
