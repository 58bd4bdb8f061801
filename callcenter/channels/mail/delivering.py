"""What is to go out, one attempt after another, until it is taken or has failed for good.

Law of this file: a mail goes out at least once, under the same Message-ID and with the same bytes each time; it is marked before it is tried, so that
a process that dies in between tries it again after its lease. The next server being down holds up nothing but mail. A mail that failed
comes back to an agent as a contact of its own, or as a message of the one it belongs to.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
import structlog

from callcenter.channels.mail import limits
from callcenter.channels.mail.composing import composed
from callcenter.channels.mail.mails import ATTACHMENT, Mail, mail_of
from callcenter.channels.mail.tokens import MailTokens
from callcenter.channels.mail.transport import Outcome
from callcenter.host.envelope import HostError
from callcenter.ports.errors import StorageError
from callcenter.ports.journal import Detail
from callcenter.ports.mails import MailRow, MailState
from callcenter.ports.store import Store
from callcenter.projections.transcript import MAIL
from callcenter.tasks import woken

_log = structlog.get_logger("callcenter.mail")


class Transport(Protocol):
    """The way to the next mail server."""

    async def send(self, sender: str, recipients: list[str], raw: bytes) -> Outcome:
        """One attempt."""


class Reporter(Protocol):
    """Who tells an agent that a mail was not delivered."""

    async def undelivered(self, row: MailRow, mail: Mail) -> None:
        """The mail has failed for good. Raises HostError, StorageError; called again then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Tries what is due. `on_moved` is told of every mail whose state has changed."""

    store: Store
    tokens: MailTokens
    transport: Transport
    reporter: Reporter
    on_moved: Callable[[MailRow], None]
    now_ms: Callable[[], int]
    luck: Callable[[], float] = lambda: secrets.randbelow(1_000) / 1_000
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    counts: Counter[str] = field(default_factory=lambda: Counter(sent=0, deferred=0, failed=0))

    def wake(self) -> None:
        """Something is to go out."""
        self.woken.set()

    async def run(self) -> None:
        """Until cancelled; a store that is not there is asked again."""
        while True:
            self.woken.clear()
            try:
                is_more = await self.send_due()
            except StorageError as error:
                _log.warning("outgoing_mail_not_read", kind=type(error).__name__)
                is_more = False
            if not is_more:
                await woken(self.woken, limits.OUTBOX_POLL_MS)

    async def send_due(self) -> bool:
        """Try everything that is due, some at once; True when there may be more."""
        rows = await self.store.mails.under_way(due_ms=self.now_ms(), limit=limits.SENT_AT_ONCE_MAX)
        await asyncio.gather(*(self._send(row) for row in rows))
        return len(rows) == limits.SENT_AT_ONCE_MAX

    async def _send(self, row: MailRow) -> None:
        lease_ms = self.now_ms() + limits.SENDING_LEASE_MS
        trying = msgspec.structs.replace(
            row, state=MailState.SENDING, next_at_ms=lease_ms, attempts=row.attempts + 1
        )
        try:
            await self._move(trying)
            stored = await self.store.details.of_contact(row.contact_id, kind=MAIL)
            detail = next((one for one in stored if one.detail_id == row.mail_id), None)
            if detail is None:  # erased since
                await self._move(_ended(trying, MailState.FAILED, "erased"))
                return
            outcome = await self._attempt(trying, detail)
            await self._book(trying, mail_of(detail), outcome)
        except (HostError, StorageError) as error:
            _log.warning("mail_not_booked", kind=type(error).__name__)

    async def _attempt(self, row: MailRow, detail: Detail) -> Outcome:
        mail = mail_of(detail)
        files: dict[str, bytes] = {}
        if mail.attachments:
            stored = await self.store.details.of_contact(row.contact_id, kind=ATTACHMENT)
            files = {one.detail_id: one.body for one in stored}
        own_address = self.tokens.reply_address(mail.sender.address, row.contact_id)
        try:
            # In a thread: files of 18 MB take a second to encode.
            raw = await asyncio.to_thread(composed, mail, row.at_ms, own_address, files)
        except ValueError as error:
            _log.warning("mail_not_composed", kind=type(error).__name__)
            return Outcome(is_taken=False, is_final=True, code="unwritable")
        recipients = [one.address for one in (*mail.to, *mail.cc)]
        return await self.transport.send(own_address, recipients, raw)

    async def _book(self, row: MailRow, mail: Mail, outcome: Outcome) -> None:
        if outcome.is_taken:
            self.counts["sent"] += 1
            await self._move(_ended(row, MailState.SENT, ""))
            return
        has_expired = self.now_ms() - row.at_ms >= limits.GIVE_UP_AFTER_MS
        if outcome.is_final or has_expired:
            self.counts["failed"] += 1
            await self.reporter.undelivered(row, mail)
            await self._move(_ended(row, MailState.FAILED, outcome.code))
            return
        self.counts["deferred"] += 1
        again_ms = self.now_ms() + pause_ms(row.attempts, self.luck())
        change = {"state": MailState.DEFERRED, "next_at_ms": again_ms, "failure": outcome.code}
        await self._move(msgspec.structs.replace(row, **change))

    async def _move(self, row: MailRow) -> None:
        await self.store.mails.put(row)
        self.on_moved(row)


_JITTER: Final = 0.25


def pause_ms(attempts: int, luck: float) -> int:
    """How long to wait after so many attempts; `luck` in [0, 1) spreads what failed together."""
    doubled = limits.RETRY_FIRST_MS << min(attempts - 1, 20)
    return int(min(limits.RETRY_MOST_MS, doubled) * (1 + _JITTER * luck))


def _ended(row: MailRow, state: MailState, failure: str) -> MailRow:
    return msgspec.structs.replace(row, state=state, next_at_ms=None, failure=failure)
