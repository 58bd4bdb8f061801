"""How long a contact will probably still wait: a band from P50 to P90, learnt from the events as they come.

Law of this file: a fold of the journal beside the state. It decides nothing and nothing decides by it; a reader
asks, and what it cannot know it calls unknown: nobody on duty is no wait of 0.

Theory. While somebody waits in a queue, its contacts leave for an agent at a rate that is steady *per agent on
duty*: measured so, it holds handling times, wrap-up, and what the agents' other queues take, and it follows people
who come and go at once. Those ahead leave by themselves, too, at the rate of the recent past. With `n` ahead the
wait is a chain of `n + 1` departures:

    mean(n) = sum over i = 0..n of 1 / (answer rate + i * leaving rate), and the time it rings

How waits lie around that mean is learnt, not assumed: for each size of `n` two factors follow the median and the
ninth decile of wait/mean, a small step at each answered wait, and stand at first where a chain of memoryless
departures has them. A customer who left is a wait not seen to its end: beyond a quantile it counts as above it,
before it as much above it as the distribution says of those who waited that long. So impatience does not make the
estimates short.

Cost: an event costs a few additions and a bisection of its queue's line.
"""

from bisect import bisect_left
from enum import StrEnum
from heapq import heappop, heappush
from math import log

import msgspec

from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId
from routing.model import AgentState
from routing.state import Contact, ContactState, State

MEMORY_ANSWERS = 100
"""How many answers the rates remember: each new one takes so large a part of the weight from the old ones."""

ANSWERS_MIN = 5.0
"""Fewer remembered answers than this are too little to estimate from."""

STEP = 0.04
"""How far one wait moves a factor at most, as a share of it."""

REVIEW_MS = 20_000
"""When a contact that still waits is estimated again to learn from it; then each time it has waited twice as long."""

LEVELS = (0.5, 0.9)
"""What the two ends of the band are: so many of the waits are no longer."""

FIRST_FACTORS = (
    (0.69, 2.30),
    (0.87, 1.87),
    (0.94, 1.58),
    (0.97, 1.41),
    (0.98, 1.28),
    (0.99, 1.19),
    (1.00, 1.14),
)
"""Median and ninth decile of wait/mean with 0, 1-2, 3-6, 7-14, 15-30, 31-62, 63 and more ahead, before any is seen."""


class Unknown(StrEnum):
    """Why there is no estimate."""

    NOBODY_ON_DUTY = "nobody_on_duty"
    TOO_LITTLE_SEEN = "too_little_seen"
    NOT_WAITING = "not_waiting"


class Band(msgspec.Struct, frozen=True):
    """Half of such waits end within `p50_ms` from now, nine of ten within `p90_ms`."""

    p50_ms: int
    p90_ms: int


OrderKey = tuple[int, int, ContactId]
"""Effective origin, number of the entry, id: the place in the line."""


class _Expected(msgspec.Struct, frozen=True):
    """What was expected of a wait at an instant."""

    at_ms: int
    mean_ms: float
    size: int


class _Wait(msgspec.Struct):
    """A contact before its answer, and what was expected of it, the first time when it entered."""

    queue_id: QueueId
    key: OrderKey
    entered_at_ms: int
    offered_at_ms: int = 0
    is_delayed: bool = False
    expected: list[_Expected] = []


class _Given(msgspec.Struct, frozen=True):
    """Age that a contact was given: for what it is, and by a supervisor."""

    credit_ms: int = 0
    adjusted_ms: int = 0


_NOTHING_GIVEN = _Given()


class _Duty(msgspec.Struct):
    """An agent: whose contacts they take, and whether they are ready."""

    queue_ids: tuple[QueueId, ...]
    is_ready: bool = False


