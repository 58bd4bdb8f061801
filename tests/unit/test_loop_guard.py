"""The guard of `conftest.py`: our code may not wait for a lock on the loop; coverage's tracer under it may."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from blockbuster import BlockingError

import callcenter

OURS = str(Path(callcenter.__file__).parent / "storage" / "migrations" / "not_there.py")
"""A place in our package that coverage leaves out: it reads every file it has seen."""


def called_by_us(file: str, function: str) -> Callable[[threading.Lock], None]:
    """A function of that file and name that takes a lock, called by a module of ours."""
    names: dict[str, Callable[[threading.Lock], None]] = {}
    exec(compile(f"def {function}(lock): lock.acquire()", file, "exec"), names)  # noqa: S102 - frames of those files
    exec(compile(f"def ours(lock): {function}(lock)", OURS, "exec"), names)  # noqa: S102 - frames of those files
    return names["ours"]


async def test_a_lock_another_thread_holds_is_refused() -> None:
    lock = threading.Lock()
    with lock, pytest.raises(BlockingError):
        called_by_us("library.py", "take")(lock)


async def test_the_tracer_may_wait_for_its_lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(0.05, lock.release).start()
    called_by_us("/site-packages/coverage/collector.py", "lock_data")(lock)
    assert lock.locked()
