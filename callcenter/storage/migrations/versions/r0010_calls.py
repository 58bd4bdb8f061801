"""Calls, the events told of them, and what rings an agent's phone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "calls",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "connection_id", "call_id", name=op.f("pk_calls")),
    )
    op.create_table(
        "call_events",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "domain_id", "connection_id", "event_id", name=op.f("pk_call_events")
        ),
    )
    for table, columns in (
        ("calls", ["contact_id"]),
        ("calls", ["ended_at_ms"]),
        ("call_events", ["connection_id", "call_id"]),
        ("call_events", ["received_at_ms"]),
    ):
        name = op.f(f"ix_{table}_domain_id_{'_'.join(columns)}")
        op.create_index(name, table, ["domain_id", *columns])
    phone = sa.Column("phone", sa.String(), nullable=False, server_default="")
    op.add_column("users", phone)
