"""`bench routing` measures what it says, and the work of a decision is bounded: counted, not timed."""

from typing import Any

import pytest

from callcenter.bench.routing import FIRST, Counting, Play, run, situation
from callcenter.bench.routing_world import Size, World
from routing.index import IndexedMatcher
from routing.invariants import check_all

SMALL = Size(agents=200, skills=20, kinds=60, waiting=1_000)


@pytest.mark.parametrize("saturated", [True, False])
def test_a_situation_is_what_it_is_called(saturated: bool) -> None:
    said = situation(SMALL, 300, 1, saturated=saturated)
    decisions = said["decision_us"]
    names = ("saturated completion", "saturated arrival") if saturated else ("surplus arrival",)
    for name in names:
        assert decisions[name]["p50"] <= decisions[name]["p99.9"] <= decisions[name]["max"]
    assert said["commands_per_s"] > 0
    assert said["loading"]["memory_mb"] >= 0
    explained = said["explanations"]
    assert 0 <= explained["reason_share_of_a_command"] < 0.25
    assert 0 < explained["reason_bytes"] < 30
    assert explained["telling_an_offer_ms"] > 0
    assert explained["telling_a_waiting_contact_ms"] > 0


def test_the_world_stays_lawful_and_as_busy_as_it_was() -> None:
    world = World(SMALL, 1)
    world.saturate()
    assert world.waiting == SMALL.waiting
    Play(world, IndexedMatcher).run(300, saturated=True)
    check_all(world.engine.state)
    assert 0.9 * SMALL.waiting <= world.waiting <= 1.1 * SMALL.waiting


def test_all_sizes_are_told_with_their_exponents() -> None:
    lines: list[str] = []
    tiny = Size(agents=60, skills=10, kinds=20, waiting=100)
    said = run(tiny, pairs=50, seed=1, factors=(2.0,), say=lines.append)
    assert [line.split()[0] for line in lines] == ["60", "120"]
    assert set(said["exponents"]["2 times the agents and contacts"]) == set(said["decision_names"])
    assert said["other_sizes"][0]["size"]["agents"] == 120


def counted(factor: int, *, saturated: bool) -> dict[str, Any]:
    world = World(Size(agents=200 * factor, skills=40, kinds=200, waiting=1_000 * factor), 7)
    if saturated:
        world.saturate()
    else:
        world.staff(0.8)
    measured = Play(world, Counting).run(2_000, saturated=saturated)
    measured.matcher.pop(FIRST, None)  # it looks up who could take it, once after a start
    return {name: sum(counts) / len(counts) for name, counts in measured.matcher.items()}


@pytest.mark.parametrize("saturated", [True, False])
def test_ten_times_the_agents_and_contacts_do_not_mean_more_work(saturated: bool) -> None:
    small, large = counted(1, saturated=saturated), counted(10, saturated=saturated)
    for name, mean in large.items():
        assert mean <= 60, f"{name} looks at {mean} heap entries"
        assert mean <= 10**0.25 * small.get(name, mean) + 5, f"{name}: {small[name]} became {mean}"
