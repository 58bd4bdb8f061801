"""What leads need from a store; a part of `ports`, whose promises and errors hold here too."""

from enum import StrEnum
from typing import Protocol

import msgspec

from callcenter.ports.steps import SteppedRows
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


class Leads(SteppedRows[StoredLead], Protocol):
    """Leads and their steps."""

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Look at a lead again at that instant; False if it has moved on."""

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """How many leads of a campaign are in which stage."""
