"""Processes that are forked from one with the code loaded end, are killed and speak as those that are started from nothing."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from loadtests.server_process import REPOSITORY, ServerProcess
from loadtests.warm import WarmStart

pytestmark = pytest.mark.timeout(180)

READY_S = 120.0


@pytest.fixture
async def warm() -> AsyncIterator[WarmStart]:
    """Where they come from."""
    async with WarmStart(REPOSITORY) as start:
        yield start


async def test_a_command_that_fails_says_why_and_how(warm: WarmStart, tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = ("run", "--port", "0", "--data-dir", str(tmp_path / "empty"))
    failed = await warm.begin(words, dict(os.environ), log)
    assert await failed.wait() == 1
    assert "run `callcenter init` first" in log.read_text()
    with pytest.raises(ProcessLookupError):
        failed.send_signal(0)


async def test_a_server_is_killed_started_again_and_stopped(
    warm: WarmStart, tmp_path: Path
) -> None:
    server = ServerProcess(tmp_path / "data")
    server.warm = warm
    await server.start(READY_S)
    assert os.getsid(server.pid) == server.pid, "a session of its own"
    await server.kill()
    assert not server.is_running
    await server.start(READY_S)
    assert await server.stop(READY_S) == 0
    assert "Traceback" not in server.output()


async def test_nothing_is_left_when_nobody_gives_orders_any_more(tmp_path: Path) -> None:
    async with WarmStart(REPOSITORY) as start:
        server = ServerProcess(tmp_path / "data")
        server.warm = start
        await server.start(READY_S)
    assert await server.until_ended(READY_S)
