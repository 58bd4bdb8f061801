"""A second set of books, kept from the journal's events alone.

Nothing of the engine's state, reducer or matching is used: places, ages, capacities, idle times and deadlines
are worked out again, naively, from what the events say happened. Each event is checked against the books
before it is written into them; `oracle` judges the offers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from routing import events as ev
from routing.ids import AgentId, ContactId
from routing.limits import ADJUSTED_MS_MAX
from routing.model import (
    DISPOSITION_NONE_TIMEOUT,
    AgentState,
    QueuePolicy,
    RejectCause,
    RoutingConfiguration,
)
from tests.sim import ledger_dials
from tests.sim.known import (
    DIALLING,
    OFFERED,
    PARKED,
    RESERVED,
    TALKING,
    WAITING,
    WRAP_UP,
    KnownAgent,
    KnownContact,
    KnownWrapUp,
)
from tests.sim.ledger_campaigns import CampaignBooks
from tests.sim.ledger_capacity import interrupted_of, put_aside, reminded, taken_up
from tests.sim.ledger_steps import begin, enter, step_faults
from tests.sim.queue_books import QueueBooks

if TYPE_CHECKING:
    from collections.abc import Callable


class Ledger:
    """The books of one domain. `book` writes one event and returns what is wrong with it."""

    def __init__(self) -> None:
        self.configuration: RoutingConfiguration | None = None
        self.came_over_wrap_up = False
        """Whether it was ever allowed: what is in hand since then stays, whatever the rules are now."""
        self.contacts: dict[ContactId, KnownContact] = {}
        self.agents: dict[AgentId, KnownAgent] = {}
        self.wraps: dict[tuple[AgentId, ContactId], KnownWrapUp] = {}
        self.queues = QueueBooks(self)
        self.campaigns = CampaignBooks()
        self.now_ms = 0
        self._arrivals = 0
        self._offers = 0
        self._idle_changes = 0
        self._book: dict[type, Callable[[Any], str | None]] = {
            ev.ConfigurationApplied: self._configuration_applied,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.AgentConnected: self._agent_connected,
            ev.AgentDisconnected: self._agent_disconnected,
            ev.AgentStateRequested: self._agent_state_requested,
            ev.AgentStateForced: self._agent_state_requested,
            ev.AgentStateChanged: self._agent_state_changed,
            ev.ContactArrived: self._contact_arrived,
            ev.SuppressionsChanged: self.campaigns.suppressed,
            ev.PermitGranted: partial(ledger_dials.granted, self),
            ev.PermitUsed: partial(ledger_dials.used, self),
            ev.DialAnswered: partial(ledger_dials.answered, self),
            ev.DialConnected: partial(ledger_dials.connected, self),
            ev.DialEnded: partial(ledger_dials.ended, self),
            ev.ContactQueued: self._contact_queued,
            ev.ContactStepped: self._contact_stepped,
            ev.ContactRequeued: self._contact_requeued,
            ev.ContactClosed: self._contact_closed,
            ev.ContactAttributesUpdated: self._contact_attributes_updated,
            ev.PriorityAdjusted: self._priority_adjusted,
            ev.ContactAssigned: self._contact_assigned,
            ev.CustomerDisconnected: self._customer_disconnected,
            ev.CustomerReturned: self._customer_returned,
            ev.OfferMade: self._offer_made,
            ev.OfferAccepted: self._offer_accepted,
            ev.OfferRejected: self._offer_rejected,
            ev.OfferExpired: self._offer_expired,
            ev.LegFailed: self._leg_failed,
            ev.OfferRescinded: self._offer_rescinded,
            ev.ExclusionLapsed: self._exclusion_lapsed,
            ev.ContactParked: partial(put_aside, self),
            ev.ContactInterrupted: partial(put_aside, self),
            ev.ContactResumed: partial(taken_up, self),
            ev.InterruptionEnded: partial(taken_up, self),
            ev.ParkedOverdue: partial(reminded, self),
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpExtended: self._wrap_up_extended,
            ev.WrapUpExpired: self._wrap_up_ended,
            ev.WrapUpCompleted: self._wrap_up_ended,
            ev.ContactTransferred: self._contact_transferred,
            ev.ContactTurnedAway: self._contact_turned_away,
            ev.QueueClosed: lambda event: self.queues.closed.add(event.queue_id),
            ev.QueueOpened: lambda event: self.queues.closed.discard(event.queue_id),
        }

    def book(self, event: ev.Event) -> list[str]:
        """Write one event; return what is wrong with it."""
        faults = []
        if event.at_ms < self.now_ms:
            faults.append(f"I6 {event} lies before an earlier event")
        self.now_ms = max(self.now_ms, event.at_ms)
        write = self._book.get(type(event))
        try:
            fault = write(event) if write is not None else None
        except KeyError as unknown:
            fault = f"I4 {event} is about {unknown}, which is not known or has ended"
        self.queues.restaff(event.at_ms)
        return [*faults, fault] if fault is not None else faults

    # --- what others ask ---

    def held_by(self, agent_id: AgentId) -> list[KnownContact | KnownWrapUp]:
        """Everything offered to an agent, talking with them, or in their wrap-up."""
        wraps = [wrap for (other_id, _), wrap in self.wraps.items() if other_id == agent_id]
        contacts = [c for c in self.contacts.values() if c.place not in (WRAP_UP, PARKED)]
        return [*wraps, *(c for c in contacts if c.agent_id == agent_id or agent_id in c.asked)]

    def works(self, agent_id: AgentId) -> bool:
        """Whether the agent has anything accepted in hand."""
        has_interrupted = bool(interrupted_of(self, self.agents[agent_id]))
        return has_interrupted or any(one.place != OFFERED for one in self.held_by(agent_id))

    def timeouts(self, contact: KnownContact) -> tuple[int, int, int]:
        """Offer time-out, re-offer gap, wrap-up limit of a contact's queue."""
        policy = self.policy_of(contact)
        return policy.offer_timeout_ms, policy.reoffer_gap_ms, policy.wrap_up_limit_ms

    @contextmanager
    def supposing(self, event: ev.ContactArrived) -> Iterator[KnownContact]:
        """As if this contact had arrived."""
        self._contact_arrived(event)
        yield self.contacts.pop(event.contact_id)
        self._arrivals -= 1

    def policy_of(self, contact: KnownContact) -> QueuePolicy:
        """The rules of a contact's queue."""
        for policy in self.rules.queues:
            if policy.queue_id == contact.queue_id:
                return policy
        raise KeyError(contact.queue_id)

    @property
    def rules(self) -> RoutingConfiguration:
        """The configuration in force."""
        if self.configuration is None:
            raise KeyError("configuration")
        return self.configuration

    # --- configuration and agents ---

    def _configuration_applied(self, event: ev.ConfigurationApplied) -> None:
        before = {} if self.configuration is None else {p.queue_id: p for p in self.rules.queues}
        self.configuration = event.configuration
        self.came_over_wrap_up = self.came_over_wrap_up or bool(self.rules.over_wrap_up)
        self.queues.wait_anew(event.at_ms)
        for contact in self.contacts.values():
            old, new = before[contact.queue_id], self.policy_of(contact)
            if old.steps != new.steps:
                is_waiting = contact.place in (WAITING, OFFERED)
                begin(self, contact, event.at_ms if is_waiting else contact.talks_since_ms)
            elif old.needs != new.needs:
                enter(self, contact, contact.step)

    def _agent_put(self, event: ev.AgentPut) -> None:
        known = self.agents.get(event.agent_id)
        if known is None:
            self.agents[event.agent_id] = KnownAgent(
                event.agent_id,
                event.team_id,
                event.queue_ids,
                event.capacity,
                skills=event.skills,
                primary_queue_id=event.primary_queue_id,
                site=event.site,
            )
            return
        known.queue_ids, known.capacity, known.is_removed = event.queue_ids, event.capacity, False
        known.skills, known.team_id = event.skills, event.team_id
        known.primary_queue_id, known.site = event.primary_queue_id, event.site
        known.was_reduced = True

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        agent = self.agents[event.agent_id]
        agent.is_removed, agent.is_present, agent.lost_at_ms = True, False, None
        agent.state, agent.wish = AgentState.LOGGED_OUT, None
        self.forget_if_done(agent)

    def forget_if_done(self, agent: KnownAgent) -> None:
        """One who was removed is gone with the last work."""
        mine = [one for one in self.contacts.values() if one.agent_id == agent.agent_id]
        owns = [one for one in mine if one.place != WRAP_UP]  # a wrap-up is held by itself
        if agent.is_removed and not owns and not self.held_by(agent.agent_id):
            del self.agents[agent.agent_id]
            self._pardon(agent.agent_id)

    def _pardon(self, agent_id: AgentId) -> None:
        for contact in self.contacts.values():
            contact.excluded.pop(agent_id, None)
            contact.refused_by.discard(agent_id)

    def _agent_connected(self, event: ev.AgentConnected) -> None:
        agent = self.agents[event.agent_id]
        agent.is_present, agent.lost_at_ms = True, None

    def _agent_disconnected(self, event: ev.AgentDisconnected) -> None:
        agent = self.agents[event.agent_id]
        if agent.is_present and agent.state != AgentState.LOGGED_OUT:
            agent.lost_at_ms = event.at_ms + self.rules.presence_grace_ms
        agent.is_present = False

    def _agent_state_requested(self, event: ev.AgentStateRequested | ev.AgentStateForced) -> None:
        self.agents[event.agent_id].wish = event.state

    def _agent_state_changed(self, event: ev.AgentStateChanged) -> str | None:
        agent = self.agents[event.agent_id]
        fault = self._wrong_change(agent, event)
        agent.wish, agent.must_go, agent.has_phone_fault = None, False, False
        if event.cause == ev.StateCause.PRESENCE_LOST:
            agent.lost_at_ms = None
        if event.state == AgentState.READY and agent.state != AgentState.READY:
            self.now_idle(agent, event.at_ms)
            self._pardon(agent.agent_id)
        if event.state != agent.state:
            agent.missed = {}
            agent.taken = 0 if agent.state == AgentState.LOGGED_OUT else agent.taken
        agent.state = event.state
        return fault

    def _wrong_change(self, agent: KnownAgent, event: ev.AgentStateChanged) -> str | None:
        name = agent.agent_id
        if event.cause == ev.StateCause.PRESENCE_LOST:
            if agent.is_present:
                return f"I7 {name} is logged out for lost presence, but is present"
            if agent.lost_at_ms != event.at_ms:
                return f"I7 {name} is logged out at {event.at_ms}, due at {agent.lost_at_ms}"
        if event.cause in (ev.StateCause.REQUESTED, ev.StateCause.FORCED):
            if event.state != AgentState.READY and self.works(name):
                return f"I7 {name} is {event.state} with work in hand"
            if agent.wish != event.state:
                return f"I7 {name} is {event.state}, but asked for {agent.wish}"
        reported = {
            ev.StateCause.MISSED_OFFERS: agent.must_go,
            ev.StateCause.PHONE_FAULT: agent.has_phone_fault,
        }
        if not reported.get(event.cause, True):
            return f"I7 {name} is not ready for {event.cause}, but missed {agent.missed}"
        return None

    def now_idle(self, agent: KnownAgent, at_ms: int) -> None:
        """At the end of the order of who is idle."""
        self._idle_changes += 1
        agent.idle_since = (at_ms, self._idle_changes)

    # --- contacts ---

    def _contact_arrived(self, event: ev.ContactArrived) -> str | None:
        if event.contact_id in self.contacts:
            return f"I4 {event.contact_id} arrives while it is open"
        self._arrivals += 1
        contact = self.contacts[event.contact_id] = KnownContact(
            event.contact_id, event.channel, event.queue_id, self._arrivals, event.at_ms
        )
        contact.own_needs, contact.credit_ms = event.needs, event.credit_ms
        contact.preferred_agent_id = event.preferred_agent_id
        contact.barred, contact.site = event.barred_agent_ids, event.site
        contact.customer_key, contact.waits_since_ms = event.customer_key, event.at_ms
        contact.age_origin_ms -= self.queues.waited_before_ms(contact, event.at_ms)
        ledger_dials.arrived(self, contact, event)
        return None

    def _contact_attributes_updated(self, event: ev.ContactAttributesUpdated) -> None:
        contact = self.contacts[event.contact_id]
        contact.own_needs, contact.credit_ms = event.needs, event.credit_ms
        if contact.preferred_agent_id == event.preferred_agent_id:
            enter(self, contact, contact.step)
            return
        contact.preferred_agent_id = event.preferred_agent_id
        is_waiting = contact.place in (WAITING, OFFERED)
        begin(self, contact, event.at_ms if is_waiting else contact.talks_since_ms)

    def _priority_adjusted(self, event: ev.PriorityAdjusted) -> str | None:
        contact = self.contacts[event.contact_id]
        asked_ms = event.credit_ms if event.is_total else contact.adjusted_ms + event.credit_ms
        contact.adjusted_ms = event.adjusted_ms
        is_right = event.adjusted_ms == asked_ms or abs(event.adjusted_ms) == ADJUSTED_MS_MAX
        if not is_right or contact.place not in (WAITING, OFFERED):
            return f"I5 {event} does not fit {contact}"
        return None

    def _contact_assigned(self, event: ev.ContactAssigned) -> None:
        self.contacts[event.contact_id].assigned_to = event.agent_id

    def _contact_transferred(self, event: ev.ContactTransferred) -> str | None:
        contact = self.contacts[event.contact_id]
        contact.left, contact.is_handed_on = [], True
        contact.bound_for = event.to_queue_id or contact.queue_id
        contact.assigned_to = event.to_agent_id
        is_with_agent = contact.place in (TALKING, PARKED)
        waited_until_ms = contact.talks_since_ms if is_with_agent else event.at_ms
        waited_ms = waited_until_ms - contact.age_origin_ms
        if contact.bound_for != contact.queue_id:
            fault = self.queues.fault_of_entry(contact, contact.bound_for, event.at_ms)
            queue_ids = {policy.queue_id: policy for policy in self.rules.queues}
            waited_ms = min(waited_ms, queue_ids[contact.bound_for].carried_wait_max_ms)
        else:
            fault = None
        contact.age_origin_ms = event.at_ms - waited_ms
        if event.agent_id is not None and (contact.place, contact.agent_id) != (
            TALKING,
            event.agent_id,
        ):
            return f"I2 {event} hands on what {event.agent_id} does not have"
        return fault

    def _contact_turned_away(self, event: ev.ContactTurnedAway) -> str | None:
        contact = self.contacts[event.contact_id]
        fault = self.queues.fault_of_leaving(contact, event)
        contact.left.append(event.queue_id)
        contact.bound_for = event.destination.queue_id
        contact.is_leaving = contact.bound_for is None
        return fault

    def _contact_queued(self, event: ev.ContactQueued) -> str | None:
        contact = self.contacts[event.contact_id]
        fault = None
        if contact.place != WAITING or event.age_origin_ms != contact.age_origin_ms:
            fault = f"I5 {event} does not fit {contact}"
        bound_for = contact.bound_for or (None if contact.is_queued else contact.queue_id)
        if event.queue_id != bound_for:
            fault = f"I1 {event} queues the contact elsewhere than in {bound_for}"
        if not contact.is_handed_on:
            fault = fault or self.queues.fault_of_entry(contact, event.queue_id, event.at_ms)
        if not contact.is_queued:
            self.queues.came_back(contact, contact.queue_id)
        self._into_queue(contact, event)
        return fault

    def _into_queue(
        self, contact: KnownContact, event: ev.ContactQueued | ev.ContactRequeued
    ) -> None:
        is_new, is_other = not contact.is_queued, event.queue_id != contact.queue_id
        contact.queue_id, contact.queued_at_ms = event.queue_id, event.at_ms
        contact.is_queued, contact.bound_for, contact.is_handed_on = True, None, False
        if is_new or is_other:
            contact.step_origin_ms = event.age_origin_ms if is_new else event.at_ms
            begin(self, contact, event.at_ms)
        self._wait(contact)

    def _contact_stepped(self, event: ev.ContactStepped) -> str | None:
        contact = self.contacts[event.contact_id]
        fault = next(step_faults(self, contact, event.step, event.at_ms), None)
        enter(self, contact, event.step)
        return fault

    def _contact_requeued(self, event: ev.ContactRequeued) -> str | None:
        contact, agent = self.contacts[event.contact_id], self.agents[event.agent_id]
        is_transfer = event.reason == ev.RequeueReason.TRANSFERRED
        had_it = contact.place in (TALKING, PARKED) or (is_transfer and contact.place == WRAP_UP)
        is_right = had_it and contact.agent_id == agent.agent_id
        is_right = is_right and is_transfer == contact.is_handed_on
        if event.reason == ev.RequeueReason.LOGGED_OUT:
            is_right = is_right and contact.due_ms == event.at_ms
        if not is_transfer:
            contact.age_origin_ms += event.at_ms - contact.talks_since_ms
        elif contact.place == TALKING:
            self.now_idle(agent, event.at_ms)
        contact.step_origin_ms += event.at_ms - contact.talks_since_ms
        self._into_queue(contact, event)
        if is_transfer:
            self._exclude(contact, agent.agent_id, event.at_ms)
        self.forget_if_done(agent)
        if not contact.is_customer_here:
            contact.gone_at_ms = event.at_ms + self.rules.customer_gone_ms
        if not is_right or contact.age_origin_ms != event.age_origin_ms:
            return f"I5 {event} does not fit: its age counts from {contact.age_origin_ms}"
        return None

    def _contact_closed(self, event: ev.ContactClosed) -> str | None:
        contact = self.contacts.pop(event.contact_id)
        self.campaigns.closed(contact, event.at_ms)
        if contact.agent_id != event.agent_id or contact.place == OFFERED:
            return f"I4 {event} closes {contact}"
        held = (TALKING, PARKED, RESERVED, DIALLING)
        if event.agent_id is not None and contact.place in held:
            agent = self.agents[event.agent_id]
            is_kept = contact.dial is not None and not contact.dial.is_agent_first
            if contact.place == TALKING or (contact.place != PARKED and not is_kept):
                self.now_idle(agent, event.at_ms)
            self.forget_if_done(agent)
        if event.outcome == ev.ContactOutcome.ABANDONED:
            self.queues.gave_up(contact, event.at_ms)
        is_away = event.outcome == ev.ContactOutcome.TURNED_AWAY
        is_unreached = event.outcome == ev.ContactOutcome.UNREACHED
        if is_away != contact.is_leaving or is_unreached != bool(contact.failure):
            return f"I4 {event} ends otherwise than it was turned away"
        return None

    def _customer_disconnected(self, event: ev.CustomerDisconnected) -> None:
        contact = self.contacts[event.contact_id]
        if contact.is_customer_here and contact.place in (WAITING, OFFERED):
            contact.gone_at_ms = event.at_ms + self.rules.customer_gone_ms
        contact.is_customer_here = False

    def _customer_returned(self, event: ev.CustomerReturned) -> None:
        contact = self.contacts[event.contact_id]
        contact.is_customer_here, contact.gone_at_ms = True, None

    def _wait(self, contact: KnownContact) -> None:
        contact.waits_since_ms = self.now_ms
        contact.place, contact.agent_id = WAITING, None

    # --- offers and assignments ---

    def _offer_made(self, event: ev.OfferMade) -> str | None:
        contact = self.contacts[event.contact_id]
        fault = None
        if event.offer_id in contact.offers:
            fault = f"I2 the offer id {event.offer_id} is used again"
        if event.expires_at_ms != event.at_ms + self.timeouts(contact)[0]:
            fault = f"I7 {event} expires at a wrong time"
        self.asked_once_more(self.agents[event.agent_id])
        contact.offers.add(event.offer_id)
        contact.assigned_to = None
        contact.place, contact.due_ms = OFFERED, event.expires_at_ms
        contact.asked[event.agent_id] = event.offer_id
        return fault

    def asked_once_more(self, agent: KnownAgent) -> None:
        """For those who are asked in turn."""
        self._offers += 1
        agent.asked_last = self._offers

    def _wrong_end(
        self, event: ev.OfferAccepted | ev.OfferRejected | ev.OfferExpired | ev.OfferRescinded
    ) -> str | None:
        contact = self.contacts[event.contact_id]
        offer_id = contact.asked.pop(event.agent_id, None)
        if offer_id != event.offer_id:
            return f"I2 {event} ends an offer that is not open: {offer_id}"
        return None

    def _returned(
        self, event: ev.OfferRejected | ev.OfferExpired | ev.OfferRescinded
    ) -> str | None:
        """The last offer that ends without an answer sends its contact back to wait."""
        fault = self._wrong_end(event)
        contact = self.contacts[event.contact_id]
        waits = contact.place == OFFERED and not contact.asked
        if waits:
            self._wait(contact)
        if waits != event.contact_waits:
            return f"I2 {event} misplaces its contact, which is {contact.place}"
        return fault

    def _offer_accepted(self, event: ev.OfferAccepted) -> str | None:
        fault = self._wrong_end(event)
        contact, agent = self.contacts[event.contact_id], self.agents[event.agent_id]
        if event.at_ms >= contact.due_ms:
            fault = f"I7 {event} comes after its deadline {contact.due_ms}"
        if contact.place != OFFERED:
            fault = f"I2 {event} accepts a contact that is {contact.place}"
        self.campaigns.taken(contact, event.at_ms)
        contact.place, contact.agent_id = TALKING, event.agent_id
        contact.talks_since_ms, contact.gone_at_ms = event.at_ms, None
        agent.missed.pop(contact.channel, None)
        agent.taken += 1
        self.now_idle(agent, event.at_ms)
        return fault

    def _offer_rejected(self, event: ev.OfferRejected) -> str | None:
        fault = self._returned(event)
        contact, agent = self.contacts[event.contact_id], self.agents[event.agent_id]
        if event.cause == RejectCause.DECLINED:
            agent.missed.pop(contact.channel, None)
        elif event.cause != RejectCause.LINE_FAULT:
            agent.must_go = agent.has_phone_fault = True
        self._exclude(contact, event.agent_id, event.at_ms)
        return fault

    def _leg_failed(self, event: ev.LegFailed) -> str | None:
        contact, agent = self.contacts[event.contact_id], self.agents[event.agent_id]
        agent.must_go = agent.has_phone_fault = agent.state is AgentState.READY
        is_right = contact.place == TALKING and contact.agent_id == agent.agent_id
        return None if is_right else f"I3 {event} is about a call the agent has not"

    def _offer_expired(self, event: ev.OfferExpired) -> str | None:
        fault = self._returned(event)
        contact, agent = self.contacts[event.contact_id], self.agents[event.agent_id]
        if event.at_ms != contact.due_ms:
            fault = f"I7 {event} was due at {contact.due_ms}"
        missed = agent.missed[contact.channel] = agent.missed.get(contact.channel, 0) + 1
        limit = self.rules.missed_limits.get(contact.channel)
        agent.must_go = agent.must_go or (limit is not None and missed >= limit)
        self._exclude(contact, event.agent_id, event.at_ms)
        return fault

    def _exclude(self, contact: KnownContact, agent_id: AgentId, at_ms: int) -> None:
        contact.excluded[agent_id] = at_ms + self.timeouts(contact)[1]
        contact.refused_by.add(agent_id)

    def _offer_rescinded(self, event: ev.OfferRescinded) -> str | None:
        fault = self._returned(event)
        agent = self.agents[event.agent_id]
        self.forget_if_done(agent)
        return fault

    def _exclusion_lapsed(self, event: ev.ExclusionLapsed) -> str | None:
        until_ms = self.contacts[event.contact_id].excluded.pop(event.agent_id, None)
        if until_ms != event.at_ms:
            return f"I7 {event} was due at {until_ms}"
        return None

    def _wrap_up_started(self, event: ev.WrapUpStarted) -> str | None:
        contact = self.contacts[event.contact_id]
        begins_in = DIALLING if contact.failure else TALKING
        is_right = (contact.place, contact.agent_id) == (begins_in, event.agent_id)
        contact.place = WRAP_UP
        wrap = KnownWrapUp(contact.channel, contact.queue_id, event.until_ms)
        self.wraps[event.agent_id, event.contact_id] = wrap
        if not is_right or event.until_ms != event.at_ms + self.timeouts(contact)[2]:
            return f"I7 {event} does not fit {contact}"
        return None

    def _wrap_up_extended(self, event: ev.WrapUpExtended) -> str | None:
        wrap = self.wraps[event.agent_id, event.contact_id]
        wrap.due_ms = event.until_ms
        return None if event.until_ms > event.at_ms else f"I7 {event} does not fit {wrap}"

    def _wrap_up_ended(self, event: ev.WrapUpCompleted | ev.WrapUpExpired) -> str | None:
        wrap = self.wraps.pop((event.agent_id, event.contact_id))
        agent = self.agents[event.agent_id]
        self.now_idle(agent, event.at_ms)
        self.forget_if_done(agent)
        is_limit = event.disposition_id == DISPOSITION_NONE_TIMEOUT
        return (
            f"I7 {event} does not fit {wrap}" if is_limit and wrap.due_ms != event.at_ms else None
        )
