"""The agent's buttons on a call: hold, mute, the recording's pause, hang up. What they lead to comes back as the desk's call card."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from callcenter.auth.authorise import Permission
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony.book import CallBook
from callcenter.telephony.calls import Call as PhoneCall
from callcenter.telephony.consulting import live
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.protocol import EventType, PbxEvent
from callcenter.telephony.standing import leg_in_hand
from callcenter.telephony.trunks import TelephonyView, Trunks
from routing.commands import EndContact
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, OfferId
from routing.model import Party
from routing.state import ContactState


class CallAsked(msgspec.Struct, frozen=True):
    """The wish is stored; `as_of_seq` is what the desk was true as of."""

    as_of_seq: int


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallServices:
    """What the buttons stand on. `can_listen`: whether a connection's phone system lets supervisors into calls."""

    host: Host
    book: CallBook
    intake: EventIntake
    phone_of: Callable[[AgentId], str]
    trunks: Trunks
    can_listen: Callable[[str], bool]


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
        ApiErrorCode.CONSULT_UNDER_WAY,
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


@_call_route(
    "/api/v1/contacts/{contact_id}/call/mute", summary="Let the customer not hear the agent"
)
async def mute_call(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    return await _wish(call, EventType.MUTE_WISHED)


@_call_route(
    "/api/v1/contacts/{contact_id}/call/unmute", summary="Let the customer hear the agent again"
)
async def unmute_call(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    return await _wish(call, EventType.UNMUTE_WISHED)


@_call_route(
    "/api/v1/contacts/{contact_id}/call/pause-recording",
    summary="Leave out of the recording what is said from now on",
)
async def pause_recording(call: Call[CallServices]) -> CallAsked:
    """Only the card's `paused` says that it is so; when it does not come about, the recording ends."""
    return await _wish(call, EventType.PAUSE_WISHED)


@_call_route("/api/v1/contacts/{contact_id}/call/resume-recording", summary="Record the talk again")
async def resume_recording(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    return await _wish(call, EventType.RESUME_WISHED)


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


@route(
    "GET",
    "/api/v1/telephony",
    summary="Numbers and phone systems: what leads where, calls now and in the last day, alarms",
    permission=Permission.READ_TELEPHONY,
    response=TelephonyView,
)
async def read_telephony(call: Call[CallServices]) -> TelephonyView:
    """Numbers of ours alone: nobody's who calls."""
    return await call.services.trunks.view()


async def _wish(call: Call[CallServices], wish: EventType) -> CallAsked:
    """A wish is an event of the call like those of its phone system: stored, then acted on, found again after a restart."""
    services = call.services
    known, leg_id = in_hand(call)
    if live(known, leg_id) is not None:
        message = "A colleague is being asked: turn to the customer, or take the customer back."
        raise ApiError(ApiErrorCode.CONSULT_UNDER_WAY, message)
    event = PbxEvent(wish, wish_id(call, wish), known.call_id, leg_id=leg_id)
    await services.intake.store(known.connection_id, [event])
    return CallAsked(services.host.mirror.seq)


def wish_id(call: Call[CallServices], wish: EventType) -> str:
    """A wish that is repeated under the same key is the same."""
    name = hashlib.sha256(f"{wish}\x00{call.command_id}".encode()).hexdigest()[:32]
    return f"own/{name}"


def in_hand(call: Call[CallServices]) -> tuple[PhoneCall, OfferId]:
    """The call of the path, in the caller's hands, and the leg by which. Raises ApiError."""
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
    return known, leg_id


def _contact(call: Call[CallServices]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _ended() -> ApiError:
    return ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")


ROUTES = (
    hold_call,
    unhold_call,
    mute_call,
    unmute_call,
    pause_recording,
    resume_recording,
    hang_up_call,
    read_telephony,
)
