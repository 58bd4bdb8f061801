"""Frozen values that commands and events carry and the state keeps.

Owns the vocabulary of the core. It must never know how a value got here: configuration files are read and
checked by the shell and arrive as these values.
"""

from enum import StrEnum

import msgspec

from routing.calendars import OpenHours
from routing.ids import (
    NO_SITE,
    AgentId,
    CalendarId,
    CampaignId,
    DispositionId,
    PermitId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
)


class Channel(StrEnum):
    """The medium a contact came by."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    FAX = "fax"
    CALLBACK = "callback"
    OUTBOUND_VOICE = "outbound_voice"
    TASK = "task"


CALLS = (Channel.VOICE, Channel.OUTBOUND_VOICE, Channel.CALLBACK)
"""Channels on which a phone rings."""


class AgentState(StrEnum):
    """What an agent has asked for, or was put into; work in hand is capacity in use, not a state."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    NOT_READY = "not_ready"


class RejectCause(StrEnum):
    """Why an offer was not taken: the agent said no, or the phone could not be rung."""

    DECLINED = "declined"
    BUSY = "busy"
    """The phone was in use beside the engine's knowledge."""
    PHONE_FAULT = "phone_fault"
    """The phone is not registered, or does not answer at all."""
    LINE_FAULT = "line_fault"
    """The phone system could not be told to ring: nothing is known of the agent's phone."""


PHONE_CAUSES = (RejectCause.BUSY, RejectCause.PHONE_FAULT)
"""What is wrong with an agent's own phone: the agent is not ready until somebody has seen to it."""


class DialFailure(StrEnum):
    """Why a call placed by us came to nothing."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    """There is no such number, or no way to it."""
    FAILED = "failed"
    """The phone system could not do it, or is gone."""
    AGENT_UNREACHED = "agent_unreached"
    """The agent's own phone was to be picked up first, and was not."""
    AGENT_LEFT = "agent_left"
    """The agent was gone before anything had been dialled."""
    CANCELLED = "cancelled"
    """Somebody ended it before it was answered."""
    PERMIT_EXPIRED = "permit_expired"
    """Nobody dialled in time."""
    FACTS_CHANGED = "facts_changed"
    """A number was suppressed after the facts for the permit had been read: they must be read again."""


class PermitFault(StrEnum):
    """Why the engine gives a campaign no permit; the facts of a number refuse by words of their own."""

    FACTS_CHANGED = "facts_changed"
    """A number was suppressed after the facts had been read."""
    NO_AGENT_FREE = "no_agent_free"
    AGENT_NOT_ELIGIBLE = "agent_not_eligible"
    """The agent who is named may not have this contact now."""
    AGENT_UNKNOWN = "agent_unknown"
    CAMPAIGNS_FULL = "campaigns_full"
    """No further campaign can be counted."""


class CampaignFacts(msgspec.Struct, frozen=True):
    """What was read of a number before its permit is asked for: the first of two steps.

    `fault` is the word by which the facts refuse, "" where they allow it; it is recorded, not judged. They are as new as
    `suppression_version`. `abandoned_permille_max` is the share of live answers, over 30 days, that may find nobody of ours
    there; None: not counted. While the window does not carry the worst case, the agent must be on the line first.
    """

    campaign_id: CampaignId
    fault: str = ""
    suppression_version: int = 0
    abandoned_permille_max: int | None = None


class Dial(msgspec.Struct, frozen=True):
    """What makes a contact one that we call. `permit_id` is the id its line at the phone system will have.

    A named agent is reserved, or without one the best who is free. With `is_agent_first` the customer is rung when that
    agent is on the line, and once answered both talk; without it the agent is offered the contact when the customer
    has answered. `ring_ms` is how long all of it may take once it is dialled.
    """

    permit_id: PermitId
    ring_ms: int
    agent_id: AgentId | None = None
    is_agent_first: bool = False
    may_be_not_ready: bool = False
    """A named agent who is not ready may place it."""
    is_emergency: bool = False
    """A named agent may place it whatever is in hand."""
    wraps_up_unreached: bool = False
    """With the agent on the line first, an unanswered call has a wrap-up too, where its queue has one."""
    may_be_in_wrap_up: bool = False
    """If nobody is free, an agent may be reserved whose wrap-ups all end within `ring_ms`; not for a named agent."""
    campaign: CampaignFacts | None = None
    """Set for a campaign: then a refusal is an event as well. Only who is free is reserved for it."""


class Party(StrEnum):
    """Who did it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"
    OUTSIDE = "outside"
    """Somebody who serves customers in our place while we are away: their phone system has taken this one back."""


REASON_MISSED = ReasonId("missed")
"""Built-in not-ready reason: the agent let offers expire."""

REASON_SIGNED_IN = ReasonId("signed_in")
"""Built-in not-ready reason: the desk was just opened and the agent has not said ready yet."""

REASON_PHONE_FAULT = ReasonId("phone_fault")
"""Built-in not-ready reason: the agent's phone could not be rung."""

BUILT_IN_REASONS = (REASON_MISSED, REASON_SIGNED_IN, REASON_PHONE_FAULT)
"""Set by the engine; an agent cannot choose them."""

