"""Bugs, planted one at a time: the judge is worth its name only if it finds every one of them.

Each function spoils the engine through pytest's monkeypatch and returns the engine to use, if it needs its own.
Most are bugs other systems have had; none is visible in a single command's answer.
"""

from collections.abc import Callable

import pytest

from routing import (
    admission,
    assignment_booking,
    booking,
    classes,
    consequences,
    decisions,
    expiries,
    handing_on,
    matching,
    queue_booking,
    reducer,
    supervising,
    timers,
)
from routing import commands as cmd
from routing import events as ev
from routing.checks import Decision
from routing.consequences import Step
from routing.engine import Engine, Handled, restore
from routing.ids import QueueId
from routing.index import IndexedMatcher
from routing.matching import NaiveMatcher
from routing.model import AgentState, Destination
from routing.state import Agent, Contact, State, age_key, idle_key, without
from tests.sim.judge import EngineMaker

Patch = pytest.MonkeyPatch
Planted = Callable[[Patch], EngineMaker | None]


def _replace(patch: Patch, kind: type, apply: Callable[[State, ev.Event], None]) -> None:
    """Another booking for one kind of event."""
    patch.setitem(reducer._APPLY, kind, apply)


def _without_filter(patch: Patch, name: str) -> EngineMaker:
    """An eligibility that forgot one of its filters, asked by the scanner."""
    kept = tuple(entry for entry in matching.FILTERS if entry[0] != name)
    patch.setattr(matching, "FILTERS", kept)
    return _with_matcher(NaiveMatcher)


def _with_matcher(matcher: type[NaiveMatcher | IndexedMatcher]) -> EngineMaker:
    return lambda state: Engine(state, matcher)


# --- matching ---


def wrong_agent_of_several(_: Patch) -> EngineMaker:
    class LastIdleFirst(NaiveMatcher):
        def best_agent(self, contact: Contact, _now_ms: int) -> Agent | None:
            agents = self._state.agents.values()
            eligible = [a for a in agents if matching.refused_by(a, contact) is None]
            return max(eligible, key=idle_key, default=None)

    return _with_matcher(LastIdleFirst)


def tie_broken_by_name(_: Patch) -> EngineMaker:
    class ByName(NaiveMatcher):
        def best_agent(self, contact: Contact, _now_ms: int) -> Agent | None:
            agents = self._state.agents.values()
            eligible = [a for a in agents if matching.refused_by(a, contact) is None]
            return min(eligible, key=lambda agent: agent.agent_id, default=None)

    return _with_matcher(ByName)


def newest_contact_first(_: Patch) -> EngineMaker:
    class NewestFirst(NaiveMatcher):
        def best_contact(self, agent: Agent, _now_ms: int) -> Contact | None:
            contacts = self._state.contacts.values()
            waiting = [c for c in contacts if c.contact_id in self._state.waiting[c.queue_id]]
            eligible = [c for c in waiting if matching.refused_by(agent, c) is None]
            return max(eligible, key=age_key, default=None)

    return _with_matcher(NewestFirst)


def last_resort_forgotten(_: Patch) -> EngineMaker:
    class Forgetful(NaiveMatcher):
        def best_agent(self, contact: Contact, _now_ms: int) -> Agent | None:
            agents = self._state.agents.values()
            eligible = [a for a in agents if matching.refused_by(a, contact) is None]
            return min(eligible, key=idle_key, default=None)

    return _with_matcher(Forgetful)


def exclusion_forgotten(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "exclusion")


def offer_to_a_not_ready_agent(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "readiness")


def offer_to_an_absent_agent(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "presence")


def offer_beyond_capacity(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "capacity")


def barred_agent_as_the_last_resort(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "barred")


def step_asks_everybody(patch: Patch) -> EngineMaker:
    return _without_filter(patch, "step")


def waits_for_people_who_have_left(patch: Patch) -> None:
    patch.setattr(IndexedMatcher, "deserted", lambda _: [])


def stale_index_entry_after_a_step(patch: Patch) -> None:
    honest = IndexedMatcher.note

    def note(self: IndexedMatcher, event: ev.Event) -> None:
        if not isinstance(event, ev.ContactStepped):
            honest(self, event)

    patch.setattr(IndexedMatcher, "note", note)


def freed_capacity_pulls_nothing(patch: Patch) -> None:
    patch.delitem(matching._FREED, ev.ContactClosed)


def stale_index_entry(patch: Patch) -> None:
    patch.setattr(classes, "drop_from_head", lambda _: None)


def index_forgets_who_comes_back(_: Patch) -> EngineMaker:
    class Forgetful(IndexedMatcher):
        def note(self, event: ev.Event) -> None:
            if not isinstance(event, ev.OfferExpired):
                super().note(event)

    return _with_matcher(Forgetful)


