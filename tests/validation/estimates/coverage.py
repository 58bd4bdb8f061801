"""Counts how many waits end within what was estimated.

Every estimate is told before its wait is known, and what is learnt of a wait serves later ones only. Counted are the
contacts that had to wait, twice: as told when they entered, and as told again to those who still waited a while later.

A customer who left did not wait to the end. The share of waits within an estimate is therefore Kaplan and Meier's
over wait / estimate: the leavers stand at what they waited, so that they count as not seen, neither as short nor as
long. It is right if, among those told the same, who leaves early would not have waited otherwise than who stays.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from routing import events as ev
from routing.ids import ContactId, QueueId
from routing.waits import Band, WaitEstimates

AGAIN_AFTER_MS = 30_000
"""When those who still wait are told again, and counted a second time."""

WAITS_MIN = 150
"""Fewer waits of a queue are told, but not judged."""

ALLOWED = ((0.45, 0.55), (0.85, 0.95))
"""Shares under P50 and P90 that count as right."""


class Told(msgspec.Struct):
    """One estimate, and what came of it."""

    band: Band
    waited_ms: int
    is_answered: bool


class Share(msgspec.Struct, frozen=True):
    """How right the estimates of one queue were."""

    waits: int
    left: int
    under_p50: float
    under_p90: float
    p50_median_ms: int
    width: float
    """Median of P90 / P50: how wide the bands are."""
    width_without: float
    """The same of the waits themselves: what somebody who knows nothing but the queue would have to say."""

    @property
    def is_judged(self) -> bool:
        """Whether there are enough waits to say."""
        return self.waits >= WAITS_MIN

    @property
    def is_right(self) -> bool:
        """Both shares where they are allowed to be."""
        shares = (self.under_p50, self.under_p90)
        return all(low <= share <= high for share, (low, high) in zip(shares, ALLOWED, strict=True))


class Watcher:
    """Follows the events of a domain, asks for estimates like a waiting customer, and keeps what came of them."""

    def __init__(self, estimates: WaitEstimates) -> None:
        """`estimates` is fed here too."""
        self._estimates = estimates
        self._entered: dict[ContactId, tuple[QueueId, int, Band]] = {}
        self._again: dict[ContactId, tuple[QueueId, int, Band]] = {}
        self._due: list[tuple[int, ContactId, int]] = []
        self._immediate: set[ContactId] = set()
        self.first: dict[QueueId, list[Told]] = defaultdict(list)
        self.again: dict[QueueId, list[Told]] = defaultdict(list)
        self.unknown = 0

    def see(self, event: ev.Event) -> None:
        """One event, in order."""
        while self._due and self._due[0][0] <= event.at_ms:
            self._ask_again(*heapq.heappop(self._due))
        self._estimates.note(event)
        match event:
            case ev.ContactQueued(contact_id=contact_id, queue_id=queue_id, at_ms=at_ms):
                self._ask(contact_id, queue_id, at_ms)
            case ev.OfferMade(contact_id=contact_id, at_ms=at_ms):
                known = self._entered.get(contact_id)
                if known is not None and known[1] == at_ms:
                    self._immediate.add(contact_id)
            case ev.OfferAccepted(contact_id=contact_id, at_ms=at_ms):
                self._over(contact_id, at_ms, is_answered=True)
            case ev.ContactClosed(contact_id=contact_id, at_ms=at_ms):
                self._over(contact_id, at_ms, is_answered=False)
            case _:
                pass

    def _ask(self, contact_id: ContactId, queue_id: QueueId, now_ms: int) -> None:
        band = self._estimates.of_contact(contact_id, now_ms)
        if isinstance(band, Band):
            self._entered[contact_id] = (queue_id, now_ms, band)
            heapq.heappush(self._due, (now_ms + AGAIN_AFTER_MS, contact_id, now_ms))
        else:
            self.unknown += 1

    def _ask_again(self, due_ms: int, contact_id: ContactId, entered_ms: int) -> None:
        known = self._entered.get(contact_id)
        if known is None or known[1] != entered_ms or contact_id in self._immediate:
            return
        band = self._estimates.of_contact(contact_id, due_ms)
        if isinstance(band, Band):
            self._again[contact_id] = (known[0], due_ms, band)

    def _over(self, contact_id: ContactId, now_ms: int, *, is_answered: bool) -> None:
        known = self._entered.pop(contact_id, None)
        again = self._again.pop(contact_id, None)
        if contact_id in self._immediate:
            self._immediate.discard(contact_id)
            return
        for one, kept in ((known, self.first), (again, self.again)):
            if one is not None:
                queue_id, at_ms, band = one
                kept[queue_id].append(Told(band, now_ms - at_ms, is_answered))


def share_within(ratios: Iterable[tuple[float, bool]], limit: float = 1.0) -> float:
    """Kaplan and Meier's share of (ratio, seen to the end) at or below the limit; at a tie answers come first."""
    ordered = sorted(ratios, key=lambda one: (one[0], not one[1]))
    surviving, at_risk = 1.0, len(ordered)
    for ratio, is_answered in ordered:
        if ratio > limit:
            break
        if is_answered:
            surviving *= 1 - 1 / at_risk
        at_risk -= 1
    return 1 - surviving


def share_of(told: list[Told]) -> Share:
    """The figures of one queue."""
    p50 = [(one.waited_ms / max(1, one.band.p50_ms), one.is_answered) for one in told]
    p90 = [(one.waited_ms / max(1, one.band.p90_ms), one.is_answered) for one in told]
    widths = sorted(one.band.p90_ms / max(1, one.band.p50_ms) for one in told)
    waits = [(float(one.waited_ms), one.is_answered) for one in told]
    half_ms, most_ms = _quantile(waits, 0.5), _quantile(waits, 0.9)
    return Share(
        waits=len(told),
        left=sum(not one.is_answered for one in told),
        under_p50=share_within(p50),
        under_p90=share_within(p90),
        p50_median_ms=sorted(one.band.p50_ms for one in told)[len(told) // 2],
        width=widths[len(widths) // 2],
        width_without=most_ms / max(1.0, half_ms),
    )


def _quantile(waits: list[tuple[float, bool]], level: float) -> float:
    """Kaplan and Meier's quantile; the longest wait where so many were never seen to end."""
    ordered = sorted(waits, key=lambda one: (one[0], not one[1]))
    surviving, at_risk = 1.0, len(ordered)
    for wait_ms, is_answered in ordered:
        if is_answered:
            surviving *= 1 - 1 / at_risk
            if 1 - surviving >= level:
                return wait_ms
        at_risk -= 1
    return ordered[-1][0]
