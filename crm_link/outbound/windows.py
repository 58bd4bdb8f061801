"""When local time allows a call: everywhere the number may be, and in the zone the list states.

Reads the rules of zones the first time each is asked for, so it is called outside the event loop.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm_link.outbound.limits import LOOK_AHEAD_MS, WINDOW_GRID_MINUTES, ZONES_KEPT
from crm_link.outbound.model import Rules

_STEP_MS = WINDOW_GRID_MINUTES * 60_000


@lru_cache(ZONES_KEPT)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone with this name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def is_open(rules: Rules, zones: Sequence[ZoneInfo], at_ms: int) -> bool:
    """Whether a call is allowed in all these zones: by the pack's window and by the campaign's."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return all(_is_open_in(rules, at.astimezone(zone)) for zone in zones)


def _is_open_in(rules: Rules, local: datetime) -> bool:
    pack, minute, day = rules.pack, local.hour * 60 + local.minute, local.isoweekday()
    begins = max(pack.from_minute, rules.from_minute)
    ends = min(pack.until_minute, rules.until_minute)
    return begins <= minute < ends and day in pack.weekdays and day in rules.weekdays


def next_open_ms(rules: Rules, zones: Sequence[ZoneInfo], at_ms: int) -> int | None:
    """The first instant after `at_ms` at which a call is allowed; None where there is none within a week."""
    first_ms = (at_ms // _STEP_MS + 1) * _STEP_MS
    for instant_ms in range(first_ms, at_ms + LOOK_AHEAD_MS, _STEP_MS):
        if is_open(rules, zones, instant_ms):
            return instant_ms
    return None
