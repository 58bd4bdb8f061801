"""`bench permit` asks what it says, and leaves a lawful world behind."""

from callcenter.bench.permit import Asking, run
from callcenter.bench.routing_world import Size, World
from routing.invariants import check_all

SMALL = Size(agents=100, skills=10, kinds=10, waiting=0)


def test_every_sort_of_answer_is_measured() -> None:
    said = run(agents=100, campaigns=30, questions=40)
    figures = said["permits_and_refusals_us"]
    assert {name.partition(":")[0] for name in figures} == {
        "the first of each kind among them",
        "somebody who is free",
        "a named agent",
        "facts that say no",
        "facts that are too old",
        "somebody, many permits unused",
    }
    assert figures["facts that say no: no"]["count"] == 40
    assert "facts that are too old: yes" not in figures
    for figure in figures.values():
        assert figure["processor"]["p50"] <= figure["processor"]["max"]
    assert said["suppression"]["ended_in_ms"] > 0


def test_the_world_stays_lawful_while_campaigns_ask() -> None:
    world = World(SMALL, 1)
    asking = Asking(world, 5)
    assert not asking.ask("nobody has such a phone", asking.call())
    assert asking.talking == []
    check_all(world.engine.state)
