"""The event loop long-running commands live on: libuv's where there is one, else Python's own. Both behave alike."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

try:
    from uvloop import new_event_loop
except ImportError:  # no wheel for this platform
    from asyncio import new_event_loop  # type: ignore[assignment]

T = TypeVar("T")


def new_loop() -> asyncio.AbstractEventLoop:
    """One that nobody runs yet."""
    return new_event_loop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)
