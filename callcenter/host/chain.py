"""The hash chain: each journal record vouches for everything before it, so a change is found and named.

Theory: a record's chain value is SHA-256 over the chain value before it and all its columns, each with its
length, so that no two different records have the same encoding. Walking the journal again gives the same values,
or the first record at which it does not is the damaged one. What changed, a column or the chain value itself,
the next record tells: it was chained to the value that was really written.

A chain cannot see that its own end was cut off. The newest snapshot can: it knows a seq and the value there.
"""

import struct
from collections.abc import Callable, Iterable
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from callcenter.ports.errors import StorageError
from callcenter.ports.journal import Journal, JournalRecord

ZERO: Final = bytes(32)
"""The chain value before the first record."""

PROGRESS_EVERY: Final = 10_000
"""Records between two calls of the progress callback."""

_HEAD = struct.Struct(">32sqqBIII")


def next_chain(  # noqa: PLR0917 - the columns in their order; this runs once for every event
    previous: bytes,
    domain_id: str,
    seq: int,
    at_ms: int,
    is_input: bool,
    event_type: str,
    payload: bytes,
) -> bytes:
    """The chain value of a record that follows `previous`."""
    domain = domain_id.encode("utf-8", "surrogateescape")
    name = event_type.encode("utf-8", "surrogateescape")
    head = _HEAD.pack(previous, seq, at_ms, is_input, len(domain), len(name), len(payload))
    return sha256(b"".join((head, domain, name, payload))).digest()


class DamageKind(StrEnum):
    """What is wrong with a journal."""

    COLUMN_CHANGED = "column_changed"
    CHAIN_CHANGED = "chain_changed"
    COLUMN_OR_CHAIN_CHANGED = "column_or_chain_changed"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    UNDECODABLE = "undecodable"
    UNREADABLE = "unreadable"
    TAIL_CUT = "tail_cut"
    SNAPSHOT_DIFFERS = "snapshot_differs"


class Damage(msgspec.Struct, frozen=True):
    """The first damaged event. Its type and time are what is stored now; None where no row is left."""

    seq: int
    kind: DamageKind
    event_type: str | None
    at_ms: int | None
    detail: str


class Verdict(msgspec.Struct, frozen=True):
    """How far the journal is whole: `checked` records up to `last_seq`, and the first damage if there is one."""

    checked: int
    last_seq: int
    last_chain: bytes
    damage: Damage | None = None


Decode = Callable[[bytes], object]
Progress = Callable[[int], None]
Anchor = tuple[int, bytes]
"""A seq and the chain value that is known from elsewhere (a snapshot) to stand there."""


class Verifier:
    """Takes records one by one; `finish` gives the verdict."""

    def __init__(
        self,
        domain_id: str,
        start: Anchor = (0, ZERO),
        *,
        anchor: Anchor | None = None,
        decode: Decode | None = None,
    ) -> None:
        """Expect the record after `start` first. `decode` is tried on every payload."""
        self._domain_id = domain_id
        self.last_seq, self._last_chain = start
        self._anchor = anchor
        self._decode = decode
        self.checked = 0
        self._damage: Damage | None = None
        self._suspect: tuple[JournalRecord, bytes] | None = None

    def add(self, record: JournalRecord) -> bool:
        """Check the next record; False once there is nothing left to find out."""
        if self._damage is not None:
            return False
        malformed = _malformed(record)
        if self._suspect is not None:
            self._judge(None if malformed else record)
            return False
        seq = self.last_seq + 1
        if malformed is not None and record.seq == seq:
            self._damage = _damage(record, DamageKind.COLUMN_CHANGED, malformed)
        elif record.seq != seq:
            self._damage = _misplaced(record, seq)
        else:
            return self._add_in_place(record)
        return False

    def finish(self) -> Verdict:
        """The verdict after the last record."""
        if self._suspect is not None and self._damage is None:
            self._judge(None)
        if self._damage is None and self._anchor is not None and self._anchor[0] > self.last_seq:
            detail = (
                f"the journal ends at {self.last_seq}, but the newest snapshot was taken at "
                f"{self._anchor[0]}: the end was cut off"
            )
            self._damage = Damage(self.last_seq + 1, DamageKind.TAIL_CUT, None, None, detail)
        return Verdict(self.checked, self.last_seq, self._last_chain, self._damage)

    def unreadable(self, error: StorageError) -> None:
        """The store failed to give the next record."""
        if self._suspect is None and self._damage is None:
            detail = f"the store cannot read it: {error}"
            self._damage = Damage(self.last_seq + 1, DamageKind.UNREADABLE, None, None, detail)

    def _add_in_place(self, record: JournalRecord) -> bool:
        expected = _chain_of(self._last_chain, self._domain_id, record)
        if record.chain != expected:
            self._suspect = (record, expected)
            return True
        self._damage = self._undecodable(record) or self._differs_from_anchor(record)
        if self._damage is not None:
            return False
        self.last_seq, self._last_chain = record.seq, record.chain
        self.checked += 1
        return True

    def _judge(self, successor: JournalRecord | None) -> None:
        """Say what is wrong with the suspect, by what its successor (or the snapshot) was chained to."""
        if self._suspect is None:
            return
        suspect, expected = self._suspect
        truth: bytes | None = None
        if successor is not None and successor.seq == suspect.seq + 1:
            for candidate in (suspect.chain, expected):
                if _chain_of(candidate, self._domain_id, successor) == successor.chain:
                    truth = candidate
        elif self._anchor is not None and self._anchor[0] == suspect.seq:
            truth = self._anchor[1]
        if truth == suspect.chain:
            self._damage = _damage(
                suspect, DamageKind.COLUMN_CHANGED, "a column was changed after it was written"
            )
        elif truth == expected:
            self._damage = _damage(
                suspect,
                DamageKind.CHAIN_CHANGED,
                "its chain value was changed; its columns are whole",
            )
        else:
            self._damage = _damage(
                suspect,
                DamageKind.COLUMN_OR_CHAIN_CHANGED,
                "a column or its chain value was changed",
            )

    def _undecodable(self, record: JournalRecord) -> Damage | None:
        if self._decode is None:
            return None
        try:
            event = self._decode(record.payload)
        except msgspec.MsgspecError:
            detail = "it was stored like this, but its payload is no event this version knows"
            return _damage(record, DamageKind.UNDECODABLE, detail)
        if type(event).__name__ != record.event_type:
            detail = f"its payload is a {type(event).__name__}"
            return _damage(record, DamageKind.UNDECODABLE, detail)
        return None

    def _differs_from_anchor(self, record: JournalRecord) -> Damage | None:
        if self._anchor is None or self._anchor[0] != record.seq:
            return None
        if self._anchor[1] == record.chain:
            return None
        detail = (
            "the newest snapshot holds another chain value here: this event or an earlier one was replaced "
            "and the chain computed anew, or the snapshot was changed"
        )
        return _damage(record, DamageKind.SNAPSHOT_DIFFERS, detail)


