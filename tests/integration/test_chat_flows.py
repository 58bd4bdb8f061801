"""Flows in the chat widget, from end to end: a customer's page over real sockets, the whole server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.ports.visits import SurveyMark
from routing.ids import ContactId
from routing.state import ContactState
from tests import looking
from tests.integration.live_server import PATIENCE_S, LiveServer, Page, form, has_offer

MORE = """  - {id: guided, name: {en: Shop, zh: 店}, greeting: {en: Hi, zh: 您好}, queue: sales, flow: guided}
  - {id: turned, name: {en: Shop, zh: 店}, greeting: {en: Hi, zh: 您好}, queue: sales, flow: led}
  - {id: later, name: {en: Shop, zh: 店}, greeting: {en: Hi, zh: 您好}, queue: sales, flow: later}
telephony:
  connections: [{id: pbx, control_url: "http://127.0.0.1:9"}]
  entry_points: [{number: "100", queue: help}]
flows:
  - id: later
    name: {en: Later, zh: 稍后}
    start: offer
    nodes:
      offer: {kind: call_back_offer, text: {en: "Shall we call you?", zh: 需要回电吗}, queue: sales, wait_s: 60, accepted: message, declined: bye}
      message: {kind: voicemail, text: {en: "What is it about?", zh: 请留言}, queue: help, next: bye}
      bye: {kind: hang_up, text: {en: Goodbye, zh: 再见}}
  - id: guided
    name: {en: Guided, zh: 引导}
    start: hello
    nodes:
      hello: {kind: say, text: {en: "Hello {caller}", zh: 您好}, next: menu}
      menu:
        kind: menu
        label: {en: Concern, zh: 事项}
        text: {en: "What is it about?", zh: 请选择}
        again: {en: Please choose, zh: 请重选}
        choices:
          "1": {to: order, label: {en: My order, zh: 订单}}
          "2": {to: bye, label: {en: Nothing, zh: 没事}}
        otherwise: wait
      order:
        kind: gather
        label: {en: Order number, zh: 订单号}
        text: {en: "Which order?", zh: 订单号}
        into: order
        length_min: 4
        next: wait
        otherwise: wait
      wait:
        kind: queue
        queue: sales
        comfort: [{text: {en: "Place {position}", zh: "第{position}位"}, after_s: 1, every_s: 600}]
      bye: {kind: hang_up, text: {en: Goodbye, zh: 再见}}
  - id: led
    name: {en: Led, zh: 转}
    start: to
    nodes:
      to: {kind: transfer, text: {en: One moment, zh: 请稍候}, to: "100", failed: end}
      end: {kind: hang_up}
  - id: asked
    name: {en: Asked, zh: 评价}
    start: mark
    nodes:
      mark: {kind: survey, question: friendly, label: {en: Friendly, zh: 友好}, text: {en: "Were we friendly, 1 to 3?", zh: 评分}, high: 3, next: bye}
      bye: {kind: hang_up, text: {en: Thank you, zh: 谢谢}}
"""


CALL_BACK = 'call_back: {connection: pbx, prefixes: ["+4930"]}'


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    running = LiveServer(tmp_path, timing={"more": MORE})
    file = running.folder / "all.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "waiting_max: 3", f"waiting_max: 3, survey: asked, {CALL_BACK}"
    )
    file.write_text(text, encoding="utf-8")
    async with running:
        yield running


async def begin(server: LiveServer, widget: str = "guided") -> tuple[ContactId, str, Page]:
    """A customer who has filled in the form: contact, token, page."""
    path = f"/api/v1/chat/widgets/{widget}/contacts"
    started = await server.ask("POST", path, body=form("Hello"))
    assert started.status == 201, started.body
    token = started.body["token"]
    return ContactId(started.body["contact_id"]), token, await server.customer(token)


async def asked(page: Page, kind: str) -> dict[str, Any]:
    """The flow's frame once it asks like this."""

    def is_it(frame: dict[str, Any]) -> bool:
        return frame["type"] == "flow" and bool(frame["asked"]) and frame["asked"]["kind"] == kind

    known = next((one for one in reversed(page.frames) if is_it(one)), None)
    return known or await page.until(is_it)


async def answer(page: Page, frame: dict[str, Any], text: str) -> None:
    """The customer answers what a frame asks."""
    await page.send({"type": "answer", "number": frame["asked"]["number"], "text": text})


