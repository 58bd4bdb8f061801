"""A stored mail as the bytes that go out. Pure: the same mail has the same bytes, whoever sends it and however often."""

import email.policy
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from callcenter.channels.mail.mails import Address, Mail, MailKind

_POLICY: Final = email.policy.SMTP.clone(max_line_length=900)
"""Wide lines: folded at 78, a long Message-ID among the references would be written as encoded words."""


def composed(mail: Mail, at_ms: int, reply_to: str, files: Mapping[str, bytes]) -> bytes:
    """The mail; `files` are the bytes of its attachments by id."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = _header(mail.sender)
    message["To"] = tuple(_header(one) for one in mail.to)
    if mail.cc:
        message["Cc"] = tuple(_header(one) for one in mail.cc)
    message["Reply-To"] = _header(Address(reply_to, mail.sender.name))
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC))
    message["Message-ID"] = mail.message_id
    if mail.references:
        message["In-Reply-To"] = mail.references[0]
        message["References"] = " ".join(reversed(mail.references))
    if mail.kind is MailKind.ACKNOWLEDGEMENT:
        message["Auto-Submitted"] = "auto-replied"
        message["Precedence"] = "bulk"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    for one in mail.attachments:
        content = files.get(one.attachment_id)
        if content is not None:
            kind, _, subtype = one.content_type.partition("/")
            if kind in {"message", "multipart", ""} or not subtype:
                kind, subtype = "application", "octet-stream"
            message.add_attachment(content, maintype=kind, subtype=subtype, filename=one.name)
    if message.is_multipart():
        message.set_boundary(f"callcenter-{mail.message_id.strip('<>').partition('@')[0][-26:]}")
    return message.as_bytes()


def _header(address: Address) -> HeaderAddress:
    """Names lose what could end a header line."""
    name = " ".join(address.name.split())
    return HeaderAddress(display_name=name, addr_spec=address.address)
