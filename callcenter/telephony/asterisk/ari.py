"""One open connection to ARI: events by WebSocket, and requests with their answers over the same; lists by HTTP.

The reader does nothing but read, since a reader that is slow is cut off by Asterisk. A frame is made on the stack of one
of its threads (496 kB, Asterisk 22): the list of some thousand channels, asked for over the WebSocket, ends the process
with all its calls.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
    encode_basic_auth,
)
from aiohttp.hdrs import AUTHORIZATION
from yarl import URL

from callcenter.tasks import owned
from callcenter.telephony.asterisk import limits


class AriLost(Exception):
    """The connection is gone, or did not come about: nobody knows what became of a request."""


class AriRefused(AriLost):
    """Asterisk does not let us in; `status` says why: 401 wrong password, 403 may only read."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class AriAbsent(AriLost):
    """Nobody listens there: the process is not running."""


class Party(msgspec.Struct, frozen=True):
    """A number."""

    number: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where in the dial plan."""

    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct, frozen=True):
    """One connection to a telephone, as Asterisk has it: ours is called a leg or a call."""

    id: str
    state: str = ""
    caller: Party = Party()
    dialplan: Place = Place()


class Playback(msgspec.Struct, frozen=True):
    """A sound that is played."""

    id: str
    state: str = ""


class Bridge(msgspec.Struct, frozen=True):
    """Who hears whom."""

    id: str
    channels: list[str] = []


class LiveRecording(msgspec.Struct, frozen=True):
    """A recording that is made, or has just been."""

    name: str
    state: str = ""


class Told(msgspec.Struct, frozen=True):
    """A frame of Asterisk's; which fields count follows from the type."""

    type: str
    request_id: str = ""
    status_code: int = 0
    message_body: str = ""
    channel: Channel | None = None
    playback: Playback | None = None
    recording: LiveRecording | None = None
    args: list[str] = []
    digit: str = ""
    cause: int = 0
    tech_cause: int = 0


class Reply(msgspec.Struct, frozen=True):
    """The answer to a request."""

    status: int
    body: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.status < 300


_FRAMES: Final = msgspec.json.Decoder(Told)
REPLY: Final = "RESTResponse"
REPLACED: Final = "ApplicationReplaced"
ECHO: Final = "ChannelUserevent"
"""An event that we ask for ourselves."""
HEARD: Final = (
    "StasisStart",
    "StasisEnd",
    "ChannelStateChange",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    REPLACED,
    ECHO,
    REPLY,
)
"""The events that anything follows from (`Lines.hear`), and answers, which pass the same filter: of the others, which are most,
Asterisk tells nothing."""

_FILTER: Final = {"allowed": [{"type": name} for name in HEARD]}


_MAY_ONLY_READ: Final = 403


class Lists:
    """What there may be many of, read by HTTP."""

    def __init__(self, http: ClientSession, url: str, headers: Mapping[str, str]) -> None:
        """`url` of the server, without a path."""
        self._http = http
        self._url = f"{url.rstrip('/')}/ari/"
        self._headers = headers

    async def read(self, *path: str) -> Reply:
        """All of them. Raises AriLost: no answer, or one larger than LIST_BYTES_MAX."""
        uri = URL(self._url + "/".join(quote(part, safe="") for part in path), encoded=True)
        body = bytearray()
        try:
            async with (
                asyncio.timeout(limits.LIST_MS / 1000),
                self._http.get(uri, headers=self._headers, allow_redirects=False) as answer,
            ):
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > limits.LIST_BYTES_MAX:
                        raise AriLost
                return Reply(answer.status, body.decode(errors="replace"))
        except (TimeoutError, ClientError, OSError) as error:
            raise AriLost from error


