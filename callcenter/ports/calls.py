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
    """A call: which contact it is, and how it ended. `ended_at_ms` is None while it is open.

    Once it is over, `number` is what was dialled, and `is_blocked` says that no queue kept it: the number leads nowhere, or
    the caller was turned away. `asides`, as JSON, say whom its agents asked meanwhile. Of a call of ours `dialled_at_ms` is when
    the phone system began to dial the customer, as far as it has said; None: not at all.
    """

    connection_id: str
    call_id: str
    contact_id: ContactId
    begun_at_ms: int
    ended_at_ms: int | None = None
    end_cause: str = ""
    number: str = ""
    is_blocked: bool = False
    asides: str = ""
    dialled_at_ms: int | None = None


class CallCount(msgspec.Struct, frozen=True):
    """How many calls of a phone system, to one number, came in an hour from `hour_ms` on, and how many no queue kept."""

    connection_id: str
    number: str
    hour_ms: int
    calls: int
    blocked: int


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

    async def counts(self, since_ms: int) -> list[CallCount]:
        """Calls that have begun since then, by phone system, number and hour, in that order; open ones have no number yet."""

    async def forget_events(self, before_ms: int) -> int:
        """Delete events of ended calls that came before the instant; returns how many."""


class PlacedCalls(Protocol):
    """Calls we have placed, as the caps of dialling count them; a row is committed with its contact's arrival."""

    async def usage(self, agent_id: str, since_ms: int, but: ContactId) -> tuple[int, int, int]:
        """Calls by the agent, by all, and their cost, since the instant; `but` is not counted."""

    async def forget(self, before_ms: int) -> None:
        """Delete what no cap asks for any more."""
