"""What an agent writes becomes a mail: its addresses, its thread, its signature, and what it quotes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from callcenter.auth.principal import Principal
from callcenter.channels.mail import limits
from callcenter.channels.mail.mailboxes import MailboxSettings
from callcenter.channels.mail.mails import Address, Attached, Mail, MailKind, mail_of
from callcenter.channels.mail.parsing import Attachment
from callcenter.channels.mail.schemas import SendMail
from callcenter.channels.mail.services import MailServices
from callcenter.channels.mail.storing import Letter, attached
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.journal import Detail
from callcenter.ports.mails import MailRow, MailState
from callcenter.projections.transcript import MAIL
from routing.ids import DetailId
from routing.model import Party
from routing.state import Contact

_QUOTED_CHARACTERS_MAX: Final = 20_000
_WROTE: Final = {"en": "On {when} UTC, {who} wrote:", "zh": "{when} UTC，{who} 写道："}  # noqa: RUF001 - Chinese


class Outgoing(msgspec.Struct, frozen=True):
    """From which mailbox a mail goes out, and in which language its own words are."""

    mailbox: MailboxSettings
    language: str


async def letter_of(
    services: MailServices,
    contact: Contact,
    wanted: SendMail,
    *,
    author: Principal,
    answered: Detail | None,
    files: Sequence[Attachment] = (),
    outgoing: Outgoing | None = None,
) -> Letter:
    """The mail, ready for the journal; `answered` is the row of the mail it answers, `files` go with it.

    Without `outgoing` it goes out as the contact came. Raises ApiError `mail_refused`.
    """
    outgoing = outgoing or await _as_it_came(services, contact, answered)
    mailbox, language = outgoing.mailbox, outgoing.language
    asked = None if answered is None else mail_of(answered)
    mail_id, now_ms = DetailId(services.new_id()), services.now_ms()
    message_id = services.tokens.message_id(mailbox.address, contact.contact_id, mail_id)
    details, infos = attached(files, contact.contact_id, now_ms, services.new_id)
    body = Mail(
        kind=MailKind.FORWARD if wanted.is_forward else MailKind.REPLY,
        mailbox_id=mailbox.mailbox_id,
        message_id=message_id,
        sender=Address(mailbox.address, mailbox.told(mailbox.name, language)),
        to=[Address(one) for one in dict.fromkeys(wanted.to)],
        cc=[Address(one) for one in dict.fromkeys(wanted.cc) if one not in wanted.to],
        subject=" ".join(wanted.subject.split()),
        text=_text(wanted, answered, language),
        attachments=[*_taken_along(contact, wanted, answered), *infos],
        references=_references(asked),
        language=language,
        author_id=author.user_id,
    )
    row = MailRow(
        mail_id=mail_id,
        contact_id=contact.contact_id,
        mailbox_id=mailbox.mailbox_id,
        message_key=services.tokens.message_key(mailbox.mailbox_id, message_id),
        participants=tuple(services.keys.key_of(one.address) for one in (*body.to, *body.cc)),
        state=MailState.QUEUED,
        at_ms=now_ms,
        next_at_ms=now_ms,
    )
    return Letter.of(
        body,
        row,
        author=Party.AGENT,
        author_name=author.display_name,
        told=wanted.text,
        details=details,
    )


async def _as_it_came(
    services: MailServices, contact: Contact, answered: Detail | None
) -> Outgoing:
    stored = await services.store.details.of_contact(contact.contact_id, kind=MAIL, limit=1)
    first = mail_of(stored[0]) if stored else None
    mailbox = services.mailbox("" if first is None else first.mailbox_id)
    if mailbox is None:
        message = "The mailbox this contact came by is not configured any more."
        raise ApiError(ApiErrorCode.MAIL_REFUSED, message)
    asked = None if answered is None else mail_of(answered)
    return Outgoing(mailbox, (asked.language if asked else "") or mailbox.language)


def outgoing_for(services: MailServices, contact: Contact, language: str) -> Outgoing:
    """How a mail goes to a customer who wrote none: from a mailbox of the queue, else the first there is. Raises ApiError `mail_refused`."""
    boxes = list(services.mailboxes().values())
    own = (one for one in boxes if one.queue_id == contact.queue_id)
    mailbox = next(own, boxes[0] if boxes else None)
    if mailbox is None:
        message = "There is no mailbox to send from: an administrator configures one."
        raise ApiError(ApiErrorCode.MAIL_REFUSED, message)
    return Outgoing(mailbox, language)


def _text(wanted: SendMail, answered: Detail | None, language: str) -> str:
    """What was written, and below it what it answers."""
    asked = None if answered is None else mail_of(answered)
    if answered is None or asked is None or not asked.text:
        return wanted.text
    who = asked.sender.name or asked.sender.address
    when = datetime.fromtimestamp(answered.at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    quoted = "\n".join(f"> {line}" for line in asked.text[:_QUOTED_CHARACTERS_MAX].splitlines())
    wrote = _WROTE.get(language, _WROTE["en"]).format(who=who, when=when)
    return f"{wanted.text.rstrip()}\n\n{wrote}\n{quoted}\n"


def _taken_along(contact: Contact, wanted: SendMail, answered: Detail | None) -> list[Attached]:
    """A forward has the attachments of what it forwards, as far as they were kept with this contact."""
    if answered is None or not wanted.is_forward or answered.contact_id != contact.contact_id:
        return []
    return [one for one in mail_of(answered).attachments if one.attachment_id]


def _references(asked: Mail | None) -> list[str]:
    """The newest first, as they are kept."""
    if asked is None or not asked.message_id:
        return []
    return [asked.message_id, *asked.references][: limits.REFERENCES_MAX]
