"""The only reader of time and maker of ids in the shell."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils


class Clock:
    """Wall time at the start, then monotonic: it never goes back and no clock change moves a deadline.

    In a demo it may be led ahead of the wall (`lead`): every deadline follows. What is agreed with other programs
    (signatures, how long a log-in lasts) goes by `world_ms`, which is led nowhere.
    """

    def __init__(self, *, not_before_ms: int = 0) -> None:
        """Start at the wall clock, or at `not_before_ms` (the newest journalled instant) if that is later."""
        self._monotonic_at_start = time.monotonic()
        self._started_at_ms = max(int(time.time() * 1000), not_before_ms)
        self._ahead_ms = 0
        self._on_led: list[Callable[[], None]] = []

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self.world_ms() + self._ahead_ms

    def world_ms(self) -> int:
        """The same by everybody else's clocks."""
        return self._started_at_ms + int((time.monotonic() - self._monotonic_at_start) * 1000)

    @property
    def ahead_ms(self) -> int:
        """How far it was led ahead of the wall; 0 but in a demo."""
        return self._ahead_ms

    def lead(self, ahead_ms: int) -> None:
        """Lead it so far ahead, never back; whoever waits for an instant is told."""
        if ahead_ms > self._ahead_ms:
            self._ahead_ms = ahead_ms
            for tell in self._on_led:
                tell()

    def on_led(self, tell: Callable[[], None]) -> None:
        """Call `tell` when time has been skipped: what is due is to be looked at now."""
        self._on_led.append(tell)

    def monotonic_s(self) -> float:
        """Seconds of a clock that only measures distances."""
        return time.monotonic()

    def busy_s(self) -> float:
        """Processor time of this process, all threads, in seconds; for distances too."""
        return time.process_time()

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
