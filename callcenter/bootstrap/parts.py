"""The objects of one domain, wired. Nothing runs yet when `build` returns."""

import asyncio
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
from callcenter.bootstrap.articles import ROUTES as ARTICLE_ROUTES
from callcenter.bootstrap.call_backs import build_call_backs, call_backs_extension, find_phones
from callcenter.bootstrap.campaigns import (
    CAMPAIGN_ROUTES,
    CampaignParts,
    build_campaigns,
    campaigns_extension,
)
from callcenter.bootstrap.cases import build_cases, cases_extension
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.configuration_editing import ConfigurationEditor
from callcenter.bootstrap.flows import FlowPictures
from callcenter.bootstrap.gateway import HostGateway
from callcenter.bootstrap.leads import build_leads, leads_extension
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.reading import Reading
from callcenter.bootstrap.telephony import ROUTES as CALL_ROUTES
from callcenter.bootstrap.telephony import Telephony
from callcenter.bootstrap.ways import Ways, build_ways
from callcenter.bootstrap.what_ifs import WhatIfs
from callcenter.call_backs.cards import introduced
from callcenter.call_backs.routes import ROUTES as CALL_BACK_ROUTES
from callcenter.call_backs.service import CallBackService
from callcenter.cases.plans import facts_of
from callcenter.cases.routes import ROUTES as CASE_ROUTES
from callcenter.cases.service import CaseService
from callcenter.channels.chat_app import FRAMES as CHAT_FRAMES
from callcenter.channels.chat_app import chat_extension
from callcenter.channels.chat_hub import ChatHub
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.chat_routes import ChatServices, WidgetConfiguration
from callcenter.channels.chat_socket import CustomerSockets, Relay
from callcenter.channels.chat_throttle import StartThrottle
from callcenter.channels.chat_tokens import ChatTokens
from callcenter.channels.mail.book import MailBook
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.channels.mail.services import Writers
from callcenter.channels.mail.waking import Waker
from callcenter.channels.visit_book import VisitBook
from callcenter.clock import Clock, new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import HostError
from callcenter.host.host import Host
from callcenter.host.recovery import DECODER
from callcenter.http.serving import Extension, Guard
from callcenter.integrations.addresses import networks_of
from callcenter.integrations.telling import Teller
from callcenter.leads.interest import LeadMaker
from callcenter.leads.routes import ROUTES as LEAD_ROUTES
from callcenter.limits import (
    DESK_NEWS_MS,
    PRESENCE_LOOK_MS,
    PRESENCE_SETTLES_MS,
    PRESENCE_SWEEP_MS,
)
from callcenter.observability.metrics import Metrics
from callcenter.pressure import Pressure
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.projections.customer_cards import CustomerCards
from callcenter.projections.introductions import Introductions
from callcenter.settings import Role, Settings
from callcenter.storage.store import SqlStore
from callcenter.supervision.emergencies import is_told
from callcenter.telephony.browser.routes import ROUTES as BROWSER_ROUTES
from callcenter.telephony.placing_routes import ROUTES as PLACING_ROUTES
from callcenter.telephony.recording_routes import ROUTES as RECORDING_ROUTES
from callcenter.tries import MemoryTries, Tries
from callcenter.web.app import build_app
from callcenter.web.desk_hub import DeskHub
from callcenter.web.desk_socket import DeskSockets
from callcenter.web.services import Services
from routing.commands import ConnectAgent, DisconnectAgent, DisconnectCustomer, ReturnCustomer
from routing.ids import AgentId, ContactId
from routing.model import Channel, Party

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
    call_backs: CallBackService
    ways: Ways
    cases: CaseService
    leads: LeadMaker
    agent_presence: PresenceKeeper[AgentId]
    pressure: Pressure
    what_ifs: WhatIfs
    tries: Tries = field(init=False)
    """Where failed log-ins and chats begun are counted; here, or for a whole cluster."""
    campaigns: CampaignParts = field(init=False)
    metrics: Metrics = field(init=False)
    on_card: Callable[[ContactId], None] = lambda _: None
    """Called with a contact of which more is known than its events say."""
    on_typing: Callable[[ContactId, Party], None] = lambda _contact_id, _by: None
    """Called when somebody is writing at a socket of this process."""
    on_asked: Callable[[AgentId], None] = lambda _: None
    """Called with an agent whom a colleague asks by phone, whenever that looks different."""

    def __post_init__(self) -> None:
        """By itself a process counts for itself."""
        self.tries = MemoryTries(self.clock.monotonic_s)

    @property
    def telephony(self) -> Telephony:
        """The ways to the phone systems, and the calls they have."""
        return self.ways.telephony

    @property
    def visits(self) -> VisitBook:
        """Flows in the chat widget."""
        return self.ways.visits

    @property
    def chat_hub(self) -> ChatHub:
        """The open customer sockets."""
        return self.ways.chat_hub

    @property
    def customer_presence(self) -> PresenceKeeper[ContactId]:
        """Whose chat window is open."""
        return self.ways.presence

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

    def can_call(self, widget: WidgetConfiguration) -> bool:
        """Whether a widget's page may call now."""
        return bool(widget.call_number) and self.telephony.browser.phones.can_be_called

    def is_phone_missing(self, user_id: str) -> bool:
        """Whether somebody who takes calls has no phone for them: it is to be in the browser, and is not."""
        agent = self.host.mirror.agents.get(AgentId(user_id))
        takes_calls = agent is not None and agent.capacity.per_channel.get(Channel.VOICE, 0) > 0
        return takes_calls and self.telephony.browser.phones.is_missing(user_id)

    def show_typing(self, contact_id: ContactId, by: Party) -> None:
        """Tell the other side, and of an agent who looks at the contact as well."""
        if by is Party.CUSTOMER:
            self.desk_hub.customer_typing(contact_id)
        else:
            self.chat_hub.agent_typing(contact_id)
            self.writers.note(contact_id)

    def customer_typing(self, contact_id: ContactId) -> None:
        """A customer writes at a socket of this process."""
        self.show_typing(contact_id, Party.CUSTOMER)
        self.on_typing(contact_id, Party.CUSTOMER)

    def agent_typing(self, contact_id: ContactId) -> None:
        """An agent writes at a socket of this process."""
        self.show_typing(contact_id, Party.AGENT)
        self.on_typing(contact_id, Party.AGENT)

    def introduce_by(self, told: Callable[[Introducing], Introducing]) -> None:
        """Show on desks also what another process knows of contacts."""
        self.desk_introductions = told(self.desk_introductions)
        self.desk_hub.introduce_by(self.desk_introductions)

    def more_is_known(self, contact_id: ContactId) -> None:
        """A card says more than the events of its contact do: show it."""
        self.desk_hub.refresh(contact_id)
        self.on_card(contact_id)

    def asked(self, agent_id: AgentId) -> None:
        """What an agent is asked by phone looks different: show it."""
        self.desk_hub.refresh_desk(agent_id)
        self.on_asked(agent_id)

    async def until_present(self, user_id: str) -> bool:
        """Wait a little for the engine to hear of the desk an agent has just opened; False when there is none.

        A router hears of desks at gateways some moments later than of what is asked there.
        """
        agent_id, began_s = AgentId(user_id), self.clock.monotonic_s()
        is_alone = self.settings.role is Role.ALL
        while (agent := self.host.mirror.agents.get(agent_id)) is not None and not agent.is_present:
            is_known = self.agent_presence.has_socket(agent_id)
            limit_ms = PRESENCE_SETTLES_MS if is_known else (0 if is_alone else DESK_NEWS_MS)
            if (self.clock.monotonic_s() - began_s) * 1000 >= limit_ms:
                return False
            await asyncio.sleep(PRESENCE_LOOK_MS / 1000)
        return agent is not None


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
    gateway, ahead_ms = HostGateway(host), clock_ahead_ms(settings, clock)
    sessions = SessionKeeper(store.sessions, store.users, clock.world_ms)
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
    call_backs = build_call_backs(
        store, host, clock, configuration=configuration, customer_keys=CustomerKeys(secret)
    )
    cases = build_cases(store, host, clock, configuration=configuration, call_backs=call_backs)
    ways = build_ways(
        settings,
        store,
        host,
        clock,
        configuration=configuration,
        roster=roster,
        customers=customers,
        customer_keys=CustomerKeys(secret),
        closed_messages=closed_messages,
        promises=call_backs,
        introductions=introductions,
        estimate=reading.estimates.of_contact,
        presence=customer_presence(host, gateway, clock),
    )
    find_phones(call_backs, cases, ways.telephony, configuration)
    desk_introductions = introduced(call_backs.register, ways.telephony.introduced(customer_cards))
    desk_hub = _desk_hub(reading, desk_introductions, ways.telephony, ahead_ms)
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
        call_backs=call_backs,
        cases=cases,
        leads=build_leads(store, host, clock, configuration=configuration),
        ways=ways,
        agent_presence=agent_presence(host, gateway),
        pressure=Pressure(clock.monotonic_s, clock.busy_s),
        what_ifs=WhatIfs(settings, new_id),
    )
    parts.campaigns = _campaigns(parts, secret)
    _listen(parts)
    return parts


