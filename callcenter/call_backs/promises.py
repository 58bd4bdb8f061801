"""What a call-back is made of, and the way to phones: what the service takes and needs, said by it."""

from typing import Protocol

import msgspec

from callcenter.ports.call_backs import CallBack, DialMode, MadeBy
from callcenter.telephony.promising import Caller
from routing.ids import AgentId, ContactId, QueueId


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A call-back to be made; `call_back_id` makes it one. Without `age_origin_ms` it ages from now, or from the promised time."""

    call_back_id: str
    queue_id: QueueId
    number: str
    made_by: MadeBy
    language: str = "en"
    note: str = ""
    agent_id: AgentId | None = None
    replaced_contact_id: ContactId | None = None
    age_origin_ms: int | None = None
    promised_at_ms: int | None = None
    mode: DialMode | None = None


class CallBackRefused(Exception):
    """It cannot be promised; `code` is stable, the message a plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt as it is asked for. `permit_id` names the call, and decides which contact it is."""

    permit_id: str
    contact_id: ContactId
    call_back: CallBack


class Placing(Protocol):
    """The way to phones."""

    def is_set_up(self, queue_id: QueueId) -> bool:
        """Whether calls are placed for a queue at all."""

    def checked(self, number: str, queue_id: QueueId) -> str:
        """The number as it is dialled. Raises CallBackRefused for one that must not be."""

    def contact_id_of(self, permit_id: str, queue_id: QueueId) -> ContactId:
        """The contact of a round."""

    async def ask(self, round_: Round) -> None:
        """Have an agent reserved and the customer called. Raises CallBackRefused, CommandRefused, HostError, StorageError."""

    def say_at_end(self, contact_id: ContactId, words: dict[str, str]) -> None:
        """What the customer hears before the line is closed, by language; the usual words without any."""

    def caller_of(self, contact_id: ContactId, queue_id: QueueId) -> Caller | None:
        """The caller of a contact; None where no call of it is open, or the number is withheld."""


class NoPhones:
    """Where no calls are placed."""

    def is_set_up(self, queue_id: QueueId) -> bool:
        """No."""
        return False

    def checked(self, number: str, queue_id: QueueId) -> str:
        """Nothing is promised that cannot be kept."""
        raise CallBackRefused("call_back_refused", "No phone system is set up to place calls.")

    def contact_id_of(self, permit_id: str, queue_id: QueueId) -> ContactId:
        """Of no call."""
        return ContactId(permit_id)

    async def ask(self, round_: Round) -> None:
        """Nothing is asked."""

    def say_at_end(self, contact_id: ContactId, words: dict[str, str]) -> None:
        """Nobody is there to hear it."""

    def caller_of(self, contact_id: ContactId, queue_id: QueueId) -> Caller | None:
        """Nobody calls."""
        return None
