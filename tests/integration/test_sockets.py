"""Sockets of both kinds under everything that clients and networks do to them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from callcenter.channels.chat_tokens import ChatTokens
from callcenter.ports.errors import StorageUnavailable
from routing import events as ev
from routing.ids import ContactId
from tests.integration.live_server import (
    GRACE_S,
    PATIENCE_S,
    LiveServer,
    Page,
    has_offer,
    live_server,
)

DESK = "/api/v1/socket"
CHAT = "/api/v1/chat/socket"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server."""
    async with live_server(tmp_path) as running:
        yield running


async def bare(server: LiveServer, path: str) -> Page:
    """A socket that has said nothing yet."""
    if path == DESK:
        return await server.open(path, Cookie=await server.cookie("ann"))
    return await server.open(path)


async def greeted(server: LiveServer, path: str) -> Page:
    """A socket that was let in."""
    if path == DESK:
        return await server.desk("ann")
    return await server.customer((await server.start_chat())["token"])


async def handshake_status(server: LiveServer, **headers: str) -> int:
    """What the desk socket answers instead of opening."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await server.open(DESK, **headers)
    return refused.value.status


# --- who may open one -------------------------------------------------------------------------------


async def test_a_desk_socket_needs_a_session_and_an_own_page(server: LiveServer) -> None:
    cookie = await server.cookie("ann")
    assert await handshake_status(server) == 401
    assert await handshake_status(server, Cookie="cc_session=forged") == 401
    assert await handshake_status(server, Cookie=f"{cookie}x") == 401
    assert await handshake_status(server, Cookie=cookie, Origin="https://evil.example") == 403
    assert await handshake_status(server, Cookie=cookie, Origin="") == 403
    assert await handshake_status(server, Cookie=cookie, Origin="null") == 403
    await server.open(DESK, Cookie=cookie)


async def test_a_listed_front_may_open_a_desk_socket(tmp_path: Path) -> None:
    front = "https://front.example"
    async with live_server(tmp_path, listed_origins=frozenset({front})) as server:
        await server.open(DESK, Cookie=await server.cookie("ann"), Origin=front)


async def test_a_session_that_was_logged_out_opens_nothing(server: LiveServer) -> None:
    cookie = await server.cookie("ann")
    assert (await server.ask("DELETE", "/api/v1/session", by="ann")).status == 204
    assert await handshake_status(server, Cookie=cookie) == 401


async def test_people_who_are_no_agents_get_an_empty_desk(server: LiveServer) -> None:
    for name in ("sam", "ada"):
        page = await server.desk(name)
        assert page.frames[-1]["desk"] is None


async def test_tokens_are_checked(server: LiveServer) -> None:
    mine, other = [await server.start_chat() for _ in range(2)]
    contact_id, _, mac = mine["token"].rpartition(".")
    other_mac = other["token"].rpartition(".")[2]
    secret = (server.settings.data_dir / "secret.key").read_bytes()
    never = ChatTokens(secret).token_of(ContactId("never-existed"))
    foreign = ChatTokens(b"x" * 32).token_of(ContactId(contact_id))
    forged = ["", ".", contact_id, f"{contact_id}.", f"{contact_id}.{other_mac}", f"x.{mac}"]
    for token in (
        *forged,
        mine["token"][:-1],
        mine["token"] + "x",
        "é.é",
        "x" * 10_000,
        never,
        foreign,
    ):
        page = await server.open(CHAT)
        await page.send({"type": "hello", "version": 1, "token": token})
        assert await page.bye() == "token_invalid"
    page = await server.customer(mine["token"])
    assert page.texts() == ["Hello"]


async def test_the_token_of_another_contact_shows_that_contact_only(server: LiveServer) -> None:
    first, second = await server.start_chat("mine"), await server.start_chat("theirs")
    theirs = await server.customer(second["token"])
    mine = await server.customer(first["token"])
    await mine.send({"type": "message", "message_id": "m1", "text": "secret"})
    await mine.of("message")
    await theirs.send({"type": "message", "message_id": "m1", "text": "open"})
    await theirs.of("message")
    assert (mine.texts(), theirs.texts()) == (["mine", "secret"], ["theirs", "open"])


# --- hello ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_socket_that_says_nothing_is_closed(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("callcenter.http.sockets.SOCKET_HELLO_TIMEOUT_MS", 50)
    assert await (await bare(server, path)).bye() == "hello_missing"


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_the_first_frame_must_be_a_hello(server: LiveServer, path: str) -> None:
    page = await bare(server, path)
    frame = {"type": "typing", "contact_id": "c"} if path == DESK else {"type": "end"}
    await page.send(frame)
    assert await page.bye() == "hello_missing"


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_page_of_another_version_is_told_so(server: LiveServer, path: str) -> None:
    page = await bare(server, path)
    hello = {"type": "hello", "version": 2}
    await page.send(hello if path == DESK else {**hello, "token": "x"})
    assert await page.bye() == "version_unsupported"


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_hello_is_said_once(server: LiveServer, path: str) -> None:
    page = await greeted(server, path)
    hello = {"type": "hello", "version": 1}
    await page.send(hello if path == DESK else {**hello, "token": "x"})
    assert await page.bye() == "frame_invalid"


# --- frames -----------------------------------------------------------------------------------------

DEEP = "[" * 20_000 + "]" * 20_000
BAD_FRAMES = [
    "",
    "no json",
    "null",
    "[]",
    "{}",
    '{"type":"unknown"}',
    '{"type":"typing","contact_id":"c","extra":1}',
    '{"type":"message","message_id":1,"text":"x"}',
    '{"type":"watch_board","is_watching":"yes"}',
    '{"type":"message","message_id":"\\ud800","text":"\\udfff"}',
    DEEP,
    '{"type":' + DEEP + "}",
    "é\x00",
]


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_frames_that_are_not_understood_close_the_socket(
    server: LiveServer, path: str
) -> None:
    for frame in BAD_FRAMES:
        page = await bare(server, path)
        await page.socket.send_str(frame)
        assert await page.bye() == "frame_invalid", frame[:60]
    assert (await server.ask("GET", "/readyz")).status == 200


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_numbers_no_store_can_hold_are_not_understood(server: LiveServer, path: str) -> None:
    started = await server.start_chat()
    for number in ("9223372036854775808", "1" + "0" * 40, "-1", "1e400"):
        page = await bare(server, path)
        hello = f'{{"type":"hello","version":1,"messages_after":{{"c1":{number}}}}}'
        if path == CHAT:
            token = started["token"]
            hello = f'{{"type":"hello","version":1,"token":"{token}","after_seq":{number}}}'
        await page.socket.send_str(hello)
        assert await page.bye() == "frame_invalid", number


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_frames_are_text(server: LiveServer, path: str) -> None:
    page = await greeted(server, path)
    await page.socket.send_bytes(b'{"type":"end"}')
    assert await page.bye() == "frame_invalid"


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_huge_frame_closes_the_socket(server: LiveServer, path: str) -> None:
    page = await greeted(server, path)
    await page.socket.send_str("x" * (64 * 1024 + 1))
    assert await page.closed() == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    await greeted(server, path)


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_too_many_frames_close_the_socket(server: LiveServer, path: str) -> None:
    page = await greeted(server, path)
    frame = {"type": "typing", "contact_id": "c"} if path == DESK else {"type": "typing"}
    for _ in range(200):
        await page.send(frame)
    assert await page.bye() == "too_many_frames"


async def test_typing_about_somebody_elses_contact_is_ignored(server: LiveServer) -> None:
    contact_id, _, customer = await server.conversation("ann")
    bob = await server.desk("bob")
    await bob.send({"type": "typing", "contact_id": contact_id})
    await bob.send({"type": "typing", "contact_id": "none"})
    await server.desk("bob")
    await customer.send({"type": "message", "message_id": "m1", "text": "x"})
    await customer.of("message")
    assert "typing" not in [frame["type"] for frame in customer.frames]


# --- how many ---------------------------------------------------------------------------------------


async def test_the_oldest_of_too_many_tabs_is_closed(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.web.desk_hub.SOCKETS_PER_USER_MAX", 2)
    monkeypatch.setattr("callcenter.channels.chat_hub.SOCKETS_PER_CUSTOMER_MAX", 2)
    token = (await server.start_chat())["token"]
    desks = [await server.desk("ann") for _ in range(4)]
    windows = [await server.customer(token) for _ in range(4)]
    for pages in (desks, windows):
        for page in pages[:2]:
            assert await page.bye() == "too_many_tabs"
        assert [page.socket.closed for page in pages[2:]] == [False, False]


async def test_both_tabs_of_an_agent_are_pushed_and_one_may_close(server: LiveServer) -> None:
    first = await server.ready_desk("ann")
    second = await server.desk("ann")
    started = await server.start_chat()
    cards = [(await tab.until(has_offer))["desk"]["offers"][0] for tab in (first, second)]
    assert cards[0] == cards[1]
    card = cards[0]
    assert card["contact_id"] == started["contact_id"]
    await first.close()
    offer = f"/api/v1/offers/{card['offer_id']}/accept"
    assert (await server.ask("POST", offer, by="ann", body={})).status == 200
    held = await second.until(lambda f: f["type"] == "desk" and f["desk"]["assignments"])
    assert held["desk"]["agent"]["is_present"]
    assert server.agent("ann").is_present
    assert not published(server, ev.AgentDisconnected)


# --- gone -------------------------------------------------------------------------------------------


async def test_an_agent_who_vanishes_loses_offers_at_once_and_chats_after_the_grace(
    server: LiveServer,
) -> None:
    contact_id, desk, customer = await server.conversation("ann")
    offered = await server.start_chat("second")
    await desk.until(has_offer)
    desk.vanish()

    def waiting(one: str) -> bool:
        contact = server.contact(one)
        return contact is not None and contact.state == "waiting"

    await server.until(lambda: waiting(offered["contact_id"]))
    contact = server.contact(contact_id)
    assert contact is not None
    assert contact.state == "connected"
    server.later(GRACE_S)
    await server.until(lambda: waiting(contact_id))
    back = await customer.until(lambda frame: frame.get("state") == "waiting")
    assert back["agent_name"] == ""
    bob = await server.ready_desk("bob")
    desk_of_bob = await bob.until(lambda f: f["type"] == "desk" and len(f["desk"]["offers"]) == 2)
    assert [one["contact_id"] for one in desk_of_bob["desk"]["offers"]] == [
        offered["contact_id"],
        contact_id,  # it waited first, but for a shorter time: talking and the grace do not count
    ]


async def test_an_agent_back_within_the_grace_keeps_the_chat(server: LiveServer) -> None:
    contact_id, desk, _ = await server.conversation("ann")
    desk.vanish()
    await server.until(lambda: not server.agent("ann").is_present)
    again = await server.desk("ann")
    assert again.frames[-1]["desk"]["assignments"][0]["contact_id"] == contact_id
    await server.until(lambda: server.agent("ann").is_present)
    contact = server.contact(contact_id)
    assert contact is not None
    assert contact.state == "connected"


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_peer_that_answers_no_ping_is_gone(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A machine asleep: the connection stands, nobody is there."""
    monkeypatch.setattr("callcenter.http.sockets.SOCKET_PING_EVERY_MS", 100)
    page = await greeted(server, path)

    def count() -> int:
        return server.parts.desk_hub.tab_count + server.parts.chat_hub.window_count

    assert count() == 1
    page.socket._autoping = False
    async with asyncio.timeout(PATIENCE_S):
        while (await page.socket.receive()).type not in (WSMsgType.CLOSED, WSMsgType.CLOSE):
            pass
    await server.until(lambda: count() == 0)


