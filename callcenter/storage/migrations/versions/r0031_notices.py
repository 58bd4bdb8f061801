"""Other programs hear of cases, leads, articles and campaigns: a second feed, and each subscription's place in it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _keyed(table: str, last: str) -> None:
    """Rows so far are of the journal."""
    feed = sa.Column("feed", sa.String(), nullable=False, server_default="journal")
    with op.batch_alter_table(table) as batch:
        batch.add_column(feed)
        batch.drop_constraint(f"pk_{table}", type_="primary")
        batch.create_primary_key(f"pk_{table}", ["domain_id", "subscription_id", "feed", last])


def upgrade() -> None:
    """What happened before is told to nobody; cases that are late by now are told once."""
    op.create_table(
        "notices",
        *_words("domain_id", "notice_id"),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("notice_no", "at_ms")),
        *_words("kind", "object_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_words("queue_id", "contact_id", "data"),
        sa.PrimaryKeyConstraint("domain_id", "notice_id", name=op.f("pk_notices")),
        sa.UniqueConstraint("domain_id", "notice_no", name=op.f("uq_notices_domain_id_notice_no")),
    )
    has_no_place = sa.text("notice_no IS NULL")
    op.create_index(
        "ix_notices_new",
        "notices",
        ["domain_id", "object_id", "version", "notice_id"],
        sqlite_where=has_no_place,
        postgresql_where=has_no_place,
    )
    _keyed("stands", "track")
    _keyed("dead_letters", "seq")
    op.execute(
        "INSERT INTO stands (domain_id, subscription_id, feed, track, done_seq, attempts, last_error)"
        " SELECT domain_id, subscription_id, 'notices', 'live', 0, 0, '' FROM subscriptions"
    )
    op.add_column("cases", sa.Column("late_at_ms", sa.BigInteger(), nullable=True))
    op.execute("UPDATE cases SET late_at_ms = order_ms WHERE is_open")
    name = op.f("ix_cases_domain_id_late_at_ms")
    op.create_index(name, "cases", ["domain_id", "late_at_ms"])
