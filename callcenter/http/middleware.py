"""The boundary of the HTTP surface: a request id in, one error format out, security headers on everything.

This is one of the few places that may catch everything: whatever goes wrong in a handler must become an answer
here, and must not take the server with it. What is logged is where it happened and what kind it was; the text
of an exception can carry what a customer wrote, so it is not.
"""

import traceback
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from callcenter.auth.passwords import PasswordsBusy
from callcenter.auth.throttle import LoginThrottled
from callcenter.host.envelope import (
    CommandIdReused,
    CommandRefused,
    HostError,
    HostOverloaded,
    RoutingPaused,
)
from callcenter.http.contract import REQUEST_ID
from callcenter.http.errors import ApiError, ApiErrorCode, error_response, refused
from callcenter.ports.errors import StorageUnavailable

_log = structlog.get_logger(__name__)

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}
"""`style-src 'unsafe-inline'` is Ant Design's: it writes its styles at run time. No script is inline."""


def boundary(new_id: Callable[[], str]) -> Middleware:
    """The outermost middleware."""

    @web.middleware
    async def handle(request: web.Request, handler: Next) -> web.StreamResponse:
        request_id = new_id()
        request[REQUEST_ID] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                return await handler(request)
            except web.HTTPException as error:
                if error.status < 400:
                    raise
                return error_response(_of_aiohttp(error), request_id)
            except Exception as error:  # noqa: BLE001 - the boundary: an answer instead of a crash
                told = known_error(error) or _unexpected(error, request)
                return error_response(told, request_id)

    return handle


async def add_security_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler for `on_response_prepare`: on every answer, errors and files too."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "callcenter"


def known_error(error: Exception) -> ApiError | None:
    """The operating failures and refusals that lie behind the handlers, as the caller is told them."""
    match error:
        case ApiError():
            return error
        case CommandRefused():
            return refused(error.refusal)
        case HostError() | StorageUnavailable():
            return _of_host(error)
        case PasswordsBusy():
            return ApiError(
                ApiErrorCode.LOGIN_BUSY,
                "Many people are logging in; try again in a moment.",
                retry_after_s=error.retry_after_s,
            )
        case LoginThrottled():
            return ApiError(
                ApiErrorCode.LOGIN_THROTTLED,
                "Too many log-ins have failed here; wait before the next.",
                retry_after_s=error.retry_after_s,
            )
        case _:
            return None


def _of_host(error: HostError | StorageUnavailable) -> ApiError:
    match error:
        case CommandIdReused():
            return ApiError(
                ApiErrorCode.IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was used for another request.",
            )
        case HostOverloaded():
            return ApiError(
                ApiErrorCode.OVERLOADED, "Too much is waiting to be decided; nothing was taken."
            )
        case RoutingPaused():
            return ApiError(
                ApiErrorCode.ROUTING_PAUSED,
                "No router answers at the moment; ask again with the same Idempotency-Key.",
            )
        case _:
            return ApiError(
                ApiErrorCode.STORAGE_UNAVAILABLE,
                "The store cannot write or read now; ask again with the same Idempotency-Key.",
            )


def _of_aiohttp(error: web.HTTPException) -> ApiError:
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            return ApiError(
                ApiErrorCode.METHOD_NOT_ALLOWED,
                f"This address takes {allowed}.",
                headers={"Allow": allowed},
            )
        case web.HTTPRequestEntityTooLarge():
            return ApiError(ApiErrorCode.BODY_TOO_LARGE, "The body is too large.")
        case web.HTTPNotFound():
            return ApiError(ApiErrorCode.ROUTE_UNKNOWN, "There is nothing at this address.")
        case _:
            return ApiError(ApiErrorCode.REQUEST_INVALID, "The request cannot be understood.")


def _unexpected(error: Exception, request: web.Request) -> ApiError:
    resource = request.match_info.route.resource
    _log.error(
        "request_failed",
        method=request.method,
        route=resource.canonical if resource is not None else None,
        error_type=type(error).__qualname__,
        trace=[
            f"{frame.name} {frame.filename}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
        ],
    )
    return ApiError(
        ApiErrorCode.INTERNAL_ERROR,
        "Something went wrong here; it has been recorded under this request id.",
    )
