import msgspec
import pytest

from callcenter.host.chain import (
    PROGRESS_EVERY,
    ZERO,
    DamageKind,
    Verifier,
    next_chain,
    verify,
    verify_journal,
)
from callcenter.ports.journal import JournalBatch, JournalRecord, Snapshot
from callcenter.storage.memory.store import MemoryStore
from routing.events import ContactQueued, Event
from routing.ids import ContactId, QueueId

DOMAIN_ID = "default"
DECODER: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def journal(count: int) -> list[JournalRecord]:
    """Records of real events, chained."""
    records, chain = [], ZERO
    for seq in range(1, count + 1):
        event = ContactQueued(1_000 + seq, ContactId(f"c-{seq}"), QueueId("support"), 1_000)
        payload = msgspec.msgpack.encode(event)
        chain = next_chain(chain, DOMAIN_ID, seq, event.at_ms, False, "ContactQueued", payload)
        records.append(JournalRecord(seq, event.at_ms, False, "ContactQueued", payload, chain))
    return records


def changed(record: JournalRecord, **columns: object) -> JournalRecord:
    return msgspec.structs.replace(record, **columns)


def check(records: list[JournalRecord]) -> tuple[int, DamageKind] | None:
    damage = verify(records, 0, ZERO, DOMAIN_ID).damage
    return None if damage is None else (damage.seq, damage.kind)


def test_a_known_value() -> None:
    """The encoding is for ever: a changed one would make every stored journal look damaged."""
    value = next_chain(ZERO, "default", 1, 1_700_000_000_000, True, "ContactArrived", b"\x01\x02")
    assert value.hex() == KNOWN


KNOWN = "61cdee19c38ed99cd9e6b155239583e31dd2e5e592531a4087c6d9f0adde4c2b"


def test_columns_cannot_flow_into_each_other() -> None:
    values = {
        next_chain(ZERO, "ab", 1, 1, True, "c", b"d"),
        next_chain(ZERO, "a", 1, 1, True, "bc", b"d"),
        next_chain(ZERO, "ab", 1, 1, True, "", b"cd"),
        next_chain(ZERO, "", 1, 1, True, "abc", b"d"),
    }
    assert len(values) == 4


@pytest.mark.parametrize("start", [0, 1, 50, 100])
def test_a_whole_journal_is_whole_from_any_start(start: int) -> None:
    records = journal(100)
    chain = records[start - 1].chain if start else ZERO
    verdict = verify(records[start:], start, chain, DOMAIN_ID)
    assert verdict.damage is None
    assert (verdict.checked, verdict.last_seq) == (100 - start, 100)
    assert verdict.last_chain == records[-1].chain


def test_an_empty_journal_is_whole() -> None:
    verdict = verify([], 0, ZERO, DOMAIN_ID)
    assert (verdict.checked, verdict.last_seq, verdict.damage) == (0, 0, None)


@pytest.mark.parametrize(
    "columns",
    [{"payload": b""}, {"at_ms": 0}, {"is_input": True}, {"event_type": "ContactClosed"}],
)
def test_a_changed_column_is_told_from_a_changed_chain_value(columns: dict[str, object]) -> None:
    records = journal(5)
    records[2] = changed(records[2], **columns)
    assert check(records) == (3, DamageKind.COLUMN_CHANGED)
    records = journal(5)
    records[2] = changed(records[2], chain=bytes(31) + b"\x01")
    assert check(records) == (3, DamageKind.CHAIN_CHANGED)


def test_nothing_tells_what_changed_in_the_last_record() -> None:
    records = journal(3)
    records[2] = changed(records[2], at_ms=0)
    assert check(records) == (3, DamageKind.COLUMN_OR_CHAIN_CHANGED)


def test_two_changes_side_by_side_name_the_first() -> None:
    records = journal(5)
    records[2] = changed(records[2], at_ms=0)
    records[3] = changed(records[3], payload=b"")
    assert check(records) == (3, DamageKind.COLUMN_OR_CHAIN_CHANGED)
    records[3] = changed(records[3], payload="text")
    assert check(records) == (3, DamageKind.COLUMN_OR_CHAIN_CHANGED)


