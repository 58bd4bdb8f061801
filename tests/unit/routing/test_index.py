"""The index's heaps stay small however often the same people come and go, and still answer right."""

from routing import commands as cmd
from routing.engine import Engine
from routing.ids import AgentId
from routing.index import _DEAD_ENTRIES_ALLOWED, IndexedMatcher, _Class
from routing.model import Channel, Party
from tests.unit.routing.scene import Scene, capacity, configuration

TIMES = 3 * _DEAD_ENTRIES_ALLOWED


def only_class(engine: Engine) -> _Class:
    """The one class of a scene with one queue and no needs."""
    matcher = engine._matcher
    assert isinstance(matcher, IndexedMatcher)
    (group,) = matcher._classes.values()
    return group


def test_contacts_that_leave_behind_an_old_one_do_not_pile_up(scene: Scene) -> None:
    scene.chat("old")
    for number in range(TIMES):
        scene.chat(f"c{number}")
        scene.end(f"c{number}", Party.CUSTOMER)
    scene.chat("young")
    assert len(only_class(scene.engine).waiting) <= _DEAD_ENTRIES_ALLOWED + 5
    scene.ready("ann")
    assert scene.holder_of("old") == "ann"
    scene.handled("old")
    assert scene.holder_of("young") == "ann"


def test_an_agent_who_is_found_free_again_and_again_is_entered_once_in_the_end(
    scene: Scene,
) -> None:
    scene.chat("first")
    scene.end("first")
    scene.ready("ann")
    scene.ready("bo")
    for _ in range(TIMES):
        scene.connect("ann")
    assert len(only_class(scene.engine).idle) <= _DEAD_ENTRIES_ALLOWED + 5
    scene.chat("c1")
    scene.chat("c2")
    assert (scene.holder_of("c1"), scene.holder_of("c2")) == ("ann", "bo")


def test_a_removed_agent_who_still_talks_is_not_indexed_anew(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    scene.do(cmd.RemoveAgent(AgentId("ann")))
    scene.do(cmd.ApplyConfiguration(configuration(version="v2")))
    scene.end("call")
    scene.wrap_up("call")
    scene.chat("c1")
    assert scene.holder_of("c1") is None
