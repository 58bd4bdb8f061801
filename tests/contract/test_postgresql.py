"""What only a server can do: lose a connection, an answer, its patience; and sort text by a language."""

import asyncio

import psycopg
import pytest
import sqlalchemy as sa

from callcenter.host.chain import DamageKind, verify_journal
from callcenter.ports.errors import StaleWriter, StorageError, StorageUnavailable
from callcenter.ports.journal import Snapshot
from callcenter.storage import postgresql, schema
from callcenter.storage.store import SqlStore, open_store
from callcenter.storage.taking_over import end_sessions
from loadtests.postgres_server import PostgresServer
from tests.contract.proxy import proxied
from tests.contract.rows import DOMAIN_ID, all_records, batch, chained, detail, user

COMMITS = {
    "a transaction": (b"COMMIT\0", [detail("c-1", "d-1", seq=3)]),
    "a single statement": (b"INSERT INTO journal", []),
}
"""What makes an append durable, and the details that come with its events."""
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def url(migrated_postgres_url: str) -> str:
    """PostgreSQL alone."""
    return migrated_postgres_url


@pytest.mark.parametrize("kind", COMMITS)
async def test_a_lost_answer_to_a_commit_is_read_back(url: str, kind: str) -> None:
    commit, details = COMMITS[kind]
    async with proxied(url) as proxy:
        store = await open_store(proxy.url, DOMAIN_ID)
        await store.journal.append(batch(chained(2)))
        proxy.loses_answers_to = commit
        with pytest.raises(StorageUnavailable):
            await store.journal.append(batch(chained(3)[2:], details))
        proxy.loses_answers_to = b""
        await store.probe()
        assert await all_records(store.journal) == chained(3)
        await store.close()


@pytest.mark.parametrize("kind", COMMITS)
async def test_a_commit_still_under_way_cannot_come_late(url: str, kind: str) -> None:
    """The server never gets the COMMIT, and its process would wait for it while we read back."""
    commit, details = COMMITS[kind]
    async with proxied(url) as proxy:
        store = await open_store(proxy.url, DOMAIN_ID)
        await store.journal.append(batch(chained(2)))
        proxy.holds = commit
        with pytest.raises(StorageUnavailable):
            await store.journal.append(batch(chained(3)[2:], details))
        proxy.holds = b""
        await store.probe()
        assert (await store.journal.last())[0] == 2
        proxy.release()
        await store.journal.append(batch(chained(4)[2:]))
        assert await all_records(store.journal) == chained(4)
        await store.close()


async def test_a_silent_server_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql._Connection, "answer_limit_s", 0.3)
    async with proxied(url) as proxy:
        store = await open_store(proxy.url, DOMAIN_ID)
        await store.probe()
        proxy.is_silent = True
        for work in (store.journal.append(batch(chained(1))), store.journal.last()):
            with pytest.raises(StorageUnavailable, match="did not answer"):
                await work
        proxy.is_silent = False
        await store.probe()
        await store.journal.append(batch(chained(1)))
        await store.close()


async def test_connections_the_server_cuts_are_made_again(
    url: str, postgres: PostgresServer
) -> None:
    store = await open_store(url, DOMAIN_ID)
    await store.journal.append(batch(chained(1)))
    postgres.execute(url, OTHERS)
    with pytest.raises(StorageUnavailable):
        await store.journal.append(batch(chained(2)[1:]))
    await store.probe()
    await store.journal.append(batch(chained(2)[1:]))
    postgres.execute(url, OTHERS)
    assert await all_records(store.journal) == chained(2)
    await store.close()


async def test_a_change_waits_for_another_but_the_journal_does_not(url: str) -> None:
    store = await open_store(f"{url}&options=-c%20lock_timeout%3D200", DOMAIN_ID)
    with psycopg.connect(url) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({postgresql.TURN_KEY})".encode())
        with pytest.raises(StorageUnavailable):
            await store.users.put(user("u-1", "lilei"))
        await store.journal.append(batch(chained(1)))
    assert (await store.users.put(user("u-1", "lilei"))).version == 1
    await store.close()


async def test_changes_of_two_processes_get_different_versions(url: str) -> None:
    stores = [await open_store(url, DOMAIN_ID) for _ in range(2)]
    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            person = user(f"u-{number}", f"name-{number}")
            tasks.create_task(stores[number % 2].users.put(person))
    versions = sorted(one.version for one in await stores[0].users.all())
    assert versions == list(range(1, 21))
    for store in stores:
        await store.close()


