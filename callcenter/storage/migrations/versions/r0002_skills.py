"""People have skills with levels, and a site."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has any skill at first."""
    op.add_column("users", sa.Column("skills", sa.String(), server_default="{}", nullable=False))
    op.add_column("users", sa.Column("site", sa.String(), server_default="", nullable=False))
