"""A subscription's secret can be replaced, with a time in which both sign."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every secret is the first."""
    op.add_column(
        "subscriptions", sa.Column("secret_no", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("subscriptions", sa.Column("former_until_ms", sa.BigInteger(), nullable=True))
