"""What the shell needs of a store for other programs: their keys, and where they want to hear of events."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of another program. Only its SHA-256 is stored; the key is shown once, when it is made."""

    key_id: str
    name: str
    key_hash: bytes
    role: str
    queue_ids: tuple[str, ...]
    team_ids: tuple[str, ...]
    created_at_ms: int
    created_by: str
    last_used_at_ms: int | None = None
    revoked_at_ms: int | None = None


class ApiKeys(Protocol):
    """Keys of a domain (transaction kind 3). A revoked key stays, so that the audit log's ids mean something."""

    async def all(self) -> list[ApiKey]:
        """Every key, the oldest first."""

    async def by_hash(self, key_hash: bytes) -> ApiKey | None:
        """The key, revoked or not."""

    async def put(self, key: ApiKey) -> None:
        """Insert or replace by id."""

    async def note_used(self, key_id: str, at_ms: int) -> None:
        """When it was last used."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program hears of events. No kinds, no queues: of all."""

    subscription_id: str
    name: str
    url: str
    kinds: tuple[str, ...]
    queue_ids: tuple[str, ...]
    is_paused: bool
    created_at_ms: int
    created_by: str
    secret_no: int = 0
    """How often the secret was replaced."""
    former_until_ms: int | None = None
    """Until then the secret before signs too."""


class Track(StrEnum):
    """A subscription follows the journal, and may be told a part of it, or what was given up, once more."""

    LIVE = "live"
    REPLAY = "replay"
    DEAD = "dead"


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How far a track has come. Everything up to `done_seq` is delivered, given up, or not wanted.

    `failing_since_ms` and `attempts` are of the event after it; `until_seq` ends a replay.
    """

    subscription_id: str
    track: Track
    done_seq: int
    until_seq: int | None = None
    failing_since_ms: int | None = None
    attempts: int = 0
    last_error: str = ""
    delivered_at_ms: int | None = None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up."""

    subscription_id: str
    seq: int
    at_ms: int
    attempts: int
    error: str


class Subscriptions(Protocol):
    """Subscriptions of a domain, how far each has come, and what was given up (transaction kind 3)."""

    async def all(self) -> list[Subscription]:
        """Every subscription, the oldest first."""

    async def get(self, subscription_id: str) -> Subscription | None:
        """By id."""

    async def put(self, subscription: Subscription) -> None:
        """Insert or replace by id."""

    async def delete(self, subscription_id: str) -> bool:
        """Forget it, with everything about it; False when there was none."""

    async def stands(self) -> list[Stand]:
        """Where every track stands."""

    async def put_stand(self, stand: Stand, dead: Sequence[DeadLetter] = ()) -> None:
        """Move a track, and keep what was given up, in one transaction; of a subscription that is gone, nothing."""

    async def delete_stand(self, subscription_id: str, track: Track) -> None:
        """A replay is over."""

    async def delete_dead(self, subscription_id: str, seq: int) -> None:
        """It was taken after all."""

    async def dead_letters(
        self, subscription_id: str, *, before_seq: int | None, limit: int
    ) -> list[DeadLetter]:
        """The newest given up, newest first."""
