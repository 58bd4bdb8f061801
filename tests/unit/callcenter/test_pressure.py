"""Newcomers are turned away while the process is late, and taken again only when it is on time."""

import asyncio

import pytest

from callcenter.limits import PRESSURE_HIGH_MS, PRESSURE_LOW_MS, PRESSURE_PROBE_EVERY_MS
from callcenter.pressure import Pressure
from callcenter.tasks import owned


def test_the_gate_does_not_flutter() -> None:
    pressure = Pressure(lambda: 0.0)
    seen = []
    for late_ms in (
        0,
        PRESSURE_HIGH_MS,
        PRESSURE_HIGH_MS + 1,
        PRESSURE_LOW_MS + 1,
        PRESSURE_LOW_MS,
    ):
        pressure.note(late_ms)
        seen.append(pressure.is_newcomer_refused())
    assert seen == [False, False, True, True, False]
    assert pressure.turned_away == 2


@pytest.mark.looptime
async def test_it_measures_how_late_a_timer_runs() -> None:
    now_s = 0.0

    def monotonic_s() -> float:
        nonlocal now_s
        now_s += 0.5  # each look at the clock finds half a second gone
        return now_s

    pressure = Pressure(monotonic_s)
    async with owned(pressure.run(), "pressure"):
        await asyncio.sleep(PRESSURE_PROBE_EVERY_MS / 1000 * 1.5)
    assert pressure.late_ms == 500 - PRESSURE_PROBE_EVERY_MS
    assert pressure.is_high
