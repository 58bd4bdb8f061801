"""A stand-in of Twilio over real sockets: its REST interface, and calls that do what our documents say.

Written from the provider's documentation alone, never run beside the provider. Each behaviour names the page it is from:

- requests for documents, and what is in them: https://www.twilio.com/docs/voice/twiml
- signatures: https://www.twilio.com/docs/usage/security
- webhooks that are tried again: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
- placing, redirecting and ending calls: https://www.twilio.com/docs/voice/api/call-resource
- their states, and which of them are told: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
- conferences: https://www.twilio.com/docs/voice/twiml/conference
"""

import asyncio
import base64
import hashlib
import hmac
import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

from aiohttp import ClientError, ClientSession, DummyCookieJar, encode_basic_auth, web
from aiohttp.test_utils import TestServer

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a secret of the account"  # noqa: S105 - of the tests alone
PUBLIC = "https://cc.example/phones"
"""What the provider calls; the proxy in front of us takes `/phones` away."""

OVERRIDES = "#rc=5&rp=ct,rt,5xx"
"""As docs/twilio.md wants a number to be set up."""

PATIENCE_S = 15
FINAL = ("completed", "busy", "no-answer", "failed", "canceled")
TRIES = 6
TRY_AGAIN_S = 0.2
"""Before the first further try; twice as long before each that follows."""


@dataclass(eq=False)
class Call:
    """A call as the provider has it. `hears` is the last thing it was given; `said` everything that was spoken."""

    sid: str
    to: str
    caller: str
    direction: str
    status: str
    url: str
    callback: str = ""
    events: tuple[str, ...] = ("completed",)
    hears: str = ""
    said: list[dict[str, str]] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    room: str = ""
    is_held: bool = False
    is_mute: bool = False
    takes_along: bool = False
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


@dataclass
class Room:
    """A conference: it begins with the second participant, if one of them may begin it."""

    sid: str
    there: list[Call] = field(default_factory=list)
    callback: str = ""
    has_begun: bool = False


