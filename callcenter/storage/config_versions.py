"""Configuration documents in SQL."""

from typing import Any

import sqlalchemy as sa

from callcenter.ports import ConfigVersion
from callcenter.storage.database import Database, upsert
from callcenter.storage.tables import config_versions


class SqlConfigVersions:
    """`ports.ConfigVersions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = config_versions.c.domain_id == domain_id

    async def put(self, version: ConfigVersion) -> None:
        """Store; the same version again only becomes the newest. A counter, not the clock, says which is."""
        newest = sa.select(sa.func.max(config_versions.c.applied_no)).where(self._mine)

        def job(connection: sa.Connection) -> None:
            statement = upsert(config_versions).values(
                domain_id=self._domain_id,
                version=version.version,
                document=version.document,
                applied_at_ms=version.applied_at_ms,
                applied_no=(connection.scalar(newest) or 0) + 1,
            )
            again = {
                "applied_at_ms": statement.excluded.applied_at_ms,
                "applied_no": statement.excluded.applied_no,
            }
            connection.execute(
                statement.on_conflict_do_update(["domain_id", "version"], set_=again)
            )

        await self._database.write(job)

    async def get(self, version: str) -> ConfigVersion | None:
        """By hash."""
        return await self._one(
            sa.select(config_versions).where(self._mine, config_versions.c.version == version)
        )

    async def newest(self) -> ConfigVersion | None:
        """The one applied last."""
        return await self._one(
            sa.select(config_versions)
            .where(self._mine)
            .order_by(config_versions.c.applied_no.desc())
            .limit(1)
        )

    async def _one(self, query: sa.Select[Any]) -> ConfigVersion | None:
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return ConfigVersion(
            version=row.version, document=row.document, applied_at_ms=row.applied_at_ms
        )
