"""What flows in the chat widget, and marks of surveys, need from a store; a part of `ports`, whose promises hold here too."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from routing.ids import ContactId


class VisitRow(msgspec.Struct, frozen=True):
    """A customer in a flow of the chat widget: before the queue, or after the chat. `body` is what was known when it began.

    `ended_at_ms` is None while it is open. Rows of visits that are over are deleted two days later, with their inputs.
    """

    visit_id: str
    contact_id: ContactId
    begun_at_ms: int
    body: bytes
    ended_at_ms: int | None = None


class VisitInput(msgspec.Struct, frozen=True):
    """What has moved a visit: its number within the visit, from 1, and the input as JSON."""

    visit_id: str
    n: int
    contact_id: ContactId
    at_ms: int
    body: bytes


class Visits(Protocol):
    """Visits and their inputs (transaction kind 3). Everything raises StorageError."""

    async def begin(self, row: VisitRow) -> VisitRow:
        """Store a visit; returns what is stored, which is another's row where the id is taken."""

    async def append(self, one: VisitInput) -> None:
        """Store an input. The same number again changes nothing."""

    async def get(self, visit_id: str) -> VisitRow | None:
        """By id."""

    async def open(self) -> list[VisitRow]:
        """Visits that have not ended, the longest open first."""

    async def inputs(self, visit_id: str) -> list[VisitInput]:
        """Everything that has moved a visit, in order."""

    async def finish(self, visit_id: str, at_ms: int) -> None:
        """The visit is over."""

    async def forget(self, before_ms: int) -> int:
        """Delete visits that ended before the instant, with their inputs; returns how many visits."""


class SurveyMark(msgspec.Struct, frozen=True):
    """A customer's answer to a question: which assignment it is about, from `low` to `high`.

    `assignment_id` is the accepted offer's id; it and `agent_id` are "" where no agent had the contact.
    """

    contact_id: ContactId
    question: str
    assignment_id: str
    agent_id: str
    queue_id: str
    answered_at_ms: int
    mark: int
    low: int
    high: int
    name_en: str = ""
    name_zh: str = ""


class MarkSum(msgspec.Struct, frozen=True):
    """Marks of one question, agent and queue that were given within one hour: how many, and their sum."""

    hour: int
    """Hours since the Unix epoch."""
    agent_id: str
    queue_id: str
    question: str
    name_en: str
    name_zh: str
    low: int
    high: int
    count: int
    total: int


class SurveyMarks(Protocol):
    """Marks of surveys (transaction kind 3)."""

    async def put(self, marks: Sequence[SurveyMark]) -> None:
        """Store them; a later answer of the same contact to the same question takes the place of the earlier."""

    async def of_contact(self, contact_id: ContactId) -> list[SurveyMark]:
        """Of one contact, by question."""

    async def sums(self, from_ms: int, until_ms: int, queue_ids: Sequence[str]) -> list[MarkSum]:
        """Of the queues and the time from `from_ms` to before `until_ms`, whole hours."""
