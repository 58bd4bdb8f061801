"""The only reader of time and maker of ids in the shell."""

import time
from datetime import UTC, datetime

import uuid_utils


class Clock:
    """Wall time at the start, then monotonic: it never goes back and no clock change moves a deadline."""

    def __init__(self, *, not_before_ms: int = 0) -> None:
        """Start at the wall clock, or at `not_before_ms` (the newest journalled instant) if that is later."""
        self._monotonic_at_start = time.monotonic()
        self._started_at_ms = max(int(time.time() * 1000), not_before_ms)

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._started_at_ms + int((time.monotonic() - self._monotonic_at_start) * 1000)

    def monotonic_s(self) -> float:
        """Seconds of a clock that only measures distances."""
        return time.monotonic()

    def advance_to(self, not_before_ms: int) -> None:
        """Never be earlier than the newest journalled instant, even if the wall clock was set back."""
        behind_ms = not_before_ms - self.now_ms()
        if behind_ms > 0:
            self._started_at_ms += behind_ms


def new_id() -> str:
    """A new unique id that sorts by its time of making (UUID version 7)."""
    return str(uuid_utils.uuid7())


def day_start_ms(now_ms: int) -> int:
    """The last local midnight before `now_ms`: where the figures of today begin."""
    local = datetime.fromtimestamp(now_ms / 1000, tz=UTC).astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp() * 1000)
