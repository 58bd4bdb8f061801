"""The state of one domain, and the transition tables that say what may follow what.

Law of this file: everything that can change an assignment stands here, and only `reducer.apply` writes it.
State is the fold of the journal's events; it holds no name, no text and no clock. What can be derived is not
stored: capacity in use is counted from the offers and assignments an agent holds.

A contact is in exactly one place: waiting in its queue, offered to one agent (in a broadcast to several), connected
with one agent, parked by that agent, or over and wrapped up by its last agent. One that we call begins with an agent
reserved for it, and is dialled. Closed contacts leave the state; the journal and the
interaction log remember them.

Wrap-up belongs to the agent, not to the contact: it is the last part of an assignment and may last while the
contact, handed on, waits or talks with somebody else, or has long been closed.

Every dict here keeps insertion order, and nothing iterates a set: the same events give the same bytes.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from routing import events as ev
from routing.ids import (
    NO_AGENT,
    NO_CONTACT,
    NO_SITE,
    AgentId,
    CampaignId,
    ContactId,
    OfferId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
)
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    Dial,
    DialFailure,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
    SkillNeed,
)


class ContactState(StrEnum):
    """Where a contact is."""

    ARRIVED = "arrived"
    RESERVED = "reserved"
    DIALLING = "dialling"
    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTED = "connected"
    PARKED = "parked"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


CONTACT_TRANSITIONS: dict[tuple[ContactState, type], ContactState] = {
    (ContactState.ARRIVED, ev.ContactQueued): ContactState.WAITING,
    (ContactState.ARRIVED, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.ARRIVED, ev.PermitGranted): ContactState.RESERVED,
    (ContactState.RESERVED, ev.PermitUsed): ContactState.DIALLING,
    (ContactState.RESERVED, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.DIALLING, ev.DialConnected): ContactState.CONNECTED,
    (ContactState.DIALLING, ev.ContactQueued): ContactState.WAITING,
    (ContactState.DIALLING, ev.WrapUpStarted): ContactState.WRAP_UP,
    (ContactState.DIALLING, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.WAITING, ev.ContactQueued): ContactState.WAITING,
    (ContactState.WAITING, ev.OfferMade): ContactState.OFFERED,
    (ContactState.WAITING, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.OFFERED, ev.OfferMade): ContactState.OFFERED,
    (ContactState.OFFERED, ev.OfferAccepted): ContactState.CONNECTED,
    (ContactState.OFFERED, ev.OfferRejected): ContactState.WAITING,
    (ContactState.OFFERED, ev.OfferExpired): ContactState.WAITING,
    (ContactState.OFFERED, ev.OfferRescinded): ContactState.WAITING,
    (ContactState.CONNECTED, ev.ContactRequeued): ContactState.WAITING,
    (ContactState.WRAP_UP, ev.ContactRequeued): ContactState.WAITING,
    (ContactState.CONNECTED, ev.WrapUpStarted): ContactState.WRAP_UP,
    (ContactState.CONNECTED, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.CONNECTED, ev.ContactParked): ContactState.PARKED,
    (ContactState.CONNECTED, ev.ContactInterrupted): ContactState.PARKED,
    (ContactState.PARKED, ev.ContactResumed): ContactState.CONNECTED,
    (ContactState.PARKED, ev.InterruptionEnded): ContactState.CONNECTED,
    (ContactState.PARKED, ev.ContactRequeued): ContactState.WAITING,
    (ContactState.PARKED, ev.ContactClosed): ContactState.CLOSED,
    (ContactState.WRAP_UP, ev.ContactClosed): ContactState.CLOSED,
}
"""(state, event) -> next state. A pair that is not here is an invariant violation, never a silent no-op.

