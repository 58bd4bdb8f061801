"""A contact's mails as the desk shows them, with what an answer starts from."""

from callcenter.channels.mail import limits
from callcenter.channels.mail.acknowledging import answering
from callcenter.channels.mail.frames import has_remote_images
from callcenter.channels.mail.mails import INCOMING, Address, Mail, MailKind, mail_of
from callcenter.channels.mail.recognising import own_words
from callcenter.channels.mail.schemas import (
    AddressView,
    AttachmentView,
    MailThread,
    MailView,
    ReplyDefaults,
)
from callcenter.channels.mail.services import MailServices
from callcenter.channels.mail.tokens import mailbox_address_of
from callcenter.ports.journal import Detail
from callcenter.ports.mails import MailRow
from callcenter.projections.transcript import MAIL
from routing.ids import ContactId
from routing.state import Contact

FORMER_CONTACTS_MAX = 10
"""Closed contacts before this one whose mails are shown with it."""


async def thread_of(services: MailServices, contact_id: ContactId) -> MailThread:
    """The thread; empty for a contact that did not come by mail."""
    own = await _mails_of(services, contact_id)
    former_id = next((mail.former_contact_id for _, mail in own if mail.former_contact_id), "")
    earlier: list[tuple[Detail, Mail]] = []
    states = await _rows_of(services, contact_id)
    before, seen = former_id, {str(contact_id)}
    while before and before not in seen and len(seen) <= FORMER_CONTACTS_MAX:
        seen.add(before)
        mails = await _mails_of(services, ContactId(before))
        states |= await _rows_of(services, ContactId(before))
        earlier = [*mails, *earlier]
        before = next((mail.former_contact_id for _, mail in mails if mail.former_contact_id), "")
    shown = [*earlier, *own][-limits.THREAD_MAILS_MAX :]
    contact = services.host.mirror.contacts.get(contact_id)
    holder_id = None if contact is None else contact.agent_id
    return MailThread(
        contact_id=contact_id,
        subject=next((mail.subject for _, mail in shown if mail.subject), ""),
        mails=[
            _view(services, detail, mail, states.get(detail.detail_id)) for detail, mail in shown
        ],
        reply=reply_defaults(services, contact, [mail for _, mail in shown]),
        former_contact_id=former_id,
        holder_id=holder_id,
        holder_name=services.agent_name(holder_id or ""),
        is_holder_writing=holder_id is not None and services.writers.is_writing(contact_id),
    )


def reply_defaults(
    services: MailServices, contact: Contact | None, mails: list[Mail]
) -> ReplyDefaults | None:
    """An answer goes to who wrote last; to all means everybody else on that mail but our own mailboxes.

    It is signed as the queue does in which the contact is by now, else as the mailbox does it came to.
    """
    asked = next((one for one in reversed(mails) if one.kind is MailKind.MAIL), None)
    asked = asked or next((one for one in reversed(mails) if one.kind in INCOMING), None)
    mailbox = None if asked is None else services.mailbox(asked.mailbox_id)
    if asked is None or mailbox is None:
        return None
    ours = services.mailboxes()
    to = Address(asked.reply_to or asked.sender.address, asked.sender.name)
    others = {
        one.address.casefold(): one
        for one in (*asked.to, *asked.cc)
        if mailbox_address_of(one.address) not in ours
    }
    others.pop(to.address.casefold(), None)
    name = mailbox.told(mailbox.name, asked.language)
    own = {} if contact is None else services.signature(contact.queue_id)
    is_ours = mailbox_address_of(to.address) in ours
    return ReplyDefaults(
        to=[] if is_ours or not to.address else [_address(to)],
        cc=[_address(one) for one in others.values()],
        subject=answering(asked.subject),
        signature=mailbox.told(own or mailbox.signature, asked.language),
        sender=AddressView(mailbox.address, name),
    )


async def _mails_of(services: MailServices, contact_id: ContactId) -> list[tuple[Detail, Mail]]:
    details = await services.store.details.of_contact(contact_id, kind=MAIL)
    # An acknowledgement is stored with the mail it answers, and stands after it.
    told = [(detail, mail_of(detail)) for detail in details]
    told.sort(key=lambda one: (one[0].seq, one[1].kind is MailKind.ACKNOWLEDGEMENT))
    return told


async def _rows_of(services: MailServices, contact_id: ContactId) -> dict[str, MailRow]:
    return {row.mail_id: row for row in await services.store.mails.of_contact(contact_id)}


def _view(services: MailServices, detail: Detail, mail: Mail, row: MailRow | None) -> MailView:
    own, ours = own_words(mail.text), services.mailboxes()

    def shown(address: Address) -> AddressView:
        """Ours without the token in it: it says nothing to a person."""
        mailbox = ours.get(mailbox_address_of(address.address))
        return AddressView(mailbox.address if mailbox else address.address, address.name)

    return MailView(
        mail_id=detail.detail_id,
        contact_id=detail.contact_id,
        kind=mail.kind,
        at_ms=detail.at_ms,
        sender=shown(mail.sender),
        to=[shown(one) for one in mail.to],
        cc=[shown(one) for one in mail.cc],
        subject=mail.subject,
        text=own,
        quoted=mail.text[len(own) :].strip() if mail.text.startswith(own) else "",
        has_html=bool(mail.html),
        has_remote_images=has_remote_images(mail.html),
        attachments=[
            AttachmentView(
                one.attachment_id, one.name, one.content_type, one.size_bytes, one.refused
            )
            for one in mail.attachments
        ],
        state="received" if row is None else row.state,
        failure="" if row is None else row.failure,
        attempts=0 if row is None else row.attempts,
        author_id=mail.author_id,
        authentication=mail.authentication,
        unread_because=mail.unread_because,
        is_cut=mail.is_cut,
    )


def _address(address: Address) -> AddressView:
    return AddressView(address.address, address.name)
