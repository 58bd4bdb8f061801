"""Who is asking, as the rest of the shell sees it."""

from enum import StrEnum

import msgspec

from callcenter.ports.people import Session, User


class Role(StrEnum):
    """What kind of user this is; the permissions of each stand in `authorise.GRANTS`."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class KeyRole(StrEnum):
    """What another program may do with its key."""

    READER = "reader"
    COORDINATOR = "coordinator"


class Principal(msgspec.Struct, frozen=True):
    """A logged-in user, or another program with its key. Carries no password hash, so that nothing it is handed to can leak one.

    `session_hash` is the SHA-256 of the session's token: it names the session without being usable as it.
    """

    user_id: str
    username: str
    display_name: str
    role: Role | KeyRole
    team_id: str
    queue_ids: frozenset[str]
    watched_team_ids: frozenset[str]
    language: str
    session_hash: bytes
    expires_at_ms: int
    site: str = ""

    def __repr__(self) -> str:
        """Only what a log may hold."""
        return f"Principal({self.user_id}, {self.role})"


def principal_of(user: User, session: Session) -> Principal:
    """The principal of a user within one session."""
    return Principal(
        user_id=user.user_id,
        username=user.username,
        display_name=user.display_name,
        role=Role(user.role),
        team_id=user.team_id,
        queue_ids=frozenset(user.queue_ids),
        watched_team_ids=frozenset(user.watched_team_ids),
        language=user.language,
        session_hash=session.token_hash,
        expires_at_ms=session.expires_at_ms,
        site=user.site,
    )
