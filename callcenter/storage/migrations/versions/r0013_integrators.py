"""Other programs: their keys, their subscriptions, how far each has come, and what was given up."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nobody has a key, and nobody is told anything, at first."""
    op.create_table(
        "api_keys",
        *_keys("key_id"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in ("role", "queue_ids", "team_ids")
        ],
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("last_used_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("domain_id", "key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("domain_id", "key_hash", name=op.f("uq_api_keys_domain_id_key_hash")),
    )
    op.create_table(
        "subscriptions",
        *_keys("subscription_id"),
        *[
            sa.Column(name, sa.String(), nullable=False)
            for name in ("name", "url", "kinds", "queue_ids")
        ],
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "subscription_id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "stands",
        *_keys("subscription_id", "track"),
        sa.Column("done_seq", sa.BigInteger(), nullable=False),
        sa.Column("until_seq", sa.BigInteger(), nullable=True),
        sa.Column("failing_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("delivered_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("domain_id", "subscription_id", "track", name=op.f("pk_stands")),
    )
    op.create_table(
        "dead_letters",
        *_keys("subscription_id"),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "domain_id", "subscription_id", "seq", name=op.f("pk_dead_letters")
        ),
    )


def _keys(*names: str) -> list[sa.Column[str]]:
    return [
        sa.Column("domain_id", sa.String(), nullable=False),
        *[sa.Column(name, sa.String(), autoincrement=False, nullable=False) for name in names],
    ]
