"""What the interaction log stores beside a contact's one row, and what it can be searched for."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from routing.ids import AgentId, ContactId


class Phase(msgspec.Struct, kw_only=True):
    """A stretch of a contact's life: `kind` is waiting, offer, talk, hold, parked, wrap_up, ... Instants in ms.

    `began_seq` is the event that began it. `ended_as` is a word of the product: answered, moved, accepted, missed,
    transferred, ... ; "" while it lasts.
    """

    contact_id: ContactId
    began_seq: int
    kind: str
    queue_id: str
    began_at_ms: int
    agent_id: AgentId | None = None
    ended_at_ms: int | None = None
    ended_as: str = ""
    to_queue_id: str | None = None
    to_agent_id: str | None = None
    by_user_id: str | None = None
    disposition_id: str | None = None


class Word(msgspec.Struct, frozen=True):
    """Something looked for in texts: terms that stand side by side, the last of them perhaps only begun."""

    terms: tuple[str, ...]
    is_begun: bool = False


class InteractionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which contacts are wanted; None = whichever. `from_ms` and `until_ms` (excluded) are of the arrival.

    `words`: all of them stand in the contact's texts.
    """

    from_ms: int | None = None
    until_ms: int | None = None
    channel: str | None = None
    queue_id: str | None = None
    agent_id: str | None = None
    outcome: str | None = None
    disposition_id: str | None = None
    customer_key: str | None = None
    words: tuple[Word, ...] = ()


class Sight(msgspec.Struct, frozen=True):
    """Whose contacts somebody may see: those of these queues and those of these agents; all, where both are None."""

    queue_ids: tuple[str, ...] | None = None
    agent_ids: tuple[str, ...] | None = None


EVERYTHING = Sight()


class SearchDocument(msgspec.Struct, frozen=True):
    """The terms of all texts of a contact, in order, separated by spaces."""

    contact_id: ContactId
    terms: str


class SearchTexts(Protocol):
    """The texts of contacts as they are searched (transaction kind 2); their cursor follows the interaction log's."""

    async def due(self, limit: int) -> list[tuple[ContactId, int]]:
        """(contact, seq of its newest text) of contacts with texts that are not searchable yet, oldest first."""

    async def put(self, documents: Sequence[SearchDocument], as_of_seq: int) -> None:
        """Replace these contacts' documents; all texts up to `as_of_seq` are searchable now."""
