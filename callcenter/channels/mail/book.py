"""What a desk shows of the mails of open contacts: subject, how many, and whether one was not delivered. A listener of the host.

It wraps what is known of a contact's customer, so that a card has both. Kept for open contacts only; read back after a restart.
"""

from collections.abc import Callable

import msgspec

from agents.desk import Introduction, Introductions
from agents.protocol import EmailCard
from callcenter.channels.mail.mails import INCOMING, mail_of
from callcenter.host.envelope import Published
from callcenter.ports.journal import Detail
from callcenter.ports.mails import MailRow, MailState
from callcenter.ports.store import Store
from callcenter.projections.transcript import MAIL
from routing.events import ContactClosed
from routing.ids import ContactId
from routing.model import Channel
from routing.state import State
from routing.timers import contact_key

_UNDELIVERED = (MailState.FAILED, MailState.BOUNCED)


class _Entry(msgspec.Struct):
    """One open contact: the state of each of its mails."""

    subject: str = ""
    mailbox_id: str = ""
    states: dict[str, MailState] = {}
    revision: int = 0


class MailBook:
    """`agents.desk.Introductions` with the mails of the contact."""

    def __init__(self, introductions: Introductions, mirror: Callable[[], State]) -> None:
        """Nothing is known before `load`."""
        self._introductions = introductions
        self._mirror = mirror
        self._entries: dict[ContactId, _Entry] = {}
        self._tell: Callable[[ContactId], None] = lambda _: None

    def __call__(self, contact_id: ContactId) -> Introduction:
        """What is known of the contact."""
        known, entry = self._introductions(contact_id), self._entries.get(contact_id)
        if entry is None:
            return known
        return msgspec.structs.replace(known, email=self._card(contact_id, entry))

    def listen(self, tell: Callable[[ContactId], None]) -> None:
        """Call `tell` with every contact whose card has changed without an event."""
        self._tell = tell

    async def load(self, store: Store) -> None:
        """Read back what was open before the start."""
        for contact in list(self._mirror().contacts.values()):
            if contact.channel is Channel.CHAT:
                continue  # an article goes into the chat itself; from a call it goes by mail
            for detail in await store.details.of_contact(contact.contact_id, kind=MAIL):
                self._note(detail)
            for row in await store.mails.of_contact(contact.contact_id):
                self.on_moved(row)

    def on_published(self, published: Published) -> None:
        """Note new mails and forget closed contacts."""
        for detail in published.details:
            if detail.kind == MAIL:
                self._note(detail)
        for event in published.events:
            if isinstance(event, ContactClosed):
                self._entries.pop(event.contact_id, None)

    def on_moved(self, row: MailRow) -> None:
        """A mail has got further, or has not."""
        entry = self._entries.get(row.contact_id)
        if entry is not None and entry.states.get(row.mail_id) is not row.state:
            entry.states[row.mail_id] = row.state
            entry.revision += 1
            self._tell(row.contact_id)

    def _note(self, detail: Detail) -> None:
        if detail.contact_id not in self._mirror().contacts:
            return
        mail = mail_of(detail)
        entry = self._entries.setdefault(detail.contact_id, _Entry())
        entry.subject = entry.subject or mail.subject
        entry.mailbox_id = entry.mailbox_id or mail.mailbox_id
        is_incoming = mail.kind in INCOMING
        entry.states[detail.detail_id] = MailState.RECEIVED if is_incoming else MailState.QUEUED
        entry.revision += 1

    def _card(self, contact_id: ContactId, entry: _Entry) -> EmailCard:
        state = self._mirror()
        contact = state.contacts.get(contact_id)
        deadline = state.deadlines.get(contact_key(contact_id))
        is_parked = contact is not None and contact.state == "parked"
        return EmailCard(
            subject=entry.subject,
            mailbox_id=entry.mailbox_id,
            mails=len(entry.states),
            undelivered=sum(state in _UNDELIVERED for state in entry.states.values()),
            revision=entry.revision,
            parked_until_ms=deadline.due_ms if is_parked and deadline is not None else None,
        )