class Ari:
    """An open connection."""

    def __init__(
        self,
        socket: ClientWebSocketResponse,
        lists: Lists,
        app: str,
        on_sign: Callable[[], None],
    ) -> None:
        """`on_sign` is called whenever Asterisk has said something."""
        self.lists = lists
        self.events: asyncio.Queue[Told | None] = asyncio.Queue(limits.EVENTS_WAITING_MAX)
        """What Asterisk tells, in order; None at the end."""
        self._socket = socket
        self._app = app
        self._on_sign = on_sign
        self._asked: dict[str, asyncio.Future[Reply]] = {}
        self._count = 0
        self._is_open = True
        self._echo = asyncio.Event()

    async def ask(self, method: str, *path: str, body: object = None, **query: object) -> Reply:
        """One request whose answer is short: lists have a way of their own. Raises AriLost."""
        if not self._is_open:
            raise AriLost
        self._count += 1
        name = str(self._count)
        uri = "/".join(quote(part, safe="") for part in path)
        if query:
            uri = f"{uri}?{urlencode(query)}"
        request: dict[str, Any] = {
            "type": "RESTRequest",
            "request_id": name,
            "method": method,
            "uri": uri,
        }
        if body is not None:
            request["content_type"] = "application/json"
            request["message_body"] = msgspec.json.encode(body).decode()
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[name] = reply
        try:
            async with asyncio.timeout(limits.ASK_MS / 1000):
                await self._socket.send_str(msgspec.json.encode(request).decode())
                return await reply
        except (TimeoutError, ClientError, OSError) as error:
            await self._socket.close()
            raise AriLost from error
        finally:
            del self._asked[name]

    async def prepare(self) -> None:
        """What has to be said after each connect: an application that had vanished came back without its filter.

        Raises AriLost, AriRefused.
        """
        reply = await self.ask("PUT", "applications", self._app, "eventFilter", body=_FILTER)
        if reply.status == _MAY_ONLY_READ:
            raise AriRefused(reply.status)

    async def until_heard(self) -> None:
        """See that what Asterisk tells comes here, by an event of our own.

        A connection made in the instant the one before ends may answer everything and be told nothing: that end takes the
        application's listener away. Raises AriLost, AriRefused.
        """
        reply = await self.ask("POST", "events", "user", "echo", application=self._app)
        if reply.status == _MAY_ONLY_READ:
            raise AriRefused(reply.status)
        try:
            async with asyncio.timeout(limits.ECHO_MS / 1000):
                await self._echo.wait()
        except TimeoutError as error:
            raise AriLost from error

    async def read(self) -> None:
        """Until the connection ends."""
        try:
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT:
                    break
                self._on_sign()
                await self._sort(message.data)
        finally:
            self._is_open = False
            for reply in self._asked.values():
                if not reply.done():
                    reply.set_exception(AriLost())
            await self.events.put(None)

    async def _sort(self, text: str) -> None:
        try:
            told = _FRAMES.decode(text)
        except msgspec.MsgspecError:
            return  # nothing we know how to read
        if told.type == ECHO:
            self._echo.set()
            return
        if told.type != REPLY:
            await self.events.put(told)
            return
        reply = self._asked.get(told.request_id)
        if reply is not None and not reply.done():
            reply.set_result(Reply(told.status_code, told.message_body))


class Account(msgspec.Struct, frozen=True):
    """Who we are to Asterisk: `app` is the name under which the dial plan hands us calls, of one process alone."""

    user: str
    password: str
    app: str


@asynccontextmanager
async def connected(
    http: ClientSession, url: str, account: Account, on_sign: Callable[[], None]
) -> AsyncIterator[Ari]:
    """A connection, read from as long as the block lasts. Raises AriLost, AriAbsent, AriRefused."""
    address = f"{url.rstrip('/')}/ari/events?{urlencode({'app': account.app})}"
    headers: dict[str, str] = {AUTHORIZATION: encode_basic_auth(account.user, account.password)}
    try:
        async with asyncio.timeout(limits.CONNECT_MS / 1000):
            socket = await http.ws_connect(
                address,
                headers=headers,
                heartbeat=limits.HEARTBEAT_S,
                max_msg_size=limits.FRAME_BYTES_MAX,
                timeout=ClientWSTimeout(ws_close=1.0),
            )
    except (ClientError, OSError, TimeoutError, ValueError) as error:
        raise _why(error) from error
    try:
        ari = Ari(socket, Lists(http, url, headers), account.app, on_sign)
        async with owned(ari.read(), "events of Asterisk"):
            yield ari
    finally:
        await socket.close()


def _why(error: Exception) -> AriLost:
    status = getattr(error, "status", 0)
    if status in (401, 403):
        return AriRefused(status)
    is_absent = isinstance(getattr(error, "os_error", error), ConnectionRefusedError)
    return AriAbsent() if is_absent else AriLost()
