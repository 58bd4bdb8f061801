"""The desk socket: hello, the desk, missed messages, then pushes until one side is gone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from agents.desk import desks_with
from agents.presence import PresenceKeeper
from agents.protocol import (
    PROTOCOL_VERSION,
    BoardPush,
    EmergenciesPush,
    FromConsole,
    Hello,
    MessagePush,
    Typing,
    WatchBoard,
)
from callcenter.auth.authorise import NoObject, Permission, may
from callcenter.auth.principal import Principal, Role
from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.http.serving import Guard, check
from callcenter.http.sockets import FrameStream, hold, new_socket
from callcenter.limits import RESUMED_MESSAGES_MAX
from callcenter.ports.journal import Details
from callcenter.projections.transcript import MESSAGE, chat_message
from callcenter.tasks import owned
from callcenter.web.desk_hub import DeskHub, Tab
from routing.ids import AgentId, ContactId
from routing.state import State

_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromConsole)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSockets:
    """What desk sockets stand on."""

    guard: Guard
    hub: DeskHub
    presence: PresenceKeeper[AgentId]
    details: Details
    mirror: Callable[[], State]
    board_of: Callable[[Principal], BoardPush]
    emergencies_of: Callable[[Principal], EmergenciesPush | None]
    on_agent_typing: Callable[[ContactId], None]
    monotonic_s: Callable[[], float]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /api/v1/socket`."""
        principal = await self.guard.caller(request)
        self.guard.check_origin(request, is_socket=True)
        check(principal, Permission.HOLD_SESSION)
        if principal is None:
            raise LookupError("a checked caller is somebody")
        socket = new_socket()
        await socket.prepare(request)
        outbox = Outbox(socket)
        async with owned(outbox.run(), "desk outbox") as writing:
            stream = FrameStream(socket, outbox, _DECODER, self.monotonic_s)
            await hold(self._converse(principal, stream, outbox), outbox)
            await outbox.finish(writing)
        return socket

    async def _converse(
        self, principal: Principal, stream: FrameStream[Any], outbox: Outbox
    ) -> None:
        hello = await stream.hello()
        if isinstance(hello, Hello) and hello.version == PROTOCOL_VERSION:
            await self._serve(Tab(principal, outbox, is_resuming=True), hello, stream)
        elif isinstance(hello, Hello):
            outbox.close(ApiErrorCode.VERSION_UNSUPPORTED, "Reload the page: it is outdated.")
        elif hello is not None:
            outbox.close(ApiErrorCode.HELLO_MISSING, "The first frame must be a hello.")

    async def _serve(self, tab: Tab, hello: Hello, stream: FrameStream[Any]) -> None:
        principal = tab.principal

        def on_session_end() -> None:
            tab.outbox.close(ApiErrorCode.SESSION_ENDED, "The session has ended; log in again.")

        unwatch = self.guard.sessions.watch(principal, on_session_end)
        is_agent = principal.role is Role.AGENT
        agent_id = AgentId(principal.user_id)
        self.hub.attach(tab)
        if is_agent:
            self.presence.attach(agent_id)
        try:
            tab.outbox.push_encoded(self.hub.desk_frame(principal.user_id))
            if (emergencies := self.emergencies_of(principal)) is not None:
                tab.outbox.push(emergencies)
            await self._resume(tab, hello)
            while (frame := await stream.next()) is not None:
                self._on_frame(tab, frame)
        finally:
            unwatch()
            self.hub.detach(tab)
            if is_agent:
                self.presence.detach(agent_id)

    async def _resume(self, tab: Tab, hello: Hello) -> None:
        """Send the messages this tab has missed, for the contacts that are still on its desk; then go live."""
        held = self.mirror().agents.get(AgentId(tab.principal.user_id))
        newest_seqs: dict[ContactId, int] = {}
        for contact_id in [] if held is None else held.owned_ids():
            if not self._is_theirs(contact_id, AgentId(tab.principal.user_id)):
                continue
            after_seq = hello.messages_after.get(contact_id)
            if after_seq is not None:
                newest_seqs[contact_id] = await self._send_missed(tab, contact_id, after_seq)
        self.hub.resumed(tab, newest_seqs)

    def _is_theirs(self, contact_id: ContactId, agent_id: AgentId) -> bool:
        """Whether what is said is for this agent: a contact they handed on is with others."""
        contact = self.mirror().contacts.get(contact_id)
        return contact is not None and agent_id in desks_with(contact)

    async def _send_missed(self, tab: Tab, contact_id: ContactId, after_seq: int) -> int:
        """Send what follows `after_seq`; returns the newest number sent."""
        while True:
            page = await self.details.of_contact(
                contact_id, kind=MESSAGE, after_seq=after_seq, limit=RESUMED_MESSAGES_MAX
            )
            for detail in page:
                await tab.outbox.room()
                tab.outbox.push(MessagePush(contact_id, chat_message(detail)))
                after_seq = detail.seq
            if len(page) < RESUMED_MESSAGES_MAX:
                return after_seq

    def _on_frame(self, tab: Tab, frame: FromConsole) -> None:
        match frame:
            case Typing():
                contact = self.mirror().contacts.get(ContactId(frame.contact_id))
                if contact is not None and contact.agent_id == tab.principal.user_id:
                    self.on_agent_typing(contact.contact_id)
            case WatchBoard():
                principal = self.guard.sessions.current(tab.principal)
                is_allowed = may(principal, Permission.LIST_AGENTS, NoObject.NONE_NAMED)
                tab.is_watching_board = frame.is_watching and is_allowed
                if tab.is_watching_board:
                    tab.outbox.push(self.board_of(tab.principal))
            case Hello():
                tab.outbox.close(ApiErrorCode.FRAME_INVALID, "A hello is said once.")
