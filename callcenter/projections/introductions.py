"""Who the customers of open contacts are, in memory: what an offer card shows at once.

Kept for open contacts only, filled from the detail rows published with the contact; after a restart, read back.
"""

import msgspec

from agents.desk import Introduction
from callcenter.host.envelope import Published
from callcenter.ports.journal import Detail, Details
from callcenter.projections.transcript import CUSTOMER, MESSAGE, customer_of_detail, line_of
from routing.events import ContactClosed
from routing.ids import ContactId
from routing.model import Party

OPENING_CHARACTERS_MAX = 280
"""Of the first message, what a card shows."""

_UNKNOWN = Introduction()


class Introductions:
    """A bounded cache: one entry for each open contact."""

    def __init__(self) -> None:
        """Start empty; `load` reads what was open before."""
        self._by_contact: dict[ContactId, Introduction] = {}

    def __call__(self, contact_id: ContactId) -> Introduction:
        """What is known of the customer; empty when nothing is."""
        return self._by_contact.get(contact_id, _UNKNOWN)

    async def load(self, details: Details, open_contacts: list[ContactId]) -> None:
        """Read back the introductions of contacts that were open before the start."""
        for contact_id in open_contacts:
            for kind in (CUSTOMER, MESSAGE):
                for detail in await details.of_contact(contact_id, kind=kind, limit=1):
                    self._note(detail)

    def on_published(self, published: Published) -> None:
        """Note new customers and forget closed contacts. A listener of the host."""
        for detail in published.details:
            if detail.kind in (CUSTOMER, MESSAGE):
                self._note(detail)
        for event in published.events:
            if isinstance(event, ContactClosed):
                self._by_contact.pop(event.contact_id, None)

    def _note(self, detail: Detail) -> None:
        known = self(detail.contact_id)
        change: dict[str, object] = {}
        if detail.kind == CUSTOMER:
            customer = customer_of_detail(detail)
            change["customer_name"] = customer.name
            change["language"] = customer.language or known.language
        else:
            line = line_of(detail)
            if line.given:
                change["given"] = line.given
            if not known.opening_text and not (line.given and line.author == Party.SYSTEM):
                change["opening_text"] = line.text[:OPENING_CHARACTERS_MAX]
        if change:
            noted = msgspec.structs.replace(known, **change)
            self._by_contact[detail.contact_id] = noted
