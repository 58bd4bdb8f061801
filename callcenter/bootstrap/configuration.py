"""The configuration in force: stored document -> the engine's input, the console's view, the widgets."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import structlog

from callcenter.auth.people import Known
from callcenter.auth.teams import TeamBook
from callcenter.call_backs.plans import CallBackRule
from callcenter.cases.plans import CasePlan, Department
from callcenter.channels.chat_routes import WidgetConfiguration, WidgetText
from callcenter.channels.mail.mailboxes import MailboxSettings
from callcenter.clock import Clock, new_id
from callcenter.config_loader.base import Name
from callcenter.config_loader.cases import CaseCalendars
from callcenter.config_loader.compiling import must_be_renewed, routing_configuration
from callcenter.config_loader.customer_rules import compiled_rules
from callcenter.config_loader.day_kinds import DayKind, DayKinds
from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.in_use import Holder
from callcenter.config_loader.loader import Configuration, load_folder, of_stored
from callcenter.config_loader.mailboxes import Mailbox
from callcenter.config_loader.queues import CallBackRules, Queue
from callcenter.config_loader.queues import Recording as RecordingRule
from callcenter.config_loader.schema import Document
from callcenter.config_loader.telephony import Entry, Outbound, Pressed
from callcenter.config_loader.telephony import Telephony as WrittenTelephony
from callcenter.customers.rules import Attributes, CustomerRules
from callcenter.flows.plans import FlowPlan, digest_of
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.leads.plans import LeadPlan
from callcenter.ports.people import User
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship, ConfigVersion, Team
from callcenter.telephony.entry import Choice, EntryPoint, Speech
from callcenter.telephony.recording import NO_PLANS, Plans, RecordingPlan
from callcenter.telephony.trunks import NumberPlan, TelephonyPlan
from callcenter.web.schemas import (
    ConfigurationView,
    DispositionInfo,
    LocalName,
    QueueInfo,
    ReasonInfo,
    SiteInfo,
    SkillInfo,
    TeamInfo,
    TemplateInfo,
    WidgetInfo,
)
from crm_link.cases.model import Hours, Rules
from ivr.model import Flow
from routing.commands import ApplyConfiguration
from routing.ids import DispositionId, QueueId, SkillId
from routing.model import SkillNeed

_log = structlog.get_logger("callcenter.configuration")


class NoConfiguration(Exception):
    """Nothing was ever applied to this data directory."""


class ConfigurationInForce:
    """Holds the newest stored configuration and hands it to the engine when the engine has another."""

    def __init__(self, store: Store, host: Host, clock: Clock, team_book: TeamBook) -> None:
        """Nothing is in force before `follow`."""
        self._store = store
        self._host = host
        self._clock = clock
        self._book = team_book
        self._newest: tuple[str, Configuration] | None = None
        self._current: Configuration | None = None
        self._view: ConfigurationView | None = None
        self._widgets: dict[str, WidgetConfiguration] = {}
        self._mailboxes: dict[str, MailboxSettings] = {}
        self._signatures: dict[QueueId, dict[str, str]] = {}
        self._call_back_rules: dict[QueueId, CallBackRule] = {}
        self._is_number_whole = False
        self._customer_rules = CustomerRules()
        self._entry_points: dict[str, EntryPoint] = {}
        self._control_urls: dict[str, str] = {}
        self._plans: Plans = NO_PLANS
        self._default_number = ""
        self._telephony_plan = TelephonyPlan()
        self._days = DayKinds([])
        self._surveys: dict[str, FlowPlan] = {}
        self._case_plan: CasePlan | None = None
        self._case_calendars = CaseCalendars([])

    def know(self, version: str, configuration: Configuration) -> None:
        """A stored version was read already: if it is the newest, `follow` need not read it again."""
        self._newest = version, configuration

    async def store_folder(self, folder: Path) -> Configuration:
        """Check and store a folder; `follow` then applies it. Raises ConfigError."""
        now_ms = self._clock.now_ms()
        configuration = load_folder(folder, now_ms, team_ids=self._book.team_ids)
        await store_configuration(self._store, configuration, Authorship(at_ms=now_ms))
        return configuration

    async def follow(self) -> bool:
        """Apply the newest stored configuration if it is not in force, or its hours run out; True when it was applied.

        Raises NoConfiguration when none is stored, CommandRefused when the engine cannot take it now: then the one
        the engine has stays in force, and on view.
        """
        await self._book.follow()
        newest = await self._store.config_versions.newest()
        if newest is None:
            raise NoConfiguration
        if self._newest is None or self._newest[0] != newest.version:
            self._newest = newest.version, await asyncio.to_thread(of_stored, newest.document)
        configuration = self._newest[1]
        applied, now_ms = self._host.mirror.configuration, self._clock.now_ms()
        is_in_force = applied is not None and applied.version == configuration.version
        if applied is not None and is_in_force and not must_be_renewed(applied, now_ms):
            self._take(configuration)
            return False
        routing = await asyncio.to_thread(
            routing_configuration, configuration.document, configuration.version, now_ms
        )
        try:
            await self._host.submit(Envelope(ApplyConfiguration(routing), new_id()))
        except CommandRefused:
            known = (
                None if applied is None else await self._store.config_versions.get(applied.version)
            )
            if known is not None:
                self._take(of_stored(known.document))
            raise
        self._take(configuration)
        _log.info("configuration_applied", version=configuration.version)
        return True

    async def follow_engine(self) -> None:
        """Show what the engine has; to hand it another is the router's business. Raises NoConfiguration."""
        await self._book.follow()
        applied = self._host.mirror.configuration
        if applied is None:
            raise NoConfiguration
        if self._newest is None or self._newest[0] != applied.version:
            stored = await self._store.config_versions.get(applied.version)
            if stored is None:
                raise NoConfiguration
            self._newest = applied.version, await asyncio.to_thread(of_stored, stored.document)
        self._take(self._newest[1])

    @property
    def current(self) -> Configuration:
        """The configuration in force."""
        if self._current is None:
            raise NoConfiguration
        return self._current

    @property
    def version(self) -> str | None:
        """What the engine has, as far as it is durable."""
        applied = self._host.mirror.configuration
        return None if applied is None else applied.version

    def view(self) -> ConfigurationView:
        """What the console needs of it, whole."""
        if self._view is None:
            raise NoConfiguration
        teams = [TeamInfo(one.team_id, LocalName(one.en, one.zh)) for one in self._book.rows]
        return msgspec.structs.replace(self._view, teams=teams)

    def widget(self, widget_id: str) -> WidgetConfiguration | None:
        """One chat widget."""
        return self._widgets.get(widget_id)

    def web_call_number(self, widget_id: str) -> str | None:
        """What a widget's page may call: "" for nothing, None for no such widget."""
        widget = self._widgets.get(widget_id)
        return None if widget is None else widget.call_number

    def mailboxes(self) -> Mapping[str, MailboxSettings]:
        """The mailboxes, by address."""
        return self._mailboxes

    def signature(self, queue_id: QueueId) -> Mapping[str, str]:
        """What stands below mail answered from this queue, by language; none where the mailbox's does."""
        return self._signatures.get(queue_id, {})

    def agents_see_numbers(self) -> bool:
        """Whether agents may see the whole number of their callers."""
        return self._is_number_whole

    def call_back_rule(self, queue_id: QueueId) -> CallBackRule | None:
        """How a queue calls its customers back; None for one that does not."""
        return self._call_back_rules.get(queue_id)

    def entry_point(self, number: str) -> EntryPoint | None:
        """What a dialled number leads to; one that is not known leads where the default does."""
        return self._entry_points.get(number) or self._entry_points.get(self._default_number)

    def telephony_plan(self) -> TelephonyPlan:
        """Which numbers lead where, and how many calls phone systems can carry."""
        return self._telephony_plan

    def recording_plans(self) -> Plans:
        """What is recorded of calls, by queue."""
        return self._plans

    def survey_of(self, queue_id: str) -> FlowPlan | None:
        """What customers of a queue are asked after an agent had them; None where they are not."""
        return self._surveys.get(queue_id)

    def day_kind(self, calendar_id: str, at_ms: int) -> DayKind | None:
        """What a calendar says of an instant (UTC ms)."""
        return self._days.kind(calendar_id, at_ms)

    def outbound(self) -> Outbound | None:
        """How calls are placed; None where none are."""
        return None if self._current is None else self._current.document.telephony.outbound

    def case_plan(self) -> CasePlan | None:
        """Departments and rules of cases; None where nothing is said of them."""
        return self._case_plan

    def case_hours(self) -> Hours:
        """The calendars by which cases count, as of now."""
        rules, at_ms = self.current.document.cases, self._clock.now_ms()
        if rules is None:
            return Hours()
        calendars = self._case_calendars
        return Hours(calendars.open_hours(rules.hours, at_ms), calendars.days(rules.days, at_ms))

    def lead_plan(self) -> LeadPlan | None:
        """Who works on leads; None where nothing is said of them."""
        return None if self._current is None else lead_plan_of(self._current.document)

    def control_url(self, connection_id: str) -> str:
        """Where a phone system takes commands; "" for one that is not configured."""
        return self._control_urls.get(connection_id, "")

    def customer_rules(self) -> CustomerRules:
        """What customers' profiles mean for their contacts."""
        return self._customer_rules

    def _take(self, configuration: Configuration) -> None:
        if self._current is not None and self._current.version == configuration.version:
            return
        self._current = configuration
        self._view = _view(configuration)
        self._customer_rules = CustomerRules(compiled_rules(configuration.document.customer_rules))
        self._mailboxes = {one.address: _mailbox(one) for one in configuration.document.mailboxes}
        self._signatures = {
            QueueId(queue.id): queue.signature.model_dump()
            for queue in configuration.document.queues
            if queue.signature is not None
        }
        self._call_back_rules = {
            QueueId(queue.id): _call_back_rule(queue.call_back)
            for queue in configuration.document.queues
            if queue.call_back is not None
        }
        self._is_number_whole = configuration.document.agents_see_numbers
        self._case_plan = case_plan_of(configuration.document)
        self._case_calendars = CaseCalendars(configuration.document.calendars)
        telephony = configuration.document.telephony
        flows = flows_of(configuration.document.flows)
        self._days = DayKinds(configuration.document.calendars)
        self._entry_points = {
            one.number: entry_point_of(one, flows) for one in telephony.entry_points
        }
        self._plans = {
            QueueId(queue.id): _recording_plan(queue.recording)
            for queue in configuration.document.queues
            if queue.recording is not None
        }
        self._surveys = {
            one.id: FlowPlan(one.survey, flows, digest_of(flows))
            for one in configuration.document.queues
            if one.survey is not None
        }
        self._control_urls = {one.id: one.control_url for one in telephony.connections}
        self._default_number = telephony.default_number or ""
        self._telephony_plan = _telephony_plan(telephony)
        self._widgets = {
            widget.id: WidgetConfiguration(
                widget.id,
                WidgetText(widget.name.en, widget.name.zh),
                WidgetText(widget.greeting.en, widget.greeting.zh),
                QueueId(widget.queue),
                frozenset(widget.allowed_origins),
                _plan(widget.flow, flows),
                widget.call_number or "",
            )
            for widget in configuration.document.widgets
        }


