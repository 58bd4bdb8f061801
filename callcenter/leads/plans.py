"""Who works on leads, as the configuration in force says."""

import msgspec

from callcenter.auth.principal import Principal, Role
from routing.ids import DispositionId, QueueId


class LeadPlan(msgspec.Struct, frozen=True):
    """New leads come to the agents of `queue_id`; `follow_up_ms` is open time; these dispositions make one."""

    queue_id: QueueId
    follow_up_ms: int
    disposition_ids: tuple[DispositionId, ...] = ()


def seen_queues(principal: Principal, queue_ids: list[str]) -> list[str]:
    """Of whose leads somebody is told."""
    if principal.role is Role.ADMIN:
        return queue_ids
    return [one for one in queue_ids if one in principal.queue_ids]
