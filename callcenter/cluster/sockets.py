"""Who has a socket open, said by gateways and believed by the router.

A gateway says all of it every second and after each change; the router hands the union to the keepers of presence as if
the sockets were its own. What closes is said a little later than what opens: a page that is loaded again, here or at
another gateway, is never gone in between. A gateway that falls silent, while Redis was there, has no sockets any more.
While Redis is gone nobody is taken for gone.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from agents.presence import PresenceKeeper
from callcenter.cluster.asking import Asker
from callcenter.cluster.limits import (
    SOCKETS_KEPT_S,
    SOCKETS_LINGER_S,
    SOCKETS_LOOK_S,
    SOCKETS_TOLD_EVERY_S,
)
from callcenter.cluster.wire import OpenSockets
from routing.ids import AgentId, ContactId

Id = TypeVar("Id", bound=Hashable)


class _Attaching(Protocol):
    """What of a keeper of presence is needed here."""

    def attach(self, member: Any) -> None:  # noqa: ANN401 - an agent's or a contact's id
        """A socket opened."""

    def detach(self, member: Any) -> None:  # noqa: ANN401
        """A socket is gone."""


class _Gateway(msgspec.Struct):
    heard_s: float
    agents: frozenset[AgentId] = frozenset()
    contacts: frozenset[ContactId] = frozenset()


class SocketsElsewhere:
    """The router's side."""

    def __init__(
        self,
        agents: PresenceKeeper[AgentId],
        contacts: PresenceKeeper[ContactId],
        monotonic_s: Callable[[], float],
    ) -> None:
        """Nobody has said anything yet."""
        self._agents = agents
        self._contacts = contacts
        self._monotonic_s = monotonic_s
        self._gateways: dict[str, _Gateway] = {}

    def told(self, sockets: OpenSockets) -> None:
        """A gateway has said what is open there."""
        known = self._gateways.get(sockets.process_id, _Gateway(0))
        agents, contacts = frozenset(sockets.agents), frozenset(sockets.contacts)
        _change(self._agents, known.agents, agents)
        _change(self._contacts, known.contacts, contacts)
        now_s = self._monotonic_s()
        self._gateways[sockets.process_id] = _Gateway(now_s, agents, contacts)

    def redis_was_gone(self) -> None:
        """Silence so far means nothing."""
        for gateway in self._gateways.values():
            gateway.heard_s = self._monotonic_s()

    def forget_silent(self) -> None:
        """Whoever has said nothing for long has no sockets any more."""
        now_s = self._monotonic_s()
        for process_id, gateway in list(self._gateways.items()):
            if now_s - gateway.heard_s > SOCKETS_KEPT_S:
                self.told(OpenSockets(process_id, [], []))
                del self._gateways[process_id]


class _Lately(Generic[Id]):
    """Who has a socket open, or had one SOCKETS_LINGER_S ago."""

    def __init__(self) -> None:
        self._seen_s: dict[Id, float] = {}

    def open(self, members: Iterable[Id], now_s: float) -> set[Id]:
        self._seen_s |= dict.fromkeys(members, now_s)
        gone = [one for one, at_s in self._seen_s.items() if now_s - at_s >= SOCKETS_LINGER_S]
        for member in gone:
            del self._seen_s[member]
        return set(self._seen_s)


async def tell_sockets(
    asker: Asker,
    agents: PresenceKeeper[AgentId],
    contacts: PresenceKeeper[ContactId],
    monotonic_s: Callable[[], float],
) -> None:
    """The gateway's side, until cancelled."""
    told: tuple[set[AgentId], set[ContactId]] | None = None
    told_s = 0.0
    desks, windows = _Lately[AgentId](), _Lately[ContactId]()
    while True:
        now_s = monotonic_s()
        open_now = (desks.open(agents.members(), now_s), windows.open(contacts.members(), now_s))
        if open_now != told or now_s - told_s >= SOCKETS_TOLD_EVERY_S:
            asker.tell(OpenSockets(asker.process_id, sorted(open_now[0]), sorted(open_now[1])))
            told, told_s = open_now, now_s
        await asyncio.sleep(SOCKETS_LOOK_S)


def _change(keeper: _Attaching, before: Iterable[Id], now: Iterable[Id]) -> None:
    known, open_now = set(before), set(now)
    for member in sorted(open_now - known, key=str):
        keeper.attach(member)
    for member in sorted(known - open_now, key=str):
        keeper.detach(member)