def index_enters_nobody_as_free(patch: Patch) -> None:
    patch.setattr(IndexedMatcher, "_place", lambda *_: None)


# --- booking ---


def capacity_not_returned_after_rejection(patch: Patch) -> None:
    def rejected(state: State, event: ev.OfferRejected) -> None:
        contact, agent = booking.end_offer(state, event.offer_id, "rejected")
        booking.exclude(state, contact, agent, event.at_ms)
        if event.contact_waits:
            booking.wait(state, contact, event)

    _replace(patch, ev.OfferRejected, rejected)  # type: ignore[arg-type]


def rejection_improves_the_idle_rank(patch: Patch) -> None:
    honest = reducer._offer_rejected

    def rejected(state: State, event: ev.OfferRejected) -> None:
        honest(state, event)
        booking.became_idle(state, state.agents[event.agent_id], event.at_ms)

    _replace(patch, ev.OfferRejected, rejected)  # type: ignore[arg-type]


def relaxation_lost(patch: Patch) -> None:
    def stepped(state: State, event: ev.ContactStepped) -> None:
        contact = state.contacts[event.contact_id]
        asked = contact.demand
        booking.enter_step(state, contact, event.step)
        contact.demand = asked

    _replace(patch, ev.ContactStepped, stepped)  # type: ignore[arg-type]


def step_lost_on_return(patch: Patch) -> None:
    honest = booking.wait

    def wait(state: State, contact: Contact, event: ev.Event) -> None:
        honest(state, contact, event)
        booking.enter_step(state, contact, 0)

    patch.setattr(reducer, "wait", wait)


def step_without_a_deadline(patch: Patch) -> None:
    patch.setattr(booking, "arm_step", lambda *_: None)


def reload_forgets_who_waits(patch: Patch) -> None:
    patch.setattr(reducer, "_migrate", lambda *_: None)


def rescinded_contact_forgotten(patch: Patch) -> EngineMaker:
    honest = reducer._offer_rescinded

    def rescinded(state: State, event: ev.OfferRescinded) -> None:
        honest(state, event)
        if event.reason is not ev.RescindReason.AGENT_NOT_READY:
            return
        contact = state.contacts.pop(event.contact_id)
        del state.waiting[contact.queue_id][contact.contact_id]
        timers.cancel(state, timers.contact_key(contact.contact_id))
        timers.cancel(state, timers.gone_key(contact.contact_id))

    _replace(patch, ev.OfferRescinded, rescinded)  # type: ignore[arg-type]
    return _with_matcher(NaiveMatcher)  # the index would crash at once, which is found too


def presence_grace_not_cancelled(patch: Patch) -> None:
    def connected(state: State, event: ev.AgentConnected) -> None:
        state.agents[event.agent_id].is_present = True

    _replace(patch, ev.AgentConnected, connected)  # type: ignore[arg-type]


def wrap_up_without_a_limit(patch: Patch) -> None:
    honest = assignment_booking.wrap_up_started

    def started(state: State, event: ev.WrapUpStarted) -> None:
        honest(state, event)
        timers.cancel(state, timers.wrap_up_key(event.contact_id, event.agent_id))

    _replace(patch, ev.WrapUpStarted, started)  # type: ignore[arg-type]


def reload_makes_everybody_ready_again(patch: Patch) -> None:
    honest = reducer._configuration_applied

    def applied(state: State, event: ev.ConfigurationApplied) -> None:
        honest(state, event)
        for agent in state.agents.values():
            agent.next_state = None

    _replace(patch, ev.ConfigurationApplied, applied)  # type: ignore[arg-type]


# --- deciding ---


def next_status_ignored(patch: Patch) -> None:
    patch.setattr(consequences, "apply_next_state", lambda _step, _agent_id: None)


def age_reset_on_requeue(patch: Patch) -> None:
    honest = consequences.requeue_connected

    def requeue(step: Step, agent: Agent, reason: ev.RequeueReason) -> None:
        for contact_id in agent.holds:
            contact = step.state.contacts[contact_id]
            contact.age_origin_ms = contact.connected_at_ms
        honest(step, agent, reason)

    for module in (decisions, expiries):
        patch.setattr(module, "requeue_connected", requeue)


def any_agent_may_accept(patch: Patch) -> None:
    def accept(step: Step, command: cmd.AcceptOffer) -> Decision:
        offer = step.state.offers.get(command.offer_id)
        if offer is None:
            return decisions._accept_offer(step, command)
        step.emit(ev.OfferAccepted(step.now_ms, offer.offer_id, offer.contact_id, command.agent_id))
        return None

    patch.setitem(decisions.DECISIONS, cmd.AcceptOffer, accept)


