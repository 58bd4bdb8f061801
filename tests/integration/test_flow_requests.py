"""Flows ask another program: over real sockets, within a deadline, never one that is down, never inside our own network."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from callcenter.integrations.addresses import networks_of
from callcenter.integrations.limits import REQUEST_FAILURES_MAX, REQUEST_PAUSE_S
from callcenter.integrations.requesting import Requester
from ivr.session import AskRequest
from tests import looking
from tests.integration.live_server import PATIENCE_S, LiveServer
from tests.integration.test_chat_flows import answer, asked, begin, said

LOOPBACK = networks_of(["127.0.0.0/8"])
LONG_MS = PATIENCE_S * 1000


class Shop:
    """Another program: it answers `orders` as it is told, and holds an answer back until `is_let_on`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.status = 200
        self.answer: object = {"order": {"state": "sent", "lines": [{"name": "cup"}]}, "paid": True}
        self.is_let_on = asyncio.Event()
        self.is_let_on.set()
        app = web.Application()
        app.router.add_route("*", "/orders", self._take)
        app.router.add_get("/elsewhere", self._lead_elsewhere)
        self.door = TestServer(app)

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.headers["Idempotency-Key"], body))
        await self.is_let_on.wait()
        return web.json_response(self.answer, status=self.status)

    async def _lead_elsewhere(self, _request: web.Request) -> web.Response:
        raise web.HTTPFound("/orders")

    def ask(self, path: str = "/orders", **fields: Any) -> AskRequest:  # noqa: ANN401 - each of its own type
        """What a flow asks of it."""
        url = str(self.door.make_url(path))
        into = {"state": "order.state", "item": "order.lines.0.name", "paid": "paid", "no": "x.y"}
        return AskRequest(
            number=1, url=url, **{"sent": {}, "into": into, "within_ms": LONG_MS, **fields}
        )


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    opened = Shop()
    await opened.door.start_server()
    yield opened
    opened.is_let_on.set()
    await opened.door.close()


async def test_fields_of_the_answer_are_texts_and_what_is_sent_is_json(shop: Shop) -> None:
    requester = Requester(LOOPBACK, lambda: 0.0)
    known = {"state": "sent", "item": "cup", "paid": "true", "no": ""}
    assert await requester.ask(shop.ask(), "a.1") == known
    assert await requester.ask(shop.ask(sent={"order": "4711"}), "a.2") == known
    assert shop.asked == [("GET", "a.1", None), ("POST", "a.2", {"order": "4711"})]


async def test_who_does_not_answer_in_time_has_failed(shop: Shop) -> None:
    shop.is_let_on.clear()
    requester = Requester(LOOPBACK, lambda: 0.0)
    assert await requester.ask(shop.ask(within_ms=20), "a.1") is None
    assert requester.counts["failed"] == 1


@pytest.mark.parametrize("answer", ["x" * 70_000, ["a"], "plain", 7])
async def test_an_answer_that_is_too_long_or_has_no_such_fields_does_no_harm(
    shop: Shop, answer: object
) -> None:
    shop.answer = answer
    found = await Requester(LOOPBACK, lambda: 0.0).ask(shop.ask(), "a.1")
    assert found is None or set(found.values()) == {""}


