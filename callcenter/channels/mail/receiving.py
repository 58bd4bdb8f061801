"""A mail that has come in becomes a contact or a message of one. Acknowledged only when that is durable.

Law of this file: what is told as taken is stored, once, however often it comes. A mail enters a thread by our own token, or by the id of a
mail its sender wrote before; in both cases the sender must be on that thread already. So a forged sender without the token, and a
token in the hands of a stranger, each begin a contact of their own.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from callcenter.channels.mail import limits
from callcenter.channels.mail.acknowledging import Acknowledger
from callcenter.channels.mail.mailboxes import Mailboxes, MailboxSettings
from callcenter.channels.mail.mails import Address, Mail, MailKind
from callcenter.channels.mail.opening import Opened, opened
from callcenter.channels.mail.recognising import language_of
from callcenter.channels.mail.storing import Letter, attached
from callcenter.channels.mail.throttling import HourlyLimit
from callcenter.channels.mail.tokens import MailTokens, mailbox_address_of
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import CommandRefused, Envelope, HostError, Submitted
from callcenter.host.host import Host
from callcenter.ports.errors import StorageError
from callcenter.ports.journal import Detail
from callcenter.ports.mails import MailRow, MailState
from callcenter.ports.store import Store
from callcenter.pressure import Pressure
from callcenter.projections.transcript import CUSTOMER, Customer, customer_of_detail
from routing.commands import AddMessage, Command, EnqueueContact
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DetailId
from routing.model import Channel, Party
from routing.state import ContactState

_log = structlog.get_logger("callcenter.mail")

_OVER: Final = (RefusalCode.CONTACT_ENDED, RefusalCode.CONTACT_UNKNOWN)


class Verdict(msgspec.Struct, frozen=True):
    """What the sender's server is told."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


