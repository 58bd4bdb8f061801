"""What a run leaves behind: waits as they were, and time averages kept exactly at every change.

A *cell* is one class over one stretch of time (a batch, or a whole replication). Contacts belong to the cell in
which they arrived, whatever happens to them later; areas belong to the time itself. A contact waits until it is
answered, so ringing is waiting; an agent is busy from the offer to the end of wrap-up.
"""

from array import array

import msgspec


def _waits() -> "array[int]":
    return array("q")


class Cell(msgspec.Struct):
    """One class over one stretch. Areas are level times ms; `unfinished` were still waiting when it all ended."""

    offered: int = 0
    blocked: int = 0
    answered_ms: "array[int]" = msgspec.field(default_factory=_waits)
    abandoned_ms: "array[int]" = msgspec.field(default_factory=_waits)
    for_ms: int = 0
    waiting_area: int = 0
    waiting_square: int = 0
    talking_area: int = 0
    busy_area: int = 0

    @property
    def unfinished(self) -> int:
        """Arrived, but neither blocked nor answered nor gone when the simulation stopped."""
        done = self.blocked + len(self.answered_ms) + len(self.abandoned_ms)
        return self.offered - done


def merged(cells: list[Cell]) -> Cell:
    """Several stretches as one, or several classes over one stretch (then `for_ms` must be put right)."""
    whole = Cell()
    for cell in cells:
        whole.offered += cell.offered
        whole.blocked += cell.blocked
        whole.answered_ms.extend(cell.answered_ms)
        whole.abandoned_ms.extend(cell.abandoned_ms)
        whole.for_ms += cell.for_ms
        whole.waiting_area += cell.waiting_area
        whole.waiting_square += cell.waiting_square
        whole.talking_area += cell.talking_area
        whole.busy_area += cell.busy_area
    return whole


class Gauge:
    """A number that changes in time, and the areas under it and under its square."""

    __slots__ = ("area", "level", "since_ms", "square")

    def __init__(self) -> None:
        """0 at time 0."""
        self.level = 0
        self.since_ms = 0
        self.area = 0
        self.square = 0

    def change(self, by: int, now_ms: int) -> None:
        """Move the level, having booked the time it stood."""
        for_ms = now_ms - self.since_ms
        if for_ms:
            level = self.level
            if level:
                weighed = level * for_ms
                self.area += weighed
                self.square += level * weighed
            self.since_ms = now_ms
        self.level += by

    def take(self, now_ms: int) -> tuple[int, int]:
        """Area and square so far; both start again at 0."""
        self.change(0, now_ms)
        taken = (self.area, self.square)
        self.area = self.square = 0
        return taken
