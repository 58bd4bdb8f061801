"""How far mails got: a row for each, beside its text, which is a detail row."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from callcenter.ports.journal import RowChange
from routing.ids import ContactId, DetailId


class MailState(StrEnum):
    """Where a mail stands. One that came in is received; the others are of mails that go out."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


class MailRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a mail beside its text: whose it is, and how far it got. No address and no word of it.

    `message_key` is a keyed hash of its Message-ID, `participants` are of the addresses on it. `next_at_ms` says when it is tried, or tried again; None when
    there is nothing left to do. `failure` is the SMTP reply's code, as `550 5.1.1`.
    """

    mail_id: DetailId
    contact_id: ContactId
    mailbox_id: str
    message_key: str
    participants: tuple[str, ...]
    state: MailState
    at_ms: int
    next_at_ms: int | None = None
    attempts: int = 0
    failure: str = ""


MAILS_TABLE: Final = "mails"


def mail_change(row: MailRow) -> RowChange:
    """The row as it becomes durable with the mail's own event."""
    put = {
        "contact_id": row.contact_id,
        "mailbox_id": row.mailbox_id,
        "message_key": row.message_key,
        "participants": " ".join(row.participants),
        "state": row.state.value,
        "at_ms": row.at_ms,
        "next_at_ms": row.next_at_ms,
        "attempts": row.attempts,
        "failure": row.failure,
    }
    return RowChange(MAILS_TABLE, {"mail_id": row.mail_id}, put)


def mail_row(columns: Mapping[str, Any]) -> MailRow:
    """The mail of a row's columns."""
    given = {name: columns[name] for name in MailRow.__struct_fields__}
    given["participants"] = tuple(columns["participants"].split())
    given["state"] = MailState(columns["state"])
    return MailRow(**given)


class Mails(Protocol):
    """Mails in and out. Their rows are written by `Journal.append`, and moved on here (transaction kind 3)."""

    async def get(self, mail_id: str) -> MailRow | None:
        """By id."""

    async def of_contact(self, contact_id: ContactId, *, limit: int = 500) -> list[MailRow]:
        """A contact's mails, oldest first."""

    async def by_message_keys(self, message_keys: Sequence[str]) -> list[MailRow]:
        """Mails with one of these keys, the newest first."""

    async def under_way(self, *, due_ms: int, limit: int) -> list[MailRow]:
        """Mails to go out whose instant is at `due_ms` or before, the longest due first."""

    async def outbox(self) -> tuple[int, int | None]:
        """How many mails are still to go out, and when the oldest of them was written; None for none."""

    async def put(self, row: MailRow) -> None:
        """Replace a row."""
