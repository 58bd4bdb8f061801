"""What makes one candidate better than another, as numbers: one scorer for agents, one for contacts.

Law of this file: a scorer reads, never writes, and returns integers, so that every tie can be broken and the same
state gives the same order. Smaller is better for agents (they are asked in ascending order), larger is more urgent
for contacts. Two contacts of one queue and one credit never change places as they age; contacts of different
queues may, which is why urgency is computed at the moment of the decision.

    strategy        an agent's score                    sources of the idea
    longest_idle    0 (the tie-break decides)           every ACD
    least_occupied  1000 * units in use / capacity      Avaya's least occupied agent, Azure's load ratio
    best_proficiency  minus the sum of the asked levels  Genesys best available skills
    least_flexible  number of skills and queues held    keep the generalists free
    round_robin     when this agent was last offered    Asterisk rrmemory
    fewest_contacts contacts taken since log-in         Asterisk fewestcalls
"""

from collections.abc import Callable
from enum import StrEnum

from routing.capacity import units_in_use
from routing.ids import AgentId, SiteId
from routing.model import (
    AgentStrategy,
    Channel,
    ContactStrategy,
    PriorityRule,
    QueuePolicy,
    SkillNeed,
)
from routing.state import Agent, Contact, Demand

AgentKey = tuple[int, int, int, int, AgentId]
AGENT_KEY_PARTS = ("interrupts", "score", "idle_since_ms", "idle_order", "agent_id")
"""What the parts of an `AgentKey` are, in the order they are compared."""

ContactRank = tuple[int, int, int, int]
CONTACT_RANK_PARTS = ("level", "score", "origin_ms", "arrival")
"""What the parts of a `ContactRank` are; the last two are negated in it, since the smaller goes first."""

ChoiceRank = tuple[int, int, int, int, int]
CHOICE_RANK_PARTS = ("is_primary", *CONTACT_RANK_PARTS)
"""What the parts of a `ChoiceRank` are: 1 if it is of the agent's primary queue, then those of a `ContactRank`."""

Needs = tuple[SkillNeed, ...]
Standpoint = tuple[Channel, AgentStrategy, Needs, SiteId, int]
"""What an agent's key depends on, beside the agent."""


def _longest_idle(_agent: Agent, _needs: Needs) -> int:
    return 0


def _least_occupied(agent: Agent, _needs: Needs) -> int:
    return 1000 * units_in_use(agent) // max(1, agent.capacity.total)


def _best_proficiency(agent: Agent, needs: Needs) -> int:
    return -sum(agent.skills.get(need.skill_id, 0) for need in needs)


def _least_flexible(agent: Agent, _needs: Needs) -> int:
    return len(agent.skills) + len(agent.queue_ids)


def _round_robin(agent: Agent, _needs: Needs) -> int:
    return agent.offered_order


def _fewest_contacts(agent: Agent, _needs: Needs) -> int:
    return agent.contacts_taken


AGENT_SCORERS: dict[AgentStrategy, Callable[[Agent, Needs], int]] = {
    AgentStrategy.LONGEST_IDLE: _longest_idle,
    AgentStrategy.LEAST_OCCUPIED: _least_occupied,
    AgentStrategy.BEST_PROFICIENCY: _best_proficiency,
    AgentStrategy.LEAST_FLEXIBLE: _least_flexible,
    AgentStrategy.ROUND_ROBIN: _round_robin,
    AgentStrategy.FEWEST_CONTACTS: _fewest_contacts,
}


def agent_key(
    policy: QueuePolicy, agent: Agent, demand: Demand, *, interrupts: bool = False
) -> AgentKey:
    """Sorts eligible agents, the one to ask first in front.

    Whoever would be interrupted comes after everybody with room. An agent of another site than the one asked for
    is `site_cost` worse, in what the strategy counts: longest_idle, ms of idle time; least_occupied, thousandths of
    the capacity; best_proficiency, levels; least_flexible, skills and queues; round_robin, offers that were made
    in between; fewest_contacts, contacts.
    """
    score, since_ms = AGENT_SCORERS[policy.agent_strategy](agent, demand.needs), agent.idle_since_ms
    if demand.site and agent.site != demand.site:
        if policy.agent_strategy is AgentStrategy.LONGEST_IDLE:
            since_ms += policy.site_cost
        else:
            score += policy.site_cost
    return (int(interrupts), score, since_ms, agent.idle_order, agent.agent_id)


