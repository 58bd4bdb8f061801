"""What the API stands on: everything a handler may use, handed in by the composition root."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from agents.desk import Introductions, Questions, nobody_asks
from agents.protocol import AgentLine, QueueLine
from callcenter.auth.api_keys import ApiKeyKeeper
from callcenter.auth.audit import AuditTrail
from callcenter.auth.authorise import ObjectFacts
from callcenter.auth.passwords import Passwords
from callcenter.auth.people import Known
from callcenter.auth.sessions import SessionKeeper
from callcenter.auth.teams import TeamBook
from callcenter.auth.throttle import ExportThrottle, LoginThrottle
from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import Envelope, Submitted
from callcenter.log_rows import Phase
from callcenter.ports.cases import StoredCase
from callcenter.ports.integrators import Subscription
from callcenter.ports.people import User
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship
from callcenter.pressure import Pressure
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.web.configuration_schemas import (
    AppliedConfiguration,
    CheckedConfiguration,
    ConfigurationChanged,
    ConfigurationHistory,
    StoredConfiguration,
    YamlRead,
)
from callcenter.web.flow_schemas import FlowsView, FlowTrial, FlowTrialView
from callcenter.web.names import Names
from callcenter.web.schemas import ConfigurationView
from callcenter.web.used_keys import UsedKeys
from callcenter.web.what_if_schemas import WhatIfView
from routing.ids import ContactId
from routing.state import State


class CommandHost(Protocol):
    """The single writer, as handlers see it. `mirror` is a fold of committed events only: all is read from it."""

    domain_id: str

    @property
    def mirror(self) -> State:
        """The committed state."""

    async def submit(self, envelope: Envelope) -> Submitted:
        """Decide the command; durable when it returns. Raises HostError."""

    def not_ready_reason(self) -> str | None:
        """Why no traffic should be sent here, or None."""


class Board(Protocol):
    """Queues and agents now and today, whole; handlers show of it what the caller may see."""

    @property
    def as_of_seq(self) -> int:
        """What the lines are true as of."""

    def queue_lines(self) -> list[QueueLine]:
        """One line for each queue, in the order of the configuration."""

    def agent_lines(self) -> list[AgentLine]:
        """One line for each agent."""


class ConfigurationEditing(Protocol):
    """The stored configuration document, as JSON."""

    async def stored(self) -> StoredConfiguration | None:
        """The newest stored."""

    async def check(self, document: bytes) -> CheckedConfiguration:
        """Everything there is to say about a document."""

    async def apply(
        self, document: bytes, author: Authorship, based_on: str | None
    ) -> AppliedConfiguration:
        """Store it and put it in force, unless there are errors. Raises ChangedMeanwhile."""

    async def history(self, *, before: int | None, limit: int) -> ConfigurationHistory:
        """Which versions were the newest."""

    async def change(self, number: int) -> ConfigurationChanged | None:
        """One entry of the history."""

    async def restore(
        self, number: int, author: Authorship, based_on: str
    ) -> AppliedConfiguration | None:
        """Put the document of an entry in force again; None if there is no such entry."""

    def read_yaml(self, text: str) -> YamlRead:
        """A text as JSON."""

    def write_yaml(self, document: bytes) -> str:
        """JSON as a text."""


class FlowShowing(Protocol):
    """The flows in force."""

    def view(self) -> FlowsView:
        """All of them."""

    def picture(self, flow_id: str, language: Literal["en", "zh"]) -> str | None:
        """As SVG; None for a flow that is not there."""

    def trial(self, wanted: FlowTrial, at_ms: int) -> FlowTrialView | None:
        """Go through one; None for a flow that is not there."""


class ConfigurationTrying(Protocol):
    """Tries a configuration on what has been, one at a time."""

    def start(self, yaml: str, service_level_s: float) -> WhatIfView | None:
        """Begin; None while another is running."""

    def view(self, what_if_id: str) -> WhatIfView | None:
        """As it stands; None for any but the newest."""

    def stop(self, what_if_id: str) -> WhatIfView | None:
        """End it, if it runs."""


class EventTelling(Protocol):
    """Tells other programs of events."""

    kinds: tuple[str, ...]
    subscriptions_max: int
    secret_overlap_ms: int

    def url_fault(self, url: str) -> str | None:
        """Why nothing would be sent there, in plain words, or None."""

    def secret_of(self, subscription: Subscription) -> str:
        """What its messages are signed with."""

    def look_again(self) -> None:
        """A subscription was changed."""

    async def number_new(self) -> int:
        """Give a place to every notice there is; returns the newest. Raises StorageUnavailable."""


async def _at_once(_seq: int) -> None:
    """A log that is never behind."""


def _nobody_asks(_user: User) -> None:
    """Where nothing but the engine knows of people."""


async def _nobody_asked(_contact_id: ContactId) -> list[Phase]:
    """Where there are no calls."""
    return []


async def _never_present(_user_id: str) -> bool:
    """Where no desk can be on its way."""
    return False


def _has_phone(_user_id: str) -> bool:
    """Where there are no calls."""
    return False


@dataclass(frozen=True, kw_only=True)
class Services:
    """One domain's services. `configuration` is the whole document's view; handlers narrow it."""

    host: CommandHost
    store: Store
    sessions: SessionKeeper
    api_keys: ApiKeyKeeper
    telling: EventTelling
    passwords: Passwords
    throttle: LoginThrottle
    audit: AuditTrail
    pressure: Pressure
    board: Board
    introductions: Introductions
    closed_messages: ClosedMessages
    configuration: Callable[[], ConfigurationView]
    configuration_editor: ConfigurationEditing
    flows: FlowShowing
    what_ifs: ConfigurationTrying
    team_book: TeamBook
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    not_ready_reasons: Callable[[], list[str]]
    metrics: Callable[[], bytes]
    customer_keys: CustomerKeys
    case_facts: Callable[[StoredCase], ObjectFacts]
    console_dir: Path
    listed_origins: frozenset[str] = frozenset()
    trusted_proxies: frozenset[str] = frozenset()
    is_https: bool = False
    is_metrics_public: bool = False
    after_wrap_up: Callable[[ContactId, str, str, str], Awaitable[None]]
    """Told of each wrap-up that somebody finished: contact, disposition, user, notes; done before the answer."""
    log_reaches: Callable[[int], Awaitable[None]] = _at_once
    """Returns when the interaction log stands at this seq."""
    on_person: Callable[[User], None] = _nobody_asks
    """Told of a person's row before the engine is: names and phones are known when the first offer comes."""
    is_phone_missing: Callable[[str], bool] = _has_phone
    """Whether somebody who takes calls has no phone that could ring."""
    until_present: Callable[[str], Awaitable[bool]] = _never_present
    """Waits a little until the engine knows of the desk that an agent has just opened; False when there is none."""
    phases_beside: Callable[[ContactId], Awaitable[list[Phase]]] = _nobody_asked
    """Colleagues asked during the call of a contact: phases of which the engine knows nothing."""
    questions: Questions = nobody_asks
    """What colleagues ask by phone."""
    exports: ExportThrottle = field(default_factory=ExportThrottle)
    used_keys: UsedKeys = field(default_factory=UsedKeys)

    @cached_property
    def names(self) -> Names:
        """Display names of people."""
        return Names(self.store.users)

    @cached_property
    def recounting(self) -> asyncio.Lock:
        """Held while a journal is folded for an explanation: one at a time."""
        return asyncio.Lock()

    def known(self) -> Known:
        """What people may refer to: what the configuration in force has, and the teams."""
        view = self.configuration()
        return Known(
            queue_ids=frozenset(self.host.mirror.queues),
            team_ids=self.team_book.team_ids,
            skill_ids=frozenset(skill.skill_id for skill in view.skills),
            site_ids=frozenset(site.site_id for site in view.sites),
        )
