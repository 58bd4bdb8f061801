"""The tables of leads."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import counts, flags, instants, keys, maybe, table, texts
from callcenter.storage.tables.steps import step_table

leads = table(
    "leads",
    keys("lead_id"),
    texts("stage", "queue_id", "owner_id", "interest", "customer_name", "number"),
    texts("created_by", "contact_id", "customer_key", "language", "campaign_id"),
    # `order_ms`: when it comes back while it is open, when it was closed after that. Every list is ordered by it.
    instants("created_at_ms", "since_ms", "order_ms"),
    maybe("look_at_ms"),
    counts("lead_no", "version", "rounds"),
    flags("is_open"),
    sa.UniqueConstraint("domain_id", "lead_no"),
    sa.Index(None, "domain_id", "queue_id", "is_open", "order_ms", "lead_id"),
    sa.Index(None, "domain_id", "owner_id", "is_open", "order_ms", "lead_id"),
    sa.Index(None, "domain_id", "campaign_id", "stage"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "look_at_ms"),
)

lead_events = step_table("lead_events", "lead_id", "stage")
sa.Index(None, lead_events.c.domain_id, lead_events.c.contact_id)
