"""What the book of calls needs of a phone system: one port for all adapters."""

from collections.abc import Callable
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

    def send(self, errand: Errand) -> None:
        """Deliver it as soon as possible, again and again until its time is over. Never waits."""
