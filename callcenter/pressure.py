"""How late the process is, and whether it still takes newcomers.

Under more load than a process can carry, everything gets slow at once unless something is turned away. What is
turned away is told so at once and before it costs anything: newcomers of the channels that can ask again (a
chat to be started, a mail to be taken). Whoever is being served, and every call, goes on.

The measure is how late the event loop runs a timer: whatever the cause, it is what everybody waits for. One pause
is no load, so it takes several late timers more than timely ones until anybody is turned away; fewer ms count as late where the process
itself was at work nearly all the time, for then it is no other program that takes the processor. From then on a share of the newcomers
is taken: none at first, a little more after each timer on time, half as many after each late one. So as many are taken as
can be carried while nobody who is served waits long; once all are taken again the load is over.
"""

import asyncio
from collections.abc import Callable

import structlog

from callcenter.limits import (
    PRESSURE_BUSY_SHARE,
    PRESSURE_HIGH_MS,
    PRESSURE_LATE_MORE,
    PRESSURE_LOW_MS,
    PRESSURE_PROBE_EVERY_MS,
    PRESSURE_SHARE_STEP,
)

_log = structlog.get_logger(__name__)


class Pressure:
    """`is_high` while some newcomers who can ask again are to be turned away; `share` of them are taken meanwhile."""

    def __init__(
        self, monotonic_s: Callable[[], float], busy_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        """No pressure until measured. `busy_s`: processor time of the process."""
        self._monotonic_s = monotonic_s
        self._busy_s = busy_s
        self.is_high = False
        self.share = 0.0
        self.turned_away = 0
        self.late_ms = 0
        self._late = 0
        self._places = 0.0

    def is_newcomer_refused(self) -> bool:
        """Whether a newcomer who can ask again is turned away now; counts those who are."""
        if not self.is_high:
            return False
        self._places += self.share
        if self._places < 1:
            self.turned_away += 1
            return True
        self._places -= 1
        return False

    def note(self, late_ms: int, *, is_busy: bool = False) -> None:
        """A timer ran so many ms late; `is_busy`: the process was at work until then."""
        self.late_ms = late_ms
        if not self.is_high:
            bound_ms = PRESSURE_LOW_MS if is_busy else PRESSURE_HIGH_MS
            self._late = max(0, self._late + (1 if late_ms > bound_ms else -1))
            if self._late >= PRESSURE_LATE_MORE:
                self._turn(is_high=True)
        elif late_ms > PRESSURE_LOW_MS:
            self.share /= 2
        else:
            self.share += PRESSURE_SHARE_STEP
            if self.share >= 1:
                self._turn(is_high=False)

    def _turn(self, *, is_high: bool) -> None:
        self.is_high, self.share, self._late = is_high, 0.0, 0
        _log.warning(
            "pressure", is_high=is_high, late_ms=self.late_ms, turned_away=self.turned_away
        )

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            began_s, busy_s = self._monotonic_s(), self._busy_s()
            await asyncio.sleep(PRESSURE_PROBE_EVERY_MS / 1000)
            took_s, busy_s = self._monotonic_s() - began_s, self._busy_s() - busy_s
            late_ms = int(took_s * 1000) - PRESSURE_PROBE_EVERY_MS
            self.note(late_ms, is_busy=busy_s > took_s * PRESSURE_BUSY_SHARE)
