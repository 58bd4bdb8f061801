"""The phone system's own door: signed commands of the server, and a page to be caller and phone by hand.

The page is for people who try things on their own machine: it listens on loopback and asks nobody who they are.
"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from loadtests.softpbx import signing
from loadtests.softpbx.calls import Call, Json, Leg, LegState
from loadtests.softpbx.exchange import Exchange
from loadtests.softpbx.people import PHONE_MANNERS
from loadtests.softpbx.tapes import sound_of

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).with_name("page.html")
SHOWN_OVER = 8
BODY_MAX = 256 * 1024


class Door:
    """Routes over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.refused = 0
        self._acts: dict[str, Callable[[Json], None]] = {
            "dial": self._dial,
            "press": self._press,
            "leave": self._leave,
            "pick-up": self._pick_up,
            "put-down": self._put_down,
            "manner": self._manner,
            "restart": lambda _body: self.exchange.switch.restart(self.exchange.now_ms()),
        }

    def app(self) -> web.Application:
        """The application to serve."""
        app = web.Application(client_max_size=BODY_MAX)
        app.router.add_post("/commands", self.command)
        app.router.add_get("/recordings/{recording_id}", self.recording)
        app.router.add_delete("/recordings/{recording_id}", self.forget)
        app.router.add_get("/", self.page)
        app.router.add_get("/state", self.state)
        app.router.add_get("/log", self.log)
        app.router.add_post("/by-hand/{act}", self.by_hand)
        return app

    async def command(self, request: web.Request) -> web.Response:
        """A command of the server; what becomes of it comes back as an event."""
        body = await request.read()
        secret = self.exchange.plan.secret
        if not signing.is_signed(secret, request.headers, body, now_s=time.time()):
            self.refused += 1
            return web.json_response({"code": "signature_invalid"}, status=401)
        try:
            is_known = self.exchange.command(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            self.refused += 1
            return web.json_response({"code": "body_invalid", "text": repr(error)}, status=400)
        return web.Response(status=204 if is_known else 404)

    async def recording(self, request: web.Request) -> web.Response:
        """A recording that has ended, as a sound file; 409 for one that goes on."""
        recording_id = self._signed(request)
        tape = self.exchange.switch.tapes.whole.get(recording_id)
        if tape is not None:
            return web.Response(body=sound_of(tape), content_type="audio/wav")
        calls = self.exchange.switch.calls.values()
        live = any(one.tape and one.tape.recording_id == recording_id for one in calls)
        return web.Response(status=409 if live else 404)

    async def forget(self, request: web.Request) -> web.Response:
        """The server has it."""
        self.exchange.switch.tapes.whole.pop(self._signed(request), None)
        return web.Response(status=204)

    def _signed(self, request: web.Request) -> str:
        """The recording that is meant, if the server means it."""
        secret = self.exchange.plan.secret
        if not signing.is_signed(secret, request.headers, b"", now_s=time.time()):
            self.refused += 1
            raise web.HTTPUnauthorized
        recording_id: str = request.match_info["recording_id"]
        return recording_id

    async def page(self, _request: web.Request) -> web.FileResponse:
        """Caller and phones by hand."""
        return web.FileResponse(PAGE)

    async def state(self, _request: web.Request) -> web.Response:
        """What the page shows."""
        exchange = self.exchange
        calls = list(exchange.switch.calls.values())
        now_ms = exchange.now_ms()
        live = [call for call in calls if not call.is_over]
        over = [call for call in calls if call.is_over][-SHOWN_OVER:]
        return web.json_response(
            {
                "now_ms": now_ms,
                "numbers": list(exchange.plan.numbers),
                "manners": list(PHONE_MANNERS),
                "owed": exchange.owed,
                "calls": [_shown(call, now_ms) for call in [*reversed(live), *reversed(over)]],
                "phones": [self._phone(address) for address in exchange.crowd.phones],
            }
        )

    async def log(self, _request: web.Request) -> web.Response:
        """Every call, for whoever compares."""
        exchange = self.exchange
        return web.json_response(
            {
                "calls": exchange.log(),
                "owed": exchange.owed,
                "open": exchange.open_calls(),
                "answers": dict(exchange.postman.answers),
                "reaction": exchange.stopwatch.figures(),
            }
        )

    async def by_hand(self, request: web.Request) -> web.Response:
        """Somebody at the page does something."""
        act = self._acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        try:
            act(await request.json())
        except (ValueError, KeyError, TypeError, AttributeError):
            raise web.HTTPBadRequest from None
        self.exchange.touched()
        return web.Response(status=204)

    def _dial(self, body: Json) -> None:
        number, caller = str(body["to"]), str(body["from"])
        if number not in self.exchange.plan.numbers:
            raise KeyError(number)
        self.exchange.switch.dial(caller, number, self.exchange.now_ms())

    def _press(self, body: Json) -> None:
        digit = str(body["digit"])[:1]
        self.exchange.switch.press(self._call(body), digit, self.exchange.now_ms())

    def _leave(self, body: Json) -> None:
        self.exchange.switch.caller_leaves(self._call(body), self.exchange.now_ms())

    def _pick_up(self, body: Json) -> None:
        self.exchange.switch.pick_up(self._leg(body), self.exchange.now_ms())

    def _put_down(self, body: Json) -> None:
        self.exchange.switch.put_down(self._leg(body), self.exchange.now_ms())

    def _manner(self, body: Json) -> None:
        manner = str(body["manner"])
        if manner not in PHONE_MANNERS:
            raise KeyError(manner)
        self.exchange.crowd.phones[str(body["address"])] = manner

    def _call(self, body: Json) -> Call:
        return self.exchange.switch.calls[str(body["call_id"])]

    def _leg(self, body: Json) -> Leg:
        return self.exchange.switch.legs[str(body["leg_id"])]

    def _phone(self, address: str) -> Json:
        leg = self.exchange.switch.live_leg_of(address)
        shown: Json = {"address": address, "manner": self.exchange.crowd.phones[address]}
        if leg is None:
            return shown | {"state": "free"}
        call = self.exchange.switch.calls[leg.call_id]
        state = "held" if call.is_held and call.talking_to == leg.leg_id else leg.state.value
        return shown | {
            "state": state,
            "leg_id": leg.leg_id,
            "since_ms": leg.since_ms,
            "from": call.caller,
        }


def _shown(call: Call, now_ms: int) -> Json:
    live = [leg.to for leg in call.legs.values() if leg.state is LegState.RINGING]
    talking = call.legs[call.talking_to].to if call.talking_to else ""
    return call.line() | {
        "state": call.state.value,
        "is_held": call.is_held,
        "sound": call.sound,
        "is_gathering": bool(call.gathers),
        "recorded_ms": call.tape.so_far_ms(now_ms) if call.tape else 0,
        "rings_at": live,
        "talks_to": talking,
    }
