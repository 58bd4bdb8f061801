"""Phases of contacts, and the search over their texts.

The interaction log is emptied and its cursor put back to 0, so that the next start folds the whole journal again: the
log comes back as it was, with the phases of every contact there ever was, and the texts become searchable after it.
"""

import sqlalchemy as sa
from alembic import op

from callcenter.storage.full_text import create_index

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and have everything folded from the start."""
    op.create_table(
        "phases",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("began_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("kind"),
        _text("queue_id"),
        _sum("began_at_ms"),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        _text("ended_as"),
        *[
            sa.Column(name, sa.String(), nullable=True)
            for name in ("to_queue_id", "to_agent_id", "by_user_id", "disposition_id")
        ],
        sa.PrimaryKeyConstraint("domain_id", "contact_id", "began_seq", name=op.f("pk_phases")),
    )
    op.create_index(
        "ix_phases_open",
        "phases",
        ["domain_id"],
        sqlite_where=sa.text("ended_at_ms IS NULL"),
        postgresql_where=sa.text("ended_at_ms IS NULL"),
    )
    op.create_table(
        "search_documents",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("document_no", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "contact_id", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("document_no", name=op.f("uq_search_documents_document_no")),
    )
    create_index(op.get_bind())
    op.add_column("interactions", _sum("texts_seq"))
    name = op.f("ix_interactions_domain_id_texts_seq")
    op.create_index(name, "interactions", ["domain_id", "texts_seq"])
    emptied = (
        "interactions",
        "agent_states",
        "queue_intervals",
        "agent_intervals",
        "queue_thresholds",
        "projection_cursors",
    )
    for table in emptied:
        op.execute(sa.table(table).delete())


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
