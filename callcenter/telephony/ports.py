"""What the book of calls needs of a phone system: one port for all adapters."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Protocol

import msgspec

from callcenter.telephony.protocol import Order


class Errand(msgspec.Struct, frozen=True):
    """A command, until when it is worth delivering, and when the event came that led to it (None: none did)."""

    order: Order
    until_ms: int
    cause_s: float | None = None


Undelivered = Callable[[Order, str], None]
"""Called with a command that was not delivered, and why: `undelivered` or `refused`."""


class CallControl(Protocol):
    """One phone system that can answer, play, gather, park, ring, bridge, hold and hang up.

    Commands of one call are delivered in order. Results come back as events, whatever the adapter.
    """

    last_sign_ms: int
    """When the phone system last showed that it lives."""

    @property
    def is_up(self) -> bool:
        """Whether it answers, as far as we know: one that was not asked yet does."""

    def send(self, errand: Errand) -> None:
        """Deliver it as soon as possible, again and again until its time is over. Never waits."""


class Fetched(Enum):
    """What became of fetching a recording."""

    WHOLE = "whole"
    NOT_YET = "not_yet"
    GONE = "gone"
    UNWANTED = "unwanted"
    """Whoever took it wanted no more of it."""


class RecordingSource(Protocol):
    """One phone system that can record. Raises OSError, TimeoutError where it cannot be asked now."""

    async def fetch_recording(
        self, recording_id: str, put: Callable[[bytes], Awaitable[bool]]
    ) -> Fetched:
        """Hand a recording that has ended to `put`, piece by piece, for as long as that says True."""

    async def delete_recording(self, recording_id: str) -> bool:
        """Have the phone system forget it; False where that is not known. One that is not there is forgotten."""
