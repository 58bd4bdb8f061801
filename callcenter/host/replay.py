"""Replay: feed only the input events to a fresh engine and compare the decisions with the recorded ones."""

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


def replay(events: Iterable[Event]) -> Divergence | None:
    """Compare a whole recorded history with what its inputs lead to; None = identical."""
    recorded = list(events)
    engine = Engine()
    decided: list[Event] = []
    for seq, event in enumerate(recorded, start=1):
        if not is_input(event):
            continue
        handled = engine.handle(command_of(event), event.at_ms)
        decided.extend(handled.events)
        if handled.refusal is not None:
            return Divergence(seq, repr(event), f"refused: {handled.refusal.code}")
    if recorded:
        decided.extend(engine.handle(Tick(), recorded[-1].at_ms).events)
    return _first_difference(recorded, decided)


def _first_difference(recorded: list[Event], decided: list[Event]) -> Divergence | None:
    for index in range(max(len(recorded), len(decided))):
        was = recorded[index] if index < len(recorded) else None
        now = decided[index] if index < len(decided) else None
        if was != now:
            return Divergence(index + 1, repr(was), repr(now))
    return None
