"""One writer, one bounded queue with two lanes: the journal goes first.

A job is a plain function of a connection and becomes one transaction; it fails alone. Nothing runs between
jobs, so an idle writer holds no transaction. Appends go first because customers wait for them; projections
and people wait at most as long as one append. A full lane makes its callers wait (back-pressure), because
whoever writes here can wait and a dropped write would have to be told to somebody.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import sqlalchemy as sa

from callcenter.ports import StorageUnavailable

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
Job = Callable[[sa.Connection], T]

LANE_JOBS_MAX: Final = 256
"""Jobs that may wait in one lane; at the limit the caller waits for a place."""


class Transactor(Protocol):
    """Runs one job as one transaction, elsewhere."""

    def submit(self, job: Job[T], *, first: bool) -> "Future[T]":
        """Start the job, the journal's or another; the future is completed from any thread."""


class _Lane:
    """Jobs that wait, in order, and the places for them."""

    def __init__(self, jobs_max: int) -> None:
        self.jobs: deque[tuple[Job[Any], asyncio.Future[Any]]] = deque()
        self.places = asyncio.Semaphore(jobs_max)


class Writer:
    """Feeds a transactor one job at a time. Lives on one event loop."""

    def __init__(self, transactor: Transactor, jobs_max: int = LANE_JOBS_MAX) -> None:
        self._transactor = transactor
        self._loop = asyncio.get_running_loop()
        self._journal = _Lane(jobs_max)
        self._rest = _Lane(jobs_max)
        self._is_running = False
        self._is_closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, job: Job[T], *, first: bool = False) -> T:
        """Run `job` as one transaction, before everything else that waits if it is the journal's.

        A caller that is cancelled while its job waits takes the job along; one that is running commits.
        """
        lane = self._journal if first else self._rest
        async with lane.places:
            if self._is_closed:
                raise StorageUnavailable("the store is closed")
            result: asyncio.Future[T] = self._loop.create_future()
            lane.jobs.append((job, result))
            self._idle.clear()
            if not self._is_running:
                self._start_next()
            return await result

    async def close(self) -> None:
        """Refuse new jobs and finish those that wait."""
        self._is_closed = True
        await self._idle.wait()

    def _start_next(self) -> None:
        for lane in (self._journal, self._rest):
            while lane.jobs:
                job, result = lane.jobs.popleft()
                if not result.cancelled():
                    self._is_running = True
                    self._start(job, result, first=lane is self._journal)
                    return
        self._idle.set()

    def _start(self, job: Job[Any], result: asyncio.Future[Any], *, first: bool) -> None:
        # The thread's own callback saves the loop one turn against awaiting a wrapped future, which is a
        # tenth of an idle append and more when the loop is busy.
        def tell(done: "Future[Any]") -> None:
            self._loop.call_soon_threadsafe(self._finish, done, result)

        self._transactor.submit(job, first=first).add_done_callback(tell)

    def _finish(self, done: "Future[Any]", result: asyncio.Future[Any]) -> None:
        self._is_running = False
        if not result.cancelled():
            error = done.exception()
            if error is None:
                result.set_result(done.result())
            else:
                result.set_exception(error)
        self._start_next()
