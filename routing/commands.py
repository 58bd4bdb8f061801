"""Commands: what the world asks of the engine, in the imperative.

A command is accepted (and becomes exactly one input event, followed by the decisions it causes) or refused
(and changes nothing). None carries a name, a number or a text: personal data stays in detail rows.
"""

import msgspec

from routing.ids import (
    NO_SITE,
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
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
)


class ApplyConfiguration(msgspec.Struct, frozen=True, tag=True):
    """Replace the configuration. Refused while a queue it drops still holds contacts."""

    configuration: RoutingConfiguration


class PutAgent(msgspec.Struct, frozen=True, tag=True):
    """Make an agent known, or change the facts of one; never changes the agent's state or drops work.

    Contacts of `primary_queue_id` go first for this agent, whatever others have waited.
    """

    agent_id: AgentId
    team_id: TeamId
    queue_ids: tuple[QueueId, ...]
    capacity: CapacityRule
    skills: dict[SkillId, int] = {}
    primary_queue_id: QueueId | None = None
    site: SiteId = NO_SITE


class RemoveAgent(msgspec.Struct, frozen=True, tag=True):
    """Forget an agent: offers are withdrawn, live contacts go back to their queue at their age."""

    agent_id: AgentId


class ConnectAgent(msgspec.Struct, frozen=True, tag=True):
    """The agent's first desk socket opened: presence begins, or is found again within the grace."""

    agent_id: AgentId


class DisconnectAgent(msgspec.Struct, frozen=True, tag=True):
    """The agent's last desk socket is gone: offers are withdrawn now, chats go back after the grace."""

    agent_id: AgentId


class SetAgentState(msgspec.Struct, frozen=True, tag=True):
    """The agent asks for a state; with work in hand, anything but ready applies when the last work ends."""

    agent_id: AgentId
    state: AgentState
    reason_id: ReasonId | None = None


class EnqueueContact(msgspec.Struct, frozen=True, tag=True):
    """A contact has arrived for a queue. `customer_key` is a keyed hash, never an address.

    `needs` are skills beyond the queue's own; `credit_ms` is age given to this customer. `preferred_agent_id` is whom
    the queue's agent and team steps ask first (the owner, or who served last). `barred_agent_ids` never get this contact.
    With `dial` it is one that we call: it does not wait, but is granted a permit at once, or refused.
    """

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    customer_key: str = ""
    needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    preferred_agent_id: AgentId | None = None
    barred_agent_ids: tuple[AgentId, ...] = ()
    site: SiteId = NO_SITE
    dial: Dial | None = None


class UsePermit(msgspec.Struct, frozen=True, tag=True):
    """The call is dialled now: accepted once, and only while the permit lives."""

    contact_id: ContactId


class ChangeSuppressions(msgspec.Struct, frozen=True, tag=True):
    """The list of suppressed numbers has come to this version: unused permits of campaigns with older facts end."""

    version: int


class AnswerDial(msgspec.Struct, frozen=True, tag=True):
    """The customer we called has answered."""

    contact_id: ContactId


class FailDial(msgspec.Struct, frozen=True, tag=True):
    """The call placed by us came to nothing."""

    contact_id: ContactId
    failure: DialFailure


class UpdateContactAttributes(msgspec.Struct, frozen=True, tag=True):
    """What is known of a customer came late, or has changed: replaces the contact's own needs, credit and preference.

    A contact that waits is matched anew at its age, with another preferred agent in the step its waiting has earned;
    for one in somebody's hands it counts when it returns.
    """

    contact_id: ContactId
    needs: tuple[SkillNeed, ...] = ()
    credit_ms: int = 0
    preferred_agent_id: AgentId | None = None


class AcceptOffer(msgspec.Struct, frozen=True, tag=True):
    """The agent takes the offered contact."""

    offer_id: OfferId
    agent_id: AgentId


class RejectOffer(msgspec.Struct, frozen=True, tag=True):
    """The agent says no, or the phone cannot be rung; the contact returns to its queue at its age."""

    offer_id: OfferId
    agent_id: AgentId
    cause: RejectCause = RejectCause.DECLINED


class AddMessage(msgspec.Struct, frozen=True, tag=True):
    """A message was written; its text is the detail row `detail_id`. `agent_id` is set if an agent wrote it."""

    contact_id: ContactId
    detail_id: DetailId
    author: Party
    agent_id: AgentId | None = None


class DisconnectCustomer(msgspec.Struct, frozen=True, tag=True):
    """The customer's last socket is gone; the contact may still come back."""

    contact_id: ContactId


class ReturnCustomer(msgspec.Struct, frozen=True, tag=True):
    """The customer's socket is back."""

    contact_id: ContactId


