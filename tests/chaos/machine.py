"""What the machine gave a run's processes: how long they worked, and how long they were ready to and were not let.

A process that waits for a processor looks from outside like one that hangs. Linux counts both for each process
(`/proc/PID/schedstat`); elsewhere nothing is known, and nothing is called late because of it.
"""

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LOOK_EVERY_S: Final = 0.25
WINDOW_S: Final = 2.0
"""As long as a router's lease lasts: whoever is kept from its work for so long may lose it."""
NS_PER_MS: Final = 1_000_000
READY_MOST: Final = 6 * (os.cpu_count() or 1)
"""A run begins when no more processes than this are ready to work: beside more of them nobody would be answered in time."""
ROOM_WITHIN_S: Final = 300.0
LOADS: Final = Path("/proc/loadavg")


@dataclass(frozen=True, slots=True)
class Look:
    """The two counters of one process at one instant."""

    at_s: float
    worked_ms: float
    kept_ms: float


@dataclass(slots=True)
class Given:
    """What processes got between the first look and the last."""

    worked_ms: float = 0.0
    kept_ms: float = 0.0
    kept_ms_in_window_max: float = 0.0
    """The longest that one of them was ready to work and waited for a processor, of any WINDOW_S."""
    watcher_late_ms_max: float = 0.0
    """The longest that whoever watches, and plays all people, woke after it should have."""

    @property
    def kept_share(self) -> float:
        """Of the time in which processes had work to do, the share in which they were not let; 0 to 1."""
        wanted_ms = self.worked_ms + self.kept_ms
        return self.kept_ms / wanted_ms if wanted_ms else 0.0


def look_at(pid: int) -> Look | None:
    """The counters of this process; None where there are none (any more)."""
    try:
        worked_ns, kept_ns, _ = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return Look(time.monotonic(), int(worked_ns) / NS_PER_MS, int(kept_ns) / NS_PER_MS)


def ready_in(loads: str) -> int:
    """How many processes are ready to work, of what `/proc/loadavg` says; 0 when it says nothing."""
    words = loads.split()
    return int(words[3].partition("/")[0]) if len(words) > 3 else 0


async def until_room(within_s: float = ROOM_WITHIN_S) -> bool:
    """Wait until the machine has room for a run; False when it had none all the time."""
    end_s, looks = time.monotonic() + within_s, deque[int](maxlen=8)
    while time.monotonic() < end_s:
        looks.append(ready_in(LOADS.read_text(encoding="ascii") if LOADS.exists() else ""))
        if len(looks) == looks.maxlen and sum(looks) <= READY_MOST * len(looks):
            return True
        await asyncio.sleep(LOOK_EVERY_S)
    return False


@dataclass(slots=True)
class Meter:
    """Adds up what was seen of processes that come and go."""

    given: Given = field(default_factory=Given)
    _looks: dict[int, deque[Look]] = field(default_factory=dict)

    def note(self, pid: int, look: Look) -> None:
        """One more look at a process."""
        looks = self._looks.setdefault(pid, deque())
        if looks:
            self.given.worked_ms += max(0.0, look.worked_ms - looks[-1].worked_ms)
            self.given.kept_ms += max(0.0, look.kept_ms - looks[-1].kept_ms)
        looks.append(look)
        while look.at_s - looks[0].at_s > WINDOW_S:
            looks.popleft()
        kept_ms = look.kept_ms - looks[0].kept_ms
        self.given.kept_ms_in_window_max = max(self.given.kept_ms_in_window_max, kept_ms)

    def note_late(self, late_ms: float) -> None:
        """The watcher woke so long after it should have."""
        self.given.watcher_late_ms_max = max(self.given.watcher_late_ms_max, late_ms)

    async def watch(self, pids: Callable[[], Sequence[int]]) -> None:
        """Look at these, and at this process, until cancelled."""
        while True:
            due_s = time.monotonic() + LOOK_EVERY_S
            for pid in (os.getpid(), *pids()):
                if (look := look_at(pid)) is not None:
                    self.note(pid, look)
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            self.note_late(1000 * (time.monotonic() - due_s))


@contextlib.asynccontextmanager
async def watching(meter: Meter, pids: Callable[[], Sequence[int]]) -> AsyncIterator[None]:
    """Watch for as long as the context lasts."""
    task = asyncio.create_task(meter.watch(pids))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
