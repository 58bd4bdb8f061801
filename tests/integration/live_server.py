"""The whole server as `callcenter run` starts it, in this process, and the pages that talk to it."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from blockbuster import blockbuster

from callcenter.bootstrap.parts import Parts
from callcenter.bootstrap.server import Server
from callcenter.http import sockets
from callcenter.http.contract import FILE_TYPE
from callcenter.settings import Settings
from routing import campaign_booking, dialling
from routing.ids import ContactId
from routing.state import Agent, Contact, State
from tests import looking
from tests.integration.api_stage import PASSWORD, Answer, _answer

PATIENCE_S = looking.PATIENCE_S
GRACE_S = 600
PATIENT_PERMIT_MS = 600_000
_PREPARED: dict[str, dict[str, bytes]] = {}
"""Configuration -> the files of a data directory on which a server with it was started once."""
SHOP = "https://shop.example"

CONFIGURATION = """
timing: {presence_grace_s: %(presence_grace_s)d, customer_gone_s: %(customer_gone_s)d}
queues:
  - {id: sales, name: {en: Sales, zh: 销售}, dispositions: [solved], waiting_max: 3, offer_timeout_s: 60}
  - {id: help, name: {en: Help, zh: 帮助}, dispositions: [solved]}
not_ready_reasons:
  - {id: signed_in, name: {en: Signed in, zh: 登录}, alert_after_s: 600}
  - {id: missed, name: {en: Missed, zh: 未接}, alert_after_s: 600}
  - {id: lunch, name: {en: Lunch, zh: 午餐}, alert_after_s: 600}
dispositions:
  - {id: solved, name: {en: Solved, zh: 已解决}}
skills:
  - {id: zh, name: {en: Chinese, zh: 中文}}
  - {id: en, name: {en: English, zh: 英文}}
sites:
  - {id: berlin, name: {en: Berlin, zh: 柏林}}
teams:
  - {id: north, name: {en: North, zh: 北}}
  - {id: south, name: {en: South, zh: 南}}
widgets:
  - {id: shop, name: {en: Shop, zh: 店}, greeting: {en: Hi, zh: 您好}, queue: sales, allowed_origins: ["https://shop.example"]}
  - {id: faq, name: {en: FAQ, zh: 问答}, greeting: {en: Hi, zh: 您好}, queue: help}
"""
PEOPLE = """
people:
  - {username: ann, display_name: Ann Berg, role: agent, team: north, queues: [sales], chat_capacity: 3, language: en}
  - {username: bob, display_name: Bob Lund, role: agent, team: north, queues: [sales], chat_capacity: 3, language: en}
  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], language: en}
  - {username: ada, display_name: Ada Lind, role: admin, team: north, queues: [sales, help], watched_teams: [north, south], language: en}