The end of an offer moves its contact only if the contact waits again by it (`contact_waits`).
"""


class DeadlineKind(StrEnum):
    """Every deadline, named by the action that follows."""

    EXPIRE_PERMIT = "expire_permit"
    END_DIALLING = "end_dialling"
    ALARM_WAITING = "alarm_waiting"
    ADVANCE_STEP = "advance_step"
    EXPIRE_OFFER = "expire_offer"
    PROBE_CONNECTED = "probe_connected"
    REMIND_PARKED = "remind_parked"
    FINISH_WRAP_UP = "finish_wrap_up"
    CLOSE_GONE_CUSTOMER = "close_gone_customer"
    LEAVE_QUEUE = "leave_queue"
    LAPSE_EXCLUSION = "lapse_exclusion"
    END_PRESENCE = "end_presence"
    ALARM_NOT_READY = "alarm_not_ready"


BEING_CALLED = (ContactState.RESERVED, ContactState.DIALLING)
"""An agent is reserved, and the customer has not answered our call."""


CONTACT_DEADLINES: dict[ContactState, DeadlineKind] = {
    ContactState.RESERVED: DeadlineKind.EXPIRE_PERMIT,
    ContactState.DIALLING: DeadlineKind.END_DIALLING,
    ContactState.WAITING: DeadlineKind.ALARM_WAITING,
    ContactState.OFFERED: DeadlineKind.EXPIRE_OFFER,
    ContactState.CONNECTED: DeadlineKind.PROBE_CONNECTED,
    ContactState.PARKED: DeadlineKind.REMIND_PARKED,
}
"""The one deadline a contact has in each state; a contact in wrap-up rests on its agent's `WrapUp`."""


K = TypeVar("K")
V = TypeVar("V")

_EMPTY: dict[str, None] = {}
"""The one empty mapping of all contacts and agents: most of theirs are empty most of the time."""


def nothing() -> Mapping[K, V]:
    """No entries."""
    return _EMPTY  # type: ignore[return-value]  # without entries it is of any type


