"""The API of call-backs: the list with what is late and why, making one, calling it now, taking it back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectFacts, ObjectKind, Permission, may
from callcenter.call_backs import limits
from callcenter.call_backs.plans import hours_of, lateness
from callcenter.call_backs.promises import CallBackRefused, Promise
from callcenter.call_backs.service import CallBackService
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.call_backs import CallBack, CallBackChange, CallBacks, DialMode, MadeBy
from callcenter.ports.errors import CallBackTaken
from callcenter.ports.journal import Details
from callcenter.projections.transcript import CALL, Numbers
from callcenter.telephony.cards import masked
from ivr.calling_back import diallable
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, QueueId
from routing.state import State

Number = Annotated[
    str, Meta(pattern=r"^\+?[0-9 ()./-]{3,32}$", max_length=limits.NUMBER_CHARACTERS_MAX)
]
Note = Annotated[str, Meta(max_length=limits.NOTE_CHARACTERS_MAX)]
AtMs = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
Language = Annotated[str, Meta(pattern="^(en|zh)$")]


class CallBackQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which queue (all that may be seen, without), and whether those that are over are wanted instead."""

    queue_id: Annotated[str, Meta(max_length=64)] = ""
    ended: bool = False


class NewCallBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to call for a queue; at the earliest at `at_ms`, by `agent_id` alone if one is named."""

    number: Number
    at_ms: AtMs | None = None
    note: Note = ""
    language: Language = "en"
    agent_id: Id | None = None
    mode: DialMode | None = None


class ContactCallBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call the customer of a contact back: at the number it has, unless another is given; `is_mine`: by this agent alone."""

    at_ms: AtMs | None = None
    number: Number | None = None
    note: Note = ""
    is_mine: bool = False


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class CallBackRow(msgspec.Struct, frozen=True):
    """A call-back as a list shows it; `number` is masked but for its end. `late_ms` past its time, and `why` in a word."""

    call_back_id: str
    queue_id: str
    state: str
    mode: str
    made_by: str
    made_at_ms: int
    number: str
    language: str
    note: str
    agent_id: str | None
    contact_id: str | None
    replaced_contact_id: str | None
    promised_at_ms: int | None
    due_at_ms: int | None
    age_origin_ms: int
    expires_at_ms: int
    attempts: int
    left_alone: int
    last_outcome: str
    late_ms: int
    why: str


class CallBacksView(msgspec.Struct, frozen=True):
    """Call-backs: the open ones, the oldest first; or the newest that are over."""

    call_backs: list[CallBackRow]


class CallBackView(msgspec.Struct, frozen=True):
    """One call-back."""

    call_back: CallBackRow


