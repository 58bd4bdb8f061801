"""Rows that move by steps, as cases and leads do: what is the same of both.

A row has a version. A step stores the row at the next one, together with an event that says who took it; a command is one
step, however often it comes.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol, TypeVar

import msgspec

from routing.ids import ContactId

StoredT = TypeVar("StoredT", bound=msgspec.Struct)

_CLOSED: Final = "closed"
_MINE: Final = "mine"
_DUE: Final = ("late", "due")


class StepEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it was taken: by whom ("" for the system), with which words, and how the row stood then. `text` is personal.

    `row_id` is the case's or the lead's; `state` is a lead's stage; only a case is in a department.
    """

    row_id: str
    version: int
    at_ms: int
    command_id: str
    step: str
    state: str
    department_id: str = ""
    owner_id: str = ""
    by: str = ""
    contact_id: str = ""
    text: str = ""


class RowsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: a list of these groups (departments of cases, queues of leads), at most `limit` rows, after `mark` (of the last row of the page before)."""

    list_: StrEnum
    group_ids: Sequence[str]
    now_ms: int
    limit: int
    owner_id: str = ""
    mark: tuple[int, str] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether those that are over are wanted, the newest first; else open ones, what is due first."""
        return self.list_ == _CLOSED

    @property
    def is_mine(self) -> bool:
        """Whether those of one owner are wanted, whatever group they are in."""
        return self.list_ == _MINE

    @property
    def is_due(self) -> bool:
        """Whether only what is due by now is wanted."""
        return self.list_ in _DUE


class SteppedRows(Protocol[StoredT]):
    """Rows of one kind and their steps (transaction kind 3)."""

    async def put(self, stored: StoredT, event: StepEvent) -> StoredT:
        """Store the row and the step that led to it, in one transaction; a new one gets its number.

        Version 1 is a new one. The same command again changes nothing, and gives what is stored. Raises ChangedMeanwhile
        unless the version before is the stored one.
        """

    async def get(self, row_id: str) -> StoredT | None:
        """By id."""

    async def of_command(self, command_id: str) -> StepEvent | None:
        """The step that this command led to."""

    async def events(self, row_id: str) -> list[StepEvent]:
        """The steps of one, oldest first."""

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredT]:
        """Those this contact is about, and the customer's others, newest first; "" is no customer."""

    async def page(self, query: RowsQuery) -> list[StoredT]:
        """A page of a list."""

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredT]:
        """Those for which the system has something to do by now, the earliest first."""
