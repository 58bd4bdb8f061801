"""Presence: who has a socket open, and the engine's knowledge of it.

Law of this file: the sockets are the truth, the engine's `is_present` follows. Nothing is reported once and
hoped for: what the engine believes is compared with the sockets after every change and at every sweep, and the
difference is sent. So a report that a full disk refused is sent again, and after a restart, when every socket is
gone, the engine learns it without a special case.

The same keeper serves agents' desks and customers' chat windows.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

import msgspec

from agents.ports import EngineGateway
from routing.commands import Command

Id = TypeVar("Id", bound=Hashable)


class Watched(msgspec.Struct, Generic[Id], frozen=True):
    """How the keeper reads the engine's belief and corrects it.

    `believed` lists those the engine holds to be present; `can_be_present` says whether an id may be reported
    now at all (a closed contact may not); `arrived` and `left` make the commands.
    """

    believed: Callable[[], Iterable[Id]]
    can_be_present: Callable[[Id], bool]
    arrived: Callable[[Id], Command]
    left: Callable[[Id], Command]


class PresenceKeeper(Generic[Id]):
    """Keeps the engine's belief equal to the open sockets."""

    def __init__(
        self, gateway: EngineGateway, watched: Watched[Id], *, sweep_every_s: float
    ) -> None:
        """Prepare; `run` does the work."""
        self._gateway = gateway
        self._watched = watched
        self._sweep_every_s = sweep_every_s
        self._sockets: Counter[Id] = Counter()
        self._changed = asyncio.Event()

    def attach(self, member: Id) -> None:
        """A socket opened."""
        self._sockets[member] += 1
        self._changed.set()

    def detach(self, member: Id) -> None:
        """A socket is gone."""
        self._sockets[member] -= 1
        if self._sockets[member] <= 0:
            del self._sockets[member]
        self._changed.set()

    def has_socket(self, member: Id) -> bool:
        """Whether at least one socket is open."""
        return member in self._sockets

    def members(self) -> set[Id]:
        """Everybody who has a socket open."""
        return set(self._sockets)

    def differences(self) -> list[Command]:
        """The commands that would make the engine's belief true."""
        believed = set(self._watched.believed())
        arrived = [
            self._watched.arrived(member)
            for member in self._sockets
            if member not in believed and self._watched.can_be_present(member)
        ]
        left = [
            self._watched.left(member)
            for member in sorted(believed, key=str)
            if member not in self._sockets
        ]
        return arrived + left

    async def run(self) -> None:
        """Correct the engine for ever: after every change, and at every sweep."""
        while True:
            try:
                async with asyncio.timeout(self._sweep_every_s):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            await asyncio.gather(*(self._gateway.send(each) for each in self.differences()))
