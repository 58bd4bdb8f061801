"""Telephony, wired: the book of calls, the ways to and from phone systems, the agents' buttons."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiohttp import web
from prometheus_client import Histogram

from agents.desk import Introduction, Introductions
from callcenter.bootstrap.browser_phones import BrowserParts, build_browser
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.outbound import PlacingAround, build_placing
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.phone_systems import Link, Links
from callcenter.bootstrap.recordings import RecordingParts, build_recordings
from callcenter.channels.chat_hub import is_served_in_order, places
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.flows.lookups import FlowLookups
from callcenter.host.host import Host
from callcenter.http.serving import Extension, Guard, mount
from callcenter.ports.calls import CallLog
from callcenter.ports.cases import Cases
from callcenter.ports.journal import Details
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.settings import PhoneSystem, Settings
from callcenter.storage.store import SqlStore
from callcenter.telephony.asterisk.link import AriLink
from callcenter.telephony.book import CallBook, Surroundings
from callcenter.telephony.call_routes import ROUTES as CALL_ROUTES
from callcenter.telephony.call_routes import CallServices
from callcenter.telephony.consult_routes import ROUTES as CONSULT_ROUTES
from callcenter.telephony.entering import Entrance
from callcenter.telephony.entry import Speech
from callcenter.telephony.flow_support import Support
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.listen_routes import ROUTES as LISTEN_ROUTES
from callcenter.telephony.placing import Placing
from callcenter.telephony.placing_routes import ROUTES as PLACING_ROUTES
from callcenter.telephony.placing_routes import PlacingServices
from callcenter.telephony.ports import CallControl, Errand, RecordingSource
from callcenter.telephony.promising import Promises
from callcenter.telephony.protocol import PbxEvent
from callcenter.telephony.recording_routes import ROUTES as RECORDING_ROUTES
from callcenter.telephony.signing import Keys
from callcenter.telephony.trunks import Trunks
from callcenter.telephony.twiml.documents import PATH as TWILIO_PATH
from callcenter.telephony.twiml.door import TwilioDoor
from callcenter.telephony.twiml.link import TwilioLink
from callcenter.telephony.watching import PbxWatch
from callcenter.telephony.webhook import PATH, EventDoor
from ivr.waiting import Outlook
from routing.ids import AgentId, ContactId
from routing.state import State
from routing.waits import Band, Unknown

ROUTES: Final = (*CALL_ROUTES, *CONSULT_ROUTES, *LISTEN_ROUTES)

_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephony:
    """What of telephony has a life."""

    book: CallBook
    intake: EventIntake
    watch: PbxWatch
    links: dict[str, Link]
    recordings: RecordingParts
    log: CallLog
    keys: dict[str, Keys]
    latency: Histogram
    trunks: Trunks
    host: Host
    clock: Clock
    placing: Placing
    details: Details
    cases: Cases
    phone_of: Callable[[AgentId], str]
    browser: BrowserParts

    async def load(self) -> None:
        """Take up the calls that were open before the start. Raises StorageError."""
        await self.book.load()
        await self.recordings.keeper.load(
            lambda contact_id: self.book.call_of(contact_id) is not None
        )
        rows = await self.log.open_calls()
        for link in self.links.values():
            if isinstance(link, AriLink | TwilioLink):
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
        keeping = {"recordings": self.recordings.keeper.run()}
        if not links:
            return {**keeping}
        return {
            **links,
            **keeping,
            "call events": self.intake.run(),
            "calls": self.book.run(),
            "phone systems": self.watch.run(),
            "phones in browsers": self.browser.phones.run(),
        }

    def _placing_services(self) -> PlacingServices:
        return PlacingServices(
            host=self.host,
            placing=self.placing,
            details=self.details,
            number_of_case=self._number_of_case,
        )

    async def _number_of_case(self, case_id: str) -> str:
        stored = await self.cases.get(case_id)
        return "" if stored is None else stored.words.number

    def extension(self) -> Extension:
        """Hangs the buttons and the door for events into the application."""

        def extend(app: web.Application, guard: Guard) -> None:
            services = CallServices(
                host=self.host,
                book=self.book,
                intake=self.intake,
                phone_of=self.phone_of,
                trunks=self.trunks,
                can_listen=lambda name: isinstance(self.links.get(name), AriLink),
            )
            mount(app, ROUTES, services, guard)
            mount(app, PLACING_ROUTES, self._placing_services(), guard)
            mount(app, RECORDING_ROUTES, self.recordings.listening, guard)
            controls: dict[str, CallControl] = {**self.links}
            door = EventDoor(self.keys.get, controls, self.intake, self.clock)
            app.router.add_post(PATH, door.handle)
            twilio = {k: one for k, one in self.links.items() if isinstance(one, TwilioLink)}
            app.router.add_post(TWILIO_PATH, TwilioDoor(twilio).handle)
            self.browser.hang_in(app, guard)

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
    promises: Promises,
    estimate: Callable[[ContactId, int], Band | Unknown],
    lookups: FlowLookups,
) -> Telephony:
    """Wire it; nothing runs before its `tasks` do."""
    latency = _latency()
    measure = _measured(latency, clock)

    async def stored(name: str, events: Sequence[PbxEvent]) -> None:
        await intake.store(name, events)

    flow = Support(stored, lookups, clock, marks=store.survey_marks, promises=promises)
    controls: dict[str, CallControl] = {}
    recordings = build_recordings(
        store, host, clock, roster=roster, customers=customers, customer_keys=customer_keys
    )
    book = CallBook(
        Surroundings(
            mirror=lambda: host.mirror,
            log=store.calls,
            entrance=Entrance(host, customer_keys, customers, clock.now_ms, promises=promises),
            controls=controls,
            entry_point=configuration.entry_point,
            phone_of=roster.phone,
            name_of=roster.name,
            said=_said(closed_messages),
            now_ms=clock.now_ms,
            outlook=outlook_of(host, clock, estimate),
            flow=flow,
            plans=configuration.recording_plans,
            keeper=recordings.keeper,
            survey_of=configuration.survey_of,
        )
    )
    intake = EventIntake(settings.domain_id, store.calls, book, clock)
    links = _links(settings, configuration, clock, book=book, intake=intake, on_sent=measure)
    controls.update(links)
    recordings.sources.update(_recorders(links))
    host.act_on(book.on_published)
    trunks = _trunks(book, controls, configuration, settings=settings, log=store.calls, clock=clock)
    around = PlacingAround(settings, host, clock, configuration, customer_keys)
    return Telephony(
        book=book,
        intake=intake,
        watch=PbxWatch(controls, book, intake=intake, log=store.calls, clock=clock),
        links=links,
        recordings=recordings,
        log=store.calls,
        keys=_keys(settings),
        latency=latency,
        trunks=trunks,
        host=host,
        clock=clock,
        phone_of=roster.phone,
        placing=build_placing(around, intake, store),
        browser=build_browser(settings, links, roster, clock=clock, configuration=configuration),
        details=store.details,
        cases=store.cases,
    )


def _links(
    settings: Settings,
    configuration: ConfigurationInForce,
    clock: Clock,
    *,
    book: CallBook,
    intake: EventIntake,
    on_sent: Callable[[Errand], None],
) -> dict[str, Link]:
    """The way to each phone system."""
    domain_id = settings.domain_id
    ways = Links(domain_id, configuration, clock, book=book, intake=intake, on_sent=on_sent)
    return {name: ways.to(name, one) for name, one in settings.telephony.items()}


def _measured(latency: Histogram, clock: Clock) -> Callable[[Errand], None]:
    """From an event's arrival to the first try of the command it has led to."""

    def measure(errand: Errand) -> None:
        if errand.cause_s is not None:
            latency.observe(clock.monotonic_s() - errand.cause_s)

    return measure


