"""Business time: when it is open, how much of it has passed, and when so much of it will have passed.

One algebra serves queues, IVR, case clocks, dialling hours and service levels. It owns `OpenHours`, plain data:
the instants, in UTC ms, at which something opens, closes, opens again ..., over a horizon `[from_ms, until_ms)`.
It must never know time zones, weekdays or holidays: the shell compiles those to instants and hands the instants in.

The theory is one function: F(t), the open ms between the horizon's start and t. It never falls, it rises by one for
each open ms, and prefix sums give it in O(log n). Time between a and b is F(b) - F(a), so it is additive and its
sign turns when a and b change places. A due date is F's inverse: of all instants with the wanted value the earliest,
or, counting backwards, the latest. So one hour from Friday 16:00 ends on Friday at 17:00, not on Monday at 9:00.

A `Clock` is a stop-watch over open hours with pauses. It holds instants alone; hours are handed in with each
question. A transition gives a new clock, or names the fault and gives nothing.

Beyond the horizon nothing is known and nothing is guessed: the answer is a `BeyondHorizon`, which is neither true
nor false. Whoever asks decides what to do, and whoever forgets is stopped by the type checker or by an exception.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise

import msgspec

EDGES_MAX = 40_000
"""Instants in one set of open hours; more is a fault, and the calendar is refused."""

PAUSES_MAX = 500
"""Pauses one clock remembers; one more is refused until `settle` has folded them away."""


_FOREVER_MS = 2**62
"""Later than any instant: the end of what has not ended."""


class BeyondHorizon(msgspec.Struct, frozen=True):
    """No answer: it lies outside what is known. Match it; as a truth value it raises TypeError."""

    asked_ms: int
    from_ms: int
    until_ms: int

    def __bool__(self) -> bool:
        """Refuse to be taken for a yes or a no."""
        msg = "a BeyondHorizon is neither true nor false; ask whether it is one first"
        raise TypeError(msg)


class OpenHours(msgspec.Struct, frozen=True, dict=True):
    """Open from `edges_ms[0]` to before `edges_ms[1]`, from `edges_ms[2]` to before `edges_ms[3]` and so on.

    The edges rise strictly, come in pairs and lie within the horizon: equal hours have equal edges.
    """

    from_ms: int
    until_ms: int
    edges_ms: tuple[int, ...] = ()

    @cached_property
    def _totals(self) -> tuple[int, ...]:
        """Open ms before each span, and in the end that of all spans."""
        return (0, *accumulate(end - begin for begin, end in self.spans()))

    def spans(self) -> Iterator[tuple[int, int]]:
        """The open spans, each `(start_ms, end_ms)` with its end excluded."""
        return zip(self.edges_ms[::2], self.edges_ms[1::2], strict=True)

    def is_open(self, at_ms: int) -> bool | BeyondHorizon:
        """Whether it is open at this instant."""
        if not self.from_ms <= at_ms < self.until_ms:
            return self._beyond(at_ms)
        return self._opened(at_ms)

    def next_change(self, at_ms: int) -> int | BeyondHorizon:
        """The first instant after this one at which it opens or closes."""
        if not self.from_ms <= at_ms < self.until_ms:
            return self._beyond(at_ms)
        index = bisect_right(self.edges_ms, at_ms)
        known = index < len(self.edges_ms) and self.edges_ms[index] < self.until_ms
        return self.edges_ms[index] if known else self._beyond(at_ms)

    def next_open(self, at_ms: int) -> int | BeyondHorizon:
        """This instant if it is open, else the next at which it opens."""
        return at_ms if self.is_open(at_ms) is True else self.next_change(at_ms)

    def open_ms_between(self, from_ms: int, until_ms: int) -> int | BeyondHorizon:
        """Open time from one instant to another; negative when the second is the earlier."""
        for at_ms in (from_ms, until_ms):
            if not self.from_ms <= at_ms <= self.until_ms:
                return self._beyond(at_ms)
        return self._opened_before(until_ms) - self._opened_before(from_ms)

    def add_open_ms(self, at_ms: int, for_ms: int) -> int | BeyondHorizon:
        """The instant that lies so much open time after this one (before it, if negative); the nearest such."""
        if not self.from_ms <= at_ms <= self.until_ms:
            return self._beyond(at_ms)
        if for_ms == 0:
            return at_ms
        totals, wanted = self._totals, self._opened_before(at_ms) + for_ms
        if not 0 <= wanted <= totals[-1]:
            return self._beyond(at_ms)
        if for_ms > 0:  # inside or at the end of the first span that reaches the wanted total
            index = bisect_left(totals, wanted)
            return self.edges_ms[2 * index - 1] - (totals[index] - wanted)
        index = (
            bisect_right(totals, wanted) - 1
        )  # at the start of, or inside, the last span at or below it
        return self.edges_ms[2 * index] + wanted - totals[index]

    def pieces(
        self, from_ms: int, until_ms: int
    ) -> tuple[tuple[int, int, bool], ...] | BeyondHorizon:
        """The time between two instants cut where it opens or closes: `(from_ms, until_ms, is_open)`."""
        for at_ms in (from_ms, until_ms):
            if not self.from_ms <= at_ms <= self.until_ms:
                return self._beyond(at_ms)
        first, last = bisect_right(self.edges_ms, from_ms), bisect_left(self.edges_ms, until_ms)
        cuts = (from_ms, *self.edges_ms[first:last], max(from_ms, until_ms))
        return tuple((a, b, self._opened(a)) for a, b in pairwise(cuts) if a < b)

    def _opened(self, at_ms: int) -> bool:
        return bisect_right(self.edges_ms, at_ms) % 2 == 1

    def _opened_before(self, at_ms: int) -> int:
        index = bisect_right(self.edges_ms, at_ms)
        whole = self._totals[index // 2]
        return whole + at_ms - self.edges_ms[index - 1] if index % 2 else whole

    def _beyond(self, asked_ms: int) -> BeyondHorizon:
        return BeyondHorizon(asked_ms, self.from_ms, self.until_ms)


class Calendar(msgspec.Struct, frozen=True):
    """Open hours with a name; `version` is equal where the hours are."""

    calendar_id: str
    version: str
    hours: OpenHours


def hours_of(spans: Iterable[tuple[int, int]], *, from_ms: int, until_ms: int) -> OpenHours:
    """Open hours of spans in any order: cut to the horizon, empty ones dropped, overlapping and touching ones joined."""
    edges: list[int] = []
    for begin, end in sorted((max(a, from_ms), min(b, until_ms)) for a, b in spans):
        if begin >= end:
            continue
        if edges and begin <= edges[-1]:
            edges[-1] = max(edges[-1], end)
        else:
            edges += begin, end
    return OpenHours(from_ms, until_ms, tuple(edges))


def hours_faults(hours: OpenHours) -> tuple[str, ...]:
    """What makes these hours unusable, a sentence each; every operation relies on there being none."""
    faults = []
    edges = hours.edges_ms
    if hours.from_ms > hours.until_ms:
        faults.append("the horizon ends before it starts")
    if len(edges) > EDGES_MAX:
        faults.append(f"there are {len(edges)} edges, {EDGES_MAX} are allowed")
    if len(edges) % 2:
        faults.append("the last span has no end")
    if any(a >= b for a, b in pairwise(edges)):
        faults.append("the edges do not rise strictly")
    if edges and (min(edges) < hours.from_ms or max(edges) > hours.until_ms):
        faults.append("an edge lies outside the horizon")
    return tuple(faults)


def union(left: OpenHours, right: OpenHours) -> OpenHours:
    """Open where either is; known where both are."""
    return _combined(left, right, lambda one, other: one or other)


def intersection(left: OpenHours, right: OpenHours) -> OpenHours:
    """Open where both are; known where both are."""
    return _combined(left, right, lambda one, other: one and other)


def complement(hours: OpenHours) -> OpenHours:
    """Open where it was closed."""
    if hours.from_ms == hours.until_ms:
        return hours
    edges = sorted({*hours.edges_ms} ^ {hours.from_ms, hours.until_ms})
    return OpenHours(hours.from_ms, hours.until_ms, tuple(edges))


def _combined(
    left: OpenHours, right: OpenHours, is_open: Callable[[bool, bool], bool]
) -> OpenHours:
    """Walk the edges of both over the horizon they share; without one, nothing is known."""
    from_ms = max(left.from_ms, right.from_ms)
    until_ms = max(from_ms, min(left.until_ms, right.until_ms))
    edges: list[int] = []
    for at_ms in sorted({from_ms, *left.edges_ms, *right.edges_ms}):
        if from_ms <= at_ms < until_ms:
            opened = is_open(left._opened(at_ms), right._opened(at_ms))  # noqa: SLF001 - same law, same file
            if opened != bool(len(edges) % 2):
                edges.append(at_ms)
    if len(edges) % 2:
        edges.append(until_ms)
    return OpenHours(from_ms, until_ms, tuple(edges))


class ClockPhase(StrEnum):
    """What a clock is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class ClockFault(StrEnum):
    """Why a transition was not made; the clock is as it was."""

    BACKWARDS = "backwards"
    NOT_PAUSED = "not_paused"
    NOT_RUNNING = "not_running"
    STOPPED = "stopped"
    TOO_MANY_PAUSES = "too_many_pauses"


