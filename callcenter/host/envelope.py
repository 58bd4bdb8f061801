"""What is handed to the host, and what comes back.

HostError
├── CommandRefused     the engine said no; carries the Refusal
├── CommandIdReused    this command id was used for another request
├── HostOverloaded     the inbox is full; nothing was taken
└── HostUnavailable    the journal does not take writes: not known to be done, ask again with the same id
    └── RoutingPaused  whoever decides is another process, and none answers: the same holds
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from callcenter.ports.journal import Detail, RowChange
from routing.commands import Command
from routing.errors import Refusal
from routing.events import Event


class Envelope(msgspec.Struct, frozen=True):
    """One command with everything that must become durable with it.

    `command_id` is unique within 24 h; `digest` is of the request it came from, so that a repeat is told from a
    mix-up; an empty digest marks an id the server made itself, which needs no look-up. `reply` is what the
    sender is told, now and on every repeat. `rows` are what a channel wants known from the same instant on, `granted_rows`
    those of them that a permit refused on record leaves out.
    """

    command: Command
    command_id: str
    digest: bytes = b""
    reply: dict[str, Any] = {}
    details: tuple[Detail, ...] = ()
    rows: tuple[RowChange, ...] = ()
    granted_rows: tuple[RowChange, ...] = ()


class Submitted(msgspec.Struct, frozen=True):
    """The command is durable. `seq` is the journal's after it; `is_repeat`: it was done by an earlier request."""

    seq: int
    reply: dict[str, Any]
    is_repeat: bool


class Published(msgspec.Struct, frozen=True):
    """Events that have just become durable, `events[0]` being number `first_seq`, with their detail rows."""

    first_seq: int
    events: Sequence[Event]
    details: Sequence[Detail]


class HostError(Exception):
    """Base of what `Host.submit` raises."""


class CommandRefused(HostError):
    """The engine refused the command; nothing changed."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the refusal."""
        super().__init__(refusal.detail)
        self.refusal = refusal


class CommandIdReused(HostError):
    """The command id belongs to another request."""


class HostOverloaded(HostError):
    """The inbox is full."""


class HostUnavailable(HostError):
    """The command may or may not be done; the same id later tells."""


class RoutingPaused(HostUnavailable):
    """No router answers; the same id later tells."""
