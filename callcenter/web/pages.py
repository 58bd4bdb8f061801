"""The console's and the widget's files, as built into `agents/console/dist`."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from callcenter.http.errors import ApiError, ApiErrorCode

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FOREVER: Final = "public, max-age=31536000, immutable"
SHORTLY: Final = "public, max-age=300"
ASK_EACH_TIME: Final = "no-cache"

_FILE_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>callcenter</title>
<p>The console is not built yet: run <code>make console</code>, then reload this page.</p>
</html>
"""


def add_pages(app: web.Application, console_dir: Path) -> None:
    """Hang the pages in; call it last, since any address that is no file and no API is the console's."""
    root = console_dir
    add = app.router.add_get
    add(f"/assets/{{name:{_FILE_NAME}}}", _folder(root / "assets", FOREVER))
    for script in ("widget.js", "widget-phone.js"):
        headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
        add(f"/{script}", _file(root / script, SHORTLY, headers))
    add("/icon.svg", _file(root / "icon.svg", SHORTLY, {}))
    add("/demo", _page(root / "demo.html"))
    add(r"/{page:(?!api(?:/|$)|assets(?:/|$))[^.]*}", _page(root / "index.html"))


def _folder(folder: Path, caching: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await _send(folder / request.match_info["name"], caching, {})

    return handle


def _file(path: Path, caching: str, headers: dict[str, str]) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return await _send(path, caching, headers)

    return handle


def _page(path: Path) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        if await asyncio.to_thread(path.is_file):
            return web.FileResponse(path, headers={"Cache-Control": ASK_EACH_TIME})
        headers = {"Cache-Control": "no-store", "Retry-After": "10"}
        return web.Response(status=503, text=_NOT_BUILT, content_type="text/html", headers=headers)

    return handle


async def _send(path: Path, caching: str, headers: dict[str, str]) -> web.StreamResponse:
    if not await asyncio.to_thread(path.is_file):
        raise ApiError(ApiErrorCode.ROUTE_UNKNOWN, "There is nothing at this address.")
    return web.FileResponse(path, headers={**headers, "Cache-Control": caching})
