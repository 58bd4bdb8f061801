"""A customer known by a number may have an address that mail reaches them at."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody known so far has one."""
    column = sa.Column("email", sa.String(), nullable=False, server_default="")
    op.add_column("profiles", column)
