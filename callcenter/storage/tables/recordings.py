"""The tables of recordings."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import counts, instants, keys, maybe, must, table, texts

recordings = table(
    "recordings",
    keys("recording_id"),
    texts("connection_id", "call_id", "contact_id", "kind", "queue_id"),
    instants("began_at_ms", "expires_at_ms", "next_at_ms"),
    maybe("agent_id", kind=sa.String),
    texts("caller", "dialled", "language", "state"),
    maybe("ended_at_ms"),
    texts("end_cause", "gaps"),
    must(sa.BigInteger, "length_ms", "size_bytes"),
    counts("attempts"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "next_at_ms"),
    sa.Index(
        "ix_recordings_open",
        "domain_id",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

recording_parts = table(
    "recording_parts",
    keys("recording_id"),
    keys("part", kind=sa.Integer),
    must(sa.LargeBinary, "content"),
)
