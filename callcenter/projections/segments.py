"""Queue segments: what each contact's stay in a queue adds to the figures of service level, event by event.

Theory: an event adds to the figures of one segment, which belong to the interval in which the segment began. The live
board and the stored intervals take their figures from this one fold, so they cannot differ. What must be remembered of
an open segment is small, and stands in the contact's row of the interaction log: `start` goes on from there.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from callcenter.ports.read_models import Beginning
from routing import events as ev
from routing.calendars import OpenHours
from routing.ids import AgentId, ContactId, QueueId
from routing.model import Channel, Party, RoutingConfiguration, ServiceLevelRule
from routing.service_level import (
    REPLY_CHANNELS,
    Figures,
    OpenWrapUp,
    Running,
    Segment,
    clock_ms,
)

DEFAULT_THRESHOLD_MS: Final = ServiceLevelRule().threshold_ms


class Delta(msgspec.Struct, frozen=True):
    """What an event adds to the figures of a segment's queue and interval."""

    queue_id: QueueId
    entered_at_ms: int
    threshold_ms: int
    figures: Figures


Hours = dict[QueueId, OpenHours]


def hours_of(configuration: RoutingConfiguration) -> Hours:
    """Each queue's open hours, where it has any."""
    return {
        policy.queue_id: configuration.calendars[policy.calendar_id]
        for policy in configuration.queues
        if policy.calendar_id is not None
    }


