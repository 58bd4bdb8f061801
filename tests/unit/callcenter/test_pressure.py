"""Newcomers are turned away while the process is late, and taken again only when it is on time."""

import asyncio

import pytest

from callcenter.limits import (
    PRESSURE_HIGH_MS,
    PRESSURE_LATE_MORE,
    PRESSURE_LOW_MS,
    PRESSURE_PROBE_EVERY_MS,
    PRESSURE_SHARE_STEP,
)
from callcenter.pressure import Pressure
from callcenter.tasks import owned

LATE_MS = PRESSURE_HIGH_MS + 1


def pressed() -> Pressure:
    """Just now it has become too much."""
    pressure = Pressure(lambda: 0.0)
    for _ in range(PRESSURE_LATE_MORE):
        pressure.note(LATE_MS)
    return pressure


def taken_of(pressure: Pressure, newcomers: int) -> int:
    return sum(not pressure.is_newcomer_refused() for _ in range(newcomers))


def test_one_pause_is_no_load() -> None:
    pressure = Pressure(lambda: 0.0)
    few = PRESSURE_LATE_MORE - 1
    for late_ms in (*[LATE_MS] * few, *[PRESSURE_HIGH_MS] * few) * 2:
        pressure.note(late_ms)
    assert not pressure.is_high
    assert taken_of(pressure, 100) == 100
    assert pressure.turned_away == 0


def test_a_loop_that_is_at_work_itself_is_under_pressure_sooner() -> None:
    idle, busy = Pressure(lambda: 0.0), Pressure(lambda: 0.0)
    for _ in range(PRESSURE_LATE_MORE):
        idle.note(PRESSURE_LOW_MS + 1)
        busy.note(PRESSURE_LOW_MS + 1, is_busy=True)
    assert (idle.is_high, busy.is_high) == (False, True)


def test_a_growing_share_is_taken_while_it_is_on_time_and_half_as_many_when_it_is_late() -> None:
    pressure = pressed()
    assert pressure.is_high
    assert taken_of(pressure, 1_000) == 0
    for _ in range(round(0.4 / PRESSURE_SHARE_STEP)):
        pressure.note(PRESSURE_LOW_MS)
    assert taken_of(pressure, 1_000) == pytest.approx(400, abs=1)
    pressure.note(PRESSURE_LOW_MS + 1)
    assert taken_of(pressure, 1_000) == pytest.approx(200, abs=1)
    assert pressure.turned_away == pytest.approx(2_400, abs=2)


def test_once_all_are_taken_again_the_load_is_over() -> None:
    pressure = pressed()
    for _ in range(round(1 / PRESSURE_SHARE_STEP) + 1):
        pressure.note(0)
    assert not pressure.is_high
    pressure.note(LATE_MS)
    assert taken_of(pressure, 10) == 10


@pytest.mark.looptime
async def test_it_measures_how_late_a_timer_runs() -> None:
    now_s = 0.0

    def monotonic_s() -> float:
        nonlocal now_s
        now_s += 0.5  # each look at the clock finds half a second gone
        return now_s

    pressure = Pressure(monotonic_s)
    async with owned(pressure.run(), "pressure"):
        await asyncio.sleep(PRESSURE_PROBE_EVERY_MS / 1000 * (PRESSURE_LATE_MORE + 0.5))
    assert pressure.late_ms == 500 - PRESSURE_PROBE_EVERY_MS
    assert pressure.is_high
