"""From business hours as people write them to the instants the core understands.

People write weekdays, a zone, holidays and days that are otherwise; the core gets `routing.calendars.OpenHours`
over a horizon. What a day's hours are is decided in this order: a day named in `days`, a holiday, a make-up workday,
the weekday. Hours past midnight belong to the day on which they begin, whatever the next day is.

Zone rules come from the pinned `tzdata` package and holidays from the pinned `holidays`, never from the machine, so a
document compiles alike everywhere. When clocks change, hours follow the clock on the wall: a time that does not exist
becomes the first that does; of a time that comes twice, opening means the first and closing the second, so nobody who
reads the hours on the door finds it closed.

Compiled hours are an input of the core: store them with the configuration and compile again only when the horizon
moves on. A newer release of either package may know other rules and must not rewrite what has been decided.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal, Self
from zoneinfo import ZoneInfo

import msgspec
from pydantic import AfterValidator, Field, model_validator

from callcenter.config_loader.base import Closed, Id, Name
from routing.calendars import Calendar, OpenHours, hours_of

if TYPE_CHECKING:
    import holidays

DAYS_MAX = 1_000
"""Entries in `days` of one calendar; more is a fault."""

HORIZON_DAYS_MAX = 1_100
"""Days compiled at once, about three years; a longer horizon is refused."""

_DAY_MINUTES = 24 * 60
_YEARS_LOOKED_BACK = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def _minute(text: str) -> int:
    """Minutes since midnight of `HH:MM`; 24:00 is the end of the day."""
    hour, colon, minute = text.partition(":")
    written = (len(hour), colon, len(minute)) == (2, ":", 2) and f"{hour}{minute}".isascii()
    value = int(hour) * 60 + int(minute) if written and f"{hour}{minute}".isdigit() else -1
    if not 0 <= value <= _DAY_MINUTES or int(minute) > 59:
        raise ValueError(f"{text} is not a time; write it as 09:00, from 00:00 to 24:00")
    return value


def _span(text: str) -> tuple[int, int]:
    """First and last minute, counted from the midnight before the first."""
    begin_text, _, end_text = text.partition("-")
    begin, end = _minute(begin_text.strip()), _minute(end_text.strip())
    if begin == end:
        raise ValueError(f"{text} starts when it ends; for a whole day write 00:00-24:00")
    if begin == _DAY_MINUTES:
        raise ValueError(f"{text} starts at 24:00; that is 00:00 of the next day")
    return begin, end if begin < end else end + _DAY_MINUTES


def _is_span(text: str) -> str:
    _span(text)
    return text


def _are_apart(texts: list[str]) -> list[str]:
    for (one, (_, end)), (other, (begin, _)) in pairwise(
        sorted(((text, _span(text)) for text in texts), key=lambda pair: pair[1])
    ):
        if begin < end:
            raise ValueError(f"{one} and {other} overlap")
    return texts


def _is_zone(key: str) -> str:
    if key not in _zone_keys():
        raise ValueError(f"{key} is not a time zone; zones are named like Asia/Shanghai")
    return key


Zone = Annotated[str, AfterValidator(_is_zone)]


def _library() -> ModuleType:
    """The package of holidays; loading it takes longer than all the rest of a restart, and few documents need it."""
    import holidays  # noqa: PLC0415  # see above

    return holidays


def _is_country(code: str) -> str:
    if code not in _library().list_supported_countries():
        raise ValueError(f"no holidays are known for the country {code}; codes are like CN and DE")
    return code


Hours = Annotated[
    list[Annotated[str, AfterValidator(_is_span)]],
    Field(max_length=12),
    AfterValidator(_are_apart),
]


class Weekly(Closed):
    """Hours of each weekday; without any it is closed. `22:00-02:00` ends on the next day."""

    monday: Hours = []
    tuesday: Hours = []
    wednesday: Hours = []
    thursday: Hours = []
    friday: Hours = []
    saturday: Hours = []
    sunday: Hours = []

    def of(self, weekday: Weekday) -> list[str]:
        """Hours of one weekday."""
        hours: list[str] = getattr(self, weekday)
        return hours


class PublicHolidays(Closed):
    """Whose holidays count, what the hours then are, and which weekday a make-up workday is like (null: none is)."""

    country: Annotated[str, AfterValidator(_is_country)]
    region: str | None = None
    hours: Hours = []
    makeup_like: Weekday | None = "monday"

    @model_validator(mode="after")
    def _knows_the_region(self) -> Self:
        known = _library().country_holidays(self.country).subdivisions
        if self.region is not None and self.region not in known:
            listed = f"one of {', '.join(known)}" if known else "left out: it has none"
            raise ValueError(
                f"{self.region} is not a region of {self.country}; it must be {listed}"
            )
        return self


class NamedDay(Closed):
    """Days from `day` to `until`, both included, that are not as the week and the holidays say.

    `open` means open like an ordinary day of the same weekday, or of the weekday named in `like`.
    """

    day: date
    until: date | None = None
    state: Literal["closed", "open", "special"]
    hours: Hours = []
    like: Weekday | None = None
    note: Name

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.until is not None and not 0 <= (self.until - self.day).days < 366:
            raise ValueError(f"until must lie on or after {self.day}, less than a year later")
        if self.state == "special" and not self.hours:
            raise ValueError("special needs hours; without any write closed")
        if self.state != "special" and self.hours:
            raise ValueError(f"{self.state} takes no hours; write special to give them")
        if self.state != "open" and self.like is not None:
            raise ValueError("like goes with open alone")
        return self

    def dates(self) -> Iterator[date]:
        """Every day it names."""
        yield from _days(self.day, (self.until or self.day) + timedelta(days=1))


class BusinessCalendar(Closed):
    """One calendar as it is written."""

    id: Id
    name: Name
    zone: Zone
    weekly: Weekly = Weekly()
    holidays: PublicHolidays | None = None
    days: Annotated[list[NamedDay], Field(max_length=DAYS_MAX)] = []

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        faults = [*_named_twice(self.days), *_open_without_hours(self)]
        if not any(self.weekly.of(day) for day in WEEKDAYS) and not any(d.hours for d in self.days):
            faults.append("it is never open: no weekday and no special day has hours")
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _days(from_day: date, until_day: date) -> Iterator[date]:
    for number in range((until_day - from_day).days):
        yield from_day + timedelta(days=number)


def _named_twice(named: list[NamedDay]) -> list[str]:
    seen: set[date] = set()
    faults = []
    for day in (one for entry in named for one in entry.dates()):
        if day in seen:
            faults.append(f"days: {day} is there twice")
        seen.add(day)
    return faults


def _open_without_hours(calendar: BusinessCalendar) -> list[str]:
    return [
        f"days: {day} is open like a {weekday}, which has no hours; name another weekday in like"
        for entry in calendar.days
        if entry.state == "open"
        for day in entry.dates()
        if not calendar.weekly.of(weekday := entry.like or WEEKDAYS[day.weekday()])
    ]


# ---------------------------------------------------------------- compiled


class OtherDay(msgspec.Struct, frozen=True):
    """A day of the horizon that is not as its weekday: which, why, and what its hours are."""

    day: date
    why: Literal["named", "holiday", "makeup"]
    hours: tuple[str, ...]
    en: str
    zh: str


class CompiledCalendar(msgspec.Struct, frozen=True):
    """What the core gets, and beside it what a person wants to see."""

    calendar: Calendar
    days: tuple[OtherDay, ...]
    doubts: tuple[str, ...]
    """Sentences about what nobody knows yet, such as next year's make-up workdays."""
    sources: str


