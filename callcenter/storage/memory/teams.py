"""Teams in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.errors import ChangedMeanwhile, TeamInUse
from callcenter.ports.people import Users
from callcenter.ports.versions import UNSIGNED, Authorship, Team, TeamChange
from callcenter.storage.changed_fields import changed_team
from callcenter.storage.memory.disk import Disk


class MemoryTeams:
    """`Teams` in memory."""

    def __init__(self, disk: Disk, users: Users) -> None:
        self._disk = disk
        self._users = users
        self._teams: dict[str, Team] = {}
        self._changes: list[TeamChange] = []

    async def all(self) -> list[Team]:
        """Every team, by id."""
        return sorted(self._teams.values(), key=lambda team: team.team_id)

    async def get(self, team_id: str) -> Team | None:
        """By id."""
        return self._teams.get(team_id)

    async def put(
        self, team: Team, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> Team:
        """Insert or replace, with the next version."""
        self._disk.check()
        before = self._based_on(team.team_id, based_on)
        stored = msgspec.structs.replace(team, version=len(self._changes) + 1)
        self._teams[team.team_id] = stored
        self._note(team.team_id, author, changed_team(before, stored))
        return stored

    async def add_missing(self, teams: Sequence[Team], author: Authorship) -> None:
        """Insert those whose id is not there."""
        for team in teams:
            if team.team_id not in self._teams:
                await self.put(team, author)

    async def remove(self, team_id: str, author: Authorship, *, based_on: int) -> None:
        """Remove a team, unless somebody is in it or watches it."""
        self._disk.check()
        before = self._based_on(team_id, based_on)
        users = await self._users.all()
        if any(team_id in (one.team_id, *one.watched_team_ids) for one in users):
            raise TeamInUse(team_id)
        del self._teams[team_id]
        self._note(team_id, author, changed_team(before, None))

    async def changes(self, team_id: str, *, limit: int) -> list[TeamChange]:
        """The newest changes of a team, newest first."""
        return [one for one in reversed(self._changes) if one.team_id == team_id][:limit]

    def _based_on(self, team_id: str, version: int | None) -> Team | None:
        before = self._teams.get(team_id)
        if version is not None and version != (0 if before is None else before.version):
            raise ChangedMeanwhile(team_id)
        return before

    def _note(self, team_id: str, author: Authorship, fields: dict[str, tuple[str, str]]) -> None:
        self._changes.append(TeamChange(len(self._changes) + 1, team_id, author, fields))
