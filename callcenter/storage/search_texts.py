"""Contacts' texts as they are searched, in SQL: what is due, and the documents with their cursor."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.log_rows import SearchDocument
from callcenter.storage import full_text
from callcenter.storage.database import Database, UpsertShape, upsert_rows
from callcenter.storage.tables.main import interactions, projection_cursors
from routing.ids import ContactId

CURSOR: Final = "search_texts"
"""Name of the cursor: texts of events up to there are searchable."""

_CURSOR_SHAPE: Final = UpsertShape(key=("domain_id", "projection"), put=("as_of_seq",), add=())


class SqlSearchTexts:
    """`ports.SearchTexts` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def due(self, limit: int) -> list[tuple[ContactId, int]]:
        """What has texts past the cursor."""
        columns = interactions.c

        def job(connection: sa.Connection) -> list[tuple[ContactId, int]]:
            query = (
                sa.select(columns.contact_id, columns.texts_seq)
                .where(columns.domain_id == self._domain_id)
                .where(columns.texts_seq > cursor_of(connection, self._domain_id))
                .order_by(columns.texts_seq)
                .limit(limit)
            )
            return [(contact_id, seq) for contact_id, seq in connection.execute(query)]

        return await self._database.read(job)

    async def put(self, documents: Sequence[SearchDocument], as_of_seq: int) -> None:
        """The documents and the cursor, in one transaction."""

        def job(connection: sa.Connection) -> None:
            full_text.put(connection, self._domain_id, documents)
            row = (self._domain_id, CURSOR, as_of_seq)
            upsert_rows(connection, projection_cursors, _CURSOR_SHAPE, [row])

        await self._database.write(job)


def cursor_of(connection: sa.Connection, domain_id: str) -> int:
    """How far the texts are searchable."""
    query = sa.select(projection_cursors.c.as_of_seq).where(
        projection_cursors.c.domain_id == domain_id, projection_cursors.c.projection == CURSOR
    )
    return connection.scalar(query) or 0
