"""Supervised tasks end when they are asked to, however often that takes."""

import asyncio

import pytest

from callcenter.tasks import Supervisor

pytestmark = pytest.mark.looptime


async def test_a_task_that_missed_its_cancellation_is_cancelled_again() -> None:
    missed: list[str] = []

    async def work() -> None:
        while len(missed) < 2:
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                missed.append("cancellation")

    supervisor = Supervisor()
    supervisor.start(work(), "deaf")
    await asyncio.sleep(0)
    await supervisor.stop()
    assert len(missed) == 2


async def test_without_tasks_there_is_nothing_to_end() -> None:
    before = asyncio.all_tasks()
    await Supervisor().stop()
    assert asyncio.all_tasks() == before
