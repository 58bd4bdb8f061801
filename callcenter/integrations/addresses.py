"""Where deliveries may go: public addresses, and the networks an operator has listed. Nowhere else, however it is written.

A name is resolved once for a connection; every address it gives is judged, and the connection is made to one of
those, so a name cannot lead elsewhere a moment later.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Final, TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from callcenter.integrations.limits import URL_CHARACTERS_MAX

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PLAIN: Final = re.compile(r"[!-\[\]-~]*", re.ASCII)
_CARRIERS: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10")
)
"""IPv6 that carries an IPv4 address inside (compatible, NAT64, Teredo, 6to4), and the old private ones."""


class AddressRefused(OSError):
    """Nothing is sent there. The text says why, and names no address that a look-up has told."""


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """The listed networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(text) for text in sorted(texts))


def target_of(text: str, networks: tuple[Network, ...]) -> URL:
    """The URL to send to. Raises AddressRefused for one that is refused by its looks alone."""
    try:
        url = URL(text)
    except ValueError as error:
        raise AddressRefused("this is not a URL") from error
    if len(text) > URL_CHARACTERS_MAX or not _PLAIN.fullmatch(text):
        raise AddressRefused(
            "a URL holds at most 1,000 printable ASCII characters, no space and no backslash"
        )
    if url.scheme not in ({"https", "http"} if networks else {"https"}):
        raise AddressRefused("a URL starts with https://")
    if url.user is not None or url.password is not None or url.fragment:
        raise AddressRefused("a URL names no user, no password and no fragment")
    host = url.raw_host
    if not host:
        raise AddressRefused("a URL names a host")
    literal = _literal(host)
    is_plain = url.scheme == "http"
    if literal is not None and not is_allowed(literal, networks, is_plain=is_plain):
        raise AddressRefused("this address is not a public one")
    return url


def is_allowed(address: Address, networks: tuple[Network, ...], *, is_plain: bool = False) -> bool:
    """A public address, or one of a listed network; without encryption the latter alone."""
    if any(address in network for network in networks if network.version == address.version):
        return True
    return not is_plain and _is_public(address)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:  # Python calls all of these private
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _CARRIERS):
            return False
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not is_special


class GuardedResolver(AbstractResolver):
    """Resolves names to addresses that are allowed, or to none at all."""

    def __init__(self, networks: tuple[Network, ...], *, is_plain: bool) -> None:
        self._networks = networks
        self._is_plain = is_plain

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of the name. Raises AddressRefused when one of them is not allowed, OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        results = []
        for kind, _, protocol, _, place in found:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            if not is_allowed(address, self._networks, is_plain=self._is_plain):
                raise AddressRefused("this name leads to an address that is not a public one")
            results.append(
                ResolveResult(
                    hostname=host,
                    host=str(place[0]),
                    port=port,
                    family=kind,
                    proto=protocol,
                    flags=socket.AI_NUMERICHOST,
                )
            )
        return results

    async def close(self) -> None:
        """Nothing is kept."""
