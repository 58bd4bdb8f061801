"""The world is repeatable, and its habits are independent of each other."""

import random
from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from callcenter.simulation import presets
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.distributions import (
    Constant,
    Distribution,
    Exponential,
    LogNormal,
    Uniform,
    draw_ms,
)
from callcenter.simulation.randomness import Streams
from callcenter.simulation.record import Exchange
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.world import World
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from tests.sim.judge import Judge
from tests.sim.scenarios import scenario_of

HOUR_MS = 3_600_000
SEED = 4


def played(scenario: Scenario, seed: int = SEED) -> list[Exchange]:
    """Everything that was said in a run."""
    said: list[Exchange] = []
    World(scenario, seed, Engine(), watch=said.append).run()
    return said


def arrivals(said: list[Exchange]) -> list[tuple[int, str]]:
    """When each contact was first sent."""
    first: dict[str, int] = {}
    for exchange in said:
        if isinstance(exchange.command, cmd.EnqueueContact):
            first.setdefault(exchange.command.contact_id, exchange.clock_ms)
    return [(at_ms, contact_id) for contact_id, at_ms in first.items()]


def test_the_same_seed_plays_the_same_day() -> None:
    scenario = presets.stormy(5, 0.8, 4 * HOUR_MS)
    assert played(scenario) == played(scenario)


def test_another_seed_plays_another_day() -> None:
    scenario = presets.stormy(5, 0.8, 4 * HOUR_MS)
    assert arrivals(played(scenario, 1)) != arrivals(played(scenario, 2))


def test_more_breaks_do_not_change_who_comes_and_when() -> None:
    calm = presets.calm(5, 0.8, 4 * HOUR_MS)
    group = msgspec.structs.replace(calm.groups[0], break_every=Exponential(HOUR_MS / 4))
    busy = msgspec.structs.replace(calm, groups=(group,))
    assert arrivals(played(calm)) == arrivals(played(busy))
    assert len(played(calm)) != len(played(busy))


def test_less_patience_does_not_change_how_long_people_talk() -> None:
    calm = presets.calm(50, 0.1, 4 * HOUR_MS)
    hasty = msgspec.structs.replace(
        calm, loads=(msgspec.structs.replace(calm.loads[0], patience=Constant(60_000)),)
    )
    patient, impatient = talks(played(calm)), talks(played(hasty))
    both = set(patient) & set(impatient)
    assert len(both) > 500
    assert [patient[contact] for contact in both] == [impatient[contact] for contact in both]


def talks(said: list[Exchange]) -> dict[str, int]:
    """How long each contact talked, where agents are plenty."""
    began: dict[str, int] = {}
    lasted: dict[str, int] = {}
    for event in (event for exchange in said for event in exchange.handled.events):
        if isinstance(event, ev.OfferAccepted):
            began[event.contact_id] = event.at_ms
        elif isinstance(event, ev.WrapUpStarted):
            lasted[event.contact_id] = event.at_ms - began[event.contact_id]
    return lasted


def test_a_stormy_day_breaks_no_law() -> None:
    judge = Judge(every=20)
    scenario = presets.stormy(8, 0.9, 6 * HOUR_MS)
    world = World(scenario, SEED, judge.engine, watch=judge.watch, recover=judge.recover)
    judge.finish(world.run())


def test_a_world_without_anybody_ends() -> None:
    empty = msgspec.structs.replace(presets.calm(1, 0.5, HOUR_MS), loads=(), groups=())
    said = played(empty)
    assert {type(exchange.command) for exchange in said} == {cmd.ApplyConfiguration, cmd.Tick}


def test_the_record_knows_what_was_refused() -> None:
    world = World(presets.stormy(5, 1.2, 6 * HOUR_MS), SEED, Engine())
    record = world.run()
    assert record.refusals["offer_ended"] > 0
    assert record.commands["EnqueueContact"] >= len(record.arrived) > 50


def test_a_scenario_can_be_written_and_read() -> None:
    scenario = scenario_of(1)
    assert msgspec.json.decode(msgspec.json.encode(scenario), type=Scenario) == scenario


@pytest.mark.parametrize(
    ("distribution", "is_right"),
    [
        (Constant(7), lambda ms: ms == 7),
        (Uniform(3, 9), lambda ms: 3 <= ms <= 9),
        (Exponential(1_000), lambda ms: ms >= 0),
        (LogNormal(1_000, 0.5), lambda ms: ms >= 0),
    ],
)
def test_durations_lie_where_they_should(
    distribution: Distribution, is_right: Callable[[int], bool]
) -> None:
    luck = random.Random(1)
    assert all(is_right(draw_ms(distribution, luck)) for _ in range(500))


def test_means_and_medians_are_those_asked_for() -> None:
    luck = random.Random(1)
    gaps = [draw_ms(Exponential(1_000), luck) for _ in range(5_000)]
    times = sorted(draw_ms(LogNormal(1_000, 0.5), luck) for _ in range(5_000))
    assert abs(sum(gaps) / len(gaps) - 1_000) < 50
    assert abs(times[2_500] - 1_000) < 50


def test_streams_do_not_shift_each_other() -> None:
    one, other = Streams(1), Streams(1)
    for _ in range(100):
        one.of("arrivals").random()
    assert one.of("patience").random() == other.of("patience").random()
    assert Streams(2).of("patience").random() != Streams(1).of("patience").random()


def test_the_agenda_keeps_order_also_within_a_millisecond() -> None:
    agenda, seen = Agenda(), list[str]()
    for name, after_ms in (("late", 9), ("first", 3), ("second", 3)):
        agenda.after(after_ms, partial(seen.append, name))
    while agenda.next_ms() is not None:
        agenda.run_next()
    assert (seen, agenda.now_ms) == (["first", "second", "late"], 9)
