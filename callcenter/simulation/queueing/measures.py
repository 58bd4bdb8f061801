"""What is told of a class, or of all: each measure is one function of a cell.

Waits are of contacts that came in the window and were answered or left; blocked ones have none. `mean_wait_s`,
`p_wait_zero`, `p_wait_le.all` and the quantiles are over both kinds; `service_level` is over all arrivals.
"""

from collections.abc import Callable, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from callcenter.simulation.queueing.estimates import CONFIDENCE, Estimate, half_width
from callcenter.simulation.queueing.tally import Cell

if TYPE_CHECKING:
    from array import array

QUANTILES = (0.5, 0.9, 0.95, 0.99)
Measure = Callable[[Cell], float | None]
"""None where the cell holds nobody of the kind."""

COUNTS: dict[str, Callable[[Cell], int]] = {
    "offered": lambda cell: cell.offered,
    "answered": lambda cell: len(cell.answered_ms),
    "abandoned": lambda cell: len(cell.abandoned_ms),
    "blocked": lambda cell: cell.blocked,
    "unfinished": lambda cell: cell.unfinished,
}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean_s(*waits: "array[int]") -> float | None:
    return _share(sum(map(sum, waits)) / 1000, sum(map(len, waits)))


def _within(waits: "array[int]", limit_ms: float) -> int:
    return sum(wait_ms <= limit_ms for wait_ms in waits)


def _zero(cell: Cell) -> float | None:
    zeros = cell.answered_ms.count(0) + cell.abandoned_ms.count(0)
    return _share(zeros, len(cell.answered_ms) + len(cell.abandoned_ms))


def _var_queue_length(cell: Cell) -> float:
    mean = cell.waiting_area / cell.for_ms
    return cell.waiting_square / cell.for_ms - mean * mean


FIGURES: dict[str, Measure] = {
    "p_wait_zero": _zero,
    "p_abandon": lambda cell: _share(len(cell.abandoned_ms), cell.offered),
    "p_blocked": lambda cell: _share(cell.blocked, cell.offered),
    "asa_s": lambda cell: _mean_s(cell.answered_ms),
    "mean_wait_s": lambda cell: _mean_s(cell.answered_ms, cell.abandoned_ms),
    "mean_wait_abandoned_s": lambda cell: _mean_s(cell.abandoned_ms),
    "mean_queue_length": lambda cell: cell.waiting_area / cell.for_ms,
    "var_queue_length": _var_queue_length,
    "mean_in_system": lambda cell: (cell.waiting_area + cell.talking_area) / cell.for_ms,
}


def within_of(limit_ms: float) -> dict[str, Measure]:
    """The shares that waited no longer than this: of all who waited, of the answered, of the abandoned."""

    def of_all(cell: Cell) -> float | None:
        count = _within(cell.answered_ms, limit_ms) + _within(cell.abandoned_ms, limit_ms)
        return _share(count, len(cell.answered_ms) + len(cell.abandoned_ms))

    return {
        "all": of_all,
        "answered": lambda cell: _share(_within(cell.answered_ms, limit_ms), len(cell.answered_ms)),
        "abandoned": lambda cell: _share(
            _within(cell.abandoned_ms, limit_ms), len(cell.abandoned_ms)
        ),
    }


def service_level(limit_ms: float) -> Measure:
    """Answered within the limit, of all arrivals."""
    return lambda cell: _share(_within(cell.answered_ms, limit_ms), cell.offered)


def occupancy(agents: float) -> Measure:
    """The share of the time of so many agents that went into these contacts."""
    return lambda cell: _share(cell.busy_area, cell.for_ms * agents)


def _quantiles_s(cell: Cell) -> list[float] | None:
    waits = sorted([*cell.answered_ms, *cell.abandoned_ms])
    if not waits:
        return None
    return [waits[ceil(len(waits) * quantile) - 1] / 1000 for quantile in QUANTILES]


def _key(point_s: float) -> str:
    """A wait point as it was written: 10, not 10.0."""
    return str(int(point_s)) if point_s == int(point_s) else str(point_s)


class Report:
    """The estimates of one class, or of the total, from its cells.

    The value is that of all cells together; the half width comes from the cells one by one. Counts are those of
    one replication: the sum over its batches, or the mean over replications.
    """

    def __init__(self, cells: list[Cell], whole: Cell, *, replications: int) -> None:
        """`whole` is the cells merged."""
        self._cells = cells
        self._whole = whole
        self._replications = replications

    def estimate(self, measure: Measure, confidence: float = CONFIDENCE) -> Estimate:
        """One measure with its half width."""
        each = [value for cell in self._cells if (value := measure(cell)) is not None]
        return Estimate(measure(self._whole), half_width(each, confidence))

    def _count(self, count: Callable[[Cell], int]) -> Estimate:
        width = half_width([count(cell) for cell in self._cells])
        scale = len(self._cells) / self._replications
        return Estimate(
            count(self._whole) / self._replications, None if width is None else width * scale
        )

    def _quantiles(self) -> dict[str, Estimate]:
        each = [row for cell in self._cells if (row := _quantiles_s(cell)) is not None]
        whole = _quantiles_s(self._whole)
        if whole is None:
            return {str(quantile): Estimate(None, None) for quantile in QUANTILES}
        return {
            str(quantile): Estimate(whole[place], half_width([row[place] for row in each]))
            for place, quantile in enumerate(QUANTILES)
        }

    def figures(
        self, *, agents: float, service_level_s: float, wait_points_s: Sequence[float]
    ) -> dict[str, Any]:
        """Everything, by the names of the JSON."""
        said: dict[str, Any] = {name: self._count(count) for name, count in COUNTS.items()}
        said |= {name: self.estimate(measure) for name, measure in FIGURES.items()}
        said["service_level"] = self.estimate(service_level(service_level_s * 1000))
        said["occupancy"] = self.estimate(occupancy(agents))
        said["p_wait_le"] = {
            _key(point_s): {
                name: self.estimate(measure) for name, measure in within_of(point_s * 1000).items()
            }
            for point_s in wait_points_s
        }
        said["wait_quantiles_s"] = self._quantiles()
        return said
