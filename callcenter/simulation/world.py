"""The world: virtual time, an agenda of what people will do, and one engine that decides.

`run` plays a scenario to its end. Every command goes through `send`, which reads the (possibly wrong) clock,
asks the engine, books what was acknowledged, tells the watcher, and lets people see what happened. The engine's
deadlines are served as a host would: a Tick when the clock says that the next one is due.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from callcenter.simulation.agenda import Agenda
from callcenter.simulation.agents_model import AgentModel
from callcenter.simulation.customers import Customers
from callcenter.simulation.faults import Mishaps
from callcenter.simulation.queue_supervisor import QueueSupervisor
from callcenter.simulation.randomness import Streams
from callcenter.simulation.record import Exchange, Record
from callcenter.simulation.scenario import Scenario, people_of
from callcenter.simulation.supervisor_model import SupervisorModel
from routing import commands as cmd
from routing import events as ev
from routing.engine import Handled
from routing.ids import AgentId
from routing.model import Channel

if TYPE_CHECKING:
    from callcenter.simulation.stage import Reactions


class Decider(Protocol):
    """What the world needs of an engine."""

    def handle(self, command: cmd.Command, now_ms: int) -> Handled:
        """Decide one command."""

    def next_deadline_ms(self) -> int | None:
        """When a Tick is wanted."""


Watcher = Callable[[Exchange], None]
Recovery = Callable[[Decider], Decider]


class World:
    """One seed, one scenario, one engine."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        engine: Decider,
        *,
        watch: Watcher | None = None,
        recover: Recovery | None = None,
    ) -> None:
        """`watch` sees every exchange; `recover` gives the engine that takes over at a restart."""
        self.scenario = scenario
        self.agenda = Agenda()
        self.streams = Streams(seed)
        self.engine = engine
        self.record = Record()
        self._watch = watch
        self._recover = recover
        self._customers = Customers(self)
        self._agents = self._people()
        self._order = [*self._agents]
        self._supervisor = SupervisorModel(self, self._customers.here, self._order)
        self._queue_supervisor = QueueSupervisor(self, self._customers.here, self._order)
        self._mishaps = Mishaps(self, [*self._agents.values()], self._restart)
        queues = scenario.configurations[0].queues
        self._dispositions = {policy.queue_id: policy.disposition_ids for policy in queues}
        self._reactions: Reactions = {
            **self._customers.reactions,
            ev.OfferMade: self._offered,
            ev.OfferAccepted: self._accepted,
            ev.WrapUpStarted: self._wraps_up,
            ev.AgentStateChanged: self._state_changed,
        }

    def run(self) -> Record:
        """Play to the end: until the last customer has left, or the time to drain is over."""
        self.send(cmd.ApplyConfiguration(self.scenario.configurations[0]))
        for agent in self._agents.values():
            agent.begin()
        self._customers.begin()
        self._supervisor.begin()
        self._queue_supervisor.begin()
        self._mishaps.begin()
        while self._is_on():
            self._advance()
        self.send(cmd.Tick())
        return self.record

    @property
    def clock_ms(self) -> int:
        """What the clock says; it may have been set back or forward."""
        return self.scenario.start_ms + self.agenda.now_ms + self._mishaps.clock_offset_ms

    def send(self, command: cmd.Command) -> Handled:
        """Hand a command to the engine at the clock's present reading."""
        clock_ms = self.clock_ms
        handled = self.engine.handle(command, clock_ms)
        exchange = Exchange(clock_ms, command, handled)
        self.record.book(exchange)
        if self._watch is not None:
            self._watch(exchange)
        reactions = self._reactions
        for event in handled.events:
            react = reactions.get(type(event))
            if react is not None:
                react(event)
        return handled

    # --- time ---

    def _is_on(self) -> bool:
        now_ms, scenario = self.agenda.now_ms, self.scenario
        if now_ms < scenario.for_ms:
            return True
        return bool(self._customers.here) and now_ms < scenario.for_ms + scenario.drain_ms

    def _advance(self) -> None:
        """Move to what comes first: something planned, the engine's next deadline, or the end."""
        planned_ms = self.agenda.next_ms()
        tick_ms = self._tick_ms()
        if tick_ms is not None and (planned_ms is None or tick_ms <= planned_ms):
            self.agenda.now_ms = max(self.agenda.now_ms, tick_ms)
            self.send(cmd.Tick())
            self._mishaps.ticked()
        elif planned_ms is not None:
            self.agenda.run_next()
        else:
            self.agenda.now_ms = self.scenario.for_ms + self.scenario.drain_ms

    def _tick_ms(self) -> int | None:
        deadline_ms = self.engine.next_deadline_ms()
        if deadline_ms is None:
            return None
        ahead_ms = self.scenario.start_ms + self._mishaps.clock_offset_ms
        return deadline_ms - ahead_ms + self._mishaps.tick_late_ms

    def _restart(self) -> None:
        if self._recover is not None:
            self.engine = self._recover(self.engine)

    # --- people ---

    def _people(self) -> dict[AgentId, AgentModel]:
        everybody = people_of(self.scenario)
        return {agent_id: AgentModel(self, agent_id, everybody[agent_id]) for agent_id in everybody}

    def _offered(self, event: ev.OfferMade) -> None:
        place = self._order.index(event.agent_id)
        colleague = self._order[(place + 1) % len(self._order)]
        self._agents[event.agent_id].offered(event, colleague)
        self._supervisor.offered(event)

    def _accepted(self, event: ev.OfferAccepted) -> None:
        self._customers.reactions[ev.OfferAccepted](event)
        if self._customers.here[event.contact_id].load.channel is Channel.EMAIL:
            self._agents[event.agent_id].has_mail(event.contact_id)

    def _wraps_up(self, event: ev.WrapUpStarted) -> None:
        queue_id = self._customers.here[event.contact_id].load.queue_id
        self._agents[event.agent_id].wraps_up(event, self._dispositions[queue_id])

    def _state_changed(self, event: ev.AgentStateChanged) -> None:
        self._agents[event.agent_id].state_changed(event)
