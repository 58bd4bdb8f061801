"""Replay: the input events alone, fed to a fresh engine, must lead to the same journal and the same bytes."""

from collections.abc import Callable, Sequence

from routing import events as ev
from routing.commands import Tick
from routing.engine import Engine, restore
from routing.errors import InvariantViolation, Refusal
from routing.inputs import command_of, is_input
from routing.reducer import apply
from routing.state import State


def replayed(
    journal: Sequence[ev.Event], until_ms: int, make_engine: Callable[[], Engine] = Engine
) -> tuple[Engine, list[ev.Event], list[Refusal]]:
    """Feed the inputs of a journal to a new engine, each at its own time, then let time pass to `until_ms`."""
    engine = make_engine()
    again: list[ev.Event] = []
    refusals: list[Refusal] = []
    for event in journal:
        if is_input(event):
            handled = engine.handle(command_of(event), event.at_ms)
            again.extend(handled.events)
            if handled.refusal is not None:
                refusals.append(handled.refusal)
    again.extend(engine.handle(Tick(), until_ms).events)
    return engine, again, refusals


def folded(journal: Sequence[ev.Event]) -> State:
    """The state as recovery builds it: every event applied, nothing decided."""
    state = State()
    for event in journal:
        apply(state, event)
    return state


def first_difference(journal: Sequence[ev.Event], again: Sequence[ev.Event]) -> str | None:
    """Where two journals part, in words; None if they are equal."""
    for seq, (was, is_now) in enumerate(zip(journal, again, strict=False), 1):
        if was != is_now:
            return f"event {seq} was {was} and is now {is_now}"
    if len(journal) != len(again):
        return f"{len(journal)} events became {len(again)}"
    return None


def replay_faults(
    engine: Engine,
    journal: Sequence[ev.Event],
    until_ms: int,
    make_engine: Callable[[], Engine] = Engine,
) -> list[str]:
    """What is wrong with replaying, folding and restoring this engine; empty when all agree."""
    faults = []
    snapshot = engine.snapshot()
    other, again, refusals = replayed(journal, until_ms, make_engine)
    if refusals:
        faults.append(f"I6 replay refuses an accepted input: {refusals[0]}")
    if difference := first_difference(journal, again):
        faults.append(f"I6 replay decides differently: {difference}")
    if other.snapshot() != snapshot:
        faults.append("I6 replay ends in another state")
    faults.extend(_folding_faults(journal, snapshot))
    if Engine(restore(snapshot)).snapshot() != snapshot:
        faults.append("I6 a restored snapshot is another state")
    return faults


def _folding_faults(journal: Sequence[ev.Event], snapshot: bytes) -> list[str]:
    try:
        state = folded(journal)
    except (InvariantViolation, KeyError) as fault:
        return [f"I6 the journal cannot be folded: {fault!r}"]
    if Engine(state).snapshot() != snapshot:
        return ["I6 folding the journal gives another state"]
    return []
