"""Keys and subscriptions of other programs in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.integrators import ApiKey, DeadLetter, Feed, Stand, Subscription, Track
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.tables.integrators import (
    api_keys,
    dead_letters,
    stands,
    subscriptions,
)

_LISTS: Final = ("queue_ids", "team_ids", "kinds")
"""Columns kept as JSON text."""


class SqlApiKeys:
    """`ApiKeys` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = api_keys.c.domain_id == domain_id

    async def all(self) -> list[ApiKey]:
        """Every key, the oldest first."""
        query = sa.select(api_keys).where(self._mine)
        query = query.order_by(api_keys.c.created_at_ms, api_keys.c.key_id)
        return await self._database.read(
            lambda connection: [_of(ApiKey, row) for row in connection.execute(query)]
        )

    async def by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key, revoked or not."""
        query = sa.select(api_keys).where(self._mine, api_keys.c.key_hash == key_hash)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _of(ApiKey, row)

    async def put(self, key: ApiKey) -> None:
        """Insert or replace by id."""
        row = _columns(self._domain_id, key)
        await self._database.write(lambda connection: upsert_row(connection, api_keys, row))

    async def note_used(self, key_id: str, at_ms: int) -> None:
        """When it was last used."""
        used = sa.update(api_keys).where(self._mine, api_keys.c.key_id == key_id)
        used = used.values(last_used_at_ms=at_ms)
        await self._database.write(lambda connection: connection.execute(used))


class SqlSubscriptions:
    """`Subscriptions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def all(self) -> list[Subscription]:
        """Every subscription, the oldest first."""
        query = self._of_domain(subscriptions)
        query = query.order_by(subscriptions.c.created_at_ms, subscriptions.c.subscription_id)
        return await self._database.read(
            lambda connection: [_of(Subscription, row) for row in connection.execute(query)]
        )

    async def get(self, subscription_id: str) -> Subscription | None:
        """By id."""
        query = self._of_one(subscriptions, subscription_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _of(Subscription, row)

    async def put(self, subscription: Subscription) -> None:
        """Insert or replace by id."""
        row = _columns(self._domain_id, subscription)
        await self._database.write(lambda connection: upsert_row(connection, subscriptions, row))

    async def delete(self, subscription_id: str) -> bool:
        """Forget it, with everything about it."""

        def job(connection: sa.Connection) -> bool:
            gone = 0
            for table in (dead_letters, stands, subscriptions):
                delete = sa.delete(table).where(*self._is(table, subscription_id))
                gone = connection.execute(delete).rowcount
            return gone > 0

        return await self._database.write(job)

    async def stands(self) -> list[Stand]:
        """Where every track stands."""
        order = (stands.c.subscription_id, stands.c.feed, stands.c.track)
        query = self._of_domain(stands).order_by(*order)
        return await self._database.read(
            lambda connection: [_stand(row) for row in connection.execute(query)]
        )

    async def put_stand(self, stand: Stand, dead: Sequence[DeadLetter] = ()) -> None:
        """Move a track, and keep what was given up."""
        known = self._of_one(subscriptions, stand.subscription_id)

        def job(connection: sa.Connection) -> None:
            if connection.execute(known).first() is None:
                return
            upsert_row(connection, stands, _columns(self._domain_id, stand))
            for letter in dead:
                upsert_row(connection, dead_letters, _columns(self._domain_id, letter))

        await self._database.write(job)

    async def delete_stand(self, subscription_id: str, feed: Feed, track: Track) -> None:
        """A replay is over."""
        delete = sa.delete(stands).where(
            *self._is(stands, subscription_id),
            stands.c.feed == feed.value,
            stands.c.track == track.value,
        )
        await self._database.write(lambda connection: connection.execute(delete))

    async def delete_dead(self, subscription_id: str, feed: Feed, seq: int) -> None:
        """It was taken after all."""
        delete = sa.delete(dead_letters).where(
            *self._is(dead_letters, subscription_id),
            dead_letters.c.feed == feed.value,
            dead_letters.c.seq == seq,
        )
        await self._database.write(lambda connection: connection.execute(delete))

    async def dead_letters(
        self, subscription_id: str, feed: Feed, *, before_seq: int | None, limit: int
    ) -> list[DeadLetter]:
        """The newest given up, newest first."""
        query = self._of_one(dead_letters, subscription_id)
        query = query.where(dead_letters.c.feed == feed.value)
        if before_seq is not None:
            query = query.where(dead_letters.c.seq < before_seq)
        query = query.order_by(dead_letters.c.seq.desc()).limit(limit)
        return await self._database.read(
            lambda connection: [_letter(row) for row in connection.execute(query)]
        )

    def _of_domain(self, table: sa.Table) -> sa.Select[Any]:
        return sa.select(table).where(table.c.domain_id == self._domain_id)

    def _of_one(self, table: sa.Table, subscription_id: str) -> sa.Select[Any]:
        return sa.select(table).where(*self._is(table, subscription_id))

    def _is(self, table: sa.Table, subscription_id: str) -> tuple[sa.ColumnElement[bool], ...]:
        mine = table.c.domain_id == self._domain_id
        return (mine, table.c.subscription_id == subscription_id)


def _columns(domain_id: str, row: msgspec.Struct) -> dict[str, Any]:
    columns = {"domain_id": domain_id, **msgspec.structs.asdict(row)}
    for name in _LISTS:
        if name in columns:
            columns[name] = msgspec.json.encode(columns[name]).decode()
    for name in ("track", "feed"):
        if name in columns:
            columns[name] = str(columns[name])
    return columns


def _of(kind: Any, row: sa.Row[Any]) -> Any:  # noqa: ANN401 - the struct asked for
    columns = row._asdict()
    del columns["domain_id"]
    for name in _LISTS:
        if name in columns:
            columns[name] = msgspec.json.decode(columns[name], type=tuple[str, ...])
    return kind(**columns)


def _stand(row: sa.Row[Any]) -> Stand:
    columns = row._asdict()
    del columns["domain_id"]
    return Stand(**{**columns, "feed": Feed(columns["feed"]), "track": Track(columns["track"])})


def _letter(row: sa.Row[Any]) -> DeadLetter:
    columns = row._asdict()
    del columns["domain_id"]
    return DeadLetter(**{**columns, "feed": Feed(columns["feed"])})
