"""The objects of one domain, wired. Nothing runs yet when `build` returns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from agents.desk import Introductions as Introducing
from agents.presence import PresenceKeeper, Watched
from agents.protocol import BoardPush
from callcenter.auth.api_keys import ApiKeyKeeper
from callcenter.auth.audit import AuditTrail
from callcenter.auth.passwords import Passwords, argon2id
from callcenter.auth.principal import Principal
from callcenter.auth.sessions import SessionKeeper
from callcenter.auth.teams import TeamBook
from callcenter.auth.throttle import LoginThrottle
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.configuration_editing import ConfigurationEditor
from callcenter.bootstrap.gateway import HostGateway
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.reading import Reading
from callcenter.bootstrap.telephony import Telephony, build_telephony
from callcenter.channels.chat_app import FRAMES as CHAT_FRAMES
from callcenter.channels.chat_app import chat_extension
from callcenter.channels.chat_hub import ChatHub
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.chat_routes import ChatServices
from callcenter.channels.chat_socket import CustomerSockets
from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.channels.mail.book import MailBook
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.channels.mail.services import Writers
from callcenter.channels.mail.waking import Waker
from callcenter.clock import Clock, new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import HostError
from callcenter.host.host import Host
from callcenter.host.recovery import DECODER
from callcenter.http.serving import Guard
from callcenter.integrations.addresses import networks_of
from callcenter.integrations.telling import Teller
from callcenter.limits import PRESENCE_SWEEP_MS
from callcenter.observability.metrics import Metrics
from callcenter.pressure import Pressure
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.projections.customer_cards import CustomerCards
from callcenter.projections.introductions import Introductions
from callcenter.settings import Settings
from callcenter.storage.store import SqlStore
from callcenter.telephony.call_routes import ROUTES as CALL_ROUTES
from callcenter.web.app import Extension, build_app
from callcenter.web.desk_hub import DeskHub
from callcenter.web.desk_socket import DeskSockets
from callcenter.web.services import Services
from routing.commands import ConnectAgent, DisconnectAgent, DisconnectCustomer, ReturnCustomer
from routing.ids import AgentId, ContactId
from routing.model import Channel

_log = structlog.get_logger("callcenter.parts")

_NEW_CONTACT_MS = 5_000
"""A contact's page gets this long to open its socket before its customer counts as gone."""


@dataclass(slots=True, kw_only=True)
class Parts:
    """Everything of one domain that has a life: started and stopped by the server."""

    settings: Settings
    store: SqlStore
    host: Host
    clock: Clock
    sessions: SessionKeeper
    configuration: ConfigurationInForce
    team_book: TeamBook
    roster: Roster
    customers: CustomerLookup
    passwords: Passwords
    api_keys: ApiKeyKeeper
    telling: Teller
    introductions: Introductions
    mail_book: MailBook
    waker: Waker
    writers: Writers
    customer_cards: CustomerCards
    closed_messages: ClosedMessages
    reading: Reading
    desk_hub: DeskHub
    desk_introductions: Introducing
    telephony: Telephony
    chat_hub: ChatHub
    agent_presence: PresenceKeeper[AgentId]
    customer_presence: PresenceKeeper[ContactId]
    pressure: Pressure
    metrics: Metrics = field(init=False)

    def not_ready_reasons(self) -> list[str]:
        """Why traffic must not be sent here; empty when it may."""
        reasons = (self.host.not_ready_reason(), self.reading.not_ready_reason())
        return [reason for reason in reasons if reason is not None]

    async def follow_configuration(self) -> None:
        """Apply a configuration that another process has stored; one that cannot be taken yet is tried again."""
        try:
            await self.configuration.follow()
        except HostError as error:
            _log.warning("configuration_not_applied", kind=type(error).__name__)

    def board_of(self, principal: Principal) -> BoardPush:
        """What a page that has been open for long may see by now."""
        return self.reading.board.for_principal(self.sessions.current(principal))

    def agent_typing(self, contact_id: ContactId) -> None:
        """Tell who talks with the agent, and who looks at the contact as well."""
        self.chat_hub.agent_typing(contact_id)
        self.writers.note(contact_id)

    def gauges(self) -> dict[str, float]:
        """Figures of the process for the metrics."""
        return {
            "desk_sockets": self.desk_hub.tab_count,
            "customer_sockets": self.chat_hub.window_count,
            "inbox_commands": self.host.inbox_depth,
            "loop_late_ms": self.pressure.late_ms,
            "newcomers_turned_away": self.pressure.turned_away,
            "journal_seq": self.host.mirror.seq,
            **self.telephony.gauges(),
            **{f"subscription_events_{name}": n for name, n in self.telling.counts.items()},
            **{f"profile_lookups_{name}": n for name, n in self.customers.counts.items()},
        }


