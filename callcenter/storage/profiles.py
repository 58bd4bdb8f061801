"""Customers' profiles in SQL."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.ports.profiles import Profile
from callcenter.storage.database import Database, UpsertShape, upsert_rows
from callcenter.storage.tables.main import profiles as table

_FIELDS: Final = tuple(name for name in Profile.__struct_fields__ if name != "customer_key")
_OF_CUSTOMER: Final = sa.select(table).where(
    table.c.domain_id == sa.bindparam("domain"), table.c.customer_key == sa.bindparam("key")
)
_SHAPE: Final = UpsertShape(key=("domain_id", "customer_key"), put=_FIELDS, add=())


class SqlProfiles:
    """`ports.profiles.Profiles` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def get(self, customer_key: str) -> Profile | None:
        """By key."""
        values = {"domain": self._domain_id, "key": customer_key}
        row = await self._database.read(
            lambda connection: connection.execute(_OF_CUSTOMER, values).first(), is_single=True
        )
        if row is None:
            return None
        columns = row._asdict()
        del columns["domain_id"]
        return Profile(**columns)

    async def put(self, profiles: Sequence[Profile]) -> None:
        """Insert or replace, some rows a statement."""
        rows = [
            (self._domain_id, profile.customer_key, *(getattr(profile, name) for name in _FIELDS))
            for profile in profiles
        ]
        await self._database.write(lambda connection: upsert_rows(connection, table, _SHAPE, rows))

    async def delete(self, customer_key: str) -> bool:
        """Forget a customer; what was stored is overwritten."""
        statement = sa.delete(table).where(*self._is(customer_key))
        return await self._database.write(
            lambda connection: connection.execute(statement).rowcount > 0
        )

    def _is(self, customer_key: str) -> tuple[sa.ColumnElement[bool], ...]:
        return (table.c.domain_id == self._domain_id, table.c.customer_key == customer_key)
