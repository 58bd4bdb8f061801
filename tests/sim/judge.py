"""Judges a run of the world: what was promised, what the journal says, and what the engine holds must agree.

    I1  what was acknowledged is in the journal, and nobody is lost
    I2  a contact is with one agent at a time          I5  age and idle order hold (oracle)
    I3  no agent above capacity                        I6  replay, fold and snapshot give the same
    I4  a contact ends exactly once                    I7  nothing rests beyond its deadline
    I10 a refused command changes nothing and an accepted one leaves its one input

The engine's own numbered invariants (INV-n) are checked beside these.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from callcenter.simulation.record import Exchange, Record
from callcenter.simulation.world import Decider
from routing import commands as cmd
from routing import events as ev
from routing import invariants
from routing.engine import Engine, restore
from routing.inputs import command_of, is_input
from routing.state import State
from tests.sim.oracle import Oracle
from tests.sim.replay import folded, replay_faults

if TYPE_CHECKING:
    from routing.ids import ContactId

EngineMaker = Callable[[State | None], Engine]
Restore = Callable[[bytes], State]


class LawBroken(Exception):
    """A run broke a law; the message starts with its number."""


class Judge:
    """Watches every exchange of one world; raises LawBroken at the first fault."""

    def __init__(
        self, make_engine: EngineMaker = Engine, *, restore_state: Restore = restore, every: int = 1
    ) -> None:
        """`every`: the engine's own invariants are checked after each n-th command."""
        self._make_engine = make_engine
        self._restore = restore_state
        self._every = every
        self.engine = make_engine(None)
        self.journal: list[ev.Event] = []
        self._oracle = Oracle()
        self._exchanges = 0
        self._restarts = 0
        self._arrived: set[ContactId] = set()
        self._closed: set[ContactId] = set()
        self._messages: Counter[ContactId] = Counter()
        self.latest_ms = 0

    def watch(self, exchange: Exchange) -> None:
        """Check one command and what it led to."""
        self._exchanges += 1
        events = exchange.handled.events
        self.journal.extend(events)
        self.latest_ms = max(self.latest_ms, exchange.clock_ms)
        self._raise(self._answer_faults(exchange))
        for event in events:
            self._raise(self._life_faults(event))
        self._raise(self._oracle.judge(events, exchange.clock_ms))
        if self._exchanges % self._every == 0:
            self._raise(invariants.broken(self.engine.state))

    def recover(self, engine: Decider) -> Decider:
        """Replace the engine by one that recovered, in turn from a snapshot and from the whole journal."""
        before = self.engine.snapshot()
        self._restarts += 1
        from_snapshot = bool(self._restarts % 2)
        state = self._restore(before) if from_snapshot else folded(self.journal)
        self.engine = self._make_engine(state)
        if self.engine.snapshot() != before or engine.next_deadline_ms() != self._next_ms():
            raise LawBroken("I6 the recovered engine is another than the one that stopped")
        return self.engine

    def finish(self, record: Record) -> None:
        """Check the whole run against what people were told."""
        self._raise(self._loss_faults(record))
        self._raise(invariants.broken(self.engine.state))
        twin = self._make_engine
        self._raise(replay_faults(self.engine, self.journal, self.latest_ms, lambda: twin(None)))

    def _next_ms(self) -> int | None:
        return self.engine.next_deadline_ms()

    # --- single exchanges ---

    def _answer_faults(self, exchange: Exchange) -> Iterator[str]:
        inputs = [event for event in exchange.handled.events if is_input(event)]
        command, refusal = exchange.command, exchange.handled.refusal
        expects_none = refusal is not None or isinstance(command, cmd.Tick)
        said = [_as_asked(command_of(event), command) for event in inputs]
        if said != ([] if expects_none else [command]):
            yield f"I10 {command} was answered {refusal or 'yes'}, but the journal says {said}"

    def _life_faults(self, event: ev.Event) -> Iterator[str]:
        match event:
            case ev.ContactArrived(contact_id=contact_id):
                if contact_id in self._arrived:
                    yield f"I4 {contact_id} arrives twice"
                self._arrived.add(contact_id)
            case ev.ContactClosed(contact_id=contact_id):
                if contact_id in self._closed or contact_id not in self._arrived:
                    yield f"I4 {contact_id} ends, but was not open"
                self._closed.add(contact_id)
            case ev.OfferMade(contact_id=contact_id):
                if contact_id in self._closed:
                    yield f"I4 {contact_id} is offered after its end"
            case ev.MessageAdded(contact_id=contact_id):
                self._messages[contact_id] += 1
            case _:
                pass

    # --- the whole run ---

    def _loss_faults(self, record: Record) -> Iterator[str]:
        held = set(self.engine.state.contacts)
        if set(record.arrived) != self._arrived:
            yield "I1 the journal and the customers differ about who arrived"
        if lost := sorted(self._arrived - self._closed - held):
            yield f"I1 lost: {lost}"
        if undead := sorted(self._closed & held):
            yield f"I4 closed, and still held: {undead}"
        done = {(e.contact_id, e.agent_id) for e in self.journal if type(e) is ev.WrapUpCompleted}
        if unheard := sorted(set(record.wrapped_up) ^ done):
            yield f"I1 the journal and the agents differ about what was wrapped up: {unheard}"
        accepted = {e.offer_id: e.agent_id for e in self.journal if type(e) is ev.OfferAccepted}
        if accepted != record.accepted:
            yield "I1 the journal and the agents differ about who accepted what"
        if self._messages != record.messages:
            yield "I1 the journal and the people differ about what was said"

    def _raise(self, faults: Iterator[str] | list[str]) -> None:
        for fault in faults:
            raise LawBroken(fault)


def _as_asked(said: cmd.Command, asked: cmd.Command) -> cmd.Command:
    """The journal says until when work is parked, even if the agent has left that to the configuration."""
    if isinstance(said, cmd.ParkContact) and isinstance(asked, cmd.ParkContact):
        return msgspec.structs.replace(said, until_ms=asked.until_ms)
    return said
