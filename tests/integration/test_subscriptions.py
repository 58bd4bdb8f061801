"""Another program hears of events over a real socket: signed, in order, over restarts; and a dead one is nobody's business."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError, web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from callcenter.ports.integrators import DeadLetter, Feed
from tests.integration.live_server import PATIENCE_S, LiveServer, has_offer, live_server

LOOPBACK = ["127.0.0.0/8"]


class Receiver:
    """A program that listens; it answers with `statuses` first, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.is_hanging = False
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        self.events: list[dict[str, Any]] = []
        self.secret = ""
        self._heard = asyncio.Event()

    async def handle(self, request: web.Request) -> web.Response:
        """One delivery."""
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.deliveries.append((headers, body))
        self._heard.set()
        if self.is_hanging:
            await asyncio.Event().wait()
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.events.append(Webhook(self.secret).verify(body, headers))
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    def kinds(self) -> list[str]:
        """What was taken, in order."""
        return [event["type"] for event in self.events]

    async def until(self, count: int) -> None:
        """Return when so many deliveries have come."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.deliveries) < count:
                self._heard.clear()
                await self._heard.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    """A listening program, and its address."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    async with TestServer(app) as server:
        yield receiver, str(server.make_url("/hook"))


async def subscribe(server: LiveServer, receiver: Receiver, url: str, *kinds: str) -> str:
    """Make a subscription to all queues; returns its id."""
    body = {"name": "CRM", "url": url, "kinds": kinds, "queue_ids": []}
    made = await server.ask("POST", "/api/v1/subscriptions", by="ada", body=body)
    assert made.status == 201, made.body
    receiver.secret = made.body["secret"]
    return str(made.body["subscription"]["subscription_id"])


async def row(server: LiveServer) -> dict[str, Any]:
    """The one subscription as administrators see it."""
    listed = await server.ask("GET", "/api/v1/subscriptions", by="ada")
    (only,) = listed.body["subscriptions"]
    assert isinstance(only, dict)
    return only


