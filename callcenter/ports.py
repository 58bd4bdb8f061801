"""What the shell needs from a store, said by the consumer.

Every Protocol here has two implementations that pass the same contract tests: `callcenter.storage` (SQL) and its `memory`. All calls are of one domain.

    StorageError
    ├── AuditNumberTaken     another process has appended to the audit log meanwhile
    ├── StorageUnavailable   the write did not happen, or nobody can know; retry after recovery (503)
    ├── StaleWriter          another writer owns this domain's journal; step down
    ├── UsernameTaken        another user has this log-in name
    ├── CallBackTaken        the customer is promised a call-back by this queue already
    └── ChangedMeanwhile     somebody else has changed the row since it was read
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from callcenter.log_rows import InteractionFilter, Phase, SearchTexts, Sight
from callcenter.ports_of_articles import ArticleQuestions, Articles
from callcenter.ports_of_audit import AuditLog
from callcenter.ports_of_call_backs import CallBacks
from callcenter.ports_of_calls import CallLog, PlacedCalls
from callcenter.ports_of_campaigns import Campaigns
from callcenter.ports_of_cases import Cases
from callcenter.ports_of_integrators import ApiKeys, Notices, Subscriptions
from callcenter.ports_of_leads import Leads
from callcenter.ports_of_recordings import Recordings
from callcenter.ports_of_uploads import Uploads
from callcenter.ports_of_versions import (
    UNSIGNED,
    Authorship,
    ClosedMessages,
    ConfigVersions,
    Teams,
    UserChange,
)
from callcenter.ports_of_visits import SurveyMarks, Visits
from routing.ids import AgentId, ContactId, DetailId, QueueId, ReasonId, TeamId
from routing.model import CapacityRule
from routing.service_level import AgentTimes, Figures, OpenWrapUp, Segment


class StorageError(Exception):
    """Base of everything a store raises."""


class StorageUnavailable(StorageError):
    """The store cannot write or read now (disk full, I/O error, connection lost)."""


class StaleWriter(StorageError):
    """`(domain_id, seq)` is taken: somebody else writes this domain."""


class ChangedMeanwhile(StorageError):
    """The row is not the one the change started from; nothing was written."""


class CallBackTaken(StorageError):
    """There is an open call-back of this customer in this queue; `call_back_id` names it."""

    def __init__(self, call_back_id: str) -> None:
        super().__init__(call_back_id)
        self.call_back_id = call_back_id


class TeamInUse(StorageError):
    """Somebody is in the team or watches it; it stays."""


class JournalRecord(msgspec.Struct, frozen=True):
    """One event as it is stored. `chain` is SHA-256 over the previous chain value and this record."""

    seq: int
    at_ms: int
    is_input: bool
    event_type: str
    payload: bytes
    chain: bytes


class Detail(msgspec.Struct, frozen=True):
    """Personal data of a contact, erasable without touching the journal; `seq` is its event's."""

    contact_id: ContactId
    detail_id: DetailId
    kind: str
    body: bytes
    at_ms: int
    seq: int = 0


class CommandOutcome(msgspec.Struct, frozen=True):
    """What a command id led to: the same id with the same digest gets `reply` again, another digest is refused."""

    command_id: str
    digest: bytes
    reply: bytes
    seq: int
    at_ms: int


class RowChange(msgspec.Struct, frozen=True):
    """One upsert: `put` overwrites columns, `add` increments integer columns."""

    table: str
    key: dict[str, Any]
    put: dict[str, Any]
    add: dict[str, int] = {}


class JournalBatch(msgspec.Struct, frozen=True):
    """One group commit: everything in it becomes durable together, or nothing does. `rows` are what a channel must know from the same instant on, such as a mail that is to go out."""

    records: Sequence[JournalRecord]
    details: Sequence[Detail]
    outcomes: Sequence[CommandOutcome]
    rows: Sequence[RowChange] = ()


class Snapshot(msgspec.Struct, frozen=True):
    """The engine's state after `seq`, so that recovery needs only the tail; `chain` is the chain value at `seq`."""

    seq: int
    chain: bytes
    state: bytes


class Journal(Protocol):
    """The append-only record of the domain."""

    async def append(self, batch: JournalBatch) -> None:
        """Commit durably. Raises StorageUnavailable (after a lost connection nobody can know: read it back) or StaleWriter."""

    async def last(self) -> tuple[int, bytes]:
        """(seq, chain) of the newest record; (0, 32 zero bytes) when empty."""

    def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """Records with seq > after_seq in order, streamed in bounded pages."""

    async def outcome(self, command_id: str) -> CommandOutcome | None:
        """The outcome stored for a command id."""

    async def command_ids(self, limit: int) -> list[str]:
        """The newest command ids that have an outcome, at most `limit`."""

    async def forget_outcomes(self, before_ms: int) -> int:
        """Delete outcomes older than `before_ms`; returns how many."""

    async def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """Store a snapshot and drop all but the newest two."""


