"""The customer socket: hello with the token, missed messages, the state, then both ways until one side is gone."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from agents.presence import PresenceKeeper
from callcenter.channels.chat_hub import ChatHub, TurnedAway, Window
from callcenter.channels.chat_protocol import (
    CHAT_PROTOCOL_VERSION,
    ChatLine,
    CustomerAnswer,
    CustomerEnd,
    CustomerHello,
    CustomerMessage,
    CustomerTyping,
    FrameRefused,
    FromCustomer,
    closed_text,
)
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.channels.visit_book import VisitBook
from callcenter.host.envelope import Envelope, HostError
from callcenter.host.host import Host
from callcenter.http.errors import ApiErrorCode
from callcenter.http.middleware import known_error
from callcenter.http.outbox import Outbox
from callcenter.http.sockets import FrameStream, hold, new_socket
from callcenter.limits import MESSAGE_CHARACTERS_MAX, OUTCOMES_KEPT_MS, RESUMED_MESSAGES_MAX
from callcenter.ports.journal import Detail
from callcenter.ports.store import Store
from callcenter.ports.versions import ClosedMessage
from callcenter.projections.transcript import MESSAGE, Line, chat_message
from callcenter.tasks import owned
from routing.commands import AddMessage, Command, EndContact
from routing.events import ContactOutcome
from routing.ids import ContactId, DetailId, QueueId
from routing.model import Party, TurnAwayReason, disposition_of

Relay = Callable[[web.Request, web.WebSocketResponse, CustomerHello], Awaitable[bool]]
"""Serves an open socket by another process until it is closed; False when that cannot be reached."""

_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromCustomer)
_MESSAGE_ID_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSockets:
    """What customer sockets stand on."""

    host: Host
    hub: ChatHub
    visits: VisitBook
    tokens: ChatTokens
    presence: PresenceKeeper[ContactId]
    store: Store
    on_customer_typing: Callable[[ContactId], None]
    customer_name: Callable[[ContactId], str]
    closed_message: Callable[[QueueId], ClosedMessage | None]
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    monotonic_s: Callable[[], float]
    relay: Relay | None = None
    """Where flows are asked by another process: how its sockets are served by that."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/chat/socket`. The token is the authority, so a page of any origin may open it."""
        socket = new_socket()
        await socket.prepare(request)
        outbox = Outbox(socket)
        async with owned(outbox.run(), "customer outbox") as writing:
            stream = FrameStream(socket, outbox, _DECODER, self.monotonic_s)
            await hold(self._converse(stream, outbox, request, socket), outbox)
            await outbox.finish(writing)
        return socket

    async def _converse(
        self,
        stream: FrameStream[Any],
        outbox: Outbox,
        request: web.Request,
        socket: web.WebSocketResponse,
    ) -> None:
        hello = await stream.hello()
        contact_id = await self._admit(hello, outbox)
        if contact_id is None or not isinstance(hello, CustomerHello):
            return
        if self.relay is not None and await self._is_in_flow(contact_id):
            if not await self.relay(request, socket, hello):
                outbox.close(ApiErrorCode.ROUTING_PAUSED, "This page reconnects by itself.")
        else:
            window = Window(contact_id, outbox)
            window.turned_away = await self._why_turned_away(contact_id)
            await self._serve(window, hello.after_seq, stream)

    async def _admit(self, hello: FromCustomer | None, outbox: Outbox) -> ContactId | None:
        """The contact this socket may speak for; says goodbye if there is none."""
        if hello is None:
            return None
        if not isinstance(hello, CustomerHello):
            outbox.close(ApiErrorCode.HELLO_MISSING, "The first frame must be a hello.")
            return None
        if hello.version != CHAT_PROTOCOL_VERSION:
            outbox.close(ApiErrorCode.VERSION_UNSUPPORTED, "Reload the page: it is outdated.")
            return None
        contact_id = self.tokens.contact_of(hello.token)
        if contact_id is None or not await self._is_answerable(contact_id):
            outbox.close(ApiErrorCode.TOKEN_INVALID, "This chat is over; start a new one.")
            return None
        return contact_id

    async def _is_answerable(self, contact_id: ContactId) -> bool:
        """Open, or closed less than 24 h ago."""
        if contact_id in self.host.mirror.contacts or self.hub.why_turned_away(contact_id):
            return True
        if self.visits.view(contact_id) is not None:
            return True
        interaction = await self.store.interactions.get(contact_id)
        if interaction is None:
            visit = await self.store.visits.get(contact_id)
            if visit is None:
                return False
            closed_at_ms = visit.ended_at_ms
        else:
            closed_at_ms = interaction.closed_at_ms
        return closed_at_ms is None or self.now_ms() - closed_at_ms < OUTCOMES_KEPT_MS

    async def _is_in_flow(self, contact_id: ContactId) -> bool:
        """Whether a flow has the customer, who is no contact yet."""
        if contact_id in self.host.mirror.contacts:
            return False
        visit = await self.store.visits.get(contact_id)
        return visit is not None and visit.ended_at_ms is None

    async def _why_turned_away(self, contact_id: ContactId) -> TurnedAway | None:
        """Why a contact that is over found no agent, or None; after a restart, with what its queue says by now."""
        if contact_id in self.host.mirror.contacts:
            return None
        if turned_away := self.hub.why_turned_away(contact_id):
            return turned_away
        interaction = await self.store.interactions.get(contact_id)
        if interaction is None or interaction.outcome != ContactOutcome.TURNED_AWAY:
            return None
        for reason in TurnAwayReason:
            if disposition_of(reason) == interaction.disposition_id:
                is_closed = reason is TurnAwayReason.CLOSED
                queue_id = QueueId(interaction.queue_id)
                message = self.closed_message(queue_id) if is_closed else None
                return TurnedAway(reason.value, closed_text(message))
        return None

    async def _serve(self, window: Window, after_seq: int, stream: FrameStream[Any]) -> None:
        contact_id = window.contact_id
        self.hub.attach(window)
        self.presence.attach(contact_id)
        try:
            await self._resume(window, after_seq)
            self.hub.push_state(window)
            while (frame := await stream.next()) is not None:
                await self._on_frame(window, frame)
        finally:
            self.hub.detach(window)
            self.presence.detach(contact_id)

    async def _resume(self, window: Window, after_seq: int) -> None:
        """Send the history after `after_seq`, then let the hub go on from there."""
        while True:
            page = await self.store.details.of_contact(
                window.contact_id, kind=MESSAGE, after_seq=after_seq, limit=RESUMED_MESSAGES_MAX
            )
            for detail in page:
                await window.outbox.room()
                window.outbox.push(ChatLine(chat_message(detail)))
                after_seq = detail.seq
            if len(page) < RESUMED_MESSAGES_MAX:
                break
        self.hub.resumed(window, after_seq)

    async def _on_frame(self, window: Window, frame: FromCustomer) -> None:
        contact_id = window.contact_id
        match frame:
            case CustomerMessage():
                await self._on_message(window, frame)
            case CustomerTyping():
                self.on_customer_typing(contact_id)
            case CustomerAnswer():
                self.visits.answer(contact_id, frame.number, frame.text[:MESSAGE_CHARACTERS_MAX])
            case CustomerEnd():
                if self.visits.leave(contact_id):
                    return
                end = EndContact(contact_id, Party.CUSTOMER)
                await self._submit(window, Envelope(end, self.new_id()), None)
            case CustomerHello():
                window.outbox.close(ApiErrorCode.FRAME_INVALID, "A hello is said once.")

    async def _on_message(self, window: Window, frame: CustomerMessage) -> None:
        """Store the message; its coming back over this socket is the acknowledgement."""
        text = frame.text.strip()
        is_sized = 1 <= len(text) <= MESSAGE_CHARACTERS_MAX
        if not is_sized or not 1 <= len(frame.message_id) <= _MESSAGE_ID_LENGTH_MAX:
            told = f"A message has 1 to {MESSAGE_CHARACTERS_MAX} characters and an id of 1 to 64."
            self._refuse(window, frame.message_id, ApiErrorCode.REQUEST_INVALID, told)
            return
        contact_id, detail_id = window.contact_id, DetailId(self.new_id())
        name = self.customer_name(contact_id)
        body = msgspec.json.encode(Line(Party.CUSTOMER, name, text, frame.message_id))
        detail = Detail(contact_id, detail_id, MESSAGE, body, self.now_ms())
        command: Command = AddMessage(contact_id, detail_id, Party.CUSTOMER)
        command_id = f"{contact_id}:{frame.message_id}"
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        envelope = Envelope(command, command_id, digest, {}, (detail,))
        seq = await self._submit(window, envelope, frame.message_id)
        if seq is not None:
            await self._echo(window, seq)

    async def _echo(self, window: Window, seq: int) -> None:
        """A repeat is acknowledged by sending the stored message again."""
        stored = await self.store.details.of_contact(
            window.contact_id, kind=MESSAGE, after_seq=seq - 1, limit=1
        )
        for detail in stored:
            window.outbox.push(ChatLine(chat_message(detail)))

    async def _submit(
        self, window: Window, envelope: Envelope, message_id: str | None
    ) -> int | None:
        """Submit; returns the seq of a repeat, so that it can be acknowledged again."""
        try:
            submitted = await self.host.submit(envelope)
        except HostError as error:
            told = known_error(error)
            if told is not None:
                self._refuse(window, message_id, told.code, told.message)
            return None
        return submitted.seq if submitted.is_repeat else None

    @staticmethod
    def _refuse(window: Window, message_id: str | None, code: str, message: str) -> None:
        window.outbox.push(FrameRefused(message_id, code, message))
