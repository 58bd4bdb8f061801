"""How long things take: durations as distributions, drawn in whole ms from a generator handed in."""

import math
import random

import msgspec


class Constant(msgspec.Struct, frozen=True, tag=True):
    """Always the same."""

    ms: int


class Uniform(msgspec.Struct, frozen=True, tag=True):
    """Anything between two bounds, both included."""

    ms_min: int
    ms_max: int


class Exponential(msgspec.Struct, frozen=True, tag=True):
    """Without memory: gaps between independent happenings, patience."""

    mean_ms: float


class LogNormal(msgspec.Struct, frozen=True, tag=True):
    """Most near the median, some far above: the usual shape of handling times."""

    median_ms: float
    sigma: float


Distribution = Constant | Uniform | Exponential | LogNormal


def draw_ms(distribution: Distribution, generator: random.Random) -> int:
    """One duration, never negative. Takes from the generator alone, so the draw can be repeated."""
    match distribution:
        case Constant(ms=ms):
            return ms
        case Uniform(ms_min=low, ms_max=high):
            return generator.randint(low, high)
        case Exponential(mean_ms=mean_ms):
            return round(generator.expovariate(1.0) * mean_ms)
        case LogNormal(median_ms=median_ms, sigma=sigma):
            return round(median_ms * math.exp(sigma * generator.gauss(0.0, 1.0)))