class _Line(msgspec.Struct):
    """One queue: who waits, and the decaying sums its rates are made of."""

    order: list[OrderKey] = []
    agents: int = 0
    seen_at_ms: int = 0
    answers: float = 0.0
    agent_ms: float = 0.0
    """Time of agents on duty while somebody waited."""
    leavers: float = 0.0
    waited_ms: float = 0.0
    ring_ms: float = 0.0
    fresh: list[list[float]] = []
    """Factors for contacts that have just entered, by size."""
    later: list[list[float]] = []
    """Factors for contacts that have waited a while already."""

    def pass_time(self, now_ms: int) -> None:
        """Book the time since the line was last looked at."""
        for_ms = now_ms - self.seen_at_ms
        self.seen_at_ms = now_ms
        if self.order:
            self.agent_ms += for_ms * self.agents
            self.waited_ms += for_ms * len(self.order)

    def insert(self, key: OrderKey) -> bool:
        """Join at the place of the key; False for one who stands there already."""
        place = bisect_left(self.order, key)
        if place < len(self.order) and self.order[place] == key:
            return False
        self.order.insert(place, key)
        return True

    def remove(self, key: OrderKey) -> bool:
        """Leave; False for one who does not stand there."""
        place = bisect_left(self.order, key)
        if place == len(self.order) or self.order[place] != key:
            return False
        del self.order[place]
        return True

    def forget_some(self) -> None:
        """One more has left the line: what was before weighs a little less."""
        keep = 1 - 1 / MEMORY_ANSWERS
        self.answers *= keep
        self.agent_ms *= keep
        self.leavers *= keep
        self.waited_ms *= keep

    def mean_ms(self, ahead: int, now_ms: int) -> float | Unknown:
        """The mean wait from now with so many ahead."""
        if not self.agents:
            return Unknown.NOBODY_ON_DUTY
        running_ms = (now_ms - self.seen_at_ms) * self.agents if self.order else 0
        if self.answers < ANSWERS_MIN or not self.agent_ms:
            return Unknown.TOO_LITTLE_SEEN
        per_ms = self.answers / (self.agent_ms + running_ms) * self.agents
        leaving_per_ms = self.leavers / self.waited_ms
        # The sum as an integral between the halves: exact within 4 % for any n, and the factors learn the rest.
        drift = leaving_per_ms / per_ms
        if drift * (ahead + 1) < 0.01:
            return (ahead + 1) / per_ms + self.ring_ms
        low = max(0.5, 1 - drift / 2)
        return log((1 + (ahead + 0.5) * drift) / low) / leaving_per_ms + self.ring_ms


def size_of(ahead: int) -> int:
    """Which factors a contact with so many ahead uses."""
    return min((ahead + 1).bit_length(), len(FIRST_FACTORS)) - 1


