"""Phases: the stretches a contact's life is made of (waiting, offers, talk, hold, parked, wrap-up), folded from the events.

Theory: an event begins at most one phase, so a phase is known by its contact and the seq of the event that began it.
Offers run beside the wait they belong to, and a wrap-up may outlast its contact. What is open is kept in memory with
all its columns, so a row is written whole whenever it changes; `start` takes what is open from the rows.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from callcenter.log_rows import Phase
from callcenter.ports.journal import RowChange
from callcenter.ports.read_models import Beginning
from routing import events as ev
from routing.ids import ContactId, QueueId


class PhaseKind(StrEnum):
    """What a contact is in during a phase."""

    DIALLING = "dialling"
    """An agent is kept free, and the customer's phone rings."""
    WAITING = "waiting"
    OFFER = "offer"
    TALK = "talk"
    HOLD = "hold"
    PARKED = "parked"
    WRAP_UP = "wrap_up"


_WITH_CONTACT: Final = (PhaseKind.DIALLING, PhaseKind.WAITING, PhaseKind.TALK, PhaseKind.PARKED)
"""The contact itself is in one of these at a time; a hold runs beside the talk it is a part of."""

_COLUMNS: Final = [
    name for name in Phase.__struct_fields__ if name not in {"contact_id", "began_seq"}
]


