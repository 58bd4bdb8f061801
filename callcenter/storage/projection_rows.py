"""Rows of read models in SQL, changed together with their projection's cursor."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.ports.journal import RowChange
from callcenter.storage.database import Database, UpsertShape, upsert_row, upsert_rows
from callcenter.storage.merging import merge
from callcenter.storage.tables.main import projection_cursors
from callcenter.storage.tables.projected import PROJECTION_TABLES


class SqlProjectionRows:
    """`ports.read_models.ProjectionRows` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def cursor(self, projection: str) -> int:
        """The seq the projection stands at."""
        query = sa.select(projection_cursors.c.as_of_seq).where(
            projection_cursors.c.domain_id == self._domain_id,
            projection_cursors.c.projection == projection,
        )
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        """Apply the changes and move the cursor, in one transaction. Raises ChangedMeanwhile."""
        held = (
            sa.select(projection_cursors.c.as_of_seq)
            .where(
                projection_cursors.c.domain_id == self._domain_id,
                projection_cursors.c.projection == projection,
            )
            .with_for_update()
        )

        def job(connection: sa.Connection) -> None:
            if after_seq is not None and (connection.scalar(held) or 0) != after_seq:
                raise ChangedMeanwhile(f"{projection} does not stand at {after_seq}")
            change_rows(connection, self._domain_id, PROJECTION_TABLES, changes)
            stand = {"domain_id": self._domain_id, "projection": projection}
            upsert_row(connection, projection_cursors, stand | {"as_of_seq": as_of_seq})

        await self._database.write(job)


def change_rows(
    connection: sa.Connection,
    domain_id: str,
    tables: Mapping[str, sa.Table],
    changes: Sequence[RowChange],
) -> None:
    """Apply changes of rows of these tables, in order. Raises StorageError for any other table."""
    for (name, key, put, add), same in merge(changes).items():
        table = tables.get(name)
        if table is None:
            raise StorageError(f"no such change may be made to a table {name!r}")
        # Changes that name the same columns go into one statement.
        rows = [
            (
                domain_id,
                *[change.key[column] for column in key],
                *[change.put[column] for column in put],
                *[change.add[column] for column in add],
            )
            for change in same
        ]
        upsert_rows(connection, table, UpsertShape(("domain_id", *key), put, add), rows)
