"""Documents in few words: a sound one, with changes."""

from collections.abc import Sequence
from typing import Any

from callcenter.config_loader.schema import Document
from routing.commands import PutAgent
from routing.ids import AgentId, QueueId, SkillId, TeamId
from routing.model import CapacityRule, Channel

NOW_MS = 1_790_000_000_000
"""2026-09-21."""

NAME = {"en": "Name", "zh": "名称"}
OFFICE = {
    "id": "office",
    "name": NAME,
    "zone": "Asia/Shanghai",
    "weekly": {"monday": ["09:00-18:00"]},
}


def queue(queue_id: str = "sales", **changes: object) -> dict[str, Any]:
    """A queue with its defaults."""
    return {"id": queue_id, "name": NAME, "dispositions": ["solved"], **changes}


def plain(*queues: dict[str, Any], **changes: object) -> dict[str, Any]:
    """A document as JSON has it: skills `zh` and `en`, a calendar `office`."""
    return {
        "queues": list(queues) or [queue()],
        "not_ready_reasons": [
            {"id": one, "name": NAME, "alert_after_s": 60} for one in ("signed_in", "missed")
        ],
        "dispositions": [{"id": "solved", "name": NAME}],
        "teams": [{"id": "north", "name": NAME}],
        "skills": [{"id": one, "name": NAME} for one in ("zh", "en")],
        "sites": [{"id": "berlin", "name": NAME}],
        "calendars": [OFFICE],
        **changes,
    }


def document(*queues: dict[str, Any], **changes: object) -> Document:
    """The same, checked as far as types go."""
    return Document.model_validate(plain(*queues, **changes))


def agent(
    agent_id: str,
    *queue_ids: str,
    capacity: int = 1,
    channels: Sequence[Channel] = tuple(Channel),
    skills: dict[str, int] | None = None,
) -> PutAgent:
    """The facts of an agent of these queues who works on these channels."""
    return PutAgent(
        AgentId(agent_id),
        TeamId("north"),
        tuple(QueueId(one) for one in queue_ids),
        CapacityRule(capacity, dict.fromkeys(channels, capacity)),
        {SkillId(one): level for one, level in (skills or {}).items()},
    )
