"""The engine: `handle(command, now_ms)` fires what is due, decides the command, and matches.

Theory: state is the fold of events, so the engine owns nothing but the state and the matcher that reads it.
`handle` first fires every deadline that is due, each at its own `due_ms` in (due_ms, order), and matches after
each; then it decides the command at `now_ms` and matches again. Results therefore do not depend on when the
clock was looked at, and feeding only the input events back gives the same decisions.

It never reads a clock, draws a random number, waits or writes anywhere.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from routing import events as ev
from routing import timers
from routing.commands import Command
from routing.consequences import Step, make_offer
from routing.decisions import DECISIONS
from routing.errors import InvariantViolation, Refusal
from routing.expiries import EXPIRIES
from routing.index import IndexedMatcher
from routing.matching import Matcher, freed
from routing.model import asked_at_once
from routing.parking import take_up_interrupted
from routing.reducer import apply
from routing.state import Agent, Contact, ContactState, State, idle_key, share_empty
from routing.steps import step_now
from routing.strategies import ContactRank, contact_rank

if TYPE_CHECKING:
    from routing.ids import AgentId, ContactId

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(State)


class Handled(msgspec.Struct, frozen=True):
    """What a command led to. With a refusal, `events` holds only what had fallen due before it."""

    events: tuple[ev.Event, ...]
    refusal: Refusal | None


class Engine:
    """The single decision maker of one domain. Not thread-safe: it has one writer by design."""

    def __init__(
        self, state: State | None = None, matcher: Callable[[State], Matcher] = IndexedMatcher
    ) -> None:
        """Start from `state` (or empty); `matcher` builds the matcher over it."""
        self.state = state if state is not None else State()
        self._matcher = matcher(self.state)
        self._events: list[ev.Event] = []
        self._contacts: dict[ContactId, Contact] = {}
        self._agents: dict[AgentId, Agent] = {}
        self._broadcasts: list[Contact] = []

    def handle(self, command: Command, now_ms: int) -> Handled:
        """Decide one command at `now_ms` (ms since the epoch; a step back is read as no time passed).

        Raises InvariantViolation if the state breaks one of its laws; the engine must not be used after that.
        """
        now_ms = max(now_ms, self.state.now_ms)
        self._fire_due(now_ms)
        refusal = DECISIONS[type(command)](self._step(now_ms), command)
        self._match(now_ms)
        events = tuple(self._events)
        self._events.clear()
        return Handled(events, refusal)

    def next_deadline_ms(self) -> int | None:
        """When the next deadline is due, or None: the host sends a Tick no later."""
        deadline = timers.next_deadline(self.state)
        return None if deadline is None else deadline.due_ms

    def snapshot(self) -> bytes:
        """The whole state as bytes; equal states give equal bytes. Cost O(contacts + agents)."""
        heap, self.state.deadline_heap = self.state.deadline_heap, []
        try:
            return _ENCODER.encode(self.state)
        finally:
            self.state.deadline_heap = heap

    def _fire_due(self, now_ms: int) -> None:
        deadline = timers.next_deadline(self.state)
        while deadline is not None and deadline.due_ms <= now_ms:
            due_ms = max(deadline.due_ms, self.state.now_ms)
            EXPIRIES[deadline.kind](self._step(due_ms), deadline)
            self._match(due_ms)
            fired, deadline = deadline, timers.next_deadline(self.state)
            if deadline is fired:
                raise InvariantViolation(f"INV-8 deadline {fired.kind} fired without any effect")

    def _step(self, now_ms: int) -> Step:
        matcher = self._matcher
        ask, follow_up = matcher.best_agent, matcher.next_contact
        return Step(self.state, now_ms, self._emit, matcher.servers, ask, follow_up)

    def _emit(self, event: ev.Event) -> None:
        """Apply an event at once and note whom it frees for matching."""
        apply(self.state, event)
        self._matcher.note(event)
        self._events.append(event)
        contacts, agent = freed(self.state, event)
        for contact in contacts:
            self._contacts[contact.contact_id] = contact
        if agent is not None:
            self._agents[agent.agent_id] = agent

    def _match(self, now_ms: int) -> None:
        """Offer work to whoever this step has freed: nobody else can have become matchable, so nobody else is looked at."""
        self._pass_steps(now_ms)
        agents, contacts = self._agents, self._contacts
        if agents:
            self._agents = {}
            self._take_up_interrupted([*agents.values()], now_ms)
        if contacts:
            self._contacts = {}
            self._match_contacts([*contacts.values()], [*agents.values()], now_ms)
        elif agents:
            for agent in sorted(agents.values(), key=idle_key):
                while (contact := self._matcher.best_contact(agent, now_ms)) is not None:
                    self._offer(contact, agent, now_ms, ev.OfferTrigger.AGENT_FREED)
        if self._broadcasts:
            self._ask_more(now_ms)

    def _take_up_interrupted(self, agents: list[Agent], now_ms: int) -> None:
        """Before anything new: whoever has room again goes on with what was interrupted."""
        for agent in agents:
            if agent.interrupted:
                take_up_interrupted(self._step(now_ms), agent)

    def _match_contacts(self, contacts: list[Contact], agents: list[Agent], now_ms: int) -> None:
        """The most urgent first, be it a freed contact or what waits for a freed agent.

        So no contact is passed by a less urgent one, and each freed contact gets the best of all who are free.
        """
        contacts.sort(key=lambda one: self._rank(one, now_ms))
        while True:
            while contacts and contacts[-1].state is not ContactState.WAITING:
                contacts.pop()
            wanted = self._most_urgent_for(agents, now_ms) if agents else None
            contact = contacts[-1] if contacts else None
            if contact is not None and (
                wanted is None or self._rank(contact, now_ms) >= self._rank(wanted[0], now_ms)
            ):
                contacts.pop()
                best = self._matcher.best_agent(contact, now_ms)
                if best is not None:
                    self._offer(contact, best, now_ms, ev.OfferTrigger.CONTACT_FREED)
            elif wanted is not None:
                self._offer(*wanted, now_ms, ev.OfferTrigger.AGENT_FREED)
            else:
                return

    def _most_urgent_for(self, agents: list[Agent], now_ms: int) -> tuple[Contact, Agent] | None:
        """The most urgent of what waits for these agents, and the one of them who has been idle longest."""
        wanted = (
            (contact, agent)
            for agent in sorted(agents, key=idle_key)
            if (contact := self._matcher.best_contact(agent, now_ms)) is not None
        )
        return max(wanted, key=lambda pair: self._rank(pair[0], now_ms), default=None)

    def _pass_steps(self, now_ms: int) -> None:
        """Whoever has come to wait, or waits for people who have left, goes on to the step it belongs in."""
        deserted = self._matcher.deserted()
        if not deserted and not self._contacts:
            return
        together = self._contacts | {contact.contact_id: contact for contact in deserted}
        for contact in sorted(together.values(), key=lambda one: one.arrival):
            if contact.state is not ContactState.WAITING:
                continue
            step = step_now(self.state, contact, now_ms, self._matcher.is_staffed)
            if step != contact.step:
                self._emit(ev.ContactStepped(now_ms, contact.contact_id, step))

    def _rank(self, contact: Contact, now_ms: int) -> ContactRank:
        return contact_rank(contact, self.state.queues[contact.queue_id].priority, now_ms)

    def _ask_more(self, now_ms: int) -> None:
        """Ask further agents for what was offered just now by queues that ask several at once.

        Last of all: whoever is free after the matching has nothing more urgent to be asked for.
        """
        contacts, self._broadcasts = self._broadcasts, []
        for contact in contacts:
            asks = asked_at_once(self.state.queues[contact.queue_id], contact.channel)
            while len(contact.asked) < asks:
                agent = self._matcher.best_agent(contact, now_ms)
                if agent is None:
                    break
                self._offer(contact, agent, now_ms, ev.OfferTrigger.BROADCAST)

    def _offer(self, contact: Contact, agent: Agent, now_ms: int, trigger: ev.OfferTrigger) -> None:
        policy = self.state.queues[contact.queue_id]
        if not contact.asked and asked_at_once(policy, contact.channel) > 1:
            self._broadcasts.append(contact)
        make_offer(self._step(now_ms), contact, agent, trigger)


def restore(snapshot: bytes) -> State:
    """The state a snapshot was taken of. Raises msgspec.DecodeError on damaged bytes."""
    state = _DECODER.decode(snapshot)
    for contact in state.contacts.values():
        if contact.state is ContactState.WRAP_UP and not contact.wrapped_up_by:
            msg = "the snapshot is of a version that kept wrap-up in the contact"
            raise msgspec.DecodeError(msg)
        if contact.state is ContactState.OFFERED and not contact.asked:
            msg = "the snapshot is of a version in which a contact had one offer at most"
            raise msgspec.DecodeError(msg)
    share_empty(state)
    timers.rebuild(state)
    return state
