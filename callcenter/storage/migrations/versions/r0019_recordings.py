"""Recordings of calls, and their bytes in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TEXTS = ("connection_id", "call_id", "contact_id", "kind", "queue_id")
_INSTANTS = ("began_at_ms", "expires_at_ms", "next_at_ms")
_MORE = ("caller", "dialled", "language", "state")


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "recordings",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), autoincrement=False, nullable=False),
        *[sa.Column(name, sa.String(), nullable=False) for name in _TEXTS],
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in _INSTANTS],
        sa.Column("agent_id", sa.String(), nullable=True),
        *[sa.Column(name, sa.String(), nullable=False) for name in _MORE],
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_cause", sa.String(), nullable=False),
        sa.Column("gaps", sa.String(), nullable=False),
        sa.Column("length_ms", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "recording_id", name=op.f("pk_recordings")),
    )
    for column in ("contact_id", "next_at_ms"):
        name = op.f(f"ix_recordings_domain_id_{column}")
        op.create_index(name, "recordings", ["domain_id", column])
    op.create_index(
        "ix_recordings_open",
        "recordings",
        ["domain_id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "recording_parts",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("recording_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "domain_id", "recording_id", "part", name=op.f("pk_recording_parts")
        ),
    )
