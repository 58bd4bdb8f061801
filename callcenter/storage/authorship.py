"""Who made a change, as three columns."""

from typing import Any

import sqlalchemy as sa

from callcenter.ports.versions import Authorship


def columns_of(author: Authorship) -> dict[str, Any]:
    """Column -> value."""
    return {"by_user_id": author.by, "at_ms": author.at_ms, "note": author.note}


def author_of(row: sa.Row[Any]) -> Authorship:
    """The author of a row that has these columns."""
    return Authorship(row.by_user_id, row.at_ms, row.note)