class Details(Protocol):
    """Reads of detail rows (they are written by `Journal.append`)."""

    async def of_contact(
        self, contact_id: ContactId, *, kind: str, after_seq: int = 0, limit: int = 500
    ) -> list[Detail]:
        """Details of a kind with seq > after_seq, oldest first."""

    async def of_contacts(
        self, contact_ids: Sequence[ContactId], kinds: Sequence[str], limit: int
    ) -> list[Detail]:
        """Details of these kinds of several contacts, by contact, oldest first."""

    async def of_events(
        self, contact_ids: Sequence[ContactId], first_seq: int, last_seq: int
    ) -> list[Detail]:
        """Everything that was stored with events of these contacts, from one number to another, oldest first."""

    async def erase(self, contact_id: ContactId) -> int:
        """Delete all details of a contact; the journal stays verifiable."""


class ProjectionRows(Protocol):
    """Rows of read models and their cursors (transaction kind 2: later, re-runnable)."""

    async def cursor(self, projection: str) -> int:
        """The seq this projection's rows stand at; 0 when it never ran."""

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        """Apply the changes in order and move the cursor, in one transaction. Raises ChangedMeanwhile if it is not at `after_seq`."""


class Interaction(msgspec.Struct, frozen=True):
    """The stored record of a contact, one row of the interaction log. Instants in ms; None = did not happen."""

    contact_id: ContactId
    channel: str
    queue_id: str
    customer_key: str
    arrived_at_ms: int
    first_offered_at_ms: int | None
    answered_at_ms: int | None
    ended_at_ms: int | None
    closed_at_ms: int | None
    agent_id: AgentId | None
    outcome: str | None
    disposition_id: str | None
    ended_by: str | None
    offers: int
    missed: int
    rejected: int
    requeues: int
    messages: int


class InteractionPage(msgspec.Struct, frozen=True):
    """Interactions newest first, what they are true as of, and where the next page starts (None = the end). `is_cut`: so many texts hold the words that only contacts with the newest of them were looked at."""

    as_of_seq: int
    interactions: list[Interaction]
    next_before: str | None
    is_cut: bool = False


class OpenContact(msgspec.Struct, frozen=True):
    """A contact that is not closed: where it stands, what its age counts from, and its stay in the queue."""

    interaction: Interaction
    stage: str
    age_origin_ms: int
    segment: Segment | None


class AgentStanding(msgspec.Struct, frozen=True):
    """An agent's state and since when, what is in hand, and since when the agent's time is of one kind."""

    agent_id: AgentId
    team_id: TeamId
    state: str
    reason_id: ReasonId | None
    since_ms: int
    offered: int
    talking: int
    wrap_ups: tuple[OpenWrapUp, ...]
    kind_since_ms: int


_WRAP_UPS = msgspec.json.Decoder(tuple[OpenWrapUp, ...])


def wrap_ups_text(wrap_ups: Iterable[OpenWrapUp]) -> str:
    """An agent's wrap-ups as the column `wrap_ups` holds them: no more of them than an agent has capacity."""
    return msgspec.json.encode(tuple(wrap_ups)).decode()


def wrap_ups_of(text: str) -> tuple[OpenWrapUp, ...]:
    """The wrap-ups of the column's text."""
    return _WRAP_UPS.decode(text) if text else ()


class QueueInterval(msgspec.Struct, frozen=True):
    """Figures of the segments that began in the quarter of an hour from `start_ms` under one threshold."""

    queue_id: QueueId
    start_ms: int
    threshold_ms: int
    figures: Figures


class AgentInterval(msgspec.Struct, frozen=True):
    """How an agent's time went in the quarter of an hour from `start_ms`."""

    agent_id: AgentId
    start_ms: int
    times: AgentTimes


class Beginning(msgspec.Struct, frozen=True):
    """What a fold goes on from, all of it true at one seq."""

    as_of_seq: int
    open_contacts: list[OpenContact]
    agents: list[AgentStanding]
    thresholds: dict[QueueId, int]
    intervals: list[QueueInterval]
    """Those that began at the instant asked for or later."""
    open_phases: list[Phase] = []


