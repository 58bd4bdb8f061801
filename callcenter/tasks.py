"""Tasks with an owner: nothing runs that nobody waits for.

`Supervisor` holds the tasks of the process: when one ends by an error, the process learns it. `owned` is for a
task that lives inside one function: leaving the block ends it. `woken` is how a task rests that has nothing to do.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog

_log = structlog.get_logger("callcenter.tasks")

CANCEL_AGAIN_S: Final = 5.0
"""How long a task may take to end before it is cancelled again: a cancellation can be lost on the way."""


def fault_of(error: BaseException) -> dict[str, str]:
    """What a log line says of an unexpected error: its kind and the line it came from, never a value."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
    return {"kind": type(error).__name__, "at": at}


async def woken(wake: asyncio.Event, within_ms: int) -> None:
    """Until the event is set, at most this long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_ms / 1000):
            await wake.wait()


@asynccontextmanager
async def owned(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[asyncio.Task[None]]:
    """Run `work` beside the block and end it with the block."""
    task = asyncio.get_running_loop().create_task(work, name=name)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task_failed", task=name, **fault_of(error))


class Supervisor:
    """The long-lived tasks of the process."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._tasks: list[asyncio.Task[None]] = []
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run until `stop`; an error of the task resolves `failed` with its name."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        task.add_done_callback(self._on_done)
        self._tasks.append(task)

    async def stop(self) -> None:
        """End all tasks and wait for them; one that has missed its cancellation is cancelled again."""
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_S)
            for task in running:
                _log.warning("task_still_runs", task=task.get_name())

    def _on_done(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            _log.error("task_failed", task=task.get_name(), **fault_of(error))
            if not self.failed.done():
                self.failed.set_result(task.get_name())
