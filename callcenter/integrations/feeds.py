"""Where events come from: the committed journal, and the notices of steps that stand in rows. Each has its own numbers.

A follower reads one of them from its place on. What nobody is told is passed on as well, by its number alone, so that the
place moves past it.
"""

from collections.abc import AsyncIterator, Callable
from typing import Protocol

import msgspec

from callcenter.integrations.events import (
    KINDS,
    message,
    message_id,
    notice_message,
    notice_message_id,
)
from callcenter.integrations.limits import NOTICES_READ
from callcenter.ports.integrators import Notices
from callcenter.ports.journal import Journal
from routing.events import Event


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something of a feed. `kind` is "" for what nobody is told; `queue_id` None: its contact's queue."""

    seq: int
    kind: str = ""
    at_ms: int = 0
    contact_id: str | None = None
    queue_id: str | None = None
    message_id: str = ""
    body: Callable[[], bytes] = bytes


class Source(Protocol):
    """A feed, as a follower reads it."""

    def read(self, after_seq: int, kinds: frozenset[str]) -> AsyncIterator[Told]:
        """What stands past this number, in order. Of other kinds than these (none named: of none) the number alone will do."""


class JournalFeed:
    """What the engine has decided."""

    def __init__(self, domain_id: str, journal: Journal, decode: Callable[[bytes], Event]) -> None:
        self._domain_id = domain_id
        self._journal = journal
        self._decode = decode

    async def read(self, after_seq: int, kinds: frozenset[str]) -> AsyncIterator[Told]:
        """Decoded only where it may be wanted."""
        async for record in self._journal.read(after_seq):
            kind = KINDS.get(record.event_type)
            if kind is None or (kinds and kind.name not in kinds):
                yield Told(seq=record.seq)
            else:
                yield self._told(record.seq, kind.name, self._decode(record.payload))

    def _told(self, seq: int, kind: str, event: Event) -> Told:
        return Told(
            seq=seq,
            kind=kind,
            at_ms=event.at_ms,
            contact_id=getattr(event, "contact_id", None),
            queue_id=getattr(event, "queue_id", None),
            message_id=message_id(self._domain_id, seq),
            body=lambda: message(self._domain_id, seq, event),
        )


class NoticeFeed:
    """Steps of cases, leads, articles sent and entries of campaigns."""

    def __init__(self, domain_id: str, notices: Notices) -> None:
        self._domain_id = domain_id
        self._notices = notices

    async def read(self, after_seq: int, _kinds: frozenset[str]) -> AsyncIterator[Told]:
        """A page at a time."""
        while page := await self._notices.after(after_seq, limit=NOTICES_READ):
            for one in page:
                after_seq = one.notice_no or after_seq
                yield Told(
                    seq=after_seq,
                    kind=one.kind,
                    at_ms=one.at_ms or 0,
                    contact_id=one.contact_id or None,
                    queue_id=one.queue_id or None,
                    message_id=notice_message_id(self._domain_id, one),
                    body=lambda one=one: notice_message(self._domain_id, one),  # type: ignore[misc]
                )