class Segments:
    """The open segments of a domain."""

    def __init__(self) -> None:
        """Begin at seq 0; `start` begins later."""
        self.open: dict[ContactId, Segment] = {}
        self.thresholds: dict[QueueId, int] = {}
        self.wrap_ups: dict[AgentId, dict[ContactId, OpenWrapUp]] = {}
        """Of every agent there is."""
        self._channels: dict[ContactId, Channel] = {}
        self._hours: Hours = {}
        self._handlers: dict[type, Callable[[Any], list[Delta]]] = {
            ev.ConfigurationApplied: self._configured,
            ev.ContactArrived: self._arrived,
            ev.ContactQueued: self._queued,
            ev.OfferAccepted: self._accepted,
            ev.MessageAdded: self._written,
            ev.ContactRequeued: self._queued,
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpCompleted: self._wrap_up_ended,
            ev.WrapUpExpired: self._wrap_up_ended,
            ev.ContactClosed: self._closed,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
        }

    def start(self, beginning: Beginning, hours: Hours) -> None:
        """Go on from what is stored. Open hours are not stored: the newest are taken."""
        self.open, self._channels = {}, {}
        for one in beginning.open_contacts:
            contact_id = one.interaction.contact_id
            self._channels[contact_id] = Channel(one.interaction.channel)
            if one.segment is not None:
                self.open[contact_id] = one.segment
        self.wrap_ups = {
            agent.agent_id: {one.contact_id: one for one in agent.wrap_ups}
            for agent in beginning.agents
        }
        self.thresholds, self._hours = dict(beginning.thresholds), dict(hours)

    def apply(self, event: ev.Event) -> list[Delta]:
        """What an event adds. Events come in order, each once."""
        handler = self._handlers.get(type(event))
        return [] if handler is None else handler(event)

    def running(self, now_ms: int, since_ms: int) -> dict[QueueId, Running]:
        """The clocks that run now, of segments that began at `since_ms` or later."""
        recent = (one for one in self.open.values() if one.entered_at_ms >= since_ms)
        return running_of(recent, self._hours, now_ms)

    # --- folding ------------------------------------------------------------------------------------

    def _configured(self, event: ev.ConfigurationApplied) -> list[Delta]:
        self._hours = hours_of(event.configuration)
        self.thresholds = {
            policy.queue_id: policy.service_level.threshold_ms
            for policy in event.configuration.queues
        }
        return []

    def _arrived(self, event: ev.ContactArrived) -> list[Delta]:
        self._channels[event.contact_id] = event.channel
        return []

    def _queued(self, event: ev.ContactQueued | ev.ContactRequeued) -> list[Delta]:
        """The first queue, another one, or the same again, which is still the same stay."""
        before = self.open.get(event.contact_id)
        if before is not None and before.queue_id == event.queue_id:
            return self._handled(before, event.at_ms)
        left = [] if before is None else self._left(before, event.at_ms, Figures(flowed_out=1))
        segment = Segment(
            queue_id=event.queue_id,
            channel=self._channels[event.contact_id],
            entered_at_ms=event.at_ms,
            threshold_ms=self.thresholds.get(event.queue_id, DEFAULT_THRESHOLD_MS),
        )
        self.open[event.contact_id] = segment
        return [*left, _delta(segment, Figures(entered=1))]

    def _accepted(self, event: ev.OfferAccepted) -> list[Delta]:
        segment = self.open[event.contact_id]
        segment.talk_since_ms = event.at_ms
        if segment.is_answered:
            return []
        segment.is_answered = True
        answered = [_delta(segment, Figures(answered=1))]
        is_served = segment.channel not in REPLY_CHANNELS
        return [*answered, *self._stopped(segment, event.at_ms)] if is_served else answered

    def _written(self, event: ev.MessageAdded) -> list[Delta]:
        segment = self.open.get(event.contact_id)
        if segment is None or not segment.is_answered or event.author is not Party.AGENT:
            return []
        return self._stopped(segment, event.at_ms)

    def _wrap_up_started(self, event: ev.WrapUpStarted) -> list[Delta]:
        segment = self.open.get(event.contact_id)
        if segment is None:
            return []  # a call of ours that has been in no queue is in no queue's figures
        if event.agent_id in self.wrap_ups:
            self.wrap_ups[event.agent_id][event.contact_id] = OpenWrapUp(
                event.contact_id,
                segment.queue_id,
                segment.entered_at_ms,
                segment.threshold_ms,
                event.at_ms,
            )
        return self._handled(segment, event.at_ms)

    def _wrap_up_ended(self, event: ev.WrapUpCompleted | ev.WrapUpExpired) -> list[Delta]:
        one = self.wrap_ups.get(event.agent_id, {}).pop(event.contact_id, None)
        if one is None:
            return []
        figures = Figures(handle_ms=event.at_ms - one.started_at_ms)
        return [Delta(one.queue_id, one.entered_at_ms, one.threshold_ms, figures)]

    def _closed(self, event: ev.ContactClosed) -> list[Delta]:
        self._channels.pop(event.contact_id, None)
        segment = self.open.pop(event.contact_id, None)
        if segment is None:
            return []
        if event.outcome is not ev.ContactOutcome.ABANDONED:
            return self._left(segment, event.at_ms, Figures(forced_out=1))
        in_time = int(self._clock_ms(segment, event.at_ms) <= segment.threshold_ms)
        return self._left(segment, event.at_ms, Figures(abandoned=1, abandoned_in_time=in_time))

    def _agent_put(self, event: ev.AgentPut) -> list[Delta]:
        self.wrap_ups.setdefault(event.agent_id, {})
        return []

    def _agent_removed(self, event: ev.AgentRemoved) -> list[Delta]:
        """The time of a wrap-up that ends by its agent's removal is not counted."""
        self.wrap_ups.pop(event.agent_id, None)
        return []

    def _left(self, segment: Segment, now_ms: int, unanswered: Figures) -> list[Delta]:
        """The stay is over: its assignment too, or nobody had answered."""
        if segment.is_answered:
            return self._handled(segment, now_ms)
        return [_delta(segment, unanswered)]

    def _handled(self, segment: Segment, now_ms: int) -> list[Delta]:
        since_ms, segment.talk_since_ms = segment.talk_since_ms, None
        if since_ms is None:
            return []
        return [_delta(segment, Figures(handled=1, handle_ms=now_ms - since_ms))]

    def _stopped(self, segment: Segment, now_ms: int) -> list[Delta]:
        if segment.is_stopped:
            return []
        segment.is_stopped = True
        wait_ms = self._clock_ms(segment, now_ms)
        in_time = int(wait_ms <= segment.threshold_ms)
        return [_delta(segment, Figures(answered_in_time=in_time, stopped=1, wait_ms=wait_ms))]

    def _clock_ms(self, segment: Segment, now_ms: int) -> int:
        hours = self._hours.get(segment.queue_id)
        return clock_ms(segment.channel, segment.entered_at_ms, now_ms, hours)


def _delta(segment: Segment, figures: Figures) -> Delta:
    return Delta(segment.queue_id, segment.entered_at_ms, segment.threshold_ms, figures)


def running_of(segments: Iterable[Segment], hours: Hours, now_ms: int) -> dict[QueueId, Running]:
    """The clocks that run at an instant, by queue."""
    running: dict[QueueId, Running] = {}
    for one in segments:
        if one.is_stopped or (one.is_answered and one.talk_since_ms is None):
            continue  # a conversation that is over without a reply is missed, unless it is handed on and gets one
        shown_ms = clock_ms(one.channel, one.entered_at_ms, now_ms, hours.get(one.queue_id))
        is_late = shown_ms > one.threshold_ms
        if is_late == one.is_answered:
            continue  # answered too late is counted already; unanswered and not late is nothing yet
        more = Running(overdue=int(is_late), answered=int(one.is_answered))
        running[one.queue_id] = running.get(one.queue_id, Running()).plus(more)
    return running
