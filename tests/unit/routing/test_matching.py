"""Who is eligible, who is not, and by the name of which filter."""

import msgspec
import pytest

from routing import commands as cmd
from routing.ids import AgentId, TeamId
from routing.matching import FILTERS, NaiveMatcher, refused_by
from routing.model import AgentState, CapacityRule
from tests.unit.routing.scene import (
    HELP,
    REOFFER_GAP_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    policy,
)

ANN = AgentId("ann")


@pytest.fixture
def waiting(scene: Scene) -> Scene:
    """A chat waits for ann, who has her desk open and is not ready."""
    scene.put("ann")
    scene.connect("ann")
    scene.chat("c1")
    return scene


def reason(scene: Scene) -> str | None:
    """Why ann does not get c1."""
    return refused_by(scene.agent("ann"), scene.contact("c1"))


def test_permission_comes_first(waiting: Scene) -> None:
    waiting.put("ann", queues=(HELP,))
    waiting.disconnect("ann")
    assert reason(waiting) == "permission"


def test_then_presence(waiting: Scene) -> None:
    waiting.disconnect("ann")
    assert reason(waiting) == "presence"


def test_then_readiness(waiting: Scene) -> None:
    assert reason(waiting) == "readiness"


def test_then_the_channel(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.chat("c1")
    assert reason(scene) == "channel"


@pytest.mark.parametrize("units", [capacity(1), capacity(2, chat=1, voice=1)])
def test_then_capacity(scene: Scene, units: CapacityRule) -> None:
    scene.do(cmd.PutAgent(ANN, TeamId("team"), (SALES,), units))
    scene.connect("ann")
    scene.set_state("ann", AgentState.READY)
    scene.chat("busy")
    scene.chat("c1")
    assert reason(scene) == "capacity"


def test_then_exclusion(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    assert reason(scene) == "exclusion"


def test_whom_no_filter_removes_is_eligible(scene: Scene) -> None:
    scene.chat("c1")
    scene.ready("ann")
    contact = msgspec.structs.replace(scene.contact("c1"), asked={})
    assert refused_by(scene.agent("ann"), contact) == "capacity"
    assert refused_by(msgspec.structs.replace(scene.agent("ann"), holds={}), contact) is None


def test_whom_the_contact_is_offered_to_is_not_asked_again(scene: Scene) -> None:
    scene.chat("c1")
    scene.ready("ann", capacity(2))
    assert reason(scene) == "asked"


def test_the_filters_stand_in_the_order_of_the_contract() -> None:
    names = [name for name, _ in FILTERS]
    assert names == [
        "permission",
        "presence",
        "readiness",
        "channel",
        "step",
        "skills",
        "asked",
        "capacity",
        "barred",
        "wrap_up",
        "exclusion",
    ]


def test_nobody_is_the_answer_where_nobody_is_eligible(waiting: Scene) -> None:
    matcher = NaiveMatcher(waiting.engine.state)
    assert matcher.best_agent(waiting.contact("c1"), 0) is None
    assert matcher.best_contact(waiting.agent("ann"), 0) is None


def test_a_contact_kept_from_one_agent_does_not_hold_up_the_next(scene: Scene) -> None:
    scene.do(cmd.ApplyConfiguration(configuration(policy(reoffer_gap_ms=REOFFER_GAP_MS))))
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    scene.reject("c1")
    assert scene.holder_of("c2") == "ann"