MISSED_LIMITS: dict[Channel, int] = {
    Channel.VOICE: 1,
    Channel.OUTBOUND_VOICE: 1,
    Channel.CALLBACK: 1,
    Channel.CHAT: 2,
}
"""A phone that rings out once, or two chats in a row, make an agent not ready; mail lies there and waits."""

LIVE = (*CALLS, Channel.CHAT)
"""Channels on which a customer waits for the next word: an agent cannot put such a contact aside."""

LASTING = (Channel.EMAIL, Channel.TASK)
"""Channels whose contacts wait as long as it takes: no queue turns them away, whatever its hours, staff or length."""

INTERRUPTS: dict[Channel, tuple[Channel, ...]] = {
    Channel.VOICE: (Channel.EMAIL, Channel.TASK),
    Channel.OUTBOUND_VOICE: (Channel.EMAIL, Channel.TASK),
}
"""A call may interrupt mail and tasks. Calls can never be interrupted; a live chat only where it is configured."""

PARKED_REMINDER_MS = 4 * 3_600_000
"""After how long somebody is reminded of parked work."""

DISPOSITION_NONE_TIMEOUT = DispositionId("none_timeout")
"""Disposition the engine sets when the wrap-up limit is reached."""

DISPOSITION_NONE_REMOVED = DispositionId("none_removed")
"""Disposition the engine sets when the agent was removed during wrap-up."""


class CapacityRule(msgspec.Struct, frozen=True):
    """How much an agent may have in hand at once: `total` units, and a number of contacts per channel (absent: none).

    A contact takes the units its channel weighs (absent: 1), at most all there are: a weight above `total` says
    that a contact of this channel leaves no room for any other.
    """

    total: int
    per_channel: dict[Channel, int]
    weights: dict[Channel, int] = {}

    def units(self, channel: Channel) -> int:
        """Units that one contact of this channel takes."""
        if not self.weights:
            return 1
        return max(1, min(self.weights.get(channel, 1), self.total))


class SkillNeed(msgspec.Struct, frozen=True, order=True, cache_hash=True, gc=False):
    """A skill a contact asks for, and the lowest proficiency that will do (1 to 10)."""

    skill_id: SkillId
    level: int


class AgentStrategy(StrEnum):
    """Which of several eligible agents is asked first; ties go to the longest idle, then to the id."""

    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    BEST_PROFICIENCY = "best_proficiency"
    LEAST_FLEXIBLE = "least_flexible"
    ROUND_ROBIN = "round_robin"
    FEWEST_CONTACTS = "fewest_contacts"


class ContactStrategy(StrEnum):
    """What a contact's waiting is worth when queues compete for an agent; ties go to the earlier arrival.

    `strict` and `priority_age` are one order under two names: the level, then the age with its credits. The one says
    what follows from it, the other what it does.
    """

    AGE_CREDIT = "age_credit"
    ACCELERATED = "accelerated"
    SLA_URGENCY = "sla_urgency"
    STRICT = "strict"
    PRIORITY_AGE = "priority_age"


class PriorityRule(msgspec.Struct, frozen=True):
    """How a queue's contacts compete with those of other queues.

    `credit_ms` is added to the time waited. `acceleration_permille` is the worth of a waited ms in thousandths
    (accelerated); `target_ms` is the wait promised (sla_urgency); `level` is read by strict and priority_age
    alone: the higher goes first whatever the others have waited.
    """

    strategy: ContactStrategy = ContactStrategy.AGE_CREDIT
    credit_ms: int = 0
    acceleration_permille: int = 1000
    target_ms: int = 20_000
    level: int = 0


class StepAsks(StrEnum):
    """Whom a routing step asks: everybody in the pool, one team, or the contact's preferred agent alone."""

    POOL = "pool"
    TEAM = "team"
    AGENT = "agent"


class RoutingStep(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a contact asks for once it has waited `after_ms`; the first step starts at 0.

    `needs` replaces the queue's (None: the queue's own); what the contact itself asks for is kept unless `relax_own`.
    `credit_ms` is age given from this step on, in addition to that of the steps before. Agents of `queue_ids` may
    serve it too. With `asks` team, `team_id` names the team; None is the preferred agent's. A step that nobody who
    is ready, busy or not, could serve is passed at once if `skip_unstaffed`; one that asks an agent always is.
    """

    after_ms: int = 0
    needs: tuple[SkillNeed, ...] | None = None
    relax_own: bool = False
    credit_ms: int = 0
    queue_ids: tuple[QueueId, ...] = ()
    asks: StepAsks = StepAsks.POOL
    team_id: TeamId | None = None
    skip_unstaffed: bool = False


class ServiceFormula(StrEnum):
    """The formulas of service level, by what they do with customers who left; `service_level` says them exactly."""

    SHORT_ABANDONS_EXCLUDED = "short_abandons_excluded"
    SHORT_ABANDONS_SUCCEED = "short_abandons_succeed"
    ABANDONS_FAIL = "abandons_fail"
    ANSWERED_ONLY = "answered_only"


class ServiceLevelRule(msgspec.Struct, frozen=True):
    """Within how many ms a queue's contacts are to be answered, and the formula of the share that was."""

    threshold_ms: int = 20_000
    formula: ServiceFormula = ServiceFormula.SHORT_ABANDONS_EXCLUDED


