"""The live board across starts and midnights."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from callcenter.ports.journal import JournalBatch, JournalRecord
from callcenter.projections.feeds import BoardFeed
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import QueueBoard
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from tests.unit.callcenter.projections.histories import DAY_START_MS, History

DECODER: msgspec.msgpack.Decoder[ev.Event] = msgspec.msgpack.Decoder(ev.Event)


class Stage:
    """A store whose rows stand at one seq and whose journal goes further."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.events = History(5).grow(300)
        self.feed = BoardFeed(self.store.statistics, self, DECODER.decode, dict)  # type: ignore[arg-type]
        self.publish_while_reading = 0
        self.published = 0

    async def commit_rows(self, as_of_seq: int) -> None:
        log = InteractionLog()
        changes = []
        for seq, event in enumerate(self.events[:as_of_seq], 1):
            changes += log.changes(seq, event)
        await self.store.rows.commit(NAME, as_of_seq, changes)

    async def publish(self, count: int) -> None:
        first_seq = self.published + 1
        events = self.events[self.published : self.published + count]
        records = [
            JournalRecord(
                seq, event.at_ms, True, type(event).__name__, msgspec.msgpack.encode(event), b""
            )
            for seq, event in enumerate(events, first_seq)
        ]
        await self.store.journal.append(JournalBatch(records, (), ()))
        self.published += count
        self.feed.publish(first_seq, events)

    async def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """The journal's `read`, while the host goes on."""
        async for record in self.store.journal.read(after_seq):
            yield record
        if self.publish_while_reading:
            count, self.publish_while_reading = self.publish_while_reading, 0
            await self.publish(count)

    def check(self, day_start_ms: int) -> None:
        plain = QueueBoard(day_start_ms)
        for seq, event in enumerate(self.events[: self.published], 1):
            plain.apply(seq, event)
        assert self.feed.board.read() == plain.read()


async def test_it_starts_from_rows_and_journal_and_stays_live() -> None:
    stage = Stage()
    await stage.publish(100)
    await stage.commit_rows(60)
    await stage.feed.restart(DAY_START_MS)
    stage.check(DAY_START_MS)
    await stage.publish(50)
    stage.check(DAY_START_MS)


async def test_nothing_published_during_a_start_is_lost() -> None:
    stage = Stage()
    await stage.publish(100)
    await stage.commit_rows(60)
    stage.publish_while_reading = 20
    await stage.feed.restart(0)
    stage.check(0)
    stage.publish_while_reading = 20
    await stage.feed.restart(DAY_START_MS)
    stage.check(DAY_START_MS)
    await stage.publish(20)
    stage.check(DAY_START_MS)


async def test_the_board_before_stays_live_during_a_restart() -> None:
    stage = Stage()
    await stage.publish(10)
    await stage.feed.restart(0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stage.feed.restart(DAY_START_MS))
        await stage.publish(10)
        assert stage.feed.board.as_of_seq == 20
    stage.check(DAY_START_MS)
