"""The bodies of a contact's detail rows, and a transcript line made of one.

A row that cannot be read (of an older or newer version) is shown as empty, never as an error: a transcript with
a gap still helps the customer who waits.
"""

from typing import Final

import msgspec

from agents.protocol import ChatMessage, GivenAnswer
from callcenter.ports.journal import Detail

MESSAGE: Final = "message"
NOTES: Final = "notes"
CUSTOMER: Final = "customer"
MAIL: Final = "mail"
CALL: Final = "call"
"""The numbers of a call."""


class Line(msgspec.Struct, frozen=True):
    """Body of a `message` or `notes` row. `client_id` is the id a customer's page gave its message.

    `given` is what the customer chose and typed in a flow, `text` the same as one text.
    """

    author: str
    author_name: str
    text: str
    client_id: str = ""
    given: tuple[GivenAnswer, ...] = ()


class MailWords(msgspec.Struct, frozen=True):
    """What of the body of a `mail` row is read without its channel."""

    subject: str = ""
    text: str = ""


class Customer(msgspec.Struct, frozen=True):
    """Body of a `customer` row: who the customer said they are."""

    name: str = ""
    email: str = ""
    language: str = ""


class Numbers(msgspec.Struct, frozen=True):
    """Body of a `call` row: who called, "" where that was withheld, and what was dialled."""

    caller: str
    dialled: str


def line_of(detail: Detail) -> Line:
    """The body of a message or notes row."""
    try:
        return msgspec.json.decode(detail.body, type=Line)
    except msgspec.MsgspecError:
        return Line("system", "", "")


def words_of_mail(detail: Detail) -> str:
    """Subject and text of a mail row."""
    try:
        mail = msgspec.json.decode(detail.body, type=MailWords)
    except msgspec.MsgspecError:
        return ""
    return f"{mail.subject}\n{mail.text}"


def customer_of_detail(detail: Detail) -> Customer:
    """The body of a customer row."""
    try:
        return msgspec.json.decode(detail.body, type=Customer)
    except msgspec.MsgspecError:
        return Customer()


def chat_message(detail: Detail) -> ChatMessage:
    """A message row as a line of the transcript."""
    line = line_of(detail)
    return ChatMessage(
        seq=detail.seq,
        message_id=line.client_id or detail.detail_id,
        author=line.author,
        author_name=line.author_name,
        text=line.text,
        at_ms=detail.at_ms,
        given=list(line.given),
    )
