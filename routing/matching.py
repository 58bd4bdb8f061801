"""Who may have what, and who comes first.

Owns eligibility (an ordered table of named filters, so that every exclusion can be explained by name) and the
two questions the engine asks: the best agent for a contact, and the best contact for an agent. `Matcher` is
the interface; `NaiveMatcher` answers by looking at everyone. Its cost grows with the agents and the waiting
contacts; an index answers the same questions faster and is checked against it.
"""

from collections.abc import Callable
from typing import Protocol

from routing import events as ev
from routing.model import AgentState
from routing.state import Agent, Contact, ContactState, State, age_key, idle_key, units_in_use

Filter = Callable[[Agent, Contact], bool]


def _serves_queue(agent: Agent, contact: Contact) -> bool:
    return contact.queue_id in agent.queue_ids


def _is_present(agent: Agent, _contact: Contact) -> bool:
    return agent.is_present and not agent.is_removed


def _is_ready(agent: Agent, _contact: Contact) -> bool:
    return agent.state is AgentState.READY and agent.next_state is None


def _has_channel(agent: Agent, contact: Contact) -> bool:
    return agent.capacity.per_channel.get(contact.channel, 0) > 0


def _has_capacity(agent: Agent, contact: Contact) -> bool:
    if len(agent.holds) >= agent.capacity.total:
        return False
    of_channel = agent.capacity.per_channel.get(contact.channel, 0)
    return units_in_use(agent, contact.channel) < of_channel


def _is_not_excluded(agent: Agent, contact: Contact) -> bool:
    return agent.agent_id not in contact.excluded


FILTERS: tuple[tuple[str, Filter], ...] = (
    ("permission", _serves_queue),
    ("presence", _is_present),
    ("readiness", _is_ready),
    ("channel", _has_channel),
    ("capacity", _has_capacity),
    ("exclusion", _is_not_excluded),
)
"""Applied in this order; the first that says no is the reason."""


def refused_by(agent: Agent, contact: Contact) -> str | None:
    """The name of the first filter that removes the agent for this contact, or None if eligible."""
    for name, passes in FILTERS:
        if not passes(agent, contact):
            return name
    return None


class Matcher(Protocol):
    """Finds the better half of a match."""

    def best_agent(self, contact: Contact) -> Agent | None:
        """The eligible agent who has been idle longest; one who refused it before only if there is no other."""

    def best_contact(self, agent: Agent) -> Contact | None:
        """The oldest waiting contact this agent is eligible for."""


class NaiveMatcher:
    """Looks at every agent, or at every waiting contact of the agent's queues. The permanent oracle."""

    def __init__(self, state: State) -> None:
        """Read `state` live; it is never written here."""
        self._state = state

    def best_agent(self, contact: Contact) -> Agent | None:
        """O(agents)."""
        agents = self._state.agents.values()
        eligible = [agent for agent in agents if refused_by(agent, contact) is None]
        last_resort = contact.last_resort
        return min(
            eligible,
            key=lambda agent: (agent.agent_id in last_resort, idle_key(agent)),
            default=None,
        )

    def best_contact(self, agent: Agent) -> Contact | None:
        """O(waiting contacts of the agent's queues)."""
        contacts = self._state.contacts
        eligible = [
            contact
            for queue_id in agent.queue_ids
            for contact_id in self._state.waiting.get(queue_id, ())
            if refused_by(agent, contact := contacts[contact_id]) is None
        ]
        return min(eligible, key=age_key, default=None)


_FREED: dict[type, tuple[bool, bool]] = {
    ev.ContactQueued: (True, False),
    ev.ContactRequeued: (True, True),
    ev.OfferRejected: (True, True),
    ev.OfferExpired: (True, True),
    ev.OfferRescinded: (True, True),
    ev.ExclusionLapsed: (True, False),
    ev.ContactClosed: (False, True),
    ev.AgentStateChanged: (False, True),
    ev.AgentConnected: (False, True),
    ev.AgentPut: (False, True),
}
"""Event -> (may have made its contact matchable, may have made its agent matchable)."""


def freed(state: State, event: ev.Event) -> tuple[Contact | None, Agent | None]:
    """The contact that waits and the agent that could take work because of this event, if any."""
    frees_contact, frees_agent = _FREED.get(type(event), (False, False))
    contact = state.contacts.get(event.contact_id) if frees_contact else None  # type: ignore[union-attr]
    agent_id = event.agent_id if frees_agent else None  # type: ignore[union-attr]
    agent = state.agents.get(agent_id) if agent_id is not None else None
    if contact is not None and contact.state is not ContactState.WAITING:
        contact = None
    return contact, agent
