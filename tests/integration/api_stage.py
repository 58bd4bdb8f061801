"""A whole API, over a memory store unless another is handed in: the real host, the real application, people and contacts to ask about.

Two queues that share nobody: `sales` with ann and bob (team north, supervised by sam) and `help` with eve (team
south, supervised by sue). ada is the administrator.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from callcenter.auth import people
from callcenter.auth.api_keys import ApiKeyKeeper
from callcenter.auth.audit import AuditTrail
from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import SessionKeeper
from callcenter.auth.teams import TeamBook
from callcenter.auth.throttle import LoginThrottle
from callcenter.bootstrap.articles import ROUTES as ARTICLE_ROUTES
from callcenter.bootstrap.articles import articles_extension, build_articles
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.configuration_editing import ConfigurationEditor
from callcenter.bootstrap.what_ifs import WhatIfs
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.channels.mail.services import MailServices, Writers
from callcenter.channels.mail.tokens import MailTokens
from callcenter.clock import Clock, new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import Envelope, Published, Submitted
from callcenter.host.host import Host
from callcenter.host.recovery import DECODER
from callcenter.http.contract import SESSION_COOKIE, Route
from callcenter.http.serving import Extension, Guard, mount
from callcenter.integrations.telling import Teller
from callcenter.ports.journal import Detail
from callcenter.ports.people import User
from callcenter.ports.store import Store
from callcenter.ports.versions import Team
from callcenter.pressure import Pressure
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.introductions import Introductions
from callcenter.projections.queue_board import QueueBoard
from callcenter.projections.transcript import CUSTOMER, MESSAGE, Customer, Line
from callcenter.settings import Settings
from callcenter.storage.memory.store import MemoryStore
from callcenter.supervision.board import LiveBoard
from callcenter.tries import MemoryTries
from callcenter.web.app import build_app
from callcenter.web.flow_schemas import FlowInfo, FlowsView, FlowTrial, FlowTrialView, FlowUse
from callcenter.web.schemas import (
    ConfigurationView,
    DispositionInfo,
    LocalName,
    QueueInfo,
    ReasonInfo,
    SiteInfo,
    SkillInfo,
    TeamInfo,
    WidgetInfo,
)
from callcenter.web.services import Services
from routing import commands as cmd
from routing.ids import (
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    QueueId,
    ReasonId,
    TeamId,
)
from routing.model import (
    REASON_MISSED,
    REASON_SIGNED_IN,
    AgentState,
    Channel,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
)
from routing.waits import Unknown
from tests.integration.call_back_stage import CALL_BACK_ROUTES, CallBackParts
from tests.integration.call_stage import CALL_ROUTES, call_extension
from tests.integration.campaign_stage import CAMPAIGN_ROUTES, CampaignParts
from tests.integration.case_stage import CASE_ROUTES, CaseParts
from tests.integration.lead_stage import LEAD_ROUTES, LeadParts

PASSWORD = "long enough to pass"  # noqa: S105 - everybody's here
SALES, HELP = QueueId("sales"), QueueId("help")
SOLVED = DispositionId("solved")
LUNCH = ReasonId("lunch")
CUSTOMER_KEYS = CustomerKeys(b"a secret of all tests")


class PlainHasher:
    """Costs nothing; for tests only."""

    def hash(self, password: str) -> str:
        """Mark the password."""
        return f"#{password}"

    def verify(self, password: str, hash: str) -> bool:  # noqa: A002 - the protocol's name
        """Compare."""
        return hash == f"#{password}"


def configuration() -> RoutingConfiguration:
    """Two queues; nothing runs out during a test."""
    hour_ms = 3_600_000
    policies = tuple(
        QueuePolicy(
            queue_id=queue_id,
            offer_timeout_ms=hour_ms,
            reoffer_gap_ms=hour_ms,
            wrap_up_limit_ms=hour_ms,
            wrap_up_extension_ms=60_000,
            wrap_up_extensions_max=1,
            waiting_alarm_ms=hour_ms,
            waiting_max=1_000,
            disposition_ids=(SOLVED,),
        )
        for queue_id in (SALES, HELP)
    )
    reasons = (REASON_MISSED, REASON_SIGNED_IN, LUNCH)
    return RoutingConfiguration(
        version="v1",
        queues=policies,
        not_ready_reasons=tuple(NotReadyReason(reason, hour_ms) for reason in reasons),
        presence_grace_ms=hour_ms,
        customer_gone_ms=hour_ms,
        connected_probe_ms=hour_ms,
        missed_limits={Channel.CHAT: 2},
    )


class _Flows:
    """One flow."""

    def view(self) -> FlowsView:
        """It alone."""
        name = LocalName("Welcome", "欢迎")
        return FlowsView("v", [FlowInfo("welcome", name, 1, [FlowUse("entry_point", "100")])])

    def picture(self, flow_id: str, language: str) -> str | None:
        """It alone."""
        return f'<svg lang="{language}"/>' if flow_id in ("", "welcome") else None

    def trial(self, wanted: FlowTrial, at_ms: int) -> FlowTrialView | None:
        """Ends as soon as it begins."""
        if wanted.flow_id != "welcome":
            return None
        return FlowTrialView(at_ms, [], "welcome.hello", is_over=True)


def view() -> ConfigurationView:
    """The same, as the console reads it."""

    def name(text: str) -> LocalName:
        return LocalName(text, text)

    return ConfigurationView(
        version="v1",
        queues=[
            QueueInfo(queue_id, name(queue_id), [SOLVED], 20_000, 60_000, 10_000, 30_000)
            for queue_id in (SALES, HELP)
        ],
        not_ready_reasons=[ReasonInfo(LUNCH, name("Lunch"))],
        dispositions=[DispositionInfo(SOLVED, name("Solved"))],
        teams=[TeamInfo("north", name("North")), TeamInfo("south", name("South"))],
        widgets=[WidgetInfo("shop", name("Shop"), SALES), WidgetInfo("faq", name("FAQ"), HELP)],
        skills=[SkillInfo("zh", name("Chinese")), SkillInfo("en", name("English"))],
        sites=[SiteInfo("berlin", name("Berlin"))],
    )


def person(name: str, role: str, queue_id: str, team_id: str) -> User:
    """Somebody whose id, name and log-in name can be told apart."""
    return User(
        user_id=f"u-{name}",
        username=name,
        display_name=f"{name.title()} Display",
        role=role,
        team_id=TeamId(team_id),
        queue_ids=(queue_id,),
        watched_team_ids=(team_id,) if role == "supervisor" else (),
        chat_capacity=5,
        password_hash=PlainHasher().hash(PASSWORD),
        language="en",
        is_disabled=False,
        version=0,
    )


PEOPLE = (
    person("ann", "agent", SALES, "north"),
    person("bob", "agent", SALES, "north"),
    person("eve", "agent", HELP, "south"),
    person("sam", "supervisor", SALES, "north"),
    person("sue", "supervisor", HELP, "south"),
    person("ada", "admin", SALES, "north"),
)


@dataclass(frozen=True)
class Answer:
    """What came back: status, decoded body, headers."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """The error's code, "" without one."""
        return str(self.body["error"]["code"]) if self.status >= 400 else ""

    def without_request_id(self) -> dict[str, Any]:
        """The error as far as two callers could compare it."""
        return {**self.body["error"], "request_id": ""}