def _campaigns(parts: Parts, secret: bytes) -> CampaignParts:
    """They place calls, and follow the log."""
    return build_campaigns(
        parts.store,
        parts.host,
        parts.clock,
        configuration=parts.configuration,
        customer_keys=CustomerKeys(secret),
        placing=parts.telephony.placing,
        folded=parts.reading.interaction_log.wait_for,
    )


def _desk_hub(
    reading: Reading,
    introductions: Introducing,
    telephony: Telephony,
    ahead_ms: Callable[[], int | None],
) -> DeskHub:
    """The desks, with what colleagues ask by phone."""
    questions, now_ms = telephony.book.questions.of, telephony.clock.now_ms
    return DeskHub(
        reading.mirror, introductions, now_ms, clock_ahead_ms=ahead_ms, questions=questions
    )


def clock_ahead_ms(settings: Settings, clock: Clock) -> Callable[[], int | None]:
    """How far the clock was led ahead, for pages to say; None where it cannot be."""
    return lambda: clock.ahead_ms if settings.clock == "demo" else None


def _listen(parts: Parts) -> None:
    """In this order: who introduces a contact knows it before it is shown."""
    for look_again in (
        parts.call_backs.look_again,
        parts.cases.look_again,
        parts.leads.service.look_again,
        parts.desk_hub.push_desks,
    ):
        parts.clock.on_led(look_again)
    shown = (parts.introductions, parts.mail_book, parts.customer_cards, parts.reading)
    for book in (parts.customer_cards, parts.mail_book, parts.telephony.book):
        book.listen(parts.more_is_known)
    parts.telephony.book.questions.listen(parts.asked)
    host = parts.host
    for listener in (*shown, parts.desk_hub):
        host.listen(listener.on_published)
    host.act_on(parts.waker.on_published)
    host.listen(parts.chat_hub.on_published)
    host.act_on(parts.visits.on_published)
    host.listen(parts.telling.on_published)


