"""Long-running commands run alike on libuv's loop and on Python's own."""

import asyncio
import sys

import pytest

from callcenter.cli import loops


async def where_it_runs() -> str:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_the_loop_is_the_one_this_platform_has() -> None:
    assert loops.run(where_it_runs()) == ("asyncio" if sys.platform == "win32" else "uvloop")


def test_pythons_own_loop_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "new_event_loop", asyncio.new_event_loop)
    assert loops.run(where_it_runs()) == "asyncio"