def compile_calendar(
    calendar: BusinessCalendar, from_day: date, until_day: date
) -> CompiledCalendar:
    """Compile the days from `from_day` to before `until_day`, in the calendar's own zone."""
    length = (until_day - from_day).days
    if not 0 < length <= HORIZON_DAYS_MAX:
        raise ValueError(f"a horizon has 1 to {HORIZON_DAYS_MAX} days, not {length}")
    zone = _zone(calendar.zone)
    eve = from_day - timedelta(days=1)  # may still be open after midnight
    otherwise = _otherwise(calendar, eve, until_day)
    spans = []
    for day in _days(eve, until_day):
        hours = otherwise[day].hours if day in otherwise else _weekday_hours(calendar, day)
        for begin, end in map(_span, hours):
            spans.append((_instants(zone, day, begin)[0], _instants(zone, day, end)[1]))
    opened = hours_of(
        spans,
        from_ms=_instants(zone, from_day, 0)[0],
        until_ms=_instants(zone, until_day, 0)[0],
    )
    return CompiledCalendar(
        calendar=Calendar(calendar.id, _version(opened), opened),
        days=tuple(otherwise[day] for day in sorted(otherwise) if day >= from_day),
        doubts=(
            *_unknown_makeup_years(calendar, from_day, until_day),
            *_idle_makeup(calendar, otherwise),
        ),
        sources=f"holidays {version('holidays')}, tzdata {version('tzdata')}",
    )


