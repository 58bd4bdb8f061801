"""What calls need of call-backs: the promise a flow offers, the age of who calls in meanwhile, who is told of a promise."""

from typing import Protocol

import msgspec

from routing.ids import ContactId, QueueId


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be called back for a queue, at which number, and since when (ms) they have been on the line."""

    contact_id: ContactId
    queue_id: QueueId
    number: str
    language: str
    since_ms: int


class Promises(Protocol):
    """The domain's call-backs, as calls see them."""

    def keeps(self, queue_id: QueueId) -> bool:
        """Whether this queue calls anybody back."""

    def age_of(self, customer_key: str, queue_id: QueueId) -> int:
        """The age in ms that a customer who calls in brings along; 0 without a promise."""

    async def promise(self, caller: Caller) -> bool:
        """Promise the caller of a contact a call-back, once; whether one is promised now. Raises StorageError."""


class NoPromises:
    """Where nobody is called back."""

    def keeps(self, queue_id: QueueId) -> bool:
        """No queue does."""
        return False

    def age_of(self, customer_key: str, queue_id: QueueId) -> int:
        """Nobody was promised anything."""
        return 0

    async def promise(self, caller: Caller) -> bool:
        """Nothing is promised."""
        return False
