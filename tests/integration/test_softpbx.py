"""The soft PBX over real sockets, against a small centre that knows nothing but docs/telephony-protocol.md."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from loadtests.softpbx import signing
from loadtests.softpbx.control import Door
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import Temper
from loadtests.softpbx.trouble import Trouble

KEY = "whsec_" + "c2VjcmV0" * 4
QUICK = Temper(
    patience_ms=(20_000, 25_000),
    talk_ms=(5, 40),
    answer_ms=(1, 20),
    press_ms=(1, 5),
    calls_back=0.0,
)
REACTIONS: dict[str, list[dict[str, Any]]] = {
    "call.arrived": [{"kind": "answer"}, {"kind": "ring_agent", "timeout_ms": 200}],
    "leg.answered": [{"kind": "bridge"}],
    "leg.ended": [{"kind": "hangup"}],
    "command.failed": [{"kind": "hangup"}],
}
"""Every call rings a phone; whatever ends the leg, or cannot be done, ends the call."""


class Centre:
    """Takes events in the order of their numbers, however they come, and answers with commands."""

    def __init__(self) -> None:
        self.control_url = ""
        self.is_one_phone = False
        self.refuses_next = 2
        self.ended: dict[str, str] = {}
        self.deliveries = 0
        self.changed = asyncio.Event()
        self._held: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
        self._next: dict[str, int] = defaultdict(lambda: 1)
        self._http = aiohttp.ClientSession()
        self._sending: set[asyncio.Task[None]] = set()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert signing.is_signed(KEY, request.headers, body, now_s=time.time())
        if self.refuses_next:
            self.refuses_next -= 1
            return web.Response(status=503)
        for event in json.loads(body):
            self.deliveries += 1
            if event["n"] >= self._next[event["call_id"]]:
                self._held[event["call_id"]][event["n"]] = event
            self._go_on(event["call_id"])
        return web.Response(status=204)

    def _go_on(self, call_id: str) -> None:
        while (event := self._held[call_id].pop(self._next[call_id], None)) is not None:
            self._next[call_id] += 1
            if event["type"] == "call.ended":
                assert call_id not in self.ended
                self.ended[call_id] = event["cause"]
                self.changed.set()
            is_over = call_id in self.ended
            reactions = [] if is_over else REACTIONS.get(event["type"], [])
            for number, reaction in enumerate(reactions):
                command_id = f"{event['event_id']}:{number}"
                leg = (
                    {} if reaction["kind"] in {"answer", "hangup"} else {"leg_id": f"leg-{call_id}"}
                )
                to = "1" if self.is_one_phone else f"phone-{call_id}"
                head = {"command_id": command_id, "call_id": call_id, "to": to}
                task = asyncio.ensure_future(self._send(head | leg | reaction))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    async def _send(self, command: dict[str, Any]) -> None:
        body = json.dumps(command).encode()
        signed = signing.headers(KEY, command["command_id"], int(time.time()), body)
        for _ in range(2):  # twice: it must count once
            async with self._http.post(
                f"{self.control_url}/commands", data=body, headers=signed
            ) as got:
                assert got.status == 204

    async def close(self) -> None:
        await asyncio.gather(*self._sending)
        await self._http.close()


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def both(trouble: Trouble, manner: str) -> AsyncIterator[tuple[Centre, Exchange, str]]:
    centre = Centre()
    app = web.Application()
    app.router.add_post("/events", centre.take)
    async with served(app) as url:
        plan = Plan(
            events_url=f"{url}/events",
            secret=KEY,
            numbers=("+492",),
            phones={"1": manner, "*": manner},
            seed=11,
            play_ms=1,
            temper=QUICK,
            trouble=trouble,
        )
        exchange = Exchange(plan)
        async with served(Door(exchange).app()) as control_url:
            centre.control_url = control_url
            running = asyncio.ensure_future(exchange.run())
            try:
                yield centre, exchange, control_url
            finally:
                await centre.close()
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    "trouble", [Trouble(), Trouble(duplicate=0.3, delay=0.4, delay_ms_max=60, drop=0.02)]
)
async def test_every_call_ends_once_and_both_sides_agree(trouble: Trouble) -> None:
    async with both(trouble, "mixed") as (centre, exchange, _), asyncio.timeout(30):
        for number in range(25):
            exchange.crowd.somebody_calls(f"+491{number}", "+492", exchange.now_ms())
        exchange.touched()
        while len(centre.ended) < 25:
            centre.changed.clear()
            await centre.changed.wait()
        log = {str(call["call_id"]): call["cause"] for call in exchange.log()}
        assert log == centre.ended
        assert any(call["parties"] for call in exchange.log())
        assert exchange.postman.answers["503"] == 2


async def test_by_hand_one_is_caller_and_phone() -> None:
    async with both(Trouble(), "hand") as (centre, _, url), asyncio.timeout(30):
        centre.is_one_phone = True
        async with aiohttp.ClientSession(url) as hand:

            async def act(name: str, body: dict[str, str], status: int = 204) -> None:
                async with hand.post(f"/by-hand/{name}", json=body) as answer:
                    assert answer.status == status

            async def state() -> dict[str, Any]:
                async with hand.get("/state") as answer:
                    return dict(await answer.json())

            await act("dial", {"from": "+491", "to": "+492"})
            await act("dial", {"from": "+491", "to": "+49999"}, 400)
            await act("fly", {}, 404)
            live: list[dict[str, Any]] = []
            while not live:
                live = [phone for phone in (await state())["phones"] if "leg_id" in phone]
            await act("pick-up", {"leg_id": live[0]["leg_id"]})
            talks_to = ""
            while not talks_to:
                talks_to = (await state())["calls"][0]["talks_to"]
            await act("put-down", {"leg_id": live[0]["leg_id"]})
            await centre.changed.wait()
            shown = (await state())["calls"][0]
            assert (shown["outcome"], shown["parties"]) == ("handled", ["1"])
        assert list(centre.ended.values()) == ["released"]


async def test_a_command_nobody_signed_is_refused() -> None:
    async with both(Trouble(), "hand") as (_, _, url), aiohttp.ClientSession(url) as stranger:
        for headers in ({}, signing.headers("whsec_AAAA", "x", int(time.time()), b"{}")):
            async with stranger.post("/commands", data=b"{}", headers=headers) as answer:
                assert answer.status == 401
        ours = signing.headers(KEY, "x", int(time.time()), b"{}")
        async with stranger.post("/commands", data=b"{}", headers=ours) as answer:
            assert answer.status == 400
