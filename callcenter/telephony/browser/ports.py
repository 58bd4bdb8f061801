"""What phones in browsers need of a phone system."""

from typing import Protocol

import msgspec


class PhonesUnreachable(Exception):
    """The phone system cannot be asked now, or does not take phones."""


class PhoneAccount(msgspec.Struct, frozen=True):
    """A phone as the phone system must know it. `entry_number`: where a customer's calls lead; "" for an agent's."""

    name: str
    secret: str
    entry_number: str = ""


class IceServer(msgspec.Struct, frozen=True):
    """A server that helps audio find its way (STUN, TURN), as browsers name it."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class PhoneDirectory(Protocol):
    """A phone system that takes phones of browsers."""

    @property
    def is_up(self) -> bool:
        """While it can be asked."""

    @property
    def socket_url(self) -> str:
        """Where it speaks SIP by WebSocket."""

    @property
    def ice_servers(self) -> list[IceServer]:
        """What pages are told of the network."""

    async def add(self, account: PhoneAccount) -> None:
        """From now on it may register and call; a secret it had before is worth nothing. Raises PhonesUnreachable."""

    async def remove(self, name: str) -> None:
        """It may do neither any more. What it never knew is removed as well. Raises PhonesUnreachable."""

    async def names(self) -> list[str]:
        """Which it knows; the book's and what another process has left. Raises PhonesUnreachable."""
