"""The queue board: what waits, who works, and how the day went, folded in memory.

Theory: the board starts from stored rows that are true at one seq and folds every later event. Figures of the day
are of the segments that began that day, whenever they were answered: intervals go by arrival. They come from the fold
that the stored intervals come from (`segments`). Nothing here reads a clock: a running wait is computed by the reader
from `oldest_waiting_since_ms`, and the shell starts a new board at midnight.

Law: `start` at a seq gives what folding from the beginning to that seq gives, field by field.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from callcenter.ports.read_models import Beginning
from callcenter.projections.segments import Hours, Segments
from callcenter.projections.stages import stage_after
from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId, ReasonId, TeamId
from routing.model import AgentState
from routing.service_level import Figures, Running
from routing.state import BEING_CALLED, ContactState

MovingEvent = (
    ev.ContactQueued
    | ev.OfferMade
    | ev.PermitGranted
    | ev.PermitUsed
    | ev.DialConnected
    | ev.OfferAccepted
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactRequeued
    | ev.WrapUpStarted
    | ev.ContactParked
    | ev.ContactInterrupted
    | ev.ContactResumed
    | ev.InterruptionEnded
)


_WITH_AGENT = (*BEING_CALLED, ContactState.CONNECTED, ContactState.PARKED)
"""Stages in which a contact is an agent's and not in wrap-up: parked work is counted with the connected."""


class OutOfStep(Exception):
    """An event was left out before this one; the board must be started again."""


class QueueRow(msgspec.Struct, frozen=True):
    """A queue now, and the figures of the segments that began today; those end at `as_of_seq` too."""

    queue_id: QueueId
    waiting: int = 0
    oldest_waiting_since_ms: int | None = None
    offered: int = 0
    connected: int = 0
    wrap_up: int = 0
    today: Figures = Figures()


class AgentRow(msgspec.Struct, frozen=True):
    """An agent now: state, since when, and the assignments in hand."""

    agent_id: AgentId
    team_id: TeamId
    state: AgentState
    reason_id: ReasonId | None
    since_ms: int
    connected: int = 0
    wrap_up: int = 0


class Board(msgspec.Struct, frozen=True):
    """The board at one seq; queues and agents in the order of their ids."""

    as_of_seq: int
    day_start_ms: int
    queues: tuple[QueueRow, ...]
    agents: tuple[AgentRow, ...]


class _Open(msgspec.Struct):
    """A contact that is not closed."""

    queue_id: QueueId
    age_origin_ms: int
    stage: ContactState
    agent_id: AgentId | None


class _Standing(msgspec.Struct):
    """An agent's state."""

    team_id: TeamId
    state: AgentState
    reason_id: ReasonId | None
    since_ms: int