async def test_a_program_hears_what_it_asked_for_over_a_restart(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        subscription_id = await subscribe(server, program, url, "contact.arrived", "offer.made")
        first = await server.start_chat("the first")
        await program.until(1)
        assert program.events[0]["data"]["contact_id"] == first["contact_id"]
        assert "Carol" not in program.deliveries[0][1].decode()
        path = f"/api/v1/subscriptions/{subscription_id}"
        paused = await server.ask("PATCH", path, by="ada", body={"is_paused": True})
        assert paused.body["subscription"]["is_paused"]
        await server.ready_desk("ann")
        await server.until(lambda: bool(server.state.offers))
        await server.restart()
        assert program.kinds() == ["contact.arrived"]
        await server.ask("PATCH", path, by="ada", body={"is_paused": False})
        await program.until(2)
        assert program.kinds() == ["contact.arrived", "offer.made"]
        seq = program.events[0]["data"]["seq"]
        again = await server.ask(
            "POST", f"{path}/replay", by="ada", body={"from_seq": seq, "until_seq": seq}
        )
        assert again.status == 202
        await program.until(3)
        assert program.deliveries[2][0]["webhook-id"] == program.deliveries[0][0]["webhook-id"]
        assert (await server.ask("DELETE", path, by="ada")).status == 204


async def test_a_hanging_program_changes_nothing_for_anybody(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    program.is_hanging = True
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        await subscribe(server, program, url)
        contact_id, desk, customer = await server.conversation()
        await program.until(1)
        await customer.send({"type": "end"})
        await desk.until(
            lambda frame: frame["type"] == "desk" and not has_offer(frame) and bool(frame["desk"])
        )
        assert len(program.deliveries) == 1
        assert server.contact(contact_id) is not None


async def test_a_failing_program_is_told_again_and_its_fault_is_shown(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    program.statuses = [500, 302]
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        await subscribe(server, program, url, "contact.arrived")
        await server.start_chat()
        await program.until(2)
        shown = (await row(server))["live"]
        assert shown["attempts"] >= 1
        assert shown["last_error"].startswith("HTTP ")
        await program.until(3)
        ids = {headers["webhook-id"] for headers, _ in program.deliveries}
        assert len(ids) == 1
        assert program.kinds() == ["contact.arrived"]


async def test_a_program_that_is_gone_is_told_nothing_more(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    program.statuses = [410]
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        await subscribe(server, program, url, "contact.arrived")
        await server.start_chat()
        async with asyncio.timeout(PATIENCE_S):
            while not (await row(server))["is_paused"]:
                pass
        # Another subscription hears of what comes now, twice over; the one that is gone of neither.
        await subscribe(server, program, url, "contact.arrived")
        for count in (2, 3):
            await server.start_chat()
            await program.until(count)
        assert len(program.deliveries) == 3
        assert program.kinds() == ["contact.arrived"] * 2


async def test_without_a_listed_network_this_machine_is_out_of_reach(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    _, url = receiver
    async with live_server(tmp_path) as server:
        for address in (url, url.replace("http", "https")):
            body = {"name": "CRM", "url": address, "kinds": [], "queue_ids": []}
            refused = await server.ask("POST", "/api/v1/subscriptions", by="ada", body=body)
            assert (refused.status, refused.code) == (422, "subscription_invalid")
            assert refused.body["error"]["path"] == "$.url"


async def test_a_name_that_leads_here_is_refused_when_it_is_told(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await subscribe(server, Receiver(), "https://localhost/hook", "contact.arrived")
        await server.start_chat()
        async with asyncio.timeout(PATIENCE_S):
            while "public" not in (await row(server))["live"]["last_error"]:
                pass


async def test_a_key_asks_for_its_queues_until_it_is_revoked(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        body = {"name": "BI", "role": "reader", "queue_ids": ["help"], "team_ids": []}
        made = await server.ask("POST", "/api/v1/api-keys", by="ada", body=body)
        assert made.status == 201
        bearer = {"Authorization": f"Bearer {made.body['token']}"}
        queues = await server.ask("GET", "/api/v1/queues", **bearer)
        assert [line["queue_id"] for line in queues.body["queues"]] == ["help"]
        assert (await server.ask("GET", "/api/v1/users", **bearer)).status == 403
        assert (await server.ask("DELETE", "/api/v1/session", **bearer)).status == 403
        await server.parts.api_keys.note_uses()
        listed = await server.ask("GET", "/api/v1/api-keys", by="ada")
        assert listed.body["keys"][0]["last_used_at_ms"] is not None
        assert made.body["token"] not in str(listed.body)
        path = f"/api/v1/api-keys/{made.body['key']['key_id']}"
        assert (await server.ask("DELETE", path, by="ada")).status == 204
        refused = await server.ask("GET", "/api/v1/queues", **bearer)
        assert (refused.status, refused.code) == (401, "api_key_invalid")


async def test_a_key_opens_no_socket(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        body = {"name": "BI", "role": "coordinator", "queue_ids": ["sales"], "team_ids": ["north"]}
        made = await server.ask("POST", "/api/v1/api-keys", by="ada", body=body)
        bearer = f"Bearer {made.body['token']}"
        with pytest.raises(WSServerHandshakeError) as refused:
            await server.open("/api/v1/socket", Authorization=bearer)
        assert refused.value.status == 401


async def test_a_secret_is_replaced_while_both_sign(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        subscription_id = await subscribe(server, program, url, "contact.arrived")
        old, path = program.secret, f"/api/v1/subscriptions/{subscription_id}/secret"
        made = await server.ask("POST", path, by="ada", body={"secret_no": 0})
        again = await server.ask("POST", path, by="ada", body={"secret_no": 0})
        assert made.status == again.status == 200
        assert again.body["secret"] == made.body["secret"] != old
        late = await server.ask("POST", path, by="ada", body={"secret_no": 5})
        assert (late.status, late.code) == (409, "changed_meanwhile")
        await server.start_chat()
        await program.until(1)
        headers, body = program.deliveries[0]
        for secret in (old, made.body["secret"]):
            assert Webhook(secret).verify(body, headers)["type"] == "contact.arrived"


async def test_what_was_given_up_is_told_again_when_asked(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    async with live_server(tmp_path, subscriber_networks=LOOPBACK) as server:
        subscription_id = await subscribe(server, program, url, "contact.arrived")
        path = f"/api/v1/subscriptions/{subscription_id}/dead-letters"
        none = await server.ask("POST", f"{path}/replay", by="ada", body={})
        assert (none.status, none.code) == (409, "changed_meanwhile")
        store = server.parts.store.subscriptions
        await server.start_chat()
        await program.until(1)
        seq = program.events[0]["data"]["seq"]
        stand = next(one for one in await store.stands() if one.feed is Feed.JOURNAL)
        letter = DeadLetter(
            subscription_id=subscription_id, seq=seq, at_ms=1, attempts=5, error="HTTP 400"
        )
        await store.put_stand(stand, [letter])
        wrong = await server.ask("POST", f"{path}/replay", by="ada", body={"seq": seq + 1})
        assert wrong.status == 409
        asked = await server.ask("POST", f"{path}/replay", by="ada", body={"seq": seq})
        assert (asked.status, asked.body["subscription"]["dead"]["until_seq"]) == (202, seq)
        await program.until(2)
        assert program.deliveries[1][0]["webhook-id"] == program.deliveries[0][0]["webhook-id"]
