"""Rows of read models in SQL, changed together with their projection's cursor."""

from collections.abc import Sequence

import sqlalchemy as sa

from callcenter.ports import RowChange, StorageError
from callcenter.storage.database import Database, UpsertShape, upsert, upsert_rows
from callcenter.storage.merging import MergedChange, Shape, merge
from callcenter.storage.tables import PROJECTION_TABLES, projection_cursors


class SqlProjectionRows:
    """`ports.ProjectionRows` over a database, for one domain."""

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

    async def commit(self, projection: str, as_of_seq: int, changes: Sequence[RowChange]) -> None:
        """Apply the changes and move the cursor, in one transaction."""
        merged = merge(changes)

        def job(connection: sa.Connection) -> None:
            for shape, same in merged.items():
                self._apply(connection, shape, same)
            move = upsert(projection_cursors).values(
                domain_id=self._domain_id, projection=projection, as_of_seq=as_of_seq
            )
            key = ["domain_id", "projection"]
            connection.execute(
                move.on_conflict_do_update(key, set_={"as_of_seq": move.excluded.as_of_seq})
            )

        await self._database.write(job)

    def _apply(self, connection: sa.Connection, shape: Shape, same: list[MergedChange]) -> None:
        """Upsert changes that name the same columns, many rows with one statement."""
        name, key, put, add = shape
        table = PROJECTION_TABLES.get(name)
        if table is None:
            raise StorageError(f"no projection may change a table {name!r}")
        domain = (self._domain_id,)
        rows = [
            (
                *domain,
                *[change.key[column] for column in key],
                *[change.put[column] for column in put],
                *[change.add[column] for column in add],
            )
            for change in same
        ]
        upsert_rows(connection, table, UpsertShape(("domain_id", *key), put, add), rows)
