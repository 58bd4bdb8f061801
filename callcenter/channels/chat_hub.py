"""Pushes what has become durable to the customers it concerns. A listener of the host.

The state frame is sent whole whenever it may have changed. What a waiting customer is told of the wait is refreshed once
a second, computed once for each queue: an estimate, which may become worse as things do, and the place in line, which
is told only where the line is served in its order, and never worse than before.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import msgspec

from callcenter.channels.chat_protocol import (
    AgentTyping,
    ChatLine,
    ChatState,
    ClosedText,
    closed_text,
)
from callcenter.channels.visit_book import FlowView
from callcenter.host.envelope import Published
from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.limits import SOCKETS_PER_CUSTOMER_MAX, TURNED_AWAY_KEPT
from callcenter.ports.versions import ClosedMessage
from callcenter.projections.transcript import MESSAGE, chat_message
from routing.events import ContactClosed, ContactTurnedAway, OfferAccepted
from routing.ids import ContactId
from routing.state import Contact, ContactState, State, age_key
from routing.waits import Band, Unknown

_CLOSED = "closed"
IN_FLOW = "in_flow"
_SHOWN_AS: dict[ContactState, str] = {
    ContactState.WRAP_UP: _CLOSED,
    ContactState.PARKED: str(ContactState.CONNECTED),
}
"""Contact states a customer is told by another name: for the customer, a contact in wrap-up is over."""


class Prospect(msgspec.Struct, frozen=True):
    """What a waiting customer is told of the wait; None where nothing can be said."""

    position: int | None = None
    p50_ms: int | None = None
    p90_ms: int | None = None


NO_PROSPECT = Prospect()

ESTIMATE_STEPS_MS = ((120_000, 15_000), (600_000, 60_000), (2**62, 300_000))
"""Estimates are told in steps of 15 s up to 2 min, of a minute up to 10 min, then of 5 min: a customer needs no
second, and a window no frame a second."""


def rounded_up_ms(estimate_ms: int) -> int:
    """An estimate as it is told; never 0."""
    step_ms = next(step_ms for limit_ms, step_ms in ESTIMATE_STEPS_MS if estimate_ms <= limit_ms)
    return max(1, -(-estimate_ms // step_ms)) * step_ms


class TurnedAway(msgspec.Struct, frozen=True):
    """Why a contact found no agent, and what it is told, if that is not the usual words."""

    reason: str
    message: ClosedText | None = None


class Window(msgspec.Struct, eq=False):
    """One customer socket. Lines pushed while it resumes wait in `held` until its history is sent.

    The history may hold a line that is stored but not published yet: up to `newest_seq` nothing is sent again.
    """

    contact_id: ContactId
    outbox: Outbox
    prospect: Prospect = NO_PROSPECT
    is_resuming: bool = True
    newest_seq: int = 0
    held: list[ChatLine] = []
    turned_away: TurnedAway | None = None


class ChatHub:
    """The open customer sockets of the domain."""

    def __init__(
        self,
        mirror: Callable[[], State],
        agent_name: Callable[[str], str],
        now_ms: Callable[[], int],
        *,
        estimate: Callable[[ContactId, int], Band | Unknown],
        said: Callable[[str], ClosedMessage | None] = lambda _message_id: None,
        flow: Callable[[ContactId], FlowView | None] = lambda _contact_id: None,
    ) -> None:
        """Everything shown is read from the committed state.

        `estimate` says how long a contact will wait from an instant, `said` what a message's id stands for, `flow` where the
        customer is in a flow.
        """
        self._flow = flow
        self._said = said
        self._estimate = estimate
        self._mirror = mirror
        self._agent_name = agent_name
        self._now_ms = now_ms
        self._windows: dict[ContactId, list[Window]] = defaultdict(list)
        self._positions: dict[ContactId, int] = {}
        """The best place each waiting customer was told; kept until the contact is connected or closed."""
        self._turned_away: dict[ContactId, TurnedAway] = {}

    def why_turned_away(self, contact_id: ContactId) -> TurnedAway | None:
        """Why a contact of the last moments was turned away: its row in the log may not be written yet."""
        return self._turned_away.get(contact_id)

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
        """Send where the contact is, and its flow, if it is in one."""
        contact = self._mirror().contacts.get(window.contact_id)
        view = self._flow(window.contact_id)
        if view is not None:
            window.outbox.push(view.frame)
        window.outbox.push(
            self._state_frame(window.contact_id, contact, window.prospect, window.turned_away)
        )

    def on_published(self, published: Published) -> None:
        """Push messages and states of the contacts touched."""
        for detail in published.details:
            if detail.kind == MESSAGE and detail.contact_id in self._windows:
                self._push_line(detail.contact_id, ChatLine(chat_message(detail)))
        touched: dict[ContactId, None] = {}
        for event in published.events:
            if isinstance(event, ContactTurnedAway):
                self._remember_turned_away(event)
            contact_id = getattr(event, "contact_id", None)
            if contact_id in self._windows:
                touched[contact_id] = None
            if isinstance(event, ContactClosed | OfferAccepted):
                self._positions.pop(event.contact_id, None)
                for window in self._windows.get(event.contact_id, ()):
                    window.prospect = NO_PROSPECT
        for contact_id in touched:
            for window in self._windows[contact_id]:
                self.push_state(window)

    def flow_changed(self, contact_id: ContactId) -> None:
        """More was said or asked in the customer's flow."""
        for window in self._windows.get(contact_id, ()):
            self.push_state(window)

    def _remember_turned_away(self, event: ContactTurnedAway) -> None:
        if event.destination.queue_id is not None:
            return
        message = closed_text(self._said(event.destination.message_id))
        turned_away = TurnedAway(event.reason.value, message)
        self._turned_away[event.contact_id] = turned_away
        if len(self._turned_away) > TURNED_AWAY_KEPT:
            del self._turned_away[next(iter(self._turned_away))]
        for window in self._windows.get(event.contact_id, ()):
            window.turned_away = turned_away

    def agent_typing(self, contact_id: ContactId) -> None:
        """Tell the customer."""
        for window in self._windows.get(contact_id, ()):
            window.outbox.push(AgentTyping())

    def refresh_prospects(self) -> None:
        """Tell waiting customers what to expect where that has changed. Called once a second."""
        state, now_ms = self._mirror(), self._now_ms()
        for line in state.waiting.values():
            watched = [one for one in line if one in self._windows]
            if not watched:
                continue
            contacts = [state.contacts[one] for one in line]
            known = places(contacts) if is_served_in_order(contacts) else {}
            for contact_id in watched:
                prospect = self._prospect(contact_id, known.get(contact_id), now_ms)
                self._tell_prospect(state.contacts[contact_id], prospect)

    def close_all(self, code: ApiErrorCode, message: str) -> None:
        """Say goodbye to everybody: the server stops."""
        for windows in self._windows.values():
            for window in windows:
                window.outbox.close(code, message)

    def _prospect(self, contact_id: ContactId, place: int | None, now_ms: int) -> Prospect:
        if place is not None:
            place = min(place, self._positions.get(contact_id, place))
            self._positions[contact_id] = place
        band = self._estimate(contact_id, now_ms)
        if not isinstance(band, Band):
            return Prospect(place)
        return Prospect(place, rounded_up_ms(band.p50_ms), rounded_up_ms(band.p90_ms))

    def _tell_prospect(self, contact: Contact, prospect: Prospect) -> None:
        for window in self._windows.get(contact.contact_id, ()):
            if window.prospect != prospect:
                window.prospect = prospect
                window.outbox.push(self._state_frame(contact.contact_id, contact, prospect))

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

    def _state_frame(
        self,
        contact_id: ContactId,
        contact: Contact | None,
        prospect: Prospect,
        turned_away: TurnedAway | None = None,
    ) -> ChatState:
        seq, now_ms = self._mirror().seq, self._now_ms()
        if contact is None:
            view = self._flow(contact_id)
            if view is not None and view.is_before_queue:
                return ChatState(seq, now_ms, IN_FLOW, "", None)
            closed = ChatState(seq, now_ms, _CLOSED, "", None)
            if turned_away is None:
                return closed
            return msgspec.structs.replace(
                closed, turned_away=turned_away.reason, closed_message=turned_away.message
            )
        is_connected = contact.state in (ContactState.CONNECTED, ContactState.PARKED)
        name = self._agent_name(contact.agent_id or "") if is_connected else ""
        is_waiting = contact.state in (ContactState.WAITING, ContactState.OFFERED)
        shown = _SHOWN_AS.get(contact.state, str(contact.state))
        told = prospect if is_waiting else NO_PROSPECT
        return ChatState(seq, now_ms, shown, name, told.position, told.p50_ms, told.p90_ms)


