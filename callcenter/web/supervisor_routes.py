"""What a supervisor may do to the waiting and to the agents: commands like any other, on record with who gave them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import NoObject, ObjectFacts, Permission, may
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError
from callcenter.web.schemas import Done, Id, SetState
from callcenter.web.services import Services
from callcenter.web.submitting import submit
from routing.commands import AdjustPriority, AssignContact, ForceAgentState
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, ReasonId, UserId
from routing.limits import ADJUSTED_MS_MAX
from routing.model import AgentState


class PriorityChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Age to give (or, below 0, to take), in ms; with `is_total`, what the contact has been given in all."""

    credit_ms: Annotated[int, Meta(ge=-ADJUSTED_MS_MAX, le=ADJUSTED_MS_MAX)]
    is_total: bool = False


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to be offered the contact."""

    agent_id: Id


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/priority",
    summary="Raise or lower a waiting contact; what it has been given in all stays within a day",
    permission=Permission.SUPERVISE_CONTACT,
    scope=Scope.contact(),
    request=PriorityChange,
    response=Done,
    is_idempotent=True,
    errors=(RefusalCode.CONTACT_NOT_WAITING, RefusalCode.CONTACT_ENDED),
)
async def adjust_priority(call: Call[Services]) -> Done:
    """The line is in its new order at once."""
    wanted = call.body(PriorityChange)
    command = AdjustPriority(_contact(call), wanted.credit_ms, _by(call), wanted.is_total)
    return Done((await submit(call, command)).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/assign",
    summary="Offer a waiting contact to one agent, whatever their skills and earlier refusals",
    permission=Permission.SUPERVISE_CONTACT,
    scope=Scope.contact(),
    request=Assignment,
    response=Done,
    is_idempotent=True,
    errors=(
        RefusalCode.AGENT_UNKNOWN,
        RefusalCode.AGENT_NOT_ELIGIBLE,
        RefusalCode.CONTACT_NOT_WAITING,
        RefusalCode.CONTACT_ENDED,
    ),
)
async def assign_contact(call: Call[Services]) -> Done:
    """An agent the supervisor may not supervise is told like one that does not exist."""
    agent_id = AgentId(call.body(Assignment).agent_id)
    agent = call.services.host.mirror.agents.get(agent_id)
    facts = None if agent is None else ObjectFacts(agent_id=agent_id, team_id=agent.team_id)
    if not may(call.principal, Permission.SUPERVISE_AGENT, facts or NoObject.MISSING):
        message = "There is no such agent."
        raise ApiError(RefusalCode.AGENT_UNKNOWN, message, path="$.agent_id")
    command = AssignContact(_contact(call), agent_id, _by(call))
    return Done((await submit(call, command)).seq)


@route(
    "PUT",
    "/api/v1/agents/{agent_id}/state",
    summary="Ask for an agent's state; with work in hand, anything but ready applies when the last work ends",
    permission=Permission.SUPERVISE_AGENT,
    scope=Scope.agent(),
    request=SetState,
    response=Done,
    is_idempotent=True,
    errors=(RefusalCode.AGENT_NOT_PRESENT, RefusalCode.REASON_UNKNOWN),
)
async def force_state(call: Call[Services]) -> Done:
    """As if the agent had asked."""
    wanted = call.body(SetState)
    reason_id = None if wanted.reason_id is None else ReasonId(wanted.reason_id)
    agent_id, state = AgentId(call.parameters["agent_id"]), AgentState(wanted.state)
    return Done((await submit(call, ForceAgentState(agent_id, state, _by(call), reason_id))).seq)


ROUTES = (adjust_priority, assign_contact, force_state)


def _contact(call: Call[Services]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _by(call: Call[Services]) -> UserId:
    return UserId(call.principal.user_id)
