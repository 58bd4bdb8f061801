"""How long the server takes from a webhook event to the command that answers it, on the one clock of this process."""

from collections import defaultdict

from loadtests.softpbx.calls import Json

ANSWERED_BY = {"call.arrived": "answer", "leg.answered": "bridge"}
"""Event -> kind of the command it must lead to; these two need nobody else to have become free."""


class Stopwatch:
    """Starts when an event is handed to the wire for the first time, stops when its command arrives."""

    def __init__(self) -> None:
        self.took_ms: dict[str, list[float]] = defaultdict(list)
        self._began_s: dict[tuple[str, str], float] = {}
        self._came_s: dict[str, float] = {}
        self._first_ring_ms: list[float] = []

    def events_leave(self, events: list[Json], at_s: float) -> None:
        """These events are being posted."""
        for event in events:
            if event["type"] == "call.arrived":
                self._came_s.setdefault(event["call_id"], at_s)
            kind = ANSWERED_BY.get(event["type"])
            if kind is not None:
                self._began_s.setdefault((kind, self._key(kind, event)), at_s)

    def command_comes(self, body: Json, at_s: float) -> None:
        """The server asks for something."""
        kind = str(body["kind"])
        if kind == "ring_agent" and (came_s := self._came_s.pop(body["call_id"], None)) is not None:
            self._first_ring_ms.append((at_s - came_s) * 1000)
        began_s = self._began_s.pop((kind, self._key(kind, body)), None)
        if began_s is not None:
            self.took_ms[kind].append((at_s - began_s) * 1000)

    @staticmethod
    def _key(kind: str, body: Json) -> str:
        return str(body.get("leg_id") if kind == "bridge" else body["call_id"])

    def figures(self) -> Json:
        """p50, p99 and the longest, in ms, of each kind and of all.

        `first_ring` is from the arrival of a call to the command that rings a phone for it, greeting and waiting included.
        """
        samples = {**self.took_ms, "all": [ms for took in self.took_ms.values() for ms in took]}
        samples["first_ring"] = self._first_ring_ms
        return {kind: _figures(sorted(took)) for kind, took in samples.items() if took}


def _figures(took_ms: list[float]) -> Json:
    def at(share: float) -> float:
        return round(took_ms[min(len(took_ms) - 1, int(share * len(took_ms)))], 2)

    return {"count": len(took_ms), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0)}
