"""Spans of open time, as every workflow counts them."""

from routing.calendars import BeyondHorizon, OpenHours


def after_open_ms(hours: OpenHours | None, at_ms: int, for_ms: int) -> int:
    """The instant that lies so much open time later; where the calendar ends, all time counts."""
    due_ms = at_ms + for_ms if hours is None else hours.add_open_ms(at_ms, for_ms)
    return at_ms + for_ms if isinstance(due_ms, BeyondHorizon) else due_ms


def opening_ms(hours: OpenHours | None, at_ms: int) -> int:
    """The first open instant at or after this one; this one where the calendar says nothing of it."""
    if hours is None or hours.is_open(at_ms) is not False:
        return at_ms
    change_ms = hours.next_change(at_ms)
    return at_ms if isinstance(change_ms, BeyondHorizon) else change_ms
