"""What the company knows of its customers."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from routing.ids import AgentId


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the company knows of a customer; "" and None where it knows nothing.

    `customer_key` is the keyed hash by which the journal knows the customer; `address` stands in this row alone.
    `email` is where mail reaches a customer whose `address` is a number.
    """

    customer_key: str
    address: str
    email: str = ""
    tier: str = ""
    language: str = ""
    region: str = ""
    owner_agent_id: AgentId | None = None
    has_open_complaint: bool = False


class Profiles(Protocol):
    """Customers' profiles (transaction kind 3)."""

    async def get(self, customer_key: str) -> Profile | None:
        """By key."""

    async def put(self, profiles: Sequence[Profile]) -> None:
        """Insert or replace all of them, each of another key, in one transaction."""

    async def delete(self, customer_key: str) -> bool:
        """Forget a customer; whether there was one to forget."""
