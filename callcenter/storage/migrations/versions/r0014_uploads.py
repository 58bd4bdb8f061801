"""Files that agents have handed in beside a mail they are writing."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "uploads",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("upload_id", sa.String(), autoincrement=False, nullable=False),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in ("contact_id", "agent_id", "name", "content_type")
        ],
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "upload_id", name=op.f("pk_uploads")),
    )
    for column in ("contact_id", "expires_at_ms"):
        name = op.f(f"ix_uploads_domain_id_{column}")
        op.create_index(name, "uploads", ["domain_id", column])
