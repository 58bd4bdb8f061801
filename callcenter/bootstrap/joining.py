"""A process's part in a cluster: its way to Redis, the lease it works under, and what of the streams it reads.

A router and a worker wait here until the one before them is gone; a gateway and a worker follow the journal.
"""

import asyncio
import os
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web

from agents.desk import Introductions
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.parts import Parts
from callcenter.call_backs.cards import introduced
from callcenter.channels.chat_protocol import CustomerHello
from callcenter.channels.chat_socket import Relay
from callcenter.clock import Clock, new_id
from callcenter.cluster.asking import Asker
from callcenter.cluster.callers import believing
from callcenter.cluster.forwarding import SERVED_HERE, Forwarder
from callcenter.cluster.ingress import Ingress
from callcenter.cluster.lease import Lease
from callcenter.cluster.limits import SOCKETS_KEPT_S
from callcenter.cluster.notes import CardsElsewhere, CardTeller, Notes
from callcenter.cluster.redis import open_redis
from callcenter.cluster.remote_host import RemoteHost
from callcenter.cluster.sockets import SocketsElsewhere, tell_sockets
from callcenter.cluster.tries import RedisTries
from callcenter.cluster.wire import Names, Owner
from callcenter.host.host import Host
from callcenter.ports.store import Store
from callcenter.settings import Role, Settings
from callcenter.tries import MemoryTries

if TYPE_CHECKING:
    from redis.asyncio import Redis

Tasks = dict[str, Coroutine[Any, Any, None]]


def known_to_router_alone(parts: Parts) -> Introductions:
    """What gateways are told of contacts: mail, call and call-back. Customers each gateway looks up itself, for its own desks.

    Were they looked up here too, a new router would read the profile and the history of everybody at the moment in which it
    has most to do.
    """
    return introduced(parts.call_backs.register, parts.telephony.introduced(parts.mail_book))


class Joined:
    """What a process with a role has besides the parts every process has."""

    presence_waits_s: Final = SOCKETS_KEPT_S
    """How long nobody is taken for gone after the start: gateways must have said whose sockets are open."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Nothing is connected yet."""
        self._settings = settings
        self._clock = clock
        self._names = Names(settings.domain_id)
        self._client: Redis = open_redis(settings.redis_url)
        self._process_id = f"{settings.role}-{os.getpid()}-{new_id()[-12:]}"
        lease = self._names.lease(settings.role)
        self._lease = Lease(self._client, lease, clock.monotonic_s)
        self._asker = Asker(self._client, self._names, self._process_id, clock.monotonic_s)
        self._forwarder = Forwarder(lambda: self._asker.owner)
        self._notes = Notes(self._client, self._names, self._process_id)
        self.cards = CardsElsewhere()
        self.tries = RedisTries(self._client, self._names, MemoryTries(clock.monotonic_s))
        self._has_lease = asyncio.Event()
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when another process has taken over."""

    async def wait_for_turn(self, url: str) -> None:
        """Until nobody else does what this process is to do alone; others then reach it at `url`."""
        await self._lease.acquire(Owner(self._process_id, self._settings.reached_at or url))
        self._has_lease.set()

    def host(self, store: Store) -> Host:
        """The host this role has: its own, or the mirror of another's."""
        domain_id = self._settings.domain_id
        if self._settings.role is Role.ROUTER:
            return Host(domain_id, store, self._clock, self._lease.is_ours)
        return RemoteHost(domain_id, store, self._clock, self._asker)

    def early_tasks(self) -> Tasks:
        """What must run before the host starts."""
        if self._settings.role is Role.ROUTER:
            return {"lease": self._keep_lease()}
        if self._settings.role is Role.WORKER:
            return {"lease": self._keep_lease(), "router": self._asker.run()}
        return {"router": self._asker.run(), "forwarding": self._forwarder.run()}

    def tasks(self, parts: Parts) -> Tasks:
        """What runs once the parts do."""
        agents, contacts = parts.agent_presence, parts.customer_presence
        monotonic_s = self._clock.monotonic_s
        match self._settings.role:
            case Role.ROUTER:
                elsewhere = SocketsElsewhere(agents, contacts, monotonic_s)
                ingress = Ingress(self._client, self._names, parts.host, elsewhere)
                parts.host.listen(ingress.on_published)
                return {"ingress": ingress.run(), **self._tell_cards(parts)}
            case Role.GATEWAY:
                telling = tell_sockets(self._asker, agents, contacts, monotonic_s)
                self.cards.on_change = parts.desk_hub.refresh
                self._notes.on_card = self.cards.take
                questions = parts.telephony.book.questions
                self._notes.on_asked = lambda note: questions.take(note.cards, is_all=note.is_all)
                self._pass_typing(parts)
                return {"open sockets": telling, "notes": self._notes.run()}
            case _:
                return {}

    def _tell_cards(self, parts: Parts) -> Tasks:
        """What the router's memory adds to desks at gateways."""
        cards = CardTeller(
            self._notes,
            known_to_router_alone(parts),
            open_contacts=lambda: parts.host.mirror.contacts,
            questions=parts.telephony.book.questions.cards,
            monotonic_s=self._clock.monotonic_s,
        )
        parts.host.listen(cards.on_published)
        parts.on_card, parts.on_asked = cards.changed, cards.asked
        self._pass_typing(parts)
        return {"notes": self._notes.run(), "cards": cards.run()}

    def _pass_typing(self, parts: Parts) -> None:
        parts.on_typing = self._notes.tell_typing
        self._notes.on_typing = lambda note: parts.show_typing(note.contact_id, note.by)

    def extend(
        self, app: web.Application, configuration: ConfigurationInForce, secret: bytes
    ) -> None:
        """Have a gateway pass on what it does not answer, and a router believe gateways who has asked."""
        if self._settings.role is Role.ROUTER:
            app.middlewares.append(believing(secret))
            return

        def is_served_here(request: web.Request) -> bool:
            if SERVED_HERE.fullmatch(request.path) is None:
                return False
            widget = configuration.widget(request.match_info.get("widget_id", ""))
            return widget is None or widget.flow is None

        app.middlewares.append(self._forwarder.middleware(is_served_here, secret))

    @property
    def relay(self) -> Relay | None:
        """How a gateway serves the sockets of customers whom a flow has."""
        if self._settings.role is not Role.GATEWAY:
            return None

        async def by_router(
            request: web.Request, here: web.WebSocketResponse, hello: CustomerHello
        ) -> bool:
            return await self._forwarder.relay_open(
                request, here, msgspec.json.encode(hello).decode()
            )

        return by_router

    def is_ready(self) -> None:
        """Everything runs: who dies now is taken over soon."""
        self._lease.shorten()

    async def leave(self) -> None:
        """Let another process have its turn."""
        if self._has_lease.is_set() and not self.lost.done():
            await self._lease.release()
        await self._client.aclose()

    async def _keep_lease(self) -> None:
        await self._lease.keep()
        self.lost.set_result(None)
