"""Telephony, wired: the book of calls, the ways to and from phone systems, the agents' buttons."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiohttp import web
from prometheus_client import Histogram

from agents.desk import Introduction, Introductions
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.phone_systems import Link, Links
from callcenter.channels.chat_hub import is_served_in_order, places
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.host import Host
from callcenter.http.serving import Guard, mount
from callcenter.ports_of_calls import CallLog
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.settings import PhoneSystem, Settings
from callcenter.storage.store import SqlStore
from callcenter.telephony.asterisk.link import AriLink
from callcenter.telephony.book import CallBook, Surroundings
from callcenter.telephony.call_routes import ROUTES, CallServices
from callcenter.telephony.entering import Entrance
from callcenter.telephony.entry import Speech
from callcenter.telephony.flow_support import Support
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.ports import CallControl, Errand
from callcenter.telephony.protocol import PbxEvent
from callcenter.telephony.signing import Keys
from callcenter.telephony.watching import PbxWatch
from callcenter.telephony.webhook import PATH, EventDoor
from ivr.waiting import Outlook
from routing.ids import ContactId
from routing.state import State
from routing.waits import Band, Unknown

_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephony:
    """What of telephony has a life."""

    book: CallBook
    intake: EventIntake
    watch: PbxWatch
    links: dict[str, Link]
    log: CallLog
    keys: dict[str, Keys]
    latency: Histogram
    host: Host
    clock: Clock

    async def load(self) -> None:
        """Take up the calls that were open before the start. Raises StorageError."""
        await self.book.load()
        rows = await self.log.open_calls()
        for link in self.links.values():
            if isinstance(link, AriLink):
                await link.load(self.log, rows)

    def introduced(self, introductions: Introductions) -> Introductions:
        """Introductions that know of calls too."""

        def introduce(contact_id: ContactId) -> Introduction:
            introduction, card = introductions(contact_id), self.book.card(contact_id)
            if card is None:
                return introduction
            return msgspec.structs.replace(introduction, call=card)

        return introduce

    def tasks(self) -> dict[str, Coroutine[Any, Any, None]]:
        """What must run, by name."""
        links = {f"phone system {name}": link.run() for name, link in self.links.items()}
        if not links:
            return {}
        return {
            **links,
            "call events": self.intake.run(),
            "calls": self.book.run(),
            "phone systems": self.watch.run(),
        }

    def gauges(self) -> dict[str, float]:
        """Figures for the metrics."""
        waiting = sum(link.waiting for link in self.links.values())
        return {"open_calls": self.book.open_count, "phone_commands_waiting": waiting}

    def extension(self) -> Callable[[web.Application, Guard], None]:
        """Hangs the buttons and the door for events into the application."""

        def extend(app: web.Application, guard: Guard) -> None:
            services = CallServices(host=self.host, book=self.book, intake=self.intake)
            mount(app, ROUTES, services, guard)
            controls: dict[str, CallControl] = {**self.links}
            door = EventDoor(self.keys.get, controls, self.intake, self.clock)
            app.router.add_post(PATH, door.handle)

        return extend


def build_telephony(
    settings: Settings,
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    roster: Roster,
    customers: CustomerLookup,
    customer_keys: CustomerKeys,
    closed_messages: ClosedMessages,
    estimate: Callable[[ContactId, int], Band | Unknown],
) -> Telephony:
    """Wire it; nothing runs before its `tasks` do."""
    latency = Histogram(
        "callcenter_call_command_seconds",
        "From the arrival of a phone system's event to the command it leads to",
        buckets=_BUCKETS_S,
        registry=None,
    )

    async def stored(connection_id: str, events: Sequence[PbxEvent]) -> None:
        await intake.store(connection_id, events)

    controls: dict[str, CallControl] = {}
    book = CallBook(
        Surroundings(
            mirror=lambda: host.mirror,
            log=store.calls,
            entrance=Entrance(host, customer_keys, customers, clock.now_ms),
            controls=controls,
            entry_point=configuration.entry_point,
            phone_of=roster.phone,
            said=_said(closed_messages),
            now_ms=clock.now_ms,
            outlook=_outlook(host, clock, estimate),
            flow=Support(
                stored,
                configuration.day_kind,
                keys=customer_keys,
                customers=customers,
                clock=clock,
            ),
        )
    )

    def measure(errand: Errand) -> None:
        if errand.cause_s is not None:
            latency.observe(clock.monotonic_s() - errand.cause_s)

    systems = settings.telephony
    keys = {name: Keys(one.keys) for name, one in systems.items() if isinstance(one, PhoneSystem)}
    intake = EventIntake(settings.domain_id, store.calls, book, clock)
    ways = Links(
        settings.domain_id, configuration, clock, book=book, intake=intake, on_sent=measure
    )
    links = {name: ways.to(name, one) for name, one in systems.items()}
    controls.update(links)
    host.listen(book.on_published)
    return Telephony(
        book=book,
        intake=intake,
        watch=PbxWatch(controls, book, intake=intake, log=store.calls, clock=clock),
        links=links,
        log=store.calls,
        keys=keys,
        latency=latency,
        host=host,
        clock=clock,
    )


def _said(closed_messages: ClosedMessages) -> Callable[[str], Speech | None]:
    """The words of a message by its id."""

    def said(message_id: str) -> Speech | None:
        message = closed_messages.said(message_id)
        return None if message is None else Speech(message.en, message.zh)

    return said


def _outlook(
    host: Host, clock: Clock, estimate: Callable[[ContactId, int], Band | Unknown]
) -> Callable[[ContactId], Outlook]:
    """What is known of a contact's wait."""

    def outlook(contact_id: ContactId) -> Outlook:
        band = estimate(contact_id, clock.now_ms())
        position = _place(host.mirror, contact_id)
        if not isinstance(band, Band):
            return Outlook(position)
        return Outlook(position, band.p50_ms, band.p90_ms)

    return outlook


def _place(state: State, contact_id: ContactId) -> int | None:
    """Which in its line a contact is; None where the line is not served in its order."""
    contact = state.contacts.get(contact_id)
    if contact is None or contact_id not in state.waiting.get(contact.queue_id, ()):
        return None
    line = [state.contacts[one] for one in state.waiting[contact.queue_id]]
    return places(line).get(contact_id) if is_served_in_order(line) else None
