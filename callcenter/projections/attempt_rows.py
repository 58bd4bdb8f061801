"""What became of a campaign's permits: the part of their rows that the journal tells.

The other part was committed with the permit. Rows and cursor are those of the interaction log, so each event counts once.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from callcenter.ports.campaigns import Attempt, is_of_campaign
from callcenter.ports.journal import RowChange
from crm_link.outbound.judging import NEVER_DIALLED
from routing import events as ev
from routing.ids import ContactId

TABLE: Final = "campaign_attempts"

TALKED: Final = "talked"
LEFT_ALONE: Final = "left_alone"
"""Outcomes of a call that was answered; of one that was not it is a word of `DialFailure`."""

_ALONE: Final = (ev.ContactOutcome.ABANDONED, ev.ContactOutcome.TURNED_AWAY)


class AttemptRows:
    """Folds events into changes of `campaign_attempts`."""

    def __init__(self) -> None:
        """No attempt is open."""
        self._open: dict[ContactId, set[str]] = {}
        """Columns that are set already: what happens a second time changes nothing."""
        self._columns: dict[type, Callable[[Any], dict[str, Any]]] = {
            ev.PermitGranted: _granted,
            ev.PermitUsed: lambda event: {"dialled_at_ms": event.at_ms},
            ev.DialAnswered: lambda event: {"answered_at_ms": event.at_ms},
            ev.DialConnected: _connected,
            ev.OfferAccepted: _connected,
            ev.DialEnded: _unreached,
            ev.ContactEnded: lambda event: {"ended_at_ms": event.at_ms},
            ev.ContactClosed: _closed,
        }

    def start(self, attempts: Sequence[Attempt]) -> None:
        """Go on from stored rows: those that are not closed."""
        columns = ("connected_at_ms", "ended_at_ms", "outcome")
        self._open = {
            one.contact_id: {name for name in columns if getattr(one, name)} for one in attempts
        }

    def changes(self, event: ev.Event) -> list[RowChange]:
        """What an event changes."""
        if isinstance(event, ev.ContactArrived):
            if event.dial is not None and is_of_campaign(event.dial.permit_id):
                self._open.setdefault(event.contact_id, set())
            return []
        if isinstance(event, ev.PermitRefused):
            return [RowChange(TABLE, {"contact_id": event.arrived.contact_id}, _refused(event))]
        columns = self._columns.get(type(event))
        if columns is None or event.contact_id not in self._open:  # type: ignore[union-attr]  # those of the table are of contacts
            return []
        return self._change(event.contact_id, columns(event))  # type: ignore[union-attr]  # as above

    def _change(self, contact_id: ContactId, put: dict[str, Any]) -> list[RowChange]:
        told = self._open[contact_id]
        if "connected_at_ms" in put and "connected_at_ms" in told:
            return []
        put = {name: value for name, value in put.items() if name not in told}
        told.update(name for name in ("connected_at_ms", "ended_at_ms", "outcome") if name in put)
        if "closed_at_ms" in put:
            del self._open[contact_id]
        return [RowChange(TABLE, {"contact_id": contact_id}, put)]


def _granted(event: ev.PermitGranted) -> dict[str, Any]:
    return {
        "answer": "granted",
        "answered_by_engine_ms": event.at_ms,
        "agent_id": event.agent_id,
    }


def _refused(event: ev.PermitRefused) -> dict[str, Any]:
    """No call, so all of it is over at once."""
    instants = ("answered_by_engine_ms", "ended_at_ms", "closed_at_ms")
    told = {"answer": "refused", "reason": event.reason}
    return {**told, **dict.fromkeys(instants, event.at_ms)}


def _unreached(event: ev.DialEnded) -> dict[str, Any]:
    """A permit that was used may still come to nothing before the customer's phone is dialled."""
    told = {"outcome": event.failure.value, "ended_at_ms": event.at_ms}
    return {**told, "dialled_at_ms": None} if event.failure in NEVER_DIALLED else told


def _connected(event: ev.DialConnected | ev.OfferAccepted) -> dict[str, Any]:
    return {"connected_at_ms": event.at_ms, "agent_id": event.agent_id}


def _closed(event: ev.ContactClosed) -> dict[str, Any]:
    return {
        "ended_at_ms": event.at_ms,
        "closed_at_ms": event.at_ms,
        "outcome": LEFT_ALONE if event.outcome in _ALONE else TALKED,
        "disposition_id": event.disposition_id or "",
    }