class Phases:
    """The open phases of a domain's contacts, and the rows of all."""

    def __init__(self) -> None:
        """Begin at seq 0; `start` begins later."""
        self._open: dict[ContactId, list[Phase]] = {}
        self._queues: dict[ContactId, QueueId] = {}
        self._handlers = self._handlers_by_type()

    def _handlers_by_type(self) -> dict[type, Callable[[int, Any], list[Phase]]]:
        """The events that begin or end a phase."""
        return {
            ev.ContactArrived: self._arrived,
            ev.PermitGranted: self._reserved,
            ev.DialAnswered: lambda _seq, event: self._end_with_contact(event, "answered"),
            ev.DialConnected: self._connected,
            ev.DialEnded: lambda _seq, event: self._end_with_contact(event, event.failure),
            ev.ContactQueued: self._queued,
            ev.ContactTurnedAway: self._turned_away,
            ev.OfferMade: self._offer_made,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: lambda _seq, event: self._offer_ended(event, event.cause),
            ev.OfferExpired: lambda _seq, event: self._offer_ended(event, "missed"),
            ev.OfferRescinded: lambda _seq, event: self._offer_ended(event, event.reason),
            ev.ContactTransferred: self._transferred,
            ev.ContactRequeued: self._requeued,
            ev.ContactParked: lambda seq, event: self._put_aside(seq, event, "parked"),
            ev.ContactInterrupted: lambda seq, event: self._put_aside(seq, event, "interrupted"),
            ev.ContactResumed: self._taken_up,
            ev.InterruptionEnded: self._taken_up,
            ev.HoldStarted: self._hold_started,
            ev.HoldEnded: lambda _seq, event: self._hold_ended(event, "resumed"),
            ev.ContactEnded: self._ended,
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpCompleted: lambda _seq, event: self._wrap_up_ended(event, "completed"),
            ev.WrapUpExpired: lambda _seq, event: self._wrap_up_ended(event, "expired"),
            ev.ContactClosed: self._closed,
        }

    def start(self, beginning: Beginning) -> None:
        """Go on from stored rows."""
        self._open = {}
        for phase in beginning.open_phases:
            self._open.setdefault(phase.contact_id, []).append(phase)
        rows = [one.interaction for one in beginning.open_contacts]
        self._queues = {row.contact_id: QueueId(row.queue_id) for row in rows}

    def changes(self, seq: int, event: ev.Event) -> list[RowChange]:
        """What an event changes. Events come in the order of their seq, each once."""
        handler = self._handlers.get(type(event))
        return [] if handler is None else [_row(phase) for phase in handler(seq, event)]

    # --- folding ------------------------------------------------------------------------------------

    def _arrived(self, _seq: int, event: ev.ContactArrived) -> list[Phase]:
        self._queues[event.contact_id] = event.queue_id
        return []

    def _reserved(self, seq: int, event: ev.PermitGranted) -> list[Phase]:
        return [self._begin(seq, event, PhaseKind.DIALLING, agent_id=event.agent_id)]

    def _connected(self, seq: int, event: ev.DialConnected) -> list[Phase]:
        return [self._begin(seq, event, PhaseKind.TALK, agent_id=event.agent_id)]

    def _queued(self, seq: int, event: ev.ContactQueued) -> list[Phase]:
        """Into its first queue, on into another; the same again is the same wait."""
        waiting = self._find(event.contact_id, PhaseKind.WAITING)
        if waiting is not None and waiting.queue_id == event.queue_id:
            return []
        left = self._end_with_contact(event, "moved", to_queue_id=event.queue_id)
        return [*left, self._wait(seq, event)]

    def _turned_away(self, seq: int, event: ev.ContactTurnedAway) -> list[Phase]:
        """A contact that is not let in has waited for no time at all."""
        to_queue_id = event.destination.queue_id
        left = self._end_with_contact(event, event.reason, to_queue_id=to_queue_id)
        if left:
            return left
        self._begin(seq, event, PhaseKind.WAITING, queue_id=event.queue_id)
        return self._end_with_contact(event, event.reason, to_queue_id=to_queue_id)

    def _offer_made(self, seq: int, event: ev.OfferMade) -> list[Phase]:
        offer = self._begin(
            seq, event, PhaseKind.OFFER, queue_id=event.queue_id, agent_id=event.agent_id
        )
        return [offer]

    def _accepted(self, seq: int, event: ev.OfferAccepted) -> list[Phase]:
        offers = self._offer_ended(event, "accepted")
        answered = self._end_with_contact(event, "answered")
        talk = self._begin(seq, event, PhaseKind.TALK, agent_id=event.agent_id)
        return [*offers, *answered, talk]

    def _offer_ended(self, event: Any, ended_as: str) -> list[Phase]:  # noqa: ANN401 - any offer's end
        offer = self._find(event.contact_id, PhaseKind.OFFER, event.agent_id)
        return [] if offer is None else [self._end(offer, event, ended_as)]

    def _transferred(self, _seq: int, event: ev.ContactTransferred) -> list[Phase]:
        """One that waits and is offered to an agent waits on."""
        if event.to_queue_id is None and self._find(event.contact_id, PhaseKind.WAITING):
            return []
        return self._end_with_contact(
            event,
            "transferred",
            to_queue_id=event.to_queue_id,
            to_agent_id=event.to_agent_id,
            by_user_id=event.by,
        )

    def _requeued(self, seq: int, event: ev.ContactRequeued) -> list[Phase]:
        return [*self._end_with_contact(event, event.reason), self._wait(seq, event)]

    def _put_aside(self, seq: int, event: Any, ended_as: str) -> list[Phase]:  # noqa: ANN401 - two events
        talk = self._end_with_contact(event, ended_as)
        return [*talk, self._begin(seq, event, PhaseKind.PARKED, agent_id=event.agent_id)]

    def _taken_up(self, seq: int, event: Any) -> list[Phase]:  # noqa: ANN401 - two events
        parked = self._end_with_contact(event, "resumed")
        return [*parked, self._begin(seq, event, PhaseKind.TALK, agent_id=event.agent_id)]

    def _ended(self, _seq: int, event: ev.ContactEnded) -> list[Phase]:
        """Of one that waits, or has not answered our call, what follows says what became of it."""
        for kind in (PhaseKind.DIALLING, PhaseKind.WAITING):
            if self._find(event.contact_id, kind):
                return []
        return self._end_with_contact(event, f"ended_by_{event.ended_by}")

    def _hold_started(self, seq: int, event: ev.HoldStarted) -> list[Phase]:
        return [self._begin(seq, event, PhaseKind.HOLD, agent_id=event.agent_id)]

    def _hold_ended(self, event: Any, ended_as: str) -> list[Phase]:  # noqa: ANN401 - whatever ends it
        hold = self._find(event.contact_id, PhaseKind.HOLD)
        return [] if hold is None else [self._end(hold, event, ended_as)]

    def _wrap_up_started(self, seq: int, event: ev.WrapUpStarted) -> list[Phase]:
        return [self._begin(seq, event, PhaseKind.WRAP_UP, agent_id=event.agent_id)]

    def _wrap_up_ended(
        self, event: ev.WrapUpCompleted | ev.WrapUpExpired, ended_as: str
    ) -> list[Phase]:
        wrap_up = self._find(event.contact_id, PhaseKind.WRAP_UP, event.agent_id)
        if wrap_up is None:
            return []
        return [self._end(wrap_up, event, ended_as, disposition_id=event.disposition_id)]

    def _closed(self, _seq: int, event: ev.ContactClosed) -> list[Phase]:
        self._queues.pop(event.contact_id, None)
        return self._end_with_contact(event, event.outcome)

    # --- phases -------------------------------------------------------------------------------------

    def _wait(self, seq: int, event: ev.ContactQueued | ev.ContactRequeued) -> Phase:
        self._queues[event.contact_id] = event.queue_id
        return self._begin(seq, event, PhaseKind.WAITING, queue_id=event.queue_id)

    def _begin(self, seq: int, event: Any, kind: PhaseKind, **facts: Any) -> Phase:  # noqa: ANN401
        contact_id: ContactId = event.contact_id
        queue_id = facts.pop("queue_id", None) or self._queues.get(contact_id, QueueId(""))
        phase = Phase(
            contact_id=contact_id,
            began_seq=seq,
            kind=kind.value,
            queue_id=queue_id,
            began_at_ms=event.at_ms,
            **facts,
        )
        self._open.setdefault(contact_id, []).append(phase)
        return phase

    def _find(
        self, contact_id: ContactId, kind: PhaseKind, agent_id: str | None = None
    ) -> Phase | None:
        for phase in self._open.get(contact_id, ()):
            if phase.kind == kind and agent_id in (None, phase.agent_id):
                return phase
        return None

    def _end(self, phase: Phase, event: Any, ended_as: str, **facts: Any) -> Phase:  # noqa: ANN401
        phase.ended_at_ms, phase.ended_as = event.at_ms, str(ended_as)
        for name, value in facts.items():
            setattr(phase, name, value)
        still_open = self._open[phase.contact_id]
        still_open.remove(phase)
        if not still_open:
            del self._open[phase.contact_id]
        return phase

    def _end_with_contact(self, event: Any, ended_as: str, **facts: Any) -> list[Phase]:  # noqa: ANN401
        """End what the contact itself is in, and the hold with its talk."""
        found = [one for one in self._open.get(event.contact_id, ()) if one.kind in _WITH_CONTACT]
        holds = self._hold_ended(event, "talk_ended") if found else []
        return [*holds, *[self._end(phase, event, ended_as, **facts) for phase in found]]


def _row(phase: Phase) -> RowChange:
    # All columns each time: rows of one shape are written with one statement.
    key = {"contact_id": phase.contact_id, "began_seq": phase.began_seq}
    return RowChange("phases", key, {name: getattr(phase, name) for name in _COLUMNS})
