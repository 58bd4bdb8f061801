"""What other programs are told: which events, under which name, with which fields.

Nothing personal: ids, states, times. Texts, names, addresses and the customer's key are not in the journal or not in
this table. A kind's name and fields are public; fields are only ever added.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from callcenter.notices import FIELDS
from callcenter.ports.integrators import Notice
from routing.events import Event


class Kind(msgspec.Struct, frozen=True):
    """A kind of event: its public name and the fields told, by their names in the journal."""

    name: str
    fields: tuple[str, ...]


KINDS: Final[dict[str, Kind]] = {
    "ContactArrived": Kind("contact.arrived", ("contact_id", "channel", "queue_id")),
    "ContactQueued": Kind("contact.queued", ("contact_id", "queue_id")),
    "PermitGranted": Kind("dial.permitted", ("contact_id", "agent_id", "expires_at_ms")),
    "PermitUsed": Kind("dial.started", ("contact_id", "agent_id", "until_ms")),
    "DialAnswered": Kind("dial.answered", ("contact_id", "agent_id")),
    "DialEnded": Kind("dial.ended", ("contact_id", "agent_id", "failure")),
    "ContactTurnedAway": Kind("contact.turned_away", ("contact_id", "queue_id", "reason")),
    "ContactTransferred": Kind(
        "contact.transferred", ("contact_id", "to_queue_id", "to_agent_id", "agent_id")
    ),
    "ContactRequeued": Kind("contact.requeued", ("contact_id", "agent_id", "queue_id", "reason")),
    "ContactParked": Kind("contact.parked", ("contact_id", "agent_id", "until_ms")),
    "ContactResumed": Kind("contact.resumed", ("contact_id", "agent_id", "paused_ms")),
    "WaitingOverdue": Kind("contact.waiting_overdue", ("contact_id", "queue_id")),
    "ContactEnded": Kind("contact.ended", ("contact_id", "ended_by", "agent_id")),
    "ContactClosed": Kind(
        "contact.closed", ("contact_id", "queue_id", "outcome", "agent_id", "disposition_id")
    ),
    "OfferMade": Kind(
        "offer.made",
        ("offer_id", "contact_id", "agent_id", "queue_id", "expires_at_ms", "waited_ms"),
    ),
    "OfferAccepted": Kind("offer.accepted", ("offer_id", "contact_id", "agent_id")),
    "OfferRejected": Kind("offer.rejected", ("offer_id", "contact_id", "agent_id", "cause")),
    "OfferExpired": Kind("offer.expired", ("offer_id", "contact_id", "agent_id")),
    "OfferRescinded": Kind("offer.rescinded", ("offer_id", "contact_id", "agent_id", "reason")),
    "HoldStarted": Kind("hold.started", ("contact_id", "agent_id")),
    "HoldEnded": Kind("hold.ended", ("contact_id", "agent_id", "held_ms")),
    "MessageAdded": Kind("message.added", ("contact_id", "author", "agent_id")),
    "WrapUpStarted": Kind("wrap_up.started", ("contact_id", "agent_id", "until_ms")),
    "WrapUpCompleted": Kind("wrap_up.completed", ("contact_id", "agent_id", "disposition_id")),
    "WrapUpExpired": Kind("wrap_up.expired", ("contact_id", "agent_id", "disposition_id")),
    "AgentConnected": Kind("agent.connected", ("agent_id",)),
    "AgentDisconnected": Kind("agent.disconnected", ("agent_id",)),
    "AgentStateChanged": Kind("agent.state_changed", ("agent_id", "state", "reason_id", "cause")),
    "QueueClosed": Kind("queue.closed", ("queue_id",)),
    "QueueOpened": Kind("queue.opened", ("queue_id",)),
}
"""By the event's type in the journal."""

KIND_NAMES: Final = (*(kind.name for kind in KINDS.values()), *FIELDS)
"""Of both feeds."""


def message(domain_id: str, seq: int, event: Event) -> bytes:
    """The body of a delivery: `type`, `timestamp` and `data`, as Standard Webhooks has it."""
    kind = KINDS[type(event).__name__]
    data: dict[str, Any] = {"domain_id": domain_id, "seq": seq, "at_ms": event.at_ms}
    data |= {name: getattr(event, name) for name in kind.fields}
    return _body(kind.name, event.at_ms, data)


def message_id(domain_id: str, seq: int) -> str:
    """The same for every try and every replay, so that a receiver knows what it has."""
    return f"{domain_id}.{seq}"


def notice_message(domain_id: str, notice: Notice) -> bytes:
    """The same of a notice, which has a place among notices instead of a number in the journal."""
    at_ms = notice.at_ms or 0
    data = {"domain_id": domain_id, "notice_no": notice.notice_no, "at_ms": at_ms}
    return _body(notice.kind, at_ms, data | msgspec.json.decode(notice.data))


def notice_message_id(domain_id: str, notice: Notice) -> str:
    """Of the step itself, whatever its place: it can be told under no second id."""
    return f"{domain_id}.{notice.notice_id}"


def _body(kind: str, at_ms: int, data: dict[str, Any]) -> bytes:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": kind, "timestamp": stamp, "data": data})
