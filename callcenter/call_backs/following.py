"""What the journal says of a round, as steps of its call-back: while it happens, and afterwards from where it stands."""

from typing import Final

import msgspec

from callcenter.call_backs.promises import Promise
from callcenter.call_backs.states import Step
from callcenter.ports.read_models import Interaction, Interactions
from routing.events import (
    ContactClosed,
    ContactOutcome,
    DialAnswered,
    DialConnected,
    DialEnded,
    Event,
    OfferAccepted,
)
from routing.ids import ContactId
from routing.model import DialFailure
from routing.state import ContactState, State


class Fact(msgspec.Struct, frozen=True):
    """Something that has happened: a step of the round this contact is, or a promise to be made. `is_end`: the contact is closed."""

    step: Step | None
    contact_id: ContactId = ContactId("")
    outcome: str = ""
    is_end: bool = False
    call_back_id: str = ""
    promise: Promise | None = None


_OF_AGENTS: Final = (DialFailure.AGENT_UNREACHED, DialFailure.AGENT_LEFT)
_OF_LINES: Final = (DialFailure.PERMIT_EXPIRED, DialFailure.FAILED)

_ANSWERED: Final = (ContactState.WAITING, ContactState.OFFERED)
_TALKING: Final = (ContactState.CONNECTED, ContactState.PARKED, ContactState.WRAP_UP)


def after_failure(failure: DialFailure) -> Step:
    """What it means that the customer was not reached: whose fault it was decides whether it counts as an attempt."""
    if failure in _OF_AGENTS:
        return Step.RETURNED
    return Step.UNPLACED if failure in _OF_LINES else Step.UNANSWERED


def fact_of(event: Event) -> Fact | None:
    """What an event says of a round; None for nothing."""
    match event:
        case DialAnswered(contact_id=contact_id):
            return Fact(Step.ANSWERED, contact_id)
        case DialConnected(contact_id=contact_id) | OfferAccepted(contact_id=contact_id):
            return Fact(Step.CONNECTED, contact_id)
        case DialEnded(contact_id=contact_id, failure=failure):
            return Fact(after_failure(failure), contact_id, failure.value)
        case ContactClosed(contact_id=contact_id, outcome=outcome):
            is_alone = outcome in (ContactOutcome.ABANDONED, ContactOutcome.TURNED_AWAY)
            step = Step.LEFT_ALONE if is_alone else None
            return Fact(step, contact_id, "left_alone" if is_alone else "", is_end=True)
        case _:
            return None


async def fate_of(
    state: State, interactions: Interactions, contact_id: ContactId
) -> list[Fact] | None:
    """Where a round stands, or how it ended; None where there never was one. Raises StorageError."""
    contact = state.contacts.get(contact_id)
    if contact is not None:
        if contact.state in _ANSWERED:
            return [Fact(Step.ANSWERED, contact_id)]
        return [Fact(Step.CONNECTED, contact_id)] if contact.state in _TALKING else []
    interaction = await interactions.get(contact_id)
    if interaction is None:
        return None
    return _ended(interaction, contact_id)


def _ended(interaction: Interaction, contact_id: ContactId) -> list[Fact]:
    """How it ended; nothing as long as the log has not heard of that."""
    if interaction.closed_at_ms is None:
        return []
    if interaction.outcome == ContactOutcome.HANDLED.value:
        return [Fact(Step.CONNECTED, contact_id, is_end=True)]
    if interaction.outcome == ContactOutcome.UNREACHED.value:
        word = (interaction.disposition_id or "").removeprefix("none_")
        is_known = word in {one.value for one in DialFailure}
        failure = DialFailure(word) if is_known else DialFailure.FAILED
        return [Fact(after_failure(failure), contact_id, failure.value, is_end=True)]
    return [
        Fact(Step.ANSWERED, contact_id),
        Fact(Step.LEFT_ALONE, contact_id, "left_alone", is_end=True),
    ]
