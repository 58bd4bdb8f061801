"""Bad input over real sockets: each gets a stable code and a plain sentence, and the server goes on as before."""

import json
import re
from dataclasses import dataclass, field

import aiohttp

from loadtests.http_link import HTTPLink, Json
from loadtests.server_process import REPOSITORY
from tests.chaos.faults.scene import Scene

STABLE_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
TRACES = ("Traceback", 'File "', "Error(", "Exception", " object at 0x")
DOCUMENTED = (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8")
OWN = object()
MESSAGE = "/api/v1/contacts/{contact}/messages"
CHAT = "/api/v1/chat/widgets/demo/contacts"
OPENING: Json = {"name": "Wei", "email": "", "language": "en", "text": "hello"}
NESTED = '{"text":' * 40 + "1" + "}" * 40


@dataclass(frozen=True)
class Bad:
    """One request that must be refused. `cookie` and `origin`: None leaves them out."""

    name: str
    status: int
    code: str = ""
    method: str = "POST"
    path: str = MESSAGE
    body: str | bytes = '{"text": "x"}'
    cookie: object = OWN
    origin: object = OWN
    headers: dict[str, str] = field(default_factory=dict)


REFUSED = (
    Bad("no cookie", 401, "session_missing", cookie=None),
    Bad("made-up cookie", 401, "session_missing", cookie="A" * 43),
    Bad("endless cookie", 401, "session_missing", cookie="A" * 4_000),
    Bad("no Origin", 403, "origin_refused", origin=None),
    Bad("foreign Origin", 403, "origin_refused", origin="https://evil.example"),
    Bad("null Origin", 403, "origin_refused", origin="null"),
    Bad("not JSON", 400, "json_invalid", body="{text: x}"),
    Bad("cut JSON", 400, "json_invalid", body='{"text": "x'),
    Bad("no UTF-8", 400, "json_invalid", body=b'{"text": "\xff\xfe"}'),
    Bad("empty body", 400, "json_invalid", body=""),
    Bad("unknown field", 422, "request_invalid", body='{"text": "x", "priority": 9}'),
    Bad("wrong type", 422, "request_invalid", body='{"text": 7}'),
    Bad("missing field", 422, "request_invalid", body="{}"),
    Bad("a list", 422, "request_invalid", body="[]"),
    Bad("empty text", 422, "request_invalid", body='{"text": ""}'),
    Bad("text too long", 422, "request_invalid", body=json.dumps({"text": "x" * 4_001})),
    Bad("huge body", 413, "body_too_large", body=json.dumps({"text": "x" * 70_000})),
    Bad("deep body", 422, "nested_too_deep", body=NESTED),
    Bad("deep list", 422, "nested_too_deep", body='{"text": ' + "[" * 200 + "]" * 200 + "}"),
    Bad(
        "no JSON by its type",
        415,
        "content_type_unsupported",
        headers={"Content-Type": "text/plain"},
    ),
    Bad("endless key", 400, "idempotency_key_invalid", headers={"Idempotency-Key": "k" * 129}),
    Bad("unknown contact", 404, "contact_unknown", path="/api/v1/contacts/no-such/messages"),
    Bad("unknown route", 404, "route_unknown", path="/api/v1/no-such"),
    Bad("wrong method", 405, "method_not_allowed", method="DELETE"),
    Bad("a role that may not", 403, "forbidden", method="GET", path="/api/v1/users", body=""),
    Bad("unknown queue", 404, "", method="GET", path="/api/v1/queues/no-such", body=""),
    Bad("unknown state", 422, "request_invalid", "PUT", "/api/v1/me/state", '{"state": "asleep"}'),
    Bad(
        "unknown reason",
        404,
        "reason_unknown",
        "PUT",
        "/api/v1/me/state",
        '{"state": "not_ready", "reason_id": "no-such"}',
    ),
    Bad(
        "unknown widget",
        404,
        "widget_unknown",
        path="/api/v1/chat/widgets/no-such/contacts",
        body=json.dumps(OPENING),
        cookie=None,
    ),
    Bad("a chat without a text", 422, "request_invalid", path=CHAT, body="{}", cookie=None),
    Bad(
        "wrong password",
        401,
        "login_failed",
        path="/api/v1/session",
        body='{"username": "anna", "password": "not it, surely"}',
        cookie=None,
    ),
)

HELLO = '{"type": "hello", "version": 1, "messages_after": {}}'
DESK_FRAMES: tuple[tuple[str, str | bytes], ...] = (
    ("no JSON", "hello"),
    ("unknown type", '{"type": "sudo"}'),
    ("unknown field", '{"type": "hello", "version": 1, "root": true}'),
    ("another version", '{"type": "hello", "version": 99}'),
    ("typing before hello", '{"type": "typing", "contact_id": "c"}'),
    ("a binary frame", b"\x00\x01"),
    ("deep JSON", "[" * 5_000),
    ("a huge frame", json.dumps({"type": "typing", "contact_id": "x" * 70_000})),
)
CUSTOMER_FRAMES: tuple[tuple[str, str | bytes], ...] = (
    ("a made-up token", '{"type": "hello", "version": 1, "token": "no", "after_seq": 0}'),
    ("no token", '{"type": "hello", "version": 1}'),
    ("a message before hello", '{"type": "message", "message_id": "m", "text": "x"}'),
    ("an impossible seq", '{"type": "hello", "version": 1, "token": "no", "after_seq": -1}'),
)


async def bad_input(scene: Scene) -> None:
    """All of it while a conversation goes on; the conversation must not notice."""
    agent = await scene.agent(0)
    customer = await scene.connected(agent, "talking while others send rubbish")
    for bad in REFUSED:
        await _request(scene, agent.link, bad, customer.contact_id)
    await _sockets(scene, agent.link)
    await _customer_frames(scene)
    answer = await agent.reply(customer.contact_id, "still here")
    scene.check(answer.is_done, f"after bad input a reply was answered {answer.status}")
    await customer.say("me too")
    scene.check(await customer.until(lambda: customer.owed == 0, 5), "a message was not stored")
    await scene.finish(agent, customer.contact_id)
    scene.check(await scene.server.ask("/readyz") == 200, "the server is not ready any more")


async def _request(scene: Scene, link: HTTPLink, bad: Bad, contact_id: str) -> None:
    headers = {"Content-Type": "application/json", **bad.headers}
    if bad.origin is not None:
        headers["Origin"] = link.url if bad.origin is OWN else str(bad.origin)
    if bad.cookie is not None:
        headers["Cookie"] = f"cc_session={link.cookie if bad.cookie is OWN else bad.cookie}"
    path = bad.path.format(contact=contact_id)
    async with link.http.request(
        bad.method, link.url + path, data=bad.body or None, headers=headers
    ) as reply:
        text = await reply.text(errors="replace")
    _check_error(scene, bad, reply.status, text)


def _check_error(scene: Scene, bad: Bad, status: int, text: str) -> None:
    said = f"{bad.name}: {status} {text[:200]!r}"
    try:
        error = json.loads(text)["error"]
        code, message = str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        scene.check(is_so=False, otherwise=f"{said} is not an error body")
        return
    scene.check(status == bad.status, f"{said}, expected status {bad.status}")
    scene.check(not bad.code or code == bad.code, f"{said}, expected code {bad.code}")
    scene.check(f"`{code}`" in DOCUMENTED, f"{said}: the code is not in docs/errors.md")
    is_sentence = 8 < len(message) < 300 and " " in message and message.endswith(".")
    scene.check(is_sentence, f"{said}: the message is no plain sentence")
    scene.check(not any(trace in text for trace in TRACES), f"{said} shows its insides")


async def _sockets(scene: Scene, link: HTTPLink) -> None:
    own = link.headers()
    for name, headers, statuses in (
        ("a socket without a cookie", {"Origin": link.url}, {401}),
        ("a socket without Origin", {"Cookie": own["Cookie"]}, {403}),
        ("a socket of a foreign page", {**own, "Origin": "https://evil.example"}, {403}),
    ):
        status = await _handshake(link, "/api/v1/socket", headers)
        scene.check(status in statuses, f"{name} was answered {status}")
    for name, frame in DESK_FRAMES:
        code = await _frame(link, "/api/v1/socket", own, frame)
        scene.check(STABLE_CODE.fullmatch(code) is not None, f"desk socket, {name}: {code!r}")


async def _customer_frames(scene: Scene) -> None:
    link = await scene.link()
    for name, frame in CUSTOMER_FRAMES:
        code = await _frame(link, "/api/v1/chat/socket", link.headers(), frame)
        scene.check(STABLE_CODE.fullmatch(code) is not None, f"customer socket, {name}: {code!r}")


async def _handshake(link: HTTPLink, path: str, headers: dict[str, str]) -> int:
    try:
        async with link.http.ws_connect(link.url + path, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def _frame(link: HTTPLink, path: str, headers: dict[str, str], frame: str | bytes) -> str:
    """Send one frame; the code of the `bye` or `refused` it earns, else what happened instead."""
    async with link.http.ws_connect(link.url + path, headers=headers) as socket:
        if isinstance(frame, bytes):
            await socket.send_bytes(frame)
        else:
            await socket.send_str(frame)
        try:
            reply = await socket.receive(timeout=8)
        except TimeoutError:
            return "No Answer"
        if reply.type is aiohttp.WSMsgType.TEXT:
            said = json.loads(reply.data)
            return str(said.get("code", f"No Code In {said['type']}"))
        # A frame the protocol itself forbids (too big, not text) is answered by the closing code.
        return (
            "closed"
            if socket.close_code in {1003, 1007, 1009, 1002}
            else f"Close {socket.close_code}"
        )
