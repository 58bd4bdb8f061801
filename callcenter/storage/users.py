"""People in SQL."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports import User
from callcenter.storage.database import Database, upsert
from callcenter.storage.tables import users
from callcenter.storage.usernames import username_key
from routing.model import CapacityRule

_KEY: Final = ["domain_id", "user_id"]
_JSON: Final[dict[str, Any]] = {
    "queue_ids": tuple[str, ...],
    "watched_team_ids": tuple[str, ...],
    "skills": dict[str, int],
    "capacity": CapacityRule,
}
"""Columns kept as JSON text, and what is in them."""


class SqlUsers:
    """`ports.Users` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(users).where(users.c.domain_id == domain_id)

    async def all(self) -> list[User]:
        """Everyone, by username."""
        query = self._mine.order_by(users.c.username_key)
        return await self._database.read(
            lambda connection: [_user(row) for row in connection.execute(query)]
        )

    async def get(self, user_id: str) -> User | None:
        """By id."""
        return await self._one(self._mine.where(users.c.user_id == user_id))

    async def by_username(self, username: str) -> User | None:
        """By log-in name, whatever its case."""
        return await self._one(self._mine.where(users.c.username_key == username_key(username)))

    async def put(self, user: User) -> User:
        """Insert or replace, with the next version."""
        newest = self._newest_version

        def job(connection: sa.Connection) -> User:
            stored = msgspec.structs.replace(user, version=newest(connection) + 1)
            statement = upsert(users).values(domain_id=self._domain_id, **_columns(stored))
            changed = {
                column.name: statement.excluded[column.name]
                for column in users.columns
                if column.name not in _KEY
            }
            connection.execute(statement.on_conflict_do_update(_KEY, set_=changed))
            return stored

        return await self._database.write(job)

    async def newest_version(self) -> int:
        """The largest version of any user."""
        return await self._database.read(self._newest_version)

    def _newest_version(self, connection: sa.Connection) -> int:
        query = sa.select(sa.func.max(users.c.version)).where(users.c.domain_id == self._domain_id)
        return connection.scalar(query) or 0

    async def _one(self, query: sa.Select[Any]) -> User | None:
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _user(row)


def _columns(user: User) -> dict[str, Any]:
    columns = msgspec.structs.asdict(user)
    columns["username_key"] = username_key(user.username)
    for name in _JSON:
        if columns[name] is not None:
            columns[name] = msgspec.json.encode(columns[name]).decode()
    return columns


def _user(row: sa.Row[Any]) -> User:
    columns = row._asdict()
    del columns["domain_id"], columns["username_key"]
    for name, kind in _JSON.items():
        if columns[name] is not None:
            columns[name] = msgspec.json.decode(columns[name], type=kind)
    return User(**columns)
