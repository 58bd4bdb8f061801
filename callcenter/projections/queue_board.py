"""The queue board: what waits, who works, and how the day went, folded in memory.

Theory: the board starts from stored rows that are true at one seq and folds every later event. Counts of the day
are of the contacts that arrived that day, whenever they were answered: intervals go by arrival. Nothing here reads
a clock: a running wait is computed by the reader from `oldest_waiting_since_ms`, and the shell starts a new board
at midnight.

Law: `start` at a seq gives what folding from the beginning to that seq gives, field by field.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from callcenter.ports import Interaction
from callcenter.projections.stages import stage_after
from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId, ReasonId, TeamId
from routing.model import AgentState
from routing.state import ContactState

ANSWERED_IN_TIME_MS: Final = 20_000
"""Waiting this long at most counts as answered in time."""

OpenContact = tuple[Interaction, str, int]
"""An open contact, where it stands, and what its age counts from."""

AgentStanding = tuple[AgentId, TeamId, str, ReasonId | None, int]
"""An agent, the team, the state, its reason, and since when."""

ClosedCounts = tuple[str, int, int, int, int, int]
"""A queue, and of its closed contacts: all, answered, answered in time, abandoned, sum of waits until answered."""

BoardStart = tuple[int, Sequence[OpenContact], Sequence[AgentStanding], Sequence[ClosedCounts]]
"""What a board starts from: the arguments of `QueueBoard.start`."""

MovingEvent = (
    ev.ContactQueued
    | ev.OfferMade
    | ev.OfferAccepted
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactRequeued
    | ev.WrapUpStarted
)


class OutOfStep(Exception):
    """An event was left out before this one; the board must be started again."""


class QueueRow(msgspec.Struct, frozen=True):
    """A queue now, and its contacts that arrived today. `*_today` counts end at `as_of_seq` too."""

    queue_id: QueueId
    waiting: int = 0
    oldest_waiting_since_ms: int | None = None
    offered: int = 0
    connected: int = 0
    wrap_up: int = 0
    arrived_today: int = 0
    answered_today: int = 0
    answered_in_time_today: int = 0
    abandoned_today: int = 0
    answered_wait_ms_sum_today: int = 0


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


class _Day(msgspec.Struct):
    """What a queue's contacts of today have come to."""

    arrived: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    wait_ms_sum: int = 0

    def add(self, other: "_Day", sign: int) -> None:
        """Count another's figures in, or out again."""
        self.arrived += sign * other.arrived
        self.answered += sign * other.answered
        self.in_time += sign * other.in_time
        self.abandoned += sign * other.abandoned
        self.wait_ms_sum += sign * other.wait_ms_sum


