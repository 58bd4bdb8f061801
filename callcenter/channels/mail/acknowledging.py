"""What is sent by itself when a mail has come in: that it has, in the customer's language. Never to a machine, never often."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from callcenter.channels.mail import limits
from callcenter.channels.mail.mailboxes import Mailboxes, MailboxSettings
from callcenter.channels.mail.mails import Address, Mail, MailKind
from callcenter.channels.mail.opening import Opened
from callcenter.channels.mail.storing import Letter
from callcenter.channels.mail.throttling import HourlyLimit
from callcenter.channels.mail.tokens import MailTokens, mailbox_address_of
from callcenter.customers.keys import CustomerKeys
from callcenter.ports.mails import MailRow, MailState
from routing.ids import ContactId, DetailId, QueueId
from routing.model import Party


class Answerable(Protocol):
    """A mail that has come in, as far as an acknowledgement needs it."""

    @property
    def mailbox(self) -> MailboxSettings:
        """Where it came to."""

    @property
    def opened(self) -> Opened:
        """What it says."""

    @property
    def sender(self) -> Address:
        """Who wrote it."""

    @property
    def language(self) -> str:
        """In which language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledger:
    """Makes the automatic acknowledgement that becomes durable with the mail it is for."""

    tokens: MailTokens
    keys: CustomerKeys
    mailboxes: Mailboxes
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    closed_message: Callable[[QueueId, str], str | None]
    """What a supervisor has the closed queue say, in a language."""
    addresses: HourlyLimit = field(
        default_factory=lambda: HourlyLimit(limits.ACKNOWLEDGEMENTS_PER_HOUR_MAX)
    )

    def answer_to(self, arrival: Answerable, contact_id: ContactId) -> Letter | None:
        """The acknowledgement, or None where there is to be none."""
        mailbox, sender = arrival.mailbox, arrival.sender
        closed = self.closed_message(mailbox.queue_id, arrival.language)
        text = closed or mailbox.told(mailbox.acknowledgement, arrival.language)
        if not text or not arrival.opened.may_be_acknowledged:
            return None
        if mailbox_address_of(sender.address) in self.mailboxes():
            return None
        if not self.addresses.allows(sender.address):
            return None
        mail_id, now_ms = DetailId(self.new_id()), self.now_ms()
        asked = arrival.opened.parsed
        message_id = self.tokens.message_id(mailbox.address, contact_id, mail_id)
        body = Mail(
            kind=MailKind.ACKNOWLEDGEMENT,
            mailbox_id=mailbox.mailbox_id,
            message_id=message_id,
            sender=Address(mailbox.address, mailbox.told(mailbox.name, arrival.language)),
            to=[Address(sender.address, sender.name)],
            subject=answering(asked.subject),
            text=text,
            references=[asked.message_id] if asked.message_id else [],
            language=arrival.language,
        )
        row = MailRow(
            mail_id=mail_id,
            contact_id=contact_id,
            mailbox_id=mailbox.mailbox_id,
            message_key=self.tokens.message_key(mailbox.mailbox_id, message_id),
            participants=(self.keys.key_of(sender.address),),
            state=MailState.QUEUED,
            at_ms=now_ms,
            next_at_ms=now_ms,
        )
        return Letter.of(body, row, author=Party.SYSTEM, author_name="", told="")


def answering(subject: str) -> str:
    """The subject of an answer."""
    is_answer = subject.casefold().startswith(("re:", "re：", "回复:", "回复：", "答复:", "答复："))
    return subject if is_answer else f"Re: {subject}".strip()
