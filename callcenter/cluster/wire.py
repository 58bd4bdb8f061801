"""What processes say to each other, and under which names it stands in Redis.

All names of a domain carry the same hash tag, so that a Redis Cluster keeps them in one place.
"""

from typing import Any, Final, TypeAlias

import msgspec

from agents.protocol import AskedCard, CallCard, EmailCard
from callcenter.host.envelope import Envelope
from routing.errors import Refusal
from routing.ids import AgentId, ContactId
from routing.model import Party

FIELD: Final = b"m"
"""The one field of an entry of a stream."""


class Names:
    """Keys in Redis of one domain."""

    def __init__(self, domain_id: str) -> None:
        """Nothing is made by naming it."""
        self._tag = f"{{{domain_id}}}"
        self.commands = f"{self._tag}:commands"
        self.news = f"{self._tag}:news"
        self.notes = f"{self._tag}:notes"

    def lease(self, role: str) -> str:
        """Who does what only one process may do."""
        return f"{self._tag}:lease:{role}"

    def answers(self, process_id: str) -> str:
        """What a process that asked is told."""
        return f"{self._tag}:answers:{process_id}"

    def tries(self, window: str, key: str) -> str:
        """How often something was tried of late."""
        return f"{self._tag}:tries:{window}:{key}"

    def trusted(self, key: str) -> str:
        """Who has proved to be who they say."""
        return f"{self._tag}:trusted:{key}"


class Question(msgspec.Struct, frozen=True, array_like=True, tag="question"):
    """A command of a process that decides nothing itself; `number` is its own count."""

    process_id: str
    number: int
    envelope: Envelope


class OpenSockets(msgspec.Struct, frozen=True, array_like=True, tag="sockets"):
    """Everybody who has a socket open at a gateway."""

    process_id: str
    agents: list[AgentId]
    contacts: list[ContactId]


ToRouter: TypeAlias = Question | OpenSockets


class Card(msgspec.Struct, frozen=True, array_like=True, tag="card"):
    """What the router knows of an open contact beside the journal: its mails' fate, its call."""

    contact_id: ContactId
    email: EmailCard | None = None
    call: CallCard | None = None


class Typing(msgspec.Struct, frozen=True, array_like=True, tag="typing"):
    """Somebody is writing, at the process named."""

    process_id: str
    contact_id: ContactId
    by: Party


class Asked(msgspec.Struct, frozen=True, array_like=True, tag="asked"):
    """What colleagues ask agents by phone; with `is_all` nobody else is asked anything."""

    cards: dict[AgentId, AskedCard]
    is_all: bool = False


Note: TypeAlias = Card | Typing | Asked


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What became of a question: durable, with the journal's number after it, or why not."""

    number: int
    seq: int = 0
    reply: dict[str, Any] = {}
    is_repeat: bool = False
    refusal: Refusal | None = None
    failure: str = ""
    """`reused`, `overloaded` or `unavailable`; empty when it was decided."""


class Owner(msgspec.Struct, frozen=True):
    """Who holds a lease, and where other processes reach it."""

    process_id: str
    url: str = ""
