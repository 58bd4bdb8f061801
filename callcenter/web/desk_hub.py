"""Pushes what has become durable to the desks it concerns. A listener of the host.

A desk is sent whole: after each group commit, every agent it touches gets one frame, rendered once and shared by
the agent's tabs, before whoever asked is answered. What becomes known beside the journal (who calls, that the phone rings) comes in
a row, and is gathered for DESK_GATHER_MS. Messages go one by one. Boards go to those who watch, at most once a second and only when
something has changed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from agents.desk import (
    Introductions,
    Questions,
    agents_touched,
    desk_of,
    desks_with,
    nobody_asks,
)
from agents.protocol import BoardPush, DeskPush, EmergenciesPush, MessagePush, TypingPush
from callcenter.auth.principal import Principal
from callcenter.host.envelope import Published
from callcenter.http.errors import ApiErrorCode
from callcenter.http.outbox import Outbox
from callcenter.limits import BOARD_REFRESH_MS, DESK_GATHER_MS, SOCKETS_PER_USER_MAX
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import MESSAGE, chat_message
from routing.ids import AgentId, ContactId
from routing.state import State

_ENCODER = msgspec.json.Encoder()


class Tab(msgspec.Struct, eq=False):
    """One desk socket of one user. Messages pushed while it resumes wait in `held` until the missed ones are sent.

    Those may include one that is stored but not published yet: up to `newest_seqs` nothing is sent again.
    """

    principal: Principal
    outbox: Outbox
    is_resuming: bool = False
    newest_seqs: dict[ContactId, int] = {}
    held: list[tuple[ContactId, int, bytes]] = []
    is_watching_board: bool = False
    board_seq: int = -1
    board_at_ms: int = 0


class DeskHub:
    """The open desk sockets of the domain."""

    def __init__(
        self,
        mirror: Callable[[], State],
        introductions: Introductions,
        now_ms: Callable[[], int],
        *,
        clock_ahead_ms: Callable[[], int | None] = lambda: None,
        questions: Questions = nobody_asks,
        gather_ms: int = DESK_GATHER_MS,
    ) -> None:
        """Everything shown is read from the committed state. `clock_ahead_ms`: of a demo's clock, `questions` by phone."""
        self._gather_ms = gather_ms
        self._owed: dict[str, None] = {}
        """Who is to be sent a desk when the time for gathering is over."""
        self._is_gathering = False
        self._mirror = mirror
        self._introductions = introductions
        self._now_ms = now_ms
        self._clock_ahead_ms = clock_ahead_ms
        self._questions = questions
        self._tabs: dict[str, list[Tab]] = defaultdict(list)

    def introduce_by(self, introductions: Introductions) -> None:
        """From now on contacts are introduced by these."""
        self._introductions = introductions

    def attach(self, tab: Tab) -> None:
        """Add a tab; past the bound the user's oldest one is closed."""
        tabs = self._tabs[tab.principal.user_id]
        tabs.append(tab)
        for oldest in tabs[:-SOCKETS_PER_USER_MAX]:
            oldest.outbox.close(ApiErrorCode.TOO_MANY_TABS, "Too many tabs; the oldest is closed.")

    def detach(self, tab: Tab) -> None:
        """Remove a tab."""
        tabs = self._tabs[tab.principal.user_id]
        tabs.remove(tab)
        if not tabs:
            del self._tabs[tab.principal.user_id]

    def resumed(self, tab: Tab, newest_seqs: dict[ContactId, int]) -> None:
        """The missed messages up to `newest_seqs` are sent: go live."""
        tab.is_resuming, tab.newest_seqs = False, newest_seqs
        for contact_id, seq, frame in tab.held:
            if seq > newest_seqs.get(contact_id, 0):
                tab.outbox.push_encoded(frame)
        tab.held.clear()

    @property
    def tab_count(self) -> int:
        """Open desk sockets."""
        return sum(len(tabs) for tabs in self._tabs.values())

    def desk_frame(self, user_id: str) -> bytes:
        """The user's desk as of now, encoded."""
        state = self._mirror()
        desk = desk_of(state, AgentId(user_id), self._introductions, self._questions)
        ahead_ms = self._clock_ahead_ms()
        return _ENCODER.encode(DeskPush(state.seq, self._now_ms(), desk, ahead_ms))

    def on_published(self, published: Published) -> None:
        """Push messages, then desks, so that a desk never names a message its reader has not got."""
        state = self._mirror()
        for detail in published.details:
            contact = state.contacts.get(detail.contact_id)
            if detail.kind == MESSAGE and contact is not None:
                for agent_id in desks_with(contact):
                    self._push_message(agent_id, detail)
        touched = dict.fromkeys(
            agent_id for event in published.events for agent_id in agents_touched(state, event)
        )
        for agent_id in touched:
            if agent_id in self._tabs:
                self._owed.pop(agent_id, None)
                self._push(agent_id, self.desk_frame(agent_id))

    def refresh(self, contact_id: ContactId) -> None:
        """More is known of a contact: send the desks that show it."""
        contact = self._mirror().contacts.get(contact_id)
        if contact is None:
            return
        self._owe((*desks_with(contact), *contact.wrapped_up_by))

    def refresh_desk(self, agent_id: AgentId) -> None:
        """The desk of an agent looks different, and no event says so."""
        self._owe((agent_id,))

    def push_desks(self) -> None:
        """Send everybody their desk, and with it the time: it was skipped."""
        for user_id in list(self._tabs):
            self._push(user_id, self.desk_frame(user_id))

    def customer_typing(self, contact_id: ContactId) -> None:
        """Tell the agent who holds the contact."""
        contact = self._mirror().contacts.get(contact_id)
        if contact is None:
            return
        for agent_id in desks_with(contact):
            if agent_id in self._tabs:
                self._push(agent_id, _ENCODER.encode(TypingPush(contact_id)))

    def push_boards(self, board_of: Callable[[Principal], BoardPush]) -> None:
        """Send the board to every watcher that has an older one, or one in which time has moved the figures.

        Called once a second.
        """
        seq, now_ms = self._mirror().seq, self._now_ms()
        for tabs in self._tabs.values():
            due = [
                tab
                for tab in tabs
                if tab.is_watching_board
                and (tab.board_seq != seq or now_ms - tab.board_at_ms >= BOARD_REFRESH_MS)
            ]
            if not due:
                continue
            frame = _ENCODER.encode(board_of(due[0].principal))
            for tab in due:
                tab.board_seq, tab.board_at_ms = seq, now_ms
                tab.outbox.push_encoded(frame)

    def push_emergencies(self, push: EmergenciesPush, is_told: Callable[[Principal], bool]) -> None:
        """Tell everybody who is to be told, whatever page is open."""
        frame = _ENCODER.encode(push)
        for tabs in self._tabs.values():
            for tab in tabs:
                if is_told(tab.principal):
                    tab.outbox.push_encoded(frame)

    def close_all(self, code: ApiErrorCode, message: str) -> None:
        """Say goodbye to every tab: the server stops."""
        for tabs in self._tabs.values():
            for tab in tabs:
                tab.outbox.close(code, message)

    def _owe(self, agent_ids: Iterable[AgentId]) -> None:
        """Send them their desks, once, when the time for gathering is over."""
        present = [agent_id for agent_id in agent_ids if agent_id in self._tabs]
        if present and not self._is_gathering:
            self._is_gathering = True
            asyncio.get_running_loop().call_later(self._gather_ms / 1000, self._push_owed)
        self._owed |= dict.fromkeys(present)

    def _push_owed(self) -> None:
        owed, self._owed, self._is_gathering = self._owed, {}, False
        for user_id in owed:
            if user_id in self._tabs:
                self._push(user_id, self.desk_frame(user_id))

    def _push_message(self, agent_id: AgentId, detail: Detail) -> None:
        if agent_id not in self._tabs:
            return
        contact_id = detail.contact_id
        frame = _ENCODER.encode(MessagePush(contact_id, chat_message(detail)))
        for tab in self._tabs[agent_id]:
            if tab.is_resuming:
                tab.held.append((contact_id, detail.seq, frame))
            elif detail.seq > tab.newest_seqs.get(contact_id, 0):
                tab.outbox.push_encoded(frame)

    def _push(self, user_id: str, frame: bytes) -> None:
        for tab in self._tabs.get(user_id, ()):
            tab.outbox.push_encoded(frame)
