"""The rules of matching, stated a second time and naively, to judge each offer the engine makes.

Nothing of `routing.matching` is used: eligibility and both orders are written out from the contract. A fold of
the journal stands where the engine stood when it decided; `judge` is asked before the offer is applied.
"""

from collections.abc import Iterator

from routing import events as ev
from routing.model import AgentState
from routing.reducer import apply
from routing.state import Agent, Contact, ContactState, State


def may_take(agent: Agent, contact: Contact) -> bool:
    """Permission, presence, readiness, channel, capacity, exclusion: written out."""
    of_channel = [held for held in agent.holds.values() if held == contact.channel]
    return (
        contact.queue_id in agent.queue_ids
        and agent.is_present
        and not agent.is_removed
        and agent.state == AgentState.READY
        and agent.next_state is None
        and len(agent.holds) < agent.capacity.total
        and len(of_channel) < agent.capacity.per_channel.get(contact.channel, 0)
        and agent.agent_id not in contact.excluded
    )


def waiting(state: State) -> list[Contact]:
    """Every contact that waits, by its own state and not by the queue's line."""
    return [c for c in state.contacts.values() if c.state == ContactState.WAITING]


def offer_faults(state: State, offer: ev.OfferMade) -> Iterator[str]:
    """What is wrong with an offer, given the state just before it."""
    contact = state.contacts.get(offer.contact_id)
    agent = state.agents.get(offer.agent_id)
    if contact is None or contact.state != ContactState.WAITING:
        yield f"I4 {offer.offer_id} offers a contact that does not wait"
        return
    if agent is None or not may_take(agent, contact):
        yield f"I3 {offer.offer_id} goes to {offer.agent_id}, who may not take it"
        return
    for other in waiting(state):
        is_older = (other.age_origin_ms, other.arrival) < (contact.age_origin_ms, contact.arrival)
        if is_older and may_take(agent, other):
            yield f"I5 {offer.offer_id} passes {other.contact_id}, which is older"
    for peer in state.agents.values():
        if may_take(peer, contact) and _comes_before(peer, agent, contact):
            yield f"I5 {offer.offer_id} passes {peer.agent_id}, who is idle longer"


def _comes_before(peer: Agent, agent: Agent, contact: Contact) -> bool:
    def rank(one: Agent) -> tuple[bool, int, int]:
        return (one.agent_id in contact.last_resort, one.idle_since_ms, one.idle_order)

    return rank(peer) < rank(agent)


class Oracle:
    """Folds the journal beside the engine and judges every offer at the moment it was made."""

    def __init__(self) -> None:
        self.state = State()

    def judge(self, events: tuple[ev.Event, ...]) -> list[str]:
        """Fold these events; return what is wrong with the offers among them."""
        faults: list[str] = []
        for event in events:
            if isinstance(event, ev.OfferMade):
                faults.extend(offer_faults(self.state, event))
            apply(self.state, event)
        return faults
