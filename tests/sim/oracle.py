"""The rules of matching and of deadlines, stated a second time and naively, over the second set of books.

`judge` takes what one command led to: each offer is judged at the moment it was made, and what rests after
the command must not be overdue, forgotten, or kept waiting while somebody is free.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from routing import events as ev
from routing.model import CALLS, AgentState, AgentStrategy, ContactStrategy
from tests.sim import ledger_campaigns, ledger_dials
from tests.sim.known import OFFERED, PARKED, WAITING, KnownAgent, KnownContact
from tests.sim.ledger import Ledger
from tests.sim.ledger_capacity import fits, has_room, resting_faults, units_held
from tests.sim.ledger_dials import permit_faults, reserved_fault
from tests.sim.ledger_steps import must_leave

if TYPE_CHECKING:
    from routing.ids import ContactId


class Oracle:
    """Follows a journal beside the engine."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self._waits_anew: set[ContactId | None] = set()

    def judge(self, events: Sequence[ev.Event], clock_ms: int) -> list[str]:
        """What is wrong with these events, and with what rests after them; empty when nothing is."""
        faults: list[str] = []
        others = [event for event in events if not isinstance(event, ev.OfferMade)]
        self._waits_anew = {getattr(event, "contact_id", None) for event in others}
        if any(isinstance(event, ev.ConfigurationApplied) for event in events):
            self._waits_anew |= {*self.ledger.contacts}
        for event in events:
            if isinstance(event, ev.OfferMade):
                faults.extend(self._offer_faults(event))
            elif isinstance(event, ev.PermitGranted):
                faults.extend(permit_faults(self, event))
            elif isinstance(event, ev.PermitRefused):
                faults.extend(ledger_campaigns.refusal_faults(self, event))
            faults.extend(self.ledger.book(event))
        faults.extend(self._resting_faults(max(self.ledger.now_ms, clock_ms)))
        return faults

    # --- an offer, at the moment it is made ---

    def _offer_faults(self, offer: ev.OfferMade) -> Iterator[str]:
        contact = self.ledger.contacts.get(offer.contact_id)
        agent = self.ledger.agents.get(offer.agent_id)
        if contact is None or not self._may_be_offered(contact, offer.at_ms):
            yield f"I4 {offer.offer_id} offers a contact that does not wait"
            return
        if agent is None:
            yield f"I3 {offer.offer_id} goes to {offer.agent_id}, who is not known"
            return
        if offer.trigger == ev.OfferTrigger.RESERVED:
            if reason := reserved_fault(self.ledger, agent, contact):
                yield f"I3 {offer.offer_id} goes to {offer.agent_id}: {reason}"
            return
        is_by_hand = contact.assigned_to == agent.agent_id
        if reason := self.refused_by(agent, contact, is_by_hand=is_by_hand):
            yield f"I3 {offer.offer_id} goes to {offer.agent_id}: {reason}"
        if not is_by_hand:
            yield from self._passed_over(offer, contact, agent)

    def _passed_over(
        self, offer: ev.OfferMade, contact: KnownContact, agent: KnownAgent
    ) -> Iterator[str]:
        """Who waits for the agent, or could take the contact, and comes first."""
        for other in self.waiting():
            if (
                self._comes_before(other, contact, agent, offer.at_ms)
                and self.refused_by(agent, other) is None
            ):
                yield f"I5 {offer.offer_id} passes {other.contact_id}, which is more urgent"
        for peer in self.ledger.agents.values():
            is_before = self.rank(peer, contact) < self.rank(agent, contact)
            if is_before and self.refused_by(peer, contact) is None:
                yield f"I5 {offer.offer_id} passes {peer.agent_id}, who comes first"

    def _may_be_offered(self, contact: KnownContact, at_ms: int) -> bool:
        """It waits, or it is being offered to several at this very moment."""
        if contact.place == WAITING:
            return True
        policy = self.ledger.policy_of(contact)
        asks = policy.broadcast_voice if contact.channel in CALLS else policy.broadcast
        began_ms = contact.due_ms - policy.offer_timeout_ms
        return contact.place == OFFERED and len(contact.asked) < asks and began_ms == at_ms

    def refused_by(
        self,
        agent: KnownAgent,
        contact: KnownContact,
        *,
        is_by_hand: bool = False,
        comes_over: bool = False,
    ) -> str | None:
        """Why the agent may not take the contact, or None; a supervisor's hand stands above some reasons.

        `comes_over`: as if the agent's wrap-ups were over.
        """
        reasons = {
            "not of this queue": not {contact.queue_id, *contact.pool} & {*agent.queue_ids},
            "not present": agent.is_removed or not agent.is_present,
            "not ready": agent.state != AgentState.READY
            or agent.wish not in (None, AgentState.READY),
            "barred for good": agent.agent_id in contact.barred,
            "asked already": agent.agent_id in contact.asked,
        }
        overridden = {
            "not of the team its step asks": contact.asked_team not in (None, agent.team_id),
            "not the agent its step asks": contact.asked_agent not in (None, agent.agent_id),
            "not skilled enough": any(
                agent.skills.get(need.skill_id, 0) < need.level for need in contact.needs
            ),
            "refused or missed it a moment ago": agent.agent_id in contact.excluded,
        }
        for reason, holds in (reasons if is_by_hand else reasons | overridden).items():
            if holds:
                return reason
        has_place = has_room(self.ledger, agent, contact, comes_over=comes_over)
        return None if has_place else "above capacity"

    def _comes_before(
        self, other: KnownContact, contact: KnownContact, agent: KnownAgent, at_ms: int
    ) -> bool:
        """Whether the other was to be chosen; what an agent does first counts where the agent was to choose."""
        if contact.contact_id not in self._waits_anew:
            return self.is_chosen_before(other, contact, agent, at_ms)
        return self.worth(other, at_ms) > self.worth(contact, at_ms)

    def is_chosen_before(
        self, other: KnownContact, contact: KnownContact, agent: KnownAgent, at_ms: int
    ) -> bool:
        """Whether an agent who chooses takes the other."""
        mine, theirs = (
            (one.queue_id == agent.primary_queue_id, self.worth(one, at_ms))
            for one in (contact, other)
        )
        return theirs > mine

    def worth(self, contact: KnownContact, at_ms: int) -> tuple[int, ...]:
        """How urgent a contact is: the larger goes first; then the older, then who arrived first."""
        rule = self.ledger.policy_of(contact).priority
        credits_ms = contact.credit_ms + contact.step_credit_ms + contact.adjusted_ms
        origin_ms = contact.age_origin_ms - credits_ms - rule.credit_ms
        waited_ms = at_ms - origin_ms
        value, level = waited_ms, 0
        if rule.strategy == ContactStrategy.ACCELERATED:
            value = waited_ms * rule.acceleration_permille // 1000
        elif rule.strategy == ContactStrategy.SLA_URGENCY:
            value = waited_ms * 1_000_000 // rule.target_ms
        elif rule.strategy != ContactStrategy.AGE_CREDIT:
            level = rule.level
        return (level, value, -origin_ms, -contact.number)

    def rank(
        self, agent: KnownAgent, contact: KnownContact
    ) -> tuple[bool, bool, int, tuple[int, int]]:
        """Who did not refuse it before, who need not be interrupted, what the strategy says, who is idle longest."""
        levels = {need.skill_id: agent.skills.get(need.skill_id, 0) for need in contact.needs}
        held = units_held(self.ledger, agent)
        policy = self.ledger.policy_of(contact)
        scores = {
            AgentStrategy.LONGEST_IDLE: 0,
            AgentStrategy.LEAST_OCCUPIED: held * 1000 // max(1, agent.capacity.total),
            AgentStrategy.BEST_PROFICIENCY: -sum(levels.values()),
            AgentStrategy.LEAST_FLEXIBLE: len(agent.skills) + len(agent.queue_ids),
            AgentStrategy.ROUND_ROBIN: agent.asked_last,
            AgentStrategy.FEWEST_CONTACTS: agent.taken,
        }
        score, (since_ms, order) = scores[policy.agent_strategy], agent.idle_since
        wanted = contact.site or policy.site
        cost = policy.site_cost if wanted and agent.site != wanted else 0
        if policy.agent_strategy == AgentStrategy.LONGEST_IDLE:
            since_ms, cost = since_ms + cost, 0
        interrupts = not fits(self.ledger, agent, contact.channel)
        has_refused = agent.agent_id in contact.refused_by
        return (has_refused, interrupts, score + cost, (since_ms, order))

    def waiting(self) -> list[KnownContact]:
        """Whoever waits in a queue."""
        return [c for c in self.ledger.contacts.values() if c.place == WAITING]

    # --- what rests after a command ---

    def _resting_faults(self, now_ms: int) -> Iterator[str]:
        for contact in self.ledger.contacts.values():
            yield from self._contact_faults(contact, now_ms)
        for (agent_id, contact_id), wrap in self.ledger.wraps.items():
            if wrap.due_ms <= now_ms:
                yield f"I7 the wrap-up of {contact_id} by {agent_id} was due at {wrap.due_ms}"
        for agent in self.ledger.agents.values():
            yield from self._agent_faults(agent, now_ms)
        for contact in self.waiting():
            if must_leave(self.ledger, contact, contact.step, now_ms):
                yield f"I7 {contact.contact_id} still waits in step {contact.step}"
            for agent in self.ledger.agents.values():
                if self.refused_by(agent, contact) is None:
                    yield f"I5 {contact.contact_id} waits while {agent.agent_id} is free"

    def _contact_faults(self, contact: KnownContact, now_ms: int) -> Iterator[str]:
        name = contact.contact_id
        yield from ledger_dials.resting_faults(self.ledger, contact, now_ms)
        yield from ledger_campaigns.resting_faults(self.ledger, contact)
        if contact.place in (OFFERED, PARKED) and contact.due_ms <= now_ms:
            yield f"I7 the {contact.place} of {name} was due at {contact.due_ms}"
        if contact.gone_at_ms is not None and contact.gone_at_ms <= now_ms:
            yield f"I7 the gone customer of {name} was due at {contact.gone_at_ms}"
        for agent_id, until_ms in contact.excluded.items():
            if until_ms <= now_ms:
                yield f"I7 the exclusion of {agent_id} from {name} was due at {until_ms}"
        if contact.place == WAITING and (late := self.ledger.queues.overdue_exit(contact, now_ms)):
            yield late

    def _agent_faults(self, agent: KnownAgent, now_ms: int) -> Iterator[str]:
        name = agent.agent_id
        yield from resting_faults(self.ledger, agent)
        if agent.lost_at_ms is not None and agent.lost_at_ms <= now_ms:
            yield f"I7 the presence of {name} was lost at {agent.lost_at_ms}"
        if agent.must_go:
            yield f"I7 {name} missed too many offers, or has a phone fault, and is still ready"
        if agent.wish is not None and not self.ledger.works(name):
            yield f"I7 {name} asked for {agent.wish} and has no work in hand"
