"""How late the process is, and whether it still takes newcomers.

Under more load than a process can carry, everything gets slow at once unless something is turned away. What is
turned away is told so at once and before it costs anything: newcomers of the channels that can ask again (a
chat to be started, a mail to be taken). Whoever is being served, and every call, goes on.

The measure is how late the event loop runs a timer: whatever the cause, it is what everybody waits for. One pause
is no load, so it takes several late timers in a row; between the two limits nothing changes. So the gate does not
flutter.
"""

import asyncio
from collections.abc import Callable

import structlog

from callcenter.limits import (
    PRESSURE_HIGH_MS,
    PRESSURE_LATE_IN_A_ROW,
    PRESSURE_LOW_MS,
    PRESSURE_PROBE_EVERY_MS,
)

_log = structlog.get_logger(__name__)


class Pressure:
    """`is_high` while newcomers who can ask again are to be turned away."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        """No pressure until measured."""
        self._monotonic_s = monotonic_s
        self.is_high = False
        self.turned_away = 0
        self.late_ms = 0
        self._late_in_a_row = 0

    def is_newcomer_refused(self) -> bool:
        """Whether a newcomer who can ask again is turned away now; counts those who are."""
        self.turned_away += self.is_high
        return self.is_high

    def note(self, late_ms: int) -> None:
        """A timer ran so many ms late."""
        self.late_ms = late_ms
        is_late = late_ms > (PRESSURE_LOW_MS if self.is_high else PRESSURE_HIGH_MS)
        self._late_in_a_row = self._late_in_a_row + 1 if is_late else 0
        is_high = is_late if self.is_high else self._late_in_a_row >= PRESSURE_LATE_IN_A_ROW
        if is_high != self.is_high:
            self.is_high = is_high
            _log.warning("pressure", is_high=is_high, late_ms=late_ms, turned_away=self.turned_away)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due_s = self._monotonic_s() + PRESSURE_PROBE_EVERY_MS / 1000
            await asyncio.sleep(PRESSURE_PROBE_EVERY_MS / 1000)
            self.note(int((self._monotonic_s() - due_s) * 1000))
