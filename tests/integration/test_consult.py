"""A colleague is asked during a call, over the webhook protocol: wishes are stored, and the customer is never lost."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from routing.ids import ContactId
from routing.state import ContactState
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import ScriptedPbx


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


class Scene:
    """Ann talks with a customer; bob is there."""

    def __init__(self, server: LiveServer, pbx: ScriptedPbx) -> None:
        self.server, self.pbx = server, pbx
        self.contact_id = ""

    async def begin(self) -> None:
        self.contact_id, _ = await self.pbx.talk()
        await self.pbx.until(lambda: self.shown() == "talking")
        await self.server.ready_desk("bob")

    async def do(self, verb: str, body: object = None, *, by: str = "ann") -> Any:  # noqa: ANN401 - JSON
        path = f"/api/v1/contacts/{self.contact_id}/{verb}"
        return await self.server.ask("POST", path, by=by, body=body or {})

    async def ask_bob(self) -> dict[str, Any]:
        answer = await self.do("call/consult", {"agent_id": self.bob})
        assert answer.status == 200, answer.body
        leg_id = f"{self.contact_id}.c1"
        ring: dict[str, Any] = await self.pbx.order(
            "ring_agent", lambda one: one["leg_id"] == leg_id
        )
        hold = await self.pbx.order("hold")
        await self.pbx.say("hold.started", "c1", leg_id=hold["leg_id"])
        await self.pbx.say("command.done", "c1", command_id=ring["command_id"])
        return ring

    @property
    def bob(self) -> str:
        return self.server.agent("bob").agent_id

    async def phases(self) -> list[tuple[str, str, str, str]]:
        """What the history tells of colleagues: kind, who, with whom, how it ended."""
        answer = await self.server.ask("GET", f"/api/v1/contacts/{self.contact_id}", by="ann")
        assert answer.status == 200, answer.body
        told = [one for one in answer.body["phases"] if one["kind"] in ("consult", "conference")]
        for one in told:
            assert (one["ended_at_ms"] is None) == (one["ended_as"] == "")
        return [
            (one["kind"], one["agent_name"], one["to_agent_name"], one["ended_as"]) for one in told
        ]

    async def asked(self, who: str = "bob") -> list[tuple[str, str, str, str]]:
        """What a desk says of colleagues who ask: who, how it stands, how it ended, and the customer."""
        answer = await self.server.ask("GET", "/api/v1/me/desk", by=who)
        assert answer.status == 200, answer.body
        return [
            (one["asker_name"], one["state"], one["ended_as"], one["caller"])
            for one in answer.body["desk"]["asked"]
        ]

    async def explained(self, language: str) -> list[str]:
        """The lines under the last heading of the explanation."""
        path = f"/api/v1/contacts/{self.contact_id}/explanation?language={language}"
        answer = await self.server.ask("GET", path, by="ann")
        lines: list[str] = answer.body["sections"][-1]["lines"]
        return lines

    def shown(self) -> str:
        card = self.server.parts.telephony.book.card(ContactId(self.contact_id))
        if card is None:
            return ""
        consult = card.consult
        more = "" if consult is None else f" {consult.name} {consult.state} {consult.cause}"
        return f"{card.state}{more}".strip()


@pytest.fixture
async def scene(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[Scene]:
    async with pbx.server(tmp_path) as running:
        made = Scene(running, pbx)
        await made.begin()
        yield made


async def test_handed_over_by_the_leg_that_talks_already(scene: Scene) -> None:
    pbx = scene.pbx
    ring = await scene.ask_bob()
    assert (ring["to"], ring["timeout_ms"]) == ("1002", 30_000)
    await pbx.until(lambda: scene.shown() == "held Bob Lund ringing")
    assert [one[:3] for one in await scene.asked()] == [("Ann Berg", "ringing", "")]
    assert (await scene.do("call/consult/turn", {"mode": "all"})).body["error"]["code"] == (
        "consult_not_answered"
    )
    await pbx.pick_up(ring)
    asked = await pbx.order("consult")
    assert (asked["other_leg_id"], asked["mode"]) == (ring["leg_id"], "colleague")
    await pbx.until(lambda: scene.shown() == "held Bob Lund colleague")
    for verb in ("call/unhold", "call/consult"):
        refused = await scene.do(verb, {"agent_id": scene.bob} if "consult" in verb else {})
        assert (refused.status, refused.body["error"]["code"]) == (409, "consult_under_way")
    await scene.do("call/consult/turn", {"mode": "all"})
    await pbx.until(lambda: scene.shown() == "talking Bob Lund all")
    assert [one[1:3] for one in await scene.asked()] == [("all", "")]
    assert await scene.phases() == [
        ("consult", "Ann Berg", "Bob Lund", ""),
        ("conference", "Ann Berg", "Bob Lund", ""),
    ]
    assert (await scene.do("transfer", {"agent_id": scene.bob})).status == 200
    gone = await pbx.order("hangup")
    assert gone["leg_id"] == f"{scene.contact_id}.1"
    bridge = await pbx.order("bridge", lambda one: one["leg_id"] == ring["leg_id"])
    assert bridge["call_id"] == "c1"
    await pbx.until(lambda: scene.shown() == "talking")
    contact = scene.server.contact(scene.contact_id)
    assert contact is not None
    assert (contact.agent_id, contact.state) == (scene.bob, ContactState.CONNECTED)
    assert await scene.asked() == []
    assert pbx.kinds().count("ring_agent") == 2
    assert pbx.kinds().count("park") == 1
    ended = await scene.do("call/hang-up", by="bob")
    assert ended.status == 200
    await pbx.order("hangup", lambda one: not one.get("leg_id"))
    await pbx.say("call.ended", "c1", cause="released")
    book = scene.server.parts.telephony.book
    await pbx.until(lambda: book.call_of(ContactId(scene.contact_id)) is None)
    with_bob = ("Ann Berg", "Bob Lund", "handed_over")
    for _ in range(2):  # from memory, then as it was stored
        assert await scene.phases() == [("consult", *with_bob), ("conference", *with_bob)]
        await book.write_ends()
    assert re.fullmatch(
        r"Ann Berg asked Bob Lund, for .+: the customer was handed over\.",
        (await scene.explained("en"))[0],
    )
    assert "三方通话" in (await scene.explained("zh"))[1]


async def test_absent_colleague_and_customer_taken_back(scene: Scene) -> None:
    pbx = scene.pbx
    ring = await scene.ask_bob()
    await pbx.say("leg.ended", "c1", leg_id=ring["leg_id"], cause="no_answer")
    await pbx.until(lambda: scene.shown() == "held Bob Lund ended no_answer")
    assert [one[1:3] for one in await scene.asked()] == [("ended", "no_answer")]
    assert (await scene.do("call/consult/end")).status == 200
    back = await pbx.order("unhold")
    await pbx.say("hold.ended", "c1", leg_id=back["leg_id"])
    await pbx.until(lambda: scene.shown() == "talking")
    assert (await scene.do("call/consult/end")).status == 409
    assert await scene.phases() == [("consult", "Ann Berg", "Bob Lund", "no_answer")]


async def test_who_cannot_be_asked(scene: Scene) -> None:
    for agent, code in (
        ("nobody", "agent_unknown"),
        (scene.server.agent("ann").agent_id, "agent_not_eligible"),
        (scene.server.agent("dan").agent_id, "agent_not_eligible"),
    ):
        refused = await scene.do("call/consult", {"agent_id": agent})
        assert refused.body["error"]["code"] == code
    assert (await scene.do("call/consult", {"agent_id": scene.bob}, by="bob")).status in (403, 404)


async def test_no_other_call_rings_who_is_being_asked(scene: Scene) -> None:
    """The phone is in use without an offer: that is nobody's fault, and the agent stays ready."""
    pbx, bob = scene.pbx, scene.bob
    ring = await scene.ask_bob()
    await pbx.pick_up(ring)
    await pbx.until(lambda: scene.shown() == "held Bob Lund colleague")
    await pbx.call("c2")
    await pbx.order("park", lambda one: one["call_id"] == "c2")
    second = next(
        one for one in scene.server.state.contacts.values() if one.contact_id != scene.contact_id
    )
    await pbx.until(lambda: bool(scene.server.state.contacts[second.contact_id].excluded))
    assert not any(one["kind"] == "ring_agent" and one["call_id"] == "c2" for one in pbx.orders)
    assert scene.server.agent("bob").state == "ready"
    assert (await scene.do("transfer", {"agent_id": bob})).status == 200
    await pbx.order("bridge", lambda one: one["leg_id"] == ring["leg_id"])


