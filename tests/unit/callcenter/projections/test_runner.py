"""The runner keeps its place, whatever is published, lost, doubled, or refused by the disk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import msgspec
import pytest

from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.journal import JournalBatch, JournalRecord, RowChange
from callcenter.projections.feeds import InteractionLogProjection
from callcenter.projections.runner import COMMIT_EVENTS_MAX, INBOX_GROUPS_MAX, ProjectionRunner
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from tests.unit.callcenter.projections.histories import History

pytestmark = pytest.mark.looptime

DECODER: msgspec.msgpack.Decoder[ev.Event] = msgspec.msgpack.Decoder(ev.Event)


class Rows:
    """Rows of a memory store that remember the commits, and fail on order."""

    def __init__(self, store: MemoryStore) -> None:
        self._rows = store.rows
        self.commits: list[tuple[int, float]] = []
        self.fails_before = 0
        self.fails_after = 0

    async def cursor(self, projection: str) -> int:
        return await self._rows.cursor(projection)

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        self.commits.append((as_of_seq, asyncio.get_running_loop().time()))
        if self.fails_before:
            self.fails_before -= 1
            raise StorageUnavailable("full")
        await self._rows.commit(projection, as_of_seq, changes, after_seq=after_seq)
        if self.fails_after:
            self.fails_after -= 1
            raise StorageUnavailable("connection lost: committed or not, nobody knows")


class Journal:
    """A memory journal whose reading breaks off on order."""

    def __init__(self, store: MemoryStore) -> None:
        self._journal = store.journal
        self.breaks_after: int | None = None

    async def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        async for record in self._journal.read(after_seq):
            if record.seq == self.breaks_after:
                self.breaks_after = None
                raise StorageUnavailable("disk I/O error")
            yield record


class Scene:
    """A journal with a history, and a runner that may be told of it."""

    def __init__(self, steps: int, seed: int = 1) -> None:
        self.store = MemoryStore()
        self.rows = Rows(self.store)
        self.events = History(seed).grow(steps)
        self.appended = 0
        self.journal = Journal(self.store)
        self.runner = self.another()

    def another(self) -> ProjectionRunner:
        """A further runner over the same rows, as another process would have."""
        return ProjectionRunner(
            self.journal,  # type: ignore[arg-type]  # the runner only reads
            self.rows,
            InteractionLogProjection(self.store.statistics, self.store.campaigns, dict),
            DECODER.decode,
        )

    async def append(self, count: int) -> tuple[int, list[ev.Event]]:
        """Make the next events durable; returns what the host would publish."""
        first_seq = self.appended + 1
        events = self.events[self.appended : self.appended + count]
        records = [
            JournalRecord(
                seq, event.at_ms, True, type(event).__name__, msgspec.msgpack.encode(event), b""
            )
            for seq, event in enumerate(events, first_seq)
        ]
        await self.store.journal.append(JournalBatch(records, (), ()))
        self.appended += len(events)
        return first_seq, events

    async def publish(self, count: int) -> None:
        self.runner.publish(*await self.append(count))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.runner.run())
            yield
            task.cancel()

    async def everything(self) -> tuple[object, ...]:
        interactions = await self.store.interactions.since(0)
        return interactions, await self.store.statistics.beginning(0)

    async def check(self) -> None:
        """The rows are what folding once, in order, from the beginning gives."""
        async with asyncio.timeout(60):
            await self.runner.wait_for(self.appended)
        plain = Scene(0)
        plain.events = self.events
        await plain.append(self.appended)
        async with plain.running():
            await plain.runner.wait_for(self.appended)
        assert await self.everything() == await plain.everything()


async def test_it_starts_with_what_is_in_the_journal() -> None:
    scene = Scene(700)
    await scene.append(len(scene.events))
    async with scene.running():
        await scene.check()
    sizes = [seq for seq, _ in scene.rows.commits]
    assert sizes == [*range(500, len(scene.events), 500), len(scene.events)]


async def test_it_follows_what_is_published() -> None:
    scene = Scene(300)
    async with scene.running():
        for _ in range(50):
            await scene.publish(3)
            await asyncio.sleep(0.01)
        await scene.check()
    assert len(scene.rows.commits) <= 7  # 0.5 s of events, one commit in 0.1 s


async def test_a_burst_is_committed_before_its_time() -> None:
    scene = Scene(2_000)
    async with scene.running():
        await asyncio.sleep(1)
        began = asyncio.get_running_loop().time()
        while scene.appended < 2 * COMMIT_EVENTS_MAX:
            await scene.publish(100)
        await scene.runner.wait_for(COMMIT_EVENTS_MAX)
        assert asyncio.get_running_loop().time() == began
        await scene.check()


async def test_it_goes_on_from_its_cursor() -> None:
    scene = Scene(300)
    async with scene.running():
        await scene.publish(100)
        await scene.check()
    await scene.append(100)
    async with scene.running():
        await scene.publish(50)
        await scene.check()


async def test_what_does_not_fit_is_read_from_the_journal() -> None:
    scene = Scene(2_000)
    for _ in range(INBOX_GROUPS_MAX + 100):
        await scene.publish(1)
    async with scene.running():
        await scene.check()
        await scene.publish(5)
        await scene.check()


async def test_the_last_group_dropped_is_noticed_without_another() -> None:
    scene = Scene(2_000)
    async with scene.running():
        await asyncio.sleep(1)
        for _ in range(INBOX_GROUPS_MAX + 1):
            await scene.publish(1)
        await scene.check()


async def test_a_gap_and_a_repetition_change_nothing() -> None:
    scene = Scene(300)
    async with scene.running():
        await scene.publish(20)
        await scene.check()
        await scene.publish(3)
        await scene.append(7)  # durable, never published
        group = await scene.append(10)
        scene.runner.publish(*group)
        await scene.check()
        scene.runner.publish(*group)
        await scene.publish(5)
        await scene.check()


async def test_a_full_disk_is_waited_for() -> None:
    scene = Scene(300)
    async with scene.running():
        await scene.publish(30)
        await scene.check()
        scene.rows.commits.clear()
        scene.rows.fails_before = 8
        await scene.publish(30)
        await scene.check()
        times = [at for _, at in scene.rows.commits]
        pauses = [round(b - a, 1) for a, b in pairwise(times)]
        assert pauses[:8] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


async def test_a_commit_nobody_knows_about_is_not_counted_twice() -> None:
    scene = Scene(300)
    async with scene.running():
        for _ in range(5):
            scene.rows.fails_after = 1
            await scene.publish(20)
            await scene.check()


async def test_a_reading_that_breaks_off_is_begun_again() -> None:
    scene = Scene(300)
    await scene.append(200)
    scene.journal.breaks_after = 150
    async with scene.running():
        await scene.check()


async def test_a_reader_waits_for_its_seq_alone() -> None:
    scene = Scene(300)
    async with scene.running(), asyncio.TaskGroup() as tasks:
        early = tasks.create_task(scene.runner.wait_for(10))
        gives_up = tasks.create_task(scene.runner.wait_for(20))
        late = tasks.create_task(scene.runner.wait_for(30))
        await asyncio.sleep(0)
        gives_up.cancel()
        await scene.publish(25)
        await early
        assert scene.runner.as_of_seq == 25
        assert not late.done()
        await scene.publish(5)
        await late
        await scene.runner.wait_for(30)


async def test_two_runners_of_the_same_rows_count_everything_once() -> None:
    scene = Scene(400)
    second = scene.another()
    async with scene.running():
        await scene.publish(40)
        await scene.runner.wait_for(scene.appended)
        task = asyncio.get_running_loop().create_task(second.run())
        for _ in range(20):
            published = await scene.append(10)
            scene.runner.publish(*published)
            second.publish(*published)
            await asyncio.sleep(0.03)
        await scene.check()
        task.cancel()
