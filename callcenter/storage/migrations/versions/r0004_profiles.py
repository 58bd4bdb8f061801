"""Customers have profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of anybody at first."""
    op.create_table(
        "profiles",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("customer_key", sa.String(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("owner_agent_id", sa.String(), nullable=True),
        sa.Column("has_open_complaint", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "customer_key", name=op.f("pk_profiles")),
    )