class AgentWork(msgspec.Struct, frozen=True):
    """One agent's time and phases since an instant, and the standing now; None of somebody who is no agent."""

    as_of_seq: int
    intervals: list[AgentInterval]
    standing: AgentStanding | None
    phases: list[Phase]


class Statistics(Protocol):
    """Reads of the stored figures; the seq they are true as of comes first."""

    async def beginning(self, since_ms: int, /) -> Beginning:
        """What a board or a projection starts from, with the intervals since an instant."""

    async def queues(
        self, from_ms: int, until_ms: int, /
    ) -> tuple[int, list[QueueInterval], list[Segment]]:
        """Intervals that start in [from, until), and the segments that began there and are not over."""

    async def agents(
        self, from_ms: int, until_ms: int, /
    ) -> tuple[int, list[AgentInterval], list[AgentStanding]]:
        """Intervals that start in [from, until), and every agent's standing."""

    async def of_agent(self, agent_id: AgentId, since_ms: int, /) -> AgentWork:
        """Intervals that start, and phases that began, at the instant or later."""


class Interactions(Protocol):
    """Reads of the interaction log."""

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """One row."""

    async def page(
        self,
        sight: Sight,
        wanted: InteractionFilter,
        *,
        before: str | None,
        limit: int,
    ) -> InteractionPage:
        """Newest first by (arrived_at_ms, contact_id). `before` is the opaque `next_before` of the page before.

        The work for one page is bounded: a page may hold fewer than `limit`, even none, and not be the last.
        """

    async def phases(self, contact_id: ContactId) -> tuple[int, list[Phase]]:
        """(as_of_seq, all phases of a contact in the order of their beginning)."""

    async def of_customer(self, customer_key: str, limit: int) -> list[Interaction]:
        """The newest of one customer, newest first; none for the key "", which is nobody's."""

    async def since(self, arrived_at_ms: int) -> tuple[int, list[Interaction]]:
        """(as_of_seq, all rows arrived at or after the instant, or not closed yet): what a board counts."""


class User(msgspec.Struct, frozen=True):
    """A person who logs in. An agent's `user_id` is its agent id in the core.

    `queue_ids`: an agent takes work of these, a supervisor sees these. `watched_team_ids`: teams a supervisor
    sees. `skills`: skill id to level, 1 to 10. `site`: where the agent works; empty when that does not matter.
    `capacity`: on all channels; without it the agent takes `chat_capacity` chats and nothing else.
    `primary_queue_id`: its contacts go first; empty for none. `phone`: what the phone system rings; empty for none.
    """

    user_id: str
    username: str
    display_name: str
    role: str
    team_id: TeamId
    queue_ids: tuple[str, ...]
    watched_team_ids: tuple[str, ...]
    chat_capacity: int
    password_hash: str
    language: str
    is_disabled: bool
    version: int
    skills: dict[str, int] = {}
    site: str = ""
    capacity: CapacityRule | None = None
    primary_queue_id: str = ""
    phone: str = ""


