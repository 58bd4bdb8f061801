"""What leads need from a store; a part of `ports`, whose promises and errors hold here too."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from crm_link.leads.model import Lead
from routing.ids import ContactId


class LeadWords(msgspec.Struct, frozen=True, kw_only=True):
    """What of a lead is personal: everything is "" once it is erased."""

    interest: str
    customer_name: str = ""
    number: str = ""


class StoredLead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead as it is kept. `lead_no` is what people call it by. Instants in UTC ms.

    `contact_id` is where the interest was heard, `campaign_id` the campaign it came from ("" for none); `look_at_ms`: when
    the system has something to do for it. `closed_at_ms` is None while it is open.
    """

    lead: Lead
    words: LeadWords
    created_by: str
    contact_id: ContactId
    customer_key: str
    language: str
    campaign_id: str = ""
    lead_no: int = 0
    look_at_ms: int | None = None
    closed_at_ms: int | None = None

    @property
    def order_ms(self) -> int:
        """What every list is ordered by: when it comes back while it is open, when it was closed after that."""
        found = self.lead.remind_at_ms if self.lead.is_open else self.closed_at_ms
        return found or 0


class LeadEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a lead as it was taken: by whom ("" for the system), with which words, and how it stood then."""

    lead_id: str
    version: int
    at_ms: int
    command_id: str
    step: str
    stage: str
    owner_id: str = ""
    by: str = ""
    contact_id: str = ""
    text: str = ""


class LeadList(StrEnum):
    """Which leads of queues a list tells."""

    OPEN = "open"
    """By when they come back."""
    DUE = "due"
    """Those whose reminder is over."""
    MINE = "mine"
    """Open ones of one owner, by when they come back."""
    CLOSED = "closed"
    """Won and lost, the newest first."""


class LeadQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: of these queues, at most `limit`, after `mark` (of the last lead of the page before)."""

    list_: LeadList
    queue_ids: Sequence[str]
    now_ms: int
    limit: int
    owner_id: str = ""
    mark: tuple[int, str] | None = None


class Leads(Protocol):
    """Leads and their steps (transaction kind 3)."""

    async def put(self, stored: StoredLead, event: LeadEvent) -> StoredLead:
        """Store the lead and the step that led to it, in one transaction; a new one gets its number.

        Version 1 is a new one. The same command again changes nothing, and gives what is stored. Raises ChangedMeanwhile
        unless the version before is the stored one.
        """

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Look at a lead again at that instant; False if it has moved on."""

    async def get(self, lead_id: str) -> StoredLead | None:
        """By id."""

    async def of_command(self, command_id: str) -> LeadEvent | None:
        """The step that this command led to."""

    async def events(self, lead_id: str) -> list[LeadEvent]:
        """The steps of one, oldest first."""

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredLead]:
        """Leads this contact is about, and the customer's others, newest first; "" is no customer."""

    async def page(self, query: LeadQuery) -> list[StoredLead]:
        """A page of a list."""

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """How many leads of a campaign are in which stage."""

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredLead]:
        """Leads for which the system has something to do by now, the earliest first."""
