"""One changed value of one stored row: verify names that row."""

import sqlite3
from pathlib import Path

import pytest

from callcenter.host.chain import Damage, DamageKind, Verdict, verify_journal
from callcenter.ports.journal import Snapshot
from callcenter.storage.store import SqlStore, open_store
from tests.contract.rows import DOMAIN_ID, batch, chained

COUNT = 12

CHANGES = {
    "payload": "payload = CAST(replace(payload, 'load', 'loaD') AS BLOB)",
    "payload longer": "payload = CAST(payload || 'x' AS BLOB)",
    "payload empty": "payload = x''",
    "payload as text": "payload = CAST(payload AS TEXT)",
    "chain": "chain = CAST(x'00' || substr(chain, 2) AS BLOB)",
    "chain as text": "chain = x'00' || substr(chain, 2)",
    "chain shorter": "chain = substr(chain, 2)",
    "at_ms": "at_ms = at_ms + 1",
    "at_ms as float": "at_ms = at_ms + 0.5",
    "at_ms as text": "at_ms = 'x'",
    "is_input": "is_input = 1 - is_input",
    "is_input neither": "is_input = 7",
    "event_type": "event_type = 'ContactQueueD'",
    "event_type not UTF-8": "event_type = CAST(x'436f6e7461637451756575ff64' AS TEXT)",
    "event_type as blob": "event_type = x'00'",
    "domain_id": "domain_id = 'defaulu'",
    "seq": "seq = seq + 1000",
    "seq negative": "seq = -seq",
}


def change(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "callcenter.db")
    with connection:
        assert connection.execute(statement).rowcount >= 1
    connection.close()


async def verdict_of(store: SqlStore) -> Verdict:
    return await verify_journal(store.journal, DOMAIN_ID)


def named(verdict: Verdict) -> Damage:
    assert verdict.damage is not None, "damage was not found"
    return verdict.damage


@pytest.mark.parametrize("seq", [1, 5, COUNT])
@pytest.mark.parametrize("what", CHANGES)
async def test_a_changed_column_is_named(
    sqlite_store: SqlStore, tmp_path: Path, what: str, seq: int
) -> None:
    await sqlite_store.journal.append(batch(chained(COUNT)))
    newest = chained(COUNT)[-1]
    await sqlite_store.journal.put_snapshot(Snapshot(COUNT, newest.chain, b"state"))
    change(tmp_path, f"UPDATE journal SET {CHANGES[what]} WHERE seq = {seq}")  # noqa: S608
    verdict = await verdict_of(sqlite_store)
    damage = named(verdict)
    assert (damage.seq, verdict.last_seq, verdict.checked) == (seq, seq - 1, seq - 1)
    if what.startswith(("payload", "at_ms", "is_input", "event_type")):
        assert damage.kind is DamageKind.COLUMN_CHANGED
    if what == "chain":
        assert damage.kind is DamageKind.CHAIN_CHANGED


@pytest.mark.parametrize("column", ["payload", "chain"])
async def test_every_byte_counts(sqlite_store: SqlStore, tmp_path: Path, column: str) -> None:
    await sqlite_store.journal.append(batch(chained(3)))
    stored = getattr(chained(2)[1], column)
    for at in range(len(stored)):
        spoiled = bytearray(stored)
        spoiled[at] ^= 1
        change(tmp_path, f"UPDATE journal SET {column} = x'{spoiled.hex()}' WHERE seq = 2")  # noqa: S608
        assert named(await verdict_of(sqlite_store)).seq == 2
    change(tmp_path, f"UPDATE journal SET {column} = x'{stored.hex()}' WHERE seq = 2")  # noqa: S608
    assert (await verdict_of(sqlite_store)).damage is None


async def test_a_missing_row_is_named(sqlite_store: SqlStore, tmp_path: Path) -> None:
    await sqlite_store.journal.append(batch(chained(COUNT)))
    change(tmp_path, "DELETE FROM journal WHERE seq IN (4, 5)")
    damage = named(await verdict_of(sqlite_store))
    assert (damage.seq, damage.kind) == (4, DamageKind.MISSING)


async def test_exchanged_rows_are_named(sqlite_store: SqlStore, tmp_path: Path) -> None:
    await sqlite_store.journal.append(batch(chained(COUNT)))
    change(tmp_path, "UPDATE journal SET seq = -1 WHERE seq = 4")
    change(tmp_path, "UPDATE journal SET seq = 4 WHERE seq = 5")
    change(tmp_path, "UPDATE journal SET seq = 5 WHERE seq = -1")
    assert named(await verdict_of(sqlite_store)).seq == 4


async def test_a_cut_tail_is_named(sqlite_store: SqlStore, tmp_path: Path) -> None:
    records = chained(COUNT)
    await sqlite_store.journal.append(batch(records))
    await sqlite_store.journal.put_snapshot(Snapshot(10, records[9].chain, b"state"))
    change(tmp_path, "DELETE FROM journal WHERE seq > 7")
    damage = named(await verdict_of(sqlite_store))
    assert (damage.seq, damage.kind) == (8, DamageKind.TAIL_CUT)
    assert "snapshot was taken at 10" in damage.detail


async def test_a_cut_behind_the_newest_snapshot_cannot_be_seen(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    records = chained(COUNT)
    await sqlite_store.journal.append(batch(records))
    await sqlite_store.journal.put_snapshot(Snapshot(10, records[9].chain, b"state"))
    change(tmp_path, "DELETE FROM journal WHERE seq > 10")
    assert (await verdict_of(sqlite_store)).damage is None


async def test_a_damaged_page_is_named(
    sqlite_store: SqlStore, sqlite_url: str, tmp_path: Path
) -> None:
    """Not a value but the file: what SQLite cannot read any more."""
    await sqlite_store.journal.append(batch(chained(3_000)))
    await sqlite_store.close()
    path = tmp_path / "callcenter.db"
    content = bytearray(path.read_bytes())
    place = content.index(b"payload of 2500")
    page = place // 4096 * 4096
    content[page : page + 100] = b"\xff" * 100
    path.write_bytes(bytes(content))
    store = await open_store(sqlite_url, DOMAIN_ID)
    verdict = await verdict_of(store)
    assert named(verdict).kind in {DamageKind.UNREADABLE, DamageKind.MISSING}
    assert 2_400 < named(verdict).seq <= 2_500
    await store.close()
