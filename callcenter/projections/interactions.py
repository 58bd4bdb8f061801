"""The interaction log: one row per contact, folded from the events; and each agent's state beside it.

Theory: the fold asks for upserts. Counts are increments, which happen exactly once because rows and cursor
commit together; the rest is overwritten. What must happen only the first time (first offer, first answer) needs a
memory of each open contact: three flags, which `start` takes from the rows. Redoing from the cursor therefore
gives the same rows.

The contact's phases (`phases`), the agents' states and the figures of service level (`figure_rows`) stand at the same cursor, so that a queue board
can start from one moment.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from callcenter.ports.campaigns import Attempt
from callcenter.ports.journal import RowChange
from callcenter.ports.read_models import Beginning
from callcenter.projections.attempt_rows import AttemptRows
from callcenter.projections.figure_rows import FigureRows
from callcenter.projections.phases import Phases
from callcenter.projections.segments import Hours
from callcenter.projections.stages import stage_after
from routing import events as ev
from routing.ids import AgentId, ContactId
from routing.model import AgentState, Party
from routing.state import ContactState

NAME: Final = "interactions"
"""The projection's cursor."""


ContactEvent = (
    ev.ContactArrived
    | ev.ContactQueued
    | ev.PermitGranted
    | ev.PermitUsed
    | ev.DialConnected
    | ev.OfferMade
    | ev.OfferAccepted
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactRequeued
    | ev.MessageAdded
    | ev.ContactEnded
    | ev.WrapUpStarted
    | ev.ContactParked
    | ev.ContactInterrupted
    | ev.ContactResumed
    | ev.InterruptionEnded
    | ev.ContactClosed
)


WITH_TEXTS: Final = (
    ev.ContactArrived,
    ev.MessageAdded,
    ev.ContactTransferred,
    ev.WrapUpCompleted,
)
"""Events that come with texts: detail rows that can be searched."""


class _Marks(msgspec.Struct):
    """What has already happened to an open contact."""

    is_offered: bool = False
    is_answered: bool = False
    is_ended: bool = False


