"""The tables of recordings."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata

recordings = sa.Table(
    "recordings",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("recording_id", sa.String, primary_key=True, autoincrement=False),
    sa.Column("connection_id", sa.String, nullable=False),
    sa.Column("call_id", sa.String, nullable=False),
    sa.Column("contact_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("queue_id", sa.String, nullable=False),
    sa.Column("began_at_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    sa.Column("next_at_ms", sa.BigInteger, nullable=False),
    sa.Column("agent_id", sa.String, nullable=True),
    sa.Column("caller", sa.String, nullable=False),
    sa.Column("dialled", sa.String, nullable=False),
    sa.Column("language", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ended_at_ms", sa.BigInteger, nullable=True),
    sa.Column("end_cause", sa.String, nullable=False),
    sa.Column("gaps", sa.String, nullable=False),
    sa.Column("length_ms", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "next_at_ms"),
    sa.Index(
        "ix_recordings_open",
        "domain_id",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

recording_parts = sa.Table(
    "recording_parts",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("recording_id", sa.String, primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