def _teller(settings: Settings, store: SqlStore, clock: Clock, secret: bytes) -> Teller:
    return Teller(
        domain_id=settings.domain_id,
        journal=store.journal,
        interactions=store.interactions,
        subscriptions=store.subscriptions,
        notices=store.notices,
        secret=secret,
        networks=networks_of(settings.subscriber_networks),
        decode=DECODER.decode,
        now_ms=clock.world_ms,
    )


def build_web(
    parts: Parts, secret: bytes, *more: Extension, relay: Relay | None = None
) -> web.Application:
    """The web application over the parts; `more` hang in the calls of other channels. `relay`: see CustomerSockets."""
    return build_app(
        _services(parts, CustomerKeys(secret)),
        extensions=(
            _desk_socket(parts),
            _chat(parts, ChatTokens(secret), relay),
            parts.telephony.extension(),
            call_backs_extension(parts.call_backs, parts.store, parts.host, parts.clock),
            cases_extension(
                parts.cases,
                parts.store,
                parts.host,
                parts.clock,
                configuration=parts.configuration,
                name=parts.roster.name,
            ),
            leads_extension(
                parts.leads,
                parts.store,
                parts.host,
                parts.clock,
                configuration=parts.configuration,
                name=parts.roster.name,
            ),
            campaigns_extension(
                parts.campaigns, parts.store, parts.host, parts.clock, name=parts.roster.name
            ),
            *more,
        ),
        more_routes=(
            *CHAT_ROUTES,
            *MAIL_ROUTES,
            *CALL_ROUTES,
            *RECORDING_ROUTES,
            *BROWSER_ROUTES,
            *CALL_BACK_ROUTES,
            *PLACING_ROUTES,
            *CASE_ROUTES,
            *LEAD_ROUTES,
            *CAMPAIGN_ROUTES,
            *ARTICLE_ROUTES,
        ),
        more_frames=CHAT_FRAMES,
    )


