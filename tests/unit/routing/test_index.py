"""The lines of the index stay small however often the same people come and go, and still answer right."""

import msgspec

from routing import commands as cmd
from routing.classes import OVER_ALLOWED, ContactClass
from routing.engine import Engine
from routing.ids import AgentId, ContactId, SkillId
from routing.index import CHANGED_MAX, IndexedMatcher
from routing.model import Channel, Party, SkillNeed
from tests.unit.routing.scene import HELP, SALES, Scene, capacity, configuration, policy

TIMES = 3 * OVER_ALLOWED


def only_class(engine: Engine) -> ContactClass:
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
    assert len(only_class(scene.engine).waiting) <= OVER_ALLOWED + 5
    scene.ready("ann")
    assert scene.holder_of("old") == "ann"
    scene.handled("old")
    assert scene.holder_of("young") == "ann"


def test_an_agent_who_comes_and_goes_behind_another_does_not_pile_up(scene: Scene) -> None:
    scene.ready("bo")
    scene.ready("ann")
    for number in range(TIMES):
        contact_id = ContactId(f"c{number}")
        not_bo = (AgentId("bo"),)
        scene.do(cmd.EnqueueContact(contact_id, Channel.CHAT, SALES, barred_agent_ids=not_bo))
        scene.handled(contact_id)
    assert len(only_class(scene.engine).free) <= OVER_ALLOWED + 5
    scene.chat("one")
    scene.chat("two")
    assert (scene.holder_of("one"), scene.holder_of("two")) == ("bo", "ann")


def test_many_who_become_free_before_anybody_calls_stand_in_their_order(scene: Scene) -> None:
    for number in range(CHANGED_MAX + 2):
        scene.ready(f"a{number}")
    for number in range(CHANGED_MAX + 2):
        scene.chat(f"c{number}")
        assert scene.holder_of(f"c{number}") == f"a{number}"


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


def test_a_reload_that_changes_nothing_for_the_index_leaves_it_as_it_is(scene: Scene) -> None:
    scene.chat("c1")
    before = only_class(scene.engine)
    scene.do(cmd.ApplyConfiguration(configuration(version="v2", customer_gone_ms=7)))
    assert only_class(scene.engine) is before
    asks = msgspec.structs.replace(policy(), needs=(SkillNeed(SkillId("french"), 3),))
    scene.do(cmd.ApplyConfiguration(configuration(asks, policy(HELP), version="v3")))
    assert only_class(scene.engine) is not before
    scene.ready("ann")
    assert scene.holder_of("c1") is None
