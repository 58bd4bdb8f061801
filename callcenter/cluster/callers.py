"""Whose request it is that a gateway passes on: the address it came from, signed, so that bounds for each address hold.

Both sides have the domain's secret key. Without a right signature the address is that of whoever is connected.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

CALLER: Final = "X-Callcenter-Caller"

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def signed(address: str, secret: bytes) -> str:
    """The header's value: the address and who vouches for it."""
    return f"{address} {_signature(address, secret)}"


def address_of(value: str, secret: bytes) -> str | None:
    """The address a gateway has vouched for; None for anybody else's word."""
    address, _, signature = value.partition(" ")
    is_right = hmac.compare_digest(signature.encode(), _signature(address, secret).encode())
    return address if is_right else None


def believing(secret: bytes) -> Middleware:
    """The router's side: a request that was passed on has the address it came from."""

    @web.middleware
    async def handle(request: web.Request, handler: Next) -> web.StreamResponse:
        address = address_of(request.headers.get(CALLER, ""), secret)
        return await handler(request if address is None else request.clone(remote=address))

    return handle


def _signature(address: str, secret: bytes) -> str:
    return hmac.new(secret, b"caller\x00" + address.encode(), hashlib.sha256).hexdigest()