async def asked_next(page: Page, than: dict[str, Any]) -> dict[str, Any]:
    """The flow's frame once it asks something else."""
    number = than["asked"]["number"]
    return await page.until(
        lambda frame: (
            frame["type"] == "flow" and bool(frame["asked"]) and frame["asked"]["number"] != number
        )
    )


async def mark_of(server: LiveServer, contact_id: ContactId) -> SurveyMark:
    """The one mark of a contact, once it is stored."""
    async with asyncio.timeout(PATIENCE_S):
        while not (marks := await server.parts.store.survey_marks.of_contact(contact_id)):
            await looking.pause()
    (mark,) = marks
    return mark


def said(frame: dict[str, Any]) -> list[tuple[str, str]]:
    """Who said what."""
    return [(one["author"], one["text"]) for one in frame["lines"]]


async def test_a_customer_goes_through_a_flow_and_the_agent_reads_what_was_chosen(
    server: LiveServer,
) -> None:
    contact_id, token, page = await begin(server)
    menu = await asked(page, "choice")
    assert {one["state"] for one in page.frames if one["type"] == "state"} == {"in_flow"}
    assert menu["asked"]["options"][0] == {"key": "1", "label": "My order"}
    await answer(page, menu, "7")
    again = await page.until(
        lambda frame: frame["type"] == "flow" and frame["asked"] != menu["asked"]
    )
    assert said(again)[-2:] == [("customer", "7"), ("system", "Please choose")]
    await answer(page, menu, "2")  # late: it was asked before
    await answer(page, again, "my ORDER")
    order = await asked(page, "digits")
    await server.restart()
    page = await server.customer(token)
    assert page.frames[0]["asked"] == order["asked"]
    assert said(page.frames[0]) == said(order)
    await answer(page, page.frames[0], "4711")
    await server.until(lambda: contact_id in server.state.contacts)
    comfort = await page.until(
        lambda frame: frame["type"] == "flow" and ("system", "Place 1") in said(frame)
    )
    assert said(comfort)[-2:] == [("customer", "4711"), ("system", "Place 1")]
    desk = await server.ready_desk("ann")
    offer = (await desk.until(has_offer))["desk"]["offers"][0]
    assert offer["opening_text"] == "Hello"
    assert offer["given"] == [
        {"name": {"en": "Concern", "zh": "事项"}, "text": {"en": "My order", "zh": "订单"}},
        {"name": {"en": "Order number", "zh": "订单号"}, "text": {"en": "4711", "zh": "4711"}},
    ]
    lines = [one["message"]["given"] for one in page.frames if one["type"] == "message"]
    assert len(lines[-1]) == 2

    # Afterwards: a mark, tied to the agent and the assignment; it outlives a restart in the middle.
    await server.ask("POST", f"/api/v1/offers/{offer['offer_id']}/accept", by="ann", body={})
    await page.until(lambda frame: frame.get("state") == "connected")
    await server.ask("POST", f"/api/v1/contacts/{contact_id}/end", by="ann", body={})
    await asked(page, "mark")
    await server.restart()
    page = await server.customer(token)
    frame = await asked(page, "mark")
    assert [one["key"] for one in frame["asked"]["options"]] == ["1", "2", "3"]
    await answer(page, frame, "3")
    await page.until(
        lambda frame: frame["type"] == "flow" and ("system", "Thank you") in said(frame)
    )
    mark = await mark_of(server, contact_id)
    assert (mark.mark, mark.high, mark.queue_id, mark.name_zh) == (3, 3, "sales", "友好")
    assert mark.agent_id == server.agent("ann").agent_id
    assert mark.assignment_id == offer["offer_id"]


async def test_a_flow_may_end_it_and_a_start_is_one_start(server: LiveServer) -> None:
    path = "/api/v1/chat/widgets/guided/contacts"
    first = await server.ask("POST", path, body=form("Hello"), Idempotency_Key="k" * 20)
    second = await server.ask("POST", path, body=form("Hello"), Idempotency_Key="k" * 20)
    assert first.body == second.body
    other = await server.ask("POST", path, body=form("Bye"), Idempotency_Key="k" * 20)
    assert (other.status, other.body["error"]["code"]) == (409, "idempotency_key_reused")
    page = await server.customer(first.body["token"])
    await answer(page, await asked(page, "choice"), "2")
    last = await page.until(lambda frame: frame["type"] == "flow" and not frame["asked"])
    assert said(last)[-1] == ("system", "Goodbye")
    await page.until(lambda frame: frame.get("state") == "closed")
    again = await server.customer(first.body["token"])
    if again.frames[-1].get("state") != "closed":
        await again.until(lambda frame: frame.get("state") == "closed")
    assert not server.state.contacts


