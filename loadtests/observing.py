"""What a client saw and was promised, told to whoever wants to compare it with the server's journal later.

An acknowledgement is a promise of durability (`docs/protocol.md`, "Common rules"): an answer 2xx to a command, or
the customer's own message coming back. A sighting is weaker but binding too: the server may show only
what is committed, so everything anybody has seen must still be there after a crash.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What was acknowledged or seen."""

    CONTACT = "contact"
    CUSTOMER_MESSAGE = "customer_message"
    STATE = "state"
    ACCEPT = "accept"
    REJECT = "reject"
    AGENT_MESSAGE = "agent_message"
    END = "end"
    WRAP_UP = "wrap_up"
    SAW_OFFER = "saw_offer"
    SAW_MESSAGE = "saw_message"
    SAW_CLOSED = "saw_closed"


ACKNOWLEDGEMENTS = frozenset(
    {
        Kind.CONTACT,
        Kind.CUSTOMER_MESSAGE,
        Kind.STATE,
        Kind.ACCEPT,
        Kind.REJECT,
        Kind.AGENT_MESSAGE,
        Kind.END,
        Kind.WRAP_UP,
    }
)
"""Kinds that promise durability of something the client asked for; the others are sightings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One acknowledgement or sighting. `seq` is the journal's as the server named it; absent when it named none.

    With `refused_as` (an error code) it is the opposite: the request was sent more than once and refused in the
    end. Then the first sending must not have been done, or the repeat should have got its answer.
    """

    kind: Kind
    seq: int | None = None
    contact_id: str = ""
    offer_id: str = ""
    message_id: str = ""
    agent_id: str = ""
    author: str = ""
    text: str = ""
    state: str = ""
    refused_as: str = ""
    took_s: float = 0.0
    at_s: float = field(default_factory=time.monotonic)


Observer = Callable[[Seen], None]


def ignore(_seen: Seen) -> None:
    """The observer of a client nobody checks."""
