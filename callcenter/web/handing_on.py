"""What a transfer says and how it can fail, whoever asks for it; and the notes that stay with a contact."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.http.contract import Call
from callcenter.limits import MESSAGE_CHARACTERS_MAX
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import NOTES, Line
from callcenter.web.schemas import Id
from callcenter.web.services import Services
from routing.errors import RefusalCode
from routing.ids import ContactId, DetailId
from routing.model import Party


class HandOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a contact goes: either a queue, or one agent. `note` stays with the contact for whoever is next."""

    queue_id: Id | None = None
    agent_id: Id | None = None
    note: Annotated[str, Meta(max_length=MESSAGE_CHARACTERS_MAX)] = ""


HAND_ON_ERRORS = (
    RefusalCode.TRANSFER_INVALID,
    RefusalCode.QUEUE_UNKNOWN,
    RefusalCode.QUEUE_CLOSED,
    RefusalCode.QUEUE_UNSTAFFED,
    RefusalCode.QUEUE_FULL,
    RefusalCode.AGENT_UNKNOWN,
    RefusalCode.AGENT_NOT_ELIGIBLE,
    RefusalCode.CONTACT_ENDED,
)


def noted(call: Call[Services], text: str) -> tuple[Detail, ...]:
    """A note of the caller on the contact of the path, to become durable with a command; none of an empty text."""
    if not text.strip():
        return ()
    services, contact_id = call.services, ContactId(call.parameters["contact_id"])
    body = msgspec.json.encode(Line(Party.AGENT, call.principal.display_name, text))
    return (Detail(contact_id, DetailId(services.new_id()), NOTES, body, services.now_ms()),)
