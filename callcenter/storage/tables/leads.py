"""The tables of leads, beside those of `main`, whose rules hold here too."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata
from callcenter.storage.tables.steps import step_table

leads = sa.Table(
    "leads",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("lead_id", sa.String, primary_key=True),
    *(
        sa.Column(name, sa.String, nullable=False)
        for name in (
            "stage",
            "queue_id",
            "owner_id",
            "interest",
            "customer_name",
            "number",
            "created_by",
            "contact_id",
            "customer_key",
            "language",
            "campaign_id",
        )
    ),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        # `order_ms`: when it comes back while it is open, when it was closed after that. Every list is ordered by it.
        for name in ("created_at_ms", "since_ms", "order_ms")
    ),
    sa.Column("look_at_ms", sa.BigInteger),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("lead_no", "version", "rounds")),
    sa.Column("is_open", sa.Boolean, nullable=False),
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