class Provider:
    """The account, and everybody's phones in a test's hand."""

    def __init__(self, connection: str = "pbx") -> None:
        self._connection = connection
        self.server_url: Callable[[], str] = str
        self.calls: dict[str, Call] = {}
        self.rooms: dict[str, Room] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        """Requests to REST: method, path behind the account, fields."""

        self.refusal: tuple[int, int] | None = None
        """Status and code of every answer of REST, when it is out of order."""

        self.loses_answer = False
        """The next call placed is placed, but nobody is told."""

        self.loses_callbacks = False
        self.unknown = {"nobody"}
        """Numbers that do not exist."""

        self.manners: dict[str, str] = {}
        """Phone -> the state its calls end in at once."""

        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        app = web.Application()
        account = f"/2010-04-01/Accounts/{ACCOUNT}"
        app.router.add_get(f"{account}.json", self._account)
        app.router.add_post(f"{account}/Calls.json", self._place)
        app.router.add_post(account + "/Calls/{sid}.json", self._update)
        app.router.add_get(account + "/Calls/{sid}.json", self._fetch)
        app.router.add_post(
            account + "/Conferences/{room}/Participants/{sid}.json", self._participant
        )
        self._rest = TestServer(app)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._rest.start_server()
        self._http = ClientSession(cookie_jar=DummyCookieJar())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks = [*self._tasks, *(one.task for one in self.calls.values() if one.task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.close()
        await self._rest.close()

    def system(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - settings
        """The setting of this account."""
        return {
            "kind": "twilio",
            "account_sid": ACCOUNT,
            "auth_tokens": [TOKEN],
            "public_url": PUBLIC,
            "control_url": str(self._rest.make_url("")),
            "shown_number": "+4930900900",
            **more,
        }

    # --- people -----------------------------------------------------------------------------------

    def call(self, to: str = "100", caller: str = "+4930123456") -> Call:
        """A customer calls one of our numbers: the number's webhook is asked what to do."""
        base = f"{PUBLIC}/telephony/twilio/{self._connection}"
        call = self._new(to, caller, "inbound", f"{base}/voice{OVERRIDES}")
        call.callback = f"{base}/status{OVERRIDES}"
        call.task = asyncio.ensure_future(self._execute(call, call.url))
        return call

    async def ring(self, phone: str, number: int = 1) -> Call:
        """The phone rings: the call to it, as soon as it does; the `number`th one."""
        found: Call = await self.until(lambda: self._ringing(phone, number))
        return found

    def _ringing(self, phone: str, number: int) -> Call | None:
        rung = [one for one in self.calls.values() if one.to == phone]
        return (
            rung[number - 1]
            if len(rung) >= number and rung[number - 1].status != "queued"
            else None
        )

    def repeat(self, call: Call) -> Call:
        """The same phone rings by a second call, as after a request that was sent twice."""
        second = self._new(call.to, call.caller, call.direction, call.url)
        second.callback, second.events = call.callback, call.events
        self._keep(self._ring_it(second))
        return second

    def pick_up(self, call: Call) -> None:
        """Somebody answers: the call asks for its document, and says so."""
        call.status = "in-progress"
        self._progress(call, "answered")
        call.task = asyncio.ensure_future(self._execute(call, call.url))

    def end(self, call: Call, status: str = "completed", sip_code: str = "") -> None:
        """Somebody hangs up, or does not answer."""
        if call.status in FINAL:
            return
        call.status, call.hears = status, ""
        if call.task is not None and call.task is not asyncio.current_task():
            call.task.cancel()
        self._leave(call)
        self._progress(call, "completed", **({"SipResponseCode": sip_code} if sip_code else {}))
        self._changed.set()

    async def press(self, call: Call, digits: str) -> None:
        """As soon as digits are waited for; none: the time runs out."""
        await self.hears(call, "gather")
        call.keys.put_nowait(digits)

    async def hears(self, call: Call, what: str) -> None:
        """Return once the call hears this: music, gather, silence, or who is in the conference with it."""
        await self.until(lambda: call.hears == what)

    async def until(self, is_so: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the function says
        """What it says, once it is something."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := is_so()):
                self._changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self._changed.wait()
        return found

    def live(self) -> list[Call]:
        """Calls that are not over."""
        return [one for one in self.calls.values() if one.status not in FINAL]

    # --- REST -------------------------------------------------------------------------------------

    def _new(self, to: str, caller: str, direction: str, url: str) -> Call:
        sid = f"CA{next(self._numbers):032x}"
        status = "ringing" if direction == "inbound" else "queued"
        call = self.calls[sid] = Call(sid, to, caller, direction, status, url)
        return call

    async def _checked(self, request: web.Request) -> dict[str, Any]:
        form = parse_qsl(await request.text(), keep_blank_values=True)
        path = request.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}")
        self.asked.append((request.method, path, dict(form)))
        if request.headers.get("Authorization") != encode_basic_auth(ACCOUNT, TOKEN):
            raise _refused(401, 20003)
        if self.refusal is not None:
            raise _refused(*self.refusal)
        return {**dict(form), "events": tuple(v for k, v in form if k == "StatusCallbackEvent")}

    async def _account(self, request: web.Request) -> web.Response:
        await self._checked(request)
        return web.json_response({"sid": ACCOUNT, "status": "active"})

    async def _place(self, request: web.Request) -> web.Response:
        """An agent's phone or a customer's: https://www.twilio.com/docs/voice/api/call-resource#create-a-call-resource.

        21211, no such number: https://www.twilio.com/docs/api/errors/21211. Nothing makes a repeated request the same call.
        """
        fields = await self._checked(request)
        if fields["To"] in self.unknown:
            raise _refused(400, 21211)
        call = self._new(fields["To"], fields["From"], "outbound-api", fields["Url"])
        call.callback, call.events = fields["StatusCallback"], fields["events"]
        self._keep(self._ring_it(call))
        if self.loses_answer and request.transport is not None:
            self.loses_answer = False
            request.transport.abort()
        return _shown(call, 201)

    async def _ring_it(self, call: Call) -> None:
        if call.status != "queued":
            return  # picked up by now: what was before is not told any more
        self._progress(call, "initiated", CallStatus="initiated")
        await asyncio.sleep(0)
        if call.to in self.manners:
            self.end(call, self.manners[call.to])
        elif call.status == "queued":
            call.status = "ringing"
            self._progress(call, "ringing")
            self._changed.set()

    async def _fetch(self, request: web.Request) -> web.Response:
        await self._checked(request)
        return _shown(self._known(request))

    async def _update(self, request: web.Request) -> web.Response:
        """https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource (21220: not in progress)."""
        fields = await self._checked(request)
        call = self._known(request)
        if call.status in FINAL:
            raise _refused(400, 21220)
        if fields.get("Status") == "completed":
            self.end(call, "completed" if call.status == "in-progress" else "canceled")
            return _shown(call)
        if call.status != "in-progress":
            raise _refused(400, 21220)
        if call.task is not None:
            call.task.cancel()
        self._leave(call)
        call.task = asyncio.ensure_future(self._execute(call, fields["Url"]))
        return _shown(call)

    async def _participant(self, request: web.Request) -> web.Response:
        """https://www.twilio.com/docs/voice/api/conference-participant-resource: who is held hears music, who is muted is not heard."""
        fields = await self._checked(request)
        call = self._known(request)
        room = self.rooms.get(call.room)
        if room is None or room.sid != request.match_info["room"]:
            raise _refused(404, 20404)
        call.is_held = fields.get("Hold", str(call.is_held).lower()) == "true"
        call.is_mute = fields.get("Muted", str(call.is_mute).lower()) == "true"
        self._hear(room)
        return _shown(call)

    def _known(self, request: web.Request) -> Call:
        call = self.calls.get(request.match_info["sid"])
        if call is None:
            raise _refused(404, 20404)
        return call

    # --- documents --------------------------------------------------------------------------------

    async def _execute(self, call: Call, url: str) -> None:
        """One document after another; where one runs out, the call is hung up."""
        extra: dict[str, str] = {}
        following: str | None = url
        while following is not None:
            status, text = await self.post(call, following, extra)
            if status == 204:
                break
            if status != 200:
                self.end(call, "failed")
                return
            call.documents.append(text)
            following, extra = await self._play(call, ElementTree.fromstring(text))  # noqa: S314 - ours
        self.end(call)

    async def _play(
        self, call: Call, document: ElementTree.Element
    ) -> tuple[str | None, dict[str, str]]:
        for verb in document:
            if verb.tag not in ("Pause", "Redirect"):
                call.status = "in-progress"  # a pause before anything is heard does not pick up
            match verb.tag:
                case "Say" | "Play":
                    self._say(call, verb)
                    await asyncio.sleep(0)
                case "Pause":
                    call.hears = "silence"
                    await asyncio.sleep(0.02)
                case "Redirect":
                    return verb.text, {}
                case "Gather":
                    digits = await self._gather(call, verb)
                    if digits:
                        return verb.attrib["action"], {"Digits": digits}
                case "Dial":
                    await self._confer(call, verb[0])
                    return verb.attrib.get("action"), {}
                case _:
                    return None, {}
        return None, {}

    def _say(self, call: Call, verb: ElementTree.Element) -> None:
        call.said.append({**verb.attrib, "text": verb.text or ""})
        call.hears = verb.text or ""
        self._changed.set()

    async def _gather(self, call: Call, verb: ElementTree.Element) -> str:
        """https://www.twilio.com/docs/voice/twiml/gather: without a digit the document goes on behind it."""
        for one in verb:
            self._say(call, one)
        call.hears = "gather"
        self._changed.set()
        return await call.keys.get()

    async def _confer(self, call: Call, verb: ElementTree.Element) -> None:
        """https://www.twilio.com/docs/voice/twiml/conference: it plays its music until it begins."""
        room = self.rooms.setdefault(verb.text or "", Room(f"CF{next(self._numbers):032x}"))
        room.callback = room.callback or verb.attrib.get("statusCallback", "")
        room.there.append(call)
        call.room, call.takes_along = (
            verb.text or "",
            verb.attrib.get("endConferenceOnExit") == "true",
        )
        call.released.clear()
        self._of_room(room, call.room, "participant-join", call.sid)
        may_begin = verb.attrib.get("startConferenceOnEnter", "true") == "true"
        if not room.has_begun and may_begin and len(room.there) > 1:
            room.has_begun = True
            self._of_room(room, call.room, "conference-start", "")
        call.hears = "silence" if verb.attrib.get("waitUrl") == "" else "music"
        if room.has_begun:
            self._hear(room)
        self._changed.set()
        await call.released.wait()

    def _hear(self, room: Room) -> None:
        for one in room.there:
            others = [
                "caller" if other.direction == "inbound" else other.to
                for other in room.there
                if other is not one and not other.is_held and not other.is_mute
            ]
            one.hears = "music" if one.is_held else ",".join(others) or "silence"
        self._changed.set()

    def _leave(self, call: Call) -> None:
        room = self.rooms.get(call.room)
        call.room, call.is_held, call.is_mute = "", False, False
        if room is None or call not in room.there:
            return
        room.there.remove(call)
        for one in room.there:
            one.hears = "silence"
        if call.takes_along:
            for one in list(room.there):
                self._leave(one)
                one.released.set()
        if not room.there:
            self.rooms = {name: one for name, one in self.rooms.items() if one is not room}

    def _of_room(self, room: Room, name: str, event: str, sid: str) -> None:
        if room.callback:
            fields = {"FriendlyName": name, "StatusCallbackEvent": event, "ConferenceSid": room.sid}
            who = {"CallSid": sid} if sid else {}
            self._keep(self._told(room.callback, {**fields, **who}))

    # --- webhooks ---------------------------------------------------------------------------------

    def _progress(self, call: Call, event: str, **more: str) -> None:
        if event in call.events and call.callback and not self.loses_callbacks:
            fields = {**_about(call), **more, "CallbackSource": "call-progress-events"}
            self._keep(self._told(call.callback, fields))

    async def _told(self, url: str, fields: dict[str, str]) -> None:
        await self.webhook(url, fields)

    def _keep(self, doing: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def post(self, call: Call, url: str, extra: dict[str, str]) -> tuple[int, str]:
        """A call asks for a document."""
        return await self.webhook(url, {**_about(call), **extra})

    async def webhook(
        self, url: str, fields: dict[str, str], signature: str | None = None
    ) -> tuple[int, str]:
        """Status and text. Tried again as the address asks for; its fragment is neither sent nor signed."""
        address, _, overrides = url.partition("#")
        tries = TRIES if "rc=5" in overrides else 1
        answer = 0, ""
        for number in range(tries):
            with suppress(ClientError, OSError):
                answer = await self.deliver(address, fields, signature)
                if answer[0] < 500:
                    return answer
            await asyncio.sleep(TRY_AGAIN_S * 2**number)
        return answer

    async def deliver(
        self, address: str, fields: dict[str, str], signature: str | None = None
    ) -> tuple[int, str]:
        """Once, by way of the proxy."""
        parts = urlsplit(address)
        path = parts.path.removeprefix("/phones") + (f"?{parts.query}" if parts.query else "")
        headers = {"X-Twilio-Signature": sign(address, fields) if signature is None else signature}
        async with self._http.post(
            self.server_url() + path, data=fields, headers=headers
        ) as response:
            return response.status, await response.text()


def sign(address: str, fields: dict[str, str], token: str = TOKEN) -> str:
    """https://www.twilio.com/docs/usage/security#validating-requests, by hand: the address, then fields by name."""
    text = address + "".join(f"{name}{value}" for name, value in sorted(fields.items()))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _about(call: Call) -> dict[str, str]:
    """https://www.twilio.com/docs/voice/twiml#request-parameters."""
    return {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "CallSid": call.sid,
        "CallStatus": call.status,
        "Direction": call.direction,
        "From": call.caller,
        "To": call.to,
    }


def _shown(call: Call, status: int = 200) -> web.Response:
    return web.json_response({"sid": call.sid, "status": call.status}, status=status)


def _refused(status: int, code: int) -> web.HTTPException:
    text = f'{{"code": {code}, "message": "", "status": {status}}}'
    kinds = {
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }
    kind = kinds.get(status, web.HTTPBadRequest)
    return kind(text=text, content_type="application/json")
