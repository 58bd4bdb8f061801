"""Rows of read models in SQL, changed together with their projection's cursor."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.ports.journal import RowChange
from callcenter.storage.database import Database, Rows, UpsertShape, upsert_row, upsert_rows
from callcenter.storage.merging import merge
from callcenter.storage.tables.main import projection_cursors
from callcenter.storage.tables.projected import PROJECTION_TABLES

_STANDS: Final = sa.select(projection_cursors.c.as_of_seq).where(
    projection_cursors.c.domain_id == sa.bindparam("domain"),
    projection_cursors.c.projection == sa.bindparam("projection"),
)
_HELD: Final = _STANDS.with_for_update()


class SqlProjectionRows:
    """`ports.read_models.ProjectionRows` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def cursor(self, projection: str) -> int:
        """The seq the projection stands at."""
        whose = {"domain": self._domain_id, "projection": projection}
        return (
            await self._database.read(
                lambda connection: connection.scalar(_STANDS, whose), is_single=True
            )
            or 0
        )

    async def commit(
        self,
        projection: str,
        as_of_seq: int,
        changes: Sequence[RowChange],
        *,
        after_seq: int | None = None,
    ) -> None:
        """Apply the changes and move the cursor, in one transaction. Raises ChangedMeanwhile."""
        whose = {"domain": self._domain_id, "projection": projection}

        # Made before the transaction, for which whoever answers people would have to wait.
        prepared = upserts(self._domain_id, PROJECTION_TABLES, changes)

        def job(connection: sa.Connection) -> None:
            if after_seq is not None and (connection.scalar(_HELD, whose) or 0) != after_seq:
                raise ChangedMeanwhile(f"{projection} does not stand at {after_seq}")
            change_rows(connection, prepared)
            stand = {"domain_id": self._domain_id, "projection": projection}
            upsert_row(connection, projection_cursors, stand | {"as_of_seq": as_of_seq})

        await self._database.write(job)


Upsert = tuple[sa.Table, UpsertShape, Rows]


def upserts(
    domain_id: str, tables: Mapping[str, sa.Table], changes: Sequence[RowChange]
) -> list[Upsert]:
    """What brings changes of rows of these tables about, in order. Raises StorageError for any other table."""
    found: list[Upsert] = []
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
        found.append((table, UpsertShape(("domain_id", *key), put, add), rows))
    return found


def change_rows(connection: sa.Connection, prepared: Sequence[Upsert]) -> None:
    """Bring them about."""
    for table, shape, rows in prepared:
        upsert_rows(connection, table, shape, rows)
