"""Call-backs from end to end: a scripted phone system over real sockets, the whole server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.host.envelope import Envelope
from callcenter.ports.call_backs import CallBack, CallBackState
from routing.commands import CloseQueue, OpenQueue
from routing.ids import QueueId, UserId
from tests.integration.live_server import PATIENCE_S, LiveServer
from tests.integration.scripted_pbx import PEOPLE, TELEPHONY, ScriptedPbx

S = CallBackState
CALLER = "+4930123456"
RULES = 'call_back: {connection: pbx, shown_number: "+49301", prefixes: ["+49"], gap_s: 10}'
FLOWS = """
    - {number: "300", queue: sales, flow: back, language: en}
flows:
  - id: back
    name: {en: Back, zh: 回}
    start: offer
    nodes:
      offer: {kind: call_back_offer, queue: sales, text: {en: "Call back?", zh: "回电"}, accepted: thanks, declined: wait}
      thanks: {kind: hang_up, text: {en: Thanks, zh: 谢谢}}
      wait: {kind: queue, queue: sales}
"""


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[LiveServer]:
    running = LiveServer(tmp_path, timing={"more": TELEPHONY.rstrip() + FLOWS}, **pbx.settings)
    (running.folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    file = running.folder / "all.yaml"
    plain = file.read_text(encoding="utf-8")
    away = "turned_away: {closed: {to: callback}}"
    ruled = plain.replace("offer_timeout_s: 60}", f"offer_timeout_s: 60, {RULES}, {away}}}")
    file.write_text(ruled, encoding="utf-8")
    pbx.server_of = running
    async with running:
        yield running


def open_ones(server: LiveServer) -> list[CallBack]:
    return server.parts.call_backs.register.all()


async def until(server: LiveServer, pbx: ScriptedPbx, state: CallBackState) -> CallBack:
    """The one there is, once it stands like this."""
    await pbx.until(lambda: [one.state for one in open_ones(server)] == [state])
    return open_ones(server)[0]


async def promised(server: LiveServer, pbx: ScriptedPbx) -> CallBack:
    """A caller is offered a call-back, hears the number, and hangs up."""
    await pbx.call("c1", "300", CALLER)
    offer = await pbx.order("gather")
    await pbx.say("gather.result", "c1", command_id=offer["command_id"], digits="1")
    read = await pbx.order("gather", lambda one: one["command_id"] != offer["command_id"])
    assert "4 9 3 0 1 2 3 4 5 6" in read["text"]
    assert read["parts"][1:-1] == list("4930123456")
    await pbx.say("gather.result", "c1", command_id=read["command_id"], digits="1")
    await pbx.order("play", lambda one: one["text"] == "Thanks")
    await pbx.order("hangup")
    await pbx.say("call.ended", "c1", cause="released")
    row = await until(server, pbx, S.WAITING)
    assert (row.number, row.made_by.value) == (CALLER, "flow")
    return row


async def dialled(pbx: ScriptedPbx, is_it: Any = bool) -> dict[str, Any]:  # noqa: ANN401 - a test of an order
    order: dict[str, Any] = await pbx.order("dial", is_it)
    return order


async def shows_the_promise(server: LiveServer, row: CallBack) -> None:
    """On the desk of whoever talks with the customer: when it was promised and by what, and how often in vain."""
    async with asyncio.timeout(PATIENCE_S):
        while not (
            shown := (await server.ask("GET", "/api/v1/me/desk", by="ann")).body["desk"][
                "assignments"
            ]
        ):
            pass
    card = shown[0]["call"]["call_back"]
    assert (card["made_at_ms"], card["made_by"]) == (row.made_at_ms, "flow")
    assert (card["promised_at_ms"], card["attempts"]) == (None, 0)


async def test_a_caller_is_called_back_by_an_agent_who_was_kept_free(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    row = await promised(server, pbx)
    await server.ready_desk("ann")
    order = await dialled(pbx)
    assert (order["to"], order["from"]) == (CALLER, "+49301")
    assert order["call_id"] == f"{row.call_back_id}.1"
    assert "ring_agent" not in pbx.kinds()
    for kind in ("call.ringing", "call.answered"):
        await pbx.say(kind, order["call_id"])
    ring = await pbx.order("ring_agent")
    await pbx.pick_up(ring)
    await pbx.order("bridge")
    await pbx.until(lambda: not open_ones(server))
    await shows_the_promise(server, row)
    await server.restart()
    await shows_the_promise(server, row)
    done = await server.parts.store.call_backs.get(row.call_back_id)
    assert done is not None
    assert done.state is S.DONE


async def test_a_restart_while_the_phone_rings_dials_nobody_again(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await promised(server, pbx)
    await server.ready_desk("ann")
    order = await dialled(pbx)
    await pbx.say("call.ringing", order["call_id"])
    await server.restart()
    await pbx.say("call.ended", order["call_id"], cause="busy")
    row = await until(server, pbx, S.SCHEDULED)
    assert (row.attempts, row.last_outcome) == (1, "busy")
    assert pbx.kinds().count("dial") == 1


async def test_a_customer_who_calls_in_is_not_called(server: LiveServer, pbx: ScriptedPbx) -> None:
    await promised(server, pbx)
    await pbx.call("c2", "100", CALLER)
    await pbx.order("park", lambda one: one["call_id"] == "c2")
    await pbx.until(lambda: not open_ones(server))
    (contact,) = server.state.contacts.values()
    assert contact.credit_ms > 0
    await pbx.say("call.ended", "c2", cause="hangup")


async def test_a_closed_queue_promises_and_then_says_so(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    queue_id, sam = QueueId("sales"), UserId("sam")
    await server.parts.host.submit(Envelope(CloseQueue(queue_id, sam), "closing"))
    await pbx.call("c1", "100", CALLER)
    said = await pbx.order("play")
    assert "call you back" in said["text"]
    await pbx.order("hangup")
    await pbx.say("call.ended", "c1", cause="released")
    row = await until(server, pbx, S.WAITING)
    assert row.made_by.value == "queue"
    await server.parts.host.submit(Envelope(OpenQueue(queue_id, sam), "opening"))
