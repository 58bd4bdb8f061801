"""Newcomers are turned away while the process is late, and taken again only when it is on time."""

import asyncio

import pytest

from callcenter.limits import (
    PRESSURE_HIGH_MS,
    PRESSURE_LATE_IN_A_ROW,
    PRESSURE_LOW_MS,
    PRESSURE_PROBE_EVERY_MS,
)
from callcenter.pressure import Pressure
from callcenter.tasks import owned

LATE_MS = PRESSURE_HIGH_MS + 1


def test_the_gate_does_not_flutter() -> None:
    pressure = Pressure(lambda: 0.0)
    row = [LATE_MS] * PRESSURE_LATE_IN_A_ROW
    seen = []
    for late_ms in (*row[1:], 0, *row, PRESSURE_LOW_MS + 1, PRESSURE_LOW_MS, *row[1:]):
        pressure.note(late_ms)
        seen.append(pressure.is_newcomer_refused())
    high = 2 * len(row) - 1
    assert [index for index, is_high in enumerate(seen) if is_high] == [high, high + 1]
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
        await asyncio.sleep(PRESSURE_PROBE_EVERY_MS / 1000 * (PRESSURE_LATE_IN_A_ROW + 0.5))
    assert pressure.late_ms == 500 - PRESSURE_PROBE_EVERY_MS
    assert pressure.is_high
