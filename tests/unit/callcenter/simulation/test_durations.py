"""Distributions have the means and spreads their scenario asked for."""

import math
import random

import pytest

from callcenter.simulation.queueing.durations import (
    Deterministic,
    Duration,
    Erlang,
    Exponential,
    Hyperexponential,
    Lognormal,
    Never,
    drawer,
    fault_of,
)

DRAWS = 40_000


@pytest.mark.parametrize(
    ("duration", "spread_s"),
    [
        (Exponential(100), 100),
        (Erlang(100, 4), 50),
        (Lognormal(100, 80), 80),
        (Deterministic(100), 0),
        (Hyperexponential(100, 200), 200),
    ],
)
def test_mean_and_spread(duration: Duration, spread_s: float) -> None:
    """Within five standard errors of the mean, and 5 % of the spread (seed 1)."""
    draw = drawer(duration, random.Random(1))
    assert draw is not None
    drawn = [draw() / 1000 for _ in range(DRAWS)]
    mean = sum(drawn) / DRAWS
    spread = math.sqrt(sum((one - mean) ** 2 for one in drawn) / DRAWS)
    assert mean == pytest.approx(100, abs=5 * spread_s / math.sqrt(DRAWS) + 0.001)
    assert spread == pytest.approx(spread_s, rel=0.05, abs=0.001)


def test_never_draws_nothing() -> None:
    assert drawer(Never(), random.Random(1)) is None


def test_a_hyperexponential_is_more_variable_than_an_exponential() -> None:
    assert fault_of(Hyperexponential(100, 100)) == "a hyperexponential needs sd_s above mean_s"
    assert fault_of(Hyperexponential(100, 101)) is None
    assert fault_of(Exponential(100)) is None
