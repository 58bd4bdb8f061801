"""When what is late: open hours, days that count, holidays in between, clocks that change."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm_link.cases.clocks import after_days, day_of, next_day_ms
from crm_link.cases.limits import DAY_MS
from crm_link.cases.model import Due, Hours, Step
from crm_link.spans import after_open_ms, opening_ms
from routing.calendars import OpenHours, hours_of
from tests.unit.crm_link.case_world import (
    CARE,
    HOUR,
    RULES,
    SERVICE,
    assigned,
    at,
    moved,
    opened,
    proposed,
)

TEN_DAYS = hours_of(
    [(day * DAY_MS, (day + 1) * DAY_MS - 1) for day in range(10) if day not in (3, 4)],
    from_ms=0,
    until_ms=10 * DAY_MS,
)
"""Days 3 and 4 are holidays."""


def end_of(day: int) -> int:
    return (day + 1) * DAY_MS - 1


def test_days_after_the_first_are_counted_and_holidays_are_not() -> None:
    assert after_days(TEN_DAYS, 2 * DAY_MS + 7, 1) == end_of(5)
    assert after_days(TEN_DAYS, 3 * DAY_MS + 7, 1) == end_of(5)
    assert after_days(TEN_DAYS, 0, 3) == end_of(5)
    assert after_days(None, 7, 3) == 7 + 3 * DAY_MS


def test_beyond_the_calendar_every_day_counts() -> None:
    for at_ms, count in ((8 * DAY_MS + 7, 3), (9 * DAY_MS + 7, 1), (11 * DAY_MS, 1)):
        assert after_days(TEN_DAYS, at_ms, count) == at_ms + count * DAY_MS
    open_end = OpenHours(0, 2 * DAY_MS, (0, DAY_MS - 1, DAY_MS, 2 * DAY_MS))
    assert after_days(open_end, 7, 1) == 7 + DAY_MS
    assert after_days(open_end, DAY_MS + 7, 1) == DAY_MS + 7 + DAY_MS
    assert next_day_ms(TEN_DAYS, 11 * DAY_MS) == 12 * DAY_MS
    assert after_open_ms(TEN_DAYS, 9 * DAY_MS, 5 * DAY_MS) == 14 * DAY_MS
    assert opening_ms(TEN_DAYS, 12 * DAY_MS) == 12 * DAY_MS


def test_instants_are_of_one_day_or_of_two() -> None:
    assert day_of(TEN_DAYS, 5) == day_of(TEN_DAYS, DAY_MS - 2)
    assert day_of(TEN_DAYS, 5) != day_of(TEN_DAYS, DAY_MS)
    assert day_of(TEN_DAYS, 3 * DAY_MS) == day_of(TEN_DAYS, 4 * DAY_MS)
    assert day_of(TEN_DAYS, 11 * DAY_MS) == 11
    assert (day_of(None, 5), day_of(None, DAY_MS)) == (0, 1)
    assert next_day_ms(TEN_DAYS, 2 * DAY_MS + 9) == 5 * DAY_MS
    assert next_day_ms(TEN_DAYS, 3 * DAY_MS + 9) == 5 * DAY_MS
    assert next_day_ms(None, 9) == DAY_MS + 9


def test_the_third_day_ends_at_midnight_though_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")

    def ms(day: int, hour: int = 0) -> int:
        return int(datetime(2026, 3, day, hour, tzinfo=zone).timestamp() * 1000)

    days = hours_of(
        [(ms(day), ms(day + 1) - 1) for day in range(20, 31)], from_ms=ms(20), until_ms=ms(31)
    )
    assert date(2026, 3, 29).isoweekday() == 7, "clocks go forward that Sunday"
    assert after_days(days, ms(27, 16), 3) == ms(31) - 1
    assert ms(31) - ms(28) == 71 * HOUR


def test_what_must_happen_first_is_what_is_due() -> None:
    office = hours_of(
        [(9 * HOUR, 17 * HOUR), (33 * HOUR, 41 * HOUR)], from_ms=0, until_ms=48 * HOUR
    )
    hours = Hours(office, TEN_DAYS)
    plain = opened(hours=hours)
    assert (plain.due, plain.due_at_ms) == (Due.ACKNOWLEDGE, RULES.acknowledge_ms)
    major = opened(hours=hours, is_major=True)
    assert (major.due, major.due_at_ms) == (Due.ACKNOWLEDGE, 11 * HOUR)
    known = moved(major, Step.ACKNOWLEDGE, CARE, at(10 * HOUR, hours))
    assert (known.due, known.due_at_ms) == (Due.REPORT, 13 * HOUR)


def test_a_case_that_nobody_takes_is_due_before_it_is_to_be_solved() -> None:
    case = assigned()
    assert (case.due, case.due_at_ms) == (Due.TAKE, case.since_ms + RULES.take_ms)
    own = moved(case, Step.TAKE, SERVICE)
    assert (own.due, own.due_at_ms) == (Due.RESOLVE, 7 * DAY_MS)


def test_the_customer_is_asked_within_three_days_of_the_proposal() -> None:
    case = proposed(2 * DAY_MS + 5, Hours(None, TEN_DAYS))
    assert (case.due, case.due_at_ms) == (Due.VERIFY, end_of(7))
    tried = moved(case, Step.NOT_REACHED, CARE, at(5 * DAY_MS + 5, Hours(None, TEN_DAYS)))
    assert (tried.due, tried.due_at_ms) == (Due.VERIFY, end_of(7))
