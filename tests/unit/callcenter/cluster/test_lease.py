"""Whoever waits for a lease takes it at once when it ran out under their eyes, and else leaves its owner time to come back."""

from callcenter.cluster.lease import Watch
from callcenter.cluster.limits import LEASE_MISSING_S, LEASE_WATCHED_S

GONE = -2
STEP_S = 0.05


def looks(watch: Watch, left_ms: int, at_s: float) -> bool:
    """One look that took a millisecond."""
    return watch.may_take(left_ms, at_s, at_s + 0.001)


def test_a_lease_that_runs_out_while_it_is_watched_is_free_at_once() -> None:
    watch = Watch()
    assert not looks(watch, 60, 10.0)
    assert not looks(watch, 10, 10.05)
    assert looks(watch, GONE, 10.1)


def test_a_lease_that_is_gone_before_its_time_is_left_to_its_owner_for_a_while() -> None:
    watch = Watch()
    assert not looks(watch, 1_400, 10.0)
    assert not looks(watch, GONE, 10.05)
    assert not looks(watch, GONE, 10.05 + LEASE_MISSING_S - STEP_S)
    assert looks(watch, GONE, 10.05 + LEASE_MISSING_S)


def test_an_owner_that_comes_back_has_it_as_before() -> None:
    watch = Watch()
    assert not looks(watch, 1_400, 10.0)
    assert not looks(watch, GONE, 10.05)
    assert not looks(watch, 1_500, 10.1)
    assert not looks(watch, GONE, 10.15 + LEASE_MISSING_S - STEP_S)


def test_a_lease_nobody_was_ever_seen_with_is_waited_for() -> None:
    watch = Watch()
    assert not looks(watch, GONE, 10.0)
    assert looks(watch, GONE, 10.0 + LEASE_MISSING_S)


def test_whoever_was_asleep_has_not_seen_it_run_out() -> None:
    watch = Watch()
    assert not looks(watch, 60, 10.0)
    woke_s = 10.0 + LEASE_WATCHED_S + STEP_S
    assert not looks(watch, GONE, woke_s)
    assert looks(watch, GONE, woke_s + LEASE_MISSING_S)


def test_a_look_that_was_not_answered_for_long_is_no_watching() -> None:
    watch = Watch()
    assert not looks(watch, 60, 10.0)
    assert not watch.may_take(GONE, 10.0 + LEASE_WATCHED_S + STEP_S, 11.0)