class WaitEstimates:
    """The estimates of one domain. Feed it every event; ask at any time."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._lines: dict[QueueId, _Line] = {}
        self._waits: dict[ContactId, _Wait] = {}
        self._duties: dict[AgentId, _Duty] = {}
        self._given: dict[ContactId, _Given] = {}
        self._reviews: list[tuple[int, int, ContactId]] = []
        self._entries = 0

    # --- asking ---

    def of_contact(self, contact_id: ContactId, now_ms: int) -> Band | Unknown:
        """The rest of a waiting contact's wait, given its place now."""
        wait = self._waits.get(contact_id)
        if wait is None:
            return Unknown.NOT_WAITING
        line = self._lines[wait.queue_id]
        is_fresh = now_ms - wait.entered_at_ms < REVIEW_MS // 2
        ahead = bisect_left(line.order, wait.key)
        return _band(line, ahead, now_ms, line.fresh if is_fresh else line.later)

    def of_newcomer(self, queue_id: QueueId, now_ms: int) -> Band | Unknown:
        """The wait of a contact that would join the end of the queue's line now."""
        line = self._lines.get(queue_id)
        return (
            Unknown.TOO_LITTLE_SEEN
            if line is None
            else _band(line, len(line.order), now_ms, line.fresh)
        )

    # --- folding ---

    def settle(self, state: State) -> None:
        """Take the agents and the lines from the state: what was folded so far began in the middle of a journal.

        What was learnt stays; a contact that was not seen to enter is in its line, but nothing was expected of it.
        """
        now_ms = state.now_ms
        for line in self._lines.values():
            line.pass_time(now_ms)
            line.order.clear()
            line.agents = 0
        self._duties = {}
        for agent in state.agents.values():
            self._put_duty(
                agent.agent_id, _Duty(agent.queue_ids, agent.state is AgentState.READY), now_ms
            )
        before, self._waits = self._waits, {}
        for contact in state.contacts.values():
            if contact.state in (ContactState.WAITING, ContactState.OFFERED):
                self._seat(contact, before.get(contact.contact_id), now_ms)
        self._entries = state.arrivals
        self._given = {
            one.contact_id: _Given(one.credit_ms, one.adjusted_ms)
            for one in state.contacts.values()
            if one.credit_ms or one.adjusted_ms
        }

    def _seat(self, contact: Contact, known: _Wait | None, now_ms: int) -> None:
        origin_ms = contact.age_origin_ms - contact.credit_ms - contact.adjusted_ms
        key = (origin_ms, contact.arrival, contact.contact_id)
        wait = known or _Wait(contact.queue_id, key, contact.state_since_ms, is_delayed=True)
        wait.key, wait.queue_id = key, contact.queue_id
        self._waits[contact.contact_id] = wait
        line = self._line(contact.queue_id, now_ms)
        if contact.state is ContactState.WAITING:
            line.insert(key)
        else:
            wait.offered_at_ms = contact.state_since_ms

    def note(self, event: ev.Event) -> None:
        """Fold one event in. What is not known (of a journal read from its middle) is passed over."""
        while self._reviews and self._reviews[0][0] <= event.at_ms:
            self._review(*heappop(self._reviews))
        match event:
            case ev.ContactArrived() | ev.ContactAttributesUpdated():
                self._give(event.contact_id, event.at_ms, credit_ms=event.credit_ms)
            case ev.PriorityAdjusted():
                self._give(event.contact_id, event.at_ms, adjusted_ms=event.adjusted_ms)
            case ev.ContactQueued() | ev.ContactRequeued():
                self._queued(event)
            case ev.OfferMade():
                self._offered(event)
            case ev.OfferAccepted():
                self._accepted(event)
            case ev.OfferRejected() | ev.OfferExpired() | ev.OfferRescinded():
                self._returned(event)
            case ev.ContactClosed():
                self._closed(event)
            case ev.AgentPut() | ev.AgentRemoved() | ev.AgentStateChanged():
                self._agent(event)
            case _:
                pass

    def _line(self, queue_id: QueueId, now_ms: int) -> _Line:
        line = self._lines.get(queue_id)
        if line is None:
            line = self._lines[queue_id] = _Line(
                seen_at_ms=now_ms,
                fresh=[list(pair) for pair in FIRST_FACTORS],
                later=[list(pair) for pair in FIRST_FACTORS],
            )
        line.pass_time(now_ms)
        return line

    def _give(
        self,
        contact_id: ContactId,
        now_ms: int,
        *,
        credit_ms: int | None = None,
        adjusted_ms: int | None = None,
    ) -> None:
        """Note the age a contact was given, and move it to the place that has in its line."""
        before = self._given.get(contact_id, _NOTHING_GIVEN)
        now = _Given(
            before.credit_ms if credit_ms is None else credit_ms,
            before.adjusted_ms if adjusted_ms is None else adjusted_ms,
        )
        if now == before:
            return
        self._given[contact_id] = now
        wait = self._waits.get(contact_id)
        if wait is None:
            return
        line = self._line(wait.queue_id, now_ms)
        stood = line.remove(wait.key)
        more_ms = now.credit_ms + now.adjusted_ms - before.credit_ms - before.adjusted_ms
        origin_ms, entry, _ = wait.key
        wait.key = (origin_ms - more_ms, entry, contact_id)
        if stood:
            line.insert(wait.key)

    def _queued(self, event: ev.ContactQueued | ev.ContactRequeued) -> None:
        """Join the line, and say what to expect."""
        self._gone(event.contact_id, event.at_ms)
        line = self._line(event.queue_id, event.at_ms)
        self._entries += 1
        given = self._given.get(event.contact_id, _NOTHING_GIVEN)
        origin_ms = event.age_origin_ms - given.credit_ms - given.adjusted_ms
        key = (origin_ms, self._entries, event.contact_id)
        wait = _Wait(event.queue_id, key, event.at_ms)
        _expect(line, wait, event.at_ms)
        self._waits[event.contact_id] = wait
        line.insert(key)
        heappush(self._reviews, (event.at_ms + REVIEW_MS, self._entries, event.contact_id))

    def _review(self, due_ms: int, entry: int, contact_id: ContactId) -> None:
        """Say again what to expect of one who still waits, so that it can be learnt how such waits go on."""
        wait = self._waits.get(contact_id)
        if wait is None or wait.key[1] != entry:
            return
        _expect(self._lines[wait.queue_id], wait, due_ms)
        again_ms = due_ms + max(REVIEW_MS, due_ms - wait.entered_at_ms)
        heappush(self._reviews, (again_ms, entry, contact_id))

    def _offered(self, event: ev.OfferMade) -> None:
        """An agent was found; somebody who was found one at once has not waited."""
        wait = self._waits.get(event.contact_id)
        if wait is None:
            return
        line = self._line(wait.queue_id, event.at_ms)
        wait.offered_at_ms = event.at_ms
        if line.remove(wait.key) and event.at_ms > wait.entered_at_ms:
            wait.is_delayed = True
            line.forget_some()
            line.answers += 1

    def _returned(self, event: ev.OfferRejected | ev.OfferExpired | ev.OfferRescinded) -> None:
        """No answer came of it: back to the place it had, unless others are asked still."""
        wait = self._waits.get(event.contact_id)
        if wait is None or not event.contact_waits:
            return
        line = self._line(wait.queue_id, event.at_ms)
        if line.insert(wait.key) and wait.is_delayed:
            line.answers = max(0.0, line.answers - 1)
        wait.is_delayed = True

    def _accepted(self, event: ev.OfferAccepted) -> None:
        """The wait is over: learn from it."""
        wait = self._waits.pop(event.contact_id, None)
        if wait is None:
            return
        line = self._line(wait.queue_id, event.at_ms)
        line.remove(wait.key)
        line.ring_ms += (event.at_ms - wait.offered_at_ms - line.ring_ms) / MEMORY_ANSWERS
        if wait.is_delayed:
            _learn(line, wait, event.at_ms, is_answered=True)

    def _closed(self, event: ev.ContactClosed) -> None:
        """Whoever has not been answered by now has left."""
        self._given.pop(event.contact_id, None)
        self._gone(event.contact_id, event.at_ms)

    def _gone(self, contact_id: ContactId, now_ms: int) -> None:
        """A wait that is not seen to its end: the customer left, or waits elsewhere now."""
        wait = self._waits.pop(contact_id, None)
        if wait is None:
            return
        line = self._line(wait.queue_id, now_ms)
        line.remove(wait.key)
        line.forget_some()
        line.leavers += 1
        _learn(line, wait, now_ms, is_answered=False)

    def _agent(self, event: ev.AgentPut | ev.AgentRemoved | ev.AgentStateChanged) -> None:
        """Keep the number of agents on duty of each queue."""
        duty = self._duties.pop(event.agent_id, None) or _Duty(())
        for queue_id in duty.queue_ids if duty.is_ready else ():
            self._line(queue_id, event.at_ms).agents -= 1
        if isinstance(event, ev.AgentRemoved):
            return
        if isinstance(event, ev.AgentPut):
            duty = _Duty(event.queue_ids, duty.is_ready)
        else:
            duty = _Duty(duty.queue_ids, event.state is AgentState.READY)
        self._put_duty(event.agent_id, duty, event.at_ms)

    def _put_duty(self, agent_id: AgentId, duty: _Duty, now_ms: int) -> None:
        self._duties[agent_id] = duty
        for queue_id in duty.queue_ids if duty.is_ready else ():
            self._line(queue_id, now_ms).agents += 1


