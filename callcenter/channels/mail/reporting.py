"""Tells an agent that a mail was not delivered: in the contact it belongs to, or in a new one when that is over."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from callcenter.channels.mail.mailboxes import Mailboxes
from callcenter.channels.mail.mails import Mail, MailKind
from callcenter.channels.mail.storing import Letter
from callcenter.channels.mail.tokens import mailbox_address_of
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.ports.mails import MailRow, MailState
from callcenter.ports.store import Store
from callcenter.projections.transcript import CUSTOMER
from routing.commands import AddMessage, EnqueueContact
from routing.errors import RefusalCode
from routing.ids import ContactId, DetailId
from routing.model import Channel, Party

_OVER: Final = (RefusalCode.CONTACT_ENDED, RefusalCode.CONTACT_UNKNOWN)
_SENTENCES: Final = {
    "en": "Not delivered: the mail “{subject}” to {to}.",
    "zh": "邮件未送达：“{subject}”，收件人 {to}。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReporter:
    """`Sender`'s reporter over the host."""

    host: Host
    store: Store
    mailboxes: Mailboxes
    now_ms: Callable[[], int]
    new_id: Callable[[], str]

    async def undelivered(self, row: MailRow, mail: Mail) -> None:
        """Say so where an agent reads it; an acknowledgement is nobody's work. Raises HostError, StorageError."""
        if mail.kind is MailKind.ACKNOWLEDGEMENT:
            return
        if not await self._into_contact(row, mail):
            await self._into_new_contact(row, mail)

    async def _into_contact(self, row: MailRow, mail: Mail) -> bool:
        contact = self.host.mirror.contacts.get(row.contact_id)
        if contact is None or contact.channel is not Channel.EMAIL:
            return False
        letter = self._letter(row, mail, row.contact_id)
        command = AddMessage(row.contact_id, letter.text_id, Party.SYSTEM)
        try:
            await self.host.submit(_envelope(row, command, letter))
        except CommandRefused as refused:
            if refused.refusal.code in _OVER:
                return False
            raise
        return True

    async def _into_new_contact(self, row: MailRow, mail: Mail) -> None:
        mailbox = self.mailboxes().get(mailbox_address_of(mail.sender.address))
        # Of a call that goes on the log may not know yet.
        still_open = self.host.mirror.contacts.get(row.contact_id)
        former = still_open or await self.store.interactions.get(row.contact_id)
        if mailbox is None or former is None:
            return
        contact_id = ContactId(self.new_id())
        command = EnqueueContact(
            contact_id,
            Channel.EMAIL,
            mailbox.queue_id,
            former.customer_key,
            preferred_agent_id=former.agent_id,
        )
        who = await self.store.details.of_contact(row.contact_id, kind=CUSTOMER, limit=1)
        copied = [
            msgspec.structs.replace(one, contact_id=contact_id, at_ms=self.now_ms()) for one in who
        ]
        letter = self._letter(row, mail, contact_id).with_details(*copied)
        await self.host.submit(_envelope(row, command, letter))

    def _letter(self, row: MailRow, mail: Mail, contact_id: ContactId) -> Letter:
        """A notice of our own, in the form in which a mail server would have sent one."""
        sentence = _SENTENCES.get(mail.language, _SENTENCES["en"])
        told = sentence.format(subject=mail.subject, to=", ".join(one.address for one in mail.to))
        body = Mail(
            kind=MailKind.BOUNCE,
            mailbox_id=row.mailbox_id,
            message_id="",
            sender=mail.sender,
            subject=mail.subject,
            text=told,
            language=mail.language,
            former_contact_id="" if contact_id == row.contact_id else row.contact_id,
        )
        notice = MailRow(
            mail_id=DetailId(f"{row.mail_id}.undelivered"),
            contact_id=contact_id,
            mailbox_id=row.mailbox_id,
            message_key="",
            participants=row.participants,
            state=MailState.RECEIVED,
            at_ms=self.now_ms(),
        )
        return Letter.of(body, notice, author=Party.SYSTEM, author_name="", told=told)


def _envelope(row: MailRow, command: AddMessage | EnqueueContact, letter: Letter) -> Envelope:
    command_id, digest = f"undelivered:{row.mail_id}", row.mail_id.encode()
    return Envelope(command, command_id, digest, {}, letter.details, letter.rows)
