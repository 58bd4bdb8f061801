"""A stand-in of Asterisk over real sockets: the part of ARI that callcenter uses, with everybody's phones in a test's hand.

What it answers and tells is what the real one does: the same stories are told of both (`tests/ari_stories.py`).
"""

import asyncio
import contextlib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from aiohttp import BasicAuth, WSMsgType, web
from aiohttp.test_utils import TestServer

USER: Final = "callcenter"
PASSWORD: Final = "callcenter"  # noqa: S105 - of the tests alone
READER: Final = "readonly"
BUSY, ANSWERS, RINGS, DECLINES, DEAD = "busy", "answers", "rings", "declines", "dead"
_CAUSES: Final = {BUSY: 17, DECLINES: 21}
NORMAL, NO_ANSWER = 16, 19
MUSIC: Final = "music"

Query = dict[str, str]
Answer = tuple[int, object]
DONE: Final[Answer] = (204, None)


def refused(status: int, message: str) -> Answer:
    """As Asterisk says no."""
    return status, {"message": message}


@dataclass(eq=False)
class Channel:
    """A connection to a telephone. `is_ours` while our program has it; `app_args` of one that we have made."""

    id: str
    state: str
    caller: str = ""
    exten: str = ""
    is_ours: bool = False
    is_made: bool = False
    app_args: str = ""
    phone: str = ""
    hears: str = ""
    bridge: str = ""
    is_mute: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    timer: asyncio.Handle | None = None

    def shown(self) -> dict[str, object]:
        """As ARI shows it."""
        place = {"context": "from-caller", "exten": self.exten, "priority": 1}
        program = {"app_name": "Stasis" if self.is_ours else "Queue"}
        caller = {"name": "", "number": self.caller}
        return {"id": self.id, "state": self.state, "caller": caller, "dialplan": place | program}


def _who(request: web.Request) -> BasicAuth | None:
    """Whoever may at least read."""
    sent = request.headers.get("Authorization")
    who = BasicAuth.decode(sent) if sent else None
    is_known = who is not None and who.password == PASSWORD and who.login in (USER, READER)
    return who if is_known else None


