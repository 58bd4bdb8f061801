"""Runs declared routes on aiohttp: every step that comes before a handler, and the encoding after it.

No handler is reached by a caller who may not use it, and no handler decodes anything itself.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from callcenter.auth.api_keys import PREFIX, ApiKeyKeeper
from callcenter.auth.audit import AuditTrail, Entry
from callcenter.auth.authorise import (
    Decision,
    NoObject,
    ObjectFacts,
    ObjectKind,
    Permission,
    authorise,
)
from callcenter.auth.origin import SAFE_METHODS, is_own_origin
from callcenter.auth.principal import Principal
from callcenter.auth.sessions import SessionKeeper
from callcenter.http.contract import (
    FILE_TYPE,
    REQUEST_ID,
    SESSION_COOKIE,
    Call,
    Reply,
    Route,
    Scope,
)
from callcenter.http.decoding import decode_body, decode_query
from callcenter.http.errors import OFFER_UNKNOWN_MESSAGE, ApiError, ApiErrorCode, ErrorCode
from callcenter.http.limits import BODY_WAIT_S, FILE_WAIT_S, FILES_AT_ONCE_MAX, PATH_ID_LENGTH_MAX
from callcenter.pressure import Pressure
from callcenter.texts import NUL
from routing.errors import RefusalCode

S = TypeVar("S")

_IDEMPOTENCY_KEY = re.compile(r"[ -~]{1,128}", re.ASCII)

OBJECT_UNKNOWN: dict[ObjectKind, tuple[ErrorCode, str]] = {
    ObjectKind.OFFER: (RefusalCode.OFFER_UNKNOWN, OFFER_UNKNOWN_MESSAGE),
    ObjectKind.CONTACT: (RefusalCode.CONTACT_UNKNOWN, "There is no such contact."),
    ObjectKind.QUEUE: (RefusalCode.QUEUE_UNKNOWN, "There is no such queue."),
    ObjectKind.AGENT: (RefusalCode.AGENT_UNKNOWN, "There is no such agent."),
    ObjectKind.USER: (ApiErrorCode.USER_UNKNOWN, "There is no such user."),
    ObjectKind.TEAM: (ApiErrorCode.TEAM_UNKNOWN, "There is no such team."),
    ObjectKind.PROFILE: (ApiErrorCode.PROFILE_UNKNOWN, "There is no such profile."),
    ObjectKind.API_KEY: (ApiErrorCode.API_KEY_UNKNOWN, "There is no such key."),
    ObjectKind.SUBSCRIPTION: (ApiErrorCode.SUBSCRIPTION_UNKNOWN, "There is no such subscription."),
    ObjectKind.CALL_BACK: (ApiErrorCode.CALL_BACK_UNKNOWN, "There is no such call-back."),
    ObjectKind.CASE: (ApiErrorCode.CASE_UNKNOWN, "There is no such case."),
    ObjectKind.LEAD: (ApiErrorCode.LEAD_UNKNOWN, "There is no such lead."),
    ObjectKind.ARTICLE: (ApiErrorCode.ARTICLE_UNKNOWN, "There is no such article."),
    ObjectKind.ARTICLE_QUESTION: (ApiErrorCode.QUESTION_UNKNOWN, "There is no such question."),
    ObjectKind.CAMPAIGN: (ApiErrorCode.CAMPAIGN_UNKNOWN, "There is no such campaign."),
}
"""What an object that is missing or hidden is told as: the id is not repeated, so both bodies are equal."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What the contract itself needs to let a caller through."""

    sessions: SessionKeeper
    api_keys: ApiKeyKeeper
    locate: Callable[[ObjectKind, str], Awaitable[ObjectFacts | None]]
    new_id: Callable[[], str]
    audit: AuditTrail
    pressure: Pressure
    listed_origins: frozenset[str] = frozenset()
    files: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FILES_AT_ONCE_MAX))

    async def caller(self, request: web.Request) -> Principal | None:
        """Who holds the request's cookie."""
        return await self.sessions.resolve(request.cookies.get(SESSION_COOKIE))

    async def caller_or_program(self, request: web.Request) -> Principal | None:
        """Who holds the request's key, or else its cookie. Raises ApiError for a key that is none of ours."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            return await self.caller(request)
        program = await self.api_keys.resolve(token)
        if program is None:
            raise ApiError(ApiErrorCode.API_KEY_INVALID, "This key is unknown or was revoked.")
        return program

    def check_origin(self, request: web.Request, *, is_socket: bool = False) -> None:
        """Refuse a foreign page that acts with the cookie. Sockets call this before they open."""
        if request.method in SAFE_METHODS and not is_socket:
            return
        is_own = is_own_origin(
            request.headers,
            own=f"{request.scheme}://{request.host}",
            listed=self.listed_origins,
            is_required=is_socket or SESSION_COOKIE in request.cookies,
        )
        if not is_own:
            raise ApiError(
                ApiErrorCode.ORIGIN_REFUSED, "This request does not come from this site's pages."
            )


Extension = Callable[[web.Application, Guard], None]
"""Hangs routes of one subject into an application."""


def extension_of(routes: Iterable[Route[S]], services: S) -> Extension:
    """Hangs in these."""
    return lambda app, guard: mount(app, routes, services, guard)


def mount(app: web.Application, routes: Iterable[Route[S]], services: S, guard: Guard) -> None:
    """Hang the routes into an application."""
    for each in routes:
        app.router.add_route(each.method, each.path, _aiohttp_handler(each, services, guard))


def check(principal: Principal | None, permission: Permission) -> None:
    """Raise unless the caller's role grants the permission."""
    match authorise(principal, permission, NoObject.NONE_NAMED):
        case Decision.ALLOWED:
            return
        case Decision.UNAUTHENTICATED:
            raise ApiError(ApiErrorCode.SESSION_MISSING, "Log in first.")
        case _:
            raise ApiError(ApiErrorCode.FORBIDDEN, "Your role does not allow this.")


