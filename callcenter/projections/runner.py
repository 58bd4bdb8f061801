"""Keeps the rows of one projection behind the journal: soon, in order, and without ever losing its place.

Theory: the place is the cursor, and it moves in the same transaction as the rows. What arrives by `publish` is only
a shortcut past reading the journal: anything missing, doubled or dropped is noticed by its seq and read from the
journal instead. After any failure the runner starts again from what is stored, because nobody knows whether a
failed commit happened.
"""

import asyncio
import heapq
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from callcenter.ports.errors import ChangedMeanwhile, StorageUnavailable
from callcenter.ports.journal import Journal, RowChange
from callcenter.ports.read_models import ProjectionRows
from routing.events import Event

_log = structlog.get_logger("callcenter.projections")

COMMIT_EVENTS_MAX: Final = 500
"""Events in one commit."""

COMMIT_EVERY_S: Final = 0.1
"""How long events may gather before they are committed."""

INBOX_GROUPS_MAX: Final = 1_000
"""Published groups waiting; more are dropped here and read from the journal later."""

RETRY_S_MIN: Final = 0.1
RETRY_S_MAX: Final = 5.0
"""Bounds of the pause after a failure; it doubles from the one to the other."""

Decode = Callable[[bytes], Event]
Group = tuple[int, Sequence[Event]]
"""The seq of the first event, and the events."""


class Projection(Protocol):
    """A fold that asks for row changes."""

    name: str

    def changes(self, _seq: int, event: Event) -> Sequence[RowChange]:
        """What an event changes; events come in order, each once since the last `restart`."""

    async def restart(self) -> int:
        """Go on from the stored rows; returns the seq they stand at."""


class ProjectionRunner:
    """Runs one projection. `run` belongs to a supervised task; everything else may be called at any time."""

    def __init__(
        self, journal: Journal, rows: ProjectionRows, projection: Projection, decode: Decode
    ) -> None:
        """`decode` turns a journal payload into its event."""
        self._journal = journal
        self._rows = rows
        self._projection = projection
        self._decode = decode
        self._inbox: asyncio.Queue[Group] = asyncio.Queue(INBOX_GROUPS_MAX)
        self._published_seq = 0
        self._folded_seq = 0
        self._changes: list[RowChange] = []
        self._waiters: list[tuple[int, int, asyncio.Future[None]]] = []
        self._waiters_made = 0
        self.as_of_seq = 0

    def publish(self, first_seq: int, events: Sequence[Event]) -> None:
        """Tell of events that are durable now. Never blocks: what does not fit is read from the journal."""
        self._published_seq = first_seq + len(events) - 1
        if not self._inbox.full():
            self._inbox.put_nowait((first_seq, events))

    def stored(self, seq: int) -> None:
        """The rows stand at `seq` by another process's doing; only where `run` is not run."""
        self._reached(seq)

    async def wait_for(self, seq: int) -> None:
        """Return when the rows stand at `seq` or later; the caller sets the deadline."""
        if self.as_of_seq >= seq:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters_made += 1
        heapq.heappush(self._waiters, (seq, self._waiters_made, waiter))
        await waiter

    async def run(self) -> None:
        """Follow the journal until cancelled; an unavailable store is waited for."""
        pause_s = RETRY_S_MIN
        while True:
            try:
                await self._catch_up()
                pause_s = RETRY_S_MIN
                await self._follow()
            except ChangedMeanwhile:
                # Whoever has brought the rows on may be going on: begin anew from where they stand.
                _log.warning("projection_moved_elsewhere", projection=self._projection.name)
                await asyncio.sleep(RETRY_S_MIN)
            except StorageUnavailable:
                _log.warning(
                    "projection_waits_for_storage",
                    projection=self._projection.name,
                    as_of_seq=self.as_of_seq,
                )
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, RETRY_S_MAX)

    # --- folding ------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """From the stored rows to the journal's end, reading."""
        self._changes = []
        self._folded_seq = await self._projection.restart()
        self._reached(self._folded_seq)
        async for record in self._journal.read(self._folded_seq):
            self._fold(record.seq, self._decode(record.payload))
            if self._folded_seq - self.as_of_seq >= COMMIT_EVENTS_MAX:
                await self._commit()
        await self._commit()

    async def _follow(self) -> None:
        """Fold what is published; returns when something published is missing here."""
        while True:
            group: Group | None = await self._inbox.get()
            deadline_s = asyncio.get_running_loop().time() + COMMIT_EVERY_S
            while group is not None:
                if not self._fold_group(*group):
                    await self._commit()
                    return
                if self._folded_seq - self.as_of_seq >= COMMIT_EVENTS_MAX:
                    break
                group = await self._next_until(deadline_s)
            await self._commit()
            if self._inbox.empty() and self._published_seq > self._folded_seq:
                return

    async def _next_until(self, deadline_s: float) -> Group | None:
        if not self._inbox.empty():
            return self._inbox.get_nowait()
        try:
            async with asyncio.timeout_at(deadline_s):
                return await self._inbox.get()
        except TimeoutError:
            return None

    def _fold_group(self, first_seq: int, events: Sequence[Event]) -> bool:
        """Fold the new ones among the events; False when some before them are missing."""
        if first_seq > self._folded_seq + 1:
            return False
        for seq, event in enumerate(events, first_seq):
            if seq > self._folded_seq:
                self._fold(seq, event)
        return True

    def _fold(self, seq: int, event: Event) -> None:
        self._changes.extend(self._projection.changes(seq, event))
        self._folded_seq = seq

    async def _commit(self) -> None:
        if self._folded_seq > self.as_of_seq:
            changes, self._changes = self._changes, []
            await self._rows.commit(
                self._projection.name, self._folded_seq, changes, after_seq=self.as_of_seq
            )
            self._reached(self._folded_seq)

    def _reached(self, seq: int) -> None:
        self.as_of_seq = seq
        while self._waiters and self._waiters[0][0] <= seq:
            waiter = heapq.heappop(self._waiters)[2]
            if not waiter.done():
                waiter.set_result(None)