def standpoint(policy: QueuePolicy, channel: Channel, demand: Demand) -> Standpoint:
    """Contacts that agree in this see one agent alike, and so the same order of agents."""
    strategy = policy.agent_strategy
    needs = demand.needs if strategy is AgentStrategy.BEST_PROFICIENCY else ()
    return (channel, strategy, needs, demand.site, policy.site_cost if demand.site else 0)


def effective_origin_ms(contact: Contact, rule: PriorityRule) -> int:
    """What age counts from once the credits of the queue, the customer, the steps and a supervisor are given."""
    credits_ms = rule.credit_ms + contact.credit_ms + contact.demand.credit_ms + contact.adjusted_ms
    if not credits_ms:
        return contact.age_origin_ms  # not a new number: 32 bytes for everybody who waits
    return contact.age_origin_ms - credits_ms


def order_key(contact: Contact, rule: PriorityRule) -> tuple[int, int]:
    """Sorts contacts of one class, the first to be served in front; it does not change while they wait."""
    return (effective_origin_ms(contact, rule), contact.arrival)


def _accelerated(waited_ms: int, rule: PriorityRule) -> int:
    return waited_ms * rule.acceleration_permille // 1000


def _sla_urgency(waited_ms: int, rule: PriorityRule) -> int:
    """Millionths of the promised wait that are used up."""
    return waited_ms * 1_000_000 // rule.target_ms


def _age(waited_ms: int, _rule: PriorityRule) -> int:
    return waited_ms


class Overtaking(StrEnum):
    """How much later than a contact another may have arrived and still go first, both eligible for the same agent."""

    CREDIT = "credit"
    """No more than the largest credit."""
    SHARE = "share"
    """No more than a share of the time the first has waited, and the credit: queues compete at different paces."""
    UNBOUNDED = "unbounded"
    """Any time: a contact of a lower level may wait for ever."""


OVERTAKING: dict[ContactStrategy, Overtaking] = {
    ContactStrategy.AGE_CREDIT: Overtaking.CREDIT,
    ContactStrategy.ACCELERATED: Overtaking.SHARE,
    ContactStrategy.SLA_URGENCY: Overtaking.SHARE,
    ContactStrategy.STRICT: Overtaking.UNBOUNDED,
    ContactStrategy.PRIORITY_AGE: Overtaking.UNBOUNDED,
}
"""What holds among queues of this one strategy; between queues of different strategies nothing is promised.

An agent's primary queue and a supervisor's hand stand above it.
"""

_LEVELLED = (ContactStrategy.STRICT, ContactStrategy.PRIORITY_AGE)
_URGENCIES: dict[ContactStrategy, Callable[[int, PriorityRule], int]] = {
    ContactStrategy.AGE_CREDIT: _age,
    ContactStrategy.ACCELERATED: _accelerated,
    ContactStrategy.SLA_URGENCY: _sla_urgency,
    ContactStrategy.STRICT: _age,
    ContactStrategy.PRIORITY_AGE: _age,
}


def level_of(rule: PriorityRule) -> int:
    """What comes before all waiting: the level, where the strategy reads it."""
    return rule.level if rule.strategy in _LEVELLED else 0


def is_by_age(rule: PriorityRule) -> bool:
    """Whether the urgency within a level is the time waited itself."""
    return _URGENCIES[rule.strategy] is _age


def urgency(origin_ms: int, rule: PriorityRule, now_ms: int) -> tuple[int, int]:
    """How urgent a contact with this effective origin is now; the larger goes first."""
    return (level_of(rule), _URGENCIES[rule.strategy](now_ms - origin_ms, rule))


def choice_rank(agent: Agent, contact: Contact, rule: PriorityRule, now_ms: int) -> ChoiceRank:
    """Sorts waiting contacts as this agent is to take them: those of its primary queue last, the most urgent last."""
    is_primary = int(contact.queue_id == agent.primary_queue_id)
    return (is_primary, *contact_rank(contact, rule, now_ms))


def contact_rank(contact: Contact, rule: PriorityRule, now_ms: int) -> ContactRank:
    """Sorts waiting contacts of whatever queues, the most urgent last."""
    origin_ms, arrival = order_key(contact, rule)
    level, score = urgency(origin_ms, rule, now_ms)
    return (level, score, -origin_ms, -arrival)
