"""The rules every call shares: sizes, shapes, origins, keys, methods, pages, health."""

import asyncio
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from structlog.testing import capture_logs

from callcenter.http import serving
from callcenter.http.limits import BODY_BYTES_MAX
from callcenter.web import desk_routes
from tests.integration.api_stage import PASSWORD, ApiStage

STATE = "/api/v1/me/state"


def deep(levels: int) -> bytes:
    return b'{"state":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", (400, "json_invalid", None)),
        (b"{", (400, "json_invalid", None)),
        (b"\xff", (400, "json_invalid", None)),
        (b'{"state":"\xff"}', (400, "json_invalid", None)),
        (b'{"state":"ready"}x', (400, "json_invalid", None)),
        (b"[]", (422, "request_invalid", "$")),
        (b"null", (422, "request_invalid", "$")),
        (b"{}", (422, "request_invalid", "$")),
        (b'{"state":7}', (422, "request_invalid", "$.state")),
        (b'{"state":"ready","reason_id":7.0}', (422, "request_invalid", "$.reason_id")),
        (b'{"state":"busy"}', (422, "request_invalid", "$.state")),
        (b'{"state":"ready","skill":9}', (422, "request_invalid", "$")),
        (deep(32), (422, "request_invalid", "$.state")),
        (deep(33), (422, "nested_too_deep", None)),
        (b"[" * 60_000, (422, "nested_too_deep", None)),
        (b'"' + b'\\"' * 30_000, (400, "json_invalid", None)),
        (b" " * (BODY_BYTES_MAX + 1), (413, "body_too_large", None)),
    ],
)
async def test_a_bad_body_is_refused_with_its_reason(
    stage: ApiStage, raw: bytes, told: tuple[int, str, str | None]
) -> None:
    answer = await stage.ask("PUT", STATE, by="ann", raw=raw)
    assert (answer.status, answer.code, answer.body["error"]["path"]) == told
    assert answer.body["error"]["request_id"]
    assert answer.body["error"]["message"].endswith(".")


async def test_a_body_of_another_type_is_refused(stage: ApiStage) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        headers = {"Content-Type": content_type}
        answer = await stage.ask("PUT", STATE, by="ann", body={"state": "ready"}, headers=headers)
        assert (answer.status, answer.code) == (415, "content_type_unsupported")


async def test_a_body_that_does_not_arrive_holds_nothing(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "BODY_WAIT_S", 0)
    await stage.log_in("ann")
    host, port = stage.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"PUT {STATE} HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {stage.origin}\r\n"
        f"Cookie: cc_session={stage.token('ann')}\r\n"
        "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    )
    writer.write(head.encode())
    status_line = await reader.readline()
    assert b" 408 " in status_line
    writer.close()
    await writer.wait_closed()


async def test_the_document_is_published(stage: ApiStage) -> None:
    answer = await stage.ask("GET", "/api/v1/openapi.json")
    assert answer.body["openapi"] == "3.1.0"
    assert "/api/v1/session" in answer.body["paths"]


async def test_integral_floats_are_integers_and_strings_are_not(stage: ApiStage) -> None:
    async def change(raw: bytes) -> int:
        return (await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", raw=raw)).status

    assert await change(b'{"chat_capacity": 7.0}') == 200
    assert await change(b'{"chat_capacity": 7.5}') == 422
    assert await change(b'{"chat_capacity": "7"}') == 422
    assert await change(b'{"chat_capacity": 1e400}') == 422
    user = await stage.store.users.get("u-ann")
    assert user is not None
    assert user.chat_capacity == 7


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=", "limit=5&limit=6", "page=2", "before="]
)
async def test_a_bad_query_is_refused(stage: ApiStage, query: str) -> None:
    answer = await stage.ask("GET", f"/api/v1/interactions?{query}", by="ann")
    assert (answer.status, answer.code) == (422, "request_invalid")


async def test_an_endless_query_is_refused(stage: ApiStage) -> None:
    answer = await stage.ask("GET", f"/api/v1/interactions?before={'x' * 3_000}", by="ann")
    assert answer.status == 422


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1:1"])
async def test_a_foreign_page_cannot_act_with_the_cookie(stage: ApiStage, origin: str) -> None:
    headers = {"Origin": origin}
    answer = await stage.ask("PUT", STATE, by="ann", body={"state": "ready"}, headers=headers)
    assert (answer.status, answer.code) == (403, "origin_refused")
    answer = await stage.ask("DELETE", "/api/v1/session", by="ann", headers=headers)
    assert answer.code == "origin_refused"
    assert (await stage.ask("GET", "/api/v1/session", by="ann", headers=headers)).status == 200


async def test_a_foreign_page_cannot_log_somebody_in(stage: ApiStage) -> None:
    body = {"username": "ann", "password": PASSWORD}
    foreign = {"Origin": "http://evil.example"}
    answer = await stage.ask("POST", "/api/v1/session", body=body, headers=foreign)
    assert answer.code == "origin_refused"
    answer = await stage.ask("POST", "/api/v1/session", body=body, headers={"Origin": ""})
    assert answer.status == 200


@pytest.mark.parametrize("cookie", ["cc_session=", "cc_session=x", f"cc_session={'x' * 5_000}"])
async def test_a_bad_cookie_is_nobody(stage: ApiStage, cookie: str) -> None:
    answer = await stage.ask("GET", "/api/v1/session", headers={"Cookie": cookie})
    assert (answer.status, answer.code) == (401, "session_missing")


