"""Deadlines of the naive reading: whatever is armed must be cancelled or fired before time passes it (I7)."""

import heapq


class Deadlines:
    """Key -> due instant, with the overdue ones found as time moves on."""

    def __init__(self) -> None:
        self._due: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []

    def arm(self, key: str, due_ms: int) -> None:
        """Set the deadline of `key`, replacing any it had."""
        self._due[key] = due_ms
        heapq.heappush(self._heap, (due_ms, key))

    def cancel(self, key: str) -> int | None:
        """Take the deadline away; returns when it was due, or None if there was none."""
        return self._due.pop(key, None)

    def passed(self, now_ms: int) -> list[tuple[str, int]]:
        """Those due before `now_ms` and still there; each is told once."""
        found = []
        while self._heap and self._heap[0][0] < now_ms:
            due_ms, key = heapq.heappop(self._heap)
            if self._due.get(key) == due_ms:
                del self._due[key]
                found.append((key, due_ms))
        return found

    def live(self) -> dict[str, int]:
        """What is still to come."""
        return dict(self._due)
