"""The tables of campaigns."""

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from callcenter.storage.tables.columns import maybe, metadata


def _table(name: str, keys: tuple[str, ...], *columns: SchemaItem) -> sa.Table:
    own = (sa.Column(key, sa.String, primary_key=True) for key in ("domain_id", *keys))
    return sa.Table(name, metadata, *own, *columns)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False, server_default="") for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in names]


def _instants(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in names]


campaigns = _table(
    "campaigns",
    ("campaign_id",),
    # What it does, as JSON: read whole and written whole.
    *_texts("plan", "state", "made_by"),
    *_instants("made_at_ms"),
    *_counts("version"),
)

campaign_lists = _table(
    "campaign_lists",
    ("campaign_id", "list_id"),
    *_texts("name", "by_user_id", "faults"),
    *_instants("at_ms"),
    *_counts("taken"),
)

campaign_entries = _table(
    "campaign_entries",
    ("campaign_id", "entry_id"),
    *_texts(
        "list_id",
        "number",
        "customer_key",
        "name",
        "language",
        "zone",
        "consent_source",
        "note",
        "state",
        "last_result",
        "agent_id",
    ),
    *_counts("line", "rounds", "attempts", "version"),
    *maybe("consent_at_ms", "due_at_ms", "last_attempt_at_ms"),
    sa.Column("contact_id", sa.String),
    sa.Index(None, "domain_id", "campaign_id", "state", "due_at_ms", "line"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "state", "due_at_ms"),
    sa.Index(None, "domain_id", "agent_id"),
)

suppressions = _table(
    "suppressions",
    ("customer_key",),
    *_texts("number", "reason", "by_user_id", "campaign_id"),
    *_instants("at_ms"),
    *_counts("version"),
    *maybe("until_at_ms"),
    sa.UniqueConstraint("domain_id", "version"),
)

campaign_attempts = _table(
    "campaign_attempts",
    ("contact_id",),
    *_texts(
        "campaign_id",
        "entry_id",
        "permit_id",
        "customer_key",
        "pack_id",
        "answer",
        "reason",
        "agent_id",
        "outcome",
        "disposition_id",
    ),
    *_instants("asked_at_ms"),
    *_counts("campaign_version", "suppression_version"),
    *maybe(
        "consent_at_ms",
        "answered_by_engine_ms",
        "dialled_at_ms",
        "answered_at_ms",
        "connected_at_ms",
        "ended_at_ms",
        "closed_at_ms",
    ),
    sa.Index(None, "domain_id", "campaign_id", "asked_at_ms", "contact_id"),
    sa.Index(None, "domain_id", "customer_key", "asked_at_ms"),
    sa.Index(None, "domain_id", "closed_at_ms"),
)
