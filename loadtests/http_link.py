"""One caller's way to the server: cookie, Origin, and commands that are asked again until they are answered.

The rule of `docs/protocol.md`: a 503, a lost connection or silence means "not known to be done", so the same
command is sent again with the same Idempotency-Key, with jittered back-off, until an answer or the deadline.

    ClientFailure
    ├── Unanswered   the deadline passed without an answer
    └── Refused      an answer 4xx/5xx where the caller needed success
"""

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

RETRIED_STATUSES = frozenset({429, 502, 503, 504})
REQUEST_TIMEOUT_S = 10.0
BACKOFF_FIRST_S = 0.05
BACKOFF_MAX_S = 1.0

Json = dict[str, Any]


class ClientFailure(Exception):
    """Base of what a client raises."""


class Unanswered(ClientFailure):
    """Nobody knows whether the command was done."""


class Refused(ClientFailure):
    """The server said no, in a way the caller did not expect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said in the end, after how many tries and how long."""

    status: int
    body: Json
    attempts: int
    took_s: float

    @property
    def is_done(self) -> bool:
        """The command is durable."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The stable error code, empty when there is none."""
        error = self.body.get("error")
        return str(error.get("code", "")) if isinstance(error, dict) else ""


def origin_of(url: str) -> str:
    """The Origin a page of this server would send."""
    return url.rstrip("/")


class HTTPLink:
    """HTTP and sockets of one caller. Close it with `async with`. Equal seeds make equal idempotency keys."""

    def __init__(
        self,
        url: str,
        *,
        seed: int | None = None,
        cookie: str | None = None,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.random = random.Random(random.SystemRandom().getrandbits(64) if seed is None else seed)
        self._cookie = cookie
        self._keys = 0
        self._key_prefix = f"k{self.random.getrandbits(64):016x}"
        self.http = aiohttp.ClientSession(
            connector=connector,
            connector_owner=connector is None,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    @property
    def cookie(self) -> str | None:
        """The value of `cc_session`, to hand to another link of the same person."""
        return self._cookie

    def headers(self) -> dict[str, str]:
        """What every request of this caller carries."""
        headers = {"Origin": origin_of(self.url)}
        if self._cookie is not None:
            headers["Cookie"] = f"cc_session={self._cookie}"
        return headers

    def new_key(self) -> str:
        """An Idempotency-Key nobody has used."""
        self._keys += 1
        return f"{self._key_prefix}-{self._keys}"

    def backoff_s(self, attempt: int) -> float:
        """Jittered exponential wait before try number `attempt` + 1."""
        ceiling = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(attempt, 10))
        return ceiling * (0.5 + self.random.random() / 2)

    async def request(
        self, method: str, path: str, body: Json | None = None, key: str = ""
    ) -> Answer:
        """One try, answered or failed with an aiohttp error; the log-in cookie is kept."""
        headers = self.headers()
        if key:
            headers["Idempotency-Key"] = key
        started = time.monotonic()
        async with self.http.request(method, self.url + path, json=body, headers=headers) as reply:
            morsel = reply.cookies.get("cc_session")
            if morsel is not None:
                self._cookie = morsel.value or None
            parsed = await reply.json(content_type=None) if reply.status != 204 else {}
            whole = parsed if isinstance(parsed, dict) else {"value": parsed}
            return Answer(reply.status, whole, 1, time.monotonic() - started)

    async def command(
        self, method: str, path: str, body: Json | None = None, *, deadline_s: float = 30.0
    ) -> Answer:
        """Ask until answered, always with the same key. Raises Unanswered at the deadline."""
        key = "" if method == "GET" else self.new_key()
        started = time.monotonic()
        attempt = 0
        last = "no try"
        while True:
            attempt += 1
            try:
                answer = await self.request(method, path, body, key)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                last = type(error).__name__
            else:
                if answer.status not in RETRIED_STATUSES:
                    took_s = time.monotonic() - started
                    return Answer(answer.status, answer.body, attempt, took_s)
                last = f"{answer.status} {answer.code}"
            wait_s = self.backoff_s(attempt)
            if time.monotonic() - started + wait_s > deadline_s:
                raise Unanswered(f"{method} {path}: {last} after {attempt} tries in {deadline_s} s")
            await asyncio.sleep(wait_s)

    async def read(self, path: str, *, deadline_s: float = 30.0) -> Json:
        """GET until answered; raises Refused for anything but 200."""
        answer = await self.command("GET", path, deadline_s=deadline_s)
        if answer.status != 200:
            raise Refused(f"GET {path}: {answer.status} {answer.code}")
        return answer.body

    async def open_socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        """A WebSocket of this caller; the server's pings are answered while somebody receives."""
        return await self.http.ws_connect(
            self.url + path, headers=self.headers(), max_msg_size=4 * 1024 * 1024, compress=0
        )