class CallBackSteps(msgspec.Struct, frozen=True):
    """Everything that has happened to one, oldest first."""

    steps: list[CallBackChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackServices:
    """What the routes stand on."""

    service: CallBackService
    rows: CallBacks
    details: Details
    mirror: Callable[[], State]
    now_ms: Callable[[], int]


@route(
    "GET",
    "/api/v1/call-backs",
    summary="Call-backs: what is due, late and why",
    permission=Permission.READ_QUEUE,
    query=CallBackQuery,
    response=CallBacksView,
)
async def read_call_backs(call: Call[CallBackServices]) -> CallBacksView:
    """Of the queues the caller may see."""
    services, wanted = call.services, call.query(CallBackQuery)
    queue_ids = [
        queue_id
        for queue_id in services.mirror().queues
        if wanted.queue_id in ("", queue_id) and _may_read(call, queue_id)
    ]
    if wanted.ended:
        rows = await services.rows.ended(queue_ids, limit=limits.ENDED_TOLD_MAX)
    else:
        rows = [one for one in services.service.register.all() if one.queue_id in queue_ids]
    return CallBacksView([_row(services, one) for one in rows])


@route(
    "GET",
    "/api/v1/call-backs/{call_back_id}/steps",
    summary="What has happened to a call-back",
    permission=Permission.READ_QUEUE,
    scope=Scope.call_back(),
    response=CallBackSteps,
)
async def read_call_back_steps(call: Call[CallBackServices]) -> CallBackSteps:
    """Each step with when, because of what, and by whom."""
    return CallBackSteps(await call.services.rows.changes(call.parameters["call_back_id"]))


_REFUSALS = (
    ApiErrorCode.CALL_BACK_OPEN,
    ApiErrorCode.CALL_BACK_REFUSED,
    ApiErrorCode.CALL_BACK_UNRULED,
)


@route(
    "POST",
    "/api/v1/queues/{queue_id}/call-backs",
    summary="Promise a customer a call-back",
    permission=Permission.SUPERVISE_QUEUE,
    scope=Scope.queue(),
    request=NewCallBack,
    response=CallBackView,
    status=201,
    is_idempotent=True,
    errors=_REFUSALS,
    audit=AuditAction.CALL_BACK_MADE,
)
async def make_call_back(call: Call[CallBackServices]) -> CallBackView:
    """The same request again is the same call-back."""
    wanted = call.body(NewCallBack)
    promise = Promise(
        call_back_id=_new_id(call),
        queue_id=QueueId(call.parameters["queue_id"]),
        number=_number(wanted.number),
        made_by=MadeBy.PROGRAM,
        language=wanted.language,
        note=wanted.note,
        agent_id=None if wanted.agent_id is None else AgentId(wanted.agent_id),
        promised_at_ms=_at_ms(call, wanted.at_ms),
        mode=wanted.mode,
    )
    return await _made(call, promise)


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/call-back",
    summary="Call the customer of a contact back, now or at a time",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=ContactCallBack,
    response=CallBackView,
    status=201,
    is_idempotent=True,
    errors=(*_REFUSALS, ApiErrorCode.NUMBER_UNKNOWN, RefusalCode.CONTACT_ENDED),
)
async def call_contact_back(call: Call[CallBackServices]) -> CallBackView:
    """For the queue of the contact; with the agent's own hand only while it is on the agent's desk."""
    services, wanted = call.services, call.body(ContactCallBack)
    contact_id = ContactId(call.parameters["contact_id"])
    contact = services.mirror().contacts.get(contact_id)
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    rows = await services.details.of_contact(contact_id, kind=CALL, limit=1)
    known = msgspec.json.decode(rows[0].body, type=Numbers).caller if rows else ""
    number = diallable(known) if wanted.number is None else _number(wanted.number)
    if not number:
        message = "The contact has no number: name one."
        raise ApiError(ApiErrorCode.NUMBER_UNKNOWN, message, path="$.number")
    agent_id = AgentId(call.principal.user_id) if wanted.is_mine else None
    promise = Promise(
        call_back_id=_new_id(call),
        queue_id=contact.queue_id,
        number=number,
        made_by=MadeBy.AGENT,
        language=call.principal.language[:2],
        note=wanted.note,
        agent_id=agent_id,
        replaced_contact_id=contact_id,
        promised_at_ms=_at_ms(call, wanted.at_ms),
        mode=DialMode.AGENT_FIRST if wanted.is_mine else None,
    )
    return await _made(call, promise)


_change = partial(
    route,
    "POST",
    permission=Permission.SUPERVISE_QUEUE,
    scope=Scope.call_back(),
    request=NoBody,
    response=CallBackView,
    is_idempotent=True,
    errors=(ApiErrorCode.CALL_BACK_UNFIT,),
)


@_change(
    "/api/v1/call-backs/{call_back_id}/cancel",
    summary="Take a call-back back; a call that is under way ends, unless somebody talks",
    audit=AuditAction.CALL_BACK_CANCELLED,
)
async def cancel_call_back(call: Call[CallBackServices]) -> CallBackView:
    """Only while it is open."""
    call_back_id = call.parameters["call_back_id"]
    moved = await call.services.service.cancel(call_back_id, call.principal.user_id)
    return await _changed(call, moved)


