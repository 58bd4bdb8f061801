"""Interest heard in a contact becomes a lead: by a button, or by the disposition it is wrapped up with."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from callcenter.leads import limits
from callcenter.leads.entrance import ABOUT_LEAD
from callcenter.leads.plans import LeadPlan
from callcenter.leads.service import LeadRefused, LeadService, NewLead
from callcenter.ports.journal import Details
from callcenter.ports.leads import Leads, LeadWords, StoredLead
from callcenter.ports.read_models import Interactions
from callcenter.web.known_customers import customer_key_of, known_customer
from ivr.calling_back import diallable
from routing.ids import ContactId
from routing.state import State


def lead_id_of(command_id: str) -> str:
    """The same command always makes the same lead."""
    return hashlib.sha256(f"lead\x00{command_id}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMaker:
    """Leads of contacts, with what is known of the customer. `campaign_of` a contact: "" for none."""

    service: LeadService
    rows: Leads
    details: Details
    interactions: Interactions
    campaign_of: Callable[[ContactId], Awaitable[str]]
    plan: Callable[[], LeadPlan | None]
    mirror: Callable[[], State]

    async def make(
        self, contact_id: ContactId, command_id: str, by: str, words: LeadWords
    ) -> StoredLead:
        """Without name or number in `words` those of the contact are taken. Raises LeadRefused, StorageError."""
        known = await known_customer(self.details, contact_id)
        new = NewLead(
            lead_id=lead_id_of(command_id),
            command_id=command_id,
            words=LeadWords(
                interest=words.interest,
                customer_name=words.customer_name or known.name,
                number=diallable(words.number) or known.number,
            ),
            contact_id=contact_id,
            customer_key=await customer_key_of(self.mirror(), self.interactions, contact_id),
            language=known.language,
            campaign_id=await self.campaign_of(contact_id),
        )
        return await self.service.make(new, by)

    async def wrapped_up(
        self, contact_id: ContactId, disposition_id: str, by: str, notes: str
    ) -> None:
        """Make a lead where the disposition says so, unless the contact is about one already. Raises StorageError."""
        plan = self.plan()
        if plan is None or disposition_id not in plan.disposition_ids:
            return
        if await self._is_about_one(contact_id):
            return
        words = LeadWords(interest=notes[: limits.INTEREST_CHARACTERS_MAX])
        try:
            await self.make(contact_id, f"lead-of:{contact_id}", by, words)
        except LeadRefused:
            return  # By the configuration of this moment nobody works on leads any more: the wrap-up stands.

    async def _is_about_one(self, contact_id: ContactId) -> bool:
        """A task may be worked on before its lead's row tells of it."""
        if await self.details.of_contact(contact_id, kind=ABOUT_LEAD, limit=1):
            return True
        return bool(await self.rows.of_contact(contact_id, "", limit=1))
