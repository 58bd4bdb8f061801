"""What a supervisor may do to contacts, agents and queues: commands like any other, on record with who gave them.

A queue or an agent that a body names is checked like one in the path: what the supervisor may not supervise is told
like what does not exist.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import NoObject, ObjectFacts, Permission, may
from callcenter.http.contract import Call, Scope, route
from callcenter.http.decoding import NOT_BLANK
from callcenter.http.errors import ApiError
from callcenter.ports.versions import Authorship
from callcenter.web.handing_on import HAND_ON_ERRORS, HandOn, noted
from callcenter.web.schemas import Done, Id, Nothing, SetState
from callcenter.web.services import Services
from callcenter.web.submitting import submit
from routing.commands import (
    AdjustPriority,
    AssignContact,
    CloseQueue,
    FlushQueue,
    ForceAgentState,
    OpenQueue,
    TransferContact,
)
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, QueueId, ReasonId, UserId
from routing.limits import ADJUSTED_MS_MAX
from routing.model import AgentState, Destination, DestinationKind


class PriorityChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Age to give (or, below 0, to take), in ms; with `is_total`, what the contact has been given in all."""

    credit_ms: Annotated[int, Meta(ge=-ADJUSTED_MS_MAX, le=ADJUSTED_MS_MAX)]
    is_total: bool = False


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to be offered the contact."""

    agent_id: Id


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What customers are told, in both languages."""

    en: Annotated[str, Meta(min_length=1, max_length=500, pattern=NOT_BLANK)]
    zh: Annotated[str, Meta(min_length=1, max_length=500, pattern=NOT_BLANK)]


class Emptying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where those who wait are sent; `queue_id` goes with the kind queue alone, `message` is what they are told."""

    kind: DestinationKind
    queue_id: Id | None = None
    message_id: Annotated[str, Meta(max_length=100)] = ""
    message: Said | None = None


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What newcomers are told on every channel while the queue is closed; null: what the queue says of itself."""

    message: Said | None = None


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
    audit=AuditAction.PRIORITY_CHANGED,
)
async def adjust_priority(call: Call[Services]) -> Done:
    """The line is in its new order at once."""
    wanted = call.body(PriorityChange)
    command = AdjustPriority(_contact(call), wanted.credit_ms, _by(call), wanted.is_total)
    call.trail.facts |= {"credit_ms": wanted.credit_ms, "is_total": wanted.is_total}
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
    audit=AuditAction.CONTACT_ASSIGNED,
)
async def assign_contact(call: Call[Services]) -> Done:
    """An agent the supervisor may not supervise is told like one that does not exist."""
    agent_id = _agent(call, call.body(Assignment).agent_id)
    command = AssignContact(_contact(call), agent_id, _by(call))
    call.trail.facts |= {"agent_id": agent_id}
    return Done((await submit(call, command)).seq)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/move",
    summary="Move a contact to another queue, or have it offered to one agent; its agent wraps up",
    permission=Permission.SUPERVISE_CONTACT,
    scope=Scope.contact(),
    request=HandOn,
    response=Done,
    is_idempotent=True,
    errors=HAND_ON_ERRORS,
    audit=AuditAction.CONTACT_MOVED,
)
async def move_contact(call: Call[Services]) -> Done:
    """Either the queue or the agent is named."""
    to = call.body(HandOn)
    command = TransferContact(
        _contact(call),
        None if to.queue_id is None else _queue(call, to.queue_id),
        None if to.agent_id is None else _agent(call, to.agent_id),
        by=_by(call),
    )
    call.trail.facts |= {"queue_id": to.queue_id, "agent_id": to.agent_id}
    return Done((await submit(call, command, details=noted(call, to.note))).seq)


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
    audit=AuditAction.STATE_FORCED,
)
async def force_state(call: Call[Services]) -> Done:
    """As if the agent had asked."""
    wanted = call.body(SetState)
    reason_id = None if wanted.reason_id is None else ReasonId(wanted.reason_id)
    agent_id, state = AgentId(call.parameters["agent_id"]), AgentState(wanted.state)
    call.trail.facts |= {"state": wanted.state, "reason_id": wanted.reason_id}
    return Done((await submit(call, ForceAgentState(agent_id, state, _by(call), reason_id))).seq)


