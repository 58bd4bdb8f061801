"""People in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.people import User
from callcenter.ports.versions import UNSIGNED, Authorship, UserChange
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.changed_fields import changed_fields
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.tables.main import user_changes, users
from callcenter.storage.usernames import username_key
from routing.model import CapacityRule

_JSON: Final[dict[str, Any]] = {
    "queue_ids": tuple[str, ...],
    "watched_team_ids": tuple[str, ...],
    "skills": dict[str, int],
    "capacity": CapacityRule,
}
"""Columns kept as JSON text, and what is in them."""


class SqlUsers:
    """`ports.people.Users` over a database, for one domain."""

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

    async def put(
        self, user: User, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> User:
        """Insert or replace, with the next version and a row that says what changed."""
        return await self._database.write(
            lambda connection: self._write(connection, user, author, based_on)
        )

    async def put_all(self, users: Sequence[User], author: Authorship) -> list[User]:
        """All of them in one transaction."""
        return await self._database.write(
            lambda connection: [self._write(connection, one, author, one.version) for one in users]
        )

    async def changes(self, user_id: str, *, limit: int) -> list[UserChange]:
        """The newest changes of a user, newest first."""
        query = (
            sa.select(user_changes)
            .where(user_changes.c.domain_id == self._domain_id, user_changes.c.user_id == user_id)
            .order_by(user_changes.c.version.desc())
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            UserChange(
                row.version,
                row.user_id,
                author_of(row),
                msgspec.json.decode(row.fields, type=dict[str, tuple[str, str]]),
            )
            for row in rows
        ]

    def _write(
        self, connection: sa.Connection, user: User, author: Authorship, based_on: int | None
    ) -> User:
        row = connection.execute(self._mine.where(users.c.user_id == user.user_id)).first()
        before = None if row is None else _user(row)
        if based_on is not None and based_on != (0 if before is None else before.version):
            raise ChangedMeanwhile(user.user_id)
        stored = msgspec.structs.replace(user, version=self._newest_version(connection) + 1)
        upsert_row(connection, users, {"domain_id": self._domain_id, **_columns(stored)})
        connection.execute(
            sa.insert(user_changes).values(
                domain_id=self._domain_id,
                version=stored.version,
                user_id=stored.user_id,
                fields=msgspec.json.encode(changed_fields(before, stored)).decode(),
                **columns_of(author),
            )
        )
        return stored

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