class QueueBoard:
    """One domain's board of one day."""

    def __init__(self, day_start_ms: int) -> None:
        """Begin at seq 0; `start` begins later."""
        self.as_of_seq = 0
        self.day_start_ms = day_start_ms
        self._open: dict[ContactId, _Open] = {}
        self._days: dict[QueueId, Figures] = {}
        self._segments = Segments()
        self._agents: dict[AgentId, _Standing] = {}
        self._handlers = self._handlers_by_type()

    def start(self, beginning: Beginning, hours: Hours) -> None:
        """Replace everything by what is stored, with the intervals since `day_start_ms`."""
        self.as_of_seq = beginning.as_of_seq
        self._segments.start(beginning, hours)
        self._days = {}
        for interval in beginning.intervals:
            self._count(interval.queue_id, interval.figures)
        self._agents = {
            row.agent_id: _Standing(row.team_id, AgentState(row.state), row.reason_id, row.since_ms)
            for row in beginning.agents
        }
        self._open = {
            one.interaction.contact_id: _Open(
                queue_id=QueueId(one.interaction.queue_id),
                age_origin_ms=one.age_origin_ms,
                stage=ContactState(one.stage),
                agent_id=one.interaction.agent_id,
            )
            for one in beginning.open_contacts
        }

    def apply(self, seq: int, event: ev.Event) -> None:
        """Fold one event in; one that is counted already changes nothing. Raises OutOfStep."""
        if seq <= self.as_of_seq:
            return
        if seq != self.as_of_seq + 1:
            raise OutOfStep(f"event {seq} cannot follow event {self.as_of_seq}")
        self.as_of_seq = seq
        for delta in self._segments.apply(event):
            if delta.entered_at_ms >= self.day_start_ms:
                self._count(delta.queue_id, delta.figures)
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def running(self, now_ms: int) -> dict[QueueId, Running]:
        """The clocks that run at this instant, of today's segments."""
        return self._segments.running(now_ms, self.day_start_ms)

    def read(self, queue_ids: Iterable[QueueId] = ()) -> Board:
        """The rows now. `queue_ids` get a row even if nothing has happened there."""
        now: dict[QueueId, dict[ContactState, list[int]]] = {}
        in_hand: dict[AgentId, dict[ContactState, int]] = {}
        for contact in self._open.values():
            stages = now.setdefault(contact.queue_id, {})
            stages.setdefault(contact.stage, []).append(contact.age_origin_ms)
            if contact.agent_id is not None:
                mine = in_hand.setdefault(contact.agent_id, {})
                mine[contact.stage] = mine.get(contact.stage, 0) + 1
        queues = sorted({*queue_ids, *now, *self._days})
        return Board(
            as_of_seq=self.as_of_seq,
            day_start_ms=self.day_start_ms,
            queues=tuple([self._queue_row(queue_id, now.get(queue_id, {})) for queue_id in queues]),
            agents=tuple(
                [
                    self._agent_row(agent_id, in_hand.get(agent_id, {}))
                    for agent_id in sorted(self._agents)
                ]
            ),
        )

    def _queue_row(self, queue_id: QueueId, now: dict[ContactState, list[int]]) -> QueueRow:
        waiting = now.get(ContactState.WAITING, ())
        return QueueRow(
            queue_id=queue_id,
            waiting=len(waiting),
            oldest_waiting_since_ms=min(waiting, default=None),
            offered=len(now.get(ContactState.OFFERED, ())),
            connected=sum(len(now.get(stage, ())) for stage in _WITH_AGENT),
            wrap_up=len(now.get(ContactState.WRAP_UP, ())),
            today=self._days.get(queue_id, Figures()),
        )

    def _agent_row(self, agent_id: AgentId, in_hand: dict[ContactState, int]) -> AgentRow:
        agent = self._agents[agent_id]
        return AgentRow(
            agent_id=agent_id,
            team_id=agent.team_id,
            state=agent.state,
            reason_id=agent.reason_id,
            since_ms=agent.since_ms,
            connected=sum(in_hand.get(stage, 0) for stage in _WITH_AGENT),
            wrap_up=in_hand.get(ContactState.WRAP_UP, 0),
        )

    def _handlers_by_type(self) -> dict[type, Callable[[Any], object]]:
        """The events that count here; every event that moves a contact does (a test walks the core's table)."""
        return {
            ev.ContactArrived: self._arrived,
            ev.ContactQueued: self._queued,
            ev.PermitGranted: self._accepted,
            ev.PermitUsed: self._moved,
            ev.DialConnected: self._moved,
            ev.OfferMade: self._moved,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: self._moved,
            ev.OfferExpired: self._moved,
            ev.OfferRescinded: self._moved,
            ev.ContactRequeued: self._queued,
            ev.WrapUpStarted: self._moved,
            ev.ContactParked: self._moved,
            ev.ContactInterrupted: self._moved,
            ev.ContactResumed: self._moved,
            ev.InterruptionEnded: self._moved,
            ev.ContactClosed: self._closed,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.AgentStateChanged: self._agent_state_changed,
        }

    def _count(self, queue_id: QueueId, figures: Figures) -> None:
        self._days[queue_id] = self._days.get(queue_id, Figures()).plus(figures)

    # --- folding: contacts --------------------------------------------------------------------------

    def _arrived(self, event: ev.ContactArrived) -> None:
        self._open[event.contact_id] = _Open(
            queue_id=event.queue_id,
            age_origin_ms=event.at_ms,
            stage=ContactState.ARRIVED,
            agent_id=None,
        )

    def _moved(self, event: MovingEvent) -> _Open:
        contact = self._open[event.contact_id]
        contact.stage = stage_after(event) or contact.stage
        return contact

    def _queued(self, event: ev.ContactQueued | ev.ContactRequeued) -> None:
        contact = self._moved(event)
        contact.age_origin_ms = event.age_origin_ms
        contact.queue_id = event.queue_id

    def _accepted(self, event: ev.OfferAccepted | ev.PermitGranted) -> None:
        contact = self._moved(event)
        contact.agent_id = event.agent_id

    def _closed(self, event: ev.ContactClosed) -> None:
        del self._open[event.contact_id]

    # --- folding: agents ----------------------------------------------------------------------------

    def _agent_put(self, event: ev.AgentPut) -> None:
        agent = self._agents.get(event.agent_id)
        if agent is None:
            self._agents[event.agent_id] = _Standing(
                event.team_id, AgentState.LOGGED_OUT, None, event.at_ms
            )
        else:
            agent.team_id = event.team_id

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        self._agents.pop(event.agent_id, None)

    def _agent_state_changed(self, event: ev.AgentStateChanged) -> None:
        agent = self._agents.get(event.agent_id)
        if agent is not None and (agent.state, agent.reason_id) != (event.state, event.reason_id):
            agent.state, agent.reason_id = event.state, event.reason_id
            agent.since_ms = event.at_ms