@route(
    "POST",
    "/api/v1/queues/{queue_id}/close",
    summary="Let nobody into the queue any more, and tell newcomers why; whoever waits is served still",
    permission=Permission.SUPERVISE_QUEUE,
    scope=Scope.queue(),
    request=Closing,
    response=Done,
    is_idempotent=True,
    audit=AuditAction.QUEUE_CLOSED,
)
async def close_queue(call: Call[Services]) -> Done:
    """Closing a closed queue changes what its newcomers are told."""
    message_id = await _stored(call, call.body(Closing).message)
    return Done((await submit(call, CloseQueue(_queue_of_path(call), _by(call), message_id))).seq)


@route(
    "POST",
    "/api/v1/queues/{queue_id}/open",
    summary="Take a closing back; the opening hours hold as before",
    permission=Permission.SUPERVISE_QUEUE,
    scope=Scope.queue(),
    request=Nothing,
    response=Done,
    is_idempotent=True,
    audit=AuditAction.QUEUE_OPENED,
)
async def open_queue(call: Call[Services]) -> Done:
    """Opening an open queue changes nothing."""
    return Done((await submit(call, OpenQueue(_queue_of_path(call), _by(call)))).seq)


@route(
    "POST",
    "/api/v1/queues/{queue_id}/flush",
    summary="Send everybody who waits in the queue to another queue, or tell them so and close the contact",
    permission=Permission.SUPERVISE_QUEUE,
    scope=Scope.queue(),
    request=Emptying,
    response=Done,
    is_idempotent=True,
    errors=(RefusalCode.DESTINATION_INVALID,),
    audit=AuditAction.QUEUE_FLUSHED,
)
async def flush_queue(call: Call[Services]) -> Done:
    """Ringing or not; conversations go on."""
    to = call.body(Emptying)
    target = None if to.queue_id is None else _queue(call, to.queue_id)
    message_id = to.message_id or await _stored(call, to.message)
    destination = Destination(to.kind, target, message_id)
    call.trail.facts |= {"kind": to.kind, "queue_id": to.queue_id}
    return Done((await submit(call, FlushQueue(_queue_of_path(call), destination, _by(call)))).seq)


ROUTES = (
    adjust_priority,
    assign_contact,
    move_contact,
    force_state,
    close_queue,
    open_queue,
    flush_queue,
)


def _contact(call: Call[Services]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _queue_of_path(call: Call[Services]) -> QueueId:
    return QueueId(call.parameters["queue_id"])


def _agent(call: Call[Services], agent_id: str) -> AgentId:
    """The agent a body names."""
    agent = call.services.host.mirror.agents.get(AgentId(agent_id))
    facts = None if agent is None else ObjectFacts(agent_id=agent_id, team_id=agent.team_id)
    if not may(call.principal, Permission.SUPERVISE_AGENT, facts or NoObject.MISSING):
        message = "There is no such agent."
        raise ApiError(RefusalCode.AGENT_UNKNOWN, message, path="$.agent_id")
    return AgentId(agent_id)


def _queue(call: Call[Services], queue_id: str) -> QueueId:
    """The queue a body names."""
    is_known = QueueId(queue_id) in call.services.host.mirror.queues
    facts = ObjectFacts(queue_id=queue_id) if is_known else NoObject.MISSING
    if not may(call.principal, Permission.SUPERVISE_QUEUE, facts):
        message = "There is no such queue."
        raise ApiError(RefusalCode.QUEUE_UNKNOWN, message, path="$.queue_id")
    return QueueId(queue_id)


async def _stored(call: Call[Services], said: Said | None) -> str:
    """The id of a message that is stored now; before the command that names it, so that it can be told at once."""
    if said is None:
        return ""
    author = Authorship(call.principal.user_id, call.services.now_ms())
    return await call.services.closed_messages.put(said.en.strip(), said.zh.strip(), author)


def _by(call: Call[Services]) -> UserId:
    return UserId(call.principal.user_id)
