"""The audit log, and the note of where it ends."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "audit_log",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("audit_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in ("user_id", "action", "object_kind", "object_id", "facts")
        ],
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "audit_no", name=op.f("pk_audit_log")),
    )
    for columns in (["user_id", "audit_no"], ["object_id", "audit_no"], ["at_ms"]):
        name = op.f(f"ix_audit_log_domain_id_{'_'.join(columns)}")
        op.create_index(name, "audit_log", ["domain_id", *columns])
    op.create_table(
        "audit_ends",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("audit_no", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", name=op.f("pk_audit_ends")),
    )