@pytest.mark.parametrize("path", [DESK, CHAT])
async def test_a_store_that_cannot_be_read_is_said(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    contact_id, _, _ = await server.conversation("ann")
    token = ChatTokens((server.settings.data_dir / "secret.key").read_bytes()).token_of(
        ContactId(contact_id)
    )

    async def fails(*_: object, **__: object) -> None:
        raise StorageUnavailable("a disk that is pulled out")

    monkeypatch.setattr(server.parts.store.details, "of_contact", fails)
    page = await bare(server, path)
    hello = {"type": "hello", "version": 1}
    more = {"messages_after": {contact_id: 0}} if path == DESK else {"token": token}
    await page.send({**hello, **more})
    assert await page.bye() == "storage_unavailable"


async def test_a_reader_that_reads_nothing_is_closed_and_resumes(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callcenter.http.outbox.SOCKET_OUTBOX_BYTES_MAX", 20_000)
    monkeypatch.setattr("callcenter.http.outbox._ROOM_BYTES", 10_000)
    # It answers no ping either, and is to be closed for what it does not read, however long that takes here.
    monkeypatch.setattr("callcenter.http.sockets.SOCKET_PING_EVERY_MS", 60_000)
    contact_id, desk, customer = await server.conversation("ann")
    token = ChatTokens((server.settings.data_dir / "secret.key").read_bytes()).token_of(
        ContactId(contact_id)
    )
    slow = await server.customer(token)
    slow.socket._response.connection.transport.pause_reading()  # type: ignore[union-attr]
    messages = f"/api/v1/contacts/{contact_id}/messages"
    window = server.parts.chat_hub._windows[ContactId(contact_id)][1]
    sent = 0
    while window.outbox._bye is None:
        body = {"text": f"{sent} " + "慢" * 3_900}
        assert (await server.ask("POST", messages, by="ann", body=body)).status == 200
        await customer.of("message")
        await desk.of("message")  # a desk that reads nothing is gone, however long this takes
        sent += 1
        assert sent < 5_000
    slow.socket._response.connection.transport.resume_reading()  # type: ignore[union-attr]
    assert await slow.bye() == "slow_reader"
    newest = [f["message"]["seq"] for f in slow.frames if f["type"] == "message"][-1]
    again = await server.customer(token, newest)
    assert len(slow.texts()) + len(again.texts()) == sent + 1
    assert len(customer.texts()) == sent + 1  # who reads was not held up


def published(server: LiveServer, kind: type[ev.Event]) -> list[str]:
    """Names of the events of a kind since the start of the process."""
    count = server.parts.metrics._events[kind.__name__]
    return [kind.__name__] * count