class PartKind(StrEnum):
    """Why a part of a clock's time counted or did not."""

    CARRIED = "carried"
    COUNTED = "counted"
    CLOSED = "closed"
    PAUSED = "paused"
    STOPPED = "stopped"


class Pause(msgspec.Struct, frozen=True):
    """A time that does not count, and why; without an end it still lasts."""

    from_ms: int
    until_ms: int | None
    reason: str


class Part(msgspec.Struct, frozen=True):
    """A stretch of a clock's time and how much of it counted."""

    kind: PartKind
    from_ms: int
    until_ms: int
    counted_ms: int
    reason: str = ""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A stop-watch over open hours. `carried_ms` was counted before `since_ms`, on hours no longer at hand."""

    origin_ms: int
    since_ms: int
    carried_ms: int = 0
    pauses: tuple[Pause, ...] = ()
    stopped_ms: int | None = None

    @property
    def phase(self) -> ClockPhase:
        """Running, paused or stopped."""
        if self.stopped_ms is not None:
            return ClockPhase.STOPPED
        is_paused = bool(self.pauses) and self.pauses[-1].until_ms is None
        return ClockPhase.PAUSED if is_paused else ClockPhase.RUNNING

    def pause(self, at_ms: int, reason: str) -> "Clock | ClockFault":
        """Stop counting until `resume`."""
        if self.phase is not ClockPhase.RUNNING:
            return self._not(ClockFault.NOT_RUNNING)
        if at_ms < self._last_ms:
            return ClockFault.BACKWARDS
        if len(self.pauses) >= PAUSES_MAX:
            return ClockFault.TOO_MANY_PAUSES
        return msgspec.structs.replace(self, pauses=(*self.pauses, Pause(at_ms, None, reason)))

    def resume(self, at_ms: int) -> "Clock | ClockFault":
        """Count again."""
        if self.phase is not ClockPhase.PAUSED:
            return self._not(ClockFault.NOT_PAUSED)
        if at_ms < self._last_ms:
            return ClockFault.BACKWARDS
        return msgspec.structs.replace(self, pauses=self._ended(at_ms))

    def stop(self, at_ms: int) -> "Clock | ClockFault":
        """Count no more, ever; a pause that lasts ends here."""
        if self.phase is ClockPhase.STOPPED:
            return ClockFault.STOPPED
        if at_ms < self._last_ms:
            return ClockFault.BACKWARDS
        return msgspec.structs.replace(self, pauses=self._ended(at_ms), stopped_ms=at_ms)

    def settle(self, hours: OpenHours, at_ms: int) -> "Clock | ClockFault | BeyondHorizon":
        """Carry what has counted until now, so that other hours may count from here on.

        For changed hours, a horizon that moves on, and too many pauses.
        """
        if at_ms < self._last_ms:
            return ClockFault.BACKWARDS
        elapsed_ms = self.elapsed_ms(hours, at_ms)
        if isinstance(elapsed_ms, BeyondHorizon):
            return elapsed_ms
        is_paused = self.phase is ClockPhase.PAUSED
        return msgspec.structs.replace(
            self,
            since_ms=at_ms if self.stopped_ms is None else self.stopped_ms,
            carried_ms=elapsed_ms,
            pauses=self.pauses[-1:] if is_paused else (),
        )

    def elapsed_ms(self, hours: OpenHours, at_ms: int) -> int | BeyondHorizon:
        """Open time counted until this instant, pauses left out."""
        if at_ms < self.since_ms:
            return 0 if self.since_ms == self.origin_ms else self._before(hours, at_ms)
        total_ms = self.carried_ms
        for begin, end, pause in self._stretches(at_ms):
            passed_ms = 0 if pause else hours.open_ms_between(begin, end)
            if isinstance(passed_ms, BeyondHorizon):
                return passed_ms
            total_ms += passed_ms
        return total_ms

    def due_ms(self, hours: OpenHours, target_ms: int) -> int | BeyondHorizon | None:
        """The first instant at which so much has counted; None while it is paused or stopped short of it."""
        rest_ms = target_ms - self.carried_ms
        if rest_ms <= 0:
            is_whole = self.since_ms == self.origin_ms
            return self.origin_ms if is_whole else self._before(hours, self.since_ms)
        for begin, end, pause in self._stretches(_FOREVER_MS):
            if pause:
                continue
            due_ms = hours.add_open_ms(begin, rest_ms)
            if isinstance(due_ms, int) and due_ms <= end:
                return due_ms
            passed_ms = hours.open_ms_between(begin, end)
            if isinstance(passed_ms, BeyondHorizon):
                return due_ms
            rest_ms -= passed_ms
        return None

    def explain(self, hours: OpenHours, at_ms: int) -> tuple[Part, ...] | BeyondHorizon:
        """What counted until this instant and what did not, in order and without gaps; its sum is `elapsed_ms`."""
        if at_ms < self.since_ms:
            return () if self.since_ms == self.origin_ms else self._before(hours, at_ms)
        parts = [Part(PartKind.CARRIED, self.origin_ms, self.since_ms, self.carried_ms)]
        for begin, end, pause in self._stretches(at_ms):
            if pause:
                parts.append(Part(PartKind.PAUSED, begin, end, 0, pause.reason))
                continue
            pieces = hours.pieces(begin, end)
            if isinstance(pieces, BeyondHorizon):
                return pieces
            for a, b, is_open in pieces:
                kind = PartKind.COUNTED if is_open else PartKind.CLOSED
                parts.append(Part(kind, a, b, b - a if is_open else 0))
        if self.stopped_ms is not None:
            parts.append(Part(PartKind.STOPPED, self.stopped_ms, at_ms, 0))
        return tuple(part for part in parts if part.from_ms < part.until_ms)

    @property
    def _last_ms(self) -> int:
        """The latest instant this clock knows of; a transition before it would rewrite what has counted."""
        known = [self.since_ms, self.stopped_ms]
        for pause in self.pauses[-1:]:
            known += pause.from_ms, pause.until_ms
        return max(at_ms for at_ms in known if at_ms is not None)

    def _not(self, fault: ClockFault) -> ClockFault:
        return ClockFault.STOPPED if self.phase is ClockPhase.STOPPED else fault

    def _ended(self, at_ms: int) -> tuple[Pause, ...]:
        """The pauses, with the one that lasts ended."""
        if self.phase is not ClockPhase.PAUSED:
            return self.pauses
        last = self.pauses[-1]
        return (*self.pauses[:-1], Pause(last.from_ms, at_ms, last.reason))

    def _before(self, hours: OpenHours, asked_ms: int) -> BeyondHorizon:
        return BeyondHorizon(asked_ms, self.since_ms, hours.until_ms)

    def _stretches(self, until_ms: int) -> Iterator[tuple[int, int, Pause | None]]:
        """Runs (without a pause) and pauses from `since_ms` on, in order, cut at `until_ms`."""
        begin = self.since_ms
        for pause in self.pauses:
            pause_end = until_ms if pause.until_ms is None else pause.until_ms
            yield from _cut(begin, pause.from_ms, until_ms, None)
            yield from _cut(max(begin, pause.from_ms), pause_end, until_ms, pause)
            begin = pause_end
        end = until_ms if self.stopped_ms is None else self.stopped_ms
        yield from _cut(begin, end, until_ms, None)


def start(at_ms: int) -> Clock:
    """A clock that runs from this instant."""
    return Clock(origin_ms=at_ms, since_ms=at_ms)


def _cut(
    from_ms: int, end_ms: int, until_ms: int, pause: Pause | None
) -> Iterator[tuple[int, int, Pause | None]]:
    """The stretch up to `until_ms`, if anything of it is left."""
    if from_ms < min(end_ms, until_ms):
        yield from_ms, min(end_ms, until_ms), pause
