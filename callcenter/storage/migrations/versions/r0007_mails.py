"""Mails in and out: whose they are and how far they got."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXTS = ("contact_id", "mailbox_id", "message_key", "participants", "state")


def upgrade() -> None:
    """There are no mails at first."""
    op.create_table(
        "mails",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("mail_id", sa.String(), autoincrement=False, nullable=False),
        *[_text(name) for name in _TEXTS],
        sa.Column("at_ms", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("next_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        _text("failure"),
        sa.PrimaryKeyConstraint("domain_id", "mail_id", name=op.f("pk_mails")),
    )
    columns = ["domain_id", "contact_id", "at_ms"]
    op.create_index(op.f("ix_mails_domain_id_contact_id_at_ms"), "mails", columns)
    columns = ["domain_id", "message_key"]
    op.create_index(op.f("ix_mails_domain_id_message_key"), "mails", columns)
    is_under_way = sa.text("next_at_ms IS NOT NULL")
    op.create_index(
        "ix_mails_under_way",
        "mails",
        ["domain_id", "next_at_ms"],
        sqlite_where=is_under_way,
        postgresql_where=is_under_way,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")
