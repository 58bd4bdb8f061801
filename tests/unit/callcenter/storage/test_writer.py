"""The writer's order and fairness, with a transactor that finishes jobs when the test says so."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from callcenter.ports.errors import StorageError, StorageUnavailable
from callcenter.storage.writer import JOBS_PER_TRANSACTION_MAX, Writer

T = TypeVar("T")


class HandTransactor:
    """Holds the one running job until told to finish it."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self._running: tuple[Callable[[Any], Any], Future[Any]] | None = None

    def submit(
        self, job: Callable[[sa.Connection], T], *, first: bool, is_single: bool
    ) -> "Future[T]":
        assert self._running is None, "two jobs at once"
        self.started.append(job.__name__)
        future: Future[T] = Future()
        self._running = (job, future)
        return future

    async def finish(self, error: Exception | None = None) -> None:
        assert self._running is not None
        (job, future), self._running = self._running, None
        result = None
        if error is None:
            try:
                result = job(None)
            except StorageError as raised:
                error = raised
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
        for _ in range(4):
            await asyncio.sleep(0)


def job(name: str) -> Callable[[sa.Connection], str]:
    def named(_connection: sa.Connection) -> str:
        return f"{name} done"

    named.__name__ = name
    return named


async def settle() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_the_journal_goes_before_what_waits() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        for name, first in (("row 1", False), ("row 2", False), ("append", True)):
            tasks.create_task(writer.run(job(name), first=first))
        await settle()
        assert hand.started == ["row 1"]
        for _ in range(3):
            await hand.finish()
    assert hand.started == ["row 1", "append", "row 2"]


def broken(_connection: sa.Connection) -> str:
    raise StorageError("this one alone")


async def test_appends_that_wait_share_a_transaction() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writer.run(job("row")))
        await settle()
        count = JOBS_PER_TRANSACTION_MAX + 1
        appends = [
            tasks.create_task(writer.run(job(f"append {n}"), first=True)) for n in range(count)
        ]
        given_up = tasks.create_task(writer.run(job("given up"), first=True))
        await settle()
        given_up.cancel()
        for _ in range(3):
            await hand.finish()
    assert hand.started == ["row", "work", f"append {count - 1}"]
    assert [append.result() for append in appends] == [f"append {n} done" for n in range(count)]


async def test_of_a_shared_transaction_that_fails_each_is_tried_by_itself() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writer.run(job("row 1")))
        await settle()
        first = tasks.create_task(writer.run(job("append 1"), first=True))
        failing = asyncio.gather(writer.run(broken, first=True), return_exceptions=True)
        last = tasks.create_task(writer.run(job("append 2"), first=True))
        tasks.create_task(writer.run(job("row 2")))
        await settle()
        for _ in range(6):
            await hand.finish()
    assert hand.started == ["row 1", "work", "append 1", "broken", "append 2", "row 2"]
    assert [first.result(), last.result()] == ["append 1 done", "append 2 done"]
    assert str((await failing)[0]) == "this one alone"


async def test_a_shared_transaction_whose_end_nobody_knows_is_not_tried_again() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writer.run(job("row")))
        await settle()
        appends = [writer.run(job(f"append {n}"), first=True) for n in range(2)]
        failing = asyncio.gather(*appends, return_exceptions=True)
        await settle()
        await hand.finish()
        await hand.finish(StorageUnavailable("gone"))
    assert [str(each) for each in await failing] == ["gone", "gone"]
    assert hand.started == ["row", "work"]


async def test_a_failed_job_fails_alone() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        failing = asyncio.gather(writer.run(job("bad")), return_exceptions=True)
        passing = tasks.create_task(writer.run(job("good")))
        await settle()
        await hand.finish(StorageUnavailable("full"))
        await hand.finish()
    assert isinstance((await failing)[0], StorageUnavailable)
    assert passing.result() == "good done"


