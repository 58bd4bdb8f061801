"""The whole server on PostgreSQL: it starts when told to migrate or migrated, serves, loses the database, and goes on."""

from pathlib import Path

import pytest

from callcenter.ports.errors import StorageError
from callcenter.storage import schema
from callcenter.storage.tables.main import HEAD
from loadtests.postgres_server import PostgresServer
from tests.integration.live_server import LiveServer, has_offer, live_server
from tests.integration.terminal import Terminal
from tests.integration.test_server import until_writable

OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_a_server_does_not_migrate_unless_told(tmp_path: Path, postgres_url: str) -> None:
    refused = LiveServer(tmp_path, database_url=postgres_url)
    with pytest.raises(StorageError, match=r"database_outdated.*callcenter db upgrade"):
        await refused.start()
    await refused.stop()
    assert await schema.current(postgres_url) is None
    async with live_server(tmp_path, database_url=postgres_url, migrates_at_start=True):
        pass
    assert await schema.current(postgres_url) == HEAD


async def test_a_chat_from_end_to_end_and_over_restarts(
    tmp_path: Path, migrated_postgres_url: str, postgres: PostgresServer
) -> None:
    async with live_server(tmp_path, database_url=migrated_postgres_url) as server:
        desk = await server.ready_desk("ann")
        started = await server.start_chat()
        offer = (await desk.until(has_offer))["desk"]["offers"][0]
        path = f"/api/v1/offers/{offer['offer_id']}/accept"
        assert (await server.ask("POST", path, by="ann", body={})).status == 200
        contact_id = started["contact_id"]
        await say(server, contact_id, "before", 200)
        postgres.execute(migrated_postgres_url, OTHERS)
        # A projection may have found the connection gone first, and the writer has a new one already.
        await say(server, contact_id, "lost", 503, 200)
        await until_writable(server)
        await say(server, contact_id, "lost", 200)
        await server.restart()
        again = await server.customer(started["token"])
        assert again.texts() == ["Hello", "before", "lost"]
    assert not (server.settings.data_dir / "callcenter.db").exists()


async def say(server: LiveServer, contact_id: str, text: str, *statuses: int) -> None:
    """One message, under a key made of its text."""
    answer = await server.ask(
        "POST",
        f"/api/v1/contacts/{contact_id}/messages",
        by="ann",
        body={"text": text},
        Idempotency_Key=text,
    )
    assert answer.status in statuses, answer.body


def test_the_command_line_works_on_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    postgres_url: str,
) -> None:
    monkeypatch.setenv("CC_DATABASE_URL", postgres_url)
    terminal = Terminal(tmp_path, capsys)
    code, output, _ = terminal("db", "current")
    assert (code, output) == (1, f"Database: empty; this version needs {HEAD}\n")
    assert f"empty -> {HEAD}" in terminal.ok("db", "upgrade")
    assert f"Database: {HEAD};" in terminal.ok("db", "current")
    terminal.init()
    assert "The journal is whole" in terminal.ok("journal", "verify")