class _Open(msgspec.Struct):
    """A contact that is not closed, and what it has added to its queue's day."""

    queue_id: QueueId
    arrived_at_ms: int
    age_origin_ms: int
    stage: ContactState
    agent_id: AgentId | None
    is_answered: bool
    day: _Day


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
        self._days: dict[QueueId, _Day] = {}
        self._agents: dict[AgentId, _Standing] = {}
        self._handlers = self._handlers_by_type()

    def start(
        self,
        as_of_seq: int,
        open_contacts: Iterable[OpenContact],
        agents: Iterable[AgentStanding],
        closed: Iterable[ClosedCounts],
    ) -> None:
        """Replace everything by what is stored, all of it true at `as_of_seq`.

        `closed` counts the closed contacts that arrived since `day_start_ms`; a busy day's rows are too many to
        be counted on the loop. `ANSWERED_IN_TIME_MS` is the limit they were counted with.
        """
        self.as_of_seq = as_of_seq
        self._open = {}
        self._days = {QueueId(queue_id): _Day(*counts) for queue_id, *counts in closed}
        self._agents = {
            agent_id: _Standing(team_id, AgentState(state), reason_id, since_ms)
            for agent_id, team_id, state, reason_id, since_ms in agents
        }
        for row, stage, age_origin_ms in open_contacts:
            contact = _Open(
                queue_id=QueueId(row.queue_id),
                arrived_at_ms=row.arrived_at_ms,
                age_origin_ms=age_origin_ms,
                stage=ContactState(stage),
                agent_id=row.agent_id,
                is_answered=False,
                day=_Day(),
            )
            self._open[row.contact_id] = contact
            self._count(contact, _Day(arrived=1))
            if row.answered_at_ms is not None:
                self._count_answer(contact, row.answered_at_ms)

    def apply(self, seq: int, event: ev.Event) -> None:
        """Fold one event in; one that is counted already changes nothing. Raises OutOfStep."""
        if seq <= self.as_of_seq:
            return
        if seq != self.as_of_seq + 1:
            raise OutOfStep(f"event {seq} cannot follow event {self.as_of_seq}")
        self.as_of_seq = seq
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

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
        counted = [queue_id for queue_id, day in self._days.items() if day != _Day()]
        queues = sorted({*queue_ids, *now, *counted})
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
        day = self._days.get(queue_id, _Day())
        return QueueRow(
            queue_id=queue_id,
            waiting=len(waiting),
            oldest_waiting_since_ms=min(waiting, default=None),
            offered=len(now.get(ContactState.OFFERED, ())),
            connected=len(now.get(ContactState.CONNECTED, ())),
            wrap_up=len(now.get(ContactState.WRAP_UP, ())),
            arrived_today=day.arrived,
            answered_today=day.answered,
            answered_in_time_today=day.in_time,
            abandoned_today=day.abandoned,
            answered_wait_ms_sum_today=day.wait_ms_sum,
        )

    def _agent_row(self, agent_id: AgentId, in_hand: dict[ContactState, int]) -> AgentRow:
        agent = self._agents[agent_id]
        return AgentRow(
            agent_id=agent_id,
            team_id=agent.team_id,
            state=agent.state,
            reason_id=agent.reason_id,
            since_ms=agent.since_ms,
            connected=in_hand.get(ContactState.CONNECTED, 0),
            wrap_up=in_hand.get(ContactState.WRAP_UP, 0),
        )

    def _handlers_by_type(self) -> dict[type, Callable[[Any], object]]:
        """The events that count here; every event that moves a contact does (a test walks the core's table)."""
        return {
            ev.ContactArrived: self._arrived,
            ev.ContactQueued: self._queued,
            ev.OfferMade: self._moved,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: self._moved,
            ev.OfferExpired: self._moved,
            ev.OfferRescinded: self._moved,
            ev.ContactRequeued: self._queued,
            ev.WrapUpStarted: self._moved,
            ev.ContactClosed: self._closed,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.AgentStateChanged: self._agent_state_changed,
        }

    # --- counting -----------------------------------------------------------------------------------

    def _count(self, contact: _Open, more: _Day) -> None:
        if contact.arrived_at_ms >= self.day_start_ms:
            contact.day.add(more, 1)
            self._days.setdefault(contact.queue_id, _Day()).add(more, 1)

    def _count_answer(self, contact: _Open, at_ms: int) -> None:
        wait_ms = at_ms - contact.arrived_at_ms
        contact.is_answered = True
        in_time = int(wait_ms <= ANSWERED_IN_TIME_MS)
        self._count(contact, _Day(answered=1, in_time=in_time, wait_ms_sum=wait_ms))

    # --- folding: contacts --------------------------------------------------------------------------

    def _arrived(self, event: ev.ContactArrived) -> None:
        contact = _Open(
            queue_id=event.queue_id,
            arrived_at_ms=event.at_ms,
            age_origin_ms=event.at_ms,
            stage=ContactState.ARRIVED,
            agent_id=None,
            is_answered=False,
            day=_Day(),
        )
        self._open[event.contact_id] = contact
        self._count(contact, _Day(arrived=1))

    def _moved(self, event: MovingEvent) -> _Open:
        contact = self._open[event.contact_id]
        contact.stage = stage_after(event) or contact.stage
        return contact

    def _queued(self, event: ev.ContactQueued | ev.ContactRequeued) -> None:
        contact = self._moved(event)
        contact.age_origin_ms = event.age_origin_ms
        if contact.queue_id != event.queue_id:
            # A contact counts where it is now, as its stored row does.
            if contact.arrived_at_ms >= self.day_start_ms:
                self._days[contact.queue_id].add(contact.day, -1)
                self._days.setdefault(event.queue_id, _Day()).add(contact.day, 1)
            contact.queue_id = event.queue_id

    def _accepted(self, event: ev.OfferAccepted) -> None:
        contact = self._moved(event)
        contact.agent_id = event.agent_id
        if not contact.is_answered:
            self._count_answer(contact, event.at_ms)

    def _closed(self, event: ev.ContactClosed) -> None:
        contact = self._open.pop(event.contact_id)
        if event.outcome is ev.ContactOutcome.ABANDONED:
            self._count(contact, _Day(abandoned=1))

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
