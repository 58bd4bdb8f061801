"""What a document drops while somebody still has it: each is an error that names who. Pure."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from callcenter.config_loader.differences import listed
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.schema import Document
from routing.ids import QueueId

_KINDS = {"queues": "queue", "skills": "skill", "sites": "site"}
"""Lists whose entries people have, and what one is called."""


class Holder(msgspec.Struct, frozen=True):
    """An agent by name, and the ids the agent has of each list of the document."""

    name: str
    ids: dict[str, Sequence[str]]


def in_use(
    before: Document | None,
    after: Document,
    holders: Sequence[Holder],
    contacts: Mapping[QueueId, int],
) -> Iterator[Finding]:
    """Entries of `before` that `after` has no more and agents have, and queues that hold contacts."""
    kept = {group: {one.id for one in getattr(after, group)} for group in _KINDS}
    for group, kind in _KINDS.items():
        for entry in () if before is None else getattr(before, group):
            names = [one.name for one in holders if entry.id in one.ids[group]]
            if entry.id not in kept[group] and names:
                verb = "has" if len(names) == 1 else "have"
                message = f"the {kind} {entry.id} cannot go while {listed(names)} {verb} it"
                yield Finding(FindingCode.STILL_HELD, (group,), message)
    for queue_id, count in contacts.items():
        if count and queue_id not in kept["queues"]:
            held = "1 contact" if count == 1 else f"{count} contacts"
            message = f"the queue {queue_id} cannot go while it holds {held}"
            yield Finding(FindingCode.STILL_HELD, ("queues",), message)
