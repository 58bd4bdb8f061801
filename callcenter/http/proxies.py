"""Whose request it is that a reverse proxy passes on.

Bounds for each network address (chats, calls from pages, failed log-ins) go by `request.remote`.
Behind a proxy that is the proxy's own address, so everybody would share one bound. A proxy that is listed names the
caller in `X-Forwarded-For`, of which it appends one address; what stands further left anybody can have written. So
the list is read from the right, as long as each address is a listed proxy's: the first other one is the caller.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from callcenter.http.limits import FORWARDED_ADDRESSES_MAX

FORWARDED_FOR: Final = "X-Forwarded-For"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def caller_of(peer: str, forwarded: Sequence[str], proxies: Collection[Network]) -> str:
    """The caller's address. `peer` is who is connected, `forwarded` the header's lines as they came.

    A word that is no address ends the look: the last proxy believed is then the caller.
    """
    caller = peer
    words = [word.strip() for line in forwarded for word in line.split(",")]
    for word in reversed(words[-FORWARDED_ADDRESSES_MAX:]):
        if not _is_listed(caller, proxies):
            break
        address = _address(word)
        if address is None:
            break
        caller = address
    return caller


def seeing_through(listed: Collection[str]) -> list[Middleware]:
    """The outermost middleware, which sets `request.remote`; none where no proxy is listed. Raises ValueError for what is no network."""
    if not listed:
        return []
    proxies = [ipaddress.ip_network(text) for text in sorted(listed)]

    @web.middleware
    async def handle(request: web.Request, handler: Next) -> web.StreamResponse:
        peer = request.remote or ""
        forwarded = request.headers.getall(FORWARDED_FOR, ())
        caller = caller_of(peer, forwarded, proxies)
        return await handler(request if caller == peer else request.clone(remote=caller))

    return [handle]


def _is_listed(text: str, proxies: Collection[Network]) -> bool:
    plain = _address(text)
    if plain is None:
        return False
    address = ipaddress.ip_address(plain)
    return any(address.version == one.version and address in one for one in proxies)


def _address(word: str) -> str | None:
    """An address as text, without the port and brackets some proxies add; IPv4 in IPv6's clothes as IPv4."""
    text = word
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