async def store_configuration(
    store: Store,
    configuration: Configuration,
    author: Authorship,
    based_on: str | None = None,
) -> None:
    """Store a checked configuration as the newest, and the teams it names that are new. Raises ChangedMeanwhile."""
    version = ConfigVersion(configuration.version, configuration.stored, author.at_ms)
    await store.config_versions.put(version, author, based_on=based_on)
    named = [Team(one.id, one.name.en, one.name.zh) for one in configuration.document.teams]
    await store.teams.add_missing(named, author)


def holder_of(user: User) -> Holder:
    """What of the configuration somebody has."""
    return Holder(
        user.display_name,
        {
            "queues": user.queue_ids,
            "skills": tuple(user.skills),
            "sites": (user.site,),
        },
    )


def _view(configuration: Configuration) -> ConfigurationView:
    document = configuration.document
    return ConfigurationView(
        version=configuration.version,
        queues=[_queue_info(queue) for queue in document.queues],
        not_ready_reasons=[
            ReasonInfo(reason.id, _name(reason.name)) for reason in document.not_ready_reasons
        ],
        dispositions=[
            DispositionInfo(one.id, _name(one.name), one.makes_lead)
            for one in document.dispositions
        ],
        teams=[],
        widgets=[
            WidgetInfo(widget.id, _name(widget.name), widget.queue) for widget in document.widgets
        ],
        skills=[SkillInfo(skill.id, _name(skill.name)) for skill in document.skills],
        sites=[SiteInfo(site.id, _name(site.name), site.zone or "") for site in document.sites],
        templates=[
            TemplateInfo(one.id, _name(one.name), list(one.queues), dict(one.texts))
            for one in document.templates
        ],
        agents_see_numbers=document.agents_see_numbers,
        places_calls=document.telephony.outbound is not None,
        queue_names={queue.id: _name(queue.name) for queue in document.queues},
    )


