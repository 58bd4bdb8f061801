"""Builds the aiohttp application: middlewares, API, pages, health; the sockets are handed in."""

import asyncio
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import msgspec
from aiohttp import web

from agents.protocol import FromConsole, ToConsole
from callcenter.http.contract import Route
from callcenter.http.middleware import add_security_headers, boundary
from callcenter.http.openapi import document
from callcenter.http.proxies import seeing_through
from callcenter.http.serving import Extension, Guard, mount
from callcenter.web import (
    audit_routes,
    configuration_routes,
    desk_routes,
    directory_routes,
    explain_routes,
    flow_routes,
    history_routes,
    key_routes,
    number_routes,
    people_routes,
    profile_routes,
    read_routes,
    session_routes,
    statistics_routes,
    subscription_routes,
    supervisor_routes,
    survey_routes,
    team_routes,
    user_routes,
    what_if_routes,
)
from callcenter.web.health_routes import add_health
from callcenter.web.locating import Locator
from callcenter.web.pages import add_pages
from callcenter.web.services import Services

ROUTES: tuple[Route[Services], ...] = (
    *session_routes.ROUTES,
    *desk_routes.ROUTES,
    *directory_routes.ROUTES,
    *read_routes.ROUTES,
    *history_routes.ROUTES,
    *number_routes.ROUTES,
    *statistics_routes.ROUTES,
    *survey_routes.ROUTES,
    *configuration_routes.ROUTES,
    *flow_routes.ROUTES,
    *what_if_routes.ROUTES,
    *explain_routes.ROUTES,
    *user_routes.ROUTES,
    *people_routes.ROUTES,
    *team_routes.ROUTES,
    *supervisor_routes.ROUTES,
    *profile_routes.ROUTES,
    *audit_routes.ROUTES,
    *key_routes.ROUTES,
    *subscription_routes.ROUTES,
)
"""The API of this package; channels add their own."""

FRAMES: dict[str, Any] = {"FromConsole": FromConsole, "ToConsole": ToConsole}
"""What the desk socket speaks, for the OpenAPI document's components."""


def guard_of(services: Services) -> Guard:
    """What lets callers through to these services."""
    return Guard(
        sessions=services.sessions,
        api_keys=services.api_keys,
        locate=Locator(services),
        new_id=services.new_id,
        audit=services.audit,
        pressure=services.pressure,
        listed_origins=services.listed_origins,
    )


def build_app(
    services: Services,
    *,
    extensions: Iterable[Extension] = (),
    more_routes: Iterable[Route[Any]] = (),
    more_frames: dict[str, Any] | None = None,
) -> web.Application:
    """The whole application.

    `extensions` hang in what is no plain call (sockets, routes with services of their own); `more_routes` and
    `more_frames` are only described in the OpenAPI document, so that it is whole.
    """
    app = web.Application(
        middlewares=[*seeing_through(services.trusted_proxies), boundary(services.new_id)],
        client_max_size=max(each.body_bytes_max for each in ROUTES),
    )
    app.on_response_prepare.append(add_security_headers)
    guard = guard_of(services)
    mount(app, ROUTES, services, guard)
    for extend in extensions:
        extend(app, guard)
    described = (*ROUTES, *more_routes), {**FRAMES, **(more_frames or {})}
    app.router.add_get("/api/v1/openapi.json", _serve_document(partial(document, *described)))
    add_health(app, services)
    add_pages(app, services.console_dir)
    return app


def _serve_document(make: Callable[[], dict[str, Any]]) -> Callable[[web.Request], Any]:
    """Made when somebody first asks, in a thread: few ever do, and a restart would wait for it."""
    encoded = cache(lambda: msgspec.json.encode(make()))

    async def handle(_request: web.Request) -> web.Response:
        body = await asyncio.to_thread(encoded)
        return web.Response(
            body=body, content_type="application/json", headers={"Cache-Control": "no-cache"}
        )

    return handle
