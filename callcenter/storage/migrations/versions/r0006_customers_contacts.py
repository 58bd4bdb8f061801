"""The contacts of one customer, newest first: an index of the interaction log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; contacts of customers nobody knows stay out of it."""
    op.create_index(
        "ix_interactions_customer",
        "interactions",
        ["domain_id", "customer_key", "arrived_at_ms", "contact_id"],
        sqlite_where=sa.text("customer_key <> ''"),
        postgresql_where=sa.text("customer_key <> ''"),
    )
