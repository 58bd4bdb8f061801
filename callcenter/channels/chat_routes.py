"""The widget's calls: what it shows before a chat, and starting one."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import Permission
from callcenter.channels.chat_entrance import ChatEntrance, Newcomer
from callcenter.channels.chat_protocol import ClosedText, closed_text
from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.channels.visit_book import VisitBook
from callcenter.channels.visiting import VisitStart
from callcenter.flows.plans import FlowPlan
from callcenter.host.host import Host
from callcenter.http.contract import Call, route
from callcenter.http.decoding import NOT_BLANK
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.versions import ClosedMessage
from routing.errors import RefusalCode
from routing.ids import ContactId, QueueId
from routing.model import AgentState


class WidgetText(msgspec.Struct, frozen=True):
    """A text in both languages."""

    en: str
    zh: str


class WidgetConfiguration(msgspec.Struct, frozen=True):
    """One widget as configured."""

    widget_id: str
    name: WidgetText
    greeting: WidgetText
    queue_id: QueueId
    allowed_origins: frozenset[str]
    flow: FlowPlan | None = None
    call_number: str = ""
    """What its page may call; "" for nothing."""


class WidgetView(msgspec.Struct, frozen=True):
    """What a widget shows before a chat. `is_staffed`: somebody is ready or at work; `waiting`: contacts."""

    widget_id: str
    name: WidgetText
    greeting: WidgetText
    is_staffed: bool
    waiting: int
    closed_message: ClosedText | None = None
    """What a supervisor has the closed queue say; null while it is open, or closed without a word."""
    can_call: bool = False
    """Whether the page may offer a call, now."""


class StartChat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pre-chat form and the opening message."""

    name: Annotated[str, Meta(min_length=1, max_length=80, pattern=NOT_BLANK)]
    email: Annotated[str, Meta(max_length=200)]
    language: Annotated[str, Meta(pattern="^[a-z]{2}(-[A-Za-z]{2,4})?$")]
    text: Annotated[str, Meta(min_length=1, max_length=4000, pattern=NOT_BLANK)]


class ChatStarted(msgspec.Struct, frozen=True):
    """The new contact, and the token that proves who its customer is."""

    contact_id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServices:
    """What the widget's calls stand on."""

    host: Host
    tokens: ChatTokens
    entrance: ChatEntrance
    throttle: StartThrottle
    visits: VisitBook
    widget: Callable[[str], WidgetConfiguration | None]
    can_call: Callable[[WidgetConfiguration], bool]
    closed_message: Callable[[QueueId], ClosedMessage | None]
    now_ms: Callable[[], int]
    new_id: Callable[[], str]


def _widget(call: Call[ChatServices]) -> WidgetConfiguration:
    widget = call.services.widget(call.parameters["widget_id"])
    if widget is None:
        raise ApiError(ApiErrorCode.WIDGET_UNKNOWN, "There is no such chat widget.")
    return widget


@route(
    "GET",
    "/api/v1/chat/widgets/{widget_id}",
    summary="What a chat widget shows before a chat",
    permission=Permission.PUBLIC,
    response=WidgetView,
    is_cross_origin=True,
    errors=(ApiErrorCode.WIDGET_UNKNOWN,),
)
async def read_widget(call: Call[ChatServices]) -> WidgetView:
    """Greeting, and whether anybody is there."""
    widget = _widget(call)
    state = call.services.host.mirror
    is_staffed = any(
        agent.is_present and (agent.state is AgentState.READY or agent.holds)
        for agent in state.agents.values()
        if widget.queue_id in agent.queue_ids
    )
    waiting = len(state.waiting.get(widget.queue_id, ()))
    return WidgetView(
        widget.widget_id,
        widget.name,
        widget.greeting,
        is_staffed,
        waiting,
        closed_text(call.services.closed_message(widget.queue_id)),
        call.services.can_call(widget),
    )


@route(
    "POST",
    "/api/v1/chat/widgets/{widget_id}/contacts",
    summary="Start a chat",
    permission=Permission.PUBLIC,
    request=StartChat,
    response=ChatStarted,
    status=201,
    is_idempotent=True,
    is_cross_origin=True,
    is_newcomer=True,
    errors=(
        ApiErrorCode.WIDGET_UNKNOWN,
        ApiErrorCode.CHAT_THROTTLED,
        RefusalCode.NEEDS_IMPOSSIBLE,
        RefusalCode.QUEUE_UNKNOWN,
    ),
)
async def start_chat(call: Call[ChatServices]) -> ChatStarted:
    """Contact, customer and opening message become durable together; with a flow that comes first."""
    services, widget = call.services, _widget(call)
    form = call.body(StartChat)
    await services.throttle.check(call.request.remote or "")
    if widget.flow is not None:
        return await _start_in_flow(call, widget, widget.flow, form)
    newcomer = Newcomer(
        contact_id=ContactId(services.new_id()),
        queue_id=widget.queue_id,
        name=form.name,
        email=form.email,
        language=form.language,
        text=form.text,
    )
    command_id = f"chat:{widget.widget_id}:{call.idempotency_key}"
    known_id = await services.entrance.admit(newcomer, command_id, call.digest)
    return ChatStarted(known_id, services.tokens.token_of(known_id))


async def _start_in_flow(
    call: Call[ChatServices], widget: WidgetConfiguration, flow: FlowPlan, form: StartChat
) -> ChatStarted:
    """The same start is the same visit, whenever it is repeated."""
    services = call.services
    name = f"visit\x00{widget.widget_id}\x00{call.idempotency_key}"
    contact_id = ContactId(hashlib.sha256(name.encode()).hexdigest()[:32])
    start = VisitStart(
        widget_id=widget.widget_id,
        queue_id=widget.queue_id,
        flow_id=flow.flow_id,
        name=form.name,
        email=form.email,
        language=form.language,
        text=form.text,
        digest=call.digest.hex(),
    )
    await services.visits.begin(contact_id, start)
    return ChatStarted(contact_id, services.tokens.token_of(contact_id))


ROUTES = (read_widget, start_chat)
