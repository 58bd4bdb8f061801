"""What a desk is pushed: messages before the desk, the desk once a group, boards to those who watch."""

from contextlib import AsyncExitStack
from typing import Self

import msgspec
import pytest

from agents.desk import Introduction
from agents.protocol import BoardPush
from callcenter.auth.principal import Principal, Role
from callcenter.host.envelope import Published
from callcenter.http.errors import ApiErrorCode
from callcenter.limits import BOARD_REFRESH_MS
from callcenter.ports.journal import Detail
from callcenter.web.desk_hub import DeskHub, Tab
from routing.ids import ContactId
from routing.model import Party
from tests.unit.callcenter.sockets.paper_socket import PaperSocket, message_row, paper, settle
from tests.unit.routing.scene import Scene, capacity

NOW_MS = 1_234


def principal(user_id: str, role: Role = Role.AGENT) -> Principal:
    """Somebody logged in."""
    return Principal(
        user_id, user_id, user_id, role, "team", frozenset(), frozenset(), "en", b"", 10**15
    )


class Floor:
    """A scene whose events are published to a hub with tabs."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.hub = DeskHub(
            lambda: self.scene.engine.state,
            lambda _: Introduction("Carol"),
            lambda: NOW_MS,
            gather_ms=0,
        )
        self._stack = AsyncExitStack()
        self._told = len(self.scene.journal)

    async def __aenter__(self) -> Self:
        """Nobody has a tab."""
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def tab(
        self, user_id: str, role: Role = Role.AGENT, *, is_resuming: bool = False
    ) -> tuple[PaperSocket, Tab]:
        """Somebody opens a tab."""
        socket, outbox = await self._stack.enter_async_context(paper())
        tab = Tab(principal(user_id, role), outbox, is_resuming=is_resuming)
        self.hub.attach(tab)
        return socket, tab

    async def publish(self, *details: Detail) -> None:
        """Everything that happened since the last time became durable in one group."""
        events = self.scene.journal[self._told :]
        self.hub.on_published(Published(self._told + 1, events, details))
        self._told = len(self.scene.journal)
        await settle()

    def boards(self) -> list[str]:
        """Push the boards; returns for whom one was made."""
        made: list[str] = []

        def board_of(who: Principal) -> BoardPush:
            made.append(who.user_id)
            return BoardPush(self.scene.engine.state.seq, NOW_MS, [], [])

        self.hub.push_boards(board_of)
        return made


async def test_a_desk_is_sent_once_for_a_group_to_every_tab() -> None:
    async with Floor() as floor:
        first, _ = await floor.tab("ann")
        second, _ = await floor.tab("ann")
        other, _ = await floor.tab("bob")
        floor.scene.ready("ann", capacity(2))
        floor.scene.chat("c1")
        floor.scene.chat("c2")
        await floor.publish()
        assert first.kinds == second.kinds == ["desk"]
        assert other.sent == []
        frame = first.sent[0]
        assert (frame["seq"], frame["server_now_ms"]) == (floor.scene.engine.state.seq, NOW_MS)
        assert [card["customer_name"] for card in frame["desk"]["offers"]] == ["Carol", "Carol"]


async def test_messages_come_before_the_desk_that_counts_them() -> None:
    async with Floor() as floor:
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        floor.scene.accept("c1")
        await floor.publish()
        ann, _ = await floor.tab("ann")
        floor.scene.message("c1", Party.CUSTOMER)
        floor.scene.message("c1", Party.AGENT)
        seq = floor.scene.engine.state.seq
        await floor.publish(message_row("c1", seq - 1), message_row("c1", seq))
        assert ann.kinds == ["message", "message", "desk"]
        assert ann.sent[0]["contact_id"] == "c1"
        assert [one["message"]["seq"] for one in ann.of("message")] == [seq - 1, seq]
        assert ann.sent[-1]["desk"]["assignments"][0]["last_message_seq"] == seq


async def test_messages_of_contacts_that_are_with_nobody_or_over_are_not_pushed() -> None:
    async with Floor() as floor:
        ann, _ = await floor.tab("ann")
        floor.scene.chat("waiting")
        await floor.publish(message_row("waiting", 3), message_row("closed long ago", 4))
        assert ann.sent == []


async def test_details_that_are_no_messages_are_not_pushed() -> None:
    async with Floor() as floor:
        ann, _ = await floor.tab("ann")
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        notes = msgspec.structs.replace(message_row("c1", 9), kind="notes")
        await floor.publish(notes)
        assert ann.kinds == ["desk"]


async def test_an_offer_that_moves_on_changes_both_desks() -> None:
    async with Floor() as floor:
        ann, _ = await floor.tab("ann")
        bob, _ = await floor.tab("bob")
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        floor.scene.ready("bob")
        await floor.publish()
        floor.scene.reject("c1")
        await floor.publish()
        assert ann.sent[-1]["desk"]["offers"] == []
        assert bob.sent[-1]["desk"]["offers"][0]["contact_id"] == "c1"


async def test_live_messages_wait_for_the_missed_ones() -> None:
    async with Floor() as floor:
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        floor.scene.accept("c1")
        await floor.publish()
        socket, tab = await floor.tab("ann", is_resuming=True)
        await floor.publish(*(message_row("c1", seq) for seq in (10, 11, 12)))
        assert socket.of("message") == []
        floor.hub.resumed(tab, {ContactId("c1"): 11})
        await settle()
        assert [one["message"]["seq"] for one in socket.of("message")] == [12]
        await floor.publish(message_row("c1", 11))  # stored, sent with the missed ones, told now
        await floor.publish(message_row("c1", 13))
        assert [one["message"]["seq"] for one in socket.of("message")] == [12, 13]


async def test_typing_goes_to_who_has_the_contact() -> None:
    async with Floor() as floor:
        ann, _ = await floor.tab("ann")
        bob, _ = await floor.tab("bob")
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        floor.scene.accept("c1")
        floor.hub.customer_typing(ContactId("c1"))
        floor.hub.customer_typing(ContactId("unknown"))
        await settle()
        assert (ann.kinds, bob.kinds) == (["typing"], [])


async def test_boards_go_to_watchers_and_only_when_something_changed() -> None:
    async with Floor() as floor:
        sam, tab = await floor.tab("sam", Role.SUPERVISOR)
        _, second = await floor.tab("sam", Role.SUPERVISOR)
        await floor.tab("ann")
        assert floor.boards() == []
        tab.is_watching_board = second.is_watching_board = True
        assert floor.boards() == ["sam"]  # made once, shared by the tabs
        assert floor.boards() == []
        floor.scene.chat("c1")
        assert floor.boards() == ["sam"]
        tab.is_watching_board = False
        floor.scene.chat("c2")
        assert floor.boards() == ["sam"]
        await settle()
        assert sam.kinds == ["board", "board"]


async def test_time_alone_brings_a_new_board_now_and_then() -> None:
    async with Floor() as floor:
        _, tab = await floor.tab("sam", Role.SUPERVISOR)
        tab.is_watching_board = True
        assert floor.boards() == ["sam"]
        tab.board_at_ms = NOW_MS - BOARD_REFRESH_MS + 1
        assert floor.boards() == []
        tab.board_at_ms -= 1  # somebody may have waited too long by now
        assert floor.boards() == ["sam"]


async def test_tabs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.web.desk_hub.SOCKETS_PER_USER_MAX", 2)
    async with Floor() as floor:
        sockets = [(await floor.tab("ann"))[0] for _ in range(4)]
        await settle()
        assert [socket.close_reason for socket in sockets] == [b"too_many_tabs"] * 2 + [b""] * 2


async def test_tabs_are_counted_and_told_goodbye() -> None:
    async with Floor() as floor:
        ann, tab = await floor.tab("ann")
        bob, _ = await floor.tab("bob")
        assert floor.hub.tab_count == 2
        floor.hub.detach(tab)
        assert floor.hub.tab_count == 1
        floor.hub.close_all(ApiErrorCode.SERVER_STOPPING, "Bye.")
        await settle()
        assert (ann.closed, bob.close_reason) == (False, b"server_stopping")


async def test_what_is_learned_late_is_shown_on_every_desk_of_the_contact() -> None:
    async with Floor() as floor:
        ann, _ = await floor.tab("ann")
        bob, _ = await floor.tab("bob")
        floor.scene.ready("ann")
        floor.scene.chat("c1")
        floor.hub.refresh(ContactId("c1"))
        floor.hub.refresh(ContactId("unknown"))
        await settle()
        assert ann.kinds == ["desk"]
        assert bob.sent == []