@_change(
    "/api/v1/call-backs/{call_back_id}/dial-now",
    summary="Call as soon as an agent is free, whatever time was promised",
    audit=AuditAction.CALL_BACK_HURRIED,
)
async def dial_call_back_now(call: Call[CallBackServices]) -> CallBackView:
    """Only while it is scheduled; its queue's hours hold all the same."""
    call_back_id = call.parameters["call_back_id"]
    moved = await call.services.service.hurry(call_back_id, call.principal.user_id)
    return await _changed(call, moved)


ROUTES = (
    read_call_backs,
    read_call_back_steps,
    make_call_back,
    call_contact_back,
    cancel_call_back,
    dial_call_back_now,
)


def _may_read(call: Call[CallBackServices], queue_id: str) -> bool:
    return may(call.principal, Permission.READ_QUEUE, ObjectFacts(queue_id=queue_id))


def _new_id(call: Call[CallBackServices]) -> str:
    """Of the request: its repeat names the same."""
    return hashlib.sha256(f"call-back\x00{call.command_id}".encode()).hexdigest()[:32]


def _number(text: str) -> str:
    number = diallable(text)
    if not number:
        raise ApiError(
            ApiErrorCode.REQUEST_INVALID, "A number has 3 to 20 digits.", path="$.number"
        )
    return number


def _at_ms(call: Call[CallBackServices], at_ms: int | None) -> int | None:
    """A time that has passed is no time."""
    now_ms = call.services.now_ms()
    if at_ms is None or at_ms <= now_ms:
        return None
    if at_ms > now_ms + limits.PROMISED_AHEAD_MS_MAX:
        message = "A call-back can be promised for the next 90 days."
        raise ApiError(ApiErrorCode.CALL_BACK_REFUSED, message, path="$.at_ms")
    return at_ms


async def _made(call: Call[CallBackServices], promise: Promise) -> CallBackView:
    try:
        made = await call.services.service.make(promise, call.principal.user_id)
    except CallBackTaken as taken:
        message = (
            f"This customer is promised a call-back by this queue already: {taken.call_back_id}."
        )
        raise ApiError(ApiErrorCode.CALL_BACK_OPEN, message) from taken
    except CallBackRefused as refused:
        is_unruled = refused.code == "call_back_unruled"
        code = ApiErrorCode.CALL_BACK_UNRULED if is_unruled else ApiErrorCode.CALL_BACK_REFUSED
        raise ApiError(code, str(refused)) from refused
    call.trail.object_kind, call.trail.object_id = ObjectKind.CALL_BACK, made.call_back_id
    return CallBackView(_row(call.services, made))


async def _changed(call: Call[CallBackServices], moved: CallBack | None) -> CallBackView:
    if moved is None:
        row = await call.services.rows.get(call.parameters["call_back_id"])
        state = "gone" if row is None else row.state.value
        message = f"The call-back is {state}: that cannot be done with it now."
        raise ApiError(ApiErrorCode.CALL_BACK_UNFIT, message)
    return CallBackView(_row(call.services, moved))


def _row(services: CallBackServices, one: CallBack) -> CallBackRow:
    late = lateness(one, hours_of(services.mirror(), one.queue_id), services.now_ms())
    return CallBackRow(
        call_back_id=one.call_back_id,
        queue_id=one.queue_id,
        state=one.state.value,
        mode=one.mode.value,
        made_by=one.made_by.value,
        made_at_ms=one.made_at_ms,
        number=masked(one.number),
        language=one.language,
        note=one.note,
        agent_id=one.agent_id,
        contact_id=one.contact_id,
        replaced_contact_id=one.replaced_contact_id,
        promised_at_ms=one.promised_at_ms,
        due_at_ms=one.due_at_ms,
        age_origin_ms=one.age_origin_ms,
        expires_at_ms=one.expires_at_ms,
        attempts=one.attempts,
        left_alone=one.left_alone,
        last_outcome=one.last_outcome,
        late_ms=late.late_ms,
        why=late.why,
    )
