"""What cases need from a store; a part of `ports`, whose promises and errors hold here too."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from callcenter.ports.steps import SteppedRows
from crm_link.cases.model import Case
from routing.ids import ContactId


class CaseWords(msgspec.Struct, frozen=True, kw_only=True):
    """What of a case is personal: everything is "" once it is erased."""

    subject: str
    description: str = ""
    customer_name: str = ""
    number: str = ""
    solution: str = ""


class CaseList(StrEnum):
    """Which cases of departments a list tells."""

    OPEN = "open"
    """By what is due first."""
    LATE = "late"
    CLOSED = "closed"
    """The newest first."""
    MINE = "mine"
    """Open ones of one owner, by what is due first."""
    REPORTS = "reports"
    """Reports of major complaints that nobody at the top has read."""


class StoredCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is kept. `case_no` is what people call it by. Instants in UTC ms.

    `call_back_id` is the newest promise to ask the customer, `calls` how many there were; `look_at_ms`: when the system
    has something to do for it. `closed_at_ms` is None while it is open. `late_at_ms`: when it becomes late and other programs
    are to be told; None once they are, until there is another deadline.
    """

    case: Case
    words: CaseWords
    opened_by: str
    contact_id: ContactId
    customer_key: str
    language: str
    case_no: int = 0
    call_back_id: str = ""
    calls: int = 0
    look_at_ms: int | None = None
    closed_at_ms: int | None = None
    late_at_ms: int | None = None

    def order_ms(self, list_: CaseList = CaseList.OPEN) -> int:
        """What a list is ordered by: when it is due while it is open, when it was closed after that; a report by its age."""
        if list_ is CaseList.REPORTS:
            return self.case.reported_at_ms or 0
        found = self.case.due_at_ms if self.case.is_open else self.closed_at_ms
        return found or 0


def numbered_case(stored: StoredCase, before: StoredCase | None, case_no: int) -> StoredCase:
    """The case with its number, and with when it becomes late: nobody is told twice of one deadline."""
    case, late_at_ms = stored.case, stored.case.due_at_ms
    if before is not None and (before.case.due, before.case.due_at_ms) == (case.due, late_at_ms):
        late_at_ms = before.late_at_ms
    late_at_ms = late_at_ms if case.is_open else None
    return msgspec.structs.replace(stored, case_no=case_no, late_at_ms=late_at_ms)


class CaseCount(msgspec.Struct, frozen=True):
    """How many cases a department has, and how many of them are late."""

    department_id: str
    open: int
    late: int


class Cases(SteppedRows[StoredCase], Protocol):
    """Cases and their steps."""

    async def keep(self, stored: StoredCase, version: int) -> bool:
        """Store what the system does next for a case (`call_back_id`, `calls`, `look_at_ms`); False if the case has moved on."""

    async def link(self, case_id: str, contact_id: ContactId, at_ms: int) -> None:
        """Note that a contact is about a case; again changes nothing."""

    async def contacts(self, case_id: str) -> list[ContactId]:
        """Which contacts are about a case, oldest first."""

    async def counts(self, department_ids: Sequence[str], now_ms: int) -> list[CaseCount]:
        """How many are open and late, a row for each department in the order asked."""

    async def note_late(self, now_ms: int, *, limit: int) -> int:
        """Leave a notice of each case that has become late, the earliest first, at most so many; returns how many."""
