"""What a customer is pushed: every line once and in order, the state whole, a place that never gets worse."""

from contextlib import AsyncExitStack
from typing import Any, Self

import pytest
from msgspec.structs import replace

from callcenter.channels.chat_hub import ChatHub, Window, is_served_in_order, rounded_up_ms
from callcenter.host.envelope import Published
from callcenter.http.errors import ApiErrorCode
from callcenter.ports.journal import Detail
from routing.commands import UpdateContactAttributes
from routing.ids import AgentId, ContactId, SkillId
from routing.model import RoutingStep, SkillNeed
from routing.waits import Band, Unknown
from tests.unit.callcenter.sockets.paper_socket import PaperSocket, message_row, paper, settle
from tests.unit.routing.scene import HELP, Scene, capacity, configuration, policy

NOW_MS = 1_234


class Street:
    """A scene whose events are published to a hub with customers' windows."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.hub = ChatHub(
            lambda: self.scene.engine.state,
            lambda agent_id: agent_id.title() if agent_id else "",
            lambda: NOW_MS,
            estimate=self._estimate,
        )
        self.bands: dict[ContactId, Band | Unknown] = {}
        self.asked_about: list[ContactId] = []
        self._stack = AsyncExitStack()
        self._told = len(self.scene.journal)

    def _estimate(self, contact_id: ContactId, _now_ms: int) -> Band | Unknown:
        self.asked_about.append(contact_id)
        return self.bands.get(contact_id, Unknown.TOO_LITTLE_SEEN)

    async def __aenter__(self) -> Self:
        """Nobody has a window."""
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def window(
        self, contact: str, *, is_resuming: bool = False
    ) -> tuple[PaperSocket, Window]:
        """A customer opens a window."""
        socket, outbox = await self._stack.enter_async_context(paper())
        window = Window(ContactId(contact), outbox, is_resuming=is_resuming)
        self.hub.attach(window)
        return socket, window

    async def publish(self, *details: Detail) -> None:
        """Everything that happened since the last time became durable in one group."""
        events = self.scene.journal[self._told :]
        self.hub.on_published(Published(self._told + 1, events, details))
        self._told = len(self.scene.journal)
        await settle()

    async def places(self) -> None:
        """A second has passed."""
        self.hub.refresh_prospects()
        await settle()


def states(socket: PaperSocket) -> list[tuple[str, str, int | None]]:
    """What a customer was told, frame by frame."""
    return [(one["state"], one["agent_name"], one["position"]) for one in socket.of("state")]


async def test_the_state_is_told_whole_on_every_change() -> None:
    async with Street() as street:
        socket, _ = await street.window("c1")
        street.scene.chat("c1")
        await street.publish()
        street.scene.ready("ann")
        await street.publish()
        street.scene.accept("c1")
        await street.publish()
        street.scene.end("c1")
        await street.publish()
        street.scene.wrap_up("c1")
        await street.publish()
        assert states(socket) == [
            ("waiting", "", None),
            ("offered", "", None),
            ("connected", "Ann", None),
            ("closed", "", None),  # for the customer it is over: the wrap-up is the agent's
            ("closed", "", None),
        ]
        seqs = [one["seq"] for one in socket.of("state")]
        assert seqs == sorted(seqs)


async def test_one_state_for_one_group() -> None:
    async with Street() as street:
        socket, _ = await street.window("c1")
        other, _ = await street.window("c2")
        street.scene.ready("ann")
        street.scene.chat("c1")
        street.scene.accept("c1")
        await street.publish()
        assert states(socket) == [("connected", "Ann", None)]
        assert other.sent == []


async def test_lines_come_before_the_state_and_to_every_window() -> None:
    async with Street() as street:
        sockets = [(await street.window("c1"))[0] for _ in range(2)]
        street.scene.chat("c1")
        await street.publish(message_row("c1", 3), message_row("other", 4))
        for socket in sockets:
            assert socket.kinds == ["message", "state"]
            assert socket.sent[0]["message"]["seq"] == 3


async def test_live_lines_wait_while_the_history_is_sent() -> None:
    async with Street() as street:
        street.scene.chat("c1")
        socket, window = await street.window("c1", is_resuming=True)
        for seq in (5, 6, 7):
            await street.publish(message_row("c1", seq))
        assert socket.of("message") == []
        street.hub.resumed(window, 5)
        await settle()
        await street.publish(message_row("c1", 8))
        assert [one["message"]["seq"] for one in socket.of("message")] == [6, 7, 8]


async def test_a_line_that_was_stored_before_it_was_published_is_sent_once() -> None:
    async with Street() as street:
        street.scene.chat("c1")
        socket, window = await street.window("c1", is_resuming=True)
        street.hub.resumed(window, 5)  # the history held number 5, which nobody was told of yet
        await street.publish(message_row("c1", 5))
        await street.publish(message_row("c1", 6))
        assert [one["message"]["seq"] for one in socket.of("message")] == [6]


async def test_other_rows_are_nobodys_business() -> None:
    async with Street() as street:
        socket, _ = await street.window("c1")
        street.scene.chat("c1")
        notes = Detail(ContactId("c1"), message_row("c1", 3).detail_id, "notes", b"", 5, 3)
        await street.publish(notes)
        assert socket.kinds == ["state"]


async def test_places_are_told_and_never_get_worse() -> None:
    async with Street() as street:
        street.scene.ready("ann")
        sockets = {}
        for contact in ("a", "b", "c", "d"):
            street.scene.chat(contact)
            street.scene.let_pass(1_000)
            sockets[contact] = (await street.window(contact))[0]
        await street.places()
        assert [states(sockets[one])[-1:] for one in "bcd"] == [
            [("waiting", "", 1)],
            [("waiting", "", 2)],
            [("waiting", "", 3)],
        ]
        assert states(sockets["a"]) == []  # offered: it has no place
        await street.places()
        assert len(states(sockets["d"])) == 1  # nothing new, nothing said
        street.scene.disconnect("ann")  # "a" is back in front: everybody else is one further behind
        await street.publish()
        await street.places()
        for contact, place in (("c", 2), ("d", 3)):
            assert states(sockets[contact])[-1] == ("waiting", "", place)
        street.scene.end("b")
        await street.publish()
        await street.places()
        assert states(sockets["c"])[-1] == ("waiting", "", 2)
        street.scene.end("a")
        await street.places()
        assert states(sockets["c"])[-1] == ("waiting", "", 1)


async def test_a_second_window_is_told_no_worse_a_place() -> None:
    async with Street() as street:
        street.scene.ready("ann")
        for contact in ("a", "b", "c"):
            street.scene.chat(contact)
            street.scene.let_pass(1_000)
        first, _ = await street.window("c")
        await street.places()
        street.scene.disconnect("ann")  # "a" comes back in front
        await street.publish()
        second, _ = await street.window("c")
        await street.places()
        assert states(first)[-1] == states(second)[-1] == ("waiting", "", 2)


async def test_no_place_is_told_where_the_line_is_not_served_in_its_order() -> None:
    async with Street() as street:
        for contact in ("a", "b"):
            street.scene.chat(contact)
            street.scene.let_pass(1_000)
        socket, _ = await street.window("b")
        await street.places()
        assert states(socket)[-1] == ("waiting", "", 2)
        street.scene.do(UpdateContactAttributes(ContactId("b"), (), 60_000))
        await street.publish()
        await street.places()
        assert states(socket)[-1] == ("waiting", "", None)


def test_steps_keep_the_order_where_they_widen_the_choice() -> None:
    german = (SkillNeed(SkillId("german"), 5),)
    steps = (RoutingStep(needs=german), RoutingStep(after_ms=5_000, needs=(), queue_ids=(HELP,)))
    scene = Scene(configuration(policy(steps=steps), policy(HELP)))
    for contact in ("a", "b"):
        scene.chat(contact)
        scene.wait(4_000)
    a, b = scene.contact("a"), scene.contact("b")
    assert (a.step, b.step) == (1, 0)
    assert is_served_in_order([b, a])
    scene.do(UpdateContactAttributes(ContactId("a"), (SkillNeed(SkillId("french"), 1),)))
    assert not is_served_in_order([a, b])  # whoever speaks German alone may take b first


@pytest.mark.parametrize(
    ("ahead", "behind", "is_in_order"),
    [
        ({}, {}, True),
        ({}, {"team_id": "t"}, True),
        ({"team_id": "t"}, {"team_id": "t"}, True),
        ({"team_id": "t"}, {}, False),
        ({"agent_id": "a"}, {}, False),
        ({}, {"queue_ids": (HELP,)}, False),
    ],
)
def test_who_asks_for_more_may_be_overtaken(
    ahead: dict[str, Any], behind: dict[str, Any], is_in_order: bool
) -> None:
    scene = Scene()
    for contact in ("a", "b"):
        scene.chat(contact)
        scene.let_pass(1_000)
    a, b = scene.contact("a"), scene.contact("b")
    a.demand, b.demand = replace(a.demand, **ahead), replace(b.demand, **behind)
    assert is_served_in_order([a, b]) is is_in_order
    a.barred = {AgentId("x"): None}
    assert not is_served_in_order([a, b])


async def test_the_estimate_is_told_rounded_and_when_it_changes() -> None:
    async with Street() as street:
        street.scene.chat("c1")
        socket, _ = await street.window("c1")
        contact_id = ContactId("c1")
        for half_ms, most_ms in ((61_000, 200_000), (62_000, 210_000), (40_000, 130_000)):
            street.bands[contact_id] = Band(half_ms, most_ms)
            await street.places()
        street.bands[contact_id] = Unknown.NOBODY_ON_DUTY
        await street.places()
        told = [(one["wait_p50_ms"], one["wait_p90_ms"]) for one in socket.of("state")]
        assert told == [(75_000, 240_000), (45_000, 180_000), (None, None)]
        street.scene.ready("ann")
        street.scene.accept("c1")
        street.bands[contact_id] = Band(1, 1)
        await street.publish()
        assert socket.of("state")[-1]["wait_p50_ms"] is None


@pytest.mark.parametrize(
    ("estimate_ms", "told_ms"),
    [(0, 15_000), (15_000, 15_000), (120_001, 180_000), (600_001, 900_000)],
)
def test_estimates_are_rounded_up(estimate_ms: int, told_ms: int) -> None:
    assert rounded_up_ms(estimate_ms) == told_ms


async def test_queues_nobody_watches_cost_nothing() -> None:
    async with Street() as street:
        street.scene.chat("c1")
        watching, _ = await street.window("c2")
        await street.places()
        assert street.asked_about == []
        assert watching.of("state") == []
        await street.window("c1")
        await street.places()
        assert street.asked_about == ["c1"]


async def test_a_closed_contact_has_no_place() -> None:
    async with Street() as street:
        street.scene.chat("c1")
        socket, window = await street.window("c1")
        await street.places()
        assert states(socket)[-1] == ("waiting", "", 1)
        street.scene.end("c1")
        await street.publish()
        street.hub.push_state(window)
        await settle()
        assert states(socket)[-1] == ("closed", "", None)


async def test_typing() -> None:
    async with Street() as street:
        street.scene.ready("ann", capacity(1))
        street.scene.chat("c1")
        socket, _ = await street.window("c1")
        street.hub.agent_typing(ContactId("c1"))
        street.hub.agent_typing(ContactId("unknown"))
        await settle()
        assert socket.kinds == ["typing"]


async def test_windows_are_bounded_counted_and_told_goodbye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("callcenter.channels.chat_hub.SOCKETS_PER_CUSTOMER_MAX", 2)
    async with Street() as street:
        opened = [await street.window("c1") for _ in range(4)]
        await settle()
        reasons = [socket.close_reason for socket, _ in opened]
        assert reasons == [b"too_many_tabs"] * 2 + [b""] * 2
        assert street.hub.window_count == 4
        for _, window in opened[:3]:
            street.hub.detach(window)
        assert street.hub.window_count == 1
        street.hub.close_all(ApiErrorCode.SERVER_STOPPING, "Bye.")
        await settle()
        assert opened[3][0].close_reason == b"server_stopping"
        street.hub.detach(opened[3][1])
        assert street.hub.window_count == 0