def _chat(parts: Parts, tokens: ChatTokens, relay: Relay | None) -> Extension:
    chat = ChatServices(
        host=parts.host,
        tokens=tokens,
        entrance=parts.ways.entrance,
        visits=parts.visits,
        throttle=StartThrottle(parts.settings.chats_per_minute, parts.tries, new_id),
        widget=parts.configuration.widget,
        can_call=parts.can_call,
        closed_message=parts.closed_messages.of_queue,
        now_ms=parts.clock.now_ms,
        new_id=new_id,
    )
    customer_sockets = CustomerSockets(
        host=parts.host,
        hub=parts.chat_hub,
        visits=parts.visits,
        tokens=tokens,
        presence=parts.customer_presence,
        store=parts.store,
        on_customer_typing=parts.customer_typing,
        customer_name=lambda contact_id: parts.introductions(contact_id).customer_name,
        closed_message=parts.closed_messages.of_queue,
        now_ms=parts.clock.now_ms,
        new_id=new_id,
        monotonic_s=parts.clock.monotonic_s,
        relay=relay,
    )
    return chat_extension(chat, customer_sockets)


def _desk_socket(parts: Parts) -> Extension:
    emergencies, hub = parts.reading.emergencies, parts.desk_hub
    emergencies.listen(lambda push: hub.push_emergencies(push, is_told))

    def extend(app: web.Application, guard: Guard) -> None:
        sockets = DeskSockets(
            guard=guard,
            hub=hub,
            presence=parts.agent_presence,
            details=parts.store.details,
            mirror=parts.reading.mirror,
            board_of=parts.board_of,
            emergencies_of=emergencies.shown_to,
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
        throttle=LoginThrottle(parts.tries, new_id),
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
        flows=FlowPictures(lambda: parts.configuration.current),
        what_ifs=parts.what_ifs,
        not_ready_reasons=parts.not_ready_reasons,
        metrics=parts.metrics.render,
        pressure=parts.pressure,
        customer_keys=customer_keys,
        after_wrap_up=parts.leads.wrapped_up,
        case_facts=lambda stored: facts_of(parts.configuration.case_plan(), stored),
        log_reaches=parts.reading.interaction_log.wait_for,
        on_person=parts.roster.learn,
        is_phone_missing=parts.is_phone_missing,
        until_present=parts.until_present,
        phases_beside=parts.telephony.book.phases_beside,
        questions=parts.telephony.book.questions.of,
        console_dir=settings.console_dir,
        listed_origins=settings.listed_origins,
        trusted_proxies=settings.trusted_proxies,
        is_https=settings.is_https,
        is_metrics_public=settings.is_metrics_public,
    )
