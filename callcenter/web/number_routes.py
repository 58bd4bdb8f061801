"""The whole number of a caller, for those who may see more than its end. Every look is on record."""

import msgspec

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.auth.principal import Role
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.projections.transcript import CALL, Numbers
from callcenter.web.services import Services
from routing.ids import ContactId


class NumbersView(msgspec.Struct, frozen=True):
    """Who called, and what was dialled."""

    caller: str
    dialled: str


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/numbers",
    summary="The whole number of a caller",
    permission=Permission.READ_NUMBER,
    scope=Scope.contact(),
    response=NumbersView,
    errors=(ApiErrorCode.NUMBER_HIDDEN, ApiErrorCode.NUMBER_UNKNOWN),
    audit=AuditAction.NUMBER_READ,
)
async def read_numbers(call: Call[Services]) -> NumbersView:
    """On record also for whoever has the call: the end of a number is enough to work with."""
    services = call.services
    is_agent = call.principal.role is Role.AGENT
    if is_agent and not services.configuration().agents_see_numbers:
        message = "Agents do not see whole numbers here; ask a supervisor."
        raise ApiError(ApiErrorCode.NUMBER_HIDDEN, message)
    contact_id = ContactId(call.parameters["contact_id"])
    rows = await services.store.details.of_contact(contact_id, kind=CALL, limit=1)
    numbers = msgspec.json.decode(rows[0].body, type=Numbers) if rows else Numbers("", "")
    if not numbers.caller:
        message = "There is no number: the contact is no call, it was withheld, or it was erased."
        raise ApiError(ApiErrorCode.NUMBER_UNKNOWN, message)
    return NumbersView(numbers.caller, numbers.dialled)


ROUTES = (read_numbers,)
