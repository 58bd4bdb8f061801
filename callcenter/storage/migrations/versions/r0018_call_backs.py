"""Call-backs, and each step of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "call_backs",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("call_back_id", sa.String(), autoincrement=False, nullable=False),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in (
                "open_key",
                "queue_id",
                "number",
                "customer_key",
                "state",
                "mode",
                "made_by",
                "language",
                "note",
                "last_outcome",
            )
        ],
        *[
            sa.Column(name, sa.String(), nullable=True)
            for name in ("agent_id", "replaced_contact_id", "contact_id")
        ],
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("made_at_ms", "age_origin_ms", "expires_at_ms")
        ],
        *[
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("promised_at_ms", "due_at_ms")
        ],
        *[
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("rounds", "attempts", "left_alone", "version")
        ],
        sa.PrimaryKeyConstraint("domain_id", "call_back_id", name=op.f("pk_call_backs")),
        sa.UniqueConstraint("domain_id", "open_key", name=op.f("uq_call_backs_domain_id_open_key")),
    )
    for columns in (("customer_key",), ("state", "made_at_ms")):
        name = op.f(f"ix_call_backs_domain_id_{'_'.join(columns)}")
        op.create_index(name, "call_backs", ["domain_id", *columns])
    op.create_table(
        "call_back_changes",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("call_back_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in ("state", "cause", "by_user_id")
        ],
        sa.PrimaryKeyConstraint(
            "domain_id", "call_back_id", "version", name=op.f("pk_call_back_changes")
        ),
    )
