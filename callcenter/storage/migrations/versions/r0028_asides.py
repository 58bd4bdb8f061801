"""Calls say whom their agents asked meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of calls that are over it is not known."""
    op.add_column("calls", sa.Column("asides", sa.String(), nullable=False, server_default=""))
