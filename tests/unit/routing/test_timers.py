"""Deadlines live in a dict; the heap over it may hold dead entries, but never too many."""

from routing import timers
from routing.state import DeadlineKind, State

ALARM = DeadlineKind.ALARM_WAITING


def test_the_earliest_deadline_is_next() -> None:
    state = State()
    for key, due_ms in (("late", 30), ("early", 10), ("middle", 20)):
        timers.arm(state, key, ALARM, due_ms)
    assert due(state) == 10


def test_equal_times_go_by_who_was_armed_first() -> None:
    state = State()
    for key in ("z", "a"):
        timers.arm(state, key, ALARM, 10)
    deadline = timers.next_deadline(state)
    assert deadline is state.deadlines["z"]


def test_arming_again_replaces() -> None:
    state = State()
    timers.arm(state, "k", ALARM, 10)
    timers.arm(state, "k", ALARM, 50)
    assert due(state) == 50


def test_a_cancelled_deadline_is_gone_and_may_be_cancelled_again() -> None:
    state = State()
    timers.arm(state, "k", ALARM, 10)
    timers.cancel(state, "k")
    timers.cancel(state, "k")
    assert due(state) is None


def test_dead_entries_stay_bounded() -> None:
    state = State()
    for number in range(10_000):
        timers.arm(state, "k", ALARM, number)
    assert len(state.deadline_heap) < 100
    assert due(state) == 9_999


def test_the_next_instant_of_a_series_lies_after_now() -> None:
    assert timers.following(100, 10, 100) == 110
    assert timers.following(100, 10, 109) == 110
    assert timers.following(100, 10, 110) == 120
    assert timers.following(100, 10, 90) == 100


def test_an_exclusion_has_its_own_key_for_each_agent() -> None:
    keys = {timers.exclusion_key("c", agent) for agent in ("a", "b")}  # type: ignore[arg-type]
    assert len(keys) == 2


def due(state: State) -> int | None:
    """When the next deadline is due."""
    deadline = timers.next_deadline(state)
    return None if deadline is None else deadline.due_ms
