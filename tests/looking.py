"""How a test over real sockets waits for what nobody tells it: it looks, pauses, and looks again, within a bound.

The pause gives the processor to whoever is waited for; going round without one slows down just that.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

LOOK_EVERY_S = 0.005
PATIENCE_S = 30
"""Ends what will never be so; no test takes longer for it."""

T = TypeVar("T")


async def until(is_so: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """What it says, once it is something. Raises TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not (found := is_so()):
            await pause()
    return found


async def pause() -> None:
    """Between two looks."""
    await asyncio.sleep(LOOK_EVERY_S)
