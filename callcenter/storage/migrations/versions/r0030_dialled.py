"""Calls of ours say when the customer was dialled; numbers may be suppressed until an instant."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of calls that are over it is not known; what was suppressed is for good."""
    op.add_column("calls", sa.Column("dialled_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("suppressions", sa.Column("until_at_ms", sa.BigInteger(), nullable=True))
