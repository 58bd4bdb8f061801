"""What deciding about a call is told, and what it answers: the contact as the journal has it, and what is wanted now."""

import msgspec

from callcenter.customers.rules import PLAIN, Attributes
from callcenter.flows.plans import FlowPlan
from callcenter.telephony.protocol import Order, PbxEvent
from callcenter.telephony.recording import Plans
from ivr.session import Ask
from ivr.waiting import Outlook
from routing.commands import Command
from routing.ids import AgentId, OfferId, QueueId
from routing.state import ContactState

UNDELIVERED = "undelivered"
"""Result of a command that the phone system has not taken in time."""


class Ring(msgspec.Struct, frozen=True):
    """A live offer of the contact, and what rings for it; `to` is empty for an agent without a phone.

    `is_consulted`: the agent is on the phone for a colleague's call.
    """

    offer_id: OfferId
    agent_id: AgentId
    to: str
    expires_at_ms: int
    is_consulted: bool = False


class Standing(msgspec.Struct, frozen=True):
    """The contact as the journal has it: None for one that is not open. `leg_id` is the offer its agent accepted.

    `consult_to` is what rings the colleague asked last, `phones` the supervisors who listen.
    `survey` is what is to be asked of a customer who is done with an agent.
    `plans` say by queue what is to be recorded.
    `is_agent_first`, `is_emergency` and `until_ms` (when its time is over) are of a contact that we call.
    """

    state: ContactState | None = None
    rings: tuple[Ring, ...] = ()
    agent_id: AgentId | None = None
    leg_id: OfferId | None = None
    to: str = ""
    accepted_at_ms: int = 0
    is_held: bool = False
    outlook: Outlook = Outlook()
    consult_to: str = ""
    queue_id: QueueId | None = None
    plans: Plans = {}
    is_agent_first: bool = False
    until_ms: int = 0
    is_emergency: bool = False
    phones: dict[str, str] = {}
    survey: FlowPlan | None = None

    @property
    def is_over(self) -> bool:
        """Whether customer and company are done with each other."""
        return self.state in (None, ContactState.WRAP_UP)


class Chosen(msgspec.Struct, frozen=True):
    """The caller has chosen: the engine learns of the contact."""

    queue_id: QueueId
    language: str
    attributes: Attributes = PLAIN


class Opening(msgspec.Struct, frozen=True):
    """A recording that is about to begin: of an agent's talk, or a message for a queue. Kept for `kept_ms`."""

    recording_id: str
    queue_id: QueueId
    kept_ms: int
    agent_id: AgentId | None = None


class Wanted(msgspec.Struct):
    """What `decide` answers. `commands` by key; `due_ms`: ask again then; `end_cause`: nothing is left to do.

    `inputs` are to be stored as events of our own, `lookups` to be answered; both lead the call through its flow.
    `openings` are to be stored before the orders that begin them are sent.
    """

    orders: list[Order] = []
    commands: dict[str, Command | Chosen] = {}
    inputs: list[PbxEvent] = []
    lookups: list[Ask] = []
    openings: list[Opening] = []
    due_ms: int | None = None
    end_cause: str = ""

    def look_again(self, at_ms: int) -> None:
        """Not later than this."""
        self.due_ms = at_ms if self.due_ms is None else min(self.due_ms, at_ms)
