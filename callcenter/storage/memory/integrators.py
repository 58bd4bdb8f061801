"""Keys and subscriptions of other programs in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.integrators import ApiKey, DeadLetter, Feed, Stand, Subscription, Track
from callcenter.storage.memory.disk import Disk


class MemoryApiKeys:
    """`ApiKeys` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._keys: dict[str, ApiKey] = {}

    async def all(self) -> list[ApiKey]:
        """Every key, the oldest first."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at_ms, key.key_id))

    async def by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key, revoked or not."""
        return next((key for key in self._keys.values() if key.key_hash == key_hash), None)

    async def put(self, key: ApiKey) -> None:
        """Insert or replace by id."""
        self._disk.check()
        self._keys[key.key_id] = key

    async def note_used(self, key_id: str, at_ms: int) -> None:
        """When it was last used."""
        self._disk.check()
        if key_id in self._keys:
            used = msgspec.structs.replace(self._keys[key_id], last_used_at_ms=at_ms)
            self._keys[key_id] = used


class MemorySubscriptions:
    """`Subscriptions` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._subscriptions: dict[str, Subscription] = {}
        self._stands: dict[tuple[str, Feed, Track], Stand] = {}
        self._dead: dict[tuple[str, Feed, int], DeadLetter] = {}

    async def all(self) -> list[Subscription]:
        """Every subscription, the oldest first."""
        return sorted(
            self._subscriptions.values(), key=lambda one: (one.created_at_ms, one.subscription_id)
        )

    async def get(self, subscription_id: str) -> Subscription | None:
        """By id."""
        return self._subscriptions.get(subscription_id)

    async def put(self, subscription: Subscription) -> None:
        """Insert or replace by id."""
        self._disk.check()
        self._subscriptions[subscription.subscription_id] = subscription

    async def delete(self, subscription_id: str) -> bool:
        """Forget it, with everything about it."""
        self._disk.check()
        self._stands = {key: one for key, one in self._stands.items() if key[0] != subscription_id}
        self._dead = {key: one for key, one in self._dead.items() if key[0] != subscription_id}
        return self._subscriptions.pop(subscription_id, None) is not None

    async def stands(self) -> list[Stand]:
        """Where every track stands."""
        return [self._stands[key] for key in sorted(self._stands)]

    async def put_stand(self, stand: Stand, dead: Sequence[DeadLetter] = ()) -> None:
        """Move a track, and keep what was given up."""
        self._disk.check()
        if stand.subscription_id in self._subscriptions:
            self._stands[stand.subscription_id, stand.feed, stand.track] = stand
            self._dead.update(((one.subscription_id, one.feed, one.seq), one) for one in dead)

    async def delete_stand(self, subscription_id: str, feed: Feed, track: Track) -> None:
        """A replay is over."""
        self._disk.check()
        self._stands.pop((subscription_id, feed, track), None)

    async def delete_dead(self, subscription_id: str, feed: Feed, seq: int) -> None:
        """It was taken after all."""
        self._disk.check()
        self._dead.pop((subscription_id, feed, seq), None)

    async def dead_letters(
        self, subscription_id: str, feed: Feed, *, before_seq: int | None, limit: int
    ) -> list[DeadLetter]:
        """The newest given up, newest first."""
        found = [
            letter
            for letter in self._dead.values()
            if (letter.subscription_id, letter.feed) == (subscription_id, feed)
            and (before_seq is None or letter.seq < before_seq)
        ]
        return sorted(found, key=lambda letter: -letter.seq)[:limit]
