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

FLOWS = """
    - {number: "300", queue: sales, flow: welcome, language: en}
    - {number: "400", queue: sales, flow: broken}
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
    assert "language: Chinese\\norder: 4711" in details[0].body.decode()
    card = server.parts.telephony.book.card(ContactId(contact_id))
    assert card is not None
    assert [(one.node, one.text) for one in card.given] == [
        ("language", "Chinese"),
        ("order", "4711"),
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
