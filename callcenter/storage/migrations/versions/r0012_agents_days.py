"""What an agent has done since an instant: an index of the phases."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    name = op.f("ix_phases_domain_id_agent_id_began_at_ms")
    op.create_index(name, "phases", ["domain_id", "agent_id", "began_at_ms"])
