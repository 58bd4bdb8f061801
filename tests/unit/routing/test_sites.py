"""A site is a preference with a price, never a wall, whatever the strategy counts."""

import pytest

from routing import commands as cmd
from routing.ids import AgentId, ContactId, SiteId, SkillId, TeamId
from routing.model import AgentState, AgentStrategy, Channel, SkillNeed
from tests.unit.routing.scene import SALES, Scene, capacity, configuration, policy

BERLIN, SHANGHAI = SiteId("berlin"), SiteId("shanghai")
TEA = SkillId("tea")
Skills = dict[SkillId, int]


def scene_of(strategy: AgentStrategy, cost: int, site: SiteId = BERLIN) -> Scene:
    """A queue that prefers one site at this cost."""
    needs = (SkillNeed(TEA, 1),) if strategy is AgentStrategy.BEST_PROFICIENCY else ()
    sales = policy(agent_strategy=strategy, needs=needs, site=site, site_cost=cost)
    return Scene(configuration(sales))


def at_work(
    scene: Scene, agent: str, site: SiteId, total: int = 1, *, skills: Skills | None = None
) -> None:
    """An agent of a site, ready."""
    facts = (AgentId(agent), TeamId("team"), (SALES,), capacity(total), skills or {TEA: 1})
    scene.do(cmd.PutAgent(*facts, site=site))
    scene.connect(agent)
    scene.set_state(agent, AgentState.READY)


def idle_longer(scene: Scene) -> None:
    """The one far away has been idle 60 s longer."""
    at_work(scene, "far", SHANGHAI)
    scene.let_pass(60_000)
    at_work(scene, "near", BERLIN)


def fuller(scene: Scene) -> None:
    """The one near has half of the capacity in use."""
    at_work(scene, "near", BERLIN, 2)
    scene.chat("held")
    at_work(scene, "far", SHANGHAI, 2)


def more_skilled(scene: Scene) -> None:
    """The one far away has three levels more."""
    at_work(scene, "far", SHANGHAI, skills={TEA: 8})
    at_work(scene, "near", BERLIN, skills={TEA: 5})


def less_flexible(scene: Scene) -> None:
    """The one far away has two skills less."""
    at_work(scene, "far", SHANGHAI)
    at_work(scene, "near", BERLIN, skills={TEA: 1, SkillId("s1"): 1, SkillId("s2"): 1})


def asked_longer_ago(scene: Scene) -> None:
    """The one near was asked last."""
    at_work(scene, "near", BERLIN)
    scene.chat("before")
    scene.handled("before")
    at_work(scene, "far", SHANGHAI)


@pytest.mark.parametrize(
    ("strategy", "arrange", "difference"),
    [
        (AgentStrategy.LONGEST_IDLE, idle_longer, 60_000),
        (AgentStrategy.LEAST_OCCUPIED, fuller, 500),
        (AgentStrategy.BEST_PROFICIENCY, more_skilled, 3),
        (AgentStrategy.LEAST_FLEXIBLE, less_flexible, 2),
        (AgentStrategy.ROUND_ROBIN, asked_longer_ago, 1),
        (AgentStrategy.FEWEST_CONTACTS, asked_longer_ago, 1),
    ],
)
def test_the_near_agent_comes_first_until_the_difference_is_larger_than_the_cost(
    strategy: AgentStrategy, arrange: object, difference: int
) -> None:
    assert callable(arrange)
    for cost, expected in ((difference + 1, "near"), (difference - 1, "far")):
        scene = scene_of(strategy, cost)
        arrange(scene)
        scene.chat("c1")
        assert scene.holder_of("c1") == expected
        scene.check_replay()


def test_a_site_is_never_a_wall() -> None:
    scene = scene_of(AgentStrategy.LONGEST_IDLE, 10**9)
    at_work(scene, "far", SHANGHAI)
    scene.chat("c1")
    assert scene.holder_of("c1") == "far"


def test_a_contact_may_name_a_site_of_its_own() -> None:
    scene = scene_of(AgentStrategy.LONGEST_IDLE, 60_000)
    at_work(scene, "here", BERLIN)
    at_work(scene, "there", SHANGHAI)
    arrival = cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, site=SHANGHAI)
    scene.do(arrival)
    scene.chat("c2")
    assert (scene.holder_of("c1"), scene.holder_of("c2")) == ("there", "here")


def test_without_a_site_there_is_no_cost() -> None:
    scene = scene_of(AgentStrategy.LONGEST_IDLE, 60_000, SiteId(""))
    at_work(scene, "first", SHANGHAI)
    at_work(scene, "second", BERLIN)
    scene.chat("c1")
    assert scene.holder_of("c1") == "first"


def test_a_reload_changes_the_site_of_what_waits() -> None:
    scene = scene_of(AgentStrategy.LONGEST_IDLE, 60_000)
    scene.chat("c1")
    scene.chat("c2")
    sales = policy(site=SHANGHAI, site_cost=60_000)
    scene.do(cmd.ApplyConfiguration(configuration(sales, version="v2")))
    assert scene.contact("c1").demand.site == SHANGHAI


@pytest.mark.parametrize("cost", [-1])
def test_a_cost_is_not_negative(scene: Scene, cost: int) -> None:
    command = cmd.ApplyConfiguration(configuration(policy(SALES, site_cost=cost)))
    assert scene.code(command) == "configuration_invalid"
