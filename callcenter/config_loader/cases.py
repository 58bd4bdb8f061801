"""What a configuration may say of cases: departments, and how long what may take. Hours count open time, days count days."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Named
from callcenter.config_loader.calendars import (
    BusinessCalendar,
    compile_calendar,
    counted_days,
)
from routing.calendars import OpenHours

PAST_DAYS: Final = 400
"""How far back days are counted: a case that is older counts every day."""

FUTURE_DAYS: Final = 200

OpenTime = Annotated[int, Field(ge=1, le=1_000)]
Days = Annotated[int, Field(ge=1, le=100)]


class DepartmentEntry(Named):
    """A part of the company that puts things right: the people of some teams."""

    teams: Annotated[list[Id], Field(min_length=1, max_length=100)]


class CaseEntry(Closed):
    """Where cases come in, to whom major ones are reported, who calls customers, and how long what may take.

    `hours` is the calendar of what is given in hours, `days` that of what is given in days: a day counts if the calendar
    opens on it at all. `queue` names the call-back rules by which customers are asked.
    """

    intake: Id
    top: Id | None = None
    queue: Id | None = None
    hours: Id | None = None
    days: Id | None = None
    acknowledge_h: OpenTime = 24
    major_acknowledge_h: OpenTime = 2
    take_h: OpenTime = 8
    report_h: OpenTime = 4
    resolve_days: Days = 7
    inquiry_days: Days = 2
    verify_days: Days = 3


class CaseCalendars:
    """The calendars of one document as cases count by them, compiled when they are asked, anew each month."""

    def __init__(self, calendars: list[BusinessCalendar]) -> None:
        """Nothing is compiled before it is asked."""
        self._calendars = {one.id: one for one in calendars}
        self._compiled = lru_cache(maxsize=8)(self._compile)

    def open_hours(self, calendar_id: str | None, at_ms: int) -> OpenHours | None:
        """When it is open; None for every hour."""
        found = self._of(calendar_id, at_ms)
        return None if found is None else found[0]

    def days(self, calendar_id: str | None, at_ms: int) -> OpenHours | None:
        """Its days that count; None for every day."""
        found = self._of(calendar_id, at_ms)
        return None if found is None else found[1]

    def _of(self, calendar_id: str | None, at_ms: int) -> tuple[OpenHours, OpenHours] | None:
        if calendar_id is None or calendar_id not in self._calendars:
            return None
        day = datetime.fromtimestamp(at_ms / 1000, UTC).date()
        return self._compiled(calendar_id, day.replace(day=1))

    def _compile(self, calendar_id: str, first: date) -> tuple[OpenHours, OpenHours]:
        calendar = self._calendars[calendar_id]
        from_day, until_day = first - timedelta(days=PAST_DAYS), first + timedelta(days=FUTURE_DAYS)
        opened = compile_calendar(calendar, from_day, until_day).calendar.hours
        return opened, counted_days(calendar, opened, from_day, until_day)
