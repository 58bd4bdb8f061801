"""Events: the facts, in the past tense. The journal is a sequence of these and nothing else.

An event is an *input* (something the world did; it can be turned back into its command) or a *decision*
(something the engine concluded from the inputs, its configuration and the time). Replaying the inputs alone
must give the same decisions. Every event starts with `at_ms`, ms since the Unix epoch by the host's clock.

Fields are only ever appended, with a default, so that a journal of any age can be read.
"""

from typing import TypeAlias

import msgspec

from routing.causes import CHOSEN_BY_HAND as CHOSEN_BY_HAND
from routing.causes import ContactOutcome as ContactOutcome
from routing.causes import OfferTrigger as OfferTrigger
from routing.causes import RequeueReason as RequeueReason
from routing.causes import RescindReason as RescindReason
from routing.causes import StateCause as StateCause
from routing.ids import (
    NO_SITE,
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    PermitId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
    UserId,
)
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    Destination,
    Dial,
    DialFailure,
    Party,
    RejectCause,
    RoutingConfiguration,
    SkillNeed,
    TurnAwayReason,
)


class _Event(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """What all events share: when it happened."""

    at_ms: int


# --- inputs -----------------------------------------------------------------------------------------


class ConfigurationApplied(_Event, frozen=True, array_like=True, tag=True):
    """The configuration in force from here on."""

    configuration: RoutingConfiguration


class AgentPut(_Event, frozen=True, array_like=True, tag=True):
    """The facts of an agent that can change an assignment."""

    agent_id: AgentId
    team_id: TeamId
    queue_ids: tuple[QueueId, ...]
    capacity: CapacityRule
    skills: dict[SkillId, int] = {}
    primary_queue_id: QueueId | None = None
    site: SiteId = NO_SITE


class AgentRemoved(_Event, frozen=True, array_like=True, tag=True):
    """The agent takes no more work and is forgotten as soon as nothing is in hand."""

    agent_id: AgentId


class AgentConnected(_Event, frozen=True, array_like=True, tag=True):
    """The agent's desk is open."""

    agent_id: AgentId


class AgentDisconnected(_Event, frozen=True, array_like=True, tag=True):
    """The agent's desk is gone; the grace runs."""

    agent_id: AgentId


class AgentStateRequested(_Event, frozen=True, array_like=True, tag=True):
    """What the agent asked for; `AgentStateChanged` says when it applied."""

    agent_id: AgentId
    state: AgentState
    reason_id: ReasonId | None


class ContactArrived(_Event, frozen=True, array_like=True, tag=True):
    """A contact exists. With `dial` it is one that we call; the permit follows."""

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    customer_key: str
    needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    preferred_agent_id: AgentId | None = None
    barred_agent_ids: tuple[AgentId, ...] = ()
    site: SiteId = NO_SITE
    dial: Dial | None = None


class PermitRefused(_Event, frozen=True, array_like=True, tag=True):
    """A campaign may not dial now, for this reason: a word of `PermitFault`, or of its facts. The contact has not arrived."""

    arrived: ContactArrived
    reason: str


class SuppressionsChanged(_Event, frozen=True, array_like=True, tag=True):
    """The list of suppressed numbers has come to this version."""

    version: int


class PermitUsed(_Event, frozen=True, array_like=True, tag=True):
    """The call is being dialled, until `until_ms` at the latest."""

    contact_id: ContactId
    agent_id: AgentId
    until_ms: int


class DialAnswered(_Event, frozen=True, array_like=True, tag=True):
    """The customer has answered. An agent who is not on the line yet is no longer reserved by this: an offer follows."""

    contact_id: ContactId
    agent_id: AgentId


class DialFailed(_Event, frozen=True, array_like=True, tag=True):
    """The call came to nothing; `DialEnded` says it too."""

    contact_id: ContactId
    failure: DialFailure


class OfferAccepted(_Event, frozen=True, array_like=True, tag=True):
    """The offer became an assignment."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId


class OfferRejected(_Event, frozen=True, array_like=True, tag=True):
    """The agent said no; this agent is excluded from this contact until the re-offer gap has passed.

    `contact_waits` is false where another agent still has an offer of the contact.
    """

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    cause: RejectCause = RejectCause.DECLINED
    contact_waits: bool = True


class MessageAdded(_Event, frozen=True, array_like=True, tag=True):
    """A message was written; its text is a detail row."""

    contact_id: ContactId
    detail_id: DetailId
    author: Party
    agent_id: AgentId | None


class CustomerDisconnected(_Event, frozen=True, array_like=True, tag=True):
    """The customer's last socket is gone."""

    contact_id: ContactId


class CustomerReturned(_Event, frozen=True, array_like=True, tag=True):
    """The customer's socket is back."""

    contact_id: ContactId


class ContactEnded(_Event, frozen=True, array_like=True, tag=True):
    """The conversation is over; wrap-up or closing follows."""

    contact_id: ContactId
    ended_by: Party
    agent_id: AgentId | None


class ContactParked(_Event, frozen=True, array_like=True, tag=True):
    """The agent has put the contact aside; it stays theirs. At `until_ms` they are reminded."""

    contact_id: ContactId
    agent_id: AgentId
    until_ms: int


class ContactResumed(_Event, frozen=True, array_like=True, tag=True):
    """The agent has taken up again what was parked; `paused_ms` is how long this pause was."""

    contact_id: ContactId
    agent_id: AgentId
    paused_ms: int


class HoldStarted(_Event, frozen=True, array_like=True, tag=True):
    """The customer of the call hears music; ends by `HoldEnded`, or with the agent's part of the call."""

    contact_id: ContactId
    agent_id: AgentId


class HoldEnded(_Event, frozen=True, array_like=True, tag=True):
    """Customer and agent hear each other again; `held_ms` is how long this hold was."""

    contact_id: ContactId
    agent_id: AgentId
    held_ms: int


class LegFailed(_Event, frozen=True, array_like=True, tag=True):
    """The agent's leg of a call is lost or never came about; `offer_id` is the leg's."""

    contact_id: ContactId
    agent_id: AgentId
    offer_id: OfferId


class WrapUpCompleted(_Event, frozen=True, array_like=True, tag=True):
    """The agent finished the wrap-up."""

    contact_id: ContactId
    agent_id: AgentId
    disposition_id: DispositionId


class WrapUpExtended(_Event, frozen=True, array_like=True, tag=True):
    """The wrap-up may last until `until_ms`."""

    contact_id: ContactId
    agent_id: AgentId
    until_ms: int


class ContactAttributesUpdated(_Event, frozen=True, array_like=True, tag=True):
    """The contact's own needs, credit and preferred agent from here on."""

    contact_id: ContactId
    needs: tuple[SkillNeed, ...]
    credit_ms: int
    preferred_agent_id: AgentId | None = None


class PriorityAdjusted(_Event, frozen=True, array_like=True, tag=True):
    """A supervisor asked for `credit_ms`; `adjusted_ms` is what the contact's age has been given in all."""

    contact_id: ContactId
    credit_ms: int
    by: UserId
    is_total: bool
    adjusted_ms: int


class ContactAssigned(_Event, frozen=True, array_like=True, tag=True):
    """A supervisor chose the agent; `overrides` names the filters that would have refused. The offer follows."""

    contact_id: ContactId
    agent_id: AgentId
    by: UserId
    overrides: tuple[str, ...]


class AgentStateForced(_Event, frozen=True, array_like=True, tag=True):
    """What a supervisor asked for; `AgentStateChanged` says when it applied."""

    agent_id: AgentId
    state: AgentState
    by: UserId
    reason_id: ReasonId | None


class ContactTransferred(_Event, frozen=True, array_like=True, tag=True):
    """The contact is handed on; what its holder had of it, if anybody, ends here."""

    contact_id: ContactId
    to_queue_id: QueueId | None
    to_agent_id: AgentId | None
    agent_id: AgentId | None
    by: UserId | None


class QueueClosed(_Event, frozen=True, array_like=True, tag=True):
    """A supervisor has closed the queue: nobody is let in."""

    queue_id: QueueId
    by: UserId
    message_id: str = ""


class QueueOpened(_Event, frozen=True, array_like=True, tag=True):
    """A supervisor has opened the queue again, within its opening hours."""

    queue_id: QueueId
    by: UserId


class QueueFlushed(_Event, frozen=True, array_like=True, tag=True):
    """A supervisor has emptied the queue; what became of each contact follows."""

    queue_id: QueueId
    destination: Destination
    by: UserId


# --- decisions --------------------------------------------------------------------------------------


class PermitGranted(_Event, frozen=True, array_like=True, tag=True):
    """The contact may be dialled until `expires_at_ms`, once; the agent's capacity is taken for it."""

    contact_id: ContactId
    agent_id: AgentId
    permit_id: PermitId
    expires_at_ms: int
    free_by_ms: int | None = None
    """The agent is in wrap-up, and predicted to be free by then; None: free already."""
    is_agent_first: bool = False
    """The agent must be on the line first, whatever was asked: the campaign's window carries no customer left alone."""


class DialConnected(_Event, frozen=True, array_like=True, tag=True):
    """The customer has answered and talks with the agent, who was on the line first."""

    contact_id: ContactId
    agent_id: AgentId


class DialEnded(_Event, frozen=True, array_like=True, tag=True):
    """The customer was not reached, for this reason; wrap-up or the contact's end follows."""

    contact_id: ContactId
    agent_id: AgentId
    failure: DialFailure


class ContactQueued(_Event, frozen=True, array_like=True, tag=True):
    """The contact waits in a queue; its age counts from `age_origin_ms`."""

    contact_id: ContactId
    queue_id: QueueId
    age_origin_ms: int


class ContactStepped(_Event, frozen=True, array_like=True, tag=True):
    """The contact has come to this step of its queue: by its waiting, or because nobody was there for the one before."""

    contact_id: ContactId
    step: int


class ContactTurnedAway(_Event, frozen=True, array_like=True, tag=True):
    """The queue did not take the contact, or keep it; it goes to the destination, or ends for its channel to act on."""

    contact_id: ContactId
    queue_id: QueueId
    reason: TurnAwayReason
    destination: Destination


class OfferMade(_Event, frozen=True, array_like=True, tag=True):
    """The contact is proposed to one agent until `expires_at_ms`; the agent's capacity is taken.

    The reason is kept short: what led to it, and what the contact had waited. The rest (who else was free, what
    else waited, the scores) follows from the state just before.
    """

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    queue_id: QueueId
    expires_at_ms: int
    trigger: OfferTrigger | None = None
    """None in a journal of a version that did not record it."""
    waited_ms: int = 0


class OfferExpired(_Event, frozen=True, array_like=True, tag=True):
    """The deadline passed unanswered: the agent missed it. `contact_waits` as in `OfferRejected`."""

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    contact_waits: bool = True


class OfferRescinded(_Event, frozen=True, array_like=True, tag=True):
    """The engine withdrew the offer; no penalty for the agent.

    `contact_waits` is false where another agent has an offer of the contact, or has accepted it.
    """

    offer_id: OfferId
    contact_id: ContactId
    agent_id: AgentId
    reason: RescindReason
    contact_waits: bool = True


class ContactRequeued(_Event, frozen=True, array_like=True, tag=True):
    """A connected contact lost its agent and waits again; `age_origin_ms` leaves out the time it talked."""

    contact_id: ContactId
    agent_id: AgentId
    queue_id: QueueId
    reason: RequeueReason
    age_origin_ms: int


class ContactInterrupted(_Event, frozen=True, array_like=True, tag=True):
    """Another contact pushed this one aside; it stays with its agent. At `until_ms` somebody is reminded."""

    contact_id: ContactId
    agent_id: AgentId
    by_contact_id: ContactId
    until_ms: int


class InterruptionEnded(_Event, frozen=True, array_like=True, tag=True):
    """There is room again: the agent goes on with what was interrupted; `paused_ms` is how long this pause was."""

    contact_id: ContactId
    agent_id: AgentId
    paused_ms: int


class ParkedOverdue(_Event, frozen=True, array_like=True, tag=True):
    """Reminder: the contact has been parked for long; repeated at each interval."""

    contact_id: ContactId
    agent_id: AgentId


class WrapUpStarted(_Event, frozen=True, array_like=True, tag=True):
    """The assignment is in wrap-up until `until_ms` at the latest."""

    contact_id: ContactId
    agent_id: AgentId
    until_ms: int


class WrapUpExpired(_Event, frozen=True, array_like=True, tag=True):
    """The wrap-up ended without the agent, by its limit or because the agent was removed."""

    contact_id: ContactId
    agent_id: AgentId
    disposition_id: DispositionId


class ContactClosed(_Event, frozen=True, array_like=True, tag=True):
    """The contact's one and only end."""

    contact_id: ContactId
    queue_id: QueueId
    outcome: ContactOutcome
    agent_id: AgentId | None
    disposition_id: DispositionId | None


class AgentStateChanged(_Event, frozen=True, array_like=True, tag=True):
    """The agent's state from here on."""

    agent_id: AgentId
    state: AgentState
    reason_id: ReasonId | None
    cause: StateCause


class ExclusionLapsed(_Event, frozen=True, array_like=True, tag=True):
    """The agent may be offered this contact again."""

    contact_id: ContactId
    agent_id: AgentId


class WaitingOverdue(_Event, frozen=True, array_like=True, tag=True):
    """Alarm: the contact has waited longer than its queue allows; repeated at each further interval."""

    contact_id: ContactId
    queue_id: QueueId


class ConnectedOverdue(_Event, frozen=True, array_like=True, tag=True):
    """Alarm: the conversation is unusually long and its ends must be probed; nothing is cut."""

    contact_id: ContactId
    agent_id: AgentId


class NotReadyOverdue(_Event, frozen=True, array_like=True, tag=True):
    """Alarm: the agent has been not ready longer than the reason allows; repeated at each interval."""

    agent_id: AgentId
    reason_id: ReasonId


class PhoneFaulted(_Event, frozen=True, array_like=True, tag=True):
    """Alarm: an agent's phone could not be rung for an offer; somebody must see to it."""

    agent_id: AgentId
    offer_id: OfferId
    cause: RejectCause


InputEvent: TypeAlias = (
    ConfigurationApplied
    | AgentPut
    | AgentRemoved
    | AgentConnected
    | AgentDisconnected
    | AgentStateRequested
    | ContactArrived
    | PermitRefused
    | SuppressionsChanged
    | PermitUsed
    | DialAnswered
    | DialFailed
    | OfferAccepted
    | OfferRejected
    | MessageAdded
    | CustomerDisconnected
    | CustomerReturned
    | ContactEnded
    | ContactParked
    | ContactResumed
    | HoldStarted
    | HoldEnded
    | LegFailed
    | WrapUpCompleted
    | WrapUpExtended
    | ContactAttributesUpdated
    | PriorityAdjusted
    | ContactAssigned
    | AgentStateForced
    | ContactTransferred
    | QueueClosed
    | QueueOpened
    | QueueFlushed
)
DecisionEvent: TypeAlias = (
    PermitGranted
    | DialConnected
    | DialEnded
    | ContactQueued
    | ContactStepped
    | ContactTurnedAway
    | OfferMade
    | OfferExpired
    | OfferRescinded
    | ContactRequeued
    | ContactInterrupted
    | InterruptionEnded
    | ParkedOverdue
    | WrapUpStarted
    | WrapUpExpired
    | ContactClosed
    | AgentStateChanged
    | ExclusionLapsed
    | WaitingOverdue
    | ConnectedOverdue
    | NotReadyOverdue
    | PhoneFaulted
)
Event: TypeAlias = InputEvent | DecisionEvent