class ApiStage:
    """The server and hands to move things."""

    def __init__(self, console_dir: Path, store: Store | None = None) -> None:
        self.memory = MemoryStore()
        self.store: Store = store or self.memory
        self.clock = Clock()
        self.host = Host("test", self.store, self.clock)
        self.introductions = Introductions()
        self.sessions = SessionKeeper(self.store.sessions, self.store.users, self.clock.now_ms)
        self.api_keys = ApiKeyKeeper(self.store.api_keys, self.clock.now_ms)
        self.team_book = TeamBook(self.store.teams)
        self.passwords = Passwords(PlainHasher())
        self.not_ready: list[str] = []
        self._board = QueueBoard(day_start_ms=0)
        self.agents_see_numbers = False
        self.call_backs = CallBackParts(self)
        self.cases = CaseParts(self)
        self.leads = LeadParts(self)
        self.campaigns = CampaignParts(self)
        self.services = self._services(console_dir)
        self._log = InteractionLog()
        self._published: list[Published] = []
        self._tokens: dict[str, str] = {}
        self._http: ClientSession | None = None
        self._server: TestServer | None = None

    def _services(self, console_dir: Path) -> Services:
        names = {user.user_id: user.display_name for user in PEOPLE}
        self.board = LiveBoard(
            lambda: self.host.mirror,
            lambda: self._board,
            lambda agent_id: names.get(agent_id, ""),
            self.clock.now_ms,
            estimate=lambda _queue_id, _now_ms: Unknown.TOO_LITTLE_SEEN,
        )
        return Services(
            host=self.host,
            store=self.store,
            sessions=self.sessions,
            api_keys=self.api_keys,
            telling=Teller(
                domain_id="test",
                journal=self.store.journal,
                interactions=self.store.interactions,
                subscriptions=self.store.subscriptions,
                notices=self.store.notices,
                secret=b"a secret of all tests",
                networks=(),
                decode=DECODER.decode,
                now_ms=self.clock.now_ms,
            ),
            passwords=self.passwords,
            throttle=LoginThrottle(MemoryTries(self.clock.monotonic_s), new_id),
            audit=AuditTrail(self.store.audit_log, "test", self.clock.now_ms),
            pressure=Pressure(lambda: 0.0),
            board=self.board,
            introductions=self.introductions,
            closed_messages=ClosedMessages(self.store.closed_messages, lambda: self.host.mirror),
            configuration=lambda: msgspec.structs.replace(
                view(), agents_see_numbers=self.agents_see_numbers
            ),
            configuration_editor=ConfigurationEditor(
                self.store,
                ConfigurationInForce(self.store, self.host, self.clock, self.team_book),
                self.clock,
                mirror=lambda: self.host.mirror,
            ),
            flows=_Flows(),
            what_ifs=WhatIfs(Settings(), new_id),
            team_book=self.team_book,
            now_ms=self.clock.now_ms,
            new_id=new_id,
            not_ready_reasons=lambda: self.not_ready,
            metrics=lambda: b"# metrics\n",
            customer_keys=CUSTOMER_KEYS,
            case_facts=self.cases.facts,
            after_wrap_up=self.leads.maker.wrapped_up,
            console_dir=console_dir,
        )

    def app(self, *more: Extension, more_routes: tuple[Route[Any], ...] = ()) -> web.Application:
        """The whole application, with the desk's calls about mail, and whatever else is handed in."""
        mail = MailServices(
            host=self.host,
            store=self.store,
            mailboxes=dict,
            signature=lambda _: {},
            tokens=MailTokens(b"a secret of all tests"),
            keys=CUSTOMER_KEYS,
            agent_name=lambda _agent_id: "",
            writers=Writers(now_ms=self.clock.now_ms),
            now_ms=self.clock.now_ms,
            new_id=new_id,
            on_outgoing=lambda: None,
        )

        def extend(app: web.Application, guard: Guard) -> None:
            mount(app, MAIL_ROUTES, mail, guard)

        routes: tuple[Route[Any], ...] = (
            *MAIL_ROUTES,
            *CALL_ROUTES,
            *CALL_BACK_ROUTES,
            *CASE_ROUTES,
            *LEAD_ROUTES,
            *CAMPAIGN_ROUTES,
            *ARTICLE_ROUTES,
            *more_routes,
        )
        articles = articles_extension(build_articles(mail, self.introductions))
        extensions = (
            extend,
            call_extension(self),
            self.call_backs.extend,
            self.cases.extend,
            self.leads.extend,
            self.campaigns.extend,
            articles,
            *more,
        )
        return build_app(self.services, extensions=extensions, more_routes=routes)

    async def prepare(self) -> None:
        """People, configuration, agents with an open desk; nobody is ready."""
        await self.host.start()
        self.host.listen(self.introductions.on_published)
        self.host.listen(self._published.append)
        self.host.listen(self._count)
        await self.send(cmd.ApplyConfiguration(configuration()))
        for team_id in ("north", "south"):
            await self.store.teams.put(Team(team_id, team_id.title(), team_id))
        await self.team_book.follow()
        for user in PEOPLE:
            await self.store.users.put(user)
            if people.is_working_agent(user):
                await self.send(people.agent_facts(user))
                await self.send(cmd.ConnectAgent(AgentId(user.user_id)))

    async def serve(self, app: web.Application | None = None) -> None:
        """Listen on a free port of this machine."""
        self._server = TestServer(app or self.app())
        await self._server.start_server()
        self._http = ClientSession()

    async def stop(self) -> None:
        """Undo everything."""
        if self._http is not None:
            await self._http.close()
        if self._server is not None:
            await self._server.close()
        await self.host.stop()
        await self.store.close()
        self.passwords.close()

    @property
    def origin(self) -> str:
        """What the server's own pages send."""
        return "" if self._server is None else str(self._server.make_url("/")).rstrip("/")

    # --- moving things -------------------------------------------------------------------------------

    async def send(self, command: cmd.Command, *details: Detail) -> Submitted:
        """A command past the API."""
        return await self.host.submit(Envelope(command, new_id(), details=tuple(details)))

    async def ready(self, *names: str) -> None:
        """Make agents ready."""
        for name in names:
            await self.send(cmd.SetAgentState(AgentId(f"u-{name}"), AgentState.READY))

    async def break_for(self, *names: str) -> None:
        """Make agents not ready."""
        for name in names:
            await self.send(cmd.SetAgentState(AgentId(f"u-{name}"), AgentState.NOT_READY, LUNCH))

    async def arrive(self, contact_id: str, queue_id: QueueId = SALES) -> ContactId:
        """A customer writes."""
        contact = ContactId(contact_id)
        customer = Customer("Carol Customer", "carol@example.org", "en")
        line = Line(Party.CUSTOMER, "Carol Customer", "Where is my parcel?")
        details = [
            Detail(contact, DetailId(f"{contact_id}-c"), CUSTOMER, _json(customer), 1),
        ]
        await self.send(cmd.EnqueueContact(contact, Channel.CHAT, queue_id), *details)
        message = Detail(contact, DetailId(f"{contact_id}-m"), MESSAGE, _json(line), 1)
        added = cmd.AddMessage(contact, DetailId(f"{contact_id}-m"), Party.CUSTOMER)
        await self.send(added, message)
        return contact

    async def offer_to(self, name: str, contact_id: str, queue_id: QueueId = SALES) -> str:
        """A contact that is offered to this agent, nobody else being ready; returns the offer's id."""
        await self.ready(name)
        contact = await self.arrive(contact_id, queue_id)
        offer_id = self.offer_of(contact)
        assert offer_id is not None
        return offer_id

    def offer_of(self, contact_id: str) -> str | None:
        """The live offer of a contact."""
        return next(iter(self.host.mirror.contacts[ContactId(contact_id)].asked.values()), None)

    async def connect(self, name: str, contact_id: str, queue_id: QueueId = SALES) -> str:
        """A contact in conversation with this agent."""
        offer_id = await self.offer_to(name, contact_id, queue_id)
        offer = self.host.mirror.offers[next(o for o in self.host.mirror.offers if o == offer_id)]
        await self.send(cmd.AcceptOffer(offer.offer_id, offer.agent_id))
        return contact_id

    def _count(self, published: Published) -> None:
        for seq, event in enumerate(published.events, published.first_seq):
            self._board.apply(seq, event)

    async def catch_up(self) -> None:
        """Bring the interaction log up to the journal."""
        for published in self._published:
            for seq, event in enumerate(published.events, published.first_seq):
                await self.store.rows.commit(NAME, seq, self._log.changes(seq, event))
        self._published.clear()

    # --- asking --------------------------------------------------------------------------------------

    async def log_in(self, name: str) -> None:
        """Open a session past the API and keep its token."""
        user = await self.store.users.by_username(name)
        assert user is not None
        self._tokens[name], _ = await self.sessions.open(user)

    def token(self, name: str) -> str:
        """The session token of somebody who has logged in."""
        return self._tokens[name]

    async def ask(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        body: object = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request, as the console would make it."""
        sent = {"Origin": self.origin, **(headers or {})}
        if by is not None:
            if by not in self._tokens:
                await self.log_in(by)
            sent.setdefault("Cookie", f"{SESSION_COOKIE}={self._tokens[by]}")
        if body is not None:
            raw = msgspec.json.encode(body)
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        sent = {name: value for name, value in sent.items() if value}
        assert self._http is not None
        url = f"{self.origin}{path}"
        async with self._http.request(method, url, data=raw, headers=sent) as response:
            return await _answer(response)


async def _answer(response: ClientResponse) -> Answer:
    raw = await response.read()
    is_json = response.content_type == "application/json"
    body = msgspec.json.decode(raw) if is_json and raw else raw.decode(errors="replace")
    return Answer(response.status, body, response.headers)


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value)


@asynccontextmanager
async def api_stage(console_dir: Path, store: Store | None = None) -> AsyncIterator[ApiStage]:
    """A prepared, listening stage; it closes the store it is given."""
    stage = ApiStage(console_dir, store)
    await stage.prepare()
    await stage.serve()
    try:
        yield stage
    finally:
        await stage.stop()
