"""Pushes what has become durable to the customers it concerns. A listener of the host.

The state frame is sent whole whenever it may have changed. Positions are refreshed once a second, computed once
for each queue, and never told to be worse than before.
"""

from collections import defaultdict
from collections.abc import Callable

import msgspec

from callcenter.channels.chat_protocol import AgentTyping, ChatLine, ChatState
from callcenter.host.envelope import Published
from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.limits import SOCKETS_PER_CUSTOMER_MAX
from callcenter.projections.transcript import MESSAGE, chat_message
from routing.events import ContactClosed
from routing.ids import ContactId
from routing.state import Contact, ContactState, State, age_key

_CLOSED = "closed"
_SHOWN_AS: dict[ContactState, str] = {ContactState.WRAP_UP: _CLOSED}
"""Contact states a customer is told by another name: for the customer, a contact in wrap-up is over."""


class Window(msgspec.Struct, eq=False):
    """One customer socket. Lines pushed while it resumes wait in `held` until its history is sent.

    The history may hold a line that is stored but not published yet: up to `newest_seq` nothing is sent again.
    """

    contact_id: ContactId
    outbox: Outbox
    position: int | None = None
    is_resuming: bool = True
    newest_seq: int = 0
    held: list[ChatLine] = []


class ChatHub:
    """The open customer sockets of the domain."""

    def __init__(
        self,
        mirror: Callable[[], State],
        agent_name: Callable[[str], str],
        now_ms: Callable[[], int],
    ) -> None:
        """Everything shown is read from the committed state."""
        self._mirror = mirror
        self._agent_name = agent_name
        self._now_ms = now_ms
        self._windows: dict[ContactId, list[Window]] = defaultdict(list)

    def attach(self, window: Window) -> None:
        """Add a socket; past the bound the contact's oldest one is closed."""
        windows = self._windows[window.contact_id]
        windows.append(window)
        for oldest in windows[:-SOCKETS_PER_CUSTOMER_MAX]:
            oldest.outbox.close(ApiErrorCode.TOO_MANY_TABS, "Too many windows are open.")

    def detach(self, window: Window) -> None:
        """Remove a socket."""
        windows = self._windows[window.contact_id]
        windows.remove(window)
        if not windows:
            del self._windows[window.contact_id]

    @property
    def window_count(self) -> int:
        """Open customer sockets."""
        return sum(len(windows) for windows in self._windows.values())

    def resumed(self, window: Window, newest_seq: int) -> None:
        """The history up to `newest_seq` is sent: go live."""
        window.is_resuming, window.newest_seq = False, newest_seq
        for line in window.held:
            self._push_to(window, line)
        window.held.clear()

    def push_state(self, window: Window) -> None:
        """Send where the contact is."""
        contact = self._mirror().contacts.get(window.contact_id)
        window.outbox.push(self._state_frame(contact, window.position))

    def on_published(self, published: Published) -> None:
        """Push messages and states of the contacts touched."""
        for detail in published.details:
            if detail.kind == MESSAGE and detail.contact_id in self._windows:
                self._push_line(detail.contact_id, ChatLine(chat_message(detail)))
        touched: dict[ContactId, None] = {}
        for event in published.events:
            contact_id = getattr(event, "contact_id", None)
            if contact_id in self._windows:
                touched[contact_id] = None
            if isinstance(event, ContactClosed) and contact_id in self._windows:
                for window in self._windows[contact_id]:
                    window.position = None
        for contact_id in touched:
            for window in self._windows[contact_id]:
                self.push_state(window)

    def agent_typing(self, contact_id: ContactId) -> None:
        """Tell the customer."""
        for window in self._windows.get(contact_id, ()):
            window.outbox.push(AgentTyping())

    def refresh_positions(self) -> None:
        """Tell waiting customers their place where it has become better. Called once a second."""
        state = self._mirror()
        for line in state.waiting.values():
            if not any(contact_id in self._windows for contact_id in line):
                continue
            ordered = sorted((state.contacts[one] for one in line), key=age_key)
            for position, contact in enumerate(ordered, start=1):
                self._tell_position(contact, position)

    def close_all(self, code: ApiErrorCode, message: str) -> None:
        """Say goodbye to everybody: the server stops."""
        for windows in self._windows.values():
            for window in windows:
                window.outbox.close(code, message)

    def _tell_position(self, contact: Contact, position: int) -> None:
        for window in self._windows.get(contact.contact_id, ()):
            if window.position is None or position < window.position:
                window.position = position
                window.outbox.push(self._state_frame(contact, position))

    def _push_line(self, contact_id: ContactId, line: ChatLine) -> None:
        for window in self._windows[contact_id]:
            if window.is_resuming:
                window.held.append(line)
            else:
                self._push_to(window, line)

    @staticmethod
    def _push_to(window: Window, line: ChatLine) -> None:
        if line.message.seq > window.newest_seq:
            window.outbox.push(line)

    def _state_frame(self, contact: Contact | None, position: int | None) -> ChatState:
        seq, now_ms = self._mirror().seq, self._now_ms()
        if contact is None:
            return ChatState(seq, now_ms, _CLOSED, "", None)
        is_connected = contact.state is ContactState.CONNECTED
        name = self._agent_name(contact.agent_id or "") if is_connected else ""
        is_waiting = contact.state in (ContactState.WAITING, ContactState.OFFERED)
        shown = _SHOWN_AS.get(contact.state, str(contact.state))
        return ChatState(seq, now_ms, shown, name, position if is_waiting else None)
