"""What goes wrong around the core, and what administrators do to it in the middle of the day."""

from collections.abc import Callable, Sequence
from functools import partial

from callcenter.simulation.agents_model import AgentModel
from callcenter.simulation.distributions import Distribution, draw_ms
from callcenter.simulation.stage import Stage, chance
from routing import commands as cmd
from routing.model import CapacityRule


class Mishaps:
    """The clock steps, the configuration is reloaded, agents are changed, the process is restarted."""

    def __init__(
        self, stage: Stage, agents: Sequence[AgentModel], restart: Callable[[], None]
    ) -> None:
        """`restart` replaces the engine by one that recovered."""
        self._stage = stage
        self._agents = agents
        self._restart = restart
        self._faults = stage.scenario.faults
        self._reloads = 0
        self._roster = stage.streams.of("roster")
        self._clock = stage.streams.of("clock")
        self._lateness = stage.streams.of("lateness")
        self.clock_offset_ms = 0
        """How far the clock is ahead of the time that has really passed."""
        self.tick_late_ms = draw_ms(self._faults.tick_late, self._lateness)

    def begin(self) -> None:
        """Plan the first of each kind."""
        faults = self._faults
        self._again(faults.clock_every, "clock", self._step_clock)
        self._again(faults.reload_every, "reload", self._reload)
        self._again(faults.roster_every, "roster", self._change_roster)
        self._again(faults.restart_every, "restart", self._restart)

    def ticked(self) -> None:
        """The clock was looked at: draw how late the next look will be."""
        self.tick_late_ms = draw_ms(self._faults.tick_late, self._lateness)

    def _again(self, every: Distribution | None, kind: str, happen: Callable[[], None]) -> None:
        if every is not None:
            after_ms = 1 + draw_ms(every, self._stage.streams.of(f"when/{kind}"))
            self._stage.agenda.after(after_ms, partial(self._repeat, every, kind, happen))

    def _repeat(self, every: Distribution, kind: str, happen: Callable[[], None]) -> None:
        self._again(every, kind, happen)
        happen()

    def _step_clock(self) -> None:
        back_ms = draw_ms(self._faults.clock_back, self._clock)
        forward_ms = draw_ms(self._faults.clock_forward, self._clock)
        goes_back = chance(self._clock.random(), self._faults.clock_goes_back)
        self.clock_offset_ms += -back_ms if goes_back else forward_ms

    def _reload(self) -> None:
        self._reloads += 1
        configurations = self._stage.scenario.configurations
        chosen = configurations[self._reloads % len(configurations)]
        self._stage.send(cmd.ApplyConfiguration(chosen))

    def _change_roster(self) -> None:
        luck = self._roster
        agent = luck.choice(self._agents)
        leaves, change, away_ms = luck.random(), luck.randint(-2, 2), luck.randint(1, 600_000)
        if chance(leaves, 0.3):
            agent.is_here = False
            self._stage.send(cmd.RemoveAgent(agent.agent_id))
            self._stage.agenda.after(away_ms, partial(self._bring_back, agent))
            return
        usual = agent.usual_capacity
        agent.put(CapacityRule(max(0, usual.total + change), usual.per_channel))

    def _bring_back(self, agent: AgentModel) -> None:
        agent.put(agent.usual_capacity)
        agent.come()