def case_plan_of(document: Document) -> CasePlan | None:
    """What a document says of cases."""
    written = document.cases
    if written is None:
        return None
    hour_ms = 3_600_000
    rules = Rules(
        intake_id=written.intake,
        department_ids=tuple(one.id for one in document.departments),
        top_id=written.top or "",
        acknowledge_ms=written.acknowledge_h * hour_ms,
        major_acknowledge_ms=written.major_acknowledge_h * hour_ms,
        take_ms=written.take_h * hour_ms,
        report_ms=written.report_h * hour_ms,
        resolve_days=written.resolve_days,
        inquiry_days=written.inquiry_days,
        verify_days=written.verify_days,
    )
    departments = tuple(
        Department(one.id, one.name.en, one.name.zh, tuple(one.teams))
        for one in document.departments
    )
    return CasePlan(rules, departments, QueueId(written.queue or ""))


def lead_plan_of(document: Document) -> LeadPlan | None:
    """What a document says of leads."""
    written = document.leads
    if written is None:
        return None
    making = tuple(DispositionId(one.id) for one in document.dispositions if one.makes_lead)
    return LeadPlan(QueueId(written.queue), written.follow_up_h * 3_600_000, making)


def _telephony_plan(written: WrittenTelephony) -> TelephonyPlan:
    default = written.default_number
    numbers = [
        NumberPlan(one.number, one.queue, one.flow, one.language, one.number == default)
        for one in written.entry_points
    ]
    return TelephonyPlan(numbers, {one.id: one.lines_max for one in written.connections})


