"""Read models: what projections store (transaction kind 2), and the interaction log and the figures read from it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from callcenter.log_rows import InteractionFilter, Phase, Sight
from callcenter.ports.journal import RowChange
from routing.ids import AgentId, ContactId, QueueId, ReasonId, TeamId
from routing.service_level import AgentTimes, Figures, OpenWrapUp, Segment


class ProjectionRows(Protocol):
    """Rows of read models and their cursors (transaction kind 2: later, re-runnable)."""

    async def cursor(self, projection: str) -> int:
        """The seq this projection's rows stand at; 0 when it never ran."""

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        """Apply the changes in order and move the cursor, in one transaction. Raises ChangedMeanwhile if it is not at `after_seq`."""


class Interaction(msgspec.Struct, frozen=True):
    """The stored record of a contact, one row of the interaction log. Instants in ms; None = did not happen."""

    contact_id: ContactId
    channel: str
    queue_id: str
    customer_key: str
    arrived_at_ms: int
    first_offered_at_ms: int | None
    answered_at_ms: int | None
    ended_at_ms: int | None
    closed_at_ms: int | None
    agent_id: AgentId | None
    outcome: str | None
    disposition_id: str | None
    ended_by: str | None
    offers: int
    missed: int
    rejected: int
    requeues: int
    messages: int


class InteractionPage(msgspec.Struct, frozen=True):
    """Interactions newest first, what they are true as of, and where the next page starts (None = the end). `is_cut`: so many texts hold the words that only contacts with the newest of them were looked at."""

    as_of_seq: int
    interactions: list[Interaction]
    next_before: str | None
    is_cut: bool = False


class OpenContact(msgspec.Struct, frozen=True):
    """A contact that is not closed: where it stands, what its age counts from, and its stay in the queue."""

    interaction: Interaction
    stage: str
    age_origin_ms: int
    segment: Segment | None


class AgentStanding(msgspec.Struct, frozen=True):
    """An agent's state and since when, what is in hand, and since when the agent's time is of one kind."""

    agent_id: AgentId
    team_id: TeamId
    state: str
    reason_id: ReasonId | None
    since_ms: int
    offered: int
    talking: int
    wrap_ups: tuple[OpenWrapUp, ...]
    kind_since_ms: int


_WRAP_UPS = msgspec.json.Decoder(tuple[OpenWrapUp, ...])


def wrap_ups_text(wrap_ups: Iterable[OpenWrapUp]) -> str:
    """An agent's wrap-ups as the column `wrap_ups` holds them: no more of them than an agent has capacity."""
    return msgspec.json.encode(tuple(wrap_ups)).decode()


def wrap_ups_of(text: str) -> tuple[OpenWrapUp, ...]:
    """The wrap-ups of the column's text."""
    return _WRAP_UPS.decode(text) if text else ()


class QueueInterval(msgspec.Struct, frozen=True):
    """Figures of the segments that began in the quarter of an hour from `start_ms` under one threshold."""

    queue_id: QueueId
    start_ms: int
    threshold_ms: int
    figures: Figures


class AgentInterval(msgspec.Struct, frozen=True):
    """How an agent's time went in the quarter of an hour from `start_ms`."""

    agent_id: AgentId
    start_ms: int
    times: AgentTimes


class Beginning(msgspec.Struct, frozen=True):
    """What a fold goes on from, all of it true at one seq."""

    as_of_seq: int
    open_contacts: list[OpenContact]
    agents: list[AgentStanding]
    thresholds: dict[QueueId, int]
    intervals: list[QueueInterval]
    """Those that began at the instant asked for or later."""
    open_phases: list[Phase] = []


class AgentWork(msgspec.Struct, frozen=True):
    """One agent's time and phases since an instant, and the standing now; None of somebody who is no agent."""

    as_of_seq: int
    intervals: list[AgentInterval]
    standing: AgentStanding | None
    phases: list[Phase]


class Statistics(Protocol):
    """Reads of the stored figures; the seq they are true as of comes first."""

    async def beginning(self, since_ms: int, /) -> Beginning:
        """What a board or a projection starts from, with the intervals since an instant."""

    async def queues(
        self, from_ms: int, until_ms: int, /
    ) -> tuple[int, list[QueueInterval], list[Segment]]:
        """Intervals that start in [from, until), and the segments that began there and are not over."""

    async def agents(
        self, from_ms: int, until_ms: int, /
    ) -> tuple[int, list[AgentInterval], list[AgentStanding]]:
        """Intervals that start in [from, until), and every agent's standing."""

    async def of_agent(self, agent_id: AgentId, since_ms: int, /) -> AgentWork:
        """Intervals that start, and phases that began, at the instant or later."""


class Interactions(Protocol):
    """Reads of the interaction log."""

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """One row."""

    async def page(
        self,
        sight: Sight,
        wanted: InteractionFilter,
        *,
        before: str | None,
        limit: int,
    ) -> InteractionPage:
        """Newest first by (arrived_at_ms, contact_id). `before` is the opaque `next_before` of the page before.

        The work for one page is bounded: a page may hold fewer than `limit`, even none, and not be the last.
        """

    async def phases(self, contact_id: ContactId) -> tuple[int, list[Phase]]:
        """(as_of_seq, all phases of a contact in the order of their beginning)."""

    async def of_customer(self, customer_key: str, limit: int) -> list[Interaction]:
        """The newest of one customer, newest first; none for the key "", which is nobody's."""

    async def since(self, arrived_at_ms: int) -> tuple[int, list[Interaction]]:
        """(as_of_seq, all rows arrived at or after the instant, or not closed yet): what a board counts."""
