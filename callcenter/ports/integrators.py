"""What the shell needs of a store for other programs: their keys, where they want to hear of events, and notices of what is not in the journal."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec

NOTICES_TABLE: Final = "notices"


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


class Feed(StrEnum):
    """Where events come from; each has numbers of its own."""

    JOURNAL = "journal"
    """What the engine has decided, by the journal's numbers."""
    NOTICES = "notices"
    """Steps of cases, leads, articles sent and entries of campaigns, by the places of their notices."""


class Track(StrEnum):
    """A subscription follows a feed, and may be told a part of it, or what was given up, once more."""

    LIVE = "live"
    REPLAY = "replay"
    DEAD = "dead"


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How far a track of a feed has come. Everything up to `done_seq` is delivered, given up, or not wanted.

    `failing_since_ms` and `attempts` are of the event after it; `until_seq` ends a replay.
    """

    subscription_id: str
    track: Track
    feed: Feed = Feed.JOURNAL
    done_seq: int
    until_seq: int | None = None
    failing_since_ms: int | None = None
    attempts: int = 0
    last_error: str = ""
    delivered_at_ms: int | None = None


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up, by its number in its feed."""

    subscription_id: str
    feed: Feed = Feed.JOURNAL
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

    async def delete_stand(self, subscription_id: str, feed: Feed, track: Track) -> None:
        """A replay is over."""

    async def delete_dead(self, subscription_id: str, feed: Feed, seq: int) -> None:
        """It was taken after all."""

    async def dead_letters(
        self, subscription_id: str, feed: Feed, *, before_seq: int | None, limit: int
    ) -> list[DeadLetter]:
        """The newest given up, newest first."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What other programs are told of one step of something that is not in the journal. Nothing in it is personal.

    It is written in the step's own transaction, under an id that follows from the step. `notice_no` is its place among all
    notices, given later, once; None before. What is about one object comes in the order of `version`. `queue_id` and
    `contact_id` ("" for none) say for which queue it counts. `data` is JSON. `at_ms` None: the step's row has no time, it
    gets that of its place.
    """

    notice_id: str
    at_ms: int | None
    kind: str
    object_id: str
    version: int
    queue_id: str
    contact_id: str
    data: str
    notice_no: int | None = None


class Notices(Protocol):
    """Notices of a domain (transaction kind 3; they are written with what they are about)."""

    async def number(self, now_ms: int, *, limit: int) -> int:
        """Give places to notices that have none, at most so many; returns how many.

        Whoever reads sees places in their order, without a gap. Notices of one object get theirs by its versions.
        """

    async def after(self, notice_no: int, *, limit: int) -> Sequence[Notice]:
        """Notices that have a place past this one, in order."""

    async def newest(self) -> int:
        """The newest place; 0 before the first."""