def missed_offers_cost_nothing(patch: Patch) -> None:
    honest = consequences.put_out_of_ready

    def put_out(step: Step, agent: Agent, state: AgentState, cause: ev.StateCause) -> None:
        if cause is not ev.StateCause.MISSED_OFFERS:
            honest(step, agent, state, cause)

    patch.setattr(expiries, "put_out_of_ready", put_out)


def phone_fault_leaves_the_agent_ready(patch: Patch) -> None:
    honest = consequences.put_out_of_ready

    def put_out(step: Step, agent: Agent, state: AgentState, cause: ev.StateCause) -> None:
        if cause is not ev.StateCause.PHONE_FAULT:
            honest(step, agent, state, cause)

    patch.setattr(decisions, "put_out_of_ready", put_out)


def raised_contact_keeps_its_place(patch: Patch) -> None:
    honest = IndexedMatcher.note

    def note(self: IndexedMatcher, event: ev.Event) -> None:
        if not isinstance(event, ev.PriorityAdjusted):
            honest(self, event)

    patch.setattr(IndexedMatcher, "note", note)


def assigned_beyond_capacity(patch: Patch) -> None:
    names = (*matching.OVERRIDDEN_BY_HAND, "capacity")
    patch.setattr(matching, "OVERRIDDEN_BY_HAND", names)


def assigned_contact_offered_to_two(patch: Patch) -> None:
    patch.setattr(supervising, "rescind_offers_of", lambda *_: None)


def forced_state_cuts_the_work_in_hand(patch: Patch) -> None:
    def follow(step: Step, agent: Agent) -> None:
        asked = agent.next_state
        if asked is not None:
            consequences._enter_state(step, agent.agent_id, asked)

    patch.setattr(supervising, "follow_request", follow)


def age_lost_on_transfer(patch: Patch) -> None:
    patch.setattr(handing_on, "_carried_origin_ms", lambda step, _contact, _queue_id: step.now_ms)


def talk_counted_as_age(patch: Patch) -> None:
    patch.setattr(
        handing_on, "_carried_origin_ms", lambda _step, contact, _queue_id: contact.age_origin_ms
    )


def returning_caller_matched_twice(patch: Patch) -> None:
    patch.setattr(queue_booking, "forget_abandoned", lambda _state, _contact: None)


def closed_queue_lets_people_in(patch: Patch) -> None:
    patch.setattr(admission, "is_closed", lambda *_: False)


def overflow_sent_in_a_circle(patch: Patch) -> None:
    def possible(contact: Contact, queue_id: QueueId, wanted: Destination) -> Destination:
        been = len(contact.left_queue_ids)
        return wanted if wanted.queue_id != queue_id and been < 9 else Destination()

    patch.setattr(admission, "possible", possible)


def wrap_up_ends_with_the_contact(patch: Patch) -> None:
    honest = reducer._contact_closed

    def closed(state: State, event: ev.ContactClosed) -> None:
        honest(state, event)
        for agent in state.agents.values():
            if event.contact_id in agent.wrap_ups:
                agent.wrap_ups = without(agent.wrap_ups, event.contact_id)
                agent.holds = without(agent.holds, event.contact_id)
                timers.cancel(state, timers.wrap_up_key(event.contact_id, agent.agent_id))

    _replace(patch, ev.ContactClosed, closed)  # type: ignore[arg-type]


def two_accepts_of_a_broadcast(patch: Patch) -> None:
    """The others' offers are left alive."""
    patch.setattr(decisions, "rescind_offers_of", lambda *_: None)


def parked_work_forgotten(patch: Patch) -> None:
    """What was interrupted is never taken up again."""
    patch.setattr("routing.engine.take_up_interrupted", lambda *_: None)


def parked_work_without_a_reminder(patch: Patch) -> None:
    patch.setattr(assignment_booking, "_arm_reminder", lambda *_: None)


def interrupted_work_keeps_its_room(patch: Patch) -> None:
    """The call is accepted, and nothing is put aside for it."""
    patch.setattr(decisions, "interrupt_for", lambda *_: None)


# --- the engine's loop ---


class TakesTheTickForTheTime(Engine):
    """Fires what is due at the time of the look at the clock."""

    def _fire_due(self, now_ms: int) -> None:
        due = timers.next_deadline(self.state)
        while due is not None and due.due_ms <= now_ms:
            expiries.EXPIRIES[due.kind](self._step(now_ms), due)
            self._match(now_ms)
            due = timers.next_deadline(self.state)


class DecidesBeforeItFires(Engine):
    """Works off the command first, and what fell due before it afterwards."""

    is_deciding = False

    def _fire_due(self, now_ms: int) -> None:
        if not self.is_deciding:
            super()._fire_due(now_ms)

    def handle(self, command: cmd.Command, now_ms: int) -> Handled:
        """The command's events first."""
        self.is_deciding = True
        handled = super().handle(command, now_ms)
        self.is_deciding = False
        return Handled(handled.events + super().handle(cmd.Tick(), now_ms).events, handled.refusal)


