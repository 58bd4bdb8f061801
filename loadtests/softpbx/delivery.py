"""Events on their way to the server: signed, in batches, repeated until it says it has them.

Without trouble a call's events are handed over one after the other; with trouble nobody keeps any order.
"""

import asyncio
import json
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiohttp

from loadtests.softpbx import signing
from loadtests.softpbx.calls import Json

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH_MAX = 100
FLIGHTS = 4
TIMEOUT_S = 10.0
BACKOFF_FIRST_S = 0.05
BACKOFF_MAX_S = 1.0


class Postman:
    """Takes events from the switch to the server's door."""

    def __init__(
        self, url: str, secret: str, *, keeps_order: bool, seed: int, others: Sequence[str] = ()
    ) -> None:
        """`others`: doors of the same service; whichever does not take a batch is left for the next."""
        self.answers: Counter[str] = Counter()
        self.on_handed_over: Callable[[list[Json], float], None] = lambda _events, _at_s: None
        self._urls = (url, *others)
        self._at = 0
        self._secret = secret
        self._keeps_order = keeps_order
        self._draw = random.Random(seed)
        self._pending: deque[Json] = deque()
        self._calls_in_flight: Counter[str] = Counter()
        self._in_flight = 0
        self._count = 0
        self._more = asyncio.Event()
        self._run_id = f"{random.SystemRandom().getrandbits(48):012x}"

    @property
    def owed(self) -> int:
        """Events the server has not taken yet."""
        return len(self._pending) + self._in_flight

    def put(self, event: Json) -> None:
        """Have this event delivered."""
        self._pending.append(event)
        self._more.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        connector = aiohttp.TCPConnector(limit=FLIGHTS)
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
            asyncio.TaskGroup() as flights,
        ):
            for _ in range(FLIGHTS):
                flights.create_task(self._fly(session))

    async def _fly(self, session: aiohttp.ClientSession) -> None:
        while True:
            batch = self._take()
            if not batch:
                self._more.clear()
                await self._more.wait()
                continue
            try:
                await self._hand_over(session, batch)
            finally:
                self._in_flight -= len(batch)
                self._calls_in_flight.subtract(event["call_id"] for event in batch)
                self._calls_in_flight += Counter()  # forgets what is zero
                self._more.set()

    def _take(self) -> list[Json]:
        """The oldest that may go now; a call whose events are under way waits its turn."""
        batch: list[Json] = []
        kept: list[Json] = []
        ours: set[str] = set()
        while self._pending and len(batch) < BATCH_MAX and len(kept) < 4 * BATCH_MAX:
            event = self._pending.popleft()
            call_id = event["call_id"]
            if self._keeps_order and call_id not in ours and self._calls_in_flight[call_id]:
                kept.append(event)
            else:
                batch.append(event)
                ours.add(call_id)
        self._pending.extendleft(reversed(kept))
        self._in_flight += len(batch)
        self._calls_in_flight.update(event["call_id"] for event in batch)
        return batch

    async def _hand_over(self, session: aiohttp.ClientSession, batch: list[Json]) -> None:
        """Until it is taken; each try is signed anew, under the same id."""
        self._count += 1
        webhook_id = f"{self._run_id}-{self._count}"
        body = json.dumps(batch).encode()
        attempt = 0
        while True:
            headers = signing.headers(self._secret, webhook_id, int(time.time()), body)
            headers["Content-Type"] = "application/json"
            self.on_handed_over(batch, time.perf_counter())
            if await self._post(session, body, headers):
                return
            attempt += 1
            ceiling_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(attempt, 10))
            await asyncio.sleep(ceiling_s * self._draw.uniform(0.5, 1.0))

    async def _post(
        self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]
    ) -> bool:
        at = self._at
        is_taken = await self._post_to(self._urls[at], session, body, headers)
        if not is_taken and at == self._at:
            self._at = (at + 1) % len(self._urls)
        return is_taken

    async def _post_to(
        self, url: str, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str]
    ) -> bool:
        try:
            async with session.post(url, data=body, headers=headers) as answer:
                self.answers[str(answer.status)] += 1
                if answer.status >= 300:
                    self.answers[f"{answer.status} {(await answer.text())[:200]}"] += 1
                return answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.answers[type(error).__name__] += 1
            return False
