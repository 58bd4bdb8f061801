"""Who may have what, and who comes first.

Owns eligibility (an ordered table of named filters, so that every exclusion can be explained by name) and the
two questions the engine asks: the best agent for a contact, and the best contact for an agent. `Matcher` is
the interface; `NaiveMatcher` answers by looking at everyone. Its cost grows with the agents and the waiting
contacts; an index answers the same questions faster and is checked against it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from routing import events as ev
from routing.capacity import has_capacity, has_room
from routing.ids import AgentId, QueueId
from routing.model import AgentState, Channel, QueuePolicy, SkillNeed
from routing.state import Agent, Contact, ContactState, Demand, State
from routing.strategies import AgentKey, agent_key, choice_rank

Filter = Callable[[Agent, Contact], bool]


def is_routable(agent: Agent) -> bool:
    """Present, ready, and no other state pending."""
    return (
        agent.state is AgentState.READY
        and agent.next_state is None
        and agent.is_present
        and not agent.is_removed
    )


def has_skills(agent: Agent, needs: tuple[SkillNeed, ...]) -> bool:
    """Whether the agent holds every skill at the level asked, or better."""
    skills = agent.skills
    return all(skills.get(need.skill_id, 0) >= need.level for need in needs)


def may_serve_queue(agent: Agent, queue_id: QueueId, demand: Demand) -> bool:
    """Whether the agent belongs to the contact's queue, or to one of those its step has added."""
    queue_ids = agent.queue_ids
    return queue_id in queue_ids or any(one in queue_ids for one in demand.queue_ids)


def is_asked(agent: Agent, demand: Demand) -> bool:
    """Whether the step asks this agent: anybody, unless it names a team or an agent."""
    if demand.agent_id is not None and agent.agent_id != demand.agent_id:
        return False
    return demand.team_id is None or agent.team_id == demand.team_id


def may_ever_serve(agent: Agent, queue_id: QueueId, channel: Channel, demand: Demand) -> bool:
    """Whether the agent's facts, not its state of the moment, allow such a contact."""
    return (
        not agent.is_removed
        and may_serve_queue(agent, queue_id, demand)
        and is_asked(agent, demand)
        and agent.capacity.per_channel.get(channel, 0) > 0
        and has_skills(agent, demand.needs)
    )


def is_kept_from(contact: Contact, agent_id: AgentId) -> bool:
    """Whether this contact, unlike others of its class, is not for this agent just now, or never."""
    return (
        agent_id in contact.barred
        or agent_id in contact.asked
        or agent_id in contact.excluded
        or agent_id in contact.wrapped_up_by
    )


FILTERS: tuple[tuple[str, Filter], ...] = (
    (
        "permission",
        lambda agent, contact: may_serve_queue(agent, contact.queue_id, contact.demand),
    ),
    ("presence", lambda agent, _contact: agent.is_present and not agent.is_removed),
    (
        "readiness",
        lambda agent, _contact: agent.state is AgentState.READY and agent.next_state is None,
    ),
    (
        "channel",
        lambda agent, contact: agent.capacity.per_channel.get(contact.channel, 0) > 0,
    ),
    ("step", lambda agent, contact: is_asked(agent, contact.demand)),
    ("skills", lambda agent, contact: has_skills(agent, contact.demand.needs)),
    ("asked", lambda agent, contact: agent.agent_id not in contact.asked),
    (
        "capacity",
        has_room,
    ),
    ("barred", lambda agent, contact: agent.agent_id not in contact.barred),
    ("wrap_up", lambda agent, contact: agent.agent_id not in contact.wrapped_up_by),
    ("exclusion", lambda agent, contact: agent.agent_id not in contact.excluded),
)
"""Applied in this order; the first that says no is the reason."""


def refused_by(agent: Agent, contact: Contact) -> str | None:
    """The name of the first filter that removes the agent for this contact, or None if eligible."""
    for name, passes in FILTERS:
        if not passes(agent, contact):
            return name
    return None


OVERRIDDEN_BY_HAND = ("step", "skills", "exclusion")
"""Filters a supervisor who assigns a contact by hand stands above; all others hold."""


def refused_by_hand(agent: Agent, contact: Contact) -> tuple[str | None, tuple[str, ...]]:
    """The first filter that holds even against a supervisor, or None; and those the supervisor overrides."""
    refusing = [name for name, passes in FILTERS if not passes(agent, contact)]
    held = next((name for name in refusing if name not in OVERRIDDEN_BY_HAND), None)
    return held, tuple(name for name in refusing if name in OVERRIDDEN_BY_HAND)


def agent_rank(policy: QueuePolicy, agent: Agent, contact: Contact) -> AgentKey:
    """Where an eligible agent stands for a contact: whoever need not be interrupted first."""
    interrupts = not has_capacity(agent, contact.channel)
    return agent_key(policy, agent, contact.demand, interrupts=interrupts)


