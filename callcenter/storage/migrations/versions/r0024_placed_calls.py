"""Calls that were placed, as the caps of dialling count them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "placed_calls",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.String(), server_default="", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "contact_id", name=op.f("pk_placed_calls")),
    )
    op.create_index(op.f("ix_placed_calls_domain_id_at_ms"), "placed_calls", ["domain_id", "at_ms"])
