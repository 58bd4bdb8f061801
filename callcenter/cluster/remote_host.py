"""A host that decides nothing: the mirror of a domain whose router is another process.

What people are shown and what authorises is read from `mirror`, as in every process. It is fed from the journal alone,
each record checked against the chain; Redis only says that there is something to read. A command is answered when the
router has committed it and this mirror has come as far, so that whoever asked reads what they wrote.
"""

import asyncio
import heapq

import structlog

from callcenter.clock import Clock
from callcenter.cluster.asking import Asker
from callcenter.cluster.limits import ANSWER_LIMIT_S, MIRROR_POLL_S, RETRY_S
from callcenter.cluster.wire import Answer
from callcenter.host.envelope import (
    CommandIdReused,
    CommandRefused,
    Envelope,
    HostOverloaded,
    HostUnavailable,
    RoutingPaused,
    Submitted,
)
from callcenter.host.host import Host, Listener
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.store import Store

_log = structlog.get_logger("callcenter.cluster")


class RemoteHost(Host):
    """As `Host`, over a router elsewhere. Whoever acts on what is published does that there."""

    def __init__(self, domain_id: str, store: Store, clock: Clock, asker: Asker) -> None:
        """Prepare; `start` reads the journal and begins to follow it."""
        super().__init__(domain_id, store, clock)
        self._asker = asker
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._waiters_made = 0
        self._is_readable = True

    async def start(self) -> int:
        """Fold the journal and follow it; returns how many events were folded. Raises JournalDamaged, StorageUnavailable."""
        folded = await self._recover()
        self._start_task(self._follow())
        return folded

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def act_on(self, _listener: Listener) -> None:
        """Only where it is decided."""

    def not_ready_reason(self) -> str | None:
        """Why this process must not be sent traffic, or None."""
        if self._asker.is_paused:
            return "routing_paused"
        return None if self._is_readable else "journal_not_readable"

    @property
    def inbox_depth(self) -> int:
        """Commands under way to the router."""
        return self._asker.asked_count

    async def submit(self, envelope: Envelope) -> Submitted:
        """Have the command decided; returns once it is durable and in this mirror.

        Raises CommandRefused, CommandIdReused, HostOverloaded, HostUnavailable, RoutingPaused.
        """
        answer = await self._asker.ask(envelope)
        if answer.refusal is not None:
            await self._reach(answer.seq)
            raise CommandRefused(answer.refusal)
        if answer.failure:
            raise _FAILURES.get(answer.failure, HostUnavailable)(envelope.command_id)
        await self._reach(answer.seq)
        return _submitted(answer)

    # --- following -------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Read what the journal has got, whenever there may be something, until cancelled."""
        news = self._asker.news
        while True:
            try:
                async with asyncio.timeout(MIRROR_POLL_S):
                    await news.wait()
            except TimeoutError:
                pass
            news.clear()
            try:
                await self._read_back()
            except StorageUnavailable:
                self._is_readable = False
                await asyncio.sleep(RETRY_S)
                continue
            self._is_readable = True
            self._tell_reached()

    async def _reach(self, seq: int) -> None:
        """Until the mirror is at `seq`. Raises RoutingPaused when it does not come there."""
        if self.mirror.seq >= seq:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters_made += 1
        heapq.heappush(self._waiters, (seq, self._waiters_made, waiter))
        self._asker.news.set()
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await waiter
        except TimeoutError as error:
            raise RoutingPaused from error

    def _tell_reached(self) -> None:
        while self._waiters and self._waiters[0][0] <= self.mirror.seq:
            waiter = heapq.heappop(self._waiters)[2]
            if not waiter.done():
                waiter.set_result(None)


_FAILURES: dict[str, type[Exception]] = {
    "reused": CommandIdReused,
    "overloaded": HostOverloaded,
}


def _submitted(answer: Answer) -> Submitted:
    return Submitted(answer.seq, answer.reply, answer.is_repeat)
