"""Configuration and people have a history, closed queues a message."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _authorship() -> list[sa.Column[object]]:
    """Three columns: whose change, when, why."""
    return [
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.String(), nullable=False, server_default=""),
        sa.Column("note", sa.String(), nullable=False, server_default=""),
    ]


def upgrade() -> None:
    """The versions that are stored become the first rows of the history, each at its newest place."""
    op.create_table(
        "config_changes",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        *_authorship(),
        sa.PrimaryKeyConstraint("domain_id", "number", name=op.f("pk_config_changes")),
    )
    op.execute(
        "INSERT INTO config_changes (domain_id, number, version, at_ms) "
        "SELECT domain_id, applied_no, version, applied_at_ms FROM config_versions"
    )
    op.create_table(
        "user_changes",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        *_authorship(),
        sa.Column("fields", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "version", name=op.f("pk_user_changes")),
    )
    op.create_index(
        op.f("ix_user_changes_domain_id_user_id"), "user_changes", ["domain_id", "user_id"]
    )
    op.create_table(
        "closed_messages",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        *_authorship(),
        sa.PrimaryKeyConstraint("domain_id", "message_id", name=op.f("pk_closed_messages")),
    )