class StandIn:
    """One Asterisk with one application; `phones` says what each phone does: nothing said, it rings until it is told to."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, list[str]] = {}
        self.legs: list[Channel] = []
        """Whatever has rung a phone, in order."""

        self.phones: dict[str, str] = {}
        self.silent_sounds: set[str] = set()
        """What it cannot play: there is no such file."""

        self.asked: list[tuple[str, str, Query]] = []
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        """Called before each request is carried out: something else may happen first."""

        self.is_deaf = False
        """It answers, and tells nothing."""

        self._app: str | None = None
        self._allowed: list[object] = []
        self._socket: web.WebSocketResponse | None = None
        self._cable: asyncio.Transport | None = None
        self._out: asyncio.Queue[tuple[web.WebSocketResponse, object]] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._playing: dict[str, Channel] = {}
        self._started = datetime.now(UTC)
        self._answers = self._table()
        app = web.Application()
        app.router.add_get("/ari/events", self._listen)
        app.router.add_get("/ari/{path:.+}", self._read_list)
        self._door = TestServer(app)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._door.start_server()
        self._writing = asyncio.ensure_future(self._write())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Gone, with all calls."""
        for channel in self.channels.values():
            if channel.timer is not None:
                channel.timer.cancel()
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        await self._door.close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self._door.make_url("/")).rstrip("/")

    # --- customers and phones ---

    def call(self, number: str = "100", caller: str = "+4930123456") -> Channel:
        """A customer calls; while nobody listens somebody else has the call."""
        channel = Channel(f"rig-{next(self._numbers)}.0", "Ring", caller, number)
        self.channels[channel.id] = channel
        if self._socket is not None:
            self._begin(channel, "caller")
        return channel

    def leave(self, channel: Channel) -> None:
        """Whoever is there hangs up."""
        if channel.id in self.channels:
            self._tell("ChannelHangupRequest", channel, cause=127)
            self._end(channel, NORMAL)

    def press(self, channel: Channel, digits: str) -> None:
        """Keys."""
        for digit in digits:
            self._tell("ChannelDtmfReceived", channel, digit=digit)

    def pick_up(self, channel: Channel) -> None:
        """A phone that rings is answered."""
        if channel.id in self.channels and channel.state != "Up":
            self._stop_waiting(channel)
            channel.state = "Up"
            self._tell("ChannelStateChange", channel)
            self._tell("Dial", None)
            if self._app is None:
                self._end(channel, NORMAL)
            else:
                self._begin(channel, channel.app_args)

    def put_down(self, channel: Channel) -> None:
        """It is hung up, or pressed away while it rings."""
        if channel.id in self.channels:
            self._end(channel, NORMAL if channel.state == "Up" else _CAUSES[DECLINES])

    def heard_by(self, channel: Channel) -> str:
        """Music, the id of another channel in the same bridge, or nothing."""
        others = (self.channels[one] for one in self.bridges.get(channel.bridge, []))
        voices = [one.id for one in others if one is not channel and not one.is_mute]
        return voices[0] if voices else "" if channel.bridge else channel.hears

    def drop(self) -> None:
        """The cable is cut."""
        self._socket, cable = None, self._cable
        if cable is not None:
            cable.abort()
        self._forget_app()

    # --- the socket ---

    async def _read_list(self, request: web.Request) -> web.Response:
        if _who(request) is None:
            return web.Response(status=401)
        status, body = self._heard("GET", request.match_info["path"], {})
        return web.json_response(body, status=status)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        who = _who(request)
        if who is None:
            return web.Response(status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self._socket is not None:
            self._tell("ApplicationReplaced", None)
        self._socket, self._app, self._cable = socket, request.query["app"], request.transport
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._answer(socket, message.json(), may_write=who.login == USER)
        if self._socket is socket:
            self._socket = None
            self._forget_app()
        return socket

    def _answer(
        self, socket: web.WebSocketResponse, asked: dict[str, Any], *, may_write: bool
    ) -> None:
        parts = urlsplit(asked["uri"])
        query = dict(parse_qsl(parts.query)) | {"": asked.get("message_body", "")}
        method = asked["method"]
        if method != "GET" and not may_write:
            status, body = refused(403, "Write access denied")
        else:
            status, body = self._heard(method, parts.path, query)
        reply = {
            "type": "RESTResponse",
            "request_id": asked["request_id"],
            "status_code": status,
            "message_body": "" if body is None else msgspec.json.encode(body).decode(),
        }
        if self._passes(reply["type"]):
            self._out.put_nowait((socket, reply))

    def _heard(self, method: str, uri: str, query: Query) -> Answer:
        path = tuple(unquote(one) for one in uri.split("/"))
        self.before(method, "/".join(path))
        self.asked.append((method, "/".join(path), query))
        return self._carry_out(method, path, query)

    async def _write(self) -> None:
        """One after another, as they came about: what a request leads to at once is told before it is answered."""
        while True:
            socket, frame = await self._out.get()
            with contextlib.suppress(ConnectionError):
                await socket.send_str(msgspec.json.encode(frame).decode())

    def _carry_out(self, method: str, path: tuple[str, ...], query: Query) -> Answer:
        noun, rest = path[0], path[1:]
        verb = rest[1] if len(rest) > 1 else ("one" if rest else "all")
        answer = self._answers.get(f"{method} {noun} {verb}")
        if answer is None:
            return refused(404, "no such request")
        if noun == "channels" and rest and verb != "one" and rest[0] not in self.channels:
            return refused(404, "Channel not found")
        return answer(rest, query)

    def _table(self) -> dict[str, Callable[[tuple[str, ...], Query], Answer]]:
        return {
            "GET asterisk one": lambda _rest, _query: (200, self._info()),
            "GET applications one": lambda _rest, _query: self._application(),
            "PUT applications eventFilter": self._filter,
            "POST events echo": self._echo,
            "GET channels all": lambda _rest, _query: (200, self._shown_channels()),
            "POST channels all": lambda _rest, query: self._originate(query),
            "DELETE channels one": lambda rest, _query: self._delete_channel(rest[0]),
            "POST channels answer": lambda rest, _query: self._pick_up_ours(rest[0]),
            "POST channels play": self._play,
            "POST channels moh": lambda rest, _query: self._hear(rest[0], MUSIC),
            "DELETE channels moh": lambda rest, _query: self._hear(rest[0], ""),
            "POST channels mute": lambda rest, _query: self._mute(rest[0], is_mute=True),
            "DELETE channels mute": lambda rest, _query: self._mute(rest[0], is_mute=False),
            "POST channels variable": self._set,
            "GET bridges all": lambda _rest, _query: (200, self._shown_bridges()),
            "POST bridges one": lambda rest, _query: self._make_bridge(rest[0]),
            "DELETE bridges one": lambda rest, _query: self._delete_bridge(rest[0]),
            "POST bridges addChannel": self._add,
            "POST bridges removeChannel": self._remove,
            "POST bridges play": lambda _rest, _query: (201, {}),
            "DELETE playbacks one": lambda rest, _query: self._stop_playing(rest[0]),
        }

    def _passes(self, kind: str) -> bool:
        """Answers as well as events: a filter without the former is never answered."""
        return not self._allowed or {"type": kind} in self._allowed

    def _tell(self, kind: str, channel: Channel | None, **more: object) -> None:
        """To whoever listens; what is filtered away is not told."""
        socket = self._socket
        if socket is None or self.is_deaf or not self._passes(kind):
            return
        shown = {} if channel is None else {"channel": channel.shown()}
        frame = {"type": kind, "application": self._app, **shown, **more}
        self._out.put_nowait((socket, frame))

    # --- what is asked ---

    def _info(self) -> object:
        return {"status": {"startup_time": self._started.isoformat(timespec="milliseconds")}}

    def _application(self) -> Answer:
        if self._app is None:
            return refused(404, "Application not found")
        ours = [one.id for one in self.channels.values() if one.is_ours]
        return 200, {
            "name": self._app,
            "channel_ids": ours,
            "events_allowed": self._allowed,
        }

    def _filter(self, _rest: tuple[str, ...], query: Query) -> Answer:
        self._allowed = msgspec.json.decode(query[""]).get("allowed", [])
        return 200, {}

    def _echo(self, _rest: tuple[str, ...], query: Query) -> Answer:
        if query.get("application") != self._app:
            return refused(404, "Application not found")
        self._tell("ChannelUserevent", None, eventname="echo")
        return 204, None

    def _forget_app(self) -> None:
        """Without a listener and without channels an application is gone, and its filter with it."""
        if not any(one.is_ours for one in self.channels.values()):
            self._app, self._allowed = None, []

    def _shown_channels(self) -> object:
        return [one.shown() for one in self.channels.values()]

    def _shown_bridges(self) -> object:
        return [{"id": name, "channels": who} for name, who in self.bridges.items()]

    def _originate(self, query: Query) -> Answer:
        name, originator = query["channelId"], query.get("originator")
        if name in self.channels:
            return refused(409, "Channel with given unique ID already exists")
        if originator is not None and originator not in self.channels:
            return refused(400, "Provided originator channel was not found")
        phone = re.split("[/:]", query["endpoint"])[-1]
        channel = Channel(name, "Down", phone=phone, is_made=True)
        channel.app_args = query.get("appArgs", "")
        self.channels[name] = channel
        self._tell("Dial", None)
        loop, manner = asyncio.get_running_loop(), self.phones.get(phone, "")
        if manner in _CAUSES:
            channel.timer = loop.call_soon(self._end, channel, _CAUSES[manner])
        else:
            wait_s = int(query.get("timeout", 30))
            channel.timer = loop.call_later(wait_s, self._end, channel, NO_ANSWER)
            if manner != DEAD:
                loop.call_soon(self._ring, channel)
        return 200, channel.shown()

    def _ring(self, channel: Channel) -> None:
        if channel.id not in self.channels:
            return
        channel.state = "Ringing"
        self.legs.append(channel)
        self._tell("ChannelStateChange", channel)
        if self.phones.get(channel.phone) == ANSWERS:
            self.pick_up(channel)

    def _delete_channel(self, name: str) -> Answer:
        channel = self.channels.get(name)
        if channel is None:
            return refused(404, "Channel not found")
        self._end(channel, NORMAL)
        return DONE

    def _pick_up_ours(self, name: str) -> Answer:
        self.channels[name].state = "Up"
        return DONE

    def _hear(self, name: str, what: str) -> Answer:
        self.channels[name].hears = what
        return DONE

    def _mute(self, name: str, *, is_mute: bool) -> Answer:
        self.channels[name].is_mute = is_mute
        return DONE

    def _set(self, rest: tuple[str, ...], query: Query) -> Answer:
        self.channels[rest[0]].variables[query["variable"]] = query.get("value", "")
        self._tell("ChannelVarset", self.channels[rest[0]], variable=query["variable"])
        return DONE

    def _play(self, rest: tuple[str, ...], query: Query) -> Answer:
        channel, name = self.channels[rest[0]], rest[2]
        if name in self._playing:
            return refused(409, "Playback with given unique ID already exists")
        channel.hears, self._playing[name] = "", channel
        is_silent = query["media"] in self.silent_sounds
        asyncio.get_running_loop().call_soon(self._played, name, "failed" if is_silent else "done")
        return 201, {"id": name, "state": "queued"}

    def _played(self, name: str, state: str) -> None:
        if self._playing.pop(name, None) is not None:
            self._tell("PlaybackFinished", None, playback={"id": name, "state": state})

    def _stop_playing(self, name: str) -> Answer:
        if name not in self._playing:
            return refused(404, "Playback not found")
        self._played(name, "done")
        return DONE

    # --- bridges ---

    def _make_bridge(self, name: str) -> Answer:
        self.bridges.setdefault(name, [])
        return 200, {"id": name, "channels": self.bridges[name]}

    def _delete_bridge(self, name: str) -> Answer:
        if name not in self.bridges:
            return refused(404, "Bridge not found")
        for one in self.bridges.pop(name):
            self.channels[one].bridge = ""
        return DONE

    def _add(self, rest: tuple[str, ...], query: Query) -> Answer:
        """All of them or nobody."""
        names = query["channel"].split(",")
        if rest[0] not in self.bridges:
            return refused(404, "Bridge not found")
        if not all(one in self.channels for one in names):
            return refused(400, "Channel not found")
        if not all(self.channels[one].is_ours for one in names):
            return refused(409, "Channel not in Stasis application")
        for one in names:
            self._part(self.channels[one])
            self.channels[one].bridge = rest[0]
            self.bridges[rest[0]].append(one)
        return DONE

    def _remove(self, rest: tuple[str, ...], query: Query) -> Answer:
        channel = self.channels.get(query["channel"])
        if rest[0] not in self.bridges:
            return refused(404, "Bridge not found")
        if channel is None or channel.bridge != rest[0]:
            return refused(422, "Channel not in this bridge")
        self._part(channel)
        return DONE

    def _part(self, channel: Channel) -> None:
        if channel.bridge in self.bridges:
            self.bridges[channel.bridge].remove(channel.id)
        channel.bridge = ""

    # --- begin and end ---

    def _begin(self, channel: Channel, args: str) -> None:
        channel.is_ours = True
        self._tell("StasisStart", channel, args=[args])

    def _end(self, channel: Channel, cause: int) -> None:
        """One that came in is not heard of any more once it has left our program."""
        if self.channels.pop(channel.id, None) is None:
            return
        self._stop_waiting(channel)
        self._part(channel)
        if channel.is_ours:
            channel.is_ours = False
            self._tell("StasisEnd", channel)
        if channel.is_made:
            self._tell("ChannelDestroyed", channel, cause=cause)

    @staticmethod
    def _stop_waiting(channel: Channel) -> None:
        if channel.timer is not None:
            channel.timer.cancel()
            channel.timer = None
