"""What is known of a contact's customer, for what outlives the contact."""

import msgspec

from callcenter.ports.journal import Details
from callcenter.ports.read_models import Interactions
from callcenter.projections.transcript import CALL, Numbers
from callcenter.web.transcripts import customer_of
from ivr.calling_back import diallable
from routing.ids import ContactId
from routing.state import State

_LANGUAGES = ("en", "zh")


class KnownCustomer(msgspec.Struct, frozen=True):
    """Each is "" where it is not known, or erased. `number` can be dialled."""

    name: str
    number: str
    language: str


async def known_customer(details: Details, contact_id: ContactId) -> KnownCustomer:
    """From the detail rows of a contact. Raises StorageError."""
    customer = await customer_of(details, contact_id)
    rows = await details.of_contact(contact_id, kind=CALL, limit=1)
    number = msgspec.json.decode(rows[0].body, type=Numbers).caller if rows else ""
    language = customer.language[:2] if customer.language[:2] in _LANGUAGES else ""
    return KnownCustomer(customer.name, diallable(number), language)


async def customer_key_of(state: State, interactions: Interactions, contact_id: ContactId) -> str:
    """The key of a contact's customer, also after it has ended; "" for none. Raises StorageError."""
    contact = state.contacts.get(contact_id)
    if contact is not None:
        return contact.customer_key
    interaction = await interactions.get(contact_id)
    return "" if interaction is None else interaction.customer_key
