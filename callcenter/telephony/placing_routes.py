"""The agent's own calls: a number is dialled, under the rules and with a permit; the agent's phone rings first."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.host.host import Host
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode, ErrorCode
from callcenter.ports.journal import Details
from callcenter.projections.transcript import CALL, Numbers
from callcenter.telephony.placing import NotAllowed, Placing, Wish
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, PermitId, QueueId

_ERRORS: Final[tuple[ErrorCode, ...]] = (
    *(code for code in ApiErrorCode if code.startswith("dial_")),
    RefusalCode.AGENT_UNKNOWN,
    RefusalCode.AGENT_NOT_ELIGIBLE,
    RefusalCode.QUEUE_UNKNOWN,
    RefusalCode.CONTACT_EXISTS,
)


class PlaceCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number as it is typed, and the queue whose rules count; without one it is the team's."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]
    queue_id: Annotated[str, Meta(pattern="^[a-z0-9_-]{1,64}$")] | None = None


class CallPlaced(msgspec.Struct, frozen=True):
    """The agent's phone rings, then the customer's; `contact_id` is on the desk from here on."""

    contact_id: str
    seq: int
    is_emergency: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacingServices:
    """What placing stands on. `number_of_case`: "" where there is none."""

    host: Host
    placing: Placing
    details: Details
    number_of_case: Callable[[str], Awaitable[str]]


@route(
    "POST",
    "/api/v1/me/calls",
    summary="Place a call: the own phone rings first, then the customer's",
    permission=Permission.USE_DESK,
    request=PlaceCall,
    response=CallPlaced,
    is_idempotent=True,
    audit=AuditAction.CALL_PLACED,
    errors=_ERRORS,
)
async def place_call(call: Call[PlacingServices]) -> CallPlaced:
    """Refused with a reason, or dialled once."""
    wanted = call.body(PlaceCall)
    return await _place(call, wanted.number, wanted.queue_id)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/call-customer",
    summary="Call the customer of a contact, at the number it came from or was placed to",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    response=CallPlaced,
    is_idempotent=True,
    audit=AuditAction.CALL_PLACED,
    errors=(*_ERRORS, ApiErrorCode.NUMBER_UNKNOWN),
)
async def call_customer(call: Call[PlacingServices]) -> CallPlaced:
    """The number stays here: whoever calls need not see it."""
    contact_id = ContactId(call.parameters["contact_id"])
    rows = await call.services.details.of_contact(contact_id, kind=CALL, limit=1)
    numbers = msgspec.json.decode(rows[0].body, type=Numbers) if rows else Numbers("", "")
    if not numbers.caller:
        message = "There is no number: the contact is no call, it was withheld, or it was erased."
        raise ApiError(ApiErrorCode.NUMBER_UNKNOWN, message)
    return await _place(call, numbers.caller, None)


@route(
    "POST",
    "/api/v1/cases/{case_id}/call-customer",
    summary="Call the customer of a case, at the number that stands in it",
    permission=Permission.WORK_CASE,
    scope=Scope.case(),
    response=CallPlaced,
    is_idempotent=True,
    audit=AuditAction.CALL_PLACED,
    errors=(*_ERRORS, ApiErrorCode.NUMBER_UNKNOWN),
)
async def call_customer_of_case(call: Call[PlacingServices]) -> CallPlaced:
    """The number stays here, as with a contact."""
    number = await call.services.number_of_case(call.parameters["case_id"])
    if not number:
        message = "There is no number: none was entered with the case, or it was erased."
        raise ApiError(ApiErrorCode.NUMBER_UNKNOWN, message)
    return await _place(call, number, None)


async def _place(call: Call[PlacingServices], number: str, queue: str | None) -> CallPlaced:
    services = call.services
    agent_id = AgentId(call.principal.user_id)
    agent, outgoing = services.host.mirror.agents.get(agent_id), services.placing.outgoing()
    if outgoing is None:
        raise ApiError(ApiErrorCode.DIAL_NOT_SET_UP, "No calls are placed from here.")
    if agent is None:
        raise ApiError(RefusalCode.AGENT_UNKNOWN, "The engine does not know this agent yet.")
    queue_id = outgoing.queue_of(agent.team_id)
    name = hashlib.sha256(f"dial\x00{call.command_id}".encode()).hexdigest()[:32]
    wish = Wish(
        permit_id=PermitId(f"dial-{name}"),
        number=number,
        queue_id=queue_id if queue is None else QueueId(queue),
        agent_id=agent_id,
        is_agent_first=True,
        may_be_not_ready=outgoing.may_be_not_ready,
        command_id=call.command_id,
        digest=call.digest,
    )
    try:
        placed = await services.placing.place(wish)
    except NotAllowed as error:
        raise ApiError(ApiErrorCode(error.refused.code), error.refused.detail) from error
    call.trail.object_kind, call.trail.object_id = "contact", placed.contact_id
    call.trail.facts["is_emergency"] = placed.is_emergency
    return CallPlaced(placed.contact_id, placed.seq, placed.is_emergency)


ROUTES = (place_call, call_customer, call_customer_of_case)
