"""Phone systems and phones that fail: what becomes of callers, agents, and of everybody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.telephony import limits, link
from routing.model import REASON_PHONE_FAULT, AgentState
from routing.state import ContactState
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import ScriptedPbx


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(
    pbx: ScriptedPbx, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LiveServer]:
    """It asks often; what somebody who is well must keep is as long as ever, and shortened where nobody is well."""
    monkeypatch.setattr(limits, "PING_EVERY_MS", 100)
    monkeypatch.setattr(link, "BREAKER_MS", 50)
    async with pbx.server(tmp_path) as running:
        yield running


async def test_a_dead_phone_system_blames_no_agent_and_loses_its_calls_after_a_while(
    server: LiveServer, pbx: ScriptedPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pbx.call()
    await pbx.order("park")
    pbx.is_dead = True
    monkeypatch.setattr(limits, "RING_DELIVERY_MS", 400)
    await server.ready_desk("ann")
    (contact_id,) = server.state.contacts
    contact = server.state.contacts[contact_id]
    await server.until(lambda: contact.offers_made > 0 and contact.state is ContactState.WAITING)
    monkeypatch.setattr(limits, "LOST_AFTER_MS", 500)
    await server.until(lambda: not server.state.contacts)
    assert await pbx.over(contact_id) == "pbx_lost"
    assert server.agent("ann").state is AgentState.READY
    kinds = [row.event_type async for row in server.parts.store.journal.read(0)]
    assert "OfferRejected" in kinds
    assert "PhoneFaulted" not in kinds


async def test_other_channels_do_not_notice(server: LiveServer, pbx: ScriptedPbx) -> None:
    await pbx.call("c1", "200")
    await pbx.order("gather")
    pbx.is_dead = True
    contact_id, desk, customer = await server.conversation("ann")
    sent = await server.ask(
        "POST", f"/api/v1/contacts/{contact_id}/messages", by="ann", body={"text": "Hi"}
    )
    assert sent.status == 200
    await customer.of("message")
    await desk.close()


async def test_a_bridge_that_never_starts_sends_the_caller_back(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    pbx.acts -= {"bridge"}
    await server.ready_desk("ann")
    await pbx.call()
    ring = await pbx.order("ring_agent")
    await pbx.pick_up(ring)
    await pbx.order("bridge")
    server.later(limits.CONNECT_MS / 1000)
    (contact_id,) = server.state.contacts
    await server.until(lambda: server.state.contacts[contact_id].state is ContactState.WAITING)
    agent = server.agent("ann")
    assert (agent.state, agent.reason_id) == (AgentState.NOT_READY, REASON_PHONE_FAULT)
    hangup = await pbx.order("hangup")
    assert hangup["leg_id"] == ring["leg_id"]


async def test_an_agent_without_a_phone_is_never_rung(server: LiveServer, pbx: ScriptedPbx) -> None:
    await server.ready_desk("dan")
    await pbx.call()
    await server.until(lambda: server.agent("dan").reason_id == REASON_PHONE_FAULT)
    assert "ring_agent" not in pbx.kinds()


async def test_an_agent_who_leaves_while_it_rings_is_rung_no_longer(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    desk = await server.ready_desk("ann")
    await pbx.call()
    ring = await pbx.order("ring_agent")
    await desk.close()
    hangup = await pbx.order("hangup")
    assert hangup["leg_id"] == ring["leg_id"]
    (contact,) = server.state.contacts.values()
    assert contact.state is ContactState.WAITING


async def test_calls_of_a_phone_system_that_is_gone_for_good_are_over_at_the_next_start(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, _ = await pbx.talk()
    await pbx.until(lambda: server.contact(contact_id) is not None)
    others = {"other": server.settings.telephony["pbx"]}
    server.settings = server.settings.model_copy(update={"telephony": others})
    await server.restart()
    assert await pbx.over(contact_id) == "pbx_lost"
    contact = server.contact(contact_id)
    assert contact is None or contact.state is ContactState.WRAP_UP


async def test_an_unknown_number_is_answered_by_nobody(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call("c1", "999")
    hangup = await pbx.order("hangup")
    assert "leg_id" not in hangup
    await pbx.say("call.ended", "c1", cause="released")
    await pbx.over()
    assert not server.state.contacts


async def test_whoever_is_turned_away_hears_why(server: LiveServer, pbx: ScriptedPbx) -> None:
    for number in range(3):
        await pbx.call(f"c{number}")
        await pbx.until(lambda number=number: pbx.kinds().count("park") == number + 1)  # type: ignore[misc]
    await pbx.call("c9")
    play = await pbx.order("play")
    assert play["call_id"] == "c9"
    assert "busy" in play["text"]
    await pbx.order("hangup", lambda one: one["call_id"] == "c9")


async def test_calls_are_taken_up_again_where_they_were(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    pbx.acts -= {"answer"}
    await pbx.call("c1", "200")
    answer = await pbx.order("answer")
    await server.restart()
    await pbx.say("command.done", "c1", command_id=answer["command_id"])
    gather = await pbx.order("gather")
    await pbx.say("gather.result", "c1", command_id=gather["command_id"], digits="2")
    await pbx.order("park")
    await server.restart()
    await server.ready_desk("bob")
    ring = await pbx.order("ring_agent")
    await server.restart()
    await pbx.say("call.ended", "c1", cause="hangup")
    await server.until(lambda: not server.state.contacts)
    assert await pbx.over(ring["leg_id"].partition(".")[0]) == "hangup"
    # The desk was gone with the server: its offer is withdrawn, and the leg with it.
    asked = [kind for kind in pbx.kinds() if kind != "park"]
    assert asked == ["answer", "gather", "ring_agent", "hangup"]