@pytest.mark.parametrize("key", ["x" * 129, "schl\u00fcssel", "\ttab"])
async def test_a_bad_key_is_refused(stage: ApiStage, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = await stage.ask("PUT", STATE, by="ann", body={"state": "ready"}, headers=headers)
    if key.strip() == "tab":
        assert answer.status == 200  # HTTP itself trims the ends of a header
    else:
        assert (answer.status, answer.code) == (400, "idempotency_key_invalid")


async def test_unknown_addresses_and_methods_are_said_so(stage: ApiStage) -> None:
    for method, path in (("GET", "/api/v1/nothing"), ("POST", "/api/v2"), ("GET", "/api")):
        answer = await stage.ask(method, path)
        assert (answer.status, answer.code) == (404, "route_unknown")
    answer = await stage.ask("PATCH", "/api/v1/session", body={})
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("object_id", ["x" * 201, "%00", "..%2f..%2fetc", "%E2%80%AE", "'--"])
async def test_strange_ids_name_nothing(stage: ApiStage, object_id: str) -> None:
    answer = await stage.ask("GET", f"/api/v1/contacts/{object_id}", by="ada")
    assert (answer.status, answer.code) == (404, "contact_unknown")


INJECTIONS = (
    "' OR '1'='1",
    "ann'; DROP TABLE users; --",
    'ann" UNION SELECT password_hash FROM users --',
    "ann%0d%0aSet-Cookie: cc_session=1",
    "{{7*7}}${7*7}",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "\u202eann",
)


@pytest.mark.parametrize("text", INJECTIONS)
async def test_text_is_never_more_than_text(stage: ApiStage, text: str) -> None:
    body = {"username": text, "password": text}
    assert (await stage.ask("POST", "/api/v1/session", body=body)).code == "login_failed"
    answer = await stage.ask("GET", f"/api/v1/interactions?before={quote(text)}", by="ann")
    assert answer.code == "request_invalid"
    answer = await stage.ask("GET", f"/api/v1/users/{quote(text, safe='')}", by="ada")
    assert answer.status == 404
    await stage.connect("ann", "c1")
    path = "/api/v1/contacts/c1/messages"
    await stage.ask("POST", path, by="ann", body={"text": text}, headers={"Idempotency-Key": "k"})
    lines = await stage.ask("GET", path, by="ann")
    assert lines.body["messages"][-1]["text"] == text
    assert "Set-Cookie" not in lines.headers


async def test_what_goes_wrong_inside_is_told_without_detail(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("Carol Customer's secret")

    monkeypatch.setattr(desk_routes, "desk_of", fail)
    with capture_logs() as logs:
        answer = await stage.ask("GET", "/api/v1/me/desk", by="ann")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert "secret" not in msgspec.json.encode(answer.body).decode()
    (entry,) = logs
    assert entry["error_type"] == "RuntimeError"
    assert entry["route"] == "/api/v1/me/desk"
    assert any("desk_routes.py" in line for line in entry["trace"])
    assert "secret" not in str(entry)


async def test_every_answer_carries_the_security_headers(stage: ApiStage) -> None:
    for path in ("/api/v1/session", "/", "/healthz", "/nothing.txt"):
        headers = (await stage.ask("GET", path)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "callcenter"
    assert (await stage.ask("GET", "/api/v1/session")).headers["Cache-Control"] == "no-store"


async def test_without_a_built_console_the_page_says_so(stage: ApiStage) -> None:
    answer = await stage.ask("GET", "/desk")
    assert answer.status == 503
    assert "make console" in answer.body
    assert (await stage.ask("GET", "/widget.js")).code == "route_unknown"


async def test_the_console_is_served(stage: ApiStage, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "demo.html", "widget.js", "icon.svg", "assets/main-1.js"):
        (tmp_path / name).write_text(name)
    (tmp_path.parent / "outside.js").write_text("outside")
    for path in ("/", "/desk", "/supervisor", "/login", "/users/somebody"):
        answer = await stage.ask("GET", path)
        assert (answer.status, answer.body) == (200, "index.html")
        assert answer.headers["Cache-Control"] == "no-cache"
    asset = await stage.ask("GET", "/assets/main-1.js")
    assert asset.body == "assets/main-1.js"
    assert "immutable" in asset.headers["Cache-Control"]
    assert (await stage.ask("GET", "/demo")).body == "demo.html"
    widget = await stage.ask("GET", "/widget.js")
    assert widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for path in ("/assets/none.js", "/assets/..%2foutside.js", "/assets/../../outside.js", "/x.js"):
        assert (await stage.ask("GET", path)).status == 404


async def test_health_is_for_this_machine(stage: ApiStage) -> None:
    assert (await stage.ask("GET", "/healthz")).body == "ok\n"
    assert (await stage.ask("GET", "/readyz")).body == {"is_ready": True, "reasons": []}
    assert (await stage.ask("GET", "/metrics")).body == "# metrics\n"
    stage.not_ready.append("journal_not_writable")
    answer = await stage.ask("GET", "/readyz")
    assert answer.status == 503
    assert answer.body["reasons"] == ["journal_not_writable"]
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = await stage.ask("GET", path, headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.status == 404