"""


def dial_patiently(monkeypatch: pytest.MonkeyPatch) -> None:
    """No permit to dial runs out, nobody who has answered counts as left alone, and no page that is not being read counts as gone, because a machine is slow."""
    monkeypatch.setattr(dialling, "PERMIT_MS", PATIENT_PERMIT_MS)
    monkeypatch.setattr(campaign_booking, "TAKEN_IN_TIME_MS", PATIENT_PERMIT_MS)
    # A page of a test answers pings only while it is read.
    monkeypatch.setattr(sockets, "SOCKET_PING_EVERY_MS", GRACE_S * 1000)


def configuration_folder(
    folder: Path, *, presence_grace_s: int = GRACE_S, customer_gone_s: int = GRACE_S, more: str = ""
) -> Path:
    """A small configuration; no grace runs out by itself while a test is under way (`LiveServer.later`)."""
    folder.mkdir(exist_ok=True)
    text = CONFIGURATION % locals() + more
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    return folder


@contextmanager
def may_block() -> Iterator[None]:
    """Starting and stopping read and write small files: nobody is served at that time."""
    blockbuster._skip.value = True
    try:
        yield
    finally:
        blockbuster._skip.value = False


class Page:
    """One web socket as a page uses it."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def send(self, frame: object) -> None:
        """One JSON frame."""
        await self.socket.send_str(msgspec.json.encode(frame).decode())

    async def next(self) -> dict[str, Any]:
        """The next frame; fails when the socket is closed."""
        message = await self.socket.receive(PATIENCE_S)
        assert message.type is WSMsgType.TEXT, message
        frame: dict[str, Any] = msgspec.json.decode(message.data)
        self.frames.append(frame)
        return frame

    async def until(self, is_it: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The first frame from here on that is the one."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self.next()
                if is_it(frame):
                    return frame

    async def of(self, kind: str) -> dict[str, Any]:
        """The next frame of a type."""
        return await self.until(lambda frame: frame["type"] == kind)

    async def bye(self) -> str:
        """The code the server says goodbye with; the socket is closed after it."""
        frame = await self.of("bye")
        message = await self.socket.receive(PATIENCE_S)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED), message
        return str(frame["code"])

    async def closed(self) -> int | None:
        """The close code, once the server has closed the socket."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive()
                if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR):
                    return self.socket.close_code

    def texts(self) -> list[str]:
        """The messages seen so far."""
        return [one["message"]["text"] for one in self.frames if one["type"] == "message"]

    def vanish(self) -> None:
        """The cable is cut."""
        connection = self.socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()

    async def close(self) -> None:
        """As a page that is left."""
        await self.socket.close()


class LiveServer:
    """A server on a data directory; can be stopped and started again."""

    def __init__(self, tmp_path: Path, **settings: Any) -> None:  # noqa: ANN401 - each of its own type
        self.folder = configuration_folder(tmp_path / "config", **settings.pop("timing", {}))
        self.settings = Settings(
            data_dir=tmp_path / "data",
            demo_config_dir=self.folder,
            console_dir=tmp_path,
            demo_password=PASSWORD,
            **{"port": 0, **settings},
        )
        self.said: list[str] = []
        self._cookies: dict[str, str] = {}
        self._pages: list[Page] = []

    async def __aenter__(self) -> Self:
        """Start, with a browser."""
        self._http = ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        await self._prepare()
        await self.start()
        return self

    async def _prepare(self) -> None:
        """Tables, configuration and people are the same for all: made once, then copied."""
        if self.settings.database_url:
            return
        data_dir = self.settings.data_dir
        key = (self.folder / "all.yaml").read_text(encoding="utf-8")
        if key not in _PREPARED:
            await self.start()
            await self.stop()
            _PREPARED[key] = {file.name: file.read_bytes() for file in data_dir.iterdir()}
        elif not data_dir.exists():
            data_dir.mkdir(mode=0o700)
            for name, content in _PREPARED[key].items():
                (data_dir / name).write_bytes(content)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for page in self._pages:
            await page.close()
        await self.stop()
        await self._http.close()

    async def start(self) -> None:
        """Recover and listen."""
        self.server = Server(self.settings, self.said.append)
        with may_block():
            await self.server.start(demo=True)

    async def stop(self) -> None:
        """As Ctrl-C does."""
        with may_block():
            await self.server.stop()

    async def restart(self) -> None:
        """Stop and start on the same data."""
        await self.stop()
        await self.start()

    @property
    def parts(self) -> Parts:
        """What it is made of."""
        assert self.server._parts is not None
        return self.server._parts

    @property
    def state(self) -> State:
        """What is committed."""
        return self.parts.host.mirror

    def later(self, by_s: float) -> None:
        """So many seconds have gone by: what is due by then is due now."""
        clock = self.parts.clock
        clock.lead(clock.ahead_ms + int(by_s * 1000))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once the committed state is like this."""
        changed = asyncio.Event()

        def listener(_: object) -> None:
            changed.set()

        self.parts.host.listen(listener)
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await changed.wait()
                changed.clear()
        self.parts.host._listeners.remove(listener)

    # --- plain calls --------------------------------------------------------------------------------

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        body: object = None,
        **headers: str,
    ) -> Answer:
        """One request from a page of the server's own (`Origin="..."` for another's, "" for none)."""
        sent = {"Origin": self.server.url, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if by is not None:
            sent["Cookie"] = await self.cookie(by)
        is_file = isinstance(body, bytes)
        data: Any = io.BytesIO(body) if isinstance(body, bytes) else None
        if body is not None and data is None:
            data = msgspec.json.encode(body)
        if data is not None:
            sent.setdefault("Content-Type", FILE_TYPE if is_file else "application/json")
        sent = {name: value for name, value in sent.items() if value}
        async with self._http.request(
            method, self.server.url + path, data=data, headers=sent
        ) as response:
            return await _answer(response)

    async def cookie(self, name: str) -> str:
        """Log in once, as the log-in page does."""
        if name not in self._cookies:
            answer = await self.log_in(name)
            self._cookies[name] = answer.headers["Set-Cookie"].split(";")[0]
        return self._cookies[name]

    async def log_in(self, name: str) -> Answer:
        """The log-in call alone."""
        body = {"username": name, "password": PASSWORD}
        return await self.ask("POST", "/api/v1/session", body=body)

    def forget_cookie(self, name: str) -> None:
        """The next call logs in anew."""
        del self._cookies[name]

    # --- pages --------------------------------------------------------------------------------------

    async def open(self, path: str, **headers: str) -> Page:
        """A bare socket. Raises aiohttp.WSServerHandshakeError."""
        sent = {"Origin": self.server.url, **headers}
        sent = {name: value for name, value in sent.items() if value}
        page = Page(await self._http.ws_connect(self.server.url + path, headers=sent))
        self._pages.append(page)
        return page

    async def desk(self, name: str, **messages_after: int) -> Page:
        """A console tab that has said hello and got its desk."""
        page = await self.open("/api/v1/socket", Cookie=await self.cookie(name))
        await page.send({"type": "hello", "version": 1, "messages_after": messages_after})
        await page.of("desk")
        return page

    async def ready_desk(self, name: str) -> Page:
        """A console tab of an agent who takes work."""
        page = await self.desk(name)
        await self.until(lambda: self.agent(name).is_present)
        body = {"state": "ready", "reason_id": None}
        assert (await self.ask("PUT", "/api/v1/me/state", by=name, body=body)).status == 200
        return page

    async def start_chat(self, text: str = "Hello", **headers: str) -> dict[str, Any]:
        """The answer to a started chat: contact_id and token."""
        answer = await self.ask(
            "POST", "/api/v1/chat/widgets/shop/contacts", body=form(text), **headers
        )
        assert answer.status == 201, answer.body
        body: dict[str, Any] = answer.body
        return body

    async def customer(self, token: str, after_seq: int = 0) -> Page:
        """A chat window that has said hello and been told where it is."""
        page = await self.open("/api/v1/chat/socket", Origin=SHOP)
        await page.send({"type": "hello", "version": 1, "token": token, "after_seq": after_seq})
        await page.of("state")
        return page

    async def conversation(self, agent: str = "ann") -> tuple[str, Page, Page]:
        """A chat this agent has taken: (contact id, desk, customer's page)."""
        desk = await self.ready_desk(agent)
        started = await self.start_chat()
        customer = await self.customer(started["token"])
        offer = (await desk.until(has_offer))["desk"]["offers"][0]
        taken = await self.ask(
            "POST", f"/api/v1/offers/{offer['offer_id']}/accept", by=agent, body={}
        )
        assert taken.status == 200
        await customer.until(lambda frame: frame.get("state") == "connected")
        return started["contact_id"], desk, customer

    # --- looking ------------------------------------------------------------------------------------

    def agent(self, name: str) -> Agent:
        """An agent as committed."""
        user_id = next(
            one.user_id for one in self.parts.roster._by_id.values() if one.username == name
        )
        return next(one for one in self.state.agents.values() if one.agent_id == user_id)

    def contact(self, contact_id: str) -> Contact | None:
        """An open contact as committed, or None."""
        return self.state.contacts.get(ContactId(contact_id))


def form(text: str = "Hello", **changes: str) -> dict[str, str]:
    """A filled-in pre-chat form."""
    return {
        "name": "Carol",
        "email": "carol@example.org",
        "language": "en",
        "text": text,
        **changes,
    }


def has_offer(frame: dict[str, Any]) -> bool:
    """A desk with an offer on it."""
    return frame["type"] == "desk" and bool(frame["desk"]["offers"])


@asynccontextmanager
async def live_server(
    tmp_path: Path,
    **settings: Any,  # noqa: ANN401 - each of its own type
) -> AsyncIterator[LiveServer]:
    """A running server with the small configuration."""
    async with LiveServer(tmp_path, **settings) as server:
        yield server