def _keys(settings: Settings) -> dict[str, Keys]:
    """Of those that sign."""
    systems = settings.telephony.items()
    return {name: Keys(one.keys) for name, one in systems if isinstance(one, PhoneSystem)}


def _recorders(links: Mapping[str, Link]) -> dict[str, RecordingSource]:
    """Those that can record."""
    return {name: one for name, one in links.items() if not isinstance(one, TwilioLink)}


def _latency() -> Histogram:
    return Histogram(
        "callcenter_call_command_seconds",
        "From the arrival of a phone system's event to the command it leads to",
        buckets=_BUCKETS_S,
        registry=None,
    )


def _trunks(
    book: CallBook,
    controls: dict[str, CallControl],
    configuration: ConfigurationInForce,
    *,
    settings: Settings,
    log: CallLog,
    clock: Clock,
) -> Trunks:
    return Trunks(
        book=book,
        log=log,
        controls=controls,
        kinds={name: one.kind for name, one in settings.telephony.items()},
        plan=configuration.telephony_plan,
        now_ms=clock.now_ms,
    )


def _said(closed_messages: ClosedMessages) -> Callable[[str], Speech | None]:
    """The words of a message by its id."""

    def said(message_id: str) -> Speech | None:
        message = closed_messages.said(message_id)
        return None if message is None else Speech(message.en, message.zh)

    return said


def outlook_of(
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
