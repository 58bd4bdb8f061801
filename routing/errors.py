"""What can be wrong in the core, and whose fault it is.

    Refusal              a value: the caller asked for something it may not have; nothing changed
    InvariantViolation   an exception: our own law is broken; the host stops and restarts from the journal

A refusal's code is public API: it is never renamed. `docs/errors.md` says for each what to do.
"""

from enum import StrEnum

import msgspec


class RefusalCode(StrEnum):
    """Stable codes of everything the engine can refuse."""

    AGENT_INVALID = "agent_invalid"
    AGENT_NOT_ELIGIBLE = "agent_not_eligible"
    AGENT_NOT_PRESENT = "agent_not_present"
    AGENT_UNKNOWN = "agent_unknown"
    CAPACITY_FULL = "capacity_full"
    CONFIGURATION_INVALID = "configuration_invalid"
    CONFIGURATION_QUEUE_IN_USE = "configuration_queue_in_use"
    CONTACT_ENDED = "contact_ended"
    CONTACT_EXISTS = "contact_exists"
    CONTACT_INVALID = "contact_invalid"
    CONTACT_NOT_CALL = "contact_not_call"
    CONTACT_NOT_CONNECTED = "contact_not_connected"
    CONTACT_NOT_DIALLING = "contact_not_dialling"
    CONTACT_NOT_PARKABLE = "contact_not_parkable"
    CONTACT_NOT_PARKED = "contact_not_parked"
    CONTACT_NOT_WAITING = "contact_not_waiting"
    CONTACT_UNKNOWN = "contact_unknown"
    DESTINATION_INVALID = "destination_invalid"
    DISPOSITION_UNKNOWN = "disposition_unknown"
    EXTENSION_LIMIT = "extension_limit"
    HOLD_UNCHANGED = "hold_unchanged"
    NEEDS_IMPOSSIBLE = "needs_impossible"
    NO_AGENT_FREE = "no_agent_free"
    NOT_YOUR_CONTACT = "not_your_contact"
    NOT_YOUR_OFFER = "not_your_offer"
    NO_CONFIGURATION = "no_configuration"
    OFFER_ENDED = "offer_ended"
    OFFER_UNKNOWN = "offer_unknown"
    PARKED_LIMIT = "parked_limit"
    PERMIT_ENDED = "permit_ended"
    QUEUE_CLOSED = "queue_closed"
    QUEUE_FULL = "queue_full"
    QUEUE_UNKNOWN = "queue_unknown"
    QUEUE_UNSTAFFED = "queue_unstaffed"
    REASON_UNKNOWN = "reason_unknown"
    TRANSFER_INVALID = "transfer_invalid"
    WRAP_UP_NOT_OPEN = "wrap_up_not_open"


class Refusal(msgspec.Struct, frozen=True):
    """A command the engine refused: a stable code and one plain English sentence that names the object."""

    code: RefusalCode
    detail: str


class InvariantViolation(Exception):
    """A numbered invariant does not hold; the message starts with its number."""
