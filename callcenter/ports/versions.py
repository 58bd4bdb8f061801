"""Who changed what: the part of `ports` that keeps a history of people and configuration, and what supervisors say.

Transaction kind 3, as in `ports`, whose errors these raise; every Protocol has two implementations there too.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class Authorship(msgspec.Struct, frozen=True):
    """Who makes a change, when (ms), and why; `by` is a user id, "" for the machine's own command line."""

    by: str = ""
    at_ms: int = 0
    note: str = ""


UNSIGNED = Authorship()
"""Of a change that nobody signs: what a start or a test writes."""


class UserChange(msgspec.Struct, frozen=True):
    """One change of one user: field -> value before and after as JSON; `version` is the one it made.

    A new user has no values before. Of a password it says that it changed and nothing else.
    """

    version: int
    user_id: str
    author: Authorship
    fields: dict[str, tuple[str, str]]


class ConfigVersion(msgspec.Struct, frozen=True):
    """A whole configuration document as stored; `version` is its SHA-256 in hex."""

    version: str
    document: bytes
    applied_at_ms: int


class ConfigChange(msgspec.Struct, frozen=True):
    """That a version became the newest: the how-manieth change of all, and whose."""

    number: int
    version: str
    author: Authorship


class ConfigVersions(Protocol):
    """Configuration documents and the history of which was the newest (transaction kind 3)."""

    async def put(
        self, version: ConfigVersion, author: Authorship = UNSIGNED, *, based_on: str | None = None
    ) -> None:
        """Store as the newest, with a row of the history; the newest again changes nothing.

        With `based_on`, only if that version is the newest. Raises ChangedMeanwhile.
        """

    async def changes(self, *, before: int | None, limit: int) -> list[ConfigChange]:
        """The history, newest first; `before` is a number."""

    async def get(self, version: str) -> ConfigVersion | None:
        """By hash."""

    async def newest(self) -> ConfigVersion | None:
        """The one applied last."""


class Team(msgspec.Struct, frozen=True):
    """Agents under one or more supervisors. Who is in it and who watches it stands with the people."""

    team_id: str
    en: str
    zh: str
    version: int = 0


class TeamChange(msgspec.Struct, frozen=True):
    """One change of one team, as `UserChange`; a team that was removed has no values after."""

    version: int
    team_id: str
    author: Authorship
    fields: dict[str, tuple[str, str]]


class Teams(Protocol):
    """The teams of the domain and what was changed about them (transaction kind 3)."""

    async def all(self) -> list[Team]:
        """Every team, by id."""

    async def get(self, team_id: str) -> Team | None:
        """By id."""

    async def put(
        self, team: Team, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> Team:
        """Insert or replace, with the next version of all teams; `based_on` 0: only if it is new. Raises ChangedMeanwhile."""

    async def add_missing(self, teams: Sequence[Team], author: Authorship) -> None:
        """Insert those whose id is not there; the others stay as they are."""

    async def remove(self, team_id: str, author: Authorship, *, based_on: int) -> None:
        """Remove a team in which and over which nobody is. Raises ChangedMeanwhile, TeamInUse."""

    async def changes(self, team_id: str, *, limit: int) -> list[TeamChange]:
        """The newest changes of a team, newest first."""


class ClosedMessage(msgspec.Struct, frozen=True):
    """What newcomers of a closed queue are told, in both languages; never changed, and kept for who comes back."""

    message_id: str
    en: str
    zh: str
    author: Authorship


class ClosedMessages(Protocol):
    """Messages of closed queues (transaction kind 3)."""

    async def put(self, message: ClosedMessage) -> None:
        """Store; the same id again changes nothing."""

    async def get(self, message_id: str) -> ClosedMessage | None:
        """By id."""