async def test_who_leaves_before_the_queue_is_gone(server: LiveServer) -> None:
    contact_id, _, page = await begin(server)
    await asked(page, "choice")
    await page.send({"type": "end"})
    await page.until(lambda frame: frame.get("state") == "closed")
    await looking.until(lambda: server.parts.visits.open_count == 0)
    assert contact_id not in server.state.contacts


async def test_a_transfer_leads_where_the_number_does(server: LiveServer) -> None:
    contact_id, _, page = await begin(server, "turned")
    await server.until(lambda: contact_id in server.state.contacts)
    assert server.state.contacts[contact_id].queue_id == "help"
    moment = ("system", "One moment")
    seen = [one for one in page.frames if one["type"] == "flow"]
    if not any(moment in said(one) for one in seen):
        await page.until(lambda frame: frame["type"] == "flow" and moment in said(frame))


async def test_a_call_back_is_promised_and_a_message_is_a_task_of_its_queue(
    server: LiveServer,
) -> None:
    contact_id, token, page = await begin(server, "later")
    offer = await asked(page, "choice")
    assert said(offer)[-1] == ("system", "Shall we call you?")
    await answer(page, offer, "Call me back")
    number = await asked(page, "phone")
    await answer(page, number, "+49 30 / 555 12")
    confirm = await asked_next(page, number)
    assert said(confirm)[-1][1].endswith("at this number: +493055512")
    await answer(page, confirm, "1")
    await asked(page, "message")
    (promised,) = server.parts.call_backs.register.all()
    assert (promised.number, promised.queue_id) == ("+493055512", "sales")
    assert promised.call_back_id == f"f-{contact_id}"

    await server.restart()
    page = await server.customer(token)
    await answer(page, await asked(page, "message"), "The cup is cracked")
    await server.until(lambda: len(server.state.contacts) == 1)
    (task,) = server.state.contacts.values()
    assert (task.channel, task.queue_id, task.state) == ("task", "help", ContactState.WAITING)
    details = await server.parts.store.details.of_contact(
        task.contact_id, kind="message", after_seq=0, limit=9
    )
    assert ["The cup is cracked" in one.body.decode() for one in details] == [True]
    left = ("customer", "The cup is cracked")
    await page.until(lambda frame: frame["type"] == "flow" and left in said(frame))
    assert len(server.state.contacts) == 1


async def test_a_flow_is_tried_without_a_customer(server: LiveServer) -> None:
    body = {"flow_id": "guided", "caller": "Carol", "lines": ["1", "4711", "agent"], "at_ms": 1_000}
    tried = await server.ask("POST", "/api/v1/flows/trial", by="ada", body=body)
    assert tried.status == 200, tried.body
    shown = [(one["kind"], one["text"]) for one in tried.body["lines"] if one["kind"] != "typed"]
    assert shown == [
        ("said", "Hello Carol"),
        ("said", "What is it about?"),
        ("said", "Which order?"),
        ("queue", "sales"),
        ("end", "queued"),
    ]
    assert (tried.body["is_over"], tried.body["at_ms"], server.state.contacts) == (True, 1_000, {})
    unknown = await server.ask("POST", "/api/v1/flows/trial", by="ada", body={"flow_id": "x"})
    assert (unknown.status, unknown.body["error"]["code"]) == (404, "flow_unknown")


async def test_who_leaves_no_message_and_takes_no_call_back_leaves_nothing(
    server: LiveServer,
) -> None:
    _, _, page = await begin(server, "later")
    await answer(page, await asked(page, "choice"), "1")
    number = await asked(page, "phone")
    await answer(page, number, "+44 20 7946 0000")  # not among the prefixes that may be called
    confirm = await asked_next(page, number)
    await answer(page, confirm, "1")
    goodbye = ("system", "Goodbye")
    await page.until(lambda frame: frame["type"] == "flow" and goodbye in said(frame))
    assert server.parts.call_backs.register.all() == []
    assert not server.state.contacts
