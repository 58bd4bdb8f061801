"""The agent's buttons for a colleague: ask one, turn from one to the other, speak with both, take the customer back.

The customer is handed over by the transfer to that colleague, as ever: whoever is on the line already need not ring.
"""

from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony import consulting
from callcenter.telephony.call_routes import CallAsked, CallServices, NoBody, in_hand, wish_id
from callcenter.telephony.calls import Call as PhoneCall
from callcenter.telephony.calls import LegStage
from callcenter.telephony.protocol import EventType, PbxEvent
from routing.errors import RefusalCode
from routing.ids import AgentId
from routing.matching import may_serve_queue, refused_by_hand
from routing.state import Contact, State


class Colleague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to ask."""

    agent_id: Annotated[str, Meta(min_length=1, max_length=100)]


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom to speak; whoever is not named hears music."""

    mode: Literal["colleague", "customer", "all"]


_ERRORS = (
    RefusalCode.NOT_YOUR_CONTACT,
    RefusalCode.CONTACT_NOT_CONNECTED,
    RefusalCode.CONTACT_NOT_CALL,
    RefusalCode.CONTACT_ENDED,
)
_consult_route = partial(
    route,
    "POST",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    response=CallAsked,
    is_idempotent=True,
)


@_consult_route(
    "/api/v1/contacts/{contact_id}/call/consult",
    summary="Ring a colleague while the customer of a call hears music",
    request=Colleague,
    errors=(
        *_ERRORS,
        RefusalCode.AGENT_UNKNOWN,
        RefusalCode.AGENT_NOT_ELIGIBLE,
        ApiErrorCode.CONSULT_UNDER_WAY,
    ),
)
async def consult(call: Call[CallServices]) -> CallAsked:
    """Somebody who could be handed the customer as well."""
    known, leg_id = in_hand(call)
    if consulting.live(known, leg_id) is not None:
        message = "A colleague is being asked already."
        raise ApiError(ApiErrorCode.CONSULT_UNDER_WAY, message)
    agent_id = AgentId(call.body(Colleague).agent_id)
    state = call.services.host.mirror
    _check(state, state.contacts[known.contact_id], agent_id, call.services)
    wish = msgspec.json.encode(
        consulting.Wish(agent_id, leg_id, AgentId(call.principal.user_id))
    ).decode()
    asked = EventType.CONSULT_WISHED
    return await _store(call, known, _event(call, asked, consulting.leg_id_of(known), wish))


def _check(state: State, contact: Contact, agent_id: AgentId, services: CallServices) -> None:
    """Whether the colleague can be asked. Raises ApiError."""
    agent = state.agents.get(agent_id)
    if agent is None or not may_serve_queue(agent, contact.queue_id, contact.demand):
        raise ApiError(RefusalCode.AGENT_UNKNOWN, "There is no such agent.", path="$.agent_id")
    held, _ = refused_by_hand(agent, contact)
    if contact.agent_id == agent_id:
        held = "it is you"
    elif held is None and not services.phone_of(agent_id):
        held = "phone"
    elif held is None and services.book.is_consulted(agent_id):
        held = "capacity"
    if held is not None:
        message = f"Agent {agent_id} cannot be asked now: {held}."
        raise ApiError(RefusalCode.AGENT_NOT_ELIGIBLE, message, path="$.agent_id")


@_consult_route(
    "/api/v1/contacts/{contact_id}/call/consult/turn",
    summary="Speak with the colleague, with the customer, or with both",
    request=Turn,
    errors=(*_ERRORS, ApiErrorCode.CONSULT_NOT_ANSWERED),
)
async def turn(call: Call[CallServices]) -> CallAsked:
    """The phone system is asked; its answer moves the card."""
    known, leg_id = in_hand(call)
    one = consulting.live(known, leg_id)
    if one is None or consulting.stage(known, one) is not LegStage.ANSWERED:
        message = "No colleague is on the line."
        raise ApiError(ApiErrorCode.CONSULT_NOT_ANSWERED, message)
    mode = call.body(Turn).mode
    return await _store(call, known, _event(call, EventType.CONSULT_TURNED, one.leg_id, mode))


@_consult_route(
    "/api/v1/contacts/{contact_id}/call/consult/end",
    summary="Take the customer back; the colleague's phone is hung up",
    request=NoBody,
    errors=(*_ERRORS, ApiErrorCode.CONSULT_NOT_ANSWERED),
)
async def end_consult(call: Call[CallServices]) -> CallAsked:
    """Also of one whom the colleague has not answered, or has left."""
    known, leg_id = in_hand(call)
    one = consulting.last(known, leg_id)
    if one is None:
        message = "No colleague is being asked."
        raise ApiError(ApiErrorCode.CONSULT_NOT_ANSWERED, message)
    over = _event(call, EventType.CONSULT_TURNED, one.leg_id, consulting.OVER)
    return await _store(call, known, over)


def _event(call: Call[CallServices], wish: EventType, leg_id: str, value: str) -> PbxEvent:
    return PbxEvent(wish, wish_id(call, wish), leg_id=leg_id, value=value)


async def _store(call: Call[CallServices], known: PhoneCall, event: PbxEvent) -> CallAsked:
    services = call.services
    event = msgspec.structs.replace(event, call_id=known.call_id)
    await services.intake.store(known.connection_id, [event])
    return CallAsked(services.host.mirror.seq)


ROUTES = (consult, turn, end_consult)
