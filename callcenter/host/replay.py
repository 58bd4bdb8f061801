"""Replay: feed only the input events to a fresh engine and compare the decisions with the recorded ones."""

from collections import deque
from collections.abc import Iterable

import msgspec

from routing.commands import Tick
from routing.engine import Engine
from routing.events import Event
from routing.inputs import command_of, is_input


class Divergence(msgspec.Struct, frozen=True):
    """The first place where deciding again gives something else. `seq` counts from 1."""

    seq: int
    recorded: str
    decided: str


class Replayer:
    """Takes a recorded history event by event; holds no more of it than lies between two inputs."""

    def __init__(self) -> None:
        """Nothing recorded yet."""
        self._engine = Engine()
        self._recorded: deque[Event] = deque()
        self._decided: deque[Event] = deque()
        self._last_ms = 0
        self._equal = 0
        self.events = 0

    def follow(self, event: Event) -> Divergence | None:
        """The next recorded event; says so if what was decided up to here is something else."""
        self.events += 1
        self._last_ms = event.at_ms
        self._recorded.append(event)
        if not is_input(event):
            return None
        handled = self._engine.handle(command_of(event), event.at_ms)
        self._decided.extend(handled.events)
        difference = self._compared()
        if difference is None and handled.refusal is not None:
            return Divergence(self.events, repr(event), f"refused: {handled.refusal.code}")
        return difference

    def finish(self) -> Divergence | None:
        """The history is over: what is left must be equal too."""
        self._decided.extend(self._engine.handle(Tick(), self._last_ms).events)
        difference = self._compared()
        if difference is None and (self._recorded or self._decided):
            was = self._recorded[0] if self._recorded else None
            now = self._decided[0] if self._decided else None
            return Divergence(self._equal + 1, repr(was), repr(now))
        return difference

    def _compared(self) -> Divergence | None:
        recorded, decided = self._recorded, self._decided
        while recorded and decided:
            was, now = recorded.popleft(), decided.popleft()
            if was != now:
                return Divergence(self._equal + 1, repr(was), repr(now))
            self._equal += 1
        return None


def replay(events: Iterable[Event]) -> Divergence | None:
    """Compare a whole recorded history with what its inputs lead to; None = identical."""
    replayer = Replayer()
    for event in events:
        difference = replayer.follow(event)
        if difference is not None:
            return difference
    return replayer.finish()
