"""What the steps of a queue must keep to."""

import pytest

from routing import commands as cmd
from routing.errors import RefusalCode
from routing.ids import QueueId, SkillId
from routing.limits import QUEUE_STEPS_MAX
from routing.model import QueuePolicy, RoutingStep, SkillNeed, StepAsks
from tests.unit.routing.scene import HELP, Scene, configuration, policy

CHINESE = SkillId("chinese")
ASK_AGENT = RoutingStep(asks=StepAsks.AGENT)
ASK_TEAM = RoutingStep(after_ms=10_000, asks=StepAsks.TEAM)


def queue_with(*steps: RoutingStep) -> QueuePolicy:
    """A sales queue."""
    return policy(steps=steps)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (queue_with(RoutingStep(after_ms=1)), "must begin at 0"),
        (queue_with(RoutingStep(), RoutingStep(after_ms=2), RoutingStep(after_ms=2)), "each other"),
        (queue_with(ASK_AGENT), "the last step asks the preferred agent"),
        (queue_with(RoutingStep(), ASK_TEAM), "the last step asks the preferred agent"),
        (queue_with(RoutingStep(credit_ms=-1)), "takes age away"),
        (queue_with(RoutingStep(needs=(SkillNeed(CHINESE, 11),))), "level outside"),
        (queue_with(RoutingStep(queue_ids=(QueueId("nowhere"),))), "a queue that there is not"),
        (queue_with(*(RoutingStep(after_ms=n) for n in range(QUEUE_STEPS_MAX + 1))), "more than"),
    ],
)
def test_steps_that_cannot_be_are_refused(scene: Scene, wrong: QueuePolicy, said: str) -> None:
    refusal = scene.refused(cmd.ApplyConfiguration(configuration(wrong, policy(HELP))))
    assert refusal.code is RefusalCode.CONFIGURATION_INVALID
    assert said in refusal.detail