class EndContact(msgspec.Struct, frozen=True, tag=True):
    """The conversation is over. By the customer at any time; by the agent who holds it."""

    contact_id: ContactId
    ended_by: Party
    agent_id: AgentId | None = None


class ParkContact(msgspec.Struct, frozen=True, tag=True):
    """The agent puts work aside that can wait, and has room for other work; it stays theirs.

    The reminder comes at `until_ms`, or after the configured time.
    """

    contact_id: ContactId
    agent_id: AgentId
    until_ms: int | None = None


class ResumeContact(msgspec.Struct, frozen=True, tag=True):
    """The agent takes up again what was parked; needs room."""

    contact_id: ContactId
    agent_id: AgentId


class HoldCall(msgspec.Struct, frozen=True, tag=True):
    """The customer of the agent's call hears music from now on."""

    contact_id: ContactId
    agent_id: AgentId


class ResumeCall(msgspec.Struct, frozen=True, tag=True):
    """Customer and agent hear each other again."""

    contact_id: ContactId
    agent_id: AgentId


class FailLeg(msgspec.Struct, frozen=True, tag=True):
    """The agent's leg of a call is lost or never came about; `offer_id` is the leg's. The contact goes back at its age."""

    contact_id: ContactId
    agent_id: AgentId
    offer_id: OfferId


class CompleteWrapUp(msgspec.Struct, frozen=True, tag=True):
    """The agent finishes the wrap-up with a disposition of the queue."""

    contact_id: ContactId
    agent_id: AgentId
    disposition_id: DispositionId


class ExtendWrapUp(msgspec.Struct, frozen=True, tag=True):
    """The agent asks for more time to wrap up; the queue bounds how often."""

    contact_id: ContactId
    agent_id: AgentId


class AdjustPriority(msgspec.Struct, frozen=True, tag=True):
    """A supervisor raises a contact by `credit_ms` of age, or lowers it; with `is_total`, to it and not by it."""

    contact_id: ContactId
    credit_ms: int
    by: UserId
    is_total: bool = False


class AssignContact(msgspec.Struct, frozen=True, tag=True):
    """A supervisor has the contact offered to this agent, whatever the agent's skills and earlier refusals."""

    contact_id: ContactId
    agent_id: AgentId
    by: UserId


class ForceAgentState(msgspec.Struct, frozen=True, tag=True):
    """A supervisor asks for an agent's state; it applies as if the agent had asked."""

    agent_id: AgentId
    state: AgentState
    by: UserId
    reason_id: ReasonId | None = None


class TransferContact(msgspec.Struct, frozen=True, tag=True):
    """Hand a contact on, to a queue or to one agent: either `to_queue_id` or `to_agent_id`.

    By the agent who talks with the customer (`agent_id`), or by a supervisor (`by`), who may move one that waits too.
    """

    contact_id: ContactId
    to_queue_id: QueueId | None = None
    to_agent_id: AgentId | None = None
    agent_id: AgentId | None = None
    by: UserId | None = None


class CloseQueue(msgspec.Struct, frozen=True, tag=True):
    """Let nobody into the queue any more; whoever waits is served still.

    With a message, newcomers are told that, whatever the queue says of its own closing.
    """

    queue_id: QueueId
    by: UserId
    message_id: str = ""


class OpenQueue(msgspec.Struct, frozen=True, tag=True):
    """Take `CloseQueue` back; the opening hours hold as before."""

    queue_id: QueueId
    by: UserId


class FlushQueue(msgspec.Struct, frozen=True, tag=True):
    """Turn away everybody who waits in the queue, to the destination named."""

    queue_id: QueueId
    destination: Destination
    by: UserId


class Tick(msgspec.Struct, frozen=True, tag=True):
    """Time has passed: fire what is due. Leaves no input event, since every deadline fires at its own time."""


Command = (
    ApplyConfiguration
    | PutAgent
    | RemoveAgent
    | ConnectAgent
    | DisconnectAgent
    | SetAgentState
    | EnqueueContact
    | UsePermit
    | ChangeSuppressions
    | AnswerDial
    | FailDial
    | UpdateContactAttributes
    | AcceptOffer
    | RejectOffer
    | AddMessage
    | DisconnectCustomer
    | ReturnCustomer
    | EndContact
    | ParkContact
    | ResumeContact
    | HoldCall
    | ResumeCall
    | FailLeg
    | CompleteWrapUp
    | ExtendWrapUp
    | AdjustPriority
    | AssignContact
    | ForceAgentState
    | TransferContact
    | CloseQueue
    | OpenQueue
    | FlushQueue
    | Tick
)
