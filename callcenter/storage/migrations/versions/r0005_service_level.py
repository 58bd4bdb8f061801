"""Figures of service level: counts for each quarter of an hour, and what open contacts and agents add to them.

The interaction log is emptied and its cursor put back to 0, so that the next start folds the whole journal again: the
log comes back as it was, and the figures reach back to the first contact.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FIGURES = (
    "entered",
    "answered",
    "answered_in_time",
    "abandoned",
    "abandoned_in_time",
    "flowed_out",
    "forced_out",
    "stopped",
    "wait_ms",
    "handled",
    "handle_ms",
)
_TIMES = ("talk_ms", "wrap_up_ms", "ring_ms", "available_ms", "not_ready_ms")


def upgrade() -> None:
    """Add the tables and columns, and have everything counted from the start."""
    op.create_table(
        "queue_intervals",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("threshold_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        *[_sum(name) for name in _FIGURES],
        sa.PrimaryKeyConstraint(
            "domain_id", "queue_id", "start_ms", "threshold_ms", name=op.f("pk_queue_intervals")
        ),
    )
    op.create_table(
        "agent_intervals",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("start_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        *[_sum(name) for name in _TIMES],
        sa.PrimaryKeyConstraint(
            "domain_id", "agent_id", "start_ms", name=op.f("pk_agent_intervals")
        ),
    )
    op.create_table(
        "queue_thresholds",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), autoincrement=False, nullable=False),
        _sum("threshold_ms"),
        sa.PrimaryKeyConstraint("domain_id", "queue_id", name=op.f("pk_queue_thresholds")),
    )
    for table in ("queue_intervals", "agent_intervals"):
        op.create_index(op.f(f"ix_{table}_domain_id_start_ms"), table, ["domain_id", "start_ms"])
    for name in ("segment_entered_at_ms", "segment_threshold_ms", "talk_since_ms"):
        op.add_column("interactions", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("segment_is_answered", "segment_is_stopped"):
        no = sa.false()
        op.add_column(
            "interactions", sa.Column(name, sa.Boolean(), nullable=False, server_default=no)
        )
    for name in ("offered", "talking"):
        op.add_column(
            "agent_states", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    op.add_column(
        "agent_states", sa.Column("wrap_ups", sa.String(), nullable=False, server_default="")
    )
    op.add_column("agent_states", _sum("kind_since_ms"))
    for table in ("interactions", "agent_states", "projection_cursors"):
        op.execute(sa.table(table).delete())


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