def counted_days(
    calendar: BusinessCalendar, opened: OpenHours, from_day: date, until_day: date
) -> OpenHours:
    """The days on which it is open at all, each a span from its midnight to its last ms, which is left out: days never join."""
    zone = _zone(calendar.zone)
    spans = []
    for day in _days(from_day, until_day):
        begin_ms, end_ms = _instants(zone, day, 0)[0], _instants(zone, day, _DAY_MINUTES)[0]
        open_ms = opened.open_ms_between(begin_ms, end_ms)
        if isinstance(open_ms, int) and open_ms > 0:
            spans.append((begin_ms, end_ms - 1))
    return hours_of(spans, from_ms=opened.from_ms, until_ms=opened.until_ms)


def _version(hours: OpenHours) -> str:
    return sha256(msgspec.json.encode(hours)).hexdigest()


def _weekday_hours(calendar: BusinessCalendar, day: date) -> tuple[str, ...]:
    return tuple(calendar.weekly.of(WEEKDAYS[day.weekday()]))


def _otherwise(calendar: BusinessCalendar, from_day: date, until_day: date) -> dict[date, OtherDay]:
    """Every day that is not as its weekday; what stands later in here goes before what stands earlier."""
    found: dict[date, OtherDay] = {}
    rule = calendar.holidays
    if rule is not None:
        english, chinese = (_holidays(rule, from_day, until_day, one) for one in ("en_US", "zh_CN"))
        like = tuple(calendar.weekly.of(rule.makeup_like)) if rule.makeup_like else ()
        for day in _days(from_day, until_day):
            if day in english:
                hours = tuple(rule.hours)
                found[day] = OtherDay(day, "holiday", hours, english[day], chinese[day])
            elif day in english.weekend_workdays and rule.makeup_like:
                found[day] = OtherDay(day, "makeup", like, "Make-up workday", "调休上班")
    for entry in calendar.days:
        for day in entry.dates():
            if from_day <= day < until_day:
                hours = _named_hours(calendar, entry, day)
                found[day] = OtherDay(day, "named", hours, entry.note.en, entry.note.zh)
    return found


def _named_hours(calendar: BusinessCalendar, entry: NamedDay, day: date) -> tuple[str, ...]:
    if entry.state == "open":
        return tuple(calendar.weekly.of(entry.like or WEEKDAYS[day.weekday()]))
    return tuple(entry.hours)  # a closed day has none


def _holidays(
    rule: PublicHolidays, from_day: date, until_day: date, language: str
) -> "holidays.HolidayBase":
    """Holidays of the years of these days; a country without names in this language gives those it has."""
    found: holidays.HolidayBase = _library().country_holidays(
        rule.country,
        subdiv=rule.region,
        years=range(from_day.year, until_day.year + 1),
        language=language,
    )
    return found


def _unknown_makeup_years(
    calendar: BusinessCalendar, from_day: date, until_day: date
) -> Iterator[str]:
    """Years without make-up workdays in a country that had some in each of the years before."""
    rule = calendar.holidays
    if rule is None or rule.makeup_like is None:
        return
    earliest = from_day.replace(year=from_day.year - _YEARS_LOOKED_BACK, day=1)
    known = {day.year for day in _holidays(rule, earliest, until_day, "en_US").weekend_workdays}
    last = max(known, default=0)
    usual = {last - 1, last - 2} <= known
    for year in range(last + 1, (until_day - timedelta(days=1)).year + 1):
        if usual:
            yield (
                f"{calendar.id}: the make-up workdays of {rule.country} in {year} are not known yet; "
                "name them in days when they are announced"
            )


def _idle_makeup(calendar: BusinessCalendar, otherwise: dict[date, OtherDay]) -> Iterator[str]:
    for day in sorted(otherwise):
        if otherwise[day].why == "makeup" and not otherwise[day].hours:
            yield f"{calendar.id}: {day} is a make-up workday, but its hours are those of a day without any"


# ---------------------------------------------------------------- zones


@cache
def _zone_keys() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


@cache
def _zone(key: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key)


def _instants(zone: ZoneInfo, day: date, minutes: int) -> tuple[int, int]:
    """First and last instant at which the clock on the wall shows this; for a time left out, when it was left out."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first, last = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if _ms(first) <= _ms(last):
        return _ms(first), _ms(last)
    low, high = _ms(last) // 1000, _ms(first) // 1000  # clocks go forward in (low, high]
    while high - low > 1:
        middle = (low + high) // 2
        has_moved = datetime.fromtimestamp(middle, zone).utcoffset() == last.utcoffset()
        low, high = (low, middle) if has_moved else (middle, high)
    return high * 1000, high * 1000


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