async def test_a_full_lane_makes_callers_wait_and_leaves_the_journal_its_own() -> None:
    hand = HandTransactor()
    writer = Writer(hand, jobs_max=2)
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(writer.run(job(f"row {n}"))) for n in range(5)]
        await settle()
        append = tasks.create_task(writer.run(job("append"), first=True))
        await settle()
        await hand.finish()
        assert hand.started == ["row 0", "append"]
        for _ in range(5):
            await hand.finish()
    assert append.result() == "append done"
    assert [task.result() for task in waiting] == [f"row {n} done" for n in range(5)]


async def test_a_caller_that_gives_up_takes_its_waiting_job_along() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(writer.run(job("runs")))
        gives_up = tasks.create_task(writer.run(job("given up")))
        last = tasks.create_task(writer.run(job("last")))
        await settle()
        gives_up.cancel()
        await settle()
        await hand.finish()
        await hand.finish()
    assert hand.started == ["runs", "last"]
    assert last.result() == "last done"


async def test_giving_up_a_running_job_does_not_stop_the_writer() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        gives_up = tasks.create_task(writer.run(job("runs")))
        await settle()
        gives_up.cancel()
        await settle()
        after = tasks.create_task(writer.run(job("after")))
        await settle()
        assert hand.started == ["runs"]
        await hand.finish()
        await hand.finish()
    assert after.result() == "after done"


async def test_closing_finishes_what_waits_and_refuses_more() -> None:
    hand = HandTransactor()
    writer = Writer(hand)
    async with asyncio.TaskGroup() as tasks:
        for name in ("a", "b"):
            tasks.create_task(writer.run(job(name)))
        await settle()
        closing = tasks.create_task(writer.close())
        await settle()
        with pytest.raises(StorageUnavailable):
            await writer.run(job("late"))
        assert not closing.done()
        await hand.finish()
        await hand.finish()
    assert hand.started == ["a", "b"]


class ThreadTransactor:
    """A thread that is done with a job at once, and notes whether it was ever two at a time."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.done: list[str] = []
        self._is_busy = False

    def submit(self, job: Callable[[Any], T], *, first: bool, is_single: bool) -> "Future[T]":
        def alone() -> T:
            assert not self._is_busy, "two jobs at once"
            self._is_busy = True
            try:
                return job(self.done)
            finally:
                self._is_busy = False

        return self.thread.submit(alone)


async def test_a_thread_goes_from_job_to_job_while_more_come_and_some_give_up() -> None:
    hand = ThreadTransactor()
    writer = Writer(hand, jobs_max=8)
    rng = random.Random(5)

    def named(name: str) -> Callable[[Any], str]:
        def work(done: list[str]) -> str:
            done.append(name)
            return name

        return work

    async def ask(name: str) -> str:
        for _ in range(rng.randrange(200)):
            await asyncio.sleep(0)
        answer = asyncio.create_task(writer.run(named(name), first=rng.random() < 0.5))
        if rng.random() < 0.2:
            await asyncio.sleep(0)
            answer.cancel()
        return await answer

    answers = await asyncio.gather(*(ask(str(n)) for n in range(2_000)), return_exceptions=True)
    await asyncio.wait_for(writer.close(), 10)
    hand.thread.shutdown()
    answered = [one for one in answers if isinstance(one, str)]
    assert all(str(n) == one for n, one in enumerate(answers) if isinstance(one, str))
    assert len(answered) > 1_000
    assert len(set(hand.done)) == len(hand.done), "done twice"
    assert set(answered) <= set(hand.done)


async def test_a_job_that_is_over_as_soon_as_it_is_begun() -> None:
    class AtOnce:
        def submit(self, job: Callable[[Any], T], *, first: bool, is_single: bool) -> "Future[T]":
            future: Future[T] = Future()
            future.set_result(job(None))
            return future

    writer = Writer(AtOnce())
    assert await asyncio.gather(*(writer.run(job(name)) for name in "ab")) == ["a done", "b done"]
    await writer.close()
