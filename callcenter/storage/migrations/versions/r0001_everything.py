"""Everything: journal, details, read models, people, sessions, configuration.

There is no way down: going back is restoring the copy that was made before the upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    _journal()
    _details()
    _outcomes()
    _snapshots()
    _snapshot_parts()
    _projection_cursors()
    _interactions()
    _agent_states()
    _users()
    _sessions()
    _config_versions()
    _probe()


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_input", sa.Boolean(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "seq", name=op.f("pk_journal")),
        sqlite_with_rowid=False,
    )


def _details() -> None:
    op.create_table(
        "details",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("detail_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "contact_id", "detail_id", name=op.f("pk_details")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_details_domain_id_contact_id_kind_seq"),
        "details",
        ["domain_id", "contact_id", "kind", "seq"],
        unique=False,
    )


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("command_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "command_id", name=op.f("pk_outcomes")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_outcomes_domain_id_at_ms"), "outcomes", ["domain_id", "at_ms"], unique=False
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "seq", name=op.f("pk_snapshots")),
    )


def _snapshot_parts() -> None:
    op.create_table(
        "snapshot_parts",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "seq", "part", name=op.f("pk_snapshot_parts")),
    )


def _projection_cursors() -> None:
    op.create_table(
        "projection_cursors",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("projection", sa.String(), autoincrement=False, nullable=False),
        sa.Column("as_of_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "projection", name=op.f("pk_projection_cursors")),
    )


def _interactions() -> None:
    op.create_table(
        "interactions",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), server_default="", nullable=False),
        sa.Column("queue_id", sa.String(), server_default="", nullable=False),
        sa.Column("customer_key", sa.String(), server_default="", nullable=False),
        sa.Column("arrived_at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("first_offered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("disposition_id", sa.String(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("offers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requeues", sa.Integer(), server_default="0", nullable=False),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stage", sa.String(), server_default="", nullable=False),
        sa.Column("age_origin_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "contact_id", name=op.f("pk_interactions")),
    )
    op.create_index(
        op.f("ix_interactions_domain_id_agent_id_arrived_at_ms_contact_id"),
        "interactions",
        ["domain_id", "agent_id", "arrived_at_ms", "contact_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_interactions_domain_id_arrived_at_ms_contact_id"),
        "interactions",
        ["domain_id", "arrived_at_ms", "contact_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_interactions_domain_id_queue_id_arrived_at_ms_contact_id"),
        "interactions",
        ["domain_id", "queue_id", "arrived_at_ms", "contact_id"],
        unique=False,
    )
    op.create_index(
        "ix_interactions_open",
        "interactions",
        ["domain_id"],
        unique=False,
        sqlite_where=sa.text("closed_at_ms IS NULL"),
        postgresql_where=sa.text("closed_at_ms IS NULL"),
    )


def _agent_states() -> None:
    op.create_table(
        "agent_states",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="", nullable=False),
        sa.Column("reason_id", sa.String(), nullable=True),
        sa.Column("since_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("is_removed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "agent_id", name=op.f("pk_agent_states")),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("username_key", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("queue_ids", sa.String(), nullable=False),
        sa.Column("watched_team_ids", sa.String(), nullable=False),
        sa.Column("chat_capacity", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "user_id", name=op.f("pk_users")),
        sa.UniqueConstraint(
            "domain_id", "username_key", name=op.f("uq_users_domain_id_username_key")
        ),
    )
    op.create_index(
        op.f("ix_users_domain_id_version"), "users", ["domain_id", "version"], unique=False
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(
        op.f("ix_sessions_domain_id_expires_at_ms"),
        "sessions",
        ["domain_id", "expires_at_ms"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sessions_domain_id_user_id"), "sessions", ["domain_id", "user_id"], unique=False
    )


def _config_versions() -> None:
    op.create_table(
        "config_versions",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), autoincrement=False, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("applied_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("applied_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "version", name=op.f("pk_config_versions")),
        sa.UniqueConstraint(
            "domain_id", "applied_no", name=op.f("uq_config_versions_domain_id_applied_no")
        ),
    )


def _probe() -> None:
    op.create_table(
        "probe",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("probe_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "probe_no", name=op.f("pk_probe")),
    )
