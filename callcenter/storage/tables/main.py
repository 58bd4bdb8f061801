"""Every table, as Core metadata. Each is scoped by `domain_id`, which leads its primary key.

The migrations are the truth about a database; a test keeps them equal to this package. `HEAD` is the revision
this code was written for: `open_store` refuses any other, so that old code never writes a new schema.

Columns of read models have server defaults: a projection's upsert names only the columns it changes, and
databases check NOT NULL before they see that the row exists.
"""

from typing import Any, Final

import sqlalchemy as sa

from callcenter.storage.tables.columns import Kind, metadata
from routing.service_level import AgentTimes, Figures

HEAD: Final = "0032"
"""The newest migration."""


def _domain() -> sa.Column[str]:
    return sa.Column("domain_id", sa.String, primary_key=True)


def _key(name: str, kind: Kind = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _sum(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _maybe(name: str, kind: Kind) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


# The clustered tables keep their rows in the primary key's tree: an append writes one tree, not two.
journal = sa.Table(
    "journal",
    metadata,
    _domain(),
    _key("seq", sa.BigInteger),
    _must("at_ms", sa.BigInteger),
    _must("is_input", sa.Boolean),
    _must("event_type", sa.String),
    _must("payload", sa.LargeBinary),
    _must("chain", sa.LargeBinary),
    sqlite_with_rowid=False,
)

details = sa.Table(
    "details",
    metadata,
    _domain(),
    _key("contact_id"),
    _key("detail_id"),
    _must("kind", sa.String),
    _must("body", sa.LargeBinary),
    _must("at_ms", sa.BigInteger),
    _must("seq", sa.BigInteger),
    sa.Index(None, "domain_id", "contact_id", "kind", "seq"),
    sqlite_with_rowid=False,
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    _domain(),
    _key("command_id"),
    _must("digest", sa.LargeBinary),
    _must("reply", sa.LargeBinary),
    _must("seq", sa.BigInteger),
    _must("at_ms", sa.BigInteger),
    sa.Index(None, "domain_id", "at_ms"),
    sqlite_with_rowid=False,
)

# A snapshot exists once its row here does; its parts were written before, each in its own short transaction.
snapshots = sa.Table(
    "snapshots",
    metadata,
    _domain(),
    _key("seq", sa.BigInteger),
    _must("chain", sa.LargeBinary),
    _must("parts", sa.Integer),
)

snapshot_parts = sa.Table(
    "snapshot_parts",
    metadata,
    _domain(),
    _key("seq", sa.BigInteger),
    _key("part", sa.Integer),
    _must("body", sa.LargeBinary),
)

projection_cursors = sa.Table(
    "projection_cursors",
    metadata,
    _domain(),
    _key("projection"),
    _must("as_of_seq", sa.BigInteger),
)

interactions = sa.Table(
    "interactions",
    metadata,
    _domain(),
    _key("contact_id"),
    _text("channel"),
    _text("queue_id"),
    _text("customer_key"),
    sa.Column("arrived_at_ms", sa.BigInteger, nullable=False, server_default="0"),
    _maybe("first_offered_at_ms", sa.BigInteger),
    _maybe("answered_at_ms", sa.BigInteger),
    _maybe("ended_at_ms", sa.BigInteger),
    _maybe("closed_at_ms", sa.BigInteger),
    _maybe("agent_id", sa.String),
    _maybe("outcome", sa.String),
    _maybe("disposition_id", sa.String),
    _maybe("ended_by", sa.String),
    _count("offers"),
    _count("missed"),
    _count("rejected"),
    _count("requeues"),
    _count("messages"),
    # Where an open contact stands: what a board that starts now cannot learn from the columns above.
    _text("stage"),
    sa.Column("age_origin_ms", sa.BigInteger, nullable=False, server_default="0"),
    # The stay in its queue that is not over (none while there is no `segment_entered_at_ms`).
    _maybe("segment_entered_at_ms", sa.BigInteger),
    _maybe("segment_threshold_ms", sa.BigInteger),
    _no("segment_is_answered"),
    _no("segment_is_stopped"),
    _maybe("talk_since_ms", sa.BigInteger),
    # The newest event that came with a text of the contact: whose texts the search must look at again.
    _sum("texts_seq"),
    sa.Index(None, "domain_id", "texts_seq"),
    sa.Index(None, "domain_id", "arrived_at_ms", "contact_id"),
    sa.Index(None, "domain_id", "queue_id", "arrived_at_ms", "contact_id"),
    sa.Index(None, "domain_id", "agent_id", "arrived_at_ms", "contact_id"),
    sa.Index(
        "ix_interactions_customer",
        "domain_id",
        "customer_key",
        "arrived_at_ms",
        "contact_id",
        sqlite_where=sa.text("customer_key <> ''"),
        postgresql_where=sa.text("customer_key <> ''"),
    ),
    sa.Index(
        "ix_interactions_open",
        "domain_id",
        sqlite_where=sa.text("closed_at_ms IS NULL"),
        postgresql_where=sa.text("closed_at_ms IS NULL"),
    ),
)

phases = sa.Table(
    "phases",
    metadata,
    _domain(),
    _key("contact_id"),
    _key("began_seq", sa.BigInteger),
    _text("kind"),
    _text("queue_id"),
    _sum("began_at_ms"),
    _maybe("agent_id", sa.String),
    _maybe("ended_at_ms", sa.BigInteger),
    _text("ended_as"),
    _maybe("to_queue_id", sa.String),
    _maybe("to_agent_id", sa.String),
    _maybe("by_user_id", sa.String),
    _maybe("disposition_id", sa.String),
    sa.Index(None, "domain_id", "agent_id", "began_at_ms"),
    sa.Index(
        "ix_phases_open",
        "domain_id",
        sqlite_where=sa.text("ended_at_ms IS NULL"),
        postgresql_where=sa.text("ended_at_ms IS NULL"),
    ),
)

# What is searched of a contact's texts: personal data, erased with them. The index over it is the database's own kind
# (`full_text`).
search_documents = sa.Table(
    "search_documents",
    metadata,
    _domain(),
    _key("contact_id"),
    _must("document_no", sa.BigInteger),
    _must("terms", sa.Text),
    sa.UniqueConstraint("document_no"),
)

agent_states = sa.Table(
    "agent_states",
    metadata,
    _domain(),
    _key("agent_id"),
    _text("team_id"),
    _text("state"),
    _maybe("reason_id", sa.String),
    sa.Column("since_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("is_removed", sa.Boolean, nullable=False, server_default=sa.false()),
    # What is in hand, and since when the agent's time is of the kind that follows from it.
    _count("offered"),
    _count("talking"),
    _text("wrap_ups"),
    _sum("kind_since_ms"),
)

# Counts of the segments that began in a quarter of an hour; a new threshold gets a row of its own.
queue_intervals = sa.Table(
    "queue_intervals",
    metadata,
    _domain(),
    _key("queue_id"),
    _key("start_ms", sa.BigInteger),
    _key("threshold_ms", sa.BigInteger),
    *[_sum(name) for name in Figures.__struct_fields__],
    sa.Index(None, "domain_id", "start_ms"),
)

agent_intervals = sa.Table(
    "agent_intervals",
    metadata,
    _domain(),
    _key("agent_id"),
    _key("start_ms", sa.BigInteger),
    *[_sum(name) for name in AgentTimes.__struct_fields__],
    sa.Index(None, "domain_id", "start_ms"),
)

# The thresholds in force at the projection's cursor, which a fold that starts there cannot learn otherwise.
queue_thresholds = sa.Table(
    "queue_thresholds",
    metadata,
    _domain(),
    _key("queue_id"),
    _sum("threshold_ms"),
)

users = sa.Table(
    "users",
    metadata,
    _domain(),
    _key("user_id"),
    _must("username", sa.String),
    _must("username_key", sa.String),
    _must("display_name", sa.String),
    _must("role", sa.String),
    _must("team_id", sa.String),
    _must("queue_ids", sa.String),
    _must("watched_team_ids", sa.String),
    _must("chat_capacity", sa.Integer),
    _must("password_hash", sa.String),
    _must("language", sa.String),
    _must("is_disabled", sa.Boolean),
    _must("version", sa.BigInteger),
    sa.Column("skills", sa.String, nullable=False, server_default="{}"),
    _text("site"),
    _maybe("capacity", sa.String),
    _text("primary_queue_id"),
    _text("phone"),
    sa.UniqueConstraint("domain_id", "username_key"),
    sa.Index(None, "domain_id", "version"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    _domain(),
    _key("token_hash", sa.LargeBinary),
    _must("user_id", sa.String),
    _must("created_at_ms", sa.BigInteger),
    _must("expires_at_ms", sa.BigInteger),
    sa.Index(None, "domain_id", "user_id"),
    sa.Index(None, "domain_id", "expires_at_ms"),
)

config_versions = sa.Table(
    "config_versions",
    metadata,
    _domain(),
    _key("version"),
    _must("document", sa.LargeBinary),
    _must("applied_at_ms", sa.BigInteger),
    _must("applied_no", sa.BigInteger),
    sa.UniqueConstraint("domain_id", "applied_no"),
)

# One row each time a version became the newest; `number` is that version's `applied_no` then.
config_changes = sa.Table(
    "config_changes",
    metadata,
    _domain(),
    _key("number", sa.BigInteger),
    _must("version", sa.String),
    _must("at_ms", sa.BigInteger),
    _text("by_user_id"),
    _text("note"),
)

# `fields` is JSON: field -> [value before, value after], each as JSON text.
user_changes = sa.Table(
    "user_changes",
    metadata,
    _domain(),
    _key("version", sa.BigInteger),
    _must("user_id", sa.String),
    _must("at_ms", sa.BigInteger),
    _text("by_user_id"),
    _text("note"),
    _must("fields", sa.String),
    sa.Index(None, "domain_id", "user_id"),
)

teams = sa.Table(
    "teams",
    metadata,
    _domain(),
    _key("team_id"),
    _must("en", sa.String),
    _must("zh", sa.String),
    _must("version", sa.BigInteger),
)

# As `user_changes`; `version` counts the changes of all teams, so that a team made again starts above the old one.
team_changes = sa.Table(
    "team_changes",
    metadata,
    _domain(),
    _key("version", sa.BigInteger),
    _must("team_id", sa.String),
    _must("at_ms", sa.BigInteger),
    _text("by_user_id"),
    _text("note"),
    _must("fields", sa.String),
    sa.Index(None, "domain_id", "team_id"),
)

closed_messages = sa.Table(
    "closed_messages",
    metadata,
    _domain(),
    _key("message_id"),
    _must("en", sa.String),
    _must("zh", sa.String),
    _must("at_ms", sa.BigInteger),
    _text("by_user_id"),
    _text("note"),
)

profiles = sa.Table(
    "profiles",
    metadata,
    _domain(),
    _key("customer_key"),
    _must("address", sa.String),
    _text("email"),
    _must("tier", sa.String),
    _must("language", sa.String),
    _must("region", sa.String),
    _maybe("owner_agent_id", sa.String),
    _must("has_open_complaint", sa.Boolean),
)

# Mails in and out; how far those under way are decides what is read most.
mails = sa.Table(
    "mails",
    metadata,
    _domain(),
    _key("mail_id"),
    _text("contact_id"),
    _text("mailbox_id"),
    _text("message_key"),
    _text("participants"),
    _text("state"),
    _sum("at_ms"),
    _maybe("next_at_ms", sa.BigInteger),
    _count("attempts"),
    _text("failure"),
    sa.Index(None, "domain_id", "contact_id", "at_ms"),
    sa.Index(None, "domain_id", "message_key"),
    sa.Index(
        "ix_mails_under_way",
        "domain_id",
        "next_at_ms",
        sqlite_where=sa.text("next_at_ms IS NOT NULL"),
        postgresql_where=sa.text("next_at_ms IS NOT NULL"),
    ),
)

placed_calls = sa.Table(
    "placed_calls",
    metadata,
    _domain(),
    _key("contact_id"),
    _text("agent_id"),
    _sum("at_ms"),
    _sum("cost"),
    sa.Index(None, "domain_id", "at_ms"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    _domain(),
    _key("audit_no", sa.BigInteger),
    _must("at_ms", sa.BigInteger),
    _must("user_id", sa.String),
    _must("action", sa.String),
    _must("object_kind", sa.String),
    _must("object_id", sa.String),
    _must("facts", sa.String),
    _must("chain", sa.LargeBinary),
    sa.Index(None, "domain_id", "user_id", "audit_no"),
    sa.Index(None, "domain_id", "object_id", "audit_no"),
    sa.Index(None, "domain_id", "at_ms"),
)

# Where the audit log ends: the table alone cannot tell that its newest rows were deleted.
audit_ends = sa.Table(
    "audit_ends",
    metadata,
    _domain(),
    _must("audit_no", sa.BigInteger),
    _must("chain", sa.LargeBinary),
)

calls = sa.Table(
    "calls",
    metadata,
    _domain(),
    _key("connection_id"),
    _key("call_id"),
    _must("contact_id", sa.String),
    _must("begun_at_ms", sa.BigInteger),
    _maybe("ended_at_ms", sa.BigInteger),
    _must("end_cause", sa.String),
    sa.Column("number", sa.String, nullable=False, server_default=""),
    _no("is_blocked"),
    sa.Column("asides", sa.String, nullable=False, server_default=""),
    _maybe("dialled_at_ms", sa.BigInteger),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "ended_at_ms"),
    sa.Index(None, "domain_id", "begun_at_ms"),
)

call_events = sa.Table(
    "call_events",
    metadata,
    _domain(),
    _key("connection_id"),
    _key("event_id"),
    _must("call_id", sa.String),
    _must("contact_id", sa.String),
    _must("received_at_ms", sa.BigInteger),
    _must("body", sa.LargeBinary),
    sa.Index(None, "domain_id", "connection_id", "call_id"),
    sa.Index(None, "domain_id", "received_at_ms"),
)

uploads = sa.Table(
    "uploads",
    metadata,
    _domain(),
    _key("upload_id"),
    _must("contact_id", sa.String),
    _must("agent_id", sa.String),
    _must("name", sa.String),
    _must("content_type", sa.String),
    _must("size_bytes", sa.BigInteger),
    _must("digest", sa.LargeBinary),
    _must("expires_at_ms", sa.BigInteger),
    _must("content", sa.LargeBinary),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "expires_at_ms"),
)

probe = sa.Table(
    "probe",
    metadata,
    _domain(),
    _key("probe_no", sa.BigInteger),
    _must("body", sa.LargeBinary),
)
