"""A store that cannot write says so, keeps what it has, and goes on by itself when it can."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from callcenter.host.chain import ZERO, verify
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.journal import Snapshot
from callcenter.storage.memory.store import MemoryStore
from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore
from callcenter.storage.tables.main import probe
from routing.ids import ContactId
from tests.contract.rows import (
    DOMAIN_ID,
    all_records,
    batch,
    chained,
    detail,
    interaction,
    outcome,
    user,
)

SMALLEST = 1
"""A page limit below what the file has means: not one page more."""


async def fill(store: SqlStore) -> tuple[int, bytes]:
    """Append until the disk is full; returns where the journal stood."""
    newest = (0, ZERO)
    for _ in range(1_000):
        records = chained(20, after=newest)
        details = [detail("c-1", f"d-{record.seq}", seq=record.seq) for record in records]
        outcomes = [outcome(f"command-{record.seq}", seq=record.seq) for record in records]
        try:
            await store.journal.append(batch(records, details, outcomes))
        except StorageUnavailable:
            return newest
        newest = (records[-1].seq, records[-1].chain)
    pytest.fail("the disk is never full")


async def test_a_full_disk_stores_nothing_by_halves(sqlite_store: SqlStore) -> None:
    await sqlite_store.limit_pages(SMALLEST)
    newest = await fill(sqlite_store)
    assert await sqlite_store.journal.last() == newest
    assert (
        len(await sqlite_store.details.of_contact(ContactId("c-1"), kind="message", limit=10**6))
        == newest[0]
    )
    assert len(await sqlite_store.journal.command_ids(10**6)) == newest[0]
    verdict = verify(await all_records(sqlite_store.journal), 0, ZERO, DOMAIN_ID)
    assert (verdict.last_seq, verdict.damage) == (newest[0], None)


async def test_everything_that_writes_says_so(sqlite_store: SqlStore) -> None:
    await sqlite_store.limit_pages(SMALLEST)
    await fill(sqlite_store)
    with pytest.raises(StorageUnavailable):
        await sqlite_store.probe()
    with pytest.raises(StorageUnavailable):
        await sqlite_store.journal.put_snapshot(Snapshot(1, ZERO, bytes(100_000)))
    changes = [interaction(f"c-{n}", customer_key="x" * 100) for n in range(1_000)]
    with pytest.raises(StorageUnavailable):
        await sqlite_store.rows.commit("interactions", 5, changes)
    with pytest.raises(StorageUnavailable):
        await sqlite_store.users.put(user("u-1", "lilei", display_name="x" * 100_000))
    assert await sqlite_store.rows.cursor("interactions") == 0
    assert await sqlite_store.interactions.since(0) == (0, [])
    assert await sqlite_store.journal.snapshot() is None


async def test_it_goes_on_when_there_is_room_again(sqlite_store: SqlStore) -> None:
    await sqlite_store.limit_pages(SMALLEST)
    newest = await fill(sqlite_store)
    await sqlite_store.limit_pages(None)
    await sqlite_store.probe()
    await sqlite_store.journal.append(batch(chained(20, after=newest)))
    verdict = verify(await all_records(sqlite_store.journal), 0, ZERO, DOMAIN_ID)
    assert (verdict.last_seq, verdict.damage) == (newest[0] + 20, None)


async def test_the_connection_is_opened_again(sqlite_store: SqlStore) -> None:
    await sqlite_store.probe()
    before = sqlite_store._database._write_line.connection
    await sqlite_store.limit_pages(SMALLEST)
    await fill(sqlite_store)
    assert sqlite_store._database._write_line.connection is None
    await sqlite_store.limit_pages(None)
    await sqlite_store.probe()
    assert sqlite_store._database._write_line.connection not in (None, before)


async def test_probes_do_not_pile_up(sqlite_store: SqlStore) -> None:
    for _ in range(3):
        await sqlite_store.probe()
    count = sa.select(sa.func.count()).select_from(probe)
    assert await sqlite_store._database.read(lambda connection: connection.scalar(count)) == 1


async def test_a_probe_needs_as_much_room_as_appends(sqlite_store: SqlStore) -> None:
    for _ in range(3):
        await sqlite_store.probe()
    await sqlite_store.limit_pages(SMALLEST)
    await fill(sqlite_store)
    for _ in range(3):
        with pytest.raises(StorageUnavailable):
            await sqlite_store.probe()


@pytest.mark.slow
async def test_a_file_size_limit_of_the_system_is_survived(sqlite_url: str, tmp_path: Path) -> None:
    await upgrade(sqlite_url)
    program = Path(__file__).with_name("meet_file_limit.py")
    done = subprocess.run(  # noqa: S603, ASYNC221 - our own program; the test has nothing else to do
        [sys.executable, program, sqlite_url, tmp_path],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.stdout.splitlines() == ["full", "probe fails", "room", "appended", "whole"], (
        done.stderr
    )


async def test_the_twin_fails_alike() -> None:
    store = MemoryStore()
    store.fail_writes()
    with pytest.raises(StorageUnavailable):
        await store.journal.append(batch(chained(1)))
    with pytest.raises(StorageUnavailable):
        await store.probe()
    store.fail_writes(fail=False)
    await store.probe()
    await store.journal.append(batch(chained(1)))
    assert await all_records(store.journal) == chained(1)