class ClosesTwice(Engine):
    """Tells the journal twice that a contact has ended."""

    def handle(self, command: cmd.Command, now_ms: int) -> Handled:
        """Every end twice."""
        handled = super().handle(command, now_ms)
        ends = tuple(e for e in handled.events if isinstance(e, ev.ContactClosed))
        return Handled(handled.events + ends, handled.refusal)


class ForgetsToWriteDown(Engine):
    """Acknowledges messages that never reach the journal."""

    def handle(self, command: cmd.Command, now_ms: int) -> Handled:
        """All events but messages."""
        handled = super().handle(command, now_ms)
        kept = tuple(e for e in handled.events if not isinstance(e, ev.MessageAdded))
        return Handled(kept, handled.refusal)


class DecidesByChance(Engine):
    """Decides by something that is not in the journal: how often it was asked."""

    asked = 0

    def handle(self, command: cmd.Command, now_ms: int) -> Handled:
        """Now and then, the shorter idle time wins."""
        DecidesByChance.asked += 1
        if DecidesByChance.asked % 7 == 0:
            for agent in self.state.agents.values():
                agent.idle_order = -agent.idle_order
        return super().handle(command, now_ms)


def tick_taken_for_the_time(_: Patch) -> EngineMaker:
    return TakesTheTickForTheTime


def command_before_deadlines(_: Patch) -> EngineMaker:
    return DecidesBeforeItFires


def contact_closed_twice(_: Patch) -> EngineMaker:
    return ClosesTwice


def message_not_journalled(_: Patch) -> EngineMaker:
    return ForgetsToWriteDown


def decided_by_chance(_: Patch) -> EngineMaker:
    return lambda state: DecidesByChance(state, NaiveMatcher)


def heap_lost_on_restart(snapshot: bytes) -> State:
    """A restored state whose deadlines never fire."""
    state = restore(snapshot)
    state.deadline_heap = []
    return state


def timer_lost_on_restart(snapshot: bytes) -> State:
    """A restored state that lacks its next deadline."""
    state = restore(snapshot)
    if state.deadlines:
        del state.deadlines[next(iter(state.deadlines))]
    return state


PLANTED: dict[Planted, str] = {
    two_accepts_of_a_broadcast: "INV-3",
    parked_work_forgotten: "I5",
    parked_work_without_a_reminder: "INV-5",
    interrupted_work_keeps_its_room: "I3",
    wrong_agent_of_several: "I5",
    tie_broken_by_name: "I5",
    newest_contact_first: "I5",
    last_resort_forgotten: "I5",
    exclusion_forgotten: "I3",
    offer_to_a_not_ready_agent: "I3",
    offer_to_an_absent_agent: "I3",
    offer_beyond_capacity: "INV-2",
    barred_agent_as_the_last_resort: "I3",
    step_asks_everybody: "I3",
    waits_for_people_who_have_left: "I7",
    stale_index_entry_after_a_step: "I5",
    relaxation_lost: "I5",
    step_lost_on_return: "I7",
    step_without_a_deadline: "INV-5",
    reload_forgets_who_waits: "I7",
    freed_capacity_pulls_nothing: "I5",
    stale_index_entry: "INV-3",
    index_forgets_who_comes_back: "I5",
    index_enters_nobody_as_free: "I5",
    capacity_not_returned_after_rejection: "INV-2",
    rejection_improves_the_idle_rank: "I5",
    rescinded_contact_forgotten: "I5",
    presence_grace_not_cancelled: "I7",
    wrap_up_without_a_limit: "INV-5",
    reload_makes_everybody_ready_again: "I3",
    next_status_ignored: "I7",
    age_reset_on_requeue: "I5",
    any_agent_may_accept: "I2",
    missed_offers_cost_nothing: "I7",
    phone_fault_leaves_the_agent_ready: "I7",
    raised_contact_keeps_its_place: "I5",
    assigned_beyond_capacity: "INV-2",
    assigned_contact_offered_to_two: "INV-3",
    forced_state_cuts_the_work_in_hand: "I7",
    age_lost_on_transfer: "I5",
    talk_counted_as_age: "I5",
    returning_caller_matched_twice: "I5",
    closed_queue_lets_people_in: "I3",
    overflow_sent_in_a_circle: "I7",
    wrap_up_ends_with_the_contact: "I7",
    tick_taken_for_the_time: "I7",
    command_before_deadlines: "I7",
    contact_closed_twice: "I4",
    message_not_journalled: "I10",
    decided_by_chance: "I6",
}
"""Each bug, and the law by which it is found."""
