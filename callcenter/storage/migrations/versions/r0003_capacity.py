"""People have a capacity on all channels, and a queue that goes first."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody chats as before, and no queue goes first."""
    op.add_column("users", sa.Column("capacity", sa.String(), nullable=True))
    op.add_column(
        "users", sa.Column("primary_queue_id", sa.String(), server_default="", nullable=False)
    )
