"""How long things take, as a scenario file says it: seconds with a name of a distribution, drawn in whole ms."""

import math
import random
from collections.abc import Callable
from typing import Annotated

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]
Draw = Callable[[], int]
"""Gives one duration in ms at each call."""


class Exponential(msgspec.Struct, frozen=True, tag_field="dist", tag="exponential"):
    """Without memory."""

    mean_s: Positive


class Erlang(msgspec.Struct, frozen=True, tag_field="dist", tag="erlang"):
    """The sum of k equal exponential phases: less variable than one."""

    mean_s: Positive
    k: Annotated[int, msgspec.Meta(ge=1)]


class Lognormal(msgspec.Struct, frozen=True, tag_field="dist", tag="lognormal"):
    """Most near the median, some far above."""

    mean_s: Positive
    sd_s: Positive


class Deterministic(msgspec.Struct, frozen=True, tag_field="dist", tag="deterministic"):
    """Always the same."""

    mean_s: Annotated[float, msgspec.Meta(ge=0)]


class Hyperexponential(msgspec.Struct, frozen=True, tag_field="dist", tag="hyperexponential"):
    """One of two exponentials with balanced means: more variable than one, so `sd_s` is above `mean_s`."""

    mean_s: Positive
    sd_s: Positive


class Never(msgspec.Struct, frozen=True, tag_field="dist", tag="never"):
    """It does not happen: a customer who never gives up."""


Duration = Exponential | Erlang | Lognormal | Deterministic | Hyperexponential | Never


def fault_of(duration: Duration) -> str | None:
    """What is wrong with the numbers beyond their types, if anything."""
    if isinstance(duration, Hyperexponential) and duration.sd_s <= duration.mean_s:
        return "a hyperexponential needs sd_s above mean_s"
    return None


def drawer(duration: Duration, generator: random.Random) -> Draw | None:
    """A function that draws from `generator` alone; None for what never happens."""
    match duration:
        case Exponential(mean_s=mean_s):
            return _exponential(mean_s * 1000, generator)
        case Erlang(mean_s=mean_s, k=k):
            return lambda: round(generator.gammavariate(k, mean_s * 1000 / k))
        case Lognormal(mean_s=mean_s, sd_s=sd_s):
            variance = math.log1p((sd_s / mean_s) ** 2)
            mu, sigma = math.log(mean_s * 1000) - variance / 2, math.sqrt(variance)
            return lambda: round(generator.lognormvariate(mu, sigma))
        case Deterministic(mean_s=mean_s):
            always_ms = round(mean_s * 1000)
            return lambda: always_ms
        case Hyperexponential(mean_s=mean_s, sd_s=sd_s):
            return _hyperexponential(mean_s * 1000, (sd_s / mean_s) ** 2, generator)
        case Never():
            return None


def _exponential(mean_ms: float, generator: random.Random) -> Draw:
    expovariate, rate = generator.expovariate, 1.0 / mean_ms
    return lambda: round(expovariate(rate))


def _hyperexponential(mean_ms: float, squared_variation: float, generator: random.Random) -> Draw:
    """Two phases that carry the same share of the mean."""
    first = (1 + math.sqrt((squared_variation - 1) / (squared_variation + 1))) / 2
    means_ms = (mean_ms / (2 * first), mean_ms / (2 * (1 - first)))

    def draw() -> int:
        mean = means_ms[0] if generator.random() < first else means_ms[1]
        return round(generator.expovariate(1.0) * mean)

    return draw
