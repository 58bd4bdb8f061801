"""Why things happened, and how contacts ended: the words that events carry.

Public, like every value in the journal: one is never renamed, and only ever added.
"""

from enum import StrEnum


class StateCause(StrEnum):
    """Why an agent's state changed."""

    REQUESTED = "requested"
    MISSED_OFFERS = "missed_offers"
    SIGNED_IN = "signed_in"
    PRESENCE_LOST = "presence_lost"
    PHONE_FAULT = "phone_fault"
    FORCED = "forced"
    """A supervisor asked for it."""


class RescindReason(StrEnum):
    """Why the engine withdrew an offer."""

    CUSTOMER_LEFT = "customer_left"
    PRESENCE_LOST = "presence_lost"
    AGENT_NOT_READY = "agent_not_ready"
    AGENT_REMOVED = "agent_removed"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    ASSIGNED = "assigned"
    """A supervisor has given the contact to another agent."""
    TRANSFERRED = "transferred"
    """The contact is handed on."""
    FLUSHED = "flushed"
    """The contact's queue is emptied."""
    NO_ROOM = "no_room"
    """What was to be interrupted for it can no longer be."""


class RequeueReason(StrEnum):
    """Why a contact that was with an agent went back to its queue."""

    PRESENCE_LOST = "presence_lost"
    AGENT_REMOVED = "agent_removed"
    TRANSFERRED = "transferred"
    """Its agent, or a supervisor, has handed it on."""
    LOGGED_OUT = "logged_out"
    """It was parked, and its agent was not there when the reminder was due."""
    LEG_FAILED = "leg_failed"
    """The agent's leg of the call is lost, or never came about."""


class OfferTrigger(StrEnum):
    """Which question led to an offer: who was free for a contact, or what waited for an agent."""

    AGENT_FREED = "agent_freed"
    """The agent could take work: the most urgent of what waited was chosen."""
    CONTACT_FREED = "contact_freed"
    """The contact could be offered: of the agents who were free the first was chosen."""
    BROADCAST = "broadcast"
    """The contact had just been offered, and its queue asks several agents at once."""
    ASSIGNED = "assigned"
    """A supervisor chose both."""
    TRANSFERRED = "transferred"
    """The contact is handed on to this agent."""
    RESERVED = "reserved"
    """The agent was kept free for this customer, whom we called and who has answered."""


CHOSEN_BY_HAND = (OfferTrigger.ASSIGNED, OfferTrigger.TRANSFERRED, OfferTrigger.RESERVED)
"""Offers to somebody a person has named, or who was kept free: no scores decided."""


class ContactOutcome(StrEnum):
    """How a contact ended."""

    HANDLED = "handled"
    ABANDONED = "abandoned"
    TURNED_AWAY = "turned_away"
    UNREACHED = "unreached"
    """We called, and did not reach the customer."""
    HANDLED_OUTSIDE = "handled_outside"
    """Somebody else has taken the customer while we were away."""
