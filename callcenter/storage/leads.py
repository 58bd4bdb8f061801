"""Leads in SQL."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.notices import lead_notice
from callcenter.ports.leads import LeadWords, StoredLead
from callcenter.storage.database import Database
from callcenter.storage.stepped import Kind, SqlStepped
from callcenter.storage.tables.leads import lead_events, leads
from crm_link.leads.model import Lead, LeadStage

_WORDS: Final = LeadWords.__struct_fields__
_PLAIN: Final = (
    "lead_id",
    "version",
    "queue_id",
    "created_at_ms",
    "owner_id",
    "since_ms",
    "rounds",
)
"""Columns that are as the fields of a lead."""
_BESIDE: Final = (
    "created_by",
    "contact_id",
    "customer_key",
    "language",
    "campaign_id",
    "lead_no",
    "look_at_ms",
)
"""Columns that are as the fields beside the lead."""


class SqlLeads(SqlStepped[StoredLead]):
    """`ports.leads.Leads` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        super().__init__(database, domain_id, LEAD)

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Unless it has moved on."""
        return await self._change(lead_id, version, look_at_ms=at_ms)

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """From the index of campaigns."""
        query = (
            sa.select(leads.c.stage, sa.func.count().label("leads"))
            .where(leads.c.domain_id == self._domain_id, leads.c.campaign_id == campaign_id)
            .group_by(leads.c.stage)
        )
        return await self._database.read(
            lambda connection: {row.stage: row.leads for row in connection.execute(query)}
        )


def _numbered(stored: StoredLead, _before: StoredLead | None, lead_no: int) -> StoredLead:
    return msgspec.structs.replace(stored, lead_no=lead_no)


def _columns(stored: StoredLead) -> dict[str, Any]:
    return {
        **{name: getattr(stored.lead, name) for name in _PLAIN},
        **{name: getattr(stored.words, name) for name in _WORDS},
        **{name: getattr(stored, name) for name in _BESIDE},
        "stage": stored.lead.stage.value,
        "is_open": stored.lead.is_open,
        "order_ms": stored.order_ms,
    }


def _lead(row: sa.Row[Any]) -> StoredLead:
    return StoredLead(
        lead=Lead(
            stage=LeadStage(row.stage),
            remind_at_ms=row.order_ms if row.is_open else None,
            **{name: getattr(row, name) for name in _PLAIN},
        ),
        words=LeadWords(**{name: getattr(row, name) for name in _WORDS}),
        closed_at_ms=None if row.is_open else row.order_ms,
        **{name: getattr(row, name) for name in _BESIDE},
    )


LEAD: Final = Kind(
    name="lead",
    rows=leads,
    steps=lead_events,
    group="queue_id",
    state="stage",
    stored_of=_lead,
    columns_of=_columns,
    numbered=_numbered,
    notice=lead_notice,
)
