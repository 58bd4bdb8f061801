"""Simulated intervals against published figures: inside or not, and narrow enough or not."""

import msgspec

from callcenter.simulation.queueing.measures import Report
from callcenter.simulation.queueing.tally import Cell, merged
from tests.validation.rows import Check, Row

FAMILY = 0.01
"""The chance that any comparison of the whole table misses although everything is right (Bonferroni)."""


class Compared(msgspec.Struct, frozen=True):
    """One figure of one row."""

    row: str
    name: str
    published: str
    value: float
    half_width: float
    is_inside: bool
    is_narrow: bool


def compare(row: Row, cells: list[Cell], comparisons: int) -> list[Compared]:
    """Every check of a row, from the cells of its seeds."""
    report = Report(cells, merged(cells), replications=len(cells))
    return [_compared(row, check, report, 1 - FAMILY / comparisons) for check in row.checks]


def _compared(row: Row, check: Check, report: Report, confidence: float) -> Compared:
    estimate = report.estimate(check.measure, confidence)
    value, half_width = estimate.value, estimate.half_width
    if value is None or half_width is None:
        nothing = float("nan")
        return Compared(row.name, check.name, check.published, nothing, nothing, False, False)
    published = float(check.published)
    is_inside = abs(value - published) <= half_width + rounding(check.published)
    allowed = allowed_half_width(check, published) * row.widens
    is_narrow = half_width <= allowed
    return Compared(row.name, check.name, check.published, value, half_width, is_inside, is_narrow)


def rounding(published: str) -> float:
    """Half of the last digit."""
    return 0.5 * 10 ** -len(published.partition(".")[2]) if "." in published else 0.0


def allowed_half_width(check: Check, published: float) -> float:
    """Waits, lengths and probabilities from 0.02 to 0.2: 5 %; variances and rarer ones 10 %; others 0.01."""
    if check.kind == "identity":
        return 0.01
    if check.kind == "variance" or (check.kind == "probability" and published < 0.02):
        return 0.1 * published
    if check.kind == "probability" and published > 0.2:
        return 0.01
    return 0.05 * published
