"""What the calls of phone systems need from a store; a part of `ports`, whose promises hold here too."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from routing.ids import ContactId


class CallEvent(msgspec.Struct, frozen=True):
    """What was told of a call, by its phone system or by an agent's desk, as it is stored before it is acted on.

    `body` is the event as JSON and may hold numbers; such rows are deleted two days after they came.
    """

    connection_id: str
    event_id: str
    call_id: str
    contact_id: ContactId
    received_at_ms: int
    body: bytes


class CallRow(msgspec.Struct, frozen=True):
    """A call: which contact it is, and how it ended. `ended_at_ms` is None while it is open."""

    connection_id: str
    call_id: str
    contact_id: ContactId
    begun_at_ms: int
    ended_at_ms: int | None = None
    end_cause: str = ""


class CallLog(Protocol):
    """Events of calls, each kept once (transaction kind 3)."""

    async def append(self, events: Sequence[CallEvent]) -> list[bool]:
        """Store the events, and a row for each call not seen before, in one transaction.

        Returns for each whether it must be acted on: it was not stored before, and its call is not over.
        """

    async def open_calls(self) -> list[CallRow]:
        """Calls that have not ended, the longest open first."""

    async def of_call(self, row: CallRow) -> list[CallEvent]:
        """Everything stored of a call, as it came."""

    async def get(self, contact_id: ContactId) -> CallRow | None:
        """The call of a contact."""

    async def finish(self, rows: Sequence[CallRow]) -> None:
        """The calls are over: replace their rows, each of another call, in one transaction."""

    async def forget_events(self, before_ms: int) -> int:
        """Delete events of ended calls that came before the instant; returns how many."""
