"""The teams of the domain, as this process knows them: rows of the store, read anew after a change and by the poll."""

from callcenter.ports.versions import Team, Teams


class TeamBook:
    """What the teams are called, without asking the store each time."""

    def __init__(self, teams: Teams) -> None:
        """Empty before `follow`."""
        self._teams = teams
        self._rows: tuple[Team, ...] = ()

    @property
    def rows(self) -> tuple[Team, ...]:
        """Every team, by id."""
        return self._rows

    @property
    def team_ids(self) -> frozenset[str]:
        """Every team's id."""
        return frozenset(team.team_id for team in self._rows)

    async def follow(self) -> None:
        """Take over what has changed."""
        self._rows = tuple(await self._teams.all())
