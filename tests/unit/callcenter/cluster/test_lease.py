"""Whoever waits for a lease takes it at once when it ran out under their eyes, and else leaves its owner time to come back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest

from callcenter.cluster import lease
from callcenter.cluster.lease import Watch
from callcenter.cluster.limits import (
    LEASE_MISSING_S,
    LEASE_MS,
    LEASE_WATCHED_S,
    STARTING_LEASE_MS,
)
from callcenter.cluster.wire import Owner
from callcenter.tasks import owned
from tests.looking import until

if TYPE_CHECKING:
    from redis.asyncio import Redis

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


class Store:
    """What the lease asks of Redis: how long each renewal was to last."""

    def __init__(self) -> None:
        self.lasting_ms: list[int] = []

    async def eval(self, _script: str, _keys: int, _key: str, _value: bytes, lasts_ms: int) -> int:
        self.lasting_ms.append(lasts_ms)
        return 1


async def test_a_process_that_is_ready_shortens_its_lease_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "LEASE_RENEW_EVERY_S", 3_600)
    store = Store()
    mine = lease.Lease(cast("Redis", store), "key", lambda: 0.0)
    async with owned(mine.keep(), "lease"):
        await until(lambda: store.lasting_ms)
        mine.shorten()
        await until(lambda: len(store.lasting_ms) == 2)
    assert store.lasting_ms == [STARTING_LEASE_MS, LEASE_MS]


class Away:
    """Redis that has given a lease, and then cannot be reached."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.is_away = False
        self.asked_s: list[float] = []

    async def pttl(self, _key: str) -> int:
        return GONE

    async def set(self, *_: object, **__: object) -> bool:
        return True

    async def eval(self, *_: object) -> int:
        self.asked_s.append(self._now())
        if self.is_away:
            raise ConnectionError
        return 1


@pytest.mark.parametrize(("slept_s", "goes_on"), [(LEASE_MS / 2000, True), (20.0, False)])
async def test_who_slept_past_its_lease_is_not_certain_of_it_while_redis_is_away(
    slept_s: float, goes_on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(lease, "LEASE_RENEW_EVERY_S", 0.0)
    monkeypatch.setattr(lease, "LEASE_MISSING_S", 0.0)
    clock_s = 0.0
    redis = Away(lambda: clock_s)
    mine = lease.Lease(cast("Redis", redis), "key", lambda: clock_s)
    await mine.acquire(Owner("router-1", "http://127.0.0.1:1"))
    mine.shorten()
    async with owned(mine.keep(), "lease"):
        await until(lambda: redis.asked_s)
        assert mine.is_certain()
        clock_s, redis.is_away = slept_s, True
        await until(lambda: redis.asked_s[-3:] == [slept_s] * 3)
        assert mine.is_certain() == goes_on
        clock_s += LEASE_MS / 2000  # it is renewed in vain, and goes on if it was certain
        await until(lambda: redis.asked_s[-3:] == [clock_s] * 3)
        assert mine.is_certain() == goes_on
        redis.is_away = False
        await until(mine.is_certain)


class Held:
    """Redis that gives a lease, and knows whether another has it by now."""

    def __init__(self) -> None:
        self.is_anothers = False
        self.asked = 0

    async def pttl(self, _key: str) -> int:
        return GONE

    async def set(self, *_: object, **__: object) -> bool:
        return True

    async def eval(self, *_: object) -> int:
        self.asked += 1
        return int(not self.is_anothers)


async def test_who_was_kept_from_renewing_looks_before_it_writes_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lease, "LEASE_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(lease, "LEASE_MISSING_S", 0.0)
    clock_s = 0.0
    redis = Held()
    mine = lease.Lease(cast("Redis", redis), "key", lambda: clock_s)
    assert not await mine.is_ours()
    await mine.acquire(Owner("router-1", "http://127.0.0.1:1"))
    assert await mine.is_ours()
    assert redis.asked == 0, "what is certain is not asked for"
    clock_s = STARTING_LEASE_MS / 1000
    assert not mine.is_certain()
    assert await mine.is_ours()
    assert await mine.is_ours()
    assert redis.asked == 1
    clock_s *= 2
    redis.is_anothers = True
    assert not await mine.is_ours()
    redis.is_anothers = False
    assert not await mine.is_ours(), "what was lost does not come back"
    assert redis.asked == 2