def _aiohttp_handler(
    declared: Route[S], services: S, guard: Guard
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        if declared.is_newcomer and guard.pressure.is_newcomer_refused():
            raise ApiError(
                ApiErrorCode.OVERLOADED,
                "Very many people are asking at once; nothing was taken, ask again in a moment.",
            )
        caller = None if declared.is_cross_origin else await guard.caller_or_program(request)
        if not declared.is_cross_origin:
            guard.check_origin(request)
        check(caller, declared.permission)
        await _check_object(declared, caller, request, guard)
        if not declared.file_bytes_max:
            return await answered(request, caller)
        async with guard.files:
            return await answered(request, caller)

    async def answered(request: web.Request, caller: Principal | None) -> web.Response:
        key = _idempotency_key(declared, request)
        is_callers = key is not None
        body, (file, file_digest) = await _body(declared, request), await _file(declared, request)
        query = (
            None if declared.query is None else decode_query(request.query.items(), declared.query)
        )
        call = Call(
            services=services,
            request=request,
            request_id=request[REQUEST_ID],
            caller=caller,
            parameters=dict(request.match_info),
            idempotency_key=guard.new_id() if key is None else key,
            digest=digest_of(declared.method, request.path, caller, body, file_digest=file_digest)
            if is_callers
            else b"",
            file=file,
            _body=body,
            _query=query,
        )
        answer = await declared.handler(call)
        await _record(declared, call, guard.audit)
        return _response(declared, answer)

    return handle


async def _record(declared: Route[S], call: Call[S], audit: AuditTrail) -> None:
    """Put what was done or read on record; without it nothing is answered."""
    trail, scope = call.trail, declared.scope
    if declared.audit is None or trail.is_silent:
        return
    await audit.record(
        Entry(
            action=declared.audit,
            user_id=call.principal.user_id,
            object_kind=trail.object_kind or (scope.kind if scope else ""),
            object_id=trail.object_id or (call.parameters[scope.parameter] if scope else ""),
            facts=trail.facts,
        )
    )


async def _check_object(
    declared: Route[Any], caller: Principal | None, request: web.Request, guard: Guard
) -> None:
    scope: Scope | None = declared.scope
    if scope is None:
        return
    object_id = request.match_info[scope.parameter]
    may_be = len(object_id) <= PATH_ID_LENGTH_MAX and NUL not in object_id
    facts = await guard.locate(scope.kind, object_id) if may_be else None
    if authorise(caller, declared.permission, facts or NoObject.MISSING) is not Decision.ALLOWED:
        code, message = OBJECT_UNKNOWN[scope.kind]
        raise ApiError(code, message)


def _idempotency_key(declared: Route[Any], request: web.Request) -> str | None:
    """The caller's key; None where there is none and the server makes one."""
    keys = request.headers.getall("Idempotency-Key", []) if declared.is_idempotent else []
    if not keys:
        return None
    if len(keys) > 1 or not _IDEMPOTENCY_KEY.fullmatch(keys[0]):
        raise ApiError(
            ApiErrorCode.IDEMPOTENCY_KEY_INVALID,
            "Idempotency-Key takes 1 to 128 printable ASCII characters, once.",
        )
    return keys[0]


async def _body(declared: Route[Any], request: web.Request) -> msgspec.Struct | None:
    if declared.request is None:
        return None
    if request.content_type != "application/json":
        raise ApiError(ApiErrorCode.CONTENT_TYPE_UNSUPPORTED, "Send the body as application/json.")
    if (request.content_length or 0) > declared.body_bytes_max:
        raise _too_large(declared.body_bytes_max)
    try:
        # Mostly it has come with the head, and nothing is to be waited for.
        async with (
            contextlib.nullcontext() if request.content.is_eof() else asyncio.timeout(BODY_WAIT_S)
        ):
            raw = await request.read()
    except TimeoutError as error:
        raise _too_slow() from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large(declared.body_bytes_max) from error
    if len(raw) > declared.body_bytes_max:  # sent in pieces, without saying its length
        raise _too_large(declared.body_bytes_max)
    return decode_body(raw, declared.request)


async def _file(declared: Route[Any], request: web.Request) -> tuple[bytes, bytes]:
    """The body of a route that takes a file, with its SHA-256: reckoned piece by piece, so that no step is long."""
    bytes_max = declared.file_bytes_max
    if not bytes_max:
        return b"", b""
    if request.content_type != FILE_TYPE:
        raise ApiError(ApiErrorCode.CONTENT_TYPE_UNSUPPORTED, f"Send the file as {FILE_TYPE}.")
    if (request.content_length or 0) > bytes_max:
        raise _too_large(bytes_max)
    content, digest = bytearray(), hashlib.sha256()
    try:
        async with asyncio.timeout(FILE_WAIT_S):
            async for piece in request.content.iter_any():
                content += piece
                digest.update(piece)
                if len(content) > bytes_max:
                    raise _too_large(bytes_max)
    except TimeoutError as error:
        raise _too_slow() from error
    return bytes(content), digest.digest()


def _too_slow() -> ApiError:
    return ApiError(ApiErrorCode.REQUEST_TIMEOUT, "The body did not arrive in time.")


def _too_large(bytes_max: int) -> ApiError:
    return ApiError(ApiErrorCode.BODY_TOO_LARGE, f"A body has at most {bytes_max} bytes here.")


def digest_of(
    method: str,
    path: str,
    caller: Principal | None,
    body: msgspec.Struct | None,
    *,
    file_digest: bytes = b"",
) -> bytes:
    """SHA-256 of who asks for what: the same key with another digest is another request."""
    digest = hashlib.sha256()
    user_id = "" if caller is None else caller.user_id
    canonical = b"" if body is None else msgspec.json.encode(body, order="deterministic")
    for part in (
        method.encode(),
        path.encode("utf-8", "surrogatepass"),
        user_id.encode(),
        canonical,
        *((file_digest,) if file_digest else ()),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _response(declared: Route[Any], answer: msgspec.Struct | Reply | None) -> web.Response:
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    expected = declared.response
    if (expected is None) != (reply.body is None) or (
        expected and not isinstance(reply.body, expected)
    ):
        raise TypeError(
            f"{declared.name} declares {expected} and answered {type(reply.body).__name__}"
        )
    headers = {"Cache-Control": "no-store", **reply.headers}
    if reply.body is None:
        response = web.Response(status=declared.status, headers=headers)
    else:
        response = web.Response(
            status=declared.status,
            body=msgspec.json.encode(reply.body),
            content_type="application/json",
            headers=headers,
        )
    if reply.adjust is not None:
        reply.adjust(response)
    return response
