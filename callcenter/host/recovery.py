"""From the journal back to the state: the newest snapshot, and the tail folded over it.

Recovery never decides anything: events are the record. A damaged tail record stops the start with its number,
because going on would give away work on a state nobody recorded.
"""

from collections.abc import AsyncIterator

import msgspec

from callcenter.host.chain import ZERO, next_chain
from callcenter.ports import Journal, JournalRecord
from routing.engine import restore
from routing.events import Event
from routing.reducer import apply
from routing.state import State

DECODER: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)
ENCODER = msgspec.msgpack.Encoder()


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
    return DECODER.decode(record.payload)


async def events_after(
    journal: Journal, domain_id: str, seq: int, chain: bytes
) -> AsyncIterator[tuple[JournalRecord, Event]]:
    """The journal's tail, each record checked against the chain."""
    async for record in journal.read(seq):
        event = checked_event(record, domain_id, seq + 1, chain)
        seq, chain = record.seq, record.chain
        yield record, event


async def recover(journal: Journal, domain_id: str) -> Recovered:
    """The state after the newest durable event. Raises JournalDamaged."""
    snapshot = await journal.snapshot()
    if snapshot is None:
        recovered = Recovered(State(), ZERO, 0)
    else:
        recovered = Recovered(restore(snapshot.state), snapshot.chain, 0)
    start = recovered.state.seq
    async for record, event in events_after(journal, domain_id, start, recovered.chain):
        apply(recovered.state, event)
        recovered.chain = record.chain
        recovered.folded += 1
    return recovered
