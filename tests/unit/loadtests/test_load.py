"""The load's own judgement: who came and was not served to the end fails the run, however fast the rest was."""

import pytest

from loadtests.load.judging import Json, misses
from loadtests.load.profiles import ASKED, ENDED, PROFILES, Limit, Profile

QUICK = Profile(desks=1, chats=((0.0, 1.0),), calls_per_s=0.0, limits=(Limit(ASKED, 0.99, 100),))


def measured(**taken: float) -> dict[str, Json]:
    names = {"asked": ASKED, "over": ENDED}
    return {names[name]: {"count": 1, "failed": 0, "p99_ms": ms} for name, ms in taken.items()}


def test_a_run_within_its_limits_misses_nothing() -> None:
    assert misses(measured(asked=40, over=900), QUICK) == []


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ({"asked": 400, "over": 1}, "chat: asked for: p99 400 ms, limit 100 ms"),
        ({"asked": 40}, "1 chats were asked for, 0 were over in the end"),
        ({}, "chat: asked for: never happened"),
    ],
)
def test_what_is_missed_is_said(taken: dict[str, float], said: str) -> None:
    assert said in misses(measured(**taken), QUICK)


def test_a_failure_is_a_miss() -> None:
    figures = measured(asked=40, over=1)
    figures[ENDED]["failed"] = 1
    assert misses(figures, QUICK) == ["chat: over: 1 of 1 failed"]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_nobody_comes_in_the_end_so_that_all_can_be_served(profile: Profile) -> None:
    assert profile.chats_per_s(0.0) > 0
    assert profile.chats_per_s(1.0) == 0
