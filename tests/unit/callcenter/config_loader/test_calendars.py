"""Business hours, zones and holidays compiled to instants: days that go wrong elsewhere, and every fault by name."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callcenter.config_loader.calendars import (
    DAYS_MAX,
    HORIZON_DAYS_MAX,
    WEEKDAYS,
    BusinessCalendar,
    CompiledCalendar,
    compile_calendar,
)
from routing.calendars import BeyondHorizon, OpenHours, hours_faults

HOUR = 3_600_000
NAME = {"en": "Service", "zh": "客服"}
NOTE = {"en": "Because", "zh": "因为"}
OFFICE: dict[str, list[str]] = {day: ["09:00-17:00"] for day in WEEKDAYS[:5]}


def written(zone: str, weekly: dict[str, list[str]], **more: object) -> BusinessCalendar:
    """A calendar as the loader would read it."""
    plain = {"id": "service", "name": NAME, "zone": zone, "weekly": weekly, **more}
    return BusinessCalendar.model_validate(plain)


def compiled(calendar: BusinessCalendar, first: str, days: int) -> CompiledCalendar:
    """Compiled from a day on."""
    from_day = date.fromisoformat(first)
    return compile_calendar(calendar, from_day, from_day + timedelta(days=days))


def shown(calendar: BusinessCalendar, first: str, days: int = 1) -> list[str]:
    """Open spans in UTC, as `MM-DD HH:MM/MM-DD HH:MM`."""
    hours = compiled(calendar, first, days).calendar.hours
    assert hours_faults(hours) == ()
    return [f"{utc(begin)}/{utc(end)}" for begin, end in hours.spans()]


def utc(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%m-%d %H:%M}"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def every_day(*spans: str) -> dict[str, list[str]]:
    return {day: list(spans) for day in WEEKDAYS}


# ---------------------------------------------------------------- clocks that change


def test_berlin_goes_forward_and_nine_o_clock_stays_nine_o_clock() -> None:
    hours = written("Europe/Berlin", every_day("09:00-17:00"))
    assert shown(hours, "2026-03-28", 3) == [
        "03-28 08:00/03-28 16:00",
        "03-29 07:00/03-29 15:00",
        "03-30 07:00/03-30 15:00",
    ]


def test_berlin_has_23_hours_in_spring_and_25_in_autumn() -> None:
    around = written("Europe/Berlin", every_day("00:00-24:00"))
    for day, length in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        hours = compiled(around, day, 1).calendar.hours
        assert hours.until_ms - hours.from_ms == length * HOUR
        assert hours.open_ms_between(hours.from_ms, hours.until_ms) == length * HOUR


@pytest.mark.parametrize(
    ("span", "open_in_utc"),
    [
        ("02:30-06:00", ["03-29 01:00/03-29 04:00"]),  # opens when 02:00 has become 03:00
        ("00:30-02:30", ["03-28 23:30/03-29 01:00"]),  # closes then
        ("02:10-02:50", []),  # does not exist on this day
        ("02:00-03:00", []),
        ("03:00-04:00", ["03-29 01:00/03-29 02:00"]),
    ],
)
def test_half_past_two_that_does_not_exist_in_berlin(span: str, open_in_utc: list[str]) -> None:
    assert shown(written("Europe/Berlin", {"sunday": [span]}), "2026-03-29") == open_in_utc


@pytest.mark.parametrize(
    ("span", "open_in_utc"),
    [
        ("01:30-05:00", ["11-01 05:30/11-01 10:00"]),  # opens at the first 01:30
        ("00:30-01:30", ["11-01 04:30/11-01 06:30"]),  # closes at the second
        ("01:15-01:45", ["11-01 05:15/11-01 06:45"]),
        ("02:00-03:00", ["11-01 07:00/11-01 08:00"]),
    ],
)
def test_half_past_one_that_comes_twice_in_new_york(span: str, open_in_utc: list[str]) -> None:
    assert shown(written("America/New_York", {"sunday": [span]}), "2026-11-01") == open_in_utc


def test_new_york_goes_forward_during_a_night_shift() -> None:
    night = written("America/New_York", {"saturday": ["22:00-06:00"]})
    assert shown(night, "2026-03-07", 2) == ["03-08 03:00/03-08 10:00"]
    assert shown(night, "2026-10-31", 2) == ["11-01 02:00/11-01 11:00"]
    assert shown(night, "2026-06-06", 2) == ["06-07 02:00/06-07 10:00"]


def test_a_day_whose_midnight_does_not_exist_starts_at_one() -> None:
    beirut = written("Asia/Beirut", every_day("00:00-24:00"))
    hours = compiled(beirut, "2026-03-29", 1).calendar.hours
    assert (utc(hours.from_ms), utc(hours.until_ms)) == ("03-28 22:00", "03-29 21:00")


def test_a_day_that_was_left_out_has_no_hours() -> None:
    apia = written("Pacific/Apia", every_day("09:00-17:00"))
    assert shown(apia, "2011-12-29", 3) == ["12-29 19:00/12-30 03:00", "12-30 19:00/12-31 03:00"]


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]),
    st.lists(
        st.tuples(
            st.sampled_from(WEEKDAYS),
            st.integers(0, 95),
            st.integers(1, 96),
        ).filter(lambda one: one[1] != one[2]),
        max_size=5,
        unique_by=lambda one: one[0],
    ),
    st.sampled_from(
        ["2026-03-05", "2026-03-26", "2026-04-02", "2026-10-01", "2026-10-22", "2026-10-29"]
    ),
)
def test_it_is_open_when_the_clock_on_the_wall_says_so(
    zone: str, hours: list[tuple[str, int, int]], first: str
) -> None:
    weekly = {day: [f"{quarter(begin)}-{quarter(end)}"] for day, begin, end in hours}
    days = [{"day": "2001-01-01", "state": "special", "hours": ["01:00-02:00"], "note": NOTE}]
    opened = compiled(written(zone, weekly, days=days), first, 7).calendar.hours
    for at_ms in range(opened.from_ms, opened.until_ms, 15 * 60_000):
        wall = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
        if wall.utcoffset() == wall.replace(fold=1 - wall.fold).utcoffset():  # comes once
            assert opened.is_open(at_ms) == reads_open(hours, wall)


def quarter(number: int) -> str:
    return f"{number // 4:02}:{number % 4 * 15:02}"


def reads_open(hours: list[tuple[str, int, int]], wall: datetime) -> bool:
    """The oracle: somebody reads the door and looks at the clock on the wall."""
    now = wall.hour * 4 + wall.minute // 15
    today, yesterday = WEEKDAYS[wall.weekday()], WEEKDAYS[wall.weekday() - 1]
    return any(
        (day == today and (begin <= now < end or end < begin <= now))
        or (day == yesterday and end < begin and now < end)
        for day, begin, end in hours
    )


# ---------------------------------------------------------------- holidays


def test_shanghai_works_on_the_make_up_saturday_and_rests_over_the_festival() -> None:
    hours = written("Asia/Shanghai", OFFICE, holidays={"country": "CN"})
    found = compiled(hours, "2026-02-13", 13)
    open_days = [utc(begin) for begin, _ in found.calendar.hours.spans()]
    assert open_days == ["02-13 01:00", "02-14 01:00", "02-24 01:00", "02-25 01:00"]
    named = {one.day.isoformat(): (one.why, one.en, one.zh) for one in found.days}
    assert named["2026-02-14"] == ("makeup", "Make-up workday", "调休上班")
    assert named["2026-02-17"] == ("holiday", "Chinese New Year (Spring Festival)", "春节")
    assert found.doubts == ()


def test_a_make_up_workday_is_like_the_weekday_named_or_ignored() -> None:
    weekly = OFFICE | {"friday": ["10:00-12:00"], "saturday": ["14:00-15:00"]}
    like_friday, ignored = (
        written("Asia/Shanghai", weekly, holidays={"country": "CN", "makeup_like": like})
        for like in ("friday", None)
    )
    assert shown(like_friday, "2026-02-14") == ["02-14 02:00/02-14 04:00"]
    assert shown(ignored, "2026-02-14") == ["02-14 06:00/02-14 07:00"]


def test_a_make_up_workday_like_a_day_without_hours_is_doubted() -> None:
    hours = written("Asia/Shanghai", {"friday": ["09:00-10:00"]}, holidays={"country": "CN"})
    assert compiled(hours, "2026-02-14", 1).doubts == (
        "service: 2026-02-14 is a make-up workday, but its hours are those of a day without any",
    )


def test_make_up_workdays_nobody_has_announced_are_doubted() -> None:
    hours = written("Asia/Shanghai", OFFICE, holidays={"country": "CN"})
    assert compiled(hours, "2026-01-01", 730).doubts == (
        (
            "service: the make-up workdays of CN in 2027 are not known yet; "
            "name them in days when they are announced"
        ),
    )
    for other in ({"country": "CN", "makeup_like": None}, {"country": "DE"}):
        assert compiled(written("UTC", OFFICE, holidays=other), "2026-01-01", 730).doubts == ()


def test_holidays_of_a_region_and_their_own_hours() -> None:
    rule = {"country": "DE", "region": "BY", "hours": ["10:00-12:00"]}
    bavaria = written("Europe/Berlin", OFFICE, holidays=rule)
    assert shown(bavaria, "2026-01-06") == ["01-06 09:00/01-06 11:00"]
    berlin = written("Europe/Berlin", OFFICE, holidays={"country": "DE", "region": "BE"})
    assert shown(berlin, "2026-01-06") == ["01-06 08:00/01-06 16:00"]


def test_the_year_changes_in_the_middle_of_a_night() -> None:
    night = written("Europe/Berlin", every_day("22:00-02:00"), holidays={"country": "DE"})
    assert shown(night, "2026-12-31", 3) == [
        "12-30 23:00/12-31 01:00",  # begun the day before
        "12-31 21:00/01-01 01:00",  # into the holiday, which itself is closed
        "01-02 21:00/01-02 23:00",  # cut at the horizon
    ]


def test_a_named_day_goes_before_a_holiday() -> None:
    days = [
        {"day": "2026-12-25", "state": "special", "hours": ["10:00-14:00"], "note": NOTE},
        {"day": "2026-10-03", "state": "open", "like": "monday", "note": NOTE},
        {"day": "2026-05-01", "state": "open", "note": NOTE},
        {"day": "2026-12-28", "until": "2026-12-31", "state": "closed", "note": NOTE},
    ]
    hours = written("Europe/Berlin", OFFICE, holidays={"country": "DE"}, days=days)
    assert shown(hours, "2026-05-01") == ["05-01 07:00/05-01 15:00"]
    assert shown(hours, "2026-10-03") == ["10-03 07:00/10-03 15:00"]
    assert shown(hours, "2026-12-24", 9) == ["12-24 08:00/12-24 16:00", "12-25 09:00/12-25 13:00"]
    christmas = compiled(hours, "2026-12-25", 1).days[0]
    assert (christmas.why, christmas.en, christmas.zh) == ("named", "Because", "因为")


def test_a_holiday_that_is_worked_after_all_is_one_line() -> None:
    days = [{"day": "2026-02-28", "state": "closed", "note": NOTE}]
    hours = written("Asia/Shanghai", OFFICE, holidays={"country": "CN"}, days=days)
    assert shown(hours, "2026-02-28") == []


# ---------------------------------------------------------------- others' bugs, with zones and holidays


def test_glpi_15429_the_zone_is_the_calendars_not_the_servers() -> None:
    shanghai = compiled(written("Asia/Shanghai", OFFICE), "2026-06-01", 14).calendar.hours
    begun = ms("2026-06-05T16:30+08:00")
    assert shanghai.add_open_ms(begun, HOUR) == ms("2026-06-08T09:30+08:00")


def test_three_business_days_over_a_change_of_clocks_are_24_hours_of_business() -> None:
    berlin = compiled(written("Europe/Berlin", OFFICE), "2026-03-23", 14).calendar.hours
    assert berlin.add_open_ms(ms("2026-03-26T12:00+01:00"), 24 * HOUR) == ms(
        "2026-03-31T12:00+02:00"
    )


# ---------------------------------------------------------------- the compiled value


def test_equal_hours_have_equal_versions_and_other_hours_other_ones() -> None:
    one, same, other = (
        compiled(written("UTC", OFFICE | more, name=name), "2026-06-01", 7).calendar.version
        for more, name in (({}, NAME), ({}, NOTE), ({"monday": ["09:00-16:59"]}, NAME))
    )
    assert one == same != other
    assert len(one) == 64


def test_spans_that_touch_are_one_and_the_horizon_is_stated() -> None:
    hours = written("UTC", every_day("00:00-12:00", "12:00-24:00"))
    opened = compiled(hours, "2026-06-01", 7).calendar.hours
    assert opened == OpenHours(opened.from_ms, opened.until_ms, (opened.from_ms, opened.until_ms))
    assert isinstance(opened.is_open(opened.until_ms), BeyondHorizon)


def test_what_was_compiled_from_is_stated() -> None:
    assert compiled(written("UTC", OFFICE), "2026-06-01", 7).sources.startswith("holidays 0.")


@pytest.mark.parametrize("days", [0, -1, HORIZON_DAYS_MAX + 1])
def test_a_horizon_is_bounded(days: int) -> None:
    with pytest.raises(ValueError, match=f"1 to {HORIZON_DAYS_MAX} days, not {days}"):
        compiled(written("UTC", OFFICE), "2026-06-01", days)


def test_the_longest_horizon_of_the_busiest_calendar_is_sound() -> None:
    spans = [f"{hour:02}:00-{hour:02}:59" for hour in range(0, 24, 2)]
    hours = compiled(written("Asia/Shanghai", every_day(*spans)), "2026-01-01", HORIZON_DAYS_MAX)
    assert hours_faults(hours.calendar.hours) == ()


# ---------------------------------------------------------------- faults


def faults_of(**changed: object) -> list[str]:
    """`path: sentence` of every fault."""
    plain = {"id": "service", "name": NAME, "zone": "UTC", "weekly": OFFICE, **changed}
    with pytest.raises(ValidationError) as caught:
        BusinessCalendar.model_validate(plain)
    return [
        f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"
        for one in caught.value.errors()
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9:00-17:00", "9:00 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00", " is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:60-10:00", "09:60 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-24:01", "24:01 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-99:00", "99:00 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-+1:00", "+1:00 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-¹²:00", "¹²:00 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-1a:b0", "1a:b0 is not a time; write it as 09:00, from 00:00 to 24:00"),
        ("09:00-09:00", "09:00-09:00 starts when it ends; for a whole day write 00:00-24:00"),
        ("24:00-02:00", "24:00-02:00 starts at 24:00; that is 00:00 of the next day"),
    ],
)
def test_a_span_that_is_none(text: str, sentence: str) -> None:
    assert faults_of(weekly={"monday": [text]}) == [f"weekly.monday.0: {sentence}"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"weekly": {"monday": ["13:00-18:00", "09:00-14:00"]}},
            "weekly.monday: 09:00-14:00 and 13:00-18:00 overlap",
        ),
        ({"weekly": {"someday": []}}, "weekly.someday: Extra inputs are not permitted"),
        (
            {"zone": "../../etc/passwd"},
            "zone: ../../etc/passwd is not a time zone; zones are named like Asia/Shanghai",
        ),
        (
            {"holidays": {"country": "XX"}},
            "holidays.country: no holidays are known for the country XX; codes are like CN and DE",
        ),
        (
            {"holidays": {"country": "GB", "region": "Texas"}},
            "holidays: Texas is not a region of GB; it must be one of ENG, NIR, SCT, WLS",
        ),
        (
            {"holidays": {"country": "CN", "region": "SH"}},
            "holidays: SH is not a region of CN; it must be left out: it has none",
        ),
        ({"weekly": {}}, ": it is never open: no weekday and no special day has hours"),
    ],
)
def test_a_fault_of_a_calendar_is_a_sentence(changed: dict[str, Any], fault: str) -> None:
    assert faults_of(**changed) == [fault]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ({"state": "special"}, "special needs hours; without any write closed"),
        (
            {"state": "closed", "hours": ["09:00-10:00"]},
            "closed takes no hours; write special to give them",
        ),
        ({"state": "closed", "like": "monday"}, "like goes with open alone"),
        (
            {"state": "closed", "until": "2026-09-30"},
            "until must lie on or after 2026-10-01, less than a year later",
        ),
        (
            {"state": "closed", "until": "2027-10-02"},
            "until must lie on or after 2026-10-01, less than a year later",
        ),
    ],
)
def test_a_fault_of_a_named_day_is_a_sentence(day: dict[str, Any], sentence: str) -> None:
    assert faults_of(days=[{"day": "2026-10-01", "note": NOTE, **day}]) == [f"days.0: {sentence}"]


def test_faults_between_days_are_all_there_at_once() -> None:
    days = [
        {"day": "2026-10-01", "until": "2026-10-03", "state": "open", "note": NOTE},
        {"day": "2026-10-02", "state": "closed", "note": NOTE},
    ]
    assert faults_of(days=days) == [
        (
            ": days: 2026-10-02 is there twice; "
            "days: 2026-10-03 is open like a saturday, which has no hours; "
            "name another weekday in like"
        )
    ]


def test_named_days_are_bounded() -> None:
    days = [{"day": "2026-10-01", "state": "closed", "note": NOTE}] * (DAYS_MAX + 1)
    assert faults_of(days=days) == [
        f"days: List should have at most {DAYS_MAX} items after validation, not {DAYS_MAX + 1}"
    ]


def test_a_note_stands_in_both_languages() -> None:
    day = {"day": "2026-10-01", "state": "closed", "note": {"en": "Only English"}}
    assert faults_of(days=[day]) == ["days.0.note.zh: Field required"]


def test_every_fault_is_told_at_once() -> None:
    told = faults_of(zone="Mars/Base", weekly={"monday": ["x"]}, holidays={"country": "XX"})
    assert [one.partition(":")[0] for one in told] == [
        "zone",
        "weekly.monday.0",
        "holidays.country",
    ]


def test_a_calendar_can_be_stored_and_read_again() -> None:
    days = [{"day": "2026-10-01", "state": "closed", "note": NOTE}]
    calendar = written("Asia/Shanghai", OFFICE, holidays={"country": "CN"}, days=days)
    assert BusinessCalendar.model_validate_json(calendar.model_dump_json()) == calendar


def test_the_calendar_in_the_documentation_compiles() -> None:
    page = (Path(__file__).parents[4] / "docs/calendars-and-expressions.md").read_text("utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    hours = BusinessCalendar.model_validate(yaml.safe_load(text))
    assert shown(hours, "2026-12-24") == ["12-24 01:00/12-24 04:00"]
    assert shown(hours, "2026-02-14") == [
        "02-13 16:00/02-13 18:00",
        "02-14 01:00/02-14 04:00",
        "02-14 05:00/02-14 10:00",
    ]