class Matcher(Protocol):
    """Finds the better half of a match."""

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """The eligible agent the queue's strategy asks first; who refused it before, only if there is no other."""

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """The most urgent waiting contact this agent is eligible for."""

    def next_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """The most urgent waiting contact this agent would be eligible for if the wrap-ups were over."""

    def is_staffed(self, contact: Contact, demand: Demand) -> bool:
        """Whether somebody who is ready, busy or not, could serve a contact that asks for this."""

    def deserted(self) -> list[Contact]:
        """Contacts that wait in a step which they pass when nobody is there for it, and nobody is any more.

        Whoever was told of before may be left out.
        """

    def servers(self, queue_id: QueueId, channel: Channel, demand: Demand) -> Iterator[Agent]:
        """The agents whose facts, not their state of the moment, allow such a contact."""

    def note(self, event: ev.Event) -> None:
        """Follow an event that has just been applied."""


class NaiveMatcher:
    """Looks at every agent, or at every waiting contact of the agent's queues. The permanent oracle."""

    def __init__(self, state: State) -> None:
        """Read `state` live; it is never written here."""
        self._state = state

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """O(agents)."""
        del now_ms
        policy = self._state.queues[contact.queue_id]
        return min(
            (agent for agent in self._state.agents.values() if refused_by(agent, contact) is None),
            key=lambda agent: (
                agent.agent_id in contact.last_resort,
                agent_rank(policy, agent, contact),
            ),
            default=None,
        )

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """O(waiting contacts)."""
        eligible = (one for one in self._waiting() if refused_by(agent, one) is None)
        return self._most_urgent(eligible, agent, now_ms)

    def next_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """O(waiting contacts)."""
        eligible = (
            one
            for one in self._waiting()
            if all(passes(agent, one) for name, passes in FILTERS if name != "capacity")
            and has_capacity(agent, one.channel, one.may_interrupt, is_over_wrap_up=True)
        )
        return self._most_urgent(eligible, agent, now_ms)

    def _most_urgent(
        self, eligible: Iterable[Contact], agent: Agent, now_ms: int
    ) -> Contact | None:
        queues = self._state.queues
        return max(
            eligible,
            key=lambda one: choice_rank(agent, one, queues[one.queue_id].priority, now_ms),
            default=None,
        )

    def is_staffed(self, contact: Contact, demand: Demand) -> bool:
        """O(agents)."""
        return any(
            is_routable(agent) and may_ever_serve(agent, contact.queue_id, contact.channel, demand)
            for agent in self._state.agents.values()
        )

    def deserted(self) -> list[Contact]:
        """O(waiting contacts * agents)."""
        return [
            contact
            for contact in self._waiting()
            if contact.demand.skips_unstaffed and not self.is_staffed(contact, contact.demand)
        ]

    def servers(self, queue_id: QueueId, channel: Channel, demand: Demand) -> Iterator[Agent]:
        """O(agents)."""
        agents = self._state.agents.values()
        return (agent for agent in agents if may_ever_serve(agent, queue_id, channel, demand))

    def note(self, event: ev.Event) -> None:
        """Nothing is remembered, so nothing has to be followed."""

    def _waiting(self) -> Iterator[Contact]:
        for line in self._state.waiting.values():
            for contact_id in line:
                yield self._state.contacts[contact_id]


_FREED: dict[type, tuple[bool, bool]] = {
    ev.ContactQueued: (True, False),
    ev.ContactStepped: (True, False),
    ev.ContactRequeued: (True, True),
    ev.ContactAttributesUpdated: (True, False),
    ev.DialAnswered: (False, True),
    ev.OfferAccepted: (False, True),
    ev.OfferRejected: (True, True),
    ev.OfferExpired: (True, True),
    ev.OfferRescinded: (True, True),
    ev.ExclusionLapsed: (True, False),
    ev.ContactClosed: (False, True),
    ev.ContactParked: (False, True),
    ev.ContactResumed: (False, True),
    ev.WrapUpStarted: (False, True),
    ev.WrapUpCompleted: (False, True),
    ev.WrapUpExpired: (False, True),
    ev.AgentStateChanged: (False, True),
    ev.AgentConnected: (False, True),
    ev.AgentPut: (False, True),
}
"""Event -> (may have made its contact matchable, may have made its agent matchable)."""


def freed(state: State, event: ev.Event) -> tuple[Iterable[Contact], Agent | None]:
    """The contacts that wait and the agent that could take work because of this event, if any."""
    if type(event) is ev.ConfigurationApplied:
        everybody = [state.contacts[one] for line in state.waiting.values() for one in line]
        return everybody, None
    frees_contact, frees_agent = _FREED.get(type(event), (False, False))
    contact = state.contacts.get(event.contact_id) if frees_contact else None  # type: ignore[union-attr]
    agent_id = event.agent_id if frees_agent else None  # type: ignore[union-attr]
    agent = state.agents.get(agent_id) if agent_id is not None else None
    if contact is None or contact.state is not ContactState.WAITING:
        return (), agent
    return (contact,), agent
