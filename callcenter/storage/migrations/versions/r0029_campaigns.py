"""Campaigns, their lists and entries, numbers nobody calls, and every permit that was asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False, server_default="") for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in names]


def _instants(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in names]


def _maybe(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=True) for name in names]


def _table(name: str, keys: tuple[str, ...], *columns: SchemaItem) -> None:
    own = [sa.Column(key, sa.String(), nullable=False) for key in ("domain_id", *keys)]
    key = sa.PrimaryKeyConstraint("domain_id", *keys, name=op.f(f"pk_{name}"))
    op.create_table(name, *own, *columns, key)


def upgrade() -> None:
    """There are none at first."""
    _table(
        "campaigns",
        ("campaign_id",),
        *_texts("plan", "state", "made_by"),
        *_instants("made_at_ms"),
        *_counts("version"),
    )
    _table(
        "campaign_lists",
        ("campaign_id", "list_id"),
        *_texts("name", "by_user_id", "faults"),
        *_instants("at_ms"),
        *_counts("taken"),
    )
    _table(
        "campaign_entries",
        ("campaign_id", "entry_id"),
        *_texts("list_id", "number", "customer_key", "name", "language", "zone"),
        *_texts("consent_source", "note", "state", "last_result", "agent_id"),
        *_counts("line", "rounds", "attempts", "version"),
        *_maybe("consent_at_ms", "due_at_ms", "last_attempt_at_ms"),
        sa.Column("contact_id", sa.String(), nullable=True),
    )
    _table(
        "suppressions",
        ("customer_key",),
        *_texts("number", "reason", "by_user_id", "campaign_id"),
        *_instants("at_ms"),
        *_counts("version"),
        sa.UniqueConstraint("domain_id", "version", name=op.f("uq_suppressions_domain_id_version")),
    )
    _table(
        "campaign_attempts",
        ("contact_id",),
        *_texts("campaign_id", "entry_id", "permit_id", "customer_key", "pack_id", "answer"),
        *_texts("reason", "agent_id", "outcome", "disposition_id"),
        *_instants("asked_at_ms"),
        *_counts("campaign_version", "suppression_version"),
        *_maybe("consent_at_ms", "answered_by_engine_ms", "dialled_at_ms"),
        *_maybe("answered_at_ms", "connected_at_ms", "ended_at_ms", "closed_at_ms"),
    )
    for table, *columns in (
        ("campaign_entries", "campaign_id", "state", "due_at_ms", "line"),
        ("campaign_entries", "customer_key"),
        ("campaign_entries", "state", "due_at_ms"),
        ("campaign_entries", "agent_id"),
        ("campaign_attempts", "campaign_id", "asked_at_ms", "contact_id"),
        ("campaign_attempts", "customer_key", "asked_at_ms"),
        ("campaign_attempts", "closed_at_ms"),
    ):
        name = op.f(f"ix_{table}_domain_id_{'_'.join(columns)}")
        op.create_index(name, table, ["domain_id", *columns])
