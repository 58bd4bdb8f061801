"""Agents' time: each instant of an agent on duty is one kind of work or waiting, booked when the kind changes.

An agent who talks with two customers and wraps up a third is talking: an hour of an agent is an hour, whatever is in
hand, so occupancy never passes 100 %.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from callcenter.ports.read_models import AgentStanding, Beginning
from routing import events as ev
from routing.ids import AgentId, ContactId
from routing.model import AgentState
from routing.service_level import INTERVAL_MS, interval_start_ms
from routing.state import ContactState


class Standing(msgspec.Struct):
    """An agent now: the state, the contacts in hand by stage, and since when the kind of time is what it is.

    What rings is `offered`: the agent's own phone, or that of a customer whom we call.

    Wrap-ups are known by contact, as they are stored: the end of one that was forgotten, because its agent was removed
    and put back meanwhile, must not end another.
    """

    state: AgentState = AgentState.LOGGED_OUT
    offered: int = 0
    talking: int = 0
    wrap_ups: set[ContactId] = msgspec.field(default_factory=set)
    kind_since_ms: int = 0

    @property
    def kind(self) -> str | None:
        """The column of `AgentTimes` that this instant belongs to; None when it belongs to none."""
        for count, column in (
            (self.talking, "talk_ms"),
            (len(self.wrap_ups), "wrap_up_ms"),
            (self.offered, "ring_ms"),
        ):
            if count:
                return column
        return _FREE[self.state]

    def count(self, offered: int = 0, talking: int = 0) -> None:
        """So many more, or fewer; never below zero."""
        self.offered = max(0, self.offered + offered)
        self.talking = max(0, self.talking + talking)


_FREE: dict[AgentState, str | None] = {
    AgentState.READY: "available_ms",
    AgentState.NOT_READY: "not_ready_ms",
    AgentState.LOGGED_OUT: None,
}


CountedEvent = (
    ev.OfferMade
    | ev.OfferAccepted
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactParked
    | ev.ContactInterrupted
    | ev.ContactResumed
    | ev.InterruptionEnded
    | ev.PermitGranted
    | ev.DialAnswered
    | ev.DialEnded
    | ev.DialConnected
)
"""Events that change how much an agent has in hand, wrap-ups aside, and name the agent."""


class Piece(msgspec.Struct, frozen=True):
    """A stretch of an agent's time within one interval."""

    agent_id: AgentId
    start_ms: int
    kind: str
    for_ms: int


def standing_of(row: AgentStanding) -> Standing:
    """An agent as stored."""
    return Standing(
        AgentState(row.state),
        row.offered,
        row.talking,
        {one.contact_id for one in row.wrap_ups},
        row.kind_since_ms,
    )