def agent_presence(host: Host, gateway: HostGateway) -> PresenceKeeper[AgentId]:
    """Desk sockets against the engine's belief."""

    def believed() -> list[AgentId]:
        return [one.agent_id for one in host.mirror.agents.values() if one.is_present]

    def can_be_present(agent_id: AgentId) -> bool:
        agent = host.mirror.agents.get(agent_id)
        return agent is not None and not agent.is_removed

    watched = Watched(believed, can_be_present, ConnectAgent, DisconnectAgent)
    return PresenceKeeper(gateway, watched, sweep_every_s=PRESENCE_SWEEP_MS / 1000)


def customer_presence(host: Host, gateway: HostGateway, clock: Clock) -> PresenceKeeper[ContactId]:
    """Customer sockets against the engine's belief; a contact just made is given time to open its socket."""

    def believed() -> list[ContactId]:
        return [
            one.contact_id
            for one in host.mirror.contacts.values()
            if one.is_customer_present
            and one.channel is Channel.CHAT
            and (keeper.has_socket(one.contact_id) or _is_settled(one.arrived_at_ms))
        ]

    def _is_settled(arrived_at_ms: int) -> bool:
        return clock.now_ms() - arrived_at_ms > _NEW_CONTACT_MS

    def can_be_present(contact_id: ContactId) -> bool:
        return contact_id in host.mirror.contacts

    watched = Watched(believed, can_be_present, ReturnCustomer, DisconnectCustomer)
    keeper = PresenceKeeper(gateway, watched, sweep_every_s=PRESENCE_SWEEP_MS / 1000)
    return keeper


def build(settings: Settings, store: SqlStore, host: Host, clock: Clock, *, secret: bytes) -> Parts:
    """Wire one domain. The host's listeners are called in the order they are added here."""
    gateway = HostGateway(host)
    sessions = SessionKeeper(store.sessions, store.users, clock.now_ms)
    roster = Roster(store.users, sessions, host, gateway)
    team_book, introductions = TeamBook(store.teams), Introductions()
    configuration = ConfigurationInForce(store, host, clock, team_book)
    reading = Reading(store, host, roster.name, clock)
    mail_book, waker = MailBook(introductions, reading.mirror), Waker(gateway, reading.mirror)
    customer_cards = CustomerCards(
        mail_book, store.profiles, store.interactions, mirror=reading.mirror, name=roster.name
    )
    customers = CustomerLookup(store.profiles, configuration.customer_rules, gateway)
    closed_messages = ClosedMessages(store.closed_messages, reading.mirror)
    telephony = build_telephony(
        settings,
        store,
        host,
        clock,
        configuration=configuration,
        roster=roster,
        customers=customers,
        customer_keys=CustomerKeys(secret),
        closed_messages=closed_messages,
        estimate=reading.estimates.of_contact,
    )
    desk_introductions = telephony.introduced(customer_cards)
    desk_hub = DeskHub(reading.mirror, desk_introductions, clock.now_ms)
    customer_cards.listen(desk_hub.refresh)
    mail_book.listen(desk_hub.refresh)
    telephony.book.listen(desk_hub.refresh)
    parts = Parts(
        settings=settings,
        store=store,
        host=host,
        clock=clock,
        sessions=sessions,
        configuration=configuration,
        team_book=team_book,
        roster=roster,
        customers=customers,
        passwords=Passwords(argon2id()),
        api_keys=ApiKeyKeeper(store.api_keys, clock.now_ms),
        telling=_teller(settings, store, clock, secret),
        introductions=introductions,
        mail_book=mail_book,
        waker=waker,
        writers=Writers(now_ms=clock.now_ms),
        customer_cards=customer_cards,
        closed_messages=closed_messages,
        reading=reading,
        desk_hub=desk_hub,
        desk_introductions=desk_introductions,
        telephony=telephony,
        chat_hub=ChatHub(
            reading.mirror,
            roster.name,
            clock.now_ms,
            estimate=reading.estimates.of_contact,
            said=closed_messages.said,
        ),
        agent_presence=agent_presence(host, gateway),
        customer_presence=customer_presence(host, gateway, clock),
        pressure=Pressure(clock.monotonic_s),
    )
    parts.metrics = Metrics(reading.mirror, parts.gauges, (telephony.latency,))
    shown = (introductions, mail_book, customer_cards, reading, desk_hub, waker, parts.chat_hub)
    for listener in (*shown, parts.metrics, parts.telling):
        host.listen(listener.on_published)
    return parts


