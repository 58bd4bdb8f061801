"""The table of the steps that rows of one kind have taken: see `stepped`."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata

_TEXTS = ("command_id", "step", "owner_id", "by_user_id", "contact_id", "text")


def step_table(name: str, row_id: str, *own: str) -> sa.Table:
    """One row for each step: `row_id` names the column of the row that moved, `own` what this kind says besides."""
    return sa.Table(
        name,
        metadata,
        sa.Column("domain_id", sa.String, primary_key=True),
        sa.Column(row_id, sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        *(sa.Column(text, sa.String, nullable=False) for text in (*_TEXTS, *own)),
        sa.UniqueConstraint("domain_id", "command_id"),
    )
