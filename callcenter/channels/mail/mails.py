"""A mail as it is kept: the body of a detail row of kind `mail`, and of those of its attachments.

A row that cannot be read is shown as an empty mail, never as an error: a thread with a gap still helps.
"""

from enum import StrEnum
from typing import Final

import msgspec

from callcenter.ports.journal import Detail

ATTACHMENT: Final = "attachment"


class Address(msgspec.Struct, frozen=True):
    """A mail address, and the name that stood with it."""

    address: str
    name: str = ""


class MailKind(StrEnum):
    """What a mail is. The first three come in, the others go out."""

    MAIL = "mail"
    AUTOMATIC = "automatic"
    """Sent by a machine: an absence note, a receipt."""
    BOUNCE = "bounce"
    """A mail server says that one of ours was not delivered."""
    REPLY = "reply"
    FORWARD = "forward"
    """To somebody outside."""
    ACKNOWLEDGEMENT = "acknowledgement"
    """What we send by ourselves when a mail has come in."""


INCOMING: Final = (MailKind.MAIL, MailKind.AUTOMATIC, MailKind.BOUNCE)


class Attached(msgspec.Struct, frozen=True):
    """An attachment; its bytes are the detail row `attachment_id`, unless `refused` says why they were not kept."""

    attachment_id: str
    name: str
    content_type: str
    size_bytes: int
    content_id: str = ""
    refused: str = ""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a `mail` row. `html` has been sanitised; `unread_because` says why a mail was not opened.

    `former_contact_id` is the closed contact this mail goes on from. `authentication` is what the receiving server found
    of the sender: pass, fail, or nothing.
    """

    kind: MailKind
    mailbox_id: str
    message_id: str
    sender: Address
    to: list[Address] = []
    cc: list[Address] = []
    reply_to: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: list[Attached] = []
    references: list[str] = []
    language: str = ""
    author_id: str = ""
    former_contact_id: str = ""
    authentication: str = ""
    unread_because: str = ""
    is_cut: bool = False


_NOTHING: Final = Mail(kind=MailKind.MAIL, mailbox_id="", message_id="", sender=Address(""))
_DECODER: Final = msgspec.json.Decoder(Mail)


def mail_of(detail: Detail) -> Mail:
    """The body of a mail row."""
    try:
        return _DECODER.decode(detail.body)
    except msgspec.MsgspecError:
        return _NOTHING
