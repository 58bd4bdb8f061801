"""What only a database can get wrong: two writers, idle transactions, domains side by side."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from callcenter.ports.calls import CallEvent
from callcenter.ports.errors import StaleWriter, StorageUnavailable
from callcenter.storage.store import SqlStore, open_store
from routing.ids import ContactId
from tests.contract.rows import (
    all_records,
    batch,
    chained,
    config,
    detail,
    interaction,
    outcome,
    session,
    user,
)


async def test_a_second_writer_is_stale(sql_store: SqlStore, url: str) -> None:
    other = await open_store(url, "default")
    await sql_store.journal.append(batch(chained(2)))
    with pytest.raises(StaleWriter):
        await other.journal.append(batch(chained(1)))
    assert await other.journal.last() == await sql_store.journal.last()
    await other.close()


async def test_a_stale_append_fails_alone_where_others_share_its_transaction(
    sql_store: SqlStore, url: str
) -> None:
    other = await open_store(url, "default")
    records = chained(3)
    await sql_store.journal.append(batch(records[:1]))
    # The first one runs; those behind it share the next transaction.
    appends = [
        other.calls.append([CallEvent("pbx", f"e-{n}", "call", ContactId("c"), n, b"{}")])
        for n in range(2)
    ]
    news = await asyncio.gather(
        appends[0], appends[1], other.journal.append(batch(records[:1])), return_exceptions=True
    )
    assert list(news[:2]) == [[True], [True]]
    assert isinstance(news[2], StaleWriter)
    stored = await other.calls.open_calls()
    assert len(await other.calls.of_call(stored[0])) == 2
    await other.close()


async def test_an_idle_writer_holds_no_transaction(sqlite_store: SqlStore, tmp_path: Path) -> None:
    await sqlite_store.journal.append(batch(chained(1)))
    other = sqlite3.connect(tmp_path / "callcenter.db", timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("COMMIT")
    other.close()


async def test_commits_are_synced_to_the_disk(sqlite_store: SqlStore) -> None:
    def pragmas(connection: sa.Connection) -> tuple[object, ...]:
        names = ("journal_mode", "synchronous", "secure_delete")
        return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names)

    assert await sqlite_store._database.write(pragmas) == ("wal", 2, 1)


async def test_domains_do_not_see_each_other(sql_store: SqlStore, url: str) -> None:
    other = await open_store(url, "other")
    for store in (sql_store, other):
        rows = batch(chained(2), [detail("c-1", "d-1", seq=1)], [outcome("command-1", seq=1)])
        await store.journal.append(rows)
        await store.rows.commit("interactions", 2, [interaction("c-1", channel="chat")])
        await store.users.put(user("u-1", "lilei"))
        await store.sessions.put(session(b"t-1", "u-1"))
        await store.config_versions.put(config("v1", at_ms=1))
        await store.probe()
    assert await other.details.erase(ContactId("c-1")) == 1
    assert await other.sessions.delete_of_user("u-1") == 1
    assert await other.journal.forget_outcomes(before_ms=10_000) == 1
    assert len(await sql_store.details.of_contact(ContactId("c-1"), kind="message")) == 1
    assert await sql_store.sessions.get(b"t-1") is not None
    assert await sql_store.journal.outcome("command-1") is not None
    assert (await sql_store.interactions.since(0))[0] == 2
    await other.close()


async def test_closing_finishes_what_is_queued(sql_store: SqlStore, url: str) -> None:
    store = await open_store(url, "default")
    records = chained(20)
    async with asyncio.TaskGroup() as tasks:
        for record in records:
            tasks.create_task(store.journal.append(batch([record])))
        await asyncio.sleep(0)
        tasks.create_task(store.close())
    assert await all_records(sql_store.journal) == records
    with pytest.raises(StorageUnavailable):
        await store.journal.append(batch([]))
    with pytest.raises(StorageUnavailable):
        await store.journal.last()
    await store.close()


async def test_reads_see_the_newest_commit(sql_store: SqlStore) -> None:
    records = chained(50)
    for number, record in enumerate(records, 1):
        await sql_store.journal.append(batch([record]))
        assert (await sql_store.journal.last())[0] == number


async def test_erased_texts_leave_the_file(sqlite_store: SqlStore, tmp_path: Path) -> None:
    rows = [detail("c-1", "planted-marker", seq=1)]
    await sqlite_store.journal.append(batch(chained(1), rows))
    await sqlite_store.details.erase(ContactId("c-1"))
    await sqlite_store.close()  # the last connection moves the log into the file and removes it
    assert b"planted-marker" not in (tmp_path / "callcenter.db").read_bytes()
    assert not (tmp_path / "callcenter.db-wal").exists()