async def test_a_host_that_is_down_is_left_alone_and_then_tried_by_one(shop: Shop) -> None:
    now_s = 0.0
    requester = Requester(LOOPBACK, lambda: now_s)
    shop.status = 500
    for _ in range(REQUEST_FAILURES_MAX):
        assert await requester.ask(shop.ask(), "a.1") is None
    assert len(shop.asked) == REQUEST_FAILURES_MAX
    assert await requester.ask(shop.ask(), "a.1") is None
    assert len(shop.asked) == REQUEST_FAILURES_MAX, "it is left alone"

    # It is tried by one; that fails, and it is left alone again at once.
    now_s += REQUEST_PAUSE_S
    assert await requester.ask(shop.ask(), "a.1") is None
    assert await requester.ask(shop.ask(), "a.1") is None
    assert len(shop.asked) == REQUEST_FAILURES_MAX + 1

    # While one tries it the others go on without it; once it has answered, all are let through.
    now_s += REQUEST_PAUSE_S
    shop.status = 200
    shop.is_let_on.clear()
    tries = asyncio.create_task(requester.ask(shop.ask(), "a.1"))
    await looking.until(lambda: len(shop.asked) >= REQUEST_FAILURES_MAX + 2)
    assert await requester.ask(shop.ask(), "b.1") is None
    shop.is_let_on.set()
    assert await tries is not None
    assert await requester.ask(shop.ask(), "b.1") is not None
    assert requester.counts == {
        "answered": 2,
        "failed": REQUEST_FAILURES_MAX + 1,
        "skipped": 3,
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/orders",
        "https://127.0.0.1:{port}/orders",
        "https://localhost:{port}/orders",
        "https://[::1]:{port}/orders",
        "https://[::ffff:127.0.0.1]:{port}/orders",
        "https://2130706433:{port}/orders",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/orders",
        "https://ann:secret@127.0.0.1:{port}/orders",
    ],
)
async def test_nothing_inside_our_own_network_is_asked(shop: Shop, url: str) -> None:
    ask = AskRequest(
        number=1, url=url.format(port=shop.door.port), sent={}, into={}, within_ms=LONG_MS
    )
    requester = Requester((), lambda: 0.0)
    assert await requester.ask(ask, "a.1") is None
    assert (shop.asked, requester.counts["failed"]) == ([], 1)


async def test_a_redirect_is_not_followed(shop: Shop) -> None:
    assert await Requester(LOOPBACK, lambda: 0.0).ask(shop.ask("/elsewhere"), "a.1") is None
    assert shop.asked == []


async def test_what_was_answered_is_not_asked_again_after_a_restart(
    shop: Shop, tmp_path: Path
) -> None:
    flow = f"""  - {{id: asks, name: {{en: Shop, zh: 店}}, greeting: {{en: Hi, zh: 您好}}, queue: sales, flow: asks}}
flows:
  - id: asks
    name: {{en: Asks, zh: 问}}
    start: order
    nodes:
      order: {{kind: request, url: "{shop.door.make_url("/orders")}", send: [channel], into: {{state: order.state}}, next: told, failed: end}}
      told: {{kind: menu, text: {{en: "It is {{state}}. More?", zh: "{{state}}"}}, choices: {{"1": {{to: again, label: {{en: Again, zh: 再}}}}}}, wait_s: 60, otherwise: end}}
      again: {{kind: request, url: "{shop.door.make_url("/orders")}", into: {{state: order.state}}, next: end, failed: sorry}}
      sorry: {{kind: hang_up, text: {{en: Nobody knows, zh: 无}}}}
      end: {{kind: hang_up, text: {{en: Goodbye, zh: 再见}}}}
"""
    async with LiveServer(
        tmp_path, timing={"more": flow}, subscriber_networks=("127.0.0.0/8",)
    ) as server:
        contact_id, token, page = await begin(server, "asks")
        menu = await asked(page, "choice")
        assert said(menu)[-1] == ("system", "It is sent. More?")
        assert shop.asked == [("POST", f"{contact_id}.1.1", {"channel": "chat"})]
        await server.restart()
        page = await server.customer(token)
        assert said(await asked(page, "choice")) == said(menu)
        assert len(shop.asked) == 1
        shop.status = 404
        await answer(page, menu, "1")
        last = await page.until(lambda frame: frame["type"] == "flow" and not frame["asked"])
        while said(last)[-1][0] != "system":
            last = await page.of("flow")
        assert said(last)[-1] == ("system", "Nobody knows")
        assert shop.asked[1:] == [("GET", f"{contact_id}.1.3", None)]
