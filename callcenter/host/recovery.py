"""From the journal back to the state: the newest snapshot, and the tail folded over it.

Recovery never decides anything: events are the record. A damaged tail record stops the start with its number,
because going on would give away work on a state nobody recorded. A snapshot that this version cannot read only
costs time: the journal is whole without it.
"""

import gc
from collections.abc import AsyncGenerator

import msgspec
import structlog

from callcenter.host.chain import ZERO, next_chain
from callcenter.ports.journal import Journal, JournalRecord, Snapshot
from routing.engine import restore
from routing.events import Event
from routing.reducer import apply
from routing.state import State

DECODER: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)
ENCODER = msgspec.msgpack.Encoder()

_log = structlog.get_logger("callcenter.recovery")


class JournalDamaged(Exception):
    """A journal record is not what was written; the message names its number."""


class Recovered(msgspec.Struct):
    """The durable state, the chain value it stands at, and how many events were folded over the snapshot."""

    state: State
    chain: bytes
    folded: int


def checked_event(record: JournalRecord, domain_id: str, seq: int, chain: bytes) -> Event:
    """The record's event, if it is number `seq` and continues `chain`. Raises JournalDamaged."""
    expected = next_chain(
        chain,
        domain_id,
        record.seq,
        record.at_ms,
        record.is_input,
        record.event_type,
        record.payload,
    )
    if record.seq != seq or expected != record.chain:
        raise JournalDamaged(
            f"journal event {seq} is damaged (found {record.event_type} as number {record.seq}); "
            "run `callcenter journal verify`, then restore the database from a backup"
        )
    try:
        return DECODER.decode(record.payload)
    except msgspec.MsgspecError as error:
        raise JournalDamaged(
            f"journal event {seq} is a {record.event_type} that this version cannot read; "
            "start the version that wrote it, or a newer one"
        ) from error


async def events_after(
    journal: Journal, domain_id: str, seq: int, chain: bytes
) -> AsyncGenerator[tuple[JournalRecord, Event], None]:
    """The journal's tail, each record checked against the chain."""
    async for record in journal.read(seq):
        event = checked_event(record, domain_id, seq + 1, chain)
        seq, chain = record.seq, record.chain
        yield record, event


async def recover(journal: Journal, domain_id: str) -> Recovered:
    """The state after the newest durable event. Raises JournalDamaged."""
    recovered = restored(await journal.snapshot())
    start = recovered.state.seq
    async for record, event in events_after(journal, domain_id, start, recovered.chain):
        apply(recovered.state, event)
        recovered.chain = record.chain
        recovered.folded += 1
    if not recovered.folded:
        await _check_end(journal, recovered)
    return recovered


def restored(snapshot: Snapshot | None) -> Recovered:
    """Where the folding starts."""
    if snapshot is None:
        return Recovered(State(), ZERO, 0)
    # Nothing of what is made here is garbage; looking for it would take five times as long as making it.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return Recovered(restore(snapshot.state), snapshot.chain, 0)
    except msgspec.MsgspecError:
        _log.warning("snapshot_unreadable", seq=snapshot.seq)
        return Recovered(State(), ZERO, 0)
    finally:
        if was_collecting:
            gc.enable()


async def _check_end(journal: Journal, recovered: Recovered) -> None:
    """Nothing follows the snapshot: then the journal must end with the very event it was taken after."""
    seq, chain = await journal.last()
    if (seq, chain) != (recovered.state.seq, recovered.chain):
        raise JournalDamaged(
            f"journal event {min(seq + 1, recovered.state.seq)} is damaged: the journal ends at {seq}, which is "
            f"not where the newest snapshot was taken ({recovered.state.seq}); "
            "run `callcenter journal verify`, then restore the database from a backup"
        )
