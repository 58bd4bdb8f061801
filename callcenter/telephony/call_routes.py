"""The agent's buttons on a call: hold, take back, hang up. What they lead to comes back as the desk's call card."""

import hashlib
from dataclasses import dataclass
from functools import partial

import msgspec

from callcenter.auth.authorise import Permission
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError
from callcenter.telephony.book import CallBook
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.protocol import EventType, PbxEvent
from callcenter.telephony.standing import leg_in_hand
from routing.commands import EndContact
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId
from routing.model import Party
from routing.state import ContactState


class CallAsked(msgspec.Struct, frozen=True):
    """The wish is stored; `as_of_seq` is what the desk was true as of."""

    as_of_seq: int


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallServices:
    """What the buttons stand on."""

    host: Host
    book: CallBook
    intake: EventIntake


_call_route = partial(
    route,
    "POST",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=NoBody,
    response=CallAsked,
    is_idempotent=True,
    errors=(
        RefusalCode.NOT_YOUR_CONTACT,
        RefusalCode.CONTACT_NOT_CONNECTED,
        RefusalCode.CONTACT_NOT_CALL,
        RefusalCode.CONTACT_ENDED,
    ),
)


@_call_route(
    "/api/v1/contacts/{contact_id}/call/hold", summary="Let the customer of a call hear music"
)
async def hold_call(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    return await _wish(call, EventType.HOLD_WISHED)


@_call_route(
    "/api/v1/contacts/{contact_id}/call/unhold", summary="Talk with the customer of a call again"
)
async def unhold_call(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    return await _wish(call, EventType.UNHOLD_WISHED)


@_call_route("/api/v1/contacts/{contact_id}/call/hang-up", summary="Hang up; wrap-up begins")
async def hang_up_call(call: Call[CallServices]) -> CallAsked:
    """The conversation ends, and the phone system's part of it follows."""
    contact_id, agent_id = _contact(call), AgentId(call.principal.user_id)
    command = EndContact(contact_id, Party.AGENT, agent_id)
    try:
        submitted = await call.services.host.submit(Envelope(command, call.command_id, call.digest))
    except CommandRefused as error:
        if error.refusal.code is RefusalCode.CONTACT_UNKNOWN:
            raise _ended() from error
        raise
    return CallAsked(submitted.seq)


async def _wish(call: Call[CallServices], wish: EventType) -> CallAsked:
    """A wish is an event of the call like those of its phone system: stored, then acted on, found again after a restart."""
    services, contact_id = call.services, _contact(call)
    contact = services.host.mirror.contacts.get(contact_id)
    if contact is None:
        raise _ended()
    if contact.agent_id != call.principal.user_id:
        raise ApiError(RefusalCode.NOT_YOUR_CONTACT, "A colleague has this contact.")
    known = services.book.call_of(contact_id)
    if known is None:
        raise ApiError(RefusalCode.CONTACT_NOT_CALL, "This contact is no call.")
    leg_id = leg_in_hand(services.host.mirror, contact, known)
    if contact.state is not ContactState.CONNECTED or leg_id is None:
        raise ApiError(RefusalCode.CONTACT_NOT_CONNECTED, "The contact is not in conversation.")
    name = hashlib.sha256(f"{wish}\x00{call.command_id}".encode()).hexdigest()[:32]
    event = PbxEvent(wish, f"own/{name}", known.call_id, leg_id=leg_id)
    await services.intake.store(known.connection_id, [event])
    return CallAsked(services.host.mirror.seq)


def _contact(call: Call[CallServices]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _ended() -> ApiError:
    return ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")


ROUTES = (hold_call, unhold_call, hang_up_call)
