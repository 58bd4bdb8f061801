"""Hangs the chat channel into the application: its calls, its socket, and what other sites' pages may do."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from callcenter.channels.chat_protocol import FromCustomer, ToCustomer
from callcenter.channels.chat_routes import ROUTES, ChatServices, WidgetConfiguration
from callcenter.channels.chat_socket import CustomerSockets
from callcenter.http.serving import Extension, Guard, mount

FRAMES: dict[str, Any] = {"FromCustomer": FromCustomer, "ToCustomer": ToCustomer}
_PREFIX = "/api/v1/chat/widgets/{widget_id}"
_PREFLIGHT_KEPT_S = "600"


def chat_extension(services: ChatServices, sockets: CustomerSockets) -> Extension:
    """What `build_app` is given for the chat channel."""

    def extend(app: web.Application, guard: Guard) -> None:
        mount(app, ROUTES, services, guard)
        app.router.add_get("/api/v1/chat/socket", sockets.handle)
        for path in (_PREFIX, f"{_PREFIX}/contacts"):
            app.router.add_route("OPTIONS", path, _preflight)
        app.on_response_prepare.append(_allow_listed(services.widget))

    return extend


async def _preflight(_request: web.Request) -> web.Response:
    """A browser asks whether another site's page may call; the answer is in the headers added below."""
    return web.Response(status=204)


def _allow_listed(
    widget: Callable[[str], WidgetConfiguration | None],
) -> Callable[[web.Request, web.StreamResponse], Any]:
    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        widget_id = request.match_info.get("widget_id")
        origin = request.headers.get("Origin")
        configured = widget(widget_id) if widget_id is not None else None
        if configured is None or origin is None or origin not in configured.allowed_origins:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_KEPT_S
        response.headers["Vary"] = "Origin"

    return add_headers
