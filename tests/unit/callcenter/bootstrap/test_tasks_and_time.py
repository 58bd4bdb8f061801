"""Tasks with an owner, the shell's clock, and the keepers' way to the host."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from callcenter.bootstrap.gateway import HostGateway
from callcenter.clock import Clock, day_start_ms, new_id
from callcenter.tasks import Supervisor, owned
from routing.commands import ConnectAgent
from routing.ids import AgentId
from tests.unit.callcenter.host.host_stage import HostStage, chat, running

DAY_MS = 24 * 3600 * 1000


async def fails() -> None:
    """A fault of ours."""
    await asyncio.sleep(0)
    raise LookupError("a fault of ours")


async def for_ever() -> None:
    """Work that never ends."""
    await asyncio.Event().wait()


async def test_leaving_the_block_ends_the_task() -> None:
    async with owned(for_ever(), "work") as task:
        await asyncio.sleep(0)
        assert not task.done()
    assert task.cancelled()


async def test_a_task_that_fails_beside_the_block_does_not_disturb_it() -> None:
    async with owned(fails(), "work") as task:
        await asyncio.wait([task])
    assert isinstance(task.exception(), LookupError)


async def test_a_block_that_fails_ends_its_task_too() -> None:
    with pytest.raises(LookupError):
        async with owned(for_ever(), "work") as task:
            await fails()
    assert task.cancelled()


async def test_the_first_task_that_fails_is_named() -> None:
    supervisor = Supervisor()
    supervisor.start(for_ever(), "good")
    supervisor.start(fails(), "bad")
    supervisor.start(fails(), "worse")
    supervisor.start(asyncio.sleep(0), "short")
    assert await supervisor.failed == "bad"
    await supervisor.stop()


async def test_stopping_ends_all_tasks_and_is_no_failure() -> None:
    supervisor = Supervisor()
    await supervisor.stop()
    supervisor.start(for_ever(), "one")
    supervisor.start(for_ever(), "two")
    await supervisor.stop()
    assert not supervisor.failed.done()


def test_the_clock_starts_at_the_wall_and_never_goes_back() -> None:
    before_ms = time.time() * 1000
    clock = Clock()
    now_ms = clock.now_ms()
    assert before_ms - 1_000 < now_ms < time.time() * 1000 + 1_000
    first = clock.monotonic_s()
    assert clock.monotonic_s() >= first
    tomorrow_ms = now_ms + DAY_MS
    assert Clock(not_before_ms=tomorrow_ms).now_ms() >= tomorrow_ms
    later_ms = clock.now_ms() + 5_000
    clock.advance_to(later_ms)
    assert clock.now_ms() >= later_ms
    clock.advance_to(0)
    assert clock.now_ms() >= later_ms


def test_ids_are_unique_and_sort_by_time() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert ids == sorted(ids)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_a_day_begins_at_local_midnight(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for hour in range(48):
            now_ms = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp() * 1000) + hour * 3_600_000
            start = datetime.fromtimestamp(day_start_ms(now_ms) / 1000, tz=UTC).astimezone()
            assert (start.hour, start.minute, start.second) == (0, 0, 0)
            assert 0 <= now_ms - day_start_ms(now_ms) < DAY_MS
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.looptime
async def test_the_gateway_says_whether_a_command_is_durable() -> None:
    async with running(HostStage()) as stage:
        gateway = HostGateway(stage.host)
        assert await gateway.send(chat("c1"))
        assert not await gateway.send(chat("c1"))  # refused
        assert not await gateway.send(ConnectAgent(AgentId("nobody")))
        stage.store.fail_writes()
        assert not await gateway.send(chat("c2"))