class TurnAwayReason(StrEnum):
    """Why a queue did not take a contact, or did not keep it."""

    CLOSED = "closed"
    UNSTAFFED = "unstaffed"
    FULL = "full"
    OVERDUE = "overdue"
    """It waited as long as the queue lets anybody wait."""
    FLUSHED = "flushed"
    """A supervisor has emptied the queue."""


def disposition_of(reason: TurnAwayReason) -> DispositionId:
    """The built-in disposition of contacts that end turned away for this reason."""
    return DispositionId(f"none_{reason}")


def unreached(failure: DialFailure) -> DispositionId:
    """The built-in disposition of contacts whose call came to nothing by this."""
    return DispositionId(f"none_{failure}")


class DestinationKind(StrEnum):
    """What becomes of a contact that a queue turns away."""

    QUEUE = "queue"
    MESSAGE = "message"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"


class Destination(msgspec.Struct, frozen=True):
    """Where a queue sends those it turns away: on to another queue, or to something their channel does for them.

    `queue_id` goes with the kind queue alone; `message_id` names what the channel says, "" for its usual words.
    """

    kind: DestinationKind = DestinationKind.MESSAGE
    queue_id: QueueId | None = None
    message_id: str = ""


class QueuePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one queue; durations in ms. `calendar_id` names its opening hours; without one it never closes.

    Without `steps` its contacts ask for `needs` from first to last.
    """

    queue_id: QueueId
    offer_timeout_ms: int
    reoffer_gap_ms: int
    wrap_up_limit_ms: int
    wrap_up_extension_ms: int
    wrap_up_extensions_max: int
    waiting_alarm_ms: int
    waiting_max: int
    disposition_ids: tuple[DispositionId, ...]
    needs: tuple[SkillNeed, ...] = ()
    agent_strategy: AgentStrategy = AgentStrategy.LONGEST_IDLE
    priority: PriorityRule = PriorityRule()
    calendar_id: CalendarId | None = None
    steps: tuple[RoutingStep, ...] = ()
    site: SiteId = NO_SITE
    """The site whose agents are preferred for contacts that name none; see `strategies.agent_key` for the cost."""
    site_cost: int = 0
    broadcast: int = 1
    """Agents asked at once, the first to accept has the contact; for calls `broadcast_voice` counts instead."""
    broadcast_voice: int = 1
    service_level: ServiceLevelRule = ServiceLevelRule()
    carried_wait_max_ms: int = 3_600_000
    """How much waiting a contact that is handed on from another queue brings along at most."""
    return_within_ms: int = 0
    """A customer who gave up waiting and comes back within this time has the same age again; 0: never."""
    waits_for_impossible: bool = False
    """A contact whose needs no known agent meets waits visibly, instead of being refused."""
    is_staff_required: bool = False
    """Nobody is let in while nobody who could serve them is logged in."""
    unstaffed_exit_ms: int | None = None
    """Those who wait leave once no agent of the queue has been logged in for so long; None: they wait on."""
    wait_max_ms: int | None = None
    """Waiting in this queue ends after so long; None: never."""
    leaves_at_closing: bool = False
    """Those who wait leave when the opening hours end, instead of being served still."""
    destinations: dict[TurnAwayReason, Destination] = {}
    """Where contacts go that are turned away for a reason; without an entry the channel says so in its usual words."""


def asked_at_once(policy: QueuePolicy, channel: Channel) -> int:
    """How many agents at most have an offer of one contact at the same time."""
    return policy.broadcast_voice if channel in CALLS else policy.broadcast


class NotReadyReason(msgspec.Struct, frozen=True):
    """A reason an agent may give for not being ready, and after how many ms a supervisor is told."""

    reason_id: ReasonId
    alert_after_ms: int


class RoutingConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """Everything configurable that can change a decision; `version` is the SHA-256 of the stored document."""

    version: str
    queues: tuple[QueuePolicy, ...]
    not_ready_reasons: tuple[NotReadyReason, ...]
    presence_grace_ms: int
    customer_gone_ms: int
    connected_probe_ms: int
    missed_limits: dict[Channel, int] = msgspec.field(default_factory=lambda: dict(MISSED_LIMITS))
    """Missed offers in a row, per channel, that make an agent not ready; an absent channel never does."""
    calendars: dict[CalendarId, OpenHours] = {}
    """Business hours as instants over a horizon, compiled by the shell when the configuration is applied."""
    interrupts: dict[Channel, tuple[Channel, ...]] = msgspec.field(
        default_factory=lambda: dict(INTERRUPTS)
    )
    """Which channels' work a contact of a channel may interrupt: its agent parks it on accepting the offer."""
    parked_reminder_ms: int = PARKED_REMINDER_MS
    over_wrap_up: tuple[Channel, ...] = ()
    """Channels whose contacts are offered to an agent in wrap-up: it stays open, and its deadline runs on."""
