"""Figures counted again from the journal alone, contact by contact, without the fold that keeps them."""

from collections import defaultdict

from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId
from routing.model import Channel, Party
from routing.service_level import INTERVAL_MS, Figures

Counts = dict[tuple[QueueId, int, int], Figures]
"""(queue, start of the interval, threshold) -> its figures."""

_USUAL_MS = 20_000


class _Stay:
    """One stay: all that happened from its entry to its end."""

    def __init__(self, queue_id: QueueId, at_ms: int, threshold_ms: int) -> None:
        self.queue_id, self.at_ms, self.threshold_ms = queue_id, at_ms, threshold_ms
        self.talks: list[tuple[int, int]] = []
        self.answered_ms: int | None = None
        self.replied_ms: int | None = None
        self.left = ""
        self.left_ms = 0
        self.wrapped_ms = 0

    def figures(self, channel: Channel) -> Figures:
        is_written = channel in (Channel.CHAT, Channel.SMS, Channel.EMAIL)
        served = self.replied_ms if is_written else self.answered_ms
        wait_ms = None if served is None else served - self.at_ms
        is_unanswered = self.answered_ms is None
        gone = self.left if is_unanswered else ""
        return Figures(
            entered=1,
            answered=int(not is_unanswered),
            answered_in_time=int(wait_ms is not None and wait_ms <= self.threshold_ms),
            abandoned=int(gone == "abandoned"),
            abandoned_in_time=int(
                gone == "abandoned" and self.left_ms - self.at_ms <= self.threshold_ms
            ),
            flowed_out=int(gone == "moved"),
            forced_out=int(gone == "forced"),
            stopped=int(wait_ms is not None),
            wait_ms=wait_ms or 0,
            handled=len(self.talks),
            handle_ms=sum(end_ms - start_ms for start_ms, end_ms in self.talks) + self.wrapped_ms,
        )


def recounted(events: list[ev.Event]) -> Counts:
    """The figures of every interval."""
    thresholds, known = _thresholds(events), _known_agents(events)
    counts: Counts = {}
    for story in _stories(events).values():
        channel = next(e.channel for _, e in story if isinstance(e, ev.ContactArrived))
        reader = _Reader(thresholds, known)
        for seq, event in story:
            reader.read(seq, event)
        for stay in reader.stays:
            key = (stay.queue_id, stay.at_ms - stay.at_ms % INTERVAL_MS, stay.threshold_ms)
            counts[key] = counts.get(key, Figures()).plus(stay.figures(channel))
    return counts


def _stories(events: list[ev.Event]) -> dict[ContactId, list[tuple[int, ev.Event]]]:
    stories: dict[ContactId, list[tuple[int, ev.Event]]] = defaultdict(list)
    for seq, event in enumerate(events):
        contact_id = getattr(event, "contact_id", None)
        if contact_id is not None:
            stories[contact_id].append((seq, event))
    return stories


def _thresholds(events: list[ev.Event]) -> list[dict[QueueId, int]]:
    """After each event, the thresholds in force."""
    rules: dict[QueueId, int] = {}
    found = []
    for event in events:
        if isinstance(event, ev.ConfigurationApplied):
            queues = event.configuration.queues
            rules = {one.queue_id: one.service_level.threshold_ms for one in queues}
        found.append(rules)
    return found


def _known_agents(events: list[ev.Event]) -> list[dict[AgentId, int]]:
    """After each event, the agents there are, and at which event each was put or put back."""
    known: dict[AgentId, int] = {}
    found = []
    for seq, event in enumerate(events):
        if isinstance(event, ev.AgentPut):
            known = {event.agent_id: seq, **known}  # put again changes nothing
        elif isinstance(event, ev.AgentRemoved):
            known = {one: at for one, at in known.items() if one != event.agent_id}
        found.append(known)
    return found


class _Reader:
    """Reads one contact's story into stays."""

    def __init__(
        self, thresholds: list[dict[QueueId, int]], known: list[dict[AgentId, int]]
    ) -> None:
        self._thresholds, self._known = thresholds, known
        self._talks_since: int | None = None
        self._wraps: dict[AgentId, tuple[_Stay, int, int]] = {}
        self.stays: list[_Stay] = []

    def read(self, seq: int, event: ev.Event) -> None:
        match event:
            case ev.ContactQueued() | ev.ContactRequeued():
                self._hang_up(event.at_ms)
                self._enter(seq, event.queue_id, event.at_ms)
            case ev.OfferAccepted():
                self._talks_since = event.at_ms
                self.stays[-1].answered_ms = self.stays[-1].answered_ms or event.at_ms
            case ev.MessageAdded(author=Party.AGENT):
                self.stays[-1].replied_ms = self.stays[-1].replied_ms or event.at_ms
            case ev.WrapUpStarted() | ev.WrapUpCompleted() | ev.WrapUpExpired():
                self._wrap_up(seq, event)
            case ev.ContactClosed():
                if not self.stays:
                    return  # turned away at the door
                self._hang_up(event.at_ms)
                is_abandoned = event.outcome is ev.ContactOutcome.ABANDONED
                self.stays[-1].left = "abandoned" if is_abandoned else "forced"
                self.stays[-1].left_ms = event.at_ms
            case _:
                pass

    def _enter(self, seq: int, queue_id: QueueId, at_ms: int) -> None:
        if self.stays and self.stays[-1].queue_id == queue_id:
            return
        if self.stays:
            self.stays[-1].left = "moved"
        self.stays.append(_Stay(queue_id, at_ms, self._thresholds[seq].get(queue_id, _USUAL_MS)))

    def _hang_up(self, at_ms: int) -> None:
        if self._talks_since is not None:
            self.stays[-1].talks.append((self._talks_since, at_ms))
        self._talks_since = None

    def _wrap_up(
        self, seq: int, event: ev.WrapUpStarted | ev.WrapUpCompleted | ev.WrapUpExpired
    ) -> None:
        """The time of an agent who is removed meanwhile is not counted."""
        agent_id, put = event.agent_id, self._known[seq].get(event.agent_id)
        if isinstance(event, ev.WrapUpStarted):
            self._hang_up(event.at_ms)
            if put is not None:
                self._wraps[agent_id] = (self.stays[-1], event.at_ms, put)
        elif agent_id in self._wraps:
            stay, since_ms, was_put = self._wraps.pop(agent_id)
            if put == was_put:
                stay.wrapped_ms += event.at_ms - since_ms
