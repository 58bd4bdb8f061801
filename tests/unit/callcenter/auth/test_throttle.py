"""Guessing is slowed, and nobody can lock somebody else out."""

import itertools

import pytest

from callcenter.auth.throttle import LoginThrottle, LoginThrottled
from callcenter.tries import MemoryTries

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Wall:
    """The clock by which tries are counted, in the test's hand."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self._ids = itertools.count()

    def throttle(self, trusted_max: int = 10, **limits: int) -> LoginThrottle:
        settings = {"pair_max": 3, "address_max": 6, "window_s": 60, **limits}
        tries = MemoryTries(lambda: self.now_s, trusted_max=trusted_max)
        return LoginThrottle(tries, lambda: str(next(self._ids)), **settings)


@pytest.fixture
def wall() -> Wall:
    return Wall()


async def fail(throttle: LoginThrottle, username: str, address: str, times: int = 1) -> None:
    for _ in range(times):
        async with throttle.attempt(username, address):
            pass


async def succeed(throttle: LoginThrottle, username: str, address: str) -> None:
    async with throttle.attempt(username, address) as attempt:
        attempt.is_successful = True


async def wait_s(throttle: LoginThrottle, username: str, address: str) -> int:
    with pytest.raises(LoginThrottled) as raised:
        async with throttle.attempt(username, address):
            pass
    return raised.value.retry_after_s


async def test_a_name_is_tried_a_few_times_then_must_wait(wall: Wall) -> None:
    throttle = wall.throttle()
    await fail(throttle, "ann", HERE, times=3)
    assert await wait_s(throttle, "ann", HERE) == 60
    assert await wait_s(throttle, "ANN", HERE) == 60
    wall.now_s += 61
    await fail(throttle, "ann", HERE)


async def test_failures_from_elsewhere_do_not_lock_anybody_out(wall: Wall) -> None:
    throttle = wall.throttle()
    await fail(throttle, "ann", ELSEWHERE, times=3)
    await wait_s(throttle, "ann", ELSEWHERE)
    await succeed(throttle, "ann", HERE)


async def test_an_address_that_tries_many_names_must_wait(wall: Wall) -> None:
    throttle = wall.throttle()
    for name in "abcdef":
        await fail(throttle, name, HERE)
    assert await wait_s(throttle, "g", HERE) > 0
    await fail(throttle, "g", ELSEWHERE)


async def test_those_known_at_an_address_are_not_held_up_by_strangers_there(wall: Wall) -> None:
    throttle = wall.throttle()
    await succeed(throttle, "ann", HERE)
    for name in "abcdef":
        await fail(throttle, name, HERE)
    await wait_s(throttle, "g", HERE)
    await succeed(throttle, "ann", HERE)


async def test_a_success_forgets_the_failures_of_the_pair(wall: Wall) -> None:
    throttle = wall.throttle()
    await fail(throttle, "ann", HERE, times=2)
    await succeed(throttle, "ann", HERE)
    await fail(throttle, "ann", HERE, times=3)
    await wait_s(throttle, "ann", HERE)


async def test_tries_being_checked_count(wall: Wall) -> None:
    throttle = wall.throttle(pair_max=2)
    async with throttle.attempt("ann", HERE), throttle.attempt("ann", HERE):
        assert await wait_s(throttle, "ann", HERE) >= 1


async def test_a_try_that_was_not_answered_does_not_count(wall: Wall) -> None:
    throttle = wall.throttle(pair_max=1)
    with pytest.raises(TimeoutError):
        async with throttle.attempt("ann", HERE):
            raise TimeoutError
    await succeed(throttle, "ann", HERE)


async def test_an_ipv6_customer_counts_as_one(wall: Wall) -> None:
    throttle = wall.throttle()
    for last in range(6):
        await fail(throttle, f"n{last}", f"2001:db8::{last}")
    await wait_s(throttle, "x", "2001:db8::ffff")
    await fail(throttle, "x", "2001:db8:1::1")
    await fail(throttle, "x", "not an address")


async def test_known_pairs_are_bounded(wall: Wall) -> None:
    throttle = wall.throttle(trusted_max=1, address_max=1)
    await succeed(throttle, "ann", HERE)
    await succeed(throttle, "bob", HERE)
    await fail(throttle, "eve", HERE)
    await wait_s(throttle, "ann", HERE)
    await succeed(throttle, "bob", HERE)
