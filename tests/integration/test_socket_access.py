"""The desk socket is as closed as the calls are: who may open it, what comes through it, when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError, web

from callcenter.bootstrap.gateway import HostGateway
from callcenter.bootstrap.parts import agent_presence
from callcenter.http.contract import SESSION_COOKIE
from callcenter.http.serving import Extension, Guard
from callcenter.web.app import build_app
from callcenter.web.desk_hub import DeskHub
from callcenter.web.desk_socket import DeskSockets
from tests import looking
from tests.integration.api_stage import HELP, ApiStage

HELLO: dict[str, object] = {"type": "hello", "version": 1, "messages_after": {}}
PATH = "/api/v1/socket"


def desk_sockets(stage: ApiStage) -> Extension:
    """What hangs the desk socket into the stage's application."""

    def extend(app: web.Application, guard: Guard) -> None:
        hub = DeskHub(lambda: stage.host.mirror, stage.introductions, stage.clock.now_ms)
        stage.host.listen(hub.on_published)
        sockets = DeskSockets(
            guard=guard,
            hub=hub,
            presence=agent_presence(stage.host, HostGateway(stage.host)),
            details=stage.store.details,
            mirror=lambda: stage.host.mirror,
            board_of=stage.board.for_principal,
            emergencies_of=lambda _principal: None,
            on_agent_typing=lambda _contact_id: None,
            monotonic_s=stage.clock.monotonic_s,
        )
        app.router.add_get(PATH, sockets.handle)

    return extend


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[ApiStage]:
    prepared = ApiStage(tmp_path)
    await prepared.prepare()
    await prepared.serve(build_app(prepared.services, extensions=[desk_sockets(prepared)]))
    yield prepared
    await prepared.stop()


@asynccontextmanager
async def socket_of(
    stage: ApiStage, name: str | None, *, origin: str | None = None, path: str = PATH
) -> AsyncIterator[ClientWebSocketResponse]:
    """A socket as a browser would open it."""
    headers = {"Origin": stage.origin if origin is None else origin}
    if name is not None:
        await stage.log_in(name)
        headers["Cookie"] = f"{SESSION_COOKIE}={stage.token(name)}"
    sent = {key: value for key, value in headers.items() if value}
    async with (
        ClientSession() as http,
        http.ws_connect(f"{stage.origin}{path}", headers=sent) as socket,
    ):
        yield socket


async def frame(socket: ClientWebSocketResponse) -> dict[str, Any]:
    """The next frame; {} when the socket is closed."""
    message = await socket.receive(looking.PATIENCE_S)
    return msgspec.json.decode(message.data) if message.type is WSMsgType.TEXT else {}


async def refused_with(
    stage: ApiStage, name: str | None, *, origin: str | None = None, path: str = PATH
) -> int:
    with pytest.raises(WSServerHandshakeError) as raised:
        async with socket_of(stage, name, origin=origin, path=path):
            pass
    return raised.value.status


async def test_it_opens_for_a_session_and_shows_the_own_desk(stage: ApiStage) -> None:
    async with socket_of(stage, "ann") as socket:
        await socket.send_json(HELLO)
        first = await frame(socket)
    assert first["type"] == "desk"
    assert first["desk"]["agent"]["agent_id"] == "u-ann"


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example"])
async def test_a_foreign_page_cannot_open_it(stage: ApiStage, origin: str) -> None:
    assert await refused_with(stage, name="ann", origin=origin) == 403


async def test_without_a_session_it_does_not_open(stage: ApiStage) -> None:
    assert await refused_with(stage, name=None) == 401
    await stage.log_in("ann")
    token = stage.token("ann")
    assert await refused_with(stage, name=None, path=f"{PATH}?cc_session={token}") == 401


async def test_only_what_is_on_the_own_desk_comes_through(stage: ApiStage) -> None:
    """Asking to resume somebody else's contact gives nothing; nor does their conversation."""
    await stage.connect("eve", "with-eve", HELP)
    await stage.connect("bob", "with-bob")
    async with socket_of(stage, "ann") as socket:
        asked = {"with-eve": 0, "with-bob": 0, "no-such": 0}
        await socket.send_json({**HELLO, "messages_after": asked})
        assert (await frame(socket))["type"] == "desk"
        await socket.send_json({"type": "typing", "contact_id": "with-eve"})
        await socket.send_json({"type": "watch_board", "is_watching": True})
        for name, contact_id in (("eve", "with-eve"), ("bob", "with-bob")):
            path = f"/api/v1/contacts/{contact_id}/messages"
            await stage.ask("POST", path, by=name, body={"text": "a secret"})
        body = {"state": "not_ready", "reason_id": "lunch"}
        await stage.ask("PUT", "/api/v1/me/state", by="ann", body=body)
        second = await frame(socket)
    assert second["type"] == "desk"
    assert second["desk"]["agent"]["state"] == "not_ready"


async def test_a_supervisor_watches_the_own_half(stage: ApiStage) -> None:
    async with socket_of(stage, "sue") as socket:
        await socket.send_json(HELLO)
        assert (await frame(socket))["desk"] is None
        await socket.send_json({"type": "watch_board", "is_watching": True})
        board = await frame(socket)
    assert [line["queue_id"] for line in board["queues"]] == ["help"]
    assert [line["agent_id"] for line in board["agents"]] == ["u-eve"]


async def test_it_ends_with_the_session_however_that_ends(stage: ApiStage) -> None:
    async def log_out() -> None:
        await stage.ask("DELETE", "/api/v1/session", by="ann")

    async def disable() -> None:
        body = {"is_disabled": True}
        await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=body)
        await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body={"is_disabled": False})

    async def set_password() -> None:
        body = {"password": "quite another one"}
        await stage.ask("POST", "/api/v1/users/u-ann/password", by="ada", body=body)

    async def elsewhere() -> None:
        await stage.store.sessions.delete_of_user("u-ann")
        user = await stage.store.users.get("u-ann")
        assert user is not None
        await stage.store.users.put(user)
        await stage.sessions.poll()

    await stage.sessions.poll()
    for end in (log_out, disable, set_password, elsewhere):
        async with socket_of(stage, "ann") as socket:
            await socket.send_json(HELLO)
            assert (await frame(socket))["type"] == "desk"
            await end()
            told = await frame(socket)
            while told.get("type") == "desk":
                told = await frame(socket)
            assert (told["type"], told["code"]) == ("bye", "session_ended")
            assert await frame(socket) == {}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ('{"type":"typing","contact_id":"x"}', "hello_missing"),
        ('{"type":"hello","version":2}', "version_unsupported"),
        ('{"type":"hello","version":1,"user_id":"u-eve"}', "frame_invalid"),
        ('{"type":"shutdown"}', "frame_invalid"),
        ("not json", "frame_invalid"),
        ("[" * 60_000, "frame_invalid"),
    ],
)
async def test_a_bad_first_frame_is_told_and_ends_it(stage: ApiStage, sent: str, code: str) -> None:
    async with socket_of(stage, "ann") as socket:
        await socket.send_str(sent)
        told = await frame(socket)
        assert (told["type"], told["code"]) == ("bye", code)
        assert await frame(socket) == {}
