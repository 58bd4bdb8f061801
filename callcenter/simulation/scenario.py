"""A scenario: everything about a world that is chosen, as plain values.

Probabilities are from 0 to 1. An absent distribution (None) means that it never happens.
"""

import msgspec

from callcenter.simulation.distributions import (
    Constant,
    Distribution,
    Exponential,
    LogNormal,
    Uniform,
)
from routing.ids import AgentId, QueueId, SkillId
from routing.model import CapacityRule, Channel, RoutingConfiguration


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """The customers of one queue: arrivals are a Poisson process of this mean gap."""

    queue_id: QueueId
    channel: Channel
    gap_ms: float
    patience: Distribution
    talk: Distribution


class CustomerHabits(msgspec.Struct, frozen=True, kw_only=True):
    """What customers do beside waiting and talking."""

    messages_max: int = 3
    hangs_up: float = 0.5
    """How often it is the customer who ends the conversation."""
    closes_tab: float = 0.0
    tab_closed_after: Distribution = Exponential(30_000)
    tab_closed_for: Distribution = Exponential(30_000)
    comes_back: float = 0.7
    prefers: float = 0.0
    """How often a customer has an agent they are to be asked for first."""
    bars: float = 0.0
    """How often some agent must never get the customer."""
    is_handed_on: float = 0.0
    """How often the agent hands the customer on to another queue, or to a colleague, instead of ending."""
    sends_twice: float = 0.0
    """How often an arrival or an end is sent a second time."""


class AgentGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Agents of the same habits."""

    name: str
    count: int
    queue_ids: tuple[QueueId, ...]
    capacity: CapacityRule
    skills: dict[SkillId, int] = {}
    answers_after: Distribution = Uniform(1_000, 8_000)
    rejects: float = 0.0
    phone_fails: float = 0.0
    """How often the phone cannot be rung for an offer."""
    misses: float = 0.0
    answers_late: float = 0.0
    """How often a missed offer is answered all the same, after its deadline."""
    answers_twice: float = 0.0
    answers_for_others: float = 0.0
    wrap_up: Distribution = LogNormal(15_000, 0.5)
    forgets_wrap_up: float = 0.0
    extends_wrap_up: float = 0.0
    parks: float = 0.0
    """How often a mail is put aside for a while."""
    parks_after: Distribution = Exponential(30_000)
    parks_for: Distribution = Exponential(300_000)
    returns_after: Distribution = Exponential(20_000)
    """From not ready, put there by the engine, back to ready."""
    break_every: Distribution | None = None
    break_for: Distribution = Exponential(300_000)
    logs_out: float = 0.2
    """How often a break is a log-out."""
    vanish_every: Distribution | None = None
    vanish_for: Distribution = Exponential(30_000)


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong around the core."""

    clock_every: Distribution | None = None
    clock_back: Distribution = Uniform(1, 60_000)
    clock_forward: Distribution = Uniform(1, 600_000)
    clock_goes_back: float = 0.7
    tick_late: Distribution = Constant(0)
    reload_every: Distribution | None = None
    roster_every: Distribution | None = None
    """How often an administrator changes an agent, or removes one and puts them back."""
    restart_every: Distribution | None = None
    stale: float = 0.0
    """How often somebody acts on what is no longer so: ends what has ended, writes into a closed contact."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A world. Customers arrive for `for_ms`; then it runs on for `drain_ms` or until nobody is left."""

    for_ms: int
    drain_ms: int
    configurations: tuple[RoutingConfiguration, ...]
    """The first is in force at the start; a reload takes the next, in a circle. All have the same queues."""
    loads: tuple[Load, ...]
    groups: tuple[AgentGroup, ...]
    habits: CustomerHabits = CustomerHabits()
    faults: Faults = Faults()
    supervises_every: Distribution | None = None
    """How often a supervisor raises, assigns or forces, or something is learned late about a customer."""
    start_ms: int = 0
    """The clock's reading when the world begins."""


def people_of(scenario: Scenario) -> dict[AgentId, AgentGroup]:
    """Everybody, group by group."""
    return {
        AgentId(f"{group.name}{number}"): group
        for group in scenario.groups
        for number in range(1, group.count + 1)
    }
