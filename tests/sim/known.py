"""What the second set of books holds of each contact, agent and wrap-up."""

from dataclasses import dataclass, field

from routing.ids import (
    NO_SITE,
    AgentId,
    ContactId,
    OfferId,
    QueueId,
    SiteId,
    SkillId,
    TeamId,
)
from routing.model import AgentState, CapacityRule, Channel, Dial, SkillNeed

WAITING, OFFERED, TALKING, WRAP_UP = "waiting", "offered", "talking", "wrap-up"
PARKED = "parked"
RESERVED, DIALLING = "reserved", "dialling"


@dataclass
class KnownContact:
    """An open contact. `due_ms` is when its offer runs out, `bound_for` the queue it has been sent to."""

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    number: int
    age_origin_ms: int
    place: str = WAITING
    agent_id: AgentId | None = None
    asked: dict[AgentId, OfferId] = field(default_factory=dict)
    due_ms: int = 0
    talks_since_ms: int = 0
    excluded: dict[AgentId, int] = field(default_factory=dict)
    refused_by: set[AgentId] = field(default_factory=set)
    offers: set[OfferId] = field(default_factory=set)
    is_customer_here: bool = True
    gone_at_ms: int | None = None
    needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    adjusted_ms: int = 0
    assigned_to: AgentId | None = None
    own_needs: tuple[SkillNeed, ...] = ()
    preferred_agent_id: AgentId | None = None
    barred: tuple[AgentId, ...] = ()
    step: int = 0
    step_origin_ms: int = 0
    step_credit_ms: int = 0
    pool: tuple[QueueId, ...] = ()
    asked_team: TeamId | None = None
    asked_agent: AgentId | None = None
    customer_key: str = ""
    is_queued: bool = False
    queued_at_ms: int = 0
    waits_since_ms: int = 0
    left: list[QueueId] = field(default_factory=list)
    bound_for: QueueId | None = None
    is_handed_on: bool = False
    is_leaving: bool = False
    interruptions: int = 0
    is_interrupted: bool = False
    parked_since_ms: int = 0
    site: SiteId = NO_SITE
    dial: Dial | None = None
    failure: str = ""
    reserved_for: AgentId | None = None


@dataclass
class KnownWrapUp:
    """What an agent has left to do for a contact, wherever that is by now."""

    channel: Channel
    queue_id: QueueId
    due_ms: int
    place: str = WRAP_UP
    interruptions: int = 0


@dataclass
class KnownAgent:
    """An agent. `lost_at_ms` is when the grace of a lost presence is over."""

    agent_id: AgentId
    team_id: TeamId
    queue_ids: tuple[QueueId, ...]
    capacity: CapacityRule
    is_present: bool = False
    is_removed: bool = False
    state: AgentState = AgentState.LOGGED_OUT
    wish: AgentState | None = None
    idle_since: tuple[int, int] = (0, 0)
    missed: dict[Channel, int] = field(default_factory=dict)
    must_go: bool = False
    has_phone_fault: bool = False
    lost_at_ms: int | None = None
    skills: dict[SkillId, int] = field(default_factory=dict)
    taken: int = 0
    asked_last: int = 0
    primary_queue_id: QueueId | None = None
    was_reduced: bool = False
    site: SiteId = NO_SITE
