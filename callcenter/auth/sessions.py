"""Server-side sessions: a random token in the cookie, its SHA-256 in the store, a bounded cache in front.

A session can be ended from anywhere: by its log-out, by an administrator, by the command line in another
process. The store is the truth; the cache is made honest by `poll`, which the shell calls every second and
which notices any changed user through `Users.newest_version`. Whoever holds something open for a session (a
desk socket) registers a watcher and is called when the session ends, whatever ended it.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from callcenter.auth.limits import (
    FORGET_EXPIRED_EVERY_MS,
    SESSION_CACHE_MAX,
    SESSION_LIFETIME_MS,
)
from callcenter.auth.principal import Principal, principal_of
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.people import Session, Sessions, User, Users

TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 128

Watcher = Callable[[], None]


def token_hash(token: str) -> bytes:
    """What the store knows a session by. Tokens are random, so a plain hash cannot be reversed by guessing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class SessionKeeper:
    """Opens, resolves and ends sessions of the domain."""

    def __init__(
        self,
        sessions: Sessions,
        users: Users,
        now_ms: Callable[[], int],
        *,
        lifetime_ms: int = SESSION_LIFETIME_MS,
        cache_max: int = SESSION_CACHE_MAX,
    ) -> None:
        self._sessions = sessions
        self._users = users
        self._now_ms = now_ms
        self._lifetime_ms = lifetime_ms
        self._cache_max = cache_max
        self._cache: OrderedDict[bytes, Principal] = OrderedDict()
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._watchers: dict[bytes, tuple[Principal, list[Watcher]]] = {}
        self._seen_version: int | None = None
        self._epoch = 0
        self._forget_at_ms = 0

    async def open(self, user: User) -> tuple[str, Principal]:
        """Start a session: the token for the cookie and who it is."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now_ms = self._now_ms()
        session = Session(token_hash(token), user.user_id, now_ms, now_ms + self._lifetime_ms)
        await self._sessions.put(session)
        principal = principal_of(user, session)
        self._remember(principal)
        return token, principal

    async def resolve(self, token: str | None) -> Principal | None:
        """Who holds this token; None for no token, an unknown one, an expired one, a disabled user."""
        if not token or len(token) > TOKEN_LENGTH_MAX:
            return None
        digest = token_hash(token)
        if digest in self._cache:
            return self._cached(digest)
        # After a restart all tabs of a person come back at once: one of them reads, the others find what it kept.
        async with self._turns.setdefault(digest, asyncio.Lock()):
            return self._cached(digest) if digest in self._cache else await self._fetch(digest)

    def _cached(self, digest: bytes) -> Principal | None:
        principal = self._cache[digest]
        if principal.expires_at_ms <= self._now_ms():
            self._ended(digest)
            return None
        self._cache.move_to_end(digest)
        return principal

    async def close(self, principal: Principal) -> None:
        """Log out: the session is over everywhere."""
        await self._sessions.delete(principal.session_hash)
        self._ended(principal.session_hash)

    async def close_of_user(self, user_id: str) -> int:
        """End all sessions of a user (disabled, password reset); returns how many the store held."""
        ended = await self._sessions.delete_of_user(user_id)
        await self.forget_user(user_id)
        return ended

    async def close_others(self, principal: Principal) -> int:
        """End a user's sessions but this one (a password of their own); returns how many the store held."""
        kept = principal.session_hash
        ended = await self._sessions.delete_of_user(principal.user_id, kept=kept)
        await self.forget_user(principal.user_id)
        return ended

    def watch(self, principal: Principal, on_end: Watcher) -> Callable[[], None]:
        """Call `on_end` once when this session ends. Returns what stops the watching."""
        _, watchers = self._watchers.setdefault(principal.session_hash, (principal, []))
        watchers.append(on_end)

        def unwatch() -> None:
            entry = self._watchers.get(principal.session_hash)
            if entry is None or on_end not in entry[1]:
                return
            entry[1].remove(on_end)
            if not entry[1]:
                del self._watchers[principal.session_hash]

        return unwatch

    async def forget_user(self, user_id: str) -> None:
        """Something about the user changed: read it anew, and end what is no longer valid."""
        self._epoch += 1
        for digest in [d for d, p in self._cache.items() if p.user_id == user_id]:
            del self._cache[digest]
        for digest in [d for d, (p, _) in self._watchers.items() if p.user_id == user_id]:
            if await self._fetch(digest) is None:
                self._ended(digest)

    def current(self, principal: Principal) -> Principal:
        """The same session as of the last change of its user: what something open for long must judge by."""
        return self._cache.get(principal.session_hash, principal)

    async def poll(self) -> list[User]:
        """Called every second: notices users changed by anybody, ends expired sessions.

        Returns the users changed since the poll before (all of them at the first), so that the shell can tell
        the engine about them in the same round.
        """
        now_ms = self._now_ms()
        for digest in [d for d, (p, _) in self._watchers.items() if p.expires_at_ms <= now_ms]:
            self._ended(digest)
        await self._recheck_uncached()
        await self._forget_expired(now_ms)
        newest = await self._users.newest_version()
        seen = self._seen_version
        if newest == seen:
            return []
        changed = [user for user in await self._users.all() if seen is None or user.version > seen]
        if seen is not None:
            for user in changed:
                await self.forget_user(user.user_id)
        # Last: if the store failed above, the next poll finds the same users changed.
        self._seen_version = newest
        return changed

    async def reread(self) -> None:
        """Believe nothing that was read before: where people also log out at other processes, called every few seconds."""
        self._epoch += 1
        self._cache.clear()
        await self._recheck_uncached()

    async def _forget_expired(self, now_ms: int) -> None:
        """Rows of expired sessions only take room: a store that cannot delete now is asked again later."""
        if now_ms < self._forget_at_ms:
            return
        self._forget_at_ms = now_ms + FORGET_EXPIRED_EVERY_MS
        with suppress(StorageUnavailable):
            await self._sessions.delete_expired(now_ms)

    async def _recheck_uncached(self) -> None:
        """A session may have ended between its resolving and its watching: nobody told the watcher."""
        for digest in [d for d in self._watchers if d not in self._cache]:
            if await self._fetch(digest) is None:
                self._ended(digest)

    async def _fetch(self, digest: bytes) -> Principal | None:
        """Load and keep."""
        epoch = self._epoch
        principal = await self._load(digest)
        # If something was ended while the store was read, what was read may be older: it is not kept.
        if principal is not None and epoch == self._epoch:
            self._remember(principal)
        return principal

    async def _load(self, digest: bytes) -> Principal | None:
        session = await self._sessions.get(digest)
        if session is None or session.expires_at_ms <= self._now_ms():
            return None
        user = await self._users.get(session.user_id)
        if user is None or user.is_disabled:
            return None
        return principal_of(user, session)

    def _remember(self, principal: Principal) -> None:
        self._cache[principal.session_hash] = principal
        self._cache.move_to_end(principal.session_hash)
        while len(self._cache) > self._cache_max:
            self._cache.popitem(last=False)

    def _ended(self, digest: bytes) -> None:
        self._epoch += 1
        self._cache.pop(digest, None)
        _, watchers = self._watchers.pop(digest, (None, []))
        for on_end in watchers:
            on_end()
