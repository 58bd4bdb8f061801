"""A supervisor's buttons on a call that talks: listen, whisper to the agent, speak to both, leave. Each is on record."""

from functools import partial
from typing import Literal

import msgspec

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony import listening
from callcenter.telephony.call_routes import CallAsked, CallServices, wish_id
from callcenter.telephony.calls import Call as PhoneCall
from callcenter.telephony.limits import LISTENERS_MAX
from callcenter.telephony.protocol import EventType, PbxEvent
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId
from routing.state import ContactState


class ListenIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who hears the supervisor: nobody, the agent, or everybody."""

    mode: Literal["listen", "whisper", "barge"]


class ListeningView(msgspec.Struct, frozen=True):
    """The own part in a call. `state`: none, ringing (the own phone rings) or on; `mode` as asked for.

    `refused`: why one would not be let in now: phone_system (it cannot do it), no_phone (none of one's own), full (as many
    as may listen do so already); empty where nothing is in the way.
    """

    state: str
    mode: str
    refused: str = ""


_SENTENCES = {
    "phone_system": "The phone system of this call cannot let anybody listen.",
    "no_phone": "You have no phone that could ring: ask for one to be entered.",
    "full": "As many as may listen to one call do so already.",
}
_PATH = "/api/v1/contacts/{contact_id}/call/listening"
_listen_route = partial(route, permission=Permission.SUPERVISE_CONTACT, scope=Scope.contact())


@_listen_route(
    "POST",
    _PATH,
    summary="Listen to a call, whisper to its agent, or speak to both; the own phone rings",
    request=ListenIn,
    response=CallAsked,
    is_idempotent=True,
    errors=(
        RefusalCode.CONTACT_ENDED,
        RefusalCode.CONTACT_NOT_CALL,
        RefusalCode.CONTACT_NOT_CONNECTED,
        ApiErrorCode.LISTENING_REFUSED,
    ),
    audit=AuditAction.CALL_LISTENED,
)
async def listen_in(call: Call[CallServices]) -> CallAsked:
    """Asked again with another mode, that is turned to."""
    known, mode = _talking(call), call.body(ListenIn).mode
    services, user_id = call.services, call.principal.user_id
    call.trail.facts |= {"mode": mode}
    own = listening.of_user(known, user_id)
    refused = _refused(services, known, user_id) if own is None else ""
    if refused:
        raise ApiError(ApiErrorCode.LISTENING_REFUSED, _SENTENCES[refused])
    kind = EventType.LISTEN_WISHED if own is None else EventType.LISTEN_TURNED
    leg_id = listening.leg_id_of(known) if own is None else own.leg_id
    event = PbxEvent(
        kind, wish_id(call, kind), known.call_id, leg_id=leg_id, from_=user_id, value=mode
    )
    await services.intake.store(known.connection_id, [event])
    return CallAsked(services.host.mirror.seq)


@_listen_route(
    "DELETE",
    _PATH,
    summary="Leave a call that is listened to",
    response=CallAsked,
    is_idempotent=True,
    audit=AuditAction.CALL_LISTENED,
)
async def leave(call: Call[CallServices]) -> CallAsked:
    """Also when it is over already."""
    services = call.services
    call.trail.facts |= {"mode": listening.OVER}
    known = services.book.call_of(ContactId(call.parameters["contact_id"]))
    own = None if known is None else listening.of_user(known, call.principal.user_id)
    if known is not None and own is not None:
        kind = EventType.LISTEN_TURNED
        event = PbxEvent(
            kind, wish_id(call, kind), known.call_id, leg_id=own.leg_id, value=listening.OVER
        )
        await services.intake.store(known.connection_id, [event])
    return CallAsked(services.host.mirror.seq)


@_listen_route("GET", _PATH, summary="The own part in a call", response=ListeningView)
async def read_listening(call: Call[CallServices]) -> ListeningView:
    """None when it is no call, or over."""
    known = call.services.book.call_of(ContactId(call.parameters["contact_id"]))
    own = None if known is None else listening.of_user(known, call.principal.user_id)
    if known is None:
        return ListeningView("none", "")
    if own is None:
        return ListeningView("none", "", _refused(call.services, known, call.principal.user_id))
    state = "on" if listening.has_answered(known, own) else "ringing"
    return ListeningView(state, own.turns[-1])


def _talking(call: Call[CallServices]) -> PhoneCall:
    services, contact_id = call.services, ContactId(call.parameters["contact_id"])
    contact = services.host.mirror.contacts.get(contact_id)
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    known = services.book.call_of(contact_id)
    if known is None:
        raise ApiError(RefusalCode.CONTACT_NOT_CALL, "This contact is no call.")
    if contact.state is not ContactState.CONNECTED:
        raise ApiError(RefusalCode.CONTACT_NOT_CONNECTED, "Nobody talks with this customer.")
    return known


def _refused(services: CallServices, known: PhoneCall, user_id: str) -> str:
    """What is in the way of one who is not in the call yet; empty for nothing."""
    if not services.can_listen(known.connection_id):
        return "phone_system"
    if not services.phone_of(AgentId(user_id)):
        return "no_phone"
    return "full" if len(listening.live(known)) >= LISTENERS_MAX else ""


ROUTES = (listen_in, leave, read_listening)