class AgentClocks:
    """What every agent is doing, and since when."""

    def __init__(self) -> None:
        """Begin at seq 0; `start` begins later."""
        self.standings: dict[AgentId, Standing] = {}
        self._talks_with: dict[ContactId, AgentId] = {}
        self._handlers: dict[type, Callable[[Any], list[Piece]]] = {
            ev.AgentPut: self._put,
            ev.AgentRemoved: self._removed,
            ev.AgentStateChanged: self._state_changed,
            ev.PermitGranted: lambda e: self._turn(e, offered=1),
            ev.DialAnswered: lambda e: self._turn(e, offered=-1),
            ev.DialConnected: self._taken_up,
            ev.DialEnded: lambda e: self._turn(e, offered=-1),
            ev.OfferMade: lambda e: self._turn(e, offered=1),
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: lambda e: self._turn(e, offered=-1),
            ev.OfferExpired: lambda e: self._turn(e, offered=-1),
            ev.OfferRescinded: lambda e: self._turn(e, offered=-1),
            ev.ContactRequeued: self._hung_up,
            ev.ContactParked: self._put_aside,
            ev.ContactInterrupted: self._put_aside,
            ev.ContactResumed: self._taken_up,
            ev.InterruptionEnded: self._taken_up,
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpCompleted: self._wrap_up_ended,
            ev.WrapUpExpired: self._wrap_up_ended,
            ev.ContactClosed: self._hung_up,
        }

        self.handled = frozenset(self._handlers)
        """Events that may change an agent's standing."""

    def start(self, beginning: Beginning) -> None:
        """Go on from what is stored."""
        self.standings = {one.agent_id: standing_of(one) for one in beginning.agents}
        self._talks_with = {
            one.interaction.contact_id: one.interaction.agent_id
            for one in beginning.open_contacts
            if one.stage == ContactState.CONNECTED and one.interaction.agent_id is not None
        }

    def apply(self, event: ev.Event) -> list[Piece]:
        """The time that an event ends. Events come in order, each once."""
        handler = self._handlers.get(type(event))
        return [] if handler is None else handler(event)

    def _put(self, event: ev.AgentPut) -> list[Piece]:
        self.standings.setdefault(event.agent_id, Standing(kind_since_ms=event.at_ms))
        return []

    def _removed(self, event: ev.AgentRemoved) -> list[Piece]:
        """What was in hand is forgotten: should the agent be put back, it starts anew."""
        standing = self.standings.pop(event.agent_id, None)
        if standing is None:
            return []
        return pieces(event.agent_id, standing.kind, standing.kind_since_ms, event.at_ms)

    def _state_changed(self, event: ev.AgentStateChanged) -> list[Piece]:
        def change(standing: Standing) -> None:
            standing.state = event.state

        return self._book(event.agent_id, event.at_ms, change)

    def _accepted(self, event: ev.OfferAccepted) -> list[Piece]:
        self._talks_with[event.contact_id] = event.agent_id
        return self._turn(event, offered=-1, talking=1)

    def _hung_up(self, event: ev.ContactRequeued | ev.ContactClosed) -> list[Piece]:
        """Whoever still talks with the contact does so no more; a wrap-up goes on wherever the contact is."""
        agent_id = self._talks_with.pop(event.contact_id, None)
        if agent_id is None:
            return []
        return self._book(agent_id, event.at_ms, lambda standing: standing.count(talking=-1))

    def _put_aside(self, event: ev.ContactParked | ev.ContactInterrupted) -> list[Piece]:
        """What is parked takes none of the agent's time."""
        self._talks_with.pop(event.contact_id, None)
        return self._turn(event, talking=-1)

    def _taken_up(
        self, event: ev.ContactResumed | ev.InterruptionEnded | ev.DialConnected
    ) -> list[Piece]:
        self._talks_with[event.contact_id] = event.agent_id
        return self._turn(event, talking=1)

    def _wrap_up_started(self, event: ev.WrapUpStarted) -> list[Piece]:
        talked = self._talks_with.pop(event.contact_id, None) is not None

        def change(standing: Standing) -> None:
            standing.count(talking=-int(talked))
            standing.wrap_ups.add(event.contact_id)

        return self._book(event.agent_id, event.at_ms, change)

    def _wrap_up_ended(self, event: ev.WrapUpCompleted | ev.WrapUpExpired) -> list[Piece]:
        return self._book(
            event.agent_id,
            event.at_ms,
            lambda standing: standing.wrap_ups.discard(event.contact_id),
        )

    def _turn(self, event: CountedEvent, **counts: int) -> list[Piece]:
        return self._book(event.agent_id, event.at_ms, lambda standing: standing.count(**counts))

    def _book(
        self, agent_id: AgentId, now_ms: int, change: Callable[[Standing], None]
    ) -> list[Piece]:
        """Change an agent's standing; the pieces end the kind of time that was."""
        standing = self.standings.get(agent_id)
        if standing is None:
            return []
        kind = standing.kind
        change(standing)
        if standing.kind == kind:
            return []
        since_ms, standing.kind_since_ms = standing.kind_since_ms, now_ms
        return pieces(agent_id, kind, since_ms, now_ms)


def pieces(agent_id: AgentId, kind: str | None, from_ms: int, until_ms: int) -> list[Piece]:
    """The time from one instant to another, cut at the edges of the intervals."""
    if kind is None:
        return []
    cut: list[Piece] = []
    while from_ms < until_ms:
        start_ms = interval_start_ms(from_ms)
        end_ms = min(until_ms, start_ms + INTERVAL_MS)
        cut.append(Piece(agent_id, start_ms, kind, end_ms - from_ms))
        from_ms = end_ms
    return cut