def is_served_in_order(line: list[Contact]) -> bool:
    """Whether nobody in the line can be served before somebody in front of them.

    All have the same credit, and whoever is in front asks for no more than those behind: steps that widen the choice with
    the waiting keep the order, a skill or an agent that only those in front ask for does not.
    """
    ordered = sorted(line, key=age_key)
    credits_ms = {one.credit_ms + one.adjusted_ms for one in line}
    return len(credits_ms) == 1 and all(
        _asks_no_more(ahead, behind) for ahead, behind in pairwise(ordered)
    )


def _asks_no_more(ahead: Contact, behind: Contact) -> bool:
    one, other = ahead.demand, behind.demand
    levels = {need.skill_id: need.level for need in other.needs}
    return (
        all(need.level <= levels.get(need.skill_id, 0) for need in one.needs)
        and set(other.queue_ids) <= set(one.queue_ids)
        and one.team_id in (None, other.team_id)
        and one.agent_id in (None, other.agent_id)
        and ahead.barred.keys() <= behind.barred.keys()
    )


def places(line: list[Contact]) -> dict[ContactId, int]:
    """Which in the line each contact is, from 1."""
    ordered = sorted(line, key=age_key)
    return {contact.contact_id: place for place, contact in enumerate(ordered, start=1)}