class InteractionLog:
    """Folds events into changes of the tables `interactions`, `phases` and `agent_states`, and of the figures'."""

    name = NAME

    def __init__(self) -> None:
        """Begin at seq 0; `start` begins later."""
        self._open: dict[ContactId, _Marks] = {}
        self._agents: dict[AgentId, tuple[str, str | None]] = {}
        self._figures = FigureRows()
        self._phases = Phases()
        self._attempts = AttemptRows()
        self._handlers = self._handlers_by_type()

    def start(self, beginning: Beginning, hours: Hours, attempts: Sequence[Attempt] = ()) -> None:
        """Go on from stored rows: the open contacts, the agents with their states, campaigns' open attempts."""
        rows = [one.interaction for one in beginning.open_contacts]
        self._open = {
            row.contact_id: _Marks(
                is_offered=row.first_offered_at_ms is not None,
                is_answered=row.answered_at_ms is not None,
                is_ended=row.ended_at_ms is not None,
            )
            for row in rows
        }
        self._agents = {one.agent_id: (one.state, one.reason_id) for one in beginning.agents}
        self._figures.start(beginning, hours)
        self._phases.start(beginning)
        self._attempts.start(attempts)

    def changes(self, seq: int, event: ev.Event) -> list[RowChange]:
        """What an event changes. Events come in the order of their seq, each once."""
        handler = self._handlers.get(type(event))
        changes = [] if handler is None else handler(event)
        if isinstance(event, WITH_TEXTS):
            row = {"contact_id": event.contact_id}
            changes.append(RowChange("interactions", row, {"texts_seq": seq}))
        more = (*self._figures.changes(event), *self._attempts.changes(event))
        return [*changes, *self._phases.changes(seq, event), *more]

    def _handlers_by_type(self) -> dict[type, Callable[[Any], list[RowChange]]]:
        """The events that count here; every event that moves a contact does (a test walks the core's table)."""
        return {
            ev.ContactArrived: self._arrived,
            ev.ContactQueued: self._queued,
            ev.PermitGranted: self._reserved,
            ev.PermitUsed: self._contact,
            ev.DialConnected: self._accepted,
            ev.OfferMade: self._offer_made,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: self._rejected,
            ev.OfferExpired: self._expired,
            ev.OfferRescinded: self._contact,
            ev.ContactRequeued: self._requeued,
            ev.MessageAdded: self._message_added,
            ev.ContactEnded: self._ended,
            ev.WrapUpStarted: self._contact,
            ev.ContactParked: self._contact,
            ev.ContactInterrupted: self._contact,
            ev.ContactResumed: self._contact,
            ev.InterruptionEnded: self._contact,
            ev.ContactClosed: self._closed,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.AgentStateChanged: self._agent_state_changed,
        }

    # --- contacts -----------------------------------------------------------------------------------

    def _contact(
        self, event: ContactEvent, put: dict[str, Any] | None = None, **add: int
    ) -> list[RowChange]:
        columns = put or {}
        stage = stage_after(event)
        if stage is not None:
            columns["stage"] = stage.value
        return [RowChange("interactions", {"contact_id": event.contact_id}, columns, add)]

    def _arrived(self, event: ev.ContactArrived) -> list[RowChange]:
        self._open[event.contact_id] = _Marks()
        put = {
            "channel": event.channel.value,
            "queue_id": event.queue_id,
            "customer_key": event.customer_key,
            "arrived_at_ms": event.at_ms,
            "age_origin_ms": event.at_ms,
            "stage": ContactState.ARRIVED.value,
        }
        return self._contact(event, put)

    def _queued(self, event: ev.ContactQueued) -> list[RowChange]:
        put = {"queue_id": event.queue_id, "age_origin_ms": event.age_origin_ms}
        return self._contact(event, put)

    def _reserved(self, event: ev.PermitGranted) -> list[RowChange]:
        return self._contact(event, {"agent_id": event.agent_id})

    def _offer_made(self, event: ev.OfferMade) -> list[RowChange]:
        marks = self._open.setdefault(event.contact_id, _Marks())
        put = {} if marks.is_offered else {"first_offered_at_ms": event.at_ms}
        marks.is_offered = True
        return self._contact(event, put, offers=1)

    def _accepted(self, event: ev.OfferAccepted | ev.DialConnected) -> list[RowChange]:
        marks = self._open.setdefault(event.contact_id, _Marks())
        put: dict[str, Any] = {"agent_id": event.agent_id}
        if not marks.is_answered:
            put["answered_at_ms"] = event.at_ms
        marks.is_answered = True
        return self._contact(event, put)

    def _rejected(self, event: ev.OfferRejected) -> list[RowChange]:
        return self._contact(event, rejected=1)

    def _expired(self, event: ev.OfferExpired) -> list[RowChange]:
        return self._contact(event, missed=1)

    def _requeued(self, event: ev.ContactRequeued) -> list[RowChange]:
        put = {"queue_id": event.queue_id, "age_origin_ms": event.age_origin_ms}
        is_transfer = event.reason is ev.RequeueReason.TRANSFERRED
        return self._contact(event, put, requeues=int(not is_transfer))

    def _message_added(self, event: ev.MessageAdded) -> list[RowChange]:
        return self._contact(event, messages=1)

    def _ended(self, event: ev.ContactEnded) -> list[RowChange]:
        self._open.setdefault(event.contact_id, _Marks()).is_ended = True
        return self._contact(event, {"ended_at_ms": event.at_ms, "ended_by": event.ended_by.value})

    def _closed(self, event: ev.ContactClosed) -> list[RowChange]:
        marks = self._open.pop(event.contact_id, None)
        put = {
            "closed_at_ms": event.at_ms,
            "outcome": event.outcome.value,
            "disposition_id": event.disposition_id,
        }
        if marks is None or not marks.is_ended:
            # Nobody said that it ended: a customer who went away while waiting did so by leaving.
            is_abandoned = event.outcome is ev.ContactOutcome.ABANDONED
            put["ended_at_ms"] = event.at_ms
            put["ended_by"] = (Party.CUSTOMER if is_abandoned else Party.SYSTEM).value
        return self._contact(event, put)

    # --- agents -------------------------------------------------------------------------------------

    def _agent(self, agent_id: AgentId, put: dict[str, Any]) -> list[RowChange]:
        return [RowChange("agent_states", {"agent_id": agent_id}, put)]

    def _agent_put(self, event: ev.AgentPut) -> list[RowChange]:
        put: dict[str, Any] = {"team_id": event.team_id, "is_removed": False}
        if event.agent_id not in self._agents:
            self._agents[event.agent_id] = (AgentState.LOGGED_OUT.value, None)
            put |= _standing(event, AgentState.LOGGED_OUT.value, None)
        return self._agent(event.agent_id, put)

    def _agent_removed(self, event: ev.AgentRemoved) -> list[RowChange]:
        self._agents.pop(event.agent_id, None)
        return self._agent(event.agent_id, {"is_removed": True})

    def _agent_state_changed(self, event: ev.AgentStateChanged) -> list[RowChange]:
        standing = (event.state.value, event.reason_id)
        if self._agents.get(event.agent_id) in (None, standing):
            return []  # the same again does not restart the time in this state
        self._agents[event.agent_id] = standing
        return self._agent(event.agent_id, _standing(event, *standing))


def _standing(event: ev.Event, state: str, reason_id: str | None) -> dict[str, Any]:
    return {"state": state, "reason_id": reason_id, "since_ms": event.at_ms}