class Users(Protocol):
    """People (transaction kind 3). `version` rises by one with each change of any user."""

    async def all(self) -> list[User]:
        """Everyone, by username."""

    async def get(self, user_id: str) -> User | None:
        """By id."""

    async def by_username(self, username: str) -> User | None:
        """By log-in name, case-insensitive."""

    async def put(
        self, user: User, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> User:
        """Insert or replace, with a row that says what changed; returns the user with its new version.

        With `based_on`, only if the stored user has that version (0: there is none). Raises UsernameTaken,
        ChangedMeanwhile.
        """

    async def put_all(self, users: Sequence[User], author: Authorship) -> list[User]:
        """All of them in one transaction, each only if the stored user has its `version` (0: there is none).

        Raises UsernameTaken, ChangedMeanwhile.
        """

    async def changes(self, user_id: str, *, limit: int) -> list[UserChange]:
        """The newest changes of a user, newest first."""

    async def newest_version(self) -> int:
        """The largest version of any user: changes when anything about anyone changed."""


class UsernameTaken(StorageError):
    """Another user has this log-in name."""


class Session(msgspec.Struct, frozen=True):
    """A log-in. The cookie holds a random token; only its SHA-256 is stored."""

    token_hash: bytes
    user_id: str
    created_at_ms: int
    expires_at_ms: int


class Sessions(Protocol):
    """Server-side sessions (transaction kind 3)."""

    async def put(self, session: Session) -> None:
        """Store a new session."""

    async def get(self, token_hash: bytes) -> Session | None:
        """The session, expired or not."""

    async def delete(self, token_hash: bytes) -> None:
        """Log-out."""

    async def delete_of_user(self, user_id: str) -> int:
        """Revoke all sessions of a user."""

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the company knows of a customer; "" and None where it knows nothing.

    `customer_key` is the keyed hash by which the journal knows the customer; `address` stands in this row alone.
    """

    customer_key: str
    address: str
    tier: str = ""
    language: str = ""
    region: str = ""
    owner_agent_id: AgentId | None = None
    has_open_complaint: bool = False


class Profiles(Protocol):
    """Customers' profiles (transaction kind 3)."""

    async def get(self, customer_key: str) -> Profile | None:
        """By key."""

    async def put(self, profiles: Sequence[Profile]) -> None:
        """Insert or replace all of them, each of another key, in one transaction."""

    async def delete(self, customer_key: str) -> bool:
        """Forget a customer; whether there was one to forget."""


class MailState(StrEnum):
    """Where a mail stands. One that came in is received; the others are of mails that go out."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


MAILS_UNDER_WAY: Final = (MailState.QUEUED, MailState.SENDING, MailState.DEFERRED)
"""States in which a mail is still to be handed to the next server."""


class MailRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a mail beside its text: whose it is, and how far it got. No address and no word of it.

    `message_key` is a keyed hash of its Message-ID, `participants` are of the addresses on it. `next_at_ms` says when it is tried, or tried again; None when
    there is nothing left to do. `failure` is the SMTP reply's code, as `550 5.1.1`.
    """

    mail_id: DetailId
    contact_id: ContactId
    mailbox_id: str
    message_key: str
    participants: tuple[str, ...]
    state: MailState
    at_ms: int
    next_at_ms: int | None = None
    attempts: int = 0
    failure: str = ""


MAILS_TABLE: Final = "mails"


def mail_change(row: MailRow) -> RowChange:
    """The row as it becomes durable with the mail's own event."""
    put = {
        "contact_id": row.contact_id,
        "mailbox_id": row.mailbox_id,
        "message_key": row.message_key,
        "participants": " ".join(row.participants),
        "state": row.state.value,
        "at_ms": row.at_ms,
        "next_at_ms": row.next_at_ms,
        "attempts": row.attempts,
        "failure": row.failure,
    }
    return RowChange(MAILS_TABLE, {"mail_id": row.mail_id}, put)


def mail_row(columns: Mapping[str, Any]) -> MailRow:
    """The mail of a row's columns."""
    given = {name: columns[name] for name in MailRow.__struct_fields__}
    given["participants"] = tuple(columns["participants"].split())
    given["state"] = MailState(columns["state"])
    return MailRow(**given)


class Mails(Protocol):
    """Mails in and out. Their rows are written by `Journal.append`, and moved on here (transaction kind 3)."""

    async def get(self, mail_id: str) -> MailRow | None:
        """By id."""

    async def of_contact(self, contact_id: ContactId, *, limit: int = 500) -> list[MailRow]:
        """A contact's mails, oldest first."""

    async def by_message_keys(self, message_keys: Sequence[str]) -> list[MailRow]:
        """Mails with one of these keys, the newest first."""

    async def under_way(self, *, due_ms: int, limit: int) -> list[MailRow]:
        """Mails to go out whose instant is at `due_ms` or before, the longest due first."""

    async def next_due_ms(self) -> int | None:
        """When the next mail is to be tried; None when none is under way."""

    async def put(self, row: MailRow) -> None:
        """Replace a row."""


class AuditNumberTaken(StorageError):
    """Another process has appended to the audit log meanwhile: chain to its record and try again."""


class Store(Protocol):
    """One domain's store, whole. `probe` raises StorageUnavailable while a durable write is impossible."""

    journal: Journal
    details: Details
    rows: ProjectionRows
    interactions: Interactions
    statistics: Statistics
    search_texts: SearchTexts
    users: Users
    teams: Teams
    sessions: Sessions
    config_versions: ConfigVersions
    closed_messages: ClosedMessages
    profiles: Profiles
    mails: Mails
    placed_calls: PlacedCalls
    uploads: Uploads
    recordings: Recordings
    audit_log: AuditLog
    api_keys: ApiKeys
    subscriptions: Subscriptions
    calls: CallLog
    call_backs: CallBacks
    visits: Visits
    survey_marks: SurveyMarks
    cases: Cases
    leads: Leads
    campaigns: Campaigns
    articles: Articles
    article_questions: ArticleQuestions
    notices: Notices

    async def probe(self) -> None:
        """Write one durable row; used to find out whether a failing disk has recovered."""

    async def close(self) -> None:
        """Finish what is queued and release the files."""
