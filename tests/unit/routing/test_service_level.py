"""Service level: each formula against counts done by hand, clocks, and sums that stay sums."""

import pytest

from routing.calendars import OpenHours
from routing.model import Channel, ServiceFormula, ServiceLevelRule
from routing.service_level import (
    FORMULAS,
    INTERVAL_MS,
    AgentTimes,
    Figures,
    Ratio,
    Running,
    clock_ms,
    interval_start_ms,
    level,
    mean_ms,
)

# 100 came: 70 answered (60 in time), 15 left (5 of them in time), 8 moved on, 2 were sent away, 5 still wait.
MORNING = Figures(
    entered=100,
    answered=70,
    answered_in_time=60,
    abandoned=15,
    abandoned_in_time=5,
    flowed_out=8,
    forced_out=2,
)
NONE_RUN = Running()


@pytest.mark.parametrize(
    ("formula", "still", "some_late"),
    [
        (ServiceFormula.SHORT_ABANDONS_EXCLUDED, Ratio(60, 90), Ratio(60, 90 + 3 - 4)),
        (ServiceFormula.SHORT_ABANDONS_SUCCEED, Ratio(65, 95), Ratio(65, 95 + 3 - 4)),
        (ServiceFormula.ABANDONS_FAIL, Ratio(60, 95), Ratio(60, 95 + 3 - 4)),
        (ServiceFormula.ANSWERED_ONLY, Ratio(60, 70), Ratio(60, 70 - 4)),
    ],
)
def test_the_formulas(formula: ServiceFormula, still: Ratio, some_late: Ratio) -> None:
    rule = ServiceLevelRule(formula=formula)
    assert level(rule, MORNING, NONE_RUN) == still
    # Three who wait have waited too long; four chats are answered and have no reply yet, but still time for one.
    assert level(rule, MORNING, Running(overdue=3, answered=4)) == some_late


def test_every_formula_has_a_name_and_a_version() -> None:
    assert {formula: one.version for formula, one in FORMULAS.items()} == dict.fromkeys(
        ServiceFormula, 1
    )


def test_nothing_offered_is_no_service_level() -> None:
    for formula in ServiceFormula:
        assert level(ServiceLevelRule(formula=formula), Figures(), NONE_RUN).permille is None
    assert Ratio(2, 3).permille == 666


def test_a_day_is_the_sum_of_its_intervals() -> None:
    busy = Figures(entered=100, answered=100, answered_in_time=50)
    quiet = Figures(entered=1, answered=1, answered_in_time=1)
    day = busy.plus(quiet)
    assert level(ServiceLevelRule(), day, NONE_RUN) == Ratio(
        51, 101
    )  # not the mean of 50 and 100 %
    assert (day.offered, day.is_provisional) == (101, False)
    assert (MORNING.offered, MORNING.is_provisional) == (95, True)
    assert Running(1, 2).plus(Running(3, 4)) == Running(4, 6)
    assert (mean_ms(10, 4), mean_ms(0, 0)) == (2, None)


def test_mail_counts_open_hours_alone() -> None:
    hours = OpenHours(0, 10_000, (1_000, 2_000, 5_000, 6_000))
    assert clock_ms(Channel.EMAIL, 1_500, 5_300, hours) == 800
    assert clock_ms(Channel.VOICE, 1_500, 5_300, hours) == 3_800
    assert clock_ms(Channel.EMAIL, 1_500, 5_300, None) == 3_800
    assert clock_ms(Channel.EMAIL, 1_500, 15_300, hours) == 13_800  # nothing is known so far ahead


def test_an_instant_belongs_to_one_interval() -> None:
    assert interval_start_ms(INTERVAL_MS - 1) == 0
    assert interval_start_ms(INTERVAL_MS) == INTERVAL_MS


def test_occupancy_is_work_of_work_and_waiting_for_work() -> None:
    half = AgentTimes(talk_ms=20, wrap_up_ms=5, ring_ms=5, available_ms=10, not_ready_ms=99)
    assert half.occupancy == Ratio(30, 40)
    assert half.plus(half).occupancy == Ratio(60, 80)
    assert AgentTimes().occupancy.permille is None