def _teller(settings: Settings, store: SqlStore, clock: Clock, secret: bytes) -> Teller:
    return Teller(
        domain_id=settings.domain_id,
        journal=store.journal,
        interactions=store.interactions,
        subscriptions=store.subscriptions,
        secret=secret,
        networks=networks_of(settings.subscriber_networks),
        decode=DECODER.decode,
        now_ms=clock.now_ms,
    )


def build_web(parts: Parts, secret: bytes, *more: Extension) -> web.Application:
    """The web application over the parts; `more` hang in the calls of other channels."""
    tokens, customer_keys = ChatTokens(secret), CustomerKeys(secret)
    chat = ChatServices(
        host=parts.host,
        tokens=tokens,
        customer_keys=customer_keys,
        customers=parts.customers,
        throttle=StartThrottle(parts.settings.chats_per_minute),
        widget=parts.configuration.widget,
        closed_message=parts.closed_messages.of_queue,
        now_ms=parts.clock.now_ms,
        new_id=new_id,
    )
    customer_sockets = CustomerSockets(
        host=parts.host,
        hub=parts.chat_hub,
        tokens=tokens,
        presence=parts.customer_presence,
        store=parts.store,
        on_customer_typing=parts.desk_hub.customer_typing,
        customer_name=lambda contact_id: parts.introductions(contact_id).customer_name,
        closed_message=parts.closed_messages.of_queue,
        now_ms=parts.clock.now_ms,
        new_id=new_id,
        monotonic_s=parts.clock.monotonic_s,
    )
    return build_app(
        _services(parts, customer_keys),
        extensions=(
            _desk_socket(parts),
            chat_extension(chat, customer_sockets),
            parts.telephony.extension(),
            *more,
        ),
        more_routes=(*CHAT_ROUTES, *MAIL_ROUTES, *CALL_ROUTES),
        more_frames=CHAT_FRAMES,
    )


def _desk_socket(parts: Parts) -> Callable[[web.Application, Guard], None]:
    def extend(app: web.Application, guard: Guard) -> None:
        sockets = DeskSockets(
            guard=guard,
            hub=parts.desk_hub,
            presence=parts.agent_presence,
            details=parts.store.details,
            mirror=parts.reading.mirror,
            board_of=parts.board_of,
            on_agent_typing=parts.agent_typing,
            monotonic_s=parts.clock.monotonic_s,
        )
        app.router.add_get("/api/v1/socket", sockets.handle)

    return extend


def _services(parts: Parts, customer_keys: CustomerKeys) -> Services:
    settings = parts.settings
    return Services(
        host=parts.host,
        store=parts.store,
        sessions=parts.sessions,
        api_keys=parts.api_keys,
        telling=parts.telling,
        passwords=parts.passwords,
        throttle=LoginThrottle(),
        audit=AuditTrail(parts.store.audit_log, settings.domain_id, parts.clock.now_ms),
        board=parts.reading.board,
        introductions=parts.desk_introductions,
        closed_messages=parts.closed_messages,
        configuration=parts.configuration.view,
        configuration_editor=ConfigurationEditor(
            parts.store,
            parts.configuration,
            parts.clock,
            mirror=parts.reading.mirror,
        ),
        team_book=parts.team_book,
        now_ms=parts.clock.now_ms,
        new_id=new_id,
        not_ready_reasons=parts.not_ready_reasons,
        metrics=parts.metrics.render,
        pressure=parts.pressure,
        customer_keys=customer_keys,
        log_reaches=parts.reading.interaction_log.wait_for,
        console_dir=settings.console_dir,
        listed_origins=settings.listed_origins,
        is_https=settings.is_https,
        is_metrics_public=settings.is_metrics_public,
    )
