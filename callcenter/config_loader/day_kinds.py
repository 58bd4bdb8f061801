"""What a calendar says of an instant, in the one word a flow asks for."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from callcenter.config_loader.calendars import BusinessCalendar, CompiledCalendar, compile_calendar

DayKind = Literal["open", "closed", "holiday"]


class DayKinds:
    """The calendars of one document; each is compiled for a day at a time, when it is asked."""

    def __init__(self, calendars: list[BusinessCalendar]) -> None:
        """Nothing is compiled before it is asked."""
        self._calendars = {one.id: one for one in calendars}
        self._compiled = lru_cache(maxsize=64)(self._compile)

    def kind(self, calendar_id: str, at_ms: int) -> DayKind | None:
        """`open` counts first: some work on holidays. None for a calendar that is not there."""
        calendar = self._calendars.get(calendar_id)
        if calendar is None:
            return None
        day = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(calendar.zone)).date()
        compiled = self._compiled(calendar_id, day.isoformat())
        if compiled.calendar.hours.is_open(at_ms) is True:
            return "open"
        is_holiday = any(one.day == day and one.why == "holiday" for one in compiled.days)
        return "holiday" if is_holiday else "closed"

    def _compile(self, calendar_id: str, iso_day: str) -> CompiledCalendar:
        day = datetime.fromisoformat(iso_day).date()
        return compile_calendar(self._calendars[calendar_id], day, day + timedelta(days=1))
