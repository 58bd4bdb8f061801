"""How sure a simulated figure is: half widths of intervals by Student's t over batches or replications."""

import math
from collections.abc import Sequence
from functools import cache

import msgspec

CONFIDENCE = 0.99


class Estimate(msgspec.Struct, frozen=True):
    """A figure and the half width of its interval; None where there is too little to say."""

    value: float | None
    half_width: float | None


def half_width(values: Sequence[float], confidence: float = CONFIDENCE) -> float | None:
    """Of the mean of independent values; None with fewer than two."""
    count = len(values)
    if count < 2:
        return None
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return t_quantile((1 + confidence) / 2, count - 1) * math.sqrt(variance / count)


@cache
def t_quantile(probability: float, degrees: int) -> float:
    """The t with P(T <= t) = probability (above 1/2), by bisection to full precision."""
    low, high = 0.0, 1.0
    while _t_below(high, degrees) < probability:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if _t_below(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return high


def _t_below(t: float, degrees: int) -> float:
    """P(T <= t) for t >= 0, by the incomplete beta function."""
    return 1 - _beta_share(degrees / (degrees + t * t), degrees / 2, 0.5) / 2


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) - math.log(a)
    log_front += math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(400):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d)
        c = 1 + term / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return math.exp(log_front) * (fraction - 1)
