"""What call-backs need from a store; a part of `ports`, whose promises and errors hold here too."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from routing.ids import AgentId, ContactId, QueueId


class CallBackState(StrEnum):
    """Where a call-back stands. `call_backs.states` says what leads from one to the next."""

    SCHEDULED = "scheduled"
    """Its time has not come, or others go first."""
    WAITING = "waiting"
    """Its time has come: it waits for an agent of its queue."""
    DIALLING = "dialling"
    """An agent is reserved, and the customer's phone is called."""
    ANSWERED = "answered"
    """The customer is on the line; no agent talks yet."""
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    """All attempts are used up."""
    MERGED = "merged"
    """The customer has called in meanwhile."""


OPEN: Final = (
    CallBackState.SCHEDULED,
    CallBackState.WAITING,
    CallBackState.DIALLING,
    CallBackState.ANSWERED,
)
"""States that are not the end."""


class DialMode(StrEnum):
    """Who is called first."""

    CUSTOMER_FIRST = "customer_first"
    AGENT_FIRST = "agent_first"


class MadeBy(StrEnum):
    """What has made a call-back."""

    FLOW = "flow"
    AGENT = "agent"
    PROGRAM = "program"
    """A person or another program by the API."""
    QUEUE = "queue"
    """Its queue has turned the caller away."""
    CASE = "case"
    """A case: its customer is to be asked about a solution."""


class CallBack(msgspec.Struct, frozen=True, kw_only=True):
    """A promise to call a customer. Instants in UTC ms; `number` and `note` are personal, and "" once they are erased.

    `replaced_contact_id` is the contact it stands for, `age_origin_ms` where its age counts from. `promised_at_ms`: not
    before. `agent_id` is whom it is for, if not everybody. `due_at_ms` is when something must happen in its state, None
    at the end. `contact_id` is that of its newest round: the `rounds`-th time an agent was reserved for it. `attempts` counts
    how often the customer was dialled, `left_alone` how often nobody was there when the customer answered.
    """

    call_back_id: str
    queue_id: QueueId
    number: str
    customer_key: str
    state: CallBackState
    mode: DialMode
    made_by: MadeBy
    made_at_ms: int
    age_origin_ms: int
    expires_at_ms: int
    language: str = "en"
    note: str = ""
    agent_id: AgentId | None = None
    replaced_contact_id: ContactId | None = None
    promised_at_ms: int | None = None
    due_at_ms: int | None = None
    contact_id: ContactId | None = None
    rounds: int = 0
    attempts: int = 0
    left_alone: int = 0
    last_outcome: str = ""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the customer is still to be called."""
        return self.state in OPEN


class CallBackChange(msgspec.Struct, frozen=True):
    """One step of a call-back: into which state, because of what; `by` is a user's or a program's id, "" for nobody."""

    call_back_id: str
    version: int
    at_ms: int
    state: CallBackState
    cause: str
    by: str = ""


class CallBacks(Protocol):
    """Call-backs and their steps (transaction kind 3)."""

    async def put(self, call_back: CallBack, change: CallBackChange) -> None:
        """Store the row, and the step that led to it, in one transaction.

        Version 1 is a new one: the same again changes nothing. Any other replaces the version before it. Raises
        ChangedMeanwhile, and CallBackTaken for a second open one of a customer in a queue.
        """

    async def get(self, call_back_id: str) -> CallBack | None:
        """By id."""

    async def open(self) -> list[CallBack]:
        """All that are open, by id."""

    async def ended(self, queue_ids: Sequence[str] | None, *, limit: int) -> list[CallBack]:
        """The newest that are over, of these queues (None: of all)."""

    async def changes(self, call_back_id: str) -> list[CallBackChange]:
        """The steps of one, oldest first."""
