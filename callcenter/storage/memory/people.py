"""People, sessions, configuration documents and profiles in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.errors import ChangedMeanwhile, StorageError, UsernameTaken
from callcenter.ports.people import Session, User
from callcenter.ports.profiles import Profile
from callcenter.ports.versions import (
    UNSIGNED,
    Authorship,
    ClosedMessage,
    ConfigChange,
    ConfigVersion,
    UserChange,
)
from callcenter.storage.changed_fields import changed_fields
from callcenter.storage.memory.disk import Disk
from callcenter.storage.usernames import username_key


class MemoryUsers:
    """`ports.people.Users` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._users: dict[str, User] = {}
        self._changes: list[UserChange] = []

    async def all(self) -> list[User]:
        """Everyone, by username."""
        return sorted(self._users.values(), key=lambda user: username_key(user.username))

    async def get(self, user_id: str) -> User | None:
        """By id."""
        return self._users.get(user_id)

    async def by_username(self, username: str) -> User | None:
        """By log-in name, whatever its case."""
        key = username_key(username)
        return next((u for u in self._users.values() if username_key(u.username) == key), None)

    async def put(
        self, user: User, author: Authorship = UNSIGNED, *, based_on: int | None = None
    ) -> User:
        """Insert or replace, with the next version."""
        self._disk.check()
        same_name = await self.by_username(user.username)
        if same_name is not None and same_name.user_id != user.user_id:
            raise UsernameTaken("another user has this log-in name")
        before = self._users.get(user.user_id)
        if based_on is not None and based_on != (0 if before is None else before.version):
            raise ChangedMeanwhile(user.user_id)
        stored = msgspec.structs.replace(user, version=await self.newest_version() + 1)
        self._users[user.user_id] = stored
        fields = changed_fields(before, stored)
        self._changes.append(UserChange(stored.version, stored.user_id, author, fields))
        return stored

    async def put_all(self, users: Sequence[User], author: Authorship) -> list[User]:
        """All of them, or none."""
        known, changes = dict(self._users), list(self._changes)
        try:
            return [await self.put(one, author, based_on=one.version) for one in users]
        except StorageError:
            self._users, self._changes = known, changes
            raise

    async def changes(self, user_id: str, *, limit: int) -> list[UserChange]:
        """The newest changes of a user, newest first."""
        return [one for one in reversed(self._changes) if one.user_id == user_id][:limit]

    async def newest_version(self) -> int:
        """The largest version of any user."""
        return max((user.version for user in self._users.values()), default=0)


class MemorySessions:
    """`ports.people.Sessions` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._sessions: dict[bytes, Session] = {}

    async def put(self, session: Session) -> None:
        """Store a new session."""
        self._disk.check()
        if session.token_hash in self._sessions:
            raise StorageError("this session is stored already")
        self._sessions[session.token_hash] = session

    async def get(self, token_hash: bytes) -> Session | None:
        """The session, expired or not."""
        return self._sessions.get(token_hash)

    async def delete(self, token_hash: bytes) -> None:
        """Log-out."""
        self._disk.check()
        self._sessions.pop(token_hash, None)

    async def delete_of_user(self, user_id: str, *, kept: bytes = b"") -> int:
        """Revoke all sessions of a user, but the one of this hash; returns how many."""
        own = [s for s in self._sessions.values() if s.user_id == user_id]
        return self._delete([s for s in own if s.token_hash != kept])

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired."""
        return self._delete([s for s in self._sessions.values() if s.expires_at_ms <= now_ms])

    def _delete(self, sessions: list[Session]) -> int:
        self._disk.check()
        for session in sessions:
            del self._sessions[session.token_hash]
        return len(sessions)


class MemoryConfigVersions:
    """`ConfigVersions` in memory; the dict's order is the order of applying."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._versions: dict[str, ConfigVersion] = {}
        self._changes: list[ConfigChange] = []

    async def put(
        self, version: ConfigVersion, author: Authorship = UNSIGNED, *, based_on: str | None = None
    ) -> None:
        """Store as the newest, with a row of the history; the newest again changes nothing."""
        self._disk.check()
        newest = await self.newest()
        if based_on is not None and (newest is None or newest.version != based_on):
            raise ChangedMeanwhile("another configuration is the newest")
        if newest is not None and newest.version == version.version:
            return
        stored = self._versions.pop(version.version, version)
        self._versions[version.version] = msgspec.structs.replace(
            stored, applied_at_ms=version.applied_at_ms
        )
        self._changes.append(ConfigChange(len(self._changes) + 1, version.version, author))

    async def changes(self, *, before: int | None, limit: int) -> list[ConfigChange]:
        """The history, newest first."""
        found = [one for one in reversed(self._changes) if before is None or one.number < before]
        return found[:limit]

    async def get(self, version: str) -> ConfigVersion | None:
        """By hash."""
        return self._versions.get(version)

    async def newest(self) -> ConfigVersion | None:
        """The one applied last."""
        return next(reversed(self._versions.values()), None)


class MemoryClosedMessages:
    """`ClosedMessages` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._messages: dict[str, ClosedMessage] = {}

    async def put(self, message: ClosedMessage) -> None:
        """Store; the same id again changes nothing."""
        self._disk.check()
        self._messages.setdefault(message.message_id, message)

    async def get(self, message_id: str) -> ClosedMessage | None:
        """By id."""
        return self._messages.get(message_id)


class MemoryProfiles:
    """`ports.profiles.Profiles` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._profiles: dict[str, Profile] = {}

    async def get(self, customer_key: str) -> Profile | None:
        """By key."""
        return self._profiles.get(customer_key)

    async def put(self, profiles: Sequence[Profile]) -> None:
        """Insert or replace."""
        self._disk.check()
        self._profiles.update((profile.customer_key, profile) for profile in profiles)

    async def delete(self, customer_key: str) -> bool:
        """Forget a customer."""
        self._disk.check()
        return self._profiles.pop(customer_key, None) is not None