def _expect(line: _Line, wait: _Wait, now_ms: int) -> None:
    """Note what is expected of a wait now, for the day its end is known."""
    ahead = bisect_left(line.order, wait.key)
    mean_ms = line.mean_ms(ahead, now_ms)
    if not isinstance(mean_ms, Unknown):
        wait.expected.append(_Expected(now_ms, mean_ms, size_of(ahead)))


def _band(line: _Line, ahead: int, now_ms: int, factors: list[list[float]]) -> Band | Unknown:
    mean_ms = line.mean_ms(ahead, now_ms)
    if isinstance(mean_ms, Unknown):
        return mean_ms
    half, most = factors[size_of(ahead)]
    return Band(round(half * mean_ms), round(most * mean_ms))


def _learn(line: _Line, wait: _Wait, over_ms: int, *, is_answered: bool) -> None:
    """Move the factors a little towards what this wait says of each thing that was expected of it."""
    for one in wait.expected:
        is_fresh = one.at_ms == wait.entered_at_ms
        factors = (line.fresh if is_fresh else line.later)[one.size]
        _correct(factors, (over_ms - one.at_ms) / one.mean_ms, is_answered=is_answered)


def _correct(factors: list[float], ratio: float, *, is_answered: bool) -> None:
    """One wait, as a multiple of its mean.

    For each level the step is the surprise: how much surer one can be now that the wait was longer than the
    quantile, than the level had said.
    """
    passed = 0.0 if is_answered else _share_below(ratio, *factors)
    for place, level in enumerate(LEVELS):
        longer = float(ratio > factors[place])
        if not is_answered and not longer:
            longer = (1 - level) / (1 - passed)
        factors[place] *= 1 + STEP * (longer - (1 - level))
    factors[1] = max(factors)


def _share_below(ratio: float, half: float, most: float) -> float:
    """The share of waits that are over by then: straight lines between nothing, the half and the nine tenths."""
    if ratio <= half:
        return LEVELS[0] * ratio / half
    if ratio >= most:
        return LEVELS[1]
    return LEVELS[0] + (LEVELS[1] - LEVELS[0]) * (ratio - half) / (most - half)
