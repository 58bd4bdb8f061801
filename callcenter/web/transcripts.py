"""Reads the detail rows of a contact: its messages, who the customer is, what agents noted.

A row that cannot be read (of an older or newer version) is shown as empty, never as an error: a transcript with
a gap still helps the customer who waits.
"""

import msgspec

from agents.protocol import ChatMessage
from callcenter.ports import Detail, Details
from callcenter.web.schemas import ContactDetails
from routing.ids import ContactId

MESSAGE = "message"
NOTES = "notes"
CUSTOMER = "customer"


class Line(msgspec.Struct, frozen=True):
    """Body of a `message` or `notes` detail row."""

    author: str
    author_name: str
    text: str


class Customer(msgspec.Struct, frozen=True):
    """Body of a `customer` detail row: who the customer said they are."""

    name: str = ""
    email: str = ""
    language: str = ""


def chat_message(detail: Detail) -> ChatMessage:
    """A message row as a line of the transcript."""
    line = _line(detail)
    return ChatMessage(
        seq=detail.seq,
        message_id=detail.detail_id,
        author=line.author,
        author_name=line.author_name,
        text=line.text,
        at_ms=detail.at_ms,
    )


async def customer_of(details: Details, contact_id: ContactId) -> Customer:
    """Who the customer said they are; empty once erased."""
    for detail in await details.of_contact(contact_id, kind=CUSTOMER, limit=1):
        try:
            return msgspec.json.decode(detail.body, type=Customer)
        except msgspec.MsgspecError:
            break
    return Customer()


async def details_of(details: Details, contact_id: ContactId) -> tuple[Customer, ContactDetails]:
    """The customer, and everything else said beside the conversation."""
    customer = await customer_of(details, contact_id)
    opening = await details.of_contact(contact_id, kind=MESSAGE, limit=1)
    notes = await details.of_contact(contact_id, kind=NOTES)
    return customer, ContactDetails(
        email=customer.email,
        language=customer.language,
        opening_text=_line(opening[0]).text if opening else "",
        notes="\n".join(_line(detail).text for detail in notes),
    )


def _line(detail: Detail) -> Line:
    try:
        return msgspec.json.decode(detail.body, type=Line)
    except msgspec.MsgspecError:
        return Line("system", "", "")