def verify(
    records: Iterable[JournalRecord],
    start_seq: int,
    start_chain: bytes,
    domain_id: str,
) -> Verdict:
    """Check records that follow (start_seq, start_chain)."""
    verifier = Verifier(domain_id, (start_seq, start_chain))
    for record in records:
        if not verifier.add(record):
            break
    return verifier.finish()


async def verify_journal(
    journal: Journal,
    domain_id: str,
    *,
    decode: Decode | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Walk a whole journal. `progress` is told the seq reached, now and then."""
    snapshot = await journal.snapshot()
    anchor = None if snapshot is None else (snapshot.seq, snapshot.chain)
    verifier = Verifier(domain_id, anchor=anchor, decode=decode)
    try:
        async for record in journal.read(0):
            if not verifier.add(record):
                break
            if progress is not None and verifier.checked % PROGRESS_EVERY == 0:
                progress(verifier.last_seq)
    except StorageError as error:
        verifier.unreadable(error)
    return verifier.finish()


def _chain_of(previous: bytes, domain_id: str, record: JournalRecord) -> bytes:
    return next_chain(
        previous,
        domain_id,
        record.seq,
        record.at_ms,
        record.is_input,
        record.event_type,
        record.payload,
    )


_TYPES: Final[dict[str, type]] = {
    "seq": int,
    "at_ms": int,
    "is_input": bool,
    "event_type": str,
    "payload": bytes,
    "chain": bytes,
}


def _malformed(record: JournalRecord) -> str | None:
    """What no record is ever written with: a store gives back whatever stands in its columns."""
    for column, kind in _TYPES.items():
        if type(getattr(record, column)) is not kind:
            return f"its column {column} was changed: it holds no {kind.__name__}"
    if len(record.chain) != len(ZERO):
        return f"its column chain was changed: it is {len(record.chain)} bytes long"
    return None


def _misplaced(record: JournalRecord, seq: int) -> Damage:
    if type(record.seq) is int and record.seq < seq:
        detail = f"it stands after number {seq - 1}"
        return _damage(record, DamageKind.OUT_OF_ORDER, detail)
    detail = f"no event has this number; the next one found is {record.seq} ({record.event_type})"
    return Damage(seq, DamageKind.MISSING, None, None, detail)


def _damage(record: JournalRecord, kind: DamageKind, detail: str) -> Damage:
    event_type: object = record.event_type
    at_ms: object = record.at_ms
    return Damage(
        seq=record.seq,
        kind=kind,
        event_type=event_type if isinstance(event_type, str) else None,
        at_ms=at_ms if isinstance(at_ms, int) else None,
        detail=detail,
    )