async def test_of_two_writers_exactly_one_goes_on(url: str) -> None:
    stores = [await open_store(url, DOMAIN_ID) for _ in range(2)]
    outcomes = await asyncio.gather(
        *(store.journal.append(batch(chained(50))) for store in stores), return_exceptions=True
    )
    assert [type(one) for one in outcomes].count(StaleWriter) == 1
    assert await all_records(stores[0].journal) == chained(50)
    for store in stores:
        await store.close()


async def test_who_takes_over_waits_for_no_lock_of_a_frozen_predecessor(url: str) -> None:
    joint = "&" if "?" in url else "?"
    names = [f"{url}{joint}application_name=callcenter-{role}-{DOMAIN_ID}" for role in "ab"]
    lock = f"SELECT pg_advisory_xact_lock({postgresql.TURN_KEY})"
    frozen, other = psycopg.connect(names[0]), psycopg.connect(names[1])
    try:
        frozen.execute(lock.encode())
        await end_sessions(names[0])
        store = await open_store(names[0], DOMAIN_ID)
        await store.users.put(user("u-ann", "ann"))
        await store.close()
        with pytest.raises(psycopg.OperationalError):
            frozen.execute("SELECT 1")
        other.execute("SELECT 1")
    finally:
        frozen.close()
        other.close()


async def test_commits_wait_for_the_disk(url: str) -> None:
    store = await open_store(url, DOMAIN_ID)
    ask = sa.text("SHOW synchronous_commit")
    assert await store._database.write(lambda connection: connection.scalar(ask)) == "on"
    await store.close()


async def test_what_a_job_reads_is_of_one_moment(url: str) -> None:
    store, other = await open_store(url, DOMAIN_ID), await open_store(url, DOMAIN_ID)
    count = sa.text("SELECT count(*) FROM journal")
    loop = asyncio.get_running_loop()

    def job(connection: sa.Connection) -> tuple[object, object]:
        before = connection.scalar(count)
        appended = asyncio.run_coroutine_threadsafe(other.journal.append(batch(chained(3))), loop)
        appended.result(10)
        return before, connection.scalar(count)

    assert await store._database.read(job) == (0, 0)
    assert await store._database.read(lambda connection: connection.scalar(count)) == 3
    await store.close()
    await other.close()


async def test_a_reader_cannot_write(url: str) -> None:
    store = await open_store(url, DOMAIN_ID)
    delete = sa.text("DELETE FROM journal")
    with pytest.raises(StorageError):
        await store._database.read(lambda connection: connection.execute(delete))
    await store.close()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE journal SET payload = payload || 'x'::bytea WHERE seq = 5", "COLUMN_CHANGED"),
        ("UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 5", "COLUMN_CHANGED"),
        ("UPDATE journal SET is_input = NOT is_input WHERE seq = 5", "COLUMN_CHANGED"),
        ("UPDATE journal SET event_type = 'x' WHERE seq = 5", "COLUMN_CHANGED"),
        ("UPDATE journal SET chain = sha256(chain) WHERE seq = 5", "CHAIN_CHANGED"),
        ("DELETE FROM journal WHERE seq = 5", "MISSING"),
        ("DELETE FROM journal WHERE seq >= 5", "TAIL_CUT"),
    ],
)
async def test_a_changed_row_is_named(sql_store: SqlStore, change: str, kind: str) -> None:
    records = chained(12)
    await sql_store.journal.append(batch(records))
    await sql_store.journal.put_snapshot(Snapshot(12, records[-1].chain, b"state"))
    await sql_store._database.write(lambda connection: connection.execute(sa.text(change)))
    damage = (await verify_journal(sql_store.journal, DOMAIN_ID)).damage
    assert damage is not None
    assert (damage.seq, damage.kind) == (5, DamageKind[kind])


async def test_a_database_sorted_by_a_language_is_refused(postgres: PostgresServer) -> None:
    name = "callcenter_test_by_language"
    postgres.execute(
        postgres.url,
        f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
    )
    try:
        with pytest.raises(StorageError, match="CREATE DATABASE callcenter_test_by_language"):
            await schema.upgrade(postgres.url_of(name))
    finally:
        postgres.drop(postgres.url_of(name))


async def test_a_server_that_is_not_there_is_said(url: str) -> None:
    with pytest.raises(StorageUnavailable):
        await open_store("postgresql://nobody@127.0.0.1:1/nothing", DOMAIN_ID)
