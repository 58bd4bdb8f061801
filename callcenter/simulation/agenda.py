"""What is going to happen in the world, in order of time; at the same time, in order of planning."""

import heapq
from collections.abc import Callable

Happening = Callable[[], object]


class Agenda:
    """A queue of happenings by due time, in the world's own ms."""

    def __init__(self) -> None:
        """Nothing is planned at time 0."""
        self.now_ms = 0
        self._planned: list[tuple[int, int, Happening]] = []
        self._count = 0

    def after(self, for_ms: int, happening: Happening) -> None:
        """Plan something `for_ms` from now."""
        self._count += 1
        heapq.heappush(self._planned, (self.now_ms + for_ms, self._count, happening))

    def next_ms(self) -> int | None:
        """When the next happening is due."""
        return self._planned[0][0] if self._planned else None

    def run_next(self) -> None:
        """Move on to the next happening and let it happen."""
        due_ms, _, happening = heapq.heappop(self._planned)
        self.now_ms = due_ms
        happening()
