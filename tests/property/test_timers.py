"""Deadlines against the plainest model: a dict, and the least of its values."""

from hypothesis import given
from hypothesis import strategies as st

from routing import timers
from routing.state import DeadlineKind, State

KEYS = st.sampled_from(["a", "b", "c", "d", "e"])
STEPS = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.integers(0, 20))), max_size=200)


@given(STEPS)
def test_the_next_deadline_is_the_earliest_and_among_equals_the_first_armed(
    steps: list[tuple[str, int | None]],
) -> None:
    state, model = State(), dict[str, tuple[int, int]]()
    for number, (key, due_ms) in enumerate(steps):
        if due_ms is None:
            timers.cancel(state, key)
            model.pop(key, None)
        else:
            timers.arm(state, key, DeadlineKind.ALARM_WAITING, due_ms)
            model[key] = (due_ms, number)
        found = timers.next_deadline(state)
        expected = min(model, key=lambda name: model[name], default=None)
        assert found is (None if expected is None else state.deadlines[expected])


@given(st.integers(-100, 100), st.integers(1, 50), st.integers(0, 500))
def test_the_next_of_a_series_is_the_first_after_now(
    origin_ms: int, every_ms: int, later_ms: int
) -> None:
    now_ms = origin_ms + later_ms
    found = timers.following(origin_ms, every_ms, now_ms)
    assert now_ms < found <= now_ms + every_ms
    assert (found - origin_ms) % every_ms == 0
