"""Which number a call came to, and whether a queue kept it: for figures of numbers and phone systems."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of calls before nobody knows."""
    op.add_column("calls", sa.Column("number", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "calls", sa.Column("is_blocked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_calls_domain_id_begun_at_ms", "calls", ["domain_id", "begun_at_ms"])
