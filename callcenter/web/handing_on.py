"""What a transfer says and how it can fail, whoever asks for it."""

import msgspec

from callcenter.web.schemas import Id
from routing.errors import RefusalCode


class HandOn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a contact goes: either a queue, or one agent."""

    queue_id: Id | None = None
    agent_id: Id | None = None


HAND_ON_ERRORS = (
    RefusalCode.TRANSFER_INVALID,
    RefusalCode.QUEUE_UNKNOWN,
    RefusalCode.QUEUE_CLOSED,
    RefusalCode.QUEUE_UNSTAFFED,
    RefusalCode.QUEUE_FULL,
    RefusalCode.AGENT_UNKNOWN,
    RefusalCode.AGENT_NOT_ELIGIBLE,
    RefusalCode.CONTACT_ENDED,
)
