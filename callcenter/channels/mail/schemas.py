"""What the API says and takes about mails."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.channels.mail import limits
from callcenter.http.contract import FILE_TYPE
from callcenter.http.decoding import NOT_BLANK

MailAddress = Annotated[
    str,
    Meta(
        max_length=limits.ADDRESS_CHARACTERS_MAX,
        pattern=r"^[!#-'*+./0-9=?A-Z^-~-]{1,64}@[A-Za-z0-9.-]{1,189}$",
    ),
]
"""Plain ASCII, spelled out: what a white space is, Python and JSON Schema see differently."""


UploadId = Annotated[str, Meta(min_length=1, max_length=100)]


class AddressView(msgspec.Struct, frozen=True):
    """An address and the name beside it."""

    address: str
    name: str


class AttachmentView(msgspec.Struct, frozen=True):
    """An attachment; `refused` (type, count) says why it was not kept, "" where it can be had."""

    attachment_id: str
    name: str
    content_type: str
    size_bytes: int
    refused: str


class MailView(msgspec.Struct, frozen=True):
    """One mail of a thread. `kind`: mail, automatic, bounce, reply, forward, acknowledgement.

    `state`: received, queued, sending, deferred, sent, failed, bounced; `failure` is the other server's code. `quoted` is
    what the mail repeats of earlier ones. `has_html`: `mail-html` shows it as it was written.
    """

    mail_id: str
    contact_id: str
    kind: str
    at_ms: int
    sender: AddressView
    to: list[AddressView]
    cc: list[AddressView]
    subject: str
    text: str
    quoted: str
    has_html: bool
    has_remote_images: bool
    attachments: list[AttachmentView]
    state: str
    failure: str
    attempts: int
    author_id: str
    authentication: str
    unread_because: str
    is_cut: bool


class ReplyDefaults(msgspec.Struct, frozen=True):
    """What a new answer starts from. `cc` is for an answer to all."""

    to: list[AddressView]
    cc: list[AddressView]
    subject: str
    signature: str
    sender: AddressView


class MailThread(msgspec.Struct, frozen=True):
    """A contact's mails, oldest first, those of the closed contacts it goes on from before them.

    `holder_id`: who has the contact, and alone may answer; `is_holder_writing`: typed within the last minute.
    """

    contact_id: str
    subject: str
    mails: list[MailView]
    reply: ReplyDefaults | None
    former_contact_id: str
    holder_id: str | None
    holder_name: str
    is_holder_writing: bool


class MailQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which mail, and whether pictures from elsewhere are fetched."""

    mail_id: Annotated[str, Meta(min_length=1, max_length=100)]
    images: bool = False


class AttachmentQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which attachment."""

    attachment_id: Annotated[str, Meta(min_length=1, max_length=100)]


class UploadQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file is called, and what it is."""

    name: Annotated[str, Meta(min_length=1, max_length=limits.UPLOAD_NAME_CHARACTERS_MAX)]
    content_type: Annotated[
        str, Meta(max_length=100, pattern=r"^[a-z0-9.+-]{1,40}/[A-Za-z0-9.+_-]{1,58}$")
    ] = FILE_TYPE


class UploadedFile(msgspec.Struct, frozen=True):
    """A file that is durable and can be named by a mail. `name` is as the mail will have it."""

    upload_id: str
    name: str
    content_type: str
    size_bytes: int


class RemoveUploadQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which file."""

    upload_id: UploadId


class SendMail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mail to send. A forward takes the text and attachments of `mail_id` along; `ends_contact`: send and close.

    `upload_ids`: files that were handed in for this contact by whoever writes.
    """

    to: Annotated[list[MailAddress], Meta(min_length=1, max_length=limits.ADDRESSES_MAX)]
    subject: Annotated[
        str, Meta(min_length=1, max_length=limits.SUBJECT_CHARACTERS_MAX, pattern=NOT_BLANK)
    ]
    text: Annotated[
        str, Meta(min_length=1, max_length=limits.COMPOSED_CHARACTERS_MAX, pattern=NOT_BLANK)
    ]
    cc: Annotated[list[MailAddress], Meta(max_length=limits.ADDRESSES_MAX)] = []
    mail_id: Annotated[str, Meta(max_length=100)] = ""
    is_forward: bool = False
    ends_contact: bool = False
    upload_ids: Annotated[list[UploadId], Meta(max_length=limits.ATTACHMENTS_MAX)] = []


class MailQueued(msgspec.Struct, frozen=True):
    """The mail is durable and on its way."""

    seq: int
    mail_id: str
