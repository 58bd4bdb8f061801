"""What is to happen when, by a clock that is handed in: real in a process, jumped through in a test."""

import heapq
from collections.abc import Callable

Act = Callable[[int], None]


class Agenda:
    """Acts in the order of their instants; equal instants keep the order in which they were put down."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Act]] = []
        self._count = 0

    def at(self, due_ms: int, act: Act) -> None:
        """Do `act` when the clock comes to `due_ms`; it is handed that instant, however late it is run."""
        self._count += 1
        heapq.heappush(self._heap, (due_ms, self._count, act))

    def next_ms(self) -> int | None:
        """When something is due next."""
        return self._heap[0][0] if self._heap else None

    def run(self, now_ms: int) -> None:
        """Everything due up to `now_ms`, whatever it puts down for then included."""
        while self._heap and self._heap[0][0] <= now_ms:
            due_ms, _, act = heapq.heappop(self._heap)
            act(due_ms)