@pytest.mark.parametrize(
    "columns",
    [
        {"at_ms": 1.0},
        {"at_ms": None},
        {"is_input": 1},
        {"event_type": b"x"},
        {"payload": "x"},
        {"chain": "x"},
        {"chain": b"x"},
    ],
)
def test_a_value_no_record_ever_has_is_a_changed_column(columns: dict[str, object]) -> None:
    records = journal(5)
    records[2] = changed(records[2], **columns)
    verdict = verify(records, 0, ZERO, DOMAIN_ID)
    assert verdict.damage is not None
    assert (verdict.damage.seq, verdict.damage.kind) == (3, DamageKind.COLUMN_CHANGED)
    assert next(iter(columns)) in verdict.damage.detail


def test_gaps_and_wrong_order_are_named() -> None:
    records = journal(6)
    assert check(records[:2] + records[3:]) == (3, DamageKind.MISSING)
    assert check(records[1:]) == (1, DamageKind.MISSING)
    assert check([*records[:3], records[1], *records[3:]]) == (2, DamageKind.OUT_OF_ORDER)
    assert check([records[0], changed(records[2], seq=2)]) == (
        2,
        DamageKind.COLUMN_OR_CHAIN_CHANGED,
    )
    assert check([records[0], changed(records[1], seq=None)]) == (2, DamageKind.MISSING)


def test_another_domains_journal_does_not_pass() -> None:
    verdict = verify(journal(3), 0, ZERO, "other")
    assert verdict.damage is not None
    assert verdict.damage.seq == 1


def with_payload(seq: int, payload: bytes, count: int = 3) -> list[JournalRecord]:
    """A journal that was written with this payload: the chain vouches for it."""
    records, chain = [], ZERO
    for record in journal(count):
        body = payload if record.seq == seq else record.payload
        chain = next_chain(
            chain, DOMAIN_ID, record.seq, record.at_ms, False, record.event_type, body
        )
        records.append(changed(record, payload=body, chain=chain))
    return records


@pytest.mark.parametrize(
    "payload", [b"", b"\xc1", msgspec.msgpack.encode(["AgentConnected", 5, "a-1"])]
)
def test_what_is_no_event_of_its_type_is_undecodable(payload: bytes) -> None:
    verifier = Verifier(DOMAIN_ID, decode=DECODER.decode)
    added = [verifier.add(record) for record in with_payload(2, payload)]
    damage = verifier.finish().damage
    assert added == [True, False, False]
    assert damage is not None
    assert (damage.seq, damage.kind, damage.event_type) == (
        2,
        DamageKind.UNDECODABLE,
        "ContactQueued",
    )


async def stored(records: list[JournalRecord], snapshot: Snapshot | None = None) -> MemoryStore:
    store = MemoryStore()
    await store.journal.append(JournalBatch(records, (), ()))
    if snapshot is not None:
        await store.journal.put_snapshot(snapshot)
    return store


async def test_the_walk_tells_how_far_it_is() -> None:
    seen: list[int] = []
    store = await stored(journal(PROGRESS_EVERY * 2 + 1))
    verdict = await verify_journal(
        store.journal, DOMAIN_ID, decode=DECODER.decode, progress=seen.append
    )
    assert verdict.damage is None
    assert seen == [PROGRESS_EVERY, PROGRESS_EVERY * 2]


async def test_a_snapshot_tells_what_changed_in_the_last_record() -> None:
    records = journal(3)
    snapshot = Snapshot(3, records[2].chain, b"")
    store = await stored([*records[:2], changed(records[2], at_ms=0)], snapshot)
    damage = (await verify_journal(store.journal, DOMAIN_ID)).damage
    assert damage is not None
    assert (damage.seq, damage.kind, damage.at_ms) == (3, DamageKind.COLUMN_CHANGED, 0)
    store = await stored([*records[:2], changed(records[2], chain=ZERO)], snapshot)
    damage = (await verify_journal(store.journal, DOMAIN_ID)).damage
    assert damage is not None
    assert damage.kind is DamageKind.CHAIN_CHANGED


async def test_a_journal_chained_anew_differs_from_its_snapshot() -> None:
    store = await stored(with_payload(2, b"forged", count=5), Snapshot(4, journal(4)[3].chain, b""))
    damage = (await verify_journal(store.journal, DOMAIN_ID)).damage
    assert damage is not None
    assert (damage.seq, damage.kind) == (4, DamageKind.SNAPSHOT_DIFFERS)


async def test_a_cut_tail_is_seen_by_the_snapshot() -> None:
    store = await stored(journal(4), Snapshot(6, journal(6)[5].chain, b""))
    damage = (await verify_journal(store.journal, DOMAIN_ID)).damage
    assert damage is not None
    assert (damage.seq, damage.kind, damage.event_type) == (5, DamageKind.TAIL_CUT, None)
