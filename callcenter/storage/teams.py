"""Teams in SQL."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile, TeamInUse
from callcenter.ports.versions import UNSIGNED, Authorship, Team, TeamChange
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.changed_fields import changed_team
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.tables.main import team_changes, teams, users


class SqlTeams:
    """`Teams` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(teams).where(teams.c.domain_id == domain_id)

    async def all(self) -> list[Team]:
        """Every team, by id."""
        query = self._mine.order_by(teams.c.team_id)
        return await self._database.read(
            lambda connection: [_team(row) for row in connection.execute(query)]
        )

    async def get(self, team_id: str) -> Team | None:
        """By id."""
        return await self._database.read(lambda connection: self._one(connection, team_id))

    async def put(
        self, team: Team, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> Team:
        """Insert or replace, with the next version and a row that says what changed."""

        def job(connection: sa.Connection) -> Team:
            before = self._one(connection, team.team_id)
            _check(before, team.team_id, based_on)
            return self._write(connection, before, team, author)

        return await self._database.write(job)

    async def add_missing(self, teams: Sequence[Team], author: Authorship) -> None:
        """Insert those whose id is not there."""

        def job(connection: sa.Connection) -> None:
            for team in teams:
                if self._one(connection, team.team_id) is None:
                    self._write(connection, None, team, author)

        await self._database.write(job)

    async def remove(self, team_id: str, author: Authorship, *, based_on: int) -> None:
        """Remove a team, unless somebody is in it or watches it."""

        def job(connection: sa.Connection) -> None:
            before = self._one(connection, team_id)
            _check(before, team_id, based_on)
            if before is None or self._is_in_use(connection, team_id):
                raise TeamInUse(team_id)
            mine = (teams.c.domain_id == self._domain_id, teams.c.team_id == team_id)
            connection.execute(sa.delete(teams).where(*mine))
            fields = changed_team(before, None)
            version = self._next(connection)
            self._note(connection, TeamChange(version, team_id, author, fields))

        await self._database.write(job)

    async def changes(self, team_id: str, *, limit: int) -> list[TeamChange]:
        """The newest changes of a team, newest first."""
        query = (
            sa.select(team_changes)
            .where(team_changes.c.domain_id == self._domain_id, team_changes.c.team_id == team_id)
            .order_by(team_changes.c.version.desc())
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            TeamChange(
                row.version,
                row.team_id,
                author_of(row),
                msgspec.json.decode(row.fields, type=dict[str, tuple[str, str]]),
            )
            for row in rows
        ]

    def _write(
        self, connection: sa.Connection, before: Team | None, team: Team, author: Authorship
    ) -> Team:
        stored = msgspec.structs.replace(team, version=self._next(connection))
        row = {"domain_id": self._domain_id, **msgspec.structs.asdict(stored)}
        upsert_row(connection, teams, row)
        fields = changed_team(before, stored)
        change = TeamChange(stored.version, team.team_id, author, fields)
        self._note(connection, change)
        return stored

    def _note(
        self,
        connection: sa.Connection,
        change: TeamChange,
    ) -> None:
        connection.execute(
            sa.insert(team_changes).values(
                domain_id=self._domain_id,
                version=change.version,
                team_id=change.team_id,
                fields=msgspec.json.encode(change.fields).decode(),
                **columns_of(change.author),
            )
        )

    def _next(self, connection: sa.Connection) -> int:
        mine = team_changes.c.domain_id == self._domain_id
        newest = connection.scalar(sa.select(sa.func.max(team_changes.c.version)).where(mine))
        return (newest or 0) + 1

    def _one(self, connection: sa.Connection, team_id: str) -> Team | None:
        row = connection.execute(self._mine.where(teams.c.team_id == team_id)).first()
        return None if row is None else _team(row)

    def _is_in_use(self, connection: sa.Connection, team_id: str) -> bool:
        query = sa.select(users.c.team_id, users.c.watched_team_ids).where(
            users.c.domain_id == self._domain_id
        )
        return any(
            team_id == row.team_id or team_id in msgspec.json.decode(row.watched_team_ids)
            for row in connection.execute(query)
        )


def _check(before: Team | None, team_id: str, based_on: int | None) -> None:
    if based_on is not None and based_on != (0 if before is None else before.version):
        raise ChangedMeanwhile(team_id)


def _team(row: sa.Row[Any]) -> Team:
    return Team(row.team_id, row.en, row.zh, row.version)
