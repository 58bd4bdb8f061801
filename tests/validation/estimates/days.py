"""Simulated days to be estimated: loads, service times, skills, people who come and go, loads that change by the hour."""

import math
import random
from collections.abc import Callable

from msgspec.structs import replace

from callcenter.simulation import presets
from callcenter.simulation.distributions import Exponential as ExponentialMs
from callcenter.simulation.queueing.durations import (
    Erlang,
    Exponential,
    Hyperexponential,
    Lognormal,
)
from callcenter.simulation.queueing.run import Run
from callcenter.simulation.queueing.scenario import (
    AgentGroup,
    Arrivals,
    Call,
    CustomerClass,
    Scenario,
    Traces,
)
from callcenter.simulation.world import World
from routing.commands import Command
from routing.engine import Engine, Handled
from routing.waits import WaitEstimates
from tests.validation.estimates.coverage import Watcher

Service = Exponential | Erlang | Hyperexponential | Lognormal

HOUR_S = 3600
DAY_S = 12 * HOUR_S


class Overheard:
    """An engine whose events somebody sees."""

    def __init__(self, engine: Engine, watcher: Watcher) -> None:
        self._engine = engine
        self._watcher = watcher
        self.next_deadline_ms = engine.next_deadline_ms

    def handle(self, command: Command, now_ms: int) -> Handled:
        """Decide, and let it be seen."""
        handled = self._engine.handle(command, now_ms)
        for event in handled.events:
            self._watcher.see(event)
        return handled


def play(scenario: Scenario, traces: Traces, seed: int) -> Watcher:
    """A queueing scenario."""
    run = Run(scenario, traces, seed)
    estimates = WaitEstimates()
    estimates.settle(run._engine.state)
    watcher = Watcher(estimates)
    run._engine = Overheard(run._engine, watcher)  # type: ignore[assignment]
    run.play()
    return watcher


def play_world(seed: int) -> Watcher:
    """Chats, two at a time, people who refuse, let it ring, go on breaks and come back."""
    scenario = presets.calm(20, 1.15, DAY_S * 1000)
    watcher = Watcher(WaitEstimates())
    group = scenario.groups[0]
    group = replace(group, break_every=ExponentialMs(2 * HOUR_S * 1000), rejects=0.05, misses=0.02)
    scenario = replace(scenario, groups=(group,))
    World(scenario, seed, Overheard(Engine(), watcher)).run()
    return watcher


def _one(agents: int, load: float, service: Service, patience_s: float) -> Scenario:
    per_h = load * agents * HOUR_S / service.mean_s
    one = CustomerClass(
        name="calls",
        arrivals=Arrivals(poisson_per_h=per_h),
        service=service,
        patience=Exponential(patience_s),
    )
    return Scenario(classes=(one,), agents=(AgentGroup(count=agents),), duration_s=DAY_S)


def _skills(load: float) -> Scenario:
    """Two languages and a product: specialists, generalists, different service times, one class with credit."""
    services: dict[str, Service] = {
        "sales": Lognormal(240, 300),
        "support": Hyperexponential(420, 600),
        "mandarin": Exponential(300),
    }
    shares = {"sales": 0.5, "support": 0.3, "mandarin": 0.2}
    agents = 24
    classes = tuple(
        CustomerClass(
            name=name,
            requires={name: 1},
            arrivals=Arrivals(poisson_per_h=load * agents * shares[name] * HOUR_S / service.mean_s),
            service=service,
            patience=Lognormal(300, 300),
            wrap_up_s=20,
            ring_s=4,
            credit_s=60 if name == "mandarin" else 0,
        )
        for name, service in services.items()
    )
    groups = (
        AgentGroup(count=10, skills={"sales": 3}),
        AgentGroup(count=6, skills={"support": 3}),
        AgentGroup(count=4, skills={"sales": 2, "support": 2}),
        AgentGroup(count=4, skills={"sales": 2, "support": 2, "mandarin": 5}),
    )
    return Scenario(classes=classes, agents=groups, duration_s=DAY_S)


def _waves(seed: int) -> tuple[Scenario, Traces]:
    """Arrivals that rise above what the agents can do twice a day."""
    luck = random.Random(f"waves/{seed}")
    calls, at_s = [], 0.0
    highest = 30 * 1.3 / 240
    while at_s < DAY_S:
        at_s += luck.expovariate(highest)
        level = 0.55 + 0.45 * math.sin(2 * math.pi * at_s / (6 * HOUR_S))
        if luck.random() < max(0.25, level):
            calls.append(Call(round(at_s * 1000), None, None))
    one = CustomerClass(
        name="calls",
        arrivals=Arrivals(trace="made here"),
        service=Lognormal(240, 260),
        patience=Exponential(240),
    )
    scenario = Scenario(classes=(one,), agents=(AgentGroup(count=30),), duration_s=DAY_S)
    return scenario, {"calls": tuple(calls)}


DAYS: dict[str, Callable[[int], Watcher]] = {
    "20 agents, exponential, load 0.90": lambda seed: play(
        _one(20, 0.9, Exponential(180), 300), {}, seed
    ),
    "20 agents, exponential, load 1.10": lambda seed: play(
        _one(20, 1.1, Exponential(180), 300), {}, seed
    ),
    "8 agents, lognormal, load 0.90": lambda seed: play(
        _one(8, 0.9, Lognormal(180, 268), 440), {}, seed
    ),
    "8 agents, lognormal, load 1.20": lambda seed: play(
        _one(8, 1.2, Lognormal(180, 268), 440), {}, seed
    ),
    "60 agents, hyperexponential, load 1.00": lambda seed: play(
        _one(60, 1.0, Hyperexponential(240, 480), 240), {}, seed
    ),
    "60 agents, Erlang-4, load 1.05": lambda seed: play(
        _one(60, 1.05, Erlang(240, 4), 600), {}, seed
    ),
    "24 agents of four skill sets, load 0.85": lambda seed: play(_skills(0.85), {}, seed),
    "24 agents of four skill sets, load 1.05": lambda seed: play(_skills(1.05), {}, seed),
    "30 agents, two waves of arrivals": lambda seed: play(*_waves(seed), seed),
    "20 chat agents, two at once, breaks, refusals": play_world,
}
"""Name -> plays a day of twelve hours with a seed."""
