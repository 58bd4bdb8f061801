"""Every type of the HTTP API, apart from the engine's own so that neither can change the other unnoticed.

Instants end in `_ms` and are milliseconds since the Unix epoch by the server's clock; durations end in `_ms`
too and are milliseconds. `seq` and `as_of_seq` number the journal's events: what is told is true as of it.
What comes in is closed (an unknown field is refused); what goes out may gain fields.
"""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from agents.protocol import AgentLine, ChatMessage, Desk, QueueLine
from callcenter.auth.people import (
    DISPLAY_NAME_LENGTH_MAX,
    LANGUAGE_PATTERN,
    PASSWORD_LENGTH_MAX,
    PHONE_PATTERN,
    USERNAME_PATTERN,
)
from callcenter.auth.principal import Role
from callcenter.http.decoding import NOT_BLANK
from callcenter.limits import MESSAGE_CHARACTERS_MAX
from routing.limits import (
    AGENT_QUEUES_MAX,
    AGENT_SKILLS_MAX,
    CAPACITY_UNITS_MAX,
    LEVEL_MAX,
    LEVEL_MIN,
)
from routing.model import Channel

PAGE_LENGTH_MAX = 200
SEQ_MAX = 2**53 - 1

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Username: TypeAlias = Annotated[str, Meta(pattern=USERNAME_PATTERN)]
DisplayName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=DISPLAY_NAME_LENGTH_MAX)]
Phone: TypeAlias = Annotated[str, Meta(pattern=PHONE_PATTERN)]
Language: TypeAlias = Annotated[str, Meta(pattern=LANGUAGE_PATTERN, max_length=10)]
QueueIds: TypeAlias = Annotated[list[Id], Meta(max_length=AGENT_QUEUES_MAX)]
Skills: TypeAlias = Annotated[
    dict[Id, Annotated[int, Meta(ge=LEVEL_MIN, le=LEVEL_MAX)]], Meta(max_length=AGENT_SKILLS_MAX)
]
Capacity: TypeAlias = Annotated[int, Meta(ge=0, le=CAPACITY_UNITS_MAX)]
Seq: TypeAlias = Annotated[int, Meta(ge=0, le=SEQ_MAX)]
PageLength: TypeAlias = Annotated[int, Meta(ge=1, le=PAGE_LENGTH_MAX)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all bodies and query strings share: nothing but what is declared."""


class Nothing(Request, frozen=True):
    """The empty object, for commands whose path says everything."""


class ParkUntil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the reminder comes; without, after the configured time."""

    until_ms: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None


# --- log-in -------------------------------------------------------------------------------------------


class LogIn(Request, frozen=True):
    """Who wants in. The name is taken without regard to case."""

    username: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Annotated[str, Meta(min_length=1, max_length=PASSWORD_LENGTH_MAX)]


class SessionUser(msgspec.Struct, frozen=True):
    """The logged-in user. `team_id` is null for somebody without a team."""

    user_id: str
    username: str
    display_name: str
    role: Role
    team_id: str | None
    queue_ids: list[str]
    language: str
    site: str = ""


class LoggedIn(msgspec.Struct, frozen=True):
    """The session's user."""

    user: SessionUser


# --- desk ---------------------------------------------------------------------------------------------


class WorkState(StrEnum):
    """The states an agent may ask for."""

    READY = "ready"
    NOT_READY = "not_ready"
    LOGGED_OUT = "logged_out"


class SetState(Request, frozen=True):
    """The state wanted; `reason_id` is required with `not_ready` and null otherwise."""

    state: WorkState
    reason_id: Id | None = None


class SendMessage(Request, frozen=True):
    """What the agent writes to the customer."""

    text: Annotated[str, Meta(min_length=1, max_length=MESSAGE_CHARACTERS_MAX, pattern=NOT_BLANK)]


class FinishWrapUp(Request, frozen=True):
    """The outcome the agent gives, with notes for colleagues."""

    disposition_id: Id
    notes: Annotated[str, Meta(max_length=MESSAGE_CHARACTERS_MAX)] = ""


class Done(msgspec.Struct, frozen=True):
    """The command is durable; the journal stood at `seq` after it."""

    seq: int


class OfferTaken(msgspec.Struct, frozen=True):
    """The offer is accepted: the contact is in the agent's hands."""

    seq: int
    contact_id: str


class MessageStored(msgspec.Struct, frozen=True):
    """The message is durable under this id."""

    seq: int
    message_id: str


class WrapUpLonger(msgspec.Struct, frozen=True):
    """The wrap-up may last until `until_ms`."""

    seq: int
    until_ms: int


class OwnDesk(msgspec.Struct, frozen=True):
    """The desk as the socket's `desk` frame shows it."""

    seq: int
    server_now_ms: int
    desk: Desk


# --- reading ------------------------------------------------------------------------------------------


class ContactWhere(StrEnum):
    """Where a contact is. `reserved`, `dialling`: we call the customer, who has not answered yet."""

    RESERVED = "reserved"
    DIALLING = "dialling"
    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTED = "connected"
    PARKED = "parked"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class InteractionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the interaction log. An instant is null while it has not happened; a name is "" once erased."""

    contact_id: str
    channel: str
    queue_id: str
    customer_name: str
    arrived_at_ms: int
    first_offered_at_ms: int | None
    answered_at_ms: int | None
    ended_at_ms: int | None
    closed_at_ms: int | None
    agent_id: str | None
    agent_name: str
    outcome: str | None
    disposition_id: str | None
    ended_by: str | None
    offers: int
    missed: int
    rejected: int
    requeues: int
    messages: int
    customer_key: str


class PhaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a contact's life. `kind`: dialling, waiting, offer, talk, hold, parked, wrap_up; `ended_as` is "" while it lasts.

    Of a call also consult and conference: the agent asks the colleague `to_agent_name`, and all three hear each other.
    """

    kind: str
    queue_id: str
    agent_id: str | None
    agent_name: str
    began_at_ms: int
    ended_at_ms: int | None
    ended_as: str
    to_queue_id: str | None
    to_agent_name: str
    by_user_name: str
    disposition_id: str | None


class Note(msgspec.Struct, frozen=True):
    """What somebody noted for colleagues."""

    author_name: str
    text: str
    at_ms: int


class ContactDetails(msgspec.Struct, frozen=True):
    """What the customer said about themself; "" where there is none. `notes` is all of `noted`, oldest first."""

    email: str
    language: str
    opening_text: str
    notes: str
    noted: list[Note] = []


class LocalName(msgspec.Struct, frozen=True):
    """A name in the languages of the console."""

    en: str
    zh: str


class MarkView(msgspec.Struct, frozen=True):
    """A customer's answer to a survey, from `low` to `high`; `agent_name` is "" where no agent had the contact."""

    question: str
    name: LocalName
    mark: int
    low: int
    high: int
    agent_name: str
    assignment_id: str
    answered_at_ms: int


class ContactView(msgspec.Struct, frozen=True):
    """One contact: its row in the log, its state in the engine, its details."""

    as_of_seq: int
    interaction: InteractionRow
    state: ContactWhere
    details: ContactDetails
    phases: list[PhaseRow] = []
    marks: list[MarkView] = []


class MessagesQuery(Request, frozen=True):
    """Which part of a transcript: messages with a seq above `after_seq`, oldest first."""

    after_seq: Seq = 0
    limit: PageLength = PAGE_LENGTH_MAX


class MessagesPage(msgspec.Struct, frozen=True):
    """A part of a transcript; `has_more` if it goes on after the last."""

    messages: list[ChatMessage]
    has_more: bool


class QueuesView(msgspec.Struct, frozen=True):
    """The queues the caller may see."""

    as_of_seq: int
    server_now_ms: int
    queues: list[QueueLine]


class QueueContact(msgspec.Struct, frozen=True):
    """A contact of a queue, now. Its age counts from `waiting_since_ms`."""

    contact_id: str
    channel: str
    state: ContactWhere
    waiting_since_ms: int
    agent_id: str | None


class QueueView(msgspec.Struct, frozen=True):
    """One queue and its contacts, the oldest first; at most 500 of them."""

    as_of_seq: int
    server_now_ms: int
    queue: QueueLine
    contacts: list[QueueContact]


class AgentsView(msgspec.Struct, frozen=True):
    """The agents the caller may see."""

    as_of_seq: int
    server_now_ms: int
    agents: list[AgentLine]


class AgentView(msgspec.Struct, frozen=True):
    """One agent."""

    as_of_seq: int
    server_now_ms: int
    agent: AgentLine


class QueueInfo(msgspec.Struct, frozen=True):
    """What the console needs of a queue; waiting turns amber and red after these durations."""

    queue_id: str
    name: LocalName
    disposition_ids: list[str]
    offer_timeout_ms: int
    wrap_up_limit_ms: int
    amber_after_ms: int
    red_after_ms: int


class ReasonInfo(msgspec.Struct, frozen=True):
    """A not-ready reason an agent may choose."""

    reason_id: str
    name: LocalName


class DispositionInfo(msgspec.Struct, frozen=True):
    """A coded outcome; with `makes_lead` the customer is interested, and the notes say in what."""

    disposition_id: str
    name: LocalName
    makes_lead: bool = False


class TeamInfo(msgspec.Struct, frozen=True):
    """A team."""

    team_id: str
    name: LocalName


class WidgetInfo(msgspec.Struct, frozen=True):
    """A chat widget and the queue its contacts enter."""

    widget_id: str
    name: LocalName
    queue_id: str


class SkillInfo(msgspec.Struct, frozen=True):
    """Something agents can do at a level, and contacts may ask for."""

    skill_id: str
    name: LocalName


class SiteInfo(msgspec.Struct, frozen=True):
    """A place where agents work. `zone`: its time zone, "" for that of the agent's own machine."""

    site_id: str
    name: LocalName
    zone: str = ""


class TemplateInfo(msgspec.Struct, frozen=True):
    """A canned reply of these queues (none named: of every queue); `texts` by language, with placeholders."""

    template_id: str
    name: LocalName
    queue_ids: list[str]
    texts: dict[str, str]


class ConfigurationView(msgspec.Struct, frozen=True):
    """What the console needs of the configuration in force; an agent gets the own queues only, but all their names."""

    version: str
    queues: list[QueueInfo]
    not_ready_reasons: list[ReasonInfo]
    dispositions: list[DispositionInfo]
    teams: list[TeamInfo]
    widgets: list[WidgetInfo]
    skills: list[SkillInfo] = []
    sites: list[SiteInfo] = []
    templates: list[TemplateInfo] = []
    queue_names: dict[str, LocalName] = {}
    agents_see_numbers: bool = False
    places_calls: bool = False


# --- people -------------------------------------------------------------------------------------------


class CapacityFacts(Request, frozen=True):
    """How much an agent may have in hand at once: units in total, and contacts per channel (absent: none).

    A contact takes the units its channel weighs (absent: 1), at most all there are.
    """

    total: Capacity
    per_channel: dict[Channel, Capacity]
    weights: dict[Channel, Capacity] = {}


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person as an administrator sees them. `chat_capacity` is in contacts at once, `skills` are levels, 1 to 10."""

    user_id: str
    username: str
    display_name: str
    role: Role
    team_id: str | None
    queue_ids: list[str]
    watched_team_ids: list[str]
    language: str
    chat_capacity: int
    is_disabled: bool
    skills: dict[str, int]
    site: str | None
    capacity: CapacityFacts | None
    primary_queue_id: str | None
    phone: str = ""
    version: int
    """Of the newest change of this person; rises with every change of anybody."""


class UsersView(msgspec.Struct, frozen=True):
    """Everybody, by user name."""

    users: list[UserRow]


class UserView(msgspec.Struct, frozen=True):
    """One person."""

    user: UserRow


class NewUser(Request, frozen=True, kw_only=True):
    """Somebody to add. A supervisor watches the own team unless `watched_team_ids` says otherwise."""

    username: Username
    display_name: DisplayName
    role: Role
    team_id: Id | None
    queue_ids: QueueIds
    chat_capacity: Capacity
    language: Language
    password: Annotated[str, Meta(max_length=1_000)]
    watched_team_ids: QueueIds | None = None
    skills: Skills = {}
    site: Id | None = None
    capacity: CapacityFacts | None = None
    primary_queue_id: Id | None = None
    phone: Phone = ""


class UserChange(Request, frozen=True, kw_only=True):
    """What to change; what is absent stays. `based_on` is the version the change started from (null: whatever is there)."""

    based_on: Seq | None = None

    display_name: DisplayName | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    team_id: Id | UnsetType | None = UNSET
    queue_ids: QueueIds | UnsetType = UNSET
    watched_team_ids: QueueIds | UnsetType = UNSET
    chat_capacity: Capacity | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET
    skills: Skills | UnsetType = UNSET
    site: Id | UnsetType | None = UNSET
    capacity: CapacityFacts | UnsetType | None = UNSET
    primary_queue_id: Id | UnsetType | None = UNSET
    phone: Phone | UnsetType = UNSET


class OwnPassword(Request, frozen=True):
    """The password one has, and the one to have from now on."""

    old_password: Annotated[str, Meta(min_length=1, max_length=PASSWORD_LENGTH_MAX)]
    new_password: Annotated[str, Meta(max_length=1_000)]


class NewPassword(Request, frozen=True):
    """A password to set; its rules are checked by the server (400 `password_refused`)."""

    password: Annotated[str, Meta(max_length=1_000)]
