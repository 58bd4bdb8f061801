"""What service level means: counts that are recorded, four named formulas over them, and when a contact's clock stops.

Law of this file: figures are counts and sums of ms, so that intervals add up to days and queues to companies; a
percentage is made last and never averaged. A formula has a name and a version: changing what one says is a new version.

A contact's stay in one queue is a *segment*, with a clock of its own, and belongs to the interval in which it began:

    offered = answered + abandoned + flowed out + forced out        once all segments of the interval are over
    answered: both parties were connected        flowed out: moved to another queue before that
    forced out: ended before that, but not by the customer

The clock stops when the customer is served as the channel means it: a call is answered, a chat has its first human
reply. Mail counts open hours alone. A segment whose clock has run beyond the threshold is missed at once, whatever
comes of it; one whose clock still runs below it is in no formula yet, and the figure is provisional.
"""

from collections.abc import Callable

import msgspec

from routing.calendars import BeyondHorizon, OpenHours
from routing.ids import ContactId, QueueId
from routing.model import Channel, ServiceFormula, ServiceLevelRule

INTERVAL_MS = 15 * 60_000
"""Length of the intervals that are stored. Midnight of every time zone is an edge of one."""


class Figures(msgspec.Struct, frozen=True):
    """What the segments that began in an interval have come to. Counts, and sums in ms.

    `stopped` clocks have run `wait_ms` together; `handled` assignments have taken `handle_ms`, talk and wrap-up.
    """

    entered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    flowed_out: int = 0
    forced_out: int = 0
    stopped: int = 0
    wait_ms: int = 0
    handled: int = 0
    handle_ms: int = 0

    def plus(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(*(one + more for one, more in zip(values(self), values(other), strict=True)))

    @property
    def offered(self) -> int:
        """The segments of which it is known how they left the queue."""
        return self.answered + self.abandoned + self.flowed_out + self.forced_out

    @property
    def is_provisional(self) -> bool:
        """Whether a segment is still waiting for an answer."""
        return self.entered > self.offered


def values(figures: Figures) -> tuple[int, ...]:
    """The numbers in the order of the fields."""
    return msgspec.structs.astuple(figures)


class Segment(msgspec.Struct):
    """A contact's stay in a queue that is not over. `talk_since_ms`: an assignment lasts since then."""

    queue_id: QueueId
    channel: Channel
    entered_at_ms: int
    threshold_ms: int
    is_answered: bool = False
    is_stopped: bool = False
    talk_since_ms: int | None = None


class OpenWrapUp(msgspec.Struct, frozen=True):
    """An agent's wrap-up that is not over, and the segment that its time counts for: the contact may be elsewhere."""

    contact_id: ContactId
    queue_id: QueueId
    entered_at_ms: int
    threshold_ms: int
    started_at_ms: int


class Running(msgspec.Struct, frozen=True):
    """Segments whose clocks still run at an instant: unanswered beyond the threshold, and answered but below it."""

    overdue: int = 0
    answered: int = 0

    def plus(self, other: "Running") -> "Running":
        """Both together."""
        return Running(self.overdue + other.overdue, self.answered + other.answered)


class Ratio(msgspec.Struct, frozen=True):
    """A share as its two counts: `part` of `whole`."""

    part: int
    whole: int

    @property
    def permille(self) -> int | None:
        """The share in thousandths, rounded down; None of nothing."""
        return self.part * 1000 // self.whole if self.whole else None


def _decided(figures: Figures, running: Running) -> int:
    """Segments that are a success or a miss by now."""
    return figures.offered - running.answered + running.overdue


def _short_abandons_excluded(figures: Figures, running: Running) -> Ratio:
    whole = _decided(figures, running) - figures.abandoned_in_time
    return Ratio(figures.answered_in_time, whole)


def _short_abandons_succeed(figures: Figures, running: Running) -> Ratio:
    part = figures.answered_in_time + figures.abandoned_in_time
    return Ratio(part, _decided(figures, running))


def _abandons_fail(figures: Figures, running: Running) -> Ratio:
    return Ratio(figures.answered_in_time, _decided(figures, running))


def _answered_only(figures: Figures, running: Running) -> Ratio:
    """Who still waits may yet leave, and would then not count: so nobody unanswered is missed here."""
    return Ratio(figures.answered_in_time, figures.answered - running.answered)


class Formula(msgspec.Struct, frozen=True):
    """A formula and the version of what it says."""

    version: int
    ratio: Callable[[Figures, Running], Ratio]


FORMULAS: dict[ServiceFormula, Formula] = {
    ServiceFormula.SHORT_ABANDONS_EXCLUDED: Formula(1, _short_abandons_excluded),
    ServiceFormula.SHORT_ABANDONS_SUCCEED: Formula(1, _short_abandons_succeed),
    ServiceFormula.ABANDONS_FAIL: Formula(1, _abandons_fail),
    ServiceFormula.ANSWERED_ONLY: Formula(1, _answered_only),
}
"""By name. With T the threshold:

short_abandons_excluded v1: answered within T / (offered - abandoned within T)
short_abandons_succeed v1: (answered within T + abandoned within T) / offered
abandons_fail v1: answered within T / offered
answered_only v1: answered within T / answered

Offered holds those who flowed out and were forced out, in each that uses it.
"""

REPLY_CHANNELS = (Channel.CHAT, Channel.SMS, Channel.EMAIL)
"""Channels whose clock stops at the first human reply; those of the others when both parties are connected."""

BUSINESS_HOURS_CHANNELS = (Channel.EMAIL, Channel.FAX)
"""Channels whose clock runs in the queue's open hours alone."""


def clock_ms(channel: Channel, from_ms: int, until_ms: int, hours: OpenHours | None) -> int:
    """What a segment's clock shows at `until_ms`; where the open hours are not known, all time counts."""
    if channel in BUSINESS_HOURS_CHANNELS and hours is not None:
        open_ms = hours.open_ms_between(from_ms, until_ms)
        if not isinstance(open_ms, BeyondHorizon):
            return open_ms
    return until_ms - from_ms


def interval_start_ms(at_ms: int) -> int:
    """Where the interval of an instant begins."""
    return at_ms - at_ms % INTERVAL_MS


def mean_ms(sum_ms: int, count: int) -> int | None:
    """A mean in whole ms; None of nothing."""
    return sum_ms // count if count else None


def level(rule: ServiceLevelRule, figures: Figures, running: Running) -> Ratio:
    """The service level by the rule's formula."""
    return FORMULAS[rule.formula].ratio(figures, running)


class AgentTimes(msgspec.Struct, frozen=True):
    """How an agent's time went, in ms; each instant is one kind, the first that applies of talk, wrap-up, ring."""

    talk_ms: int = 0
    wrap_up_ms: int = 0
    ring_ms: int = 0
    available_ms: int = 0
    not_ready_ms: int = 0

    def plus(self, other: "AgentTimes") -> "AgentTimes":
        """Both together."""
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return AgentTimes(*(one + more for one, more in pairs))

    @property
    def occupancy(self) -> Ratio:
        """Time at work, of that and the time spent ready and free. Hold is part of talk."""
        busy_ms = self.talk_ms + self.wrap_up_ms + self.ring_ms
        return Ratio(busy_ms, busy_ms + self.available_ms)
