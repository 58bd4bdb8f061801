"""Guessing is slowed, and nobody can lock somebody else out."""

from types import SimpleNamespace

import pytest

from callcenter.auth.throttle import LoginThrottle, LoginThrottled

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Wall:
    """The clock `limits` reads, in the test's hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1_000.0
        monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: self.now_s))

    def throttle(self, **limits: int) -> LoginThrottle:
        settings = {"pair_max": 3, "address_max": 6, "window_s": 60, **limits}
        return LoginThrottle(wall_s=lambda: self.now_s, **settings)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


def fail(throttle: LoginThrottle, username: str, address: str, times: int = 1) -> None:
    for _ in range(times):
        with throttle.attempt(username, address):
            pass


def succeed(throttle: LoginThrottle, username: str, address: str) -> None:
    with throttle.attempt(username, address) as attempt:
        attempt.is_successful = True


def wait_s(throttle: LoginThrottle, username: str, address: str) -> int:
    with pytest.raises(LoginThrottled) as raised, throttle.attempt(username, address):
        pass
    return raised.value.retry_after_s


def test_a_name_is_tried_a_few_times_then_must_wait(wall: Wall) -> None:
    throttle = wall.throttle()
    fail(throttle, "ann", HERE, times=3)
    assert wait_s(throttle, "ann", HERE) == 60
    assert wait_s(throttle, "ANN", HERE) == 60
    wall.now_s += 61
    fail(throttle, "ann", HERE)


def test_failures_from_elsewhere_do_not_lock_anybody_out(wall: Wall) -> None:
    throttle = wall.throttle()
    fail(throttle, "ann", ELSEWHERE, times=3)
    wait_s(throttle, "ann", ELSEWHERE)
    succeed(throttle, "ann", HERE)


def test_an_address_that_tries_many_names_must_wait(wall: Wall) -> None:
    throttle = wall.throttle()
    for name in "abcdef":
        fail(throttle, name, HERE)
    assert wait_s(throttle, "g", HERE) > 0
    fail(throttle, "g", ELSEWHERE)


def test_those_known_at_an_address_are_not_held_up_by_strangers_there(wall: Wall) -> None:
    throttle = wall.throttle()
    succeed(throttle, "ann", HERE)
    for name in "abcdef":
        fail(throttle, name, HERE)
    wait_s(throttle, "g", HERE)
    succeed(throttle, "ann", HERE)


def test_a_success_forgets_the_failures_of_the_pair(wall: Wall) -> None:
    throttle = wall.throttle()
    fail(throttle, "ann", HERE, times=2)
    succeed(throttle, "ann", HERE)
    fail(throttle, "ann", HERE, times=3)
    wait_s(throttle, "ann", HERE)


def test_tries_being_checked_count(wall: Wall) -> None:
    throttle = wall.throttle(pair_max=2)
    with throttle.attempt("ann", HERE), throttle.attempt("ann", HERE):
        assert wait_s(throttle, "ann", HERE) >= 1


def test_a_try_that_was_not_answered_does_not_count(wall: Wall) -> None:
    throttle = wall.throttle(pair_max=1)
    with pytest.raises(TimeoutError), throttle.attempt("ann", HERE):
        raise TimeoutError
    succeed(throttle, "ann", HERE)


def test_an_ipv6_customer_counts_as_one(wall: Wall) -> None:
    throttle = wall.throttle()
    for last in range(6):
        fail(throttle, f"n{last}", f"2001:db8::{last}")
    wait_s(throttle, "x", "2001:db8::ffff")
    fail(throttle, "x", "2001:db8:1::1")
    fail(throttle, "x", "not an address")


def test_known_pairs_are_bounded(wall: Wall) -> None:
    throttle = wall.throttle(trusted_max=1, address_max=1)
    succeed(throttle, "ann", HERE)
    succeed(throttle, "bob", HERE)
    fail(throttle, "eve", HERE)
    wait_s(throttle, "ann", HERE)
    succeed(throttle, "bob", HERE)
