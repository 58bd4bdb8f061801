"""What the host does beside deciding: snapshots, and forgetting old outcomes. Nobody waits for either.

A snapshot only saves time at recovery, so one that cannot be stored is let go and the next one will do. Its bytes
are taken by the host between two batches, where state and chain agree; storing them is this task's business.
"""

import asyncio

import structlog

from callcenter.clock import Clock
from callcenter.limits import OUTCOMES_FORGET_EVERY_MS, OUTCOMES_KEPT_MS, SNAPSHOT_EVERY_EVENTS
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.journal import Journal, Snapshot
from routing.engine import Engine
from routing.invariants import check_all
from routing.state import State

_log = structlog.get_logger("callcenter.host")


class Housekeeper:
    """Stores at most one snapshot at a time; a newer one replaces one that still waits."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        """Nothing is stored before `run`."""
        self._journal = journal
        self._clock = clock
        self._waiting: Snapshot | None = None
        self._wake = asyncio.Event()
        self._stored_seq = 0

    def starts_at(self, seq: int) -> None:
        """The newest stored snapshot is at `seq`."""
        self._stored_seq = seq

    def note(self, mirror: State, chain: bytes) -> None:
        """A batch is durable. Takes a snapshot when enough has come since the last; checks the laws first.

        Raises InvariantViolation.
        """
        if mirror.seq - self._stored_seq < SNAPSHOT_EVERY_EVENTS:
            return
        check_all(mirror)
        self._waiting = _snapshot_of(mirror, chain)
        self._stored_seq = mirror.seq
        self._wake.set()

    async def run(self) -> None:
        """Store snapshots as they come, and forget outcomes past their time."""
        while True:
            try:
                async with asyncio.timeout(OUTCOMES_FORGET_EVERY_MS / 1000):
                    await self._wake.wait()
            except TimeoutError:
                await self._forget()
            self._wake.clear()
            if self._waiting is not None:
                snapshot, self._waiting = self._waiting, None
                await self._store(snapshot)

    async def finish(self, mirror: State, chain: bytes) -> None:
        """Keep a last snapshot at the stop, if anything has come since the one before."""
        if mirror.seq > self._stored_seq or self._waiting is not None:
            await self._store(_snapshot_of(mirror, chain))

    async def _forget(self) -> None:
        try:
            await self._journal.forget_outcomes(self._clock.now_ms() - OUTCOMES_KEPT_MS)
        except StorageUnavailable:
            _log.warning("outcomes_not_forgotten")

    async def _store(self, snapshot: Snapshot) -> None:
        try:
            await self._journal.put_snapshot(snapshot)
        except StorageUnavailable:
            _log.warning("snapshot_not_stored", seq=snapshot.seq)


def _snapshot_of(mirror: State, chain: bytes) -> Snapshot:
    return Snapshot(mirror.seq, chain, Engine(mirror).snapshot())
