"""Leads, and each step of them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), autoincrement=False, nullable=False) for name in names]


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "leads",
        *_keys("domain_id", "lead_id"),
        *_texts("stage", "queue_id", "owner_id", "interest", "customer_name", "number"),
        *_texts("created_by", "contact_id", "customer_key", "language", "campaign_id"),
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("created_at_ms", "since_ms", "order_ms")
        ],
        sa.Column("look_at_ms", sa.BigInteger(), nullable=True),
        *[
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("lead_no", "version", "rounds")
        ],
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "lead_id", name=op.f("pk_leads")),
        sa.UniqueConstraint("domain_id", "lead_no", name=op.f("uq_leads_domain_id_lead_no")),
    )
    for columns in (
        ("queue_id", "is_open", "order_ms", "lead_id"),
        ("owner_id", "is_open", "order_ms", "lead_id"),
        ("campaign_id", "stage"),
        ("customer_key",),
        ("contact_id",),
        ("look_at_ms",),
    ):
        name = op.f(f"ix_leads_domain_id_{'_'.join(columns)}")
        op.create_index(name, "leads", ["domain_id", *columns])
    op.create_table(
        "lead_events",
        *_keys("domain_id", "lead_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *_texts("command_id", "step", "stage", "owner_id", "by_user_id", "contact_id", "text"),
        sa.PrimaryKeyConstraint("domain_id", "lead_id", "version", name=op.f("pk_lead_events")),
        sa.UniqueConstraint(
            "domain_id", "command_id", name=op.f("uq_lead_events_domain_id_command_id")
        ),
    )
    name = op.f("ix_lead_events_domain_id_contact_id")
    op.create_index(name, "lead_events", ["domain_id", "contact_id"])
