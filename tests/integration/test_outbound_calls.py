"""Calls that agents place, from the request to the end: a scripted phone system, the whole server, one desk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.telephony.placing import Wish
from routing.ids import PermitId, QueueId
from routing.model import AgentState
from routing.state import ContactState
from tests.integration.live_server import LiveServer, has_offer
from tests.integration.scripted_pbx import ScriptedPbx

NUMBER = "030 765 43 21"


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with pbx.server(tmp_path) as running:
        yield running


async def place(server: LiveServer, number: str = NUMBER, status: int = 200) -> Any:  # noqa: ANN401 - JSON
    """Ann dials."""
    answer = await server.ask("POST", "/api/v1/me/calls", by="ann", body={"number": number})
    assert answer.status == status, answer.body
    return answer.body


async def dialled(server: LiveServer, pbx: ScriptedPbx) -> tuple[str, Any]:
    """Ann has dialled and picked up, and the customer's phone rings."""
    await server.ready_desk("ann")
    contact_id = (await place(server))["contact_id"]
    ring = await pbx.order("ring_agent")
    assert (ring["to"], ring["is_placed"], ring["leg_id"]) == ("1001", True, f"{contact_id}.0")
    assert "dial" not in pbx.kinds()
    await pbx.pick_up(ring)
    dial = await pbx.order("dial")
    assert (dial["to"], dial["from"]) == ("+49307654321", "+49301")
    await pbx.say("command.done", dial["call_id"], command_id=dial["command_id"])
    await pbx.say("call.ringing", dial["call_id"])
    return contact_id, dial


async def test_the_agent_picks_up_then_the_customer_and_they_talk(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, dial = await dialled(server, pbx)
    card = server.contact(contact_id)
    assert card is not None
    assert card.state is ContactState.DIALLING
    await pbx.say("call.answered", dial["call_id"])
    bridge = await pbx.order("bridge")
    assert bridge["leg_id"] == f"{contact_id}.0"
    await server.until(lambda: server.contact(contact_id).state is ContactState.CONNECTED)  # type: ignore[union-attr]
    hung_up = await server.ask(
        "POST", f"/api/v1/contacts/{contact_id}/call/hang-up", by="ann", body={}
    )
    assert hung_up.status == 200
    await pbx.order("hangup")
    await pbx.say("call.ended", dial["call_id"], cause="released")
    done = await server.ask(
        "POST",
        f"/api/v1/contacts/{contact_id}/wrap-up",
        by="ann",
        body={"disposition_id": "solved", "notes": ""},
    )
    assert done.status == 200
    assert await pbx.over(contact_id) == "released"
    assert pbx.kinds().count("dial") == 1


@pytest.mark.parametrize("cause", ["busy", "no_answer", "unreachable", "hangup"])
async def test_whoever_is_not_reached_is_wrapped_up_too(
    server: LiveServer, pbx: ScriptedPbx, cause: str
) -> None:
    contact_id, dial = await dialled(server, pbx)
    await pbx.say("call.ended", dial["call_id"], cause=cause)
    await server.until(lambda: server.contact(contact_id).state is ContactState.WRAP_UP)  # type: ignore[union-attr]
    assert await pbx.over(contact_id) == cause
    assert server.agent("ann").state is AgentState.READY


async def test_an_own_phone_that_is_not_picked_up_dials_nobody(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await server.ready_desk("ann")
    contact_id = (await place(server))["contact_id"]
    ring = await pbx.order("ring_agent")
    await pbx.say("leg.ringing", ring["call_id"], leg_id=ring["leg_id"])
    await pbx.say("leg.ended", ring["call_id"], leg_id=ring["leg_id"], cause="no_answer")
    await server.until(lambda: server.contact(contact_id).state is ContactState.WRAP_UP)  # type: ignore[union-attr]
    hangup = await pbx.order("hangup")
    await pbx.say(
        "command.failed", hangup["call_id"], command_id=hangup["command_id"], code="unknown_call"
    )
    assert await pbx.over(contact_id) == "unconfirmed"
    assert "dial" not in pbx.kinds()


async def test_what_the_rules_refuse_says_why_and_rings_nobody(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await server.ready_desk("ann")
    for number, code in (
        ("0900 123 456", "dial_denied"),
        ("+1 212 555 0100", "dial_international"),
        ("twelve", "dial_number_invalid"),
    ):
        assert (await place(server, number, 409))["error"]["code"] == code
    assert pbx.kinds() == []
    emergency = await place(server, "112")
    assert emergency["is_emergency"] is True
    ring = await pbx.order("ring_agent")
    await pbx.pick_up(ring)
    dial = await pbx.order("dial")
    assert (dial["to"], dial["is_emergency"]) == ("112", True)


async def test_supervisors_are_told_of_an_emergency_at_once_and_after_a_reload(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    def is_told(frame: Any) -> bool:  # noqa: ANN401 - JSON
        return bool(frame["type"] == "emergencies" and frame["calls"])

    watching = await server.desk("sam")
    ann = await server.ready_desk("ann")
    contact_id = (await place(server, "110"))["contact_id"]
    [told] = (await watching.until(is_told))["calls"]
    assert (told["contact_id"], told["agent_name"]) == (contact_id, "Ann Berg")
    opened_later = await server.desk("sam")
    assert (await opened_later.until(is_told))["calls"] == [told]
    assert all(frame["type"] != "emergencies" for frame in ann.frames)


async def test_the_customer_of_an_earlier_call_is_called_and_the_number_stays_here(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, dial = await dialled(server, pbx)
    await pbx.say("call.ended", dial["call_id"], cause="busy")
    await server.until(lambda: server.contact(contact_id).state is ContactState.WRAP_UP)  # type: ignore[union-attr]
    path = f"/api/v1/contacts/{contact_id}/call-customer"
    again = await server.ask("POST", path, by="ann")
    assert again.status == 200, again.body
    ring = await pbx.order(
        "ring_agent", lambda one: one["leg_id"] == f"{again.body['contact_id']}.0"
    )
    await pbx.pick_up(ring)
    second = await pbx.order("dial", lambda one: one["call_id"] == ring["call_id"])
    assert second["to"] == dial["to"]


async def test_a_restart_while_it_rings_dials_nobody_twice(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    contact_id, dial = await dialled(server, pbx)
    await server.restart()
    await pbx.say("call.answered", dial["call_id"])
    await server.until(lambda: server.contact(contact_id).state is ContactState.CONNECTED)  # type: ignore[union-attr]
    await pbx.order("bridge")
    assert pbx.kinds().count("dial") == 1


async def test_a_call_for_whoever_is_free_is_offered_when_the_customer_answers(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    desk = await server.ready_desk("ann")
    wish = Wish(
        permit_id=PermitId("line-1"),
        number=NUMBER,
        queue_id=QueueId("sales"),
        command_id="test:line-1",
    )
    placed = await server.parts.telephony.placing.place(wish)
    dial = await pbx.order("dial")
    assert dial["call_id"] == "line-1"
    await pbx.say("command.done", "line-1", command_id=dial["command_id"])
    await pbx.say("call.answered", "line-1")
    ring = await pbx.order("ring_agent")
    offer = (await desk.until(has_offer))["desk"]["offers"][0]
    assert offer["offer_id"] == ring["leg_id"] == f"{placed.contact_id}.1"
    await pbx.pick_up(ring)
    await pbx.order("bridge")
