"""Keys of other programs: a random token, shown once; its SHA-256 in the store; one more kind of principal.

A key has a role of its own kind and the queues and teams it reaches; `authorise` decides about it as about
everybody. It holds no session, so it opens no desk and logs nobody out. Revoked by any process, it ends here
within `API_KEY_CACHE_MS`.
"""

import secrets
from collections.abc import Callable
from typing import Final

import msgspec

from callcenter.auth.limits import API_KEY_CACHE_MAX, API_KEY_CACHE_MS
from callcenter.auth.principal import KeyRole, Principal
from callcenter.auth.sessions import TOKEN_BYTES, TOKEN_LENGTH_MAX, token_hash
from callcenter.ports.integrators import ApiKey, ApiKeys

PREFIX: Final = "cck_"
"""What a key starts with: so that people, and programs that look for leaked keys, know it for one."""

_NEVER_MS: Final = 2**53


class ApiKeyKeeper:
    """Makes, resolves and revokes keys of the domain."""

    def __init__(self, keys: ApiKeys, now_ms: Callable[[], int]) -> None:
        self._keys = keys
        self._now_ms = now_ms
        self._cache: dict[bytes, tuple[int, Principal]] = {}
        self._used_at_ms: dict[str, int] = {}

    async def make(self, draft: ApiKey) -> tuple[str, ApiKey]:
        """Store a key; returns what its program has to say, which is kept nowhere."""
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        key = msgspec.structs.replace(
            draft, key_hash=token_hash(token), created_at_ms=self._now_ms()
        )
        await self._keys.put(key)
        return token, key

    async def resolve(self, token: str) -> Principal | None:
        """Which program this is; None for an unknown key and for a revoked one."""
        if len(token) > TOKEN_LENGTH_MAX:
            return None
        digest, now_ms = token_hash(token), self._now_ms()
        cached = self._cache.get(digest)
        if cached is None or now_ms - cached[0] > API_KEY_CACHE_MS:
            cached = await self._read(digest, now_ms)
        if cached is None:
            return None
        self._used_at_ms[cached[1].user_id] = now_ms
        return cached[1]

    async def revoke(self, key_id: str) -> ApiKey | None:
        """End a key for good; None when there is no such key."""
        key = await self.find(key_id)
        if key is None or key.revoked_at_ms is not None:
            return key
        revoked = msgspec.structs.replace(key, revoked_at_ms=self._now_ms())
        await self._keys.put(revoked)
        self._cache.pop(key.key_hash, None)
        return revoked

    async def find(self, key_id: str) -> ApiKey | None:
        """By id."""
        return next((key for key in await self._keys.all() if key.key_id == key_id), None)

    async def note_uses(self) -> None:
        """Store when keys were last used; called now and then. Raises StorageUnavailable."""
        used, self._used_at_ms = self._used_at_ms, {}
        for user_id, at_ms in used.items():
            await self._keys.note_used(user_id.removeprefix("key:"), at_ms)

    async def _read(self, digest: bytes, now_ms: int) -> tuple[int, Principal] | None:
        self._cache.pop(digest, None)
        key = await self._keys.by_hash(digest)
        if key is None or key.revoked_at_ms is not None:
            return None
        if len(self._cache) >= API_KEY_CACHE_MAX:
            self._cache.clear()
        self._cache[digest] = (now_ms, program_of(key))
        return self._cache[digest]


def program_of(key: ApiKey) -> Principal:
    """The program that holds the key, as everybody else is known."""
    return Principal(
        user_id=f"key:{key.key_id}",
        username=key.name,
        display_name=key.name,
        role=KeyRole(key.role),
        team_id="",
        queue_ids=frozenset(key.queue_ids),
        watched_team_ids=frozenset(key.team_ids),
        language="en",
        session_hash=b"",
        expires_at_ms=_NEVER_MS,
    )