def entry_point_of(written: Entry, flows: dict[str, Flow]) -> EntryPoint:
    """An entry point as calls are led by it."""
    greeting = written.greeting
    return EntryPoint(
        number=written.number,
        queue_id=QueueId(written.queue),
        language=written.language,
        greeting=Speech() if greeting is None else Speech(greeting.en, greeting.zh),
        choices={digit: _choice(one) for digit, one in written.choices.items()},
        attempts=written.attempts,
        digit_wait_ms=written.digit_wait_s * 1000,
        flow=_plan(written.flow, flows),
    )


def _recording_plan(written: RecordingRule) -> RecordingPlan:
    return RecordingPlan(
        notice=Speech(written.notice.en, written.notice.zh),
        kept_ms=written.keep_days * 24 * 3_600_000,
        inbound="inbound" in written.directions,
        outbound="outbound" in written.directions,
        languages=tuple(written.languages),
        refuse_key=written.refuse_key or "",
    )


def _plan(flow_id: str | None, flows: dict[str, Flow]) -> FlowPlan | None:
    return None if flow_id is None else FlowPlan(flow_id, flows, digest_of(flows))


def _choice(written: Pressed) -> Choice:
    needs = sorted(written.needs.items())
    return Choice(
        written.language,
        None if written.queue is None else QueueId(written.queue),
        Attributes(
            needs=tuple(SkillNeed(SkillId(skill_id), level) for skill_id, level in needs),
            credit_ms=written.credit_s * 1000,
        ),
    )


def known_of(document: Document, teams: Iterable[Team]) -> Known:
    """What people may refer to: in this document, and which teams there are."""
    return Known(
        queue_ids=[one.id for one in document.queues],
        team_ids=[one.team_id for one in teams],
        skill_ids=[one.id for one in document.skills],
        site_ids=[one.id for one in document.sites],
    )


def _mailbox(written: Mailbox) -> MailboxSettings:
    return MailboxSettings(
        mailbox_id=written.id,
        address=written.address,
        name=written.name.model_dump(),
        queue_id=QueueId(written.queue),
        language=written.language,
        signature={} if written.signature is None else written.signature.model_dump(),
        acknowledgement={}
        if written.auto_acknowledge is None
        else written.auto_acknowledge.model_dump(),
    )


def _call_back_rule(written: CallBackRules) -> CallBackRule:
    return CallBackRule(
        connection_id=written.connection,
        shown_number=written.shown_number,
        prefixes=tuple(written.prefixes),
        ring_ms=written.ring_s * 1000,
        mode=written.mode,
        attempts_max=written.attempts,
        gap_ms=written.gap_s * 1000,
        expires_after_ms=written.expires_after_s * 1000,
        share_percent=written.share_percent,
        apology={} if written.apology is None else written.apology.model_dump(),
    )


def _queue_info(queue: Queue) -> QueueInfo:
    return QueueInfo(
        queue_id=queue.id,
        name=_name(queue.name),
        disposition_ids=list(queue.dispositions),
        offer_timeout_ms=queue.offer_timeout_s * 1000,
        wrap_up_limit_ms=queue.wrap_up_limit_s * 1000,
        amber_after_ms=queue.amber_after_s * 1000,
        red_after_ms=queue.red_after_s * 1000,
    )


def _name(name: Name) -> LocalName:
    return LocalName(name.en, name.zh)
