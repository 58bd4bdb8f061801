"""What the company knows of the customers on desks: the profile, and the last contacts.

A card is looked up when a desk first shows the contact, never before anything: until it is there the desk is shown
without, and a look-up that fails, takes too long or would be one too many only leaves it out. Kept for open contacts.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from agents.desk import Introduction, Introductions
from agents.protocol import CustomerCard, LastContact
from callcenter.host.envelope import Published
from callcenter.limits import (
    CUSTOMER_CARD_CONTACTS_MAX,
    CUSTOMER_CARD_LOOKUPS_MAX,
    CUSTOMER_CARD_WAIT_MS,
)
from callcenter.ports.errors import StorageError
from callcenter.ports.profiles import Profile, Profiles
from callcenter.ports.read_models import Interaction, Interactions
from routing.events import ContactClosed
from routing.ids import ContactId
from routing.state import State

_log = structlog.get_logger("callcenter.customer_cards")

_NOTHING_KNOWN = Profile(customer_key="", address="")


class CustomerCards:
    """Adds the card to the introduction of a contact. `run` owns the look-ups; before it runs there are none."""

    def __init__(
        self,
        introductions: Introductions,
        profiles: Profiles,
        interactions: Interactions,
        *,
        mirror: Callable[[], State],
        name: Callable[[str], str],
    ) -> None:
        """`name` tells an agent's display name, "" for nobody."""
        self._introductions = introductions
        self._profiles = profiles
        self._interactions = interactions
        self._mirror = mirror
        self._name = name
        self._cards: dict[ContactId, CustomerCard] = {}
        self._wanted: dict[ContactId, None] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._tell: Callable[[ContactId], None] = lambda _: None

    def listen(self, tell: Callable[[ContactId], None]) -> None:
        """`tell` is called when a card has been found."""
        self._tell = tell

    def __call__(self, contact_id: ContactId) -> Introduction:
        """Who the customer is, as far as it is known by now; what is not is looked up."""
        introduction = self._introductions(contact_id)
        card = self._cards.get(contact_id)
        if card is not None:
            return msgspec.structs.replace(introduction, customer=card)
        contact = self._mirror().contacts.get(contact_id)
        if contact is not None and contact.customer_key:
            self._want(contact_id, contact.customer_key)
        return introduction

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    def on_published(self, published: Published) -> None:
        """Forget closed contacts. A listener of the host."""
        for event in published.events:
            if isinstance(event, ContactClosed):
                self._cards.pop(event.contact_id, None)

    def _want(self, contact_id: ContactId, customer_key: str) -> None:
        is_full = len(self._wanted) >= CUSTOMER_CARD_LOOKUPS_MAX
        if self._tasks is None or is_full or contact_id in self._wanted:
            return
        self._wanted[contact_id] = None
        self._tasks.create_task(self._look_up(contact_id, customer_key))

    async def _look_up(self, contact_id: ContactId, customer_key: str) -> None:
        try:
            async with asyncio.timeout(CUSTOMER_CARD_WAIT_MS / 1000):
                profile = await self._profiles.get(customer_key)
                rows = await self._interactions.of_customer(
                    customer_key, CUSTOMER_CARD_CONTACTS_MAX + 1
                )
        except (StorageError, TimeoutError) as error:
            _log.warning("customer_card_not_read", kind=type(error).__name__)
            return
        finally:
            del self._wanted[contact_id]
        if contact_id in self._mirror().contacts:
            self._cards[contact_id] = self._card(profile or _NOTHING_KNOWN, rows, contact_id)
            self._tell(contact_id)

    def _card(
        self, profile: Profile, rows: list[Interaction], contact_id: ContactId
    ) -> CustomerCard:
        earlier = [row for row in rows if row.contact_id != contact_id]
        return CustomerCard(
            tier=profile.tier,
            language=profile.language,
            region=profile.region,
            owner_agent_id=profile.owner_agent_id,
            owner_name=self._name(profile.owner_agent_id or ""),
            has_open_complaint=profile.has_open_complaint,
            last_contacts=[self._last(row) for row in earlier[:CUSTOMER_CARD_CONTACTS_MAX]],
        )

    def _last(self, row: Interaction) -> LastContact:
        return LastContact(
            contact_id=row.contact_id,
            channel=row.channel,
            queue_id=row.queue_id,
            agent_name=self._name(row.agent_id or ""),
            outcome=row.outcome,
            disposition_id=row.disposition_id,
            arrived_at_ms=row.arrived_at_ms,
        )