TAKEN: Final = Verdict(250, "2.0.0 Taken")
NO_MAILBOX: Final = Verdict(550, "5.1.1 There is no such mailbox here")
NOT_NOW: Final = Verdict(451, "4.3.0 The store cannot write now; send it again")
TOO_MANY: Final = Verdict(451, "4.7.1 Too many mails from this address; send it later")


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One mail for one mailbox, and the thread it goes on with, if it does."""

    mailbox: MailboxSettings
    recipient: str
    opened: Opened
    sender: Address
    mail_id: DetailId
    language: str
    thread_id: ContactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Takes mails. `on_outgoing` is called when something is to go out, `on_moved` with a mail of ours that came back."""

    host: Host
    store: Store
    mailboxes: Mailboxes
    tokens: MailTokens
    keys: CustomerKeys
    customers: CustomerLookup
    acknowledger: Acknowledger
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    on_outgoing: Callable[[], None]
    on_moved: Callable[[MailRow], None]
    pressure: Pressure
    senders: HourlyLimit = field(default_factory=lambda: HourlyLimit(limits.MAILS_PER_HOUR_MAX))
    parsing: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(limits.PARSING_MAX)
    )
    counts: Counter[str] = field(
        default_factory=lambda: Counter(taken=0, repeated=0, unread=0, dropped=0, deferred=0)
    )

    def has_mailbox(self, recipient: str) -> bool:
        """Whether mail to this address is ours."""
        return mailbox_address_of(recipient) in self.mailboxes()

    def is_refused(self) -> bool:
        """Whether the mail that is about to come is left with its sender, because too much arrives; counts it."""
        is_refused = self.pressure.is_newcomer_refused()
        self.counts["deferred"] += is_refused
        return is_refused

    async def receive(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Verdict:
        """Take a mail for every mailbox it names; TAKEN only when all of it is durable."""
        if not self.senders.allows(sender or "<>"):
            self.counts["deferred"] += 1
            return TOO_MANY
        async with self.parsing:
            mail = await asyncio.to_thread(opened, raw, sender)
        boxes = self.mailboxes()
        wanted: dict[str, str] = {}
        for recipient in recipients:
            address = mailbox_address_of(recipient)
            if address in boxes and (address not in wanted or wanted[address] == address):
                wanted[address] = recipient
        if not wanted:
            return NO_MAILBOX
        try:
            for address, recipient in wanted.items():
                await self._take(boxes[address], recipient, mail, raw)
        except (HostError, StorageError) as error:
            self.counts["deferred"] += 1
            _log.warning("mail_deferred", kind=type(error).__name__)
            return NOT_NOW
        return TAKEN

    async def _take(
        self, mailbox: MailboxSettings, recipient: str, mail: Opened, raw: bytes
    ) -> None:
        mail_id = self.tokens.incoming_id(mailbox.mailbox_id, mail.content)
        if await self.store.mails.get(mail_id) is not None:
            self.counts["repeated"] += 1
            return
        arrival = Arrival(
            mailbox=mailbox,
            recipient=recipient,
            opened=mail,
            sender=mail.parsed.sender,
            mail_id=mail_id,
            language=language_of(mail.own_words or mail.parsed.subject, mailbox.language),
        )
        thread_id = await self._thread_of(arrival)
        arrival = msgspec.structs.replace(arrival, thread_id=thread_id)
        if mail.kind is MailKind.BOUNCE:
            await self._note_bounce(arrival)
        submitted = await self._into_thread(arrival, raw)
        if submitted is None and mail.kind is MailKind.AUTOMATIC and thread_id is not None:
            # An absence note on something that is settled is nobody's work.
            self.counts["dropped"] += 1
            return
        if submitted is None:
            submitted = await self._open_contact(arrival, raw)
        self.counts["repeated" if submitted.is_repeat else "taken"] += 1
        self.counts["unread"] += bool(mail.unread_because)

    # --- which thread ----------------------------------------------------------------------------

    async def _thread_of(self, arrival: Arrival) -> ContactId | None:
        """The contact this mail goes on with, open or not; None where nothing proves one."""
        mail = arrival.opened
        by_address = self.tokens.contact_of_address(arrival.recipient)
        if mail.kind is MailKind.BOUNCE:
            return by_address or self._token_in(
                [mail.parsed.report.message_id] if mail.parsed.report else []
            )
        if mail.authentication == "fail":
            return None
        sender_key = self.keys.key_of(arrival.sender.address)
        by_token = by_address or self._token_in(mail.parsed.references)
        if by_token is not None:
            rows = await self.store.mails.of_contact(by_token)
            return by_token if any(sender_key in row.participants for row in rows) else None
        keys = [
            self.tokens.message_key(arrival.mailbox.mailbox_id, one)
            for one in mail.parsed.references
        ]
        known = await self.store.mails.by_message_keys(keys) if keys else []
        own = (row.contact_id for row in known if row.participants[:1] == (sender_key,))
        return next(own, None)

    def _token_in(self, message_ids: Sequence[str]) -> ContactId | None:
        found = (self.tokens.contact_of_message_id(one) for one in message_ids)
        return next((one for one in found if one is not None), None)

    async def _note_bounce(self, arrival: Arrival) -> None:
        """The mail that came back is marked: the named one, or the contact's newest that went out."""
        report = arrival.opened.parsed.report
        if report is None or not report.has_failed or arrival.thread_id is None:
            return
        named = self.tokens.mail_of_message_id(report.message_id)
        rows = await self.store.mails.of_contact(arrival.thread_id)
        sent = [row for row in rows if row.state is not MailState.RECEIVED]
        hit = next((row for row in sent if row.mail_id == named), sent[-1] if sent else None)
        if hit is not None and hit.state is not MailState.BOUNCED:
            change = {"state": MailState.BOUNCED, "next_at_ms": None, "failure": report.status}
            bounced = msgspec.structs.replace(hit, **change)
            await self.store.mails.put(bounced)
            self.on_moved(bounced)

    # --- into the journal ------------------------------------------------------------------------

    async def _into_thread(self, arrival: Arrival, raw: bytes) -> Submitted | None:
        """Add the mail to its contact; None where there is none, or it is over."""
        contact_id = arrival.thread_id
        contact = self.host.mirror.contacts.get(contact_id) if contact_id else None
        if contact_id is None or contact is None or contact.state is ContactState.WRAP_UP:
            return None
        if contact.channel is not Channel.EMAIL:
            # An answer to what was sent during a call: nobody reads mails there.
            return None
        letter = self._letter(arrival, contact_id, raw)
        is_bounce = arrival.opened.kind is MailKind.BOUNCE
        author = Party.SYSTEM if is_bounce else Party.CUSTOMER
        try:
            return await self._submit(AddMessage(contact_id, letter.text_id, author), letter)
        except CommandRefused as refused:
            if refused.refusal.code in _OVER:
                return None
            raise

    async def _open_contact(self, arrival: Arrival, raw: bytes) -> Submitted:
        """A contact of its own; it names the closed one it goes on from, whose agent is asked first."""
        customer = Customer(
            arrival.sender.name or arrival.sender.address,
            arrival.sender.address,
            "zh-CN" if arrival.language == "zh" else arrival.language,
        )
        customer_key = self.keys.key_of(arrival.sender.address)
        preferred: AgentId | None = None
        if arrival.thread_id is not None:
            # Of a call that goes on the log may not know yet.
            still_open = self.host.mirror.contacts.get(arrival.thread_id)
            former = still_open or await self.store.interactions.get(arrival.thread_id)
            preferred = None if former is None else former.agent_id
            if former is not None and arrival.opened.kind is MailKind.BOUNCE:
                customer_key = former.customer_key
                rows = await self.store.details.of_contact(
                    arrival.thread_id, kind=CUSTOMER, limit=1
                )
                customer = customer_of_detail(rows[0]) if rows else customer
        known = await self.customers.look_up(customer_key)
        contact_id = ContactId(self.new_id())
        letter = self._letter(arrival, contact_id, raw)
        who = Detail(
            contact_id,
            DetailId(self.new_id()),
            CUSTOMER,
            msgspec.json.encode(customer),
            self.now_ms(),
        )
        letter = letter.with_details(who)
        answer = self.acknowledger.answer_to(arrival, contact_id)
        if answer is not None:
            letter = letter.with_letter(answer)
        attributes = known.attributes
        command = EnqueueContact(
            contact_id,
            Channel.EMAIL,
            arrival.mailbox.queue_id,
            customer_key,
            attributes.needs,
            attributes.credit_ms,
            preferred or attributes.preferred_agent_id,
        )
        submitted = await self._enqueue(command, letter)
        if answer is not None and not submitted.is_repeat:
            self.on_outgoing()
        self.customers.follow(ContactId(submitted.reply["contact_id"]), known)
        return submitted

    async def _enqueue(self, command: EnqueueContact, letter: Letter) -> Submitted:
        try:
            return await self._submit(command, letter)
        except CommandRefused as refused:
            if refused.refusal.code is not RefusalCode.NEEDS_IMPOSSIBLE or not command.needs:
                raise
            # A rule asks for what nobody here has: anybody is better than nobody.
            return await self._submit(msgspec.structs.replace(command, needs=()), letter)

    async def _submit(self, command: Command, letter: Letter) -> Submitted:
        envelope = Envelope(
            command,
            f"mail:{letter.mail_id}",
            letter.mail_id.encode(),
            {"contact_id": letter.contact_id},
            letter.details,
            letter.rows,
        )
        return await self.host.submit(envelope)

    def _letter(self, arrival: Arrival, contact_id: ContactId, raw: bytes) -> Letter:
        mail, parsed = arrival.opened, arrival.opened.parsed
        files, infos = attached(
            raw if mail.unread_because else parsed.attachments,
            contact_id,
            self.now_ms(),
            self.new_id,
        )
        body = Mail(
            kind=mail.kind,
            mailbox_id=arrival.mailbox.mailbox_id,
            message_id=parsed.message_id,
            sender=arrival.sender,
            to=parsed.to,
            cc=parsed.cc,
            reply_to=parsed.reply_to,
            subject=parsed.subject,
            text=mail.text,
            html=mail.html,
            attachments=infos,
            references=parsed.references,
            language=arrival.language,
            former_contact_id=arrival.thread_id
            if arrival.thread_id not in (None, contact_id)
            else "",
            authentication=mail.authentication,
            unread_because=mail.unread_because,
            is_cut=parsed.is_cut,
        )
        ours = self.mailboxes()
        keys = [
            self.keys.key_of(one.address)
            for one in (arrival.sender, *parsed.to, *parsed.cc)
            if mailbox_address_of(one.address) not in ours
        ]
        row = MailRow(
            mail_id=arrival.mail_id,
            contact_id=contact_id,
            mailbox_id=arrival.mailbox.mailbox_id,
            message_key=self.tokens.message_key(arrival.mailbox.mailbox_id, parsed.message_id),
            participants=tuple(dict.fromkeys(keys))[: limits.ADDRESSES_MAX],
            state=MailState.RECEIVED,
            at_ms=self.now_ms(),
        )
        told = mail.own_words or parsed.subject or "-"
        name = arrival.sender.name or arrival.sender.address
        author = Party.SYSTEM if mail.kind is MailKind.BOUNCE else Party.CUSTOMER
        return Letter.of(body, row, author=author, author_name=name, told=told, details=files)
