"""The widget's calls: what it shows before a chat, and starting one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import Permission
from callcenter.channels.chat_protocol import ClosedText, closed_text
from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.http.contract import Call, route
from callcenter.http.decoding import NOT_BLANK
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports import Detail
from callcenter.ports_of_versions import ClosedMessage
from callcenter.projections.transcript import CUSTOMER, MESSAGE, Customer, Line
from routing.commands import EnqueueContact
from routing.errors import RefusalCode
from routing.ids import ContactId, DetailId, QueueId
from routing.model import AgentState, Channel, Party


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


class WidgetView(msgspec.Struct, frozen=True):
    """What a widget shows before a chat. `is_staffed`: somebody is ready or at work; `waiting`: contacts."""

    widget_id: str
    name: WidgetText
    greeting: WidgetText
    is_staffed: bool
    waiting: int
    closed_message: ClosedText | None = None
    """What a supervisor has the closed queue say; null while it is open, or closed without a word."""


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
    customer_keys: CustomerKeys
    customers: CustomerLookup
    throttle: StartThrottle
    widget: Callable[[str], WidgetConfiguration | None]
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
    """Contact, customer and opening message become durable together."""
    services, widget = call.services, _widget(call)
    form = call.body(StartChat)
    services.throttle.check(call.request.remote or "")
    contact_id = ContactId(services.new_id())
    customer_key = services.customer_keys.key_of(form.email)
    customer = await services.customers.look_up(customer_key)
    envelope = Envelope(
        EnqueueContact(
            contact_id,
            Channel.CHAT,
            widget.queue_id,
            customer_key,
            customer.attributes.needs,
            customer.attributes.credit_ms,
            customer.attributes.preferred_agent_id,
        ),
        f"chat:{widget.widget_id}:{call.idempotency_key}",
        call.digest,
        {"contact_id": contact_id},
        _details(services, contact_id, form),
    )
    try:
        submitted = await services.host.submit(envelope)
    except CommandRefused as error:
        if error.refusal.code is not RefusalCode.NEEDS_IMPOSSIBLE or not customer.attributes.needs:
            raise
        # A rule asks for what nobody here has: the customer is better served by anybody than turned away.
        plainer = msgspec.structs.replace(envelope.command, needs=())
        submitted = await services.host.submit(msgspec.structs.replace(envelope, command=plainer))
    known_id = ContactId(submitted.reply["contact_id"])
    services.customers.follow(known_id, customer)
    return ChatStarted(known_id, services.tokens.token_of(known_id))


def _details(services: ChatServices, contact_id: ContactId, form: StartChat) -> tuple[Detail, ...]:
    now_ms = services.now_ms()
    customer = Customer(form.name.strip(), form.email.strip(), form.language)
    opening = Line(Party.CUSTOMER, customer.name, form.text.strip())
    bodies = ((CUSTOMER, msgspec.json.encode(customer)), (MESSAGE, msgspec.json.encode(opening)))
    return tuple(
        Detail(contact_id, DetailId(services.new_id()), kind, body, now_ms) for kind, body in bodies
    )


ROUTES = (read_widget, start_chat)
