"""Configuration documents in SQL."""

from typing import Any

import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.versions import UNSIGNED, Authorship, ConfigChange, ConfigVersion
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.tables.main import config_changes, config_versions


class SqlConfigVersions:
    """`ConfigVersions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = config_versions.c.domain_id == domain_id
        self._newest = (
            sa.select(config_versions)
            .where(self._mine)
            .order_by(config_versions.c.applied_no.desc())
            .limit(1)
        )

    async def put(
        self, version: ConfigVersion, author: Authorship = UNSIGNED, *, based_on: str | None = None
    ) -> None:
        """Store as the newest, with a row of the history. A counter, not the clock, says which is the newest."""

        def job(connection: sa.Connection) -> None:
            newest = connection.execute(self._newest).first()
            if based_on is not None and (newest is None or newest.version != based_on):
                raise ChangedMeanwhile("another configuration is the newest")
            if newest is not None and newest.version == version.version:
                return
            number = 1 if newest is None else newest.applied_no + 1
            stored = {
                "domain_id": self._domain_id,
                "version": version.version,
                "document": version.document,
                "applied_at_ms": version.applied_at_ms,
                "applied_no": number,
            }
            upsert_row(connection, config_versions, stored)
            row = {"number": number, "version": version.version} | columns_of(author)
            connection.execute(sa.insert(config_changes).values(domain_id=self._domain_id, **row))

        await self._database.write(job)

    async def changes(self, *, before: int | None, limit: int) -> list[ConfigChange]:
        """The history, newest first."""
        query = sa.select(config_changes).where(config_changes.c.domain_id == self._domain_id)
        if before is not None:
            query = query.where(config_changes.c.number < before)
        query = query.order_by(config_changes.c.number.desc()).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [ConfigChange(row.number, row.version, author_of(row)) for row in rows]

    async def get(self, version: str) -> ConfigVersion | None:
        """By hash."""
        return await self._one(
            sa.select(config_versions).where(self._mine, config_versions.c.version == version)
        )

    async def newest(self) -> ConfigVersion | None:
        """The one applied last."""
        return await self._one(self._newest)

    async def _one(self, query: sa.Select[Any]) -> ConfigVersion | None:
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return ConfigVersion(
            version=row.version, document=row.document, applied_at_ms=row.applied_at_ms
        )
