"""The table of the steps that rows of one kind have taken: see `stepped`."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import instants, keys, table, texts


def step_table(name: str, row_id: str, *own: str) -> sa.Table:
    """One row for each step: `row_id` names the column of the row that moved, `own` what this kind says besides."""
    return table(
        name,
        keys(row_id),
        keys("version", kind=sa.Integer),
        instants("at_ms"),
        texts("command_id", "step", "owner_id", "by_user_id", "contact_id", "text", *own),
        sa.UniqueConstraint("domain_id", "command_id"),
    )
