"""Calls from end to end: a scripted phone system over real sockets, the whole server, agents' desks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from routing.ids import ContactId, SkillId
from routing.model import REASON_PHONE_FAULT, AgentState, SkillNeed
from routing.state import ContactState
from tests.integration.live_server import LiveServer, has_offer
from tests.integration.scripted_pbx import ScriptedPbx


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with pbx.server(tmp_path) as running:
        yield running


def shows(state: str) -> Any:  # noqa: ANN401 - a predicate over frames
    """A desk whose call is in this state."""

    def is_it(frame: dict[str, Any]) -> bool:
        cards = [] if frame["type"] != "desk" else frame["desk"]["assignments"]
        return any(card["call"] and card["call"]["state"] == state for card in cards)

    return is_it


def is_talking(server: LiveServer, contact_id: str) -> bool:
    card = server.parts.telephony.book.card(ContactId(contact_id))
    return card is not None and card.state == "talking"


async def test_a_call_from_ringing_to_wrap_up(server: LiveServer, pbx: ScriptedPbx) -> None:
    desk = await server.ready_desk("ann")
    await pbx.call()
    ring = await pbx.order("ring_agent")
    assert ring["to"] == "1001"
    assert pbx.kinds() == ["answer", "park", "ring_agent"]
    offer = (await desk.until(has_offer))["desk"]["offers"][0]
    assert (offer["offer_id"], offer["channel"]) == (ring["leg_id"], "voice")
    assert offer["call"]["state"] == "ringing"
    assert offer["call"]["caller"] == "•••• 3456"
    await pbx.pick_up(ring)
    await desk.until(shows("talking"))
    await pbx.say("call.ended", "c1", cause="hangup")
    frame = await desk.until(shows("ended"))
    assert frame["desk"]["assignments"][0]["state"] == "wrap_up"
    contact_id = ring["leg_id"].partition(".")[0]
    done = await server.ask(
        "POST",
        f"/api/v1/contacts/{contact_id}/wrap-up",
        by="ann",
        body={"disposition_id": "solved", "notes": ""},
    )
    assert done.status == 200
    assert await pbx.over(contact_id) == "hangup"


async def test_digits_choose_the_queue_and_the_language(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call("c1", "200")
    first = await pbx.order("gather")
    assert first["text"] == "Hello"
    await pbx.say("gather.result", "c1", command_id=first["command_id"], digits="9")
    second = await pbx.order("gather", lambda one: one["command_id"] != first["command_id"])
    await pbx.say("gather.result", "c1", command_id=second["command_id"], digits="2")
    await server.until(lambda: any(c.queue_id == "sales" for c in server.state.contacts.values()))
    await pbx.call("c2", "200")
    third = await pbx.order("gather", lambda one: one["call_id"] == "c2")
    await pbx.say("gather.result", "c2", command_id=third["command_id"], digits="1")
    park = await pbx.order("park", lambda one: one["call_id"] == "c2")
    assert park["language"] == "zh"


async def test_a_digit_asks_for_a_skill_and_gives_age(server: LiveServer, pbx: ScriptedPbx) -> None:
    await server.ready_desk("ann")
    await server.ready_desk("bob")
    await pbx.call("c1", "200")
    gather = await pbx.order("gather")
    await pbx.say("gather.result", "c1", command_id=gather["command_id"], digits="3")
    assert (await pbx.order("ring_agent"))[
        "to"
    ] == "1002"  # Bob's: Ann was ready first and has no Chinese
    contact = server.contact(gather["command_id"].partition(".")[0])
    assert contact is not None
    assert (contact.credit_ms, contact.needs) == (5_000, (SkillNeed(SkillId("zh"), 3),))


async def test_hold_transfer_and_hang_up(server: LiveServer, pbx: ScriptedPbx) -> None:
    contact_id, leg = await pbx.talk()
    path = f"/api/v1/contacts/{contact_id}"
    assert (await server.ask("POST", f"{path}/call/hold", by="ann", body={})).status == 200
    hold = await pbx.order("hold")
    assert hold["leg_id"] == leg
    await pbx.say("hold.started", "c1", leg_id=leg)
    await server.until(lambda: server.contact(contact_id).held_since_ms is not None)  # type: ignore[union-attr]
    assert (await server.ask("POST", f"{path}/call/unhold", by="ann", body={})).status == 200
    await pbx.order("unhold")
    await pbx.say("hold.ended", "c1", leg_id=leg)
    await server.until(lambda: server.contact(contact_id).held_since_ms is None)  # type: ignore[union-attr]
    await server.ready_desk("bob")
    handed = await server.ask(
        "POST", f"{path}/transfer", by="ann", body={"agent_id": server.agent("bob").agent_id}
    )
    assert handed.status == 200, handed.body
    await pbx.order("hangup", lambda one: one.get("leg_id") == leg)
    await pbx.say("leg.ended", "c1", leg_id=leg, cause="released")
    ring = await pbx.order("ring_agent", lambda one: one["leg_id"] != leg)
    assert pbx.kinds()[-3:] == ["park", "hangup", "ring_agent"]
    assert ring["to"] == "1002"
    await pbx.pick_up(ring)
    await pbx.order("bridge", lambda one: one["leg_id"] == ring["leg_id"])
    ended = await server.ask("POST", f"{path}/call/hang-up", by="bob", body={})
    assert ended.status == 200
    whole = await pbx.order("hangup", lambda one: "leg_id" not in one)
    assert whole["call_id"] == "c1"
    await pbx.say("call.ended", "c1", cause="released")


async def test_taking_it_in_the_console_makes_the_phone_answer(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    desk = await server.ready_desk("ann")
    await pbx.call()
    ring = await pbx.order("ring_agent")
    await pbx.say("leg.ringing", "c1", leg_id=ring["leg_id"])
    path = f"/api/v1/offers/{ring['leg_id']}/accept"
    assert (await server.ask("POST", path, by="ann", body={})).status == 200
    await desk.until(shows("connecting"))
    answer = await pbx.order("answer", lambda one: "leg_id" in one)
    assert answer["leg_id"] == ring["leg_id"]
    await pbx.say("leg.answered", "c1", leg_id=ring["leg_id"])
    await desk.until(shows("talking"))


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        ("declined", AgentState.READY),
        ("busy", AgentState.NOT_READY),
        ("unreachable", AgentState.NOT_READY),
    ],
)
async def test_what_a_phone_that_is_not_answered_means(
    server: LiveServer, pbx: ScriptedPbx, cause: str, state: AgentState
) -> None:
    await server.ready_desk("ann")
    await pbx.call()
    ring = await pbx.order("ring_agent")
    await pbx.say("leg.ended", "c1", leg_id=ring["leg_id"], cause=cause)
    await server.until(
        lambda: all(c.state is ContactState.WAITING for c in server.state.contacts.values())
    )
    agent = server.agent("ann")
    assert agent.state is state
    assert agent.reason_id == (REASON_PHONE_FAULT if state is AgentState.NOT_READY else None)


async def test_a_caller_who_hangs_up_stops_the_ringing(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await server.ready_desk("ann")
    await pbx.call()
    await pbx.order("ring_agent")
    await pbx.say("call.ended", "c1", cause="hangup")
    await server.until(lambda: not server.state.contacts)
    assert server.agent("ann").state is AgentState.READY
    await pbx.over()


async def test_a_restart_loses_nothing_and_repeats_nothing(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, _ = await pbx.talk()
    await pbx.until(lambda: is_talking(server, contact_id))
    pbx.acts = set()
    await server.restart()
    asked = len(pbx.orders)
    desk = await server.desk("ann")
    await pbx.say("call.ended", "c1", cause="hangup")
    await desk.until(shows("ended"))
    assert len(pbx.orders) == asked


async def test_a_phone_system_that_restarts_frees_its_agents(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, _ = await pbx.talk()
    assert len(server.agent("ann").holds) == 1
    restarted = {"type": "pbx.restarted", "event_id": "r1", "call_id": "", "n": 0, "at_ms": 1}
    assert await pbx.deliver(restarted) == 204
    await server.until(lambda: server.contact(contact_id).state is ContactState.WRAP_UP)  # type: ignore[union-attr]
    assert await pbx.over(contact_id) == "pbx_lost"
