"""Health and metrics, for the machine's own eyes unless the settings say otherwise."""

import ipaddress
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.web.services import Services

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Readiness(msgspec.Struct, frozen=True):
    """Whether traffic may be sent here, and if not, why."""

    is_ready: bool
    reasons: list[str]


def add_health(app: web.Application, services: Services) -> None:
    """Hang `/healthz`, `/readyz` and `/metrics` in."""

    async def healthz(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n", headers={"Cache-Control": "no-store"})

    async def readyz(_request: web.Request) -> web.StreamResponse:
        reasons = services.not_ready_reasons()
        body = msgspec.json.encode(Readiness(not reasons, reasons))
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "2"} if reasons else {})
        status = 503 if reasons else 200
        return web.Response(
            status=status, body=body, content_type="application/json", headers=headers
        )

    async def metrics(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            body=services.metrics(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.router.add_get(path, _guarded(handler, is_public=services.is_metrics_public))


def _guarded(handler: Handler, *, is_public: bool) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if not is_public and not is_from_here(request):
            raise ApiError(ApiErrorCode.ROUTE_UNKNOWN, "There is nothing at this address.")
        return await handler(request)

    return handle


def is_from_here(request: web.Request) -> bool:
    """Whether the request comes from this machine itself, and not through a front that runs on it."""
    if "Forwarded" in request.headers or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
