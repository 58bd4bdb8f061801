"""A contact and an agent by the events' own words, as the naive reading keeps them."""

from dataclasses import dataclass, field

from routing.model import AgentState, CapacityRule, Channel

NO_CAPACITY = CapacityRule(total=0, per_channel={})


@dataclass(slots=True)
class ContactLine:
    """A contact by the events' own words; the counters are what the interaction log must say."""

    contact_id: str
    channel: Channel
    queue_id: str
    customer_key: str
    arrived_at_ms: int
    arrival: int = 0
    phase: str = "arrived"
    age_origin_ms: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    agent_id: str | None = None
    is_customer_here: bool = True
    is_ended: bool = False
    is_handed_on: bool = False
    excluded: set[str] = field(default_factory=set)
    closed: int = 0
    first_offered_at_ms: int | None = None
    answered_at_ms: int | None = None
    ended_at_ms: int | None = None
    closed_at_ms: int | None = None
    handled_by: str | None = None
    outcome: str | None = None
    disposition_id: str | None = None
    ended_by: str | None = None
    offers: int = 0
    missed: int = 0
    rejected: int = 0
    requeues: int = 0
    messages: int = 0

    @property
    def age(self) -> tuple[int, int]:
        """The smaller, the older; ties go to the one that arrived first."""
        return (self.age_origin_ms, self.arrival)


@dataclass(slots=True)
class AgentLine:
    """An agent by the events' own words."""

    agent_id: str
    queue_ids: tuple[str, ...] = ()
    capacity: CapacityRule = NO_CAPACITY
    state: AgentState = AgentState.LOGGED_OUT
    is_here: bool = False
    is_leaving: bool = False
    is_removed: bool = False
    held: dict[str, Channel] = field(default_factory=dict)

    def is_free_for(self, contact: ContactLine) -> bool:
        """May take one more of this contact's channel now."""
        used = sum(1 for channel in self.held.values() if channel == contact.channel)
        return len(self.held) < self.capacity.total and used < self.capacity.per_channel.get(
            contact.channel, 0
        )

    def may_have(self, contact: ContactLine) -> bool:
        """Permission, presence, readiness and exclusion; capacity apart."""
        return (
            contact.queue_id in self.queue_ids
            and self.is_here
            and not self.is_removed
            and self.state is AgentState.READY
            and not self.is_leaving
            and self.agent_id not in contact.excluded
            and self.agent_id not in contact.asked
            and contact.contact_id not in self.held
        )
