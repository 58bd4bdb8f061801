"""A phone system in a test's hand: it takes commands over a real socket, and says over one what the test has it say."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from callcenter.telephony.signing import Keys
from routing.ids import ContactId
from tests import looking
from tests.integration.live_server import PATIENCE_S, LiveServer

KEY = "whsec_" + "a" * 40
CONNECTION = "pbx"
TALK = ("answer", "play", "gather", "park", "bridge", "consult")
TELEPHONY = """
telephony:
  connections: [{id: pbx, control_url: "http://127.0.0.1:9"}]
  outbound: {connection: pbx, shown_number: "+49301", queue: sales, country_code: "49", wrap_up_unreached: true, deny: ["+49900"], calls_per_agent_day: 3}
  entry_points:
    - {number: "100", queue: sales}
    - {number: "200", queue: help, greeting: {en: Hello, zh: 您好}, choices: {"1": {language: zh}, "2": {queue: sales}, "3": {queue: sales, credit_s: 5, needs: {zh: 3}}}}
"""
PEOPLE = """
people:
  - {username: ann, display_name: Ann Berg, role: agent, team: north, queues: [sales], capacity: {total: 3, per_channel: {chat: 3, voice: 1}}, phone: "1001", language: en}
  - {username: bob, display_name: Bob Lund, role: agent, team: north, queues: [sales], skills: {zh: 5}, capacity: {total: 3, per_channel: {chat: 3, voice: 1}}, phone: "1002", language: en}
  - {username: dan, display_name: Dan Deaf, role: agent, team: north, queues: [sales], capacity: {total: 1, per_channel: {voice: 1}}, language: en}
  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], language: en}
"""


class ScriptedPbx:
    """Commands come into `orders`; those of `TALK` are reported as done at once."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.is_dead = False
        self.acts = set(TALK)
        self.keys = Keys([KEY])
        self._changed = asyncio.Event()
        self._numbers: dict[str, int] = {}
        self._events = 0
        self._seen: set[str] = set()
        self._reports: list[asyncio.Future[None]] = []
        app = web.Application()
        app.router.add_post("/commands", self._take)
        self._door = TestServer(app)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._door.start_server()
        self._http = ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for report in self._reports:
            report.cancel()
        # A report that found the server gone is nobody's fault, and must not be found by the garbage collector.
        await asyncio.gather(*self._reports, return_exceptions=True)
        await self._http.close()
        await self._door.close()

    @property
    def settings(self) -> dict[str, Any]:
        """What the server must be told."""
        address = str(self._door.make_url(""))
        return {"telephony": {CONNECTION: {"keys": [KEY], "control_url": address}}}

    def server(self, tmp_path: Any, **settings: Any) -> LiveServer:  # noqa: ANN401 - as LiveServer takes it
        """A server that knows this phone system."""
        server = LiveServer(tmp_path, timing={"more": TELEPHONY}, **self.settings, **settings)
        (server.folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
        self.server_of = server
        return server

    # --- commands ---

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.is_dead:
            return web.Response(status=503)
        self.keys.check(request.headers, body, self.server_of.parts.clock.now_ms())
        order = msgspec.json.decode(body)
        is_new = order["command_id"] not in self._seen
        self._seen.add(order["command_id"])
        if is_new and order["kind"] != "ping":
            self.orders.append(order)
            self._changed.set()
            if order["kind"] in self.acts:
                self.later(order)
        return web.Response(status=204)

    def later(self, order: dict[str, Any]) -> None:
        """Report success, once the command is answered."""
        self._reports.append(asyncio.ensure_future(self._done(order)))

    async def _done(self, order: dict[str, Any]) -> None:
        call_id = order["call_id"]
        if order["kind"] == "gather":
            return
        await self.say("command.done", call_id, command_id=order["command_id"])
        if order["kind"] == "consult":
            kind = "hold.started" if order["mode"] == "colleague" else "hold.ended"
            await self.say(kind, call_id, leg_id=order["leg_id"])
        if order["kind"] == "bridge":
            await self.say("bridge.started", call_id, leg_id=order["leg_id"])

    async def order(self, kind: str, is_it: Callable[[dict[str, Any]], bool] = bool) -> Any:  # noqa: ANN401 - JSON
        """The first command of a kind that is the one, as soon as it has come."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for one in self.orders:
                    if one["kind"] == kind and is_it(one):
                        return one
                self._changed.clear()
                await self._changed.wait()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once it is like this."""
        await looking.until(is_so)

    async def over(self, contact_id: str = "") -> str:
        """Why the call ended, once no call is open any more."""
        parts = self.server_of.parts
        await self.until(lambda: parts.telephony.book.open_count == 0)
        row = await parts.store.calls.get(ContactId(contact_id))
        return "" if row is None else row.end_cause

    def kinds(self) -> list[str]:
        """What was asked for, in order."""
        return [one["kind"] for one in self.orders]

    # --- events ---

    def event(self, kind: str, call_id: str, **fields: object) -> dict[str, Any]:
        """The next event of a call."""
        self._events += 1
        number = self._numbers[call_id] = self._numbers.get(call_id, 0) + 1
        return {
            "type": kind,
            "event_id": f"e{self._events}",
            "call_id": call_id,
            "n": number,
            "at_ms": 1,
            **fields,
        }

    async def say(self, kind: str, call_id: str, **fields: object) -> None:
        """One event, delivered."""
        assert await self.deliver(self.event(kind, call_id, **fields)) == 204

    async def deliver(self, body: object) -> int:
        """The status of one delivery."""
        data = msgspec.json.encode(body)
        now_ms = self.server_of.parts.clock.now_ms()
        return await self.post(data, self.keys.headers("m1", data, now_ms))

    async def post(self, data: bytes, headers: dict[str, str], connection: str = CONNECTION) -> int:
        """Bytes as they are."""
        url = f"{self.server_of.server.url}/telephony/v1/{connection}/events"
        sent = {"Content-Type": "application/json", **headers}
        async with self._http.post(url, data=data, headers=sent) as answer:
            return answer.status

    # --- scenes ---

    async def call(self, call_id: str = "c1", to: str = "100", caller: str = "+4930123456") -> None:
        """A customer calls."""
        await self.say("call.arrived", call_id, **{"from": caller, "to": to})

    async def pick_up(self, ring: dict[str, Any]) -> None:
        """The agent's phone rings and is answered."""
        for kind in ("leg.ringing", "leg.answered"):
            await self.say(kind, ring["call_id"], leg_id=ring["leg_id"])

    async def talk(self, agent: str = "ann", call_id: str = "c1") -> tuple[str, str]:
        """A call this agent has answered on the phone: (contact id, leg id)."""
        await self.server_of.ready_desk(agent)
        await self.call(call_id)
        ring = await self.order("ring_agent")
        await self.pick_up(ring)
        await self.order("bridge")
        contact_id = ring["leg_id"].partition(".")[0]
        return contact_id, ring["leg_id"]
