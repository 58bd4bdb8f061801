"""A day of the real engine as a server keeps it: its journal in a database, the interaction log behind it, live boards."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import msgspec

from callcenter.host.chain import ZERO, next_chain
from callcenter.host.recovery import DECODER
from callcenter.ports.journal import JournalBatch, JournalRecord
from callcenter.ports.store import Store
from callcenter.projections.feeds import InteractionLogProjection
from callcenter.projections.queue_board import QueueBoard
from callcenter.projections.runner import ProjectionRunner
from callcenter.simulation import presets
from callcenter.simulation.record import Exchange
from callcenter.simulation.world import World
from routing.engine import Engine
from routing.events import Event
from routing.ids import QueueId
from routing.reducer import apply
from routing.service_level import INTERVAL_MS, Figures, interval_start_ms
from routing.state import State
from tests.unit.callcenter.projections.recount import recounted

DOMAIN = "test"
EVENTS_PER_APPEND = 200

Totals = dict[QueueId, Figures]


def play(seed: int, hours: int, agents: int) -> list[Event]:
    """What happens in so many hours in which everything goes wrong."""
    events: list[Event] = []

    def watch(exchange: Exchange) -> None:
        events.extend(exchange.handled.events)

    World(presets.stormy(agents, 1.1, hours * presets.HOUR_MS), seed, Engine(), watch=watch).run()
    return events


class KeptDay:
    """Grows by parts of a day; the mirror, the boards, the journal and the log are then all true as of `seq`."""

    def __init__(self, store: Store, first_ms: int, last_ms: int) -> None:
        """A live board from each quarter of an hour between the two instants on."""
        self._store = store
        self._chain = ZERO
        self.domain_id = DOMAIN
        self.mirror = State()
        self.events: list[Event] = []
        starts = range(interval_start_ms(first_ms), last_ms + 2 * INTERVAL_MS, INTERVAL_MS)
        self.boards = {start_ms: QueueBoard(start_ms) for start_ms in starts}
        log = InteractionLogProjection(store.statistics, store.campaigns, dict)
        self._runner = ProjectionRunner(store.journal, store.rows, log, DECODER.decode)

    @property
    def seq(self) -> int:
        """What everything here is true as of."""
        return len(self.events)

    def not_ready_reason(self) -> None:
        """It always is."""

    async def submit(self, _envelope: object) -> Any:  # noqa: ANN401 - a host's port
        """Nobody commands a day that is over."""
        raise NotImplementedError

    async def grow(self, events: Sequence[Event]) -> None:
        """Append, publish, and let the log catch up."""
        running = asyncio.get_running_loop().create_task(self._runner.run())
        try:
            for start in range(0, len(events), EVENTS_PER_APPEND):
                await self._append(events[start : start + EVENTS_PER_APPEND])
            await self._runner.wait_for(self.seq)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def _append(self, events: Sequence[Event]) -> None:
        first = self.seq + 1
        records = [self._record(seq, event) for seq, event in enumerate(events, first)]
        await self._store.journal.append(JournalBatch(records, (), ()))
        self.events += events
        for seq, event in enumerate(events, first):
            apply(self.mirror, event)
            for board in self.boards.values():
                board.apply(seq, event)
        self._runner.publish(first, events)

    def _record(self, seq: int, event: Event) -> JournalRecord:
        payload, name = msgspec.msgpack.encode(event), type(event).__name__
        self._chain = next_chain(self._chain, DOMAIN, seq, event.at_ms, False, name, payload)
        return JournalRecord(seq, event.at_ms, False, name, payload, self._chain)

    def live(self, from_ms: int, until_ms: int) -> Totals:
        """What the boards say: all since the one instant, less all since the other."""
        since, after = (self._since(start_ms) for start_ms in (from_ms, until_ms))
        return {queue_id: _less(figures, after[queue_id]) for queue_id, figures in since.items()}

    def _since(self, start_ms: int) -> Totals:
        board = self.boards[start_ms].read(self.mirror.queues)
        return {row.queue_id: row.today for row in board.queues}

    async def from_journal(self, from_ms: int, until_ms: int) -> Totals:
        """Counted contact by contact from what the journal holds."""
        events = [DECODER.decode(record.payload) async for record in self._store.journal.read(0)]
        totals = dict.fromkeys(self.mirror.queues, Figures())
        for (queue_id, start_ms, _), figures in recounted(events).items():
            if from_ms <= start_ms < until_ms:
                totals[queue_id] = totals[queue_id].plus(figures)
        return totals


def parts_of(events: list[Event], parts: int) -> list[list[Event]]:
    """A day in so many parts."""
    cuts = [len(events) * part // parts for part in range(parts + 1)]
    return [events[start:end] for start, end in pairwise(cuts)]


def _less(figures: Figures, other: Figures) -> Figures:
    names = Figures.__struct_fields__
    return Figures(**{name: getattr(figures, name) - getattr(other, name) for name in names})
