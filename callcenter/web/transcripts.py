"""What the detail rows of a contact say of its customer, beside the conversation."""

from callcenter.ports.journal import Details
from callcenter.projections.transcript import (
    CUSTOMER,
    MESSAGE,
    NOTES,
    Customer,
    customer_of_detail,
    line_of,
)
from callcenter.web.schemas import ContactDetails, Note
from routing.ids import ContactId


async def customer_of(details: Details, contact_id: ContactId) -> Customer:
    """Who the customer said they are; empty once erased."""
    rows = await details.of_contact(contact_id, kind=CUSTOMER, limit=1)
    return customer_of_detail(rows[0]) if rows else Customer()


async def details_of(details: Details, contact_id: ContactId) -> tuple[Customer, ContactDetails]:
    """The customer, and everything else said beside the conversation."""
    customer = await customer_of(details, contact_id)
    opening = await details.of_contact(contact_id, kind=MESSAGE, limit=1)
    notes = await details.of_contact(contact_id, kind=NOTES)
    lines = [(line_of(detail), detail.at_ms) for detail in notes]
    return customer, ContactDetails(
        email=customer.email,
        language=customer.language,
        opening_text=line_of(opening[0]).text if opening else "",
        notes="\n".join(line.text for line, _ in lines),
        noted=[Note(line.author_name, line.text, at_ms) for line, at_ms in lines],
    )