def with_entry(entries: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The mapping with one entry more, at its end unless the key was there: mappings of the state are replaced, never written."""
    return {**entries, key: value}


def without(entries: Mapping[K, V], key: K) -> Mapping[K, V]:
    """The mapping without this key, which need not be in it."""
    if key not in entries:
        return entries
    return {one: value for one, value in entries.items() if one != key} or nothing()


class Deadline(msgspec.Struct, order=True, omit_defaults=True, gc=False):
    """Something that happens at `due_ms` while it `counts`; `order` breaks ties by who was armed first."""

    due_ms: int
    order: int
    kind: DeadlineKind
    contact_id: ContactId = NO_CONTACT
    agent_id: AgentId = NO_AGENT
    counts: bool = True


class Demand(msgspec.Struct, frozen=True, cache_hash=True, gc=False):
    """Whom a contact asks for in its present step; contacts of one queue, channel and demand form a class.

    `queue_ids` are further queues whose agents may serve it; a `team_id` or an `agent_id` asks nobody else.
    `credit_ms` is the age its steps have given. `skips_unstaffed`: it does not rest here while nobody is there for it.
    Agents of `site` are preferred.
    """

    needs: tuple[SkillNeed, ...] = ()
    queue_ids: tuple[QueueId, ...] = ()
    team_id: TeamId | None = None
    agent_id: AgentId | None = None
    credit_ms: int = 0
    skips_unstaffed: bool = False
    site: SiteId = NO_SITE


class Contact(msgspec.Struct, kw_only=True, gc=False):
    """One customer's request. `arrival` is the contact's number in order of arrival: the last tie-break.

    `agent_id` is who has it in hand or parked; `asked` holds the agents who have a live offer of it, and its id.
    `excluded` holds the agents who refused or missed it and until when they are not asked again; afterwards
    they stand in `last_resort`: asked only if nobody else is eligible. Whoever is `barred` is never asked. `step` is
    the queue's step it has come to, counted from `step_origin_ms`, and `demand` what it asks for there.
    `wrapped_up_by` are the agents whose assignment of it is in wrap-up. `adjusted_ms` is age
    a supervisor gave it, or took from it.
    `queued_at_ms` is when it came into this queue (0: it has never waited), `left_queue_ids` are those that have turned it away.
    `held_since_ms`: its agent keeps the customer of a call on hold since then.
    `may_interrupt` and `is_over_wrap_up`: the work that it may push aside, and whether agents in wrap-up are asked.
    `dial` is set if we call this customer, `dial_failure` says why that came to nothing.
    """

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    customer_key: str
    arrival: int
    arrived_at_ms: int
    age_origin_ms: int
    demand: Demand
    state: ContactState = ContactState.ARRIVED
    state_since_ms: int = 0
    connected_at_ms: int = 0
    agent_id: AgentId | None = None
    offers_made: int = 0
    excluded: Mapping[AgentId, int] = msgspec.field(default_factory=nothing)
    last_resort: Mapping[AgentId, None] = msgspec.field(default_factory=nothing)
    is_customer_present: bool = True
    ended_by: Party | None = None
    last_message_seq: int = 0
    own_needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    wrapped_up_by: tuple[AgentId, ...] = ()
    asked: Mapping[AgentId, OfferId] = msgspec.field(default_factory=nothing)
    adjusted_ms: int = 0
    site: SiteId = NO_SITE
    may_interrupt: tuple[Channel, ...] = ()
    interruptions: int = 0
    paused_ms: int = 0
    preferred_agent_id: AgentId | None = None
    barred: Mapping[AgentId, None] = msgspec.field(default_factory=nothing)
    step: int = 0
    step_origin_ms: int = 0
    queued_at_ms: int = 0
    left_queue_ids: tuple[QueueId, ...] = ()
    held_since_ms: int | None = None
    is_over_wrap_up: bool = False
    dial: Dial | None = None
    dial_failure: DialFailure | None = None

    @property
    def needs(self) -> tuple[SkillNeed, ...]:
        """The skills it asks for in its present step."""
        return self.demand.needs

    @property
    def is_agent_first(self) -> bool:
        """Whether its agent is on the line before the customer is rung."""
        return self.dial is not None and self.dial.is_agent_first


class WrapUp(msgspec.Struct, kw_only=True, gc=False):
    """The last part of an agent's assignment, with what the desk shows of a contact that may be elsewhere by now."""

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    arrived_at_ms: int
    connected_at_ms: int
    started_at_ms: int
    last_message_seq: int
    extensions: int = 0


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A contact proposed to one agent; its capacity is taken until the offer ends."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    made_at_ms: int
    expires_at_ms: int


class NextState(msgspec.Struct, frozen=True):
    """What applies when the last assignment ends; while it is pending the agent is offered nothing."""

    state: AgentState
    reason_id: ReasonId | None
    cause: ev.StateCause = ev.StateCause.REQUESTED


class Agent(msgspec.Struct, kw_only=True, gc=False):
    """One agent. `holds` maps each contact in hand (reserved for, dialled, offered, connected, wrap-up) to its channel.

    `wrap_ups` are those of them in wrap-up, `interruptible` those connected that may still be interrupted, what was
    taken up last at the end. Owned, but not in hand: what was `interrupted` and is taken up again as soon as there
    is room, and what the agent has `parked`.
    """

    agent_id: AgentId
    team_id: TeamId
    queue_ids: tuple[QueueId, ...]
    capacity: CapacityRule
    state: AgentState = AgentState.LOGGED_OUT
    reason_id: ReasonId | None = None
    state_since_ms: int = 0
    next_state: NextState | None = None
    is_present: bool = False
    is_removed: bool = False
    holds: Mapping[ContactId, Channel] = msgspec.field(default_factory=nothing)
    offer_ids: Mapping[OfferId, None] = msgspec.field(default_factory=nothing)
    excluded_from: Mapping[ContactId, None] = msgspec.field(default_factory=nothing)
    missed_in_row: Mapping[Channel, int] = msgspec.field(default_factory=nothing)
    idle_since_ms: int = 0
    idle_order: int = 0
    skills: dict[SkillId, int] = {}
    contacts_taken: int = 0
    offered_order: int = 0
    wrap_ups: Mapping[ContactId, WrapUp] = msgspec.field(default_factory=nothing)
    primary_queue_id: QueueId | None = None
    site: SiteId = NO_SITE
    interruptible: Mapping[ContactId, None] = msgspec.field(default_factory=nothing)
    interrupted: Mapping[ContactId, Channel] = msgspec.field(default_factory=nothing)
    parked: Mapping[ContactId, Channel] = msgspec.field(default_factory=nothing)

    @property
    def assignment_count(self) -> int:
        """Contacts called, connected, in wrap-up, or interrupted for the moment."""
        return len(self.holds) + len(self.interrupted) - len(self.offer_ids)

    def owned_ids(self) -> tuple[ContactId, ...]:
        """Every contact that is with this agent: in hand, interrupted or parked."""
        return (*self.holds, *self.interrupted, *self.parked)


class Abandoned(msgspec.Struct, frozen=True):
    """A customer who gave up waiting, when, and after how long."""

    at_ms: int
    waited_ms: int


class AnswersOfDay(msgspec.Struct, frozen=True, gc=False):
    """Live answers of a campaign on one day of UTC, and how many of them found nobody of ours there in time."""

    day: int
    answered: int = 0
    left_alone: int = 0


class CampaignAnswers(msgspec.Struct, kw_only=True):
    """What became of a campaign's live answers, the oldest day first.

    `under_way` are its calls that ring the customer first and whose end is open: when the customer answered, None before.
    """

    days: tuple[AnswersOfDay, ...] = ()
    under_way: dict[ContactId, int | None] = {}


class State(msgspec.Struct, kw_only=True):
    """One domain. `seq` counts the events folded in; `now_ms` is the newest event's time.

    `closed_queues` are those a supervisor has closed; `unstaffed_since_ms` those nobody is logged in for, of those
    for which that counts; `closing_messages` what newcomers of closed queues are told; `abandoned` remembers who gave up waiting, by queue and customer.
    `campaigns` are those whose live answers are counted, the longest at rest first; `unused_permits` are those of
    campaigns, each with the version of its facts; `suppression_version` is the newest that was told of.
    """

    seq: int = 0
    now_ms: int = 0
    configuration: RoutingConfiguration | None = None
    queues: dict[QueueId, QueuePolicy] = {}
    reasons: dict[ReasonId, NotReadyReason] = {}
    contacts: dict[ContactId, Contact] = {}
    waiting: dict[QueueId, dict[ContactId, None]] = {}
    offers: dict[OfferId, Offer] = {}
    agents: dict[AgentId, Agent] = {}
    ended_offers: dict[OfferId, str] = {}
    deadlines: dict[str, Deadline] = {}
    deadline_heap: list[Deadline] = []
    arrivals: int = 0
    armed: int = 0
    idle_changes: int = 0
    offers_counted: int = 0
    closed_queues: dict[QueueId, None] = {}
    unstaffed_since_ms: dict[QueueId, int] = {}
    abandoned: dict[str, Abandoned] = {}
    closing_messages: dict[QueueId, str] = {}
    suppression_version: int = 0
    unused_permits: dict[ContactId, int] = {}
    campaigns: dict[CampaignId, CampaignAnswers] = {}


_CONTACT_MAPPINGS = ("excluded", "last_resort", "asked", "barred")
_AGENT_MAPPINGS = (
    "holds",
    "offer_ids",
    "excluded_from",
    "missed_in_row",
    "wrap_ups",
    "interruptible",
    "interrupted",
    "parked",
)


def share_empty(state: State) -> None:
    """Make every empty mapping of contacts and agents the one there is, as it was before a snapshot was taken."""
    for owner, names in (
        *((contact, _CONTACT_MAPPINGS) for contact in state.contacts.values()),
        *((agent, _AGENT_MAPPINGS) for agent in state.agents.values()),
    ):
        for name in names:
            if not getattr(owner, name):
                setattr(owner, name, _EMPTY)


def age_key(contact: Contact) -> tuple[int, int]:
    """Sorts contacts by age, the oldest first; ties go to the one that arrived first."""
    return (contact.age_origin_ms, contact.arrival)


def idle_key(agent: Agent) -> tuple[int, int, AgentId]:
    """Sorts agents by idle time, the longest first; ties go to the one that became idle first."""
    return (agent.idle_since_ms, agent.idle_order, agent.agent_id)
