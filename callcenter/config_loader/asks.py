"""What the contacts of a configuration ask for, from first to last, and who could be asked. Pure."""

import msgspec

from callcenter.config_loader.findings import Path
from routing.commands import PutAgent
from routing.ids import QueueId
from routing.model import QueuePolicy, RoutingConfiguration, RoutingStep, SkillNeed


class Ask(msgspec.Struct, frozen=True):
    """What a queue's contacts ask for at one time: `path` is the step's, or the queue's when it has none."""

    path: Path
    policy: QueuePolicy
    step: RoutingStep
    needs_path: Path

    @property
    def needs(self) -> tuple[SkillNeed, ...]:
        """The skills asked for, without those of the contact itself."""
        return self.policy.needs if self.step.needs is None else self.step.needs

    @property
    def pool(self) -> tuple[QueueId, ...]:
        """The queues whose agents may be asked, each once."""
        return tuple(dict.fromkeys((self.policy.queue_id, *self.step.queue_ids)))

    def may_be_served_by(self, agent: PutAgent) -> bool:
        """Whether this agent is in the pool and has the skills."""
        is_of_team = self.step.team_id in (None, agent.team_id)
        is_in_pool = is_of_team and any(queue_id in agent.queue_ids for queue_id in self.pool)
        return is_in_pool and all(
            agent.skills.get(need.skill_id, 0) >= need.level for need in self.needs
        )


def asks_of(path: Path, policy: QueuePolicy) -> list[Ask]:
    """What a queue asks for, from first to last."""
    if not policy.steps:
        return [Ask(path, policy, RoutingStep(), (*path, "needs"))]
    places = [(*path, "steps", number) for number in range(len(policy.steps))]
    return [
        Ask(place, policy, step, (*(path if step.needs is None else place), "needs"))
        for place, step in zip(places, policy.steps, strict=True)
    ]


def asks_by_pool(routing: RoutingConfiguration) -> dict[QueueId, list[Ask]]:
    """Queue -> all that its agents may be asked for, by their own queue or by another's wider step."""
    asks: dict[QueueId, list[Ask]] = {}
    for number, policy in enumerate(routing.queues):
        for ask in asks_of(("queues", number), policy):
            for queue_id in ask.pool:
                asks.setdefault(queue_id, []).append(ask)
    return asks
