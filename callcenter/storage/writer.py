"""One writer, one bounded queue with two lanes: the journal goes first.

A job is a plain function of a connection; it becomes durable whole or not at all, and fails alone. What waits in
the journal's lane when the writer is free shares one transaction: where one of them fails, nothing of it has
happened, and each is run again by itself. Nothing runs between transactions, so an idle writer holds none.
Appends go first because customers wait for them; projections and people wait at most as long as one append.
A full lane makes its callers wait (back-pressure), because whoever writes here can wait and a dropped write would
have to be told to somebody.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa

from callcenter.ports.errors import StorageUnavailable

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
Job = Callable[[sa.Connection], T]


class _Waiting(NamedTuple):
    """A job in a lane, and who waits for it."""

    job: Job[Any]
    result: asyncio.Future[Any]
    is_single: bool


LANE_JOBS_MAX: Final = 256
"""Jobs that may wait in one lane; at the limit the caller waits for a place."""

JOBS_PER_TRANSACTION_MAX: Final = 16
"""Jobs of the journal's lane that share a transaction; the others wait for the next."""


class Transactor(Protocol):
    """Runs one job as one transaction, elsewhere."""

    def submit(self, job: Job[T], *, first: bool, is_single: bool) -> "Future[T]":
        """Start the job, the journal's or another; the future is completed from any thread.

        `is_single`: it is one statement, which needs no transaction around it.
        """


class _Lane:
    """Jobs that wait, in order, and the places for them."""

    def __init__(self, jobs_max: int) -> None:
        self.jobs: deque[_Waiting] = deque()
        self.places = asyncio.Semaphore(jobs_max)


class Writer:
    """Feeds a transactor one job at a time. Lives on one event loop."""

    def __init__(self, transactor: Transactor, jobs_max: int = LANE_JOBS_MAX) -> None:
        self._transactor = transactor
        self._loop = asyncio.get_running_loop()
        self._journal = _Lane(jobs_max)
        self._rest = _Lane(jobs_max)
        self._alone: deque[_Waiting] = deque()
        """Of a transaction that failed: each gets one of its own, before everything else."""
        self._turn = RLock()
        """Held while a job is put into a lane, or jobs are taken out; by one thread again where a job is over as soon as it is begun."""
        self._is_running = False
        self._is_closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, job: Job[T], *, first: bool = False, is_single: bool = False) -> T:
        """Run `job` as one transaction, before everything else that waits if it is the journal's.

        A job that is a single statement is a transaction by itself: two turns less with the interpreter's lock.
        A caller that is cancelled while its job waits takes the job along; one that is running commits.
        """
        lane = self._journal if first else self._rest
        async with lane.places:
            if self._is_closed:
                raise StorageUnavailable("the store is closed")
            result: asyncio.Future[T] = self._loop.create_future()
            self._idle.clear()
            with self._turn:
                lane.jobs.append(_Waiting(job, result, is_single))
                if not self._is_running:
                    self._start_next()
            return await result

    async def close(self) -> None:
        """Refuse new jobs and finish those that wait."""
        self._is_closed = True
        await self._idle.wait()

    def _start_next(self) -> None:
        """Whoever calls has its turn: the loop, or the thread that has just finished a transaction."""
        group = _taken(self._alone, 1) or _taken(self._journal.jobs, JOBS_PER_TRANSACTION_MAX)
        is_journal = bool(group)
        group = group or _taken(self._rest.jobs, 1)
        self._is_running = bool(group)
        if group:
            self._start(group, first=is_journal)

    def _start(self, group: list[_Waiting], *, first: bool) -> None:
        # In the transactor's thread: what waits is begun at once, without a turn of the loop between two transactions, and
        # whoever waited is told by a callback, which saves the loop one turn against awaiting a wrapped future.
        def go_on(done: "Future[Any]") -> None:
            with self._turn:
                is_to_repeat = _is_of_one_of_them(done.exception(), group)
                if is_to_repeat:
                    self._alone.extend(group)
                self._start_next()
            self._loop.call_soon_threadsafe(self._tell, done, () if is_to_repeat else group)

        is_single = len(group) == 1 and group[0].is_single
        work = group[0].job if len(group) == 1 else _together([one.job for one in group])
        running = self._transactor.submit(work, first=first, is_single=is_single)
        running.add_done_callback(go_on)

    def _tell(self, done: "Future[Any]", group: Sequence[_Waiting]) -> None:
        error = done.exception()
        results = [] if error is not None else [done.result()] if len(group) == 1 else done.result()
        for number, one in enumerate(group):
            if one.result.cancelled():
                continue
            if error is None:
                one.result.set_result(results[number])
            else:
                one.result.set_exception(error)
        if not self._is_running:
            self._idle.set()


def _is_of_one_of_them(error: BaseException | None, group: list[_Waiting]) -> bool:
    """Whether an error is of one job of several: each is to be run again by itself.

    Unavailable: it may have been committed all the same, so nothing of it is tried a second time.
    """
    return error is not None and len(group) > 1 and not isinstance(error, StorageUnavailable)


def _taken(waiting: deque[_Waiting], jobs_max: int) -> list[_Waiting]:
    """Those at the front whose callers still wait."""
    group: list[_Waiting] = []
    while waiting and len(group) < jobs_max:
        one = waiting.popleft()
        if not one.result.cancelled():
            group.append(one)
    return group


def _together(jobs: list[Job[Any]]) -> Job[list[Any]]:
    def work(connection: sa.Connection) -> list[Any]:
        return [job(connection) for job in jobs]

    return work
