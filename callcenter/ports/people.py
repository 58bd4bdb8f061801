"""People who log in, and their sessions."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from callcenter.ports.versions import UNSIGNED, Authorship, UserChange
from routing.ids import TeamId
from routing.model import CapacityRule


class User(msgspec.Struct, frozen=True):
    """A person who logs in. An agent's `user_id` is its agent id in the core.

    `queue_ids`: an agent takes work of these, a supervisor sees these. `watched_team_ids`: teams a supervisor
    sees. `skills`: skill id to level, 1 to 10. `site`: where the agent works; empty when that does not matter.
    `capacity`: on all channels; without it the agent takes `chat_capacity` chats and nothing else.
    `primary_queue_id`: its contacts go first; empty for none. `phone`: what the phone system rings; empty for none.
    """

    user_id: str
    username: str
    display_name: str
    role: str
    team_id: TeamId
    queue_ids: tuple[str, ...]
    watched_team_ids: tuple[str, ...]
    chat_capacity: int
    password_hash: str
    language: str
    is_disabled: bool
    version: int
    skills: dict[str, int] = {}
    site: str = ""
    capacity: CapacityRule | None = None
    primary_queue_id: str = ""
    phone: str = ""


class Users(Protocol):
    """People (transaction kind 3). `version` rises by one with each change of any user."""

    async def all(self) -> list[User]:
        """Everyone, by username."""

    async def get(self, user_id: str) -> User | None:
        """By id."""

    async def by_username(self, username: str) -> User | None:
        """By log-in name, case-insensitive."""

    async def put(
        self, user: User, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> User:
        """Insert or replace, with a row that says what changed; returns the user with its new version.

        With `based_on`, only if the stored user has that version (0: there is none). Raises UsernameTaken,
        ChangedMeanwhile.
        """

    async def put_all(self, users: Sequence[User], author: Authorship) -> list[User]:
        """All of them in one transaction, each only if the stored user has its `version` (0: there is none).

        Raises UsernameTaken, ChangedMeanwhile.
        """

    async def changes(self, user_id: str, *, limit: int) -> list[UserChange]:
        """The newest changes of a user, newest first."""

    async def newest_version(self) -> int:
        """The largest version of any user: changes when anything about anyone changed."""


class Session(msgspec.Struct, frozen=True):
    """A log-in. The cookie holds a random token; only its SHA-256 is stored."""

    token_hash: bytes
    user_id: str
    created_at_ms: int
    expires_at_ms: int


class Sessions(Protocol):
    """Server-side sessions (transaction kind 3)."""

    async def put(self, session: Session) -> None:
        """Store a new session."""

    async def get(self, token_hash: bytes) -> Session | None:
        """The session, expired or not."""

    async def delete(self, token_hash: bytes) -> None:
        """Log-out."""

    async def delete_of_user(self, user_id: str, *, kept: bytes = b"") -> int:
        """Revoke all sessions of a user, but the one of this hash; returns how many."""

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired."""
