"""Types of the calls on history: searching the interaction log, exporting it, one customer's timeline."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from agents.protocol import ChatMessage
from callcenter.customers.profiles import ADDRESS_CHARACTERS_MAX
from callcenter.web.schemas import SEQ_MAX, Id, InteractionRow
from routing.model import Channel

Instant = Annotated[int, Meta(ge=0, le=SEQ_MAX)]
PageMark = Annotated[str, Meta(pattern="^[0-9]{1,18}-[ -~]{1,120}$")]
CustomerKey = Annotated[str, Meta(pattern="^[A-Za-z0-9_=-]{1,64}$")]
LogPageLength = Annotated[int, Meta(ge=1, le=200)]
TimelinePageLength = Annotated[int, Meta(ge=1, le=50)]


class Outcome(StrEnum):
    """How a contact ended."""

    HANDLED = "handled"
    ABANDONED = "abandoned"
    TURNED_AWAY = "turned_away"
    UNREACHED = "unreached"
    HANDLED_OUTSIDE = "handled_outside"


class LogFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which contacts; all that is given must fit. `from_ms` and `until_ms` (excluded) are of the arrival.

    `text`: words of the conversation, of notes and subjects, and of the customer's name.
    """

    from_ms: Instant | None = None
    until_ms: Instant | None = None
    channel: Channel | None = None
    queue_id: Id | None = None
    agent_id: Id | None = None
    outcome: Outcome | None = None
    disposition_id: Id | None = None
    customer_key: CustomerKey | None = None
    text: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class InteractionsQuery(LogFilter, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of the log: `before` is the `next_before` of the page before."""

    before: PageMark | None = None
    limit: LogPageLength = 50


class InteractionsPage(msgspec.Struct, frozen=True):
    """A part of the log, newest first; `next_before` is null at its end.

    A page may hold fewer rows than asked for, even none, and not be the last: the work for one page is bounded.
    `is_cut`: very many texts hold the words, and only the newest of them were looked at.
    """

    as_of_seq: int
    interactions: list[InteractionRow]
    next_before: str | None
    is_cut: bool = False


class InteractionsExport(msgspec.Struct, frozen=True):
    """Contacts as CSV, newest first, without names and texts; `is_whole` is false where there are more than `rows`."""

    as_of_seq: int
    rows: int
    is_whole: bool
    csv: str


class TimelineQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose contacts: `before` is the `next_before` of the page before."""

    customer_key: CustomerKey
    before: PageMark | None = None
    limit: TimelinePageLength = 20


class TimelineContact(msgspec.Struct, frozen=True):
    """One contact of the customer with its newest messages, oldest first; `has_more`: there are earlier ones."""

    interaction: InteractionRow
    messages: list[ChatMessage]
    has_more: bool
    notes: str


class Timeline(msgspec.Struct, frozen=True):
    """A customer's contacts as far as the caller may see them, newest first."""

    as_of_seq: int
    contacts: list[TimelineContact]
    next_before: str | None


class FindCustomer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address or number of a customer, however it is written."""

    address: Annotated[str, Meta(min_length=1, max_length=ADDRESS_CHARACTERS_MAX)]


class CustomerFound(msgspec.Struct, frozen=True):
    """What journal and log know the customer by; whether there was ever a contact, it does not say."""

    customer_key: str
