"""Calls in a flow, from end to end: a scripted phone system over real sockets, the whole server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.host.envelope import Envelope
from routing.commands import CloseQueue
from routing.ids import ContactId, QueueId, UserId
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import PEOPLE, TELEPHONY, ScriptedPbx
from tests.integration.test_chat_flows import mark_of

FLOWS = """
    - {number: "300", queue: sales, flow: welcome, language: en}
    - {number: "400", queue: sales, flow: broken}
    - {number: "500", queue: sales, flow: led}
flows:
  - id: welcome
    name: {en: Welcome, zh: 欢迎}
    start: hello
    nodes:
      hello: {kind: say, text: {en: "Hello {caller}", zh: 您好}, next: who}
      who: {kind: profile, next: language}
      language:
        kind: menu
        text: {en: "For Chinese press 1", zh: 中文请按1}
        choices: {"1": {to: chinese, label: {en: Chinese, zh: 中文}}, "3": {to: bye}, "4": {to: closed}}
        attempts: 1
        otherwise: wait
      chinese: {kind: set, values: {language: zh}, next: order}
      order:
        kind: gather
        text: {en: Your order, zh: 请输入订单号}
        label: {en: Order number, zh: 订单号}
        into: order
        length_min: 4
        length_max: 8
        next: wait
        otherwise: wait
      wait:
        kind: queue
        queue: sales
        comfort: [{text: {en: "Place {position}", zh: "您排在第{position}位"}, after_s: 1, every_s: 10}]
      closed: {kind: queue, queue: help, turned_away: sorry}
      sorry: {kind: hang_up, text: {en: Nobody is here, zh: 没有人}}
      bye: {kind: hang_up, text: {en: Goodbye, zh: 再见}}
  - id: led
    name: {en: Led, zh: 转}
    start: to
    nodes:
      to: {kind: transfer, text: {en: One moment, zh: 请稍候}, to: "300", failed: end}
      end: {kind: hang_up}
  - id: asked
    name: {en: Asked, zh: 评价}
    start: mark
    nodes:
      mark: {kind: survey, question: friendly, text: {en: "How was it, 1 to 5?", zh: 评分}, next: thanks}
      thanks: {kind: hang_up, text: {en: Thank you, zh: 谢谢}}
  - id: broken
    name: {en: Broken, zh: 坏}
    start: menu
    nodes:
      menu: {kind: menu, text: {en: Press, zh: 请按}, choices: {"1": {to: end}}, attempts: 1, otherwise: menu}
      end: {kind: hang_up}
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
    text = file.read_text(encoding="utf-8").replace(
        "waiting_max: 3", "waiting_max: 3, survey: asked"
    )
    file.write_text(text, encoding="utf-8")
    pbx.server_of = running
    async with running:
        yield running


async def press(pbx: ScriptedPbx, gather: dict[str, Any], digits: str) -> None:
    """The caller presses keys."""
    command_id, call_id = gather["command_id"], gather["call_id"]
    await pbx.say("gather.result", call_id, command_id=command_id, digits=digits)


async def other_gather(pbx: ScriptedPbx, than: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """The next one."""
    return await pbx.order("gather", lambda one: one["command_id"] != than["command_id"])


async def test_a_caller_goes_through_a_flow_into_a_queue_and_hears_where_they_are(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call("c1", "300")
    play = await pbx.order("play")
    assert play["text"] == "Hello +4930123456"
    menu = await pbx.order("gather")
    assert (menu["text"], menu["digits_max"]) == ("For Chinese press 1", 1)
    await press(pbx, menu, "1")
    order = await other_gather(pbx, menu)
    assert (order["language"], order["digits_max"]) == ("zh", 8)
    await press(pbx, order, "4711#")
    await pbx.order("park")
    comfort = await pbx.order("play", lambda one: one["text"].startswith("您排"))
    assert comfort["text"] == "您排在第1位"
    again = await pbx.order("park", lambda one: one["command_id"].endswith(".6"))
    assert again["language"] == "zh"
    (contact_id,) = server.state.contacts
    details = await server.parts.store.details.of_contact(
        contact_id, kind="message", after_seq=0, limit=9
    )
    assert "language: Chinese\\n订单号: 4711" in details[0].body.decode()
    given = server.parts.desk_introductions(ContactId(contact_id)).given
    assert [(one.name.en, one.text.en) for one in given] == [
        ("language", "Chinese"),
        ("Order number", "4711"),
    ]
    assert [(one.name.zh, one.text.zh) for one in given] == [
        ("language", "中文"),
        ("订单号", "4711"),
    ]
    await pbx.say("call.ended", "c1", cause="hangup")
    assert await pbx.over(ContactId(contact_id)) == "hangup"


async def test_a_restart_in_the_middle_goes_on_where_it_was(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call("c1", "300")
    menu = await pbx.order("gather")
    await press(pbx, menu, "1")
    order = await other_gather(pbx, menu)
    await server.restart()
    before = [one["command_id"] for one in pbx.orders]
    await press(pbx, order, "4711")
    await pbx.order("park")
    after = [one["command_id"] for one in pbx.orders]
    assert after[: len(before)] == before
    assert len(set(after)) == len(after)
    (contact,) = server.state.contacts.values()
    assert contact.queue_id == "sales"


async def test_a_flow_may_end_the_call(server: LiveServer, pbx: ScriptedPbx) -> None:
    await pbx.call("c1", "300")
    await press(pbx, await pbx.order("gather"), "3")
    await pbx.order("play", lambda one: one["text"] == "Goodbye")
    await pbx.order("hangup")
    await pbx.say("call.ended", "c1", cause="released")
    assert await pbx.over() == ""
    assert not server.state.contacts


async def test_who_is_turned_away_hears_what_the_flow_says(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    closing = CloseQueue(QueueId("help"), UserId("sue"))
    await server.parts.host.submit(Envelope(closing, "closing"))
    await pbx.call("c1", "300")
    await press(pbx, await pbx.order("gather"), "4")
    await pbx.order("play", lambda one: one["text"] == "Nobody is here")
    await pbx.order("hangup")
    await pbx.say("call.ended", "c1", cause="released")


async def test_a_transfer_leads_on_as_if_the_other_number_had_been_dialled(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call("c1", "500")
    await pbx.order("play", lambda one: one["text"] == "One moment")
    menu = await pbx.order("gather")
    assert menu["text"] == "For Chinese press 1"
    await server.restart()
    await press(pbx, menu, "3")
    await pbx.order("play", lambda one: one["text"] == "Goodbye")


async def test_after_the_agent_the_caller_is_asked_for_a_mark(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    talked, leg_id = await pbx.talk()
    contact_id = ContactId(talked)
    hang_up = f"/api/v1/contacts/{contact_id}/call/hang-up"
    assert (await server.ask("POST", hang_up, by="ann", body={})).status == 200
    survey = await pbx.order("gather")
    assert (survey["text"], survey["digits_max"]) == ("How was it, 1 to 5?", 1)
    assert await pbx.order("hangup", lambda one: one.get("leg_id") == leg_id)
    await pbx.say("leg.ended", "c1", leg_id=leg_id, cause="released")
    await server.restart()
    await press(pbx, survey, "4")
    await pbx.order("play", lambda one: one["text"] == "Thank you")
    await pbx.order("hangup", lambda one: "leg_id" not in one)
    await pbx.say("call.ended", "c1", cause="released")
    await pbx.over(contact_id)
    mark = await mark_of(server, contact_id)
    assert (mark.mark, mark.assignment_id, mark.queue_id) == (4, leg_id, "sales")
    assert mark.agent_id == server.agent("ann").agent_id
