"""Who is asked first, and whose waiting weighs more: each strategy in one picture."""

import pytest

from routing import commands as cmd
from routing.ids import AgentId, ContactId, SkillId, TeamId
from routing.model import (
    AgentState,
    AgentStrategy,
    CapacityRule,
    Channel,
    ContactStrategy,
    PriorityRule,
    SkillNeed,
)
from routing.state import age_key
from routing.strategies import urgency
from tests.unit.routing.scene import HELP, SALES, Scene, configuration, policy

CHINESE, BILLING = SkillId("chinese"), SkillId("billing")


def stage(strategy: AgentStrategy, needs: tuple[SkillNeed, ...] = ()) -> Scene:
    """A queue with this strategy."""
    return Scene(configuration(policy(agent_strategy=strategy, needs=needs), policy(HELP)))


def staffed(scene: Scene, agent: str, total: int = 1, **skills: int) -> None:
    """An agent who is ready, with skills."""
    levels = {SkillId(name): level for name, level in skills.items()}
    units = CapacityRule(total, {Channel.CHAT: total})
    scene.do(cmd.PutAgent(AgentId(agent), TeamId("team"), (SALES,), units, levels))
    scene.connect(agent)
    scene.set_state(agent, AgentState.READY)


def test_without_the_skill_nobody_is_asked() -> None:
    scene = stage(AgentStrategy.LONGEST_IDLE, (SkillNeed(CHINESE, 3),))
    staffed(scene, "ann", chinese=2)
    scene.chat("c1")
    assert scene.holder_of("c1") is None
    staffed(scene, "bo", chinese=3)
    assert scene.holder_of("c1") == "bo"


def test_a_contact_may_ask_for_more_than_its_queue() -> None:
    scene = stage(AgentStrategy.LONGEST_IDLE, (SkillNeed(CHINESE, 3), SkillNeed(BILLING, 1)))
    staffed(scene, "ann", chinese=4, billing=1)
    own = (SkillNeed(CHINESE, 5),)
    scene.do(cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, "", own))
    assert scene.contact("c1").needs == (SkillNeed(BILLING, 1), SkillNeed(CHINESE, 5))
    assert scene.holder_of("c1") is None


def test_best_proficiency_asks_the_most_skilled() -> None:
    scene = stage(AgentStrategy.BEST_PROFICIENCY, (SkillNeed(CHINESE, 1),))
    staffed(scene, "ann", chinese=2)
    staffed(scene, "bo", chinese=5)
    scene.chat("c1")
    assert scene.holder_of("c1") == "bo"


def test_least_flexible_keeps_the_generalists_free() -> None:
    scene = stage(AgentStrategy.LEAST_FLEXIBLE)
    staffed(scene, "ann", chinese=2, billing=1)
    staffed(scene, "bo", chinese=2)
    scene.chat("c1")
    assert scene.holder_of("c1") == "bo"


def test_least_occupied_asks_whoever_has_most_room() -> None:
    scene = stage(AgentStrategy.LEAST_OCCUPIED)
    staffed(scene, "ann", total=2)
    staffed(scene, "bo", total=4)
    scene.chat("c1")
    scene.accept("c1")
    scene.chat("c2")
    assert (scene.holder_of("c1"), scene.holder_of("c2")) == ("ann", "bo")
    scene.accept("c2")
    scene.chat("c3")
    assert scene.holder_of("c3") == "bo"


def test_fewest_contacts_counts_since_the_log_in() -> None:
    scene = stage(AgentStrategy.FEWEST_CONTACTS)
    staffed(scene, "ann")
    scene.chat("c1")
    scene.handled("c1")
    staffed(scene, "bo")
    scene.chat("c2")
    assert scene.holder_of("c2") == "bo"
    scene.set_state("ann", AgentState.LOGGED_OUT)
    scene.set_state("ann", AgentState.READY)
    assert scene.agent("ann").contacts_taken == 0


def test_round_robin_goes_on_even_after_a_refusal() -> None:
    scene = stage(AgentStrategy.ROUND_ROBIN)
    for agent in ("ann", "bo", "cy"):
        staffed(scene, agent)
    asked = []
    for number in range(3):
        scene.chat(f"c{number}")
        asked.append(scene.holder_of(f"c{number}"))
        scene.handled(f"c{number}")
    assert asked == ["ann", "bo", "cy"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (PriorityRule(), (0, 8_000)),
        (PriorityRule(ContactStrategy.ACCELERATED, acceleration_permille=2_500), (0, 20_000)),
        (PriorityRule(ContactStrategy.SLA_URGENCY, target_ms=16_000), (0, 500_000)),
        (PriorityRule(ContactStrategy.STRICT, level=3), (3, 8_000)),
        (PriorityRule(ContactStrategy.PRIORITY_AGE, level=1), (1, 8_000)),
        (PriorityRule(level=9), (0, 8_000)),
    ],
)
def test_urgency(rule: PriorityRule, expected: tuple[int, int]) -> None:
    assert urgency(2_000, rule, 10_000) == expected


def test_a_credit_is_age_given_and_no_more() -> None:
    vip = PriorityRule(credit_ms=60_000)
    scene = Scene(configuration(policy(), policy(HELP, priority=vip)))
    scene.chat("old")
    scene.wait(50_000)
    scene.chat("vip", HELP)
    scene.wait(20_000)
    scene.chat("late", HELP)
    scene.ready("ann", queues=(SALES, HELP))
    assert scene.holder_of("vip") == "ann"
    scene.handled("vip")
    assert scene.holder_of("old") == "ann"


def test_a_customers_credit_counts_like_the_queues() -> None:
    scene = Scene()
    scene.chat("old")
    scene.wait(5_000)
    vip = cmd.EnqueueContact(ContactId("vip"), Channel.CHAT, SALES, credit_ms=6_000)
    scene.do(vip)
    scene.ready("ann")
    assert scene.holder_of("vip") == "ann"


def test_the_order_of_age_is_told_by_age_and_then_by_arrival(scene: Scene) -> None:
    scene.chat("c1")
    scene.chat("c2")
    scene.wait(1_000)
    scene.chat("c3")
    scene.contact("c3").age_origin_ms = -1
    assert sorted(("c1", "c2", "c3"), key=lambda one: age_key(scene.contact(one))) == [
        "c3",
        "c1",
        "c2",
    ]
    scene.contact("c3").age_origin_ms = 1_000