async def test_a_restart_finds_customer_agent_and_colleague_again(
    pbx: ScriptedPbx, tmp_path: Path
) -> None:
    async with pbx.server(tmp_path) as running:
        scene = Scene(running, pbx)
        await scene.begin()
        ring = await scene.ask_bob()
        await pbx.pick_up(ring)
        await pbx.until(lambda: scene.shown() == "held Bob Lund colleague")
        bob = scene.bob
    pbx.orders.clear()
    async with pbx.server(tmp_path) as running:
        scene.server = running
        await pbx.until(lambda: scene.shown() == "held Bob Lund colleague")
        await running.ready_desk("ann")
        await running.ready_desk("bob")
        assert (await scene.do("transfer", {"agent_id": bob})).status == 200
        await pbx.order("bridge", lambda one: one["leg_id"] == ring["leg_id"])
        await pbx.until(lambda: scene.shown() == "talking")
        assert "hangup" not in [
            one["kind"] for one in pbx.orders if one.get("leg_id") == ring["leg_id"]
        ]


async def test_a_supervisor_is_told_before_asking_that_nobody_is_let_into_this_call(
    scene: Scene,
) -> None:
    path = f"/api/v1/contacts/{scene.contact_id}/call/listening"
    shown = await scene.server.ask("GET", path, by="sam")
    assert shown.body == {"state": "none", "mode": "", "refused": "phone_system"}
    asked = await scene.server.ask("POST", path, by="sam", body={"mode": "listen"})
    assert (asked.status, asked.body["error"]["code"]) == (409, "listening_refused")
