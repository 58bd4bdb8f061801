"""One seed: its scenario, its world, its judge."""

import msgspec

from callcenter.simulation.world import World
from routing.engine import Engine, restore
from routing.errors import InvariantViolation
from tests.sim.judge import EngineMaker, Judge, LawBroken, Restore
from tests.sim.scenarios import scenario_of

LONG_SCALE = 3
"""From here on the engine's own invariants are sampled: a run must end within a cup of tea."""


class Verdict(msgspec.Struct, frozen=True):
    """What became of a seed; `broken` is empty when every law held."""

    seed: int
    contacts: int
    commands: int
    events: int
    broken: str


def run_seed(
    seed: int,
    scale: int = 1,
    *,
    make_engine: EngineMaker = Engine,
    restore_state: Restore = restore,
) -> Verdict:
    """Play the day of a seed under the judge's eyes."""
    every = 1 if scale < LONG_SCALE else 50
    judge = Judge(make_engine, restore_state=restore_state, every=every)
    scenario = scenario_of(seed, scale)
    world = World(scenario, seed, judge.engine, watch=judge.watch, recover=judge.recover)
    broken = ""
    try:
        judge.finish(world.run())
    except (LawBroken, InvariantViolation) as violation:
        broken = str(violation)
    except (LookupError, TypeError, AttributeError) as crash:
        broken = f"the engine crashed: {crash!r}"
    record = world.record
    commands = sum(record.commands.values())
    return Verdict(seed, len(record.arrived), commands, len(judge.journal), broken)
