"""The whole process: start, stop, restart, other processes' changes, and a store that fails."""

import asyncio
import json
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from callcenter.bootstrap.configuration import NoConfiguration, store_configuration
from callcenter.bootstrap.data_dir import DataDir, DataDirInUse
from callcenter.bootstrap.server import PortInUse, Server
from callcenter.config_loader.loader import ConfigError, load_folder
from callcenter.host.recovery import JournalDamaged
from callcenter.observability.figures import FIGURES, PREFIX
from callcenter.ports.errors import StorageError, StorageUnavailable
from callcenter.ports.journal import JournalBatch
from callcenter.ports.versions import UNSIGNED
from callcenter.storage.store import open_store
from routing.model import AgentState, RoutingConfiguration
from tests.integration.api_stage import Answer
from tests.integration.live_server import (
    GRACE_S,
    PATIENCE_S,
    LiveServer,
    configuration_folder,
    form,
    has_offer,
    live_server,
    may_block,
)
from tests.looking import pause


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server."""
    async with live_server(tmp_path) as running:
        yield running


async def test_a_stopping_server_says_so(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    customer = await server.customer((await server.start_chat())["token"])
    stopping = asyncio.ensure_future(server.stop())
    assert await desk.bye() == "server_stopping"
    assert await customer.bye() == "server_stopping"
    await stopping
    await server.start()


async def test_a_restart_changes_nothing_that_was_agreed(server: LiveServer) -> None:
    contact_id, _, customer = await server.conversation("ann")
    waiting = await server.start_chat("I wait")
    await customer.send({"type": "message", "message_id": "m1", "text": "before"})
    newest = (await customer.of("message"))["message"]["seq"]
    before = server.contact(contact_id)
    assert before is not None
    await server.restart()
    after = server.contact(contact_id)
    assert after is not None
    assert (after.state, after.agent_id, after.arrived_at_ms) == (
        before.state,
        before.agent_id,
        before.arrived_at_ms,
    )
    desk = await server.desk("ann", **{contact_id: newest - 1})  # the session is still good
    cards = {one["contact_id"]: one for one in desk.frames[-1]["desk"]["assignments"]}
    assert cards[contact_id]["customer_name"] == "Carol"
    assert (await desk.of("message"))["message"]["text"] == "before"
    # Nobody had a socket at the start: that is noticed, and the customer who waits is gone in the end.
    await server.until(lambda: not is_present(server, waiting["contact_id"]))
    server.later(GRACE_S)
    await server.until(lambda: server.contact(waiting["contact_id"]) is None)


async def test_presence_after_a_restart_is_what_the_sockets_are(server: LiveServer) -> None:
    await server.ready_desk("ann")
    assert server.agent("ann").is_present
    await server.restart()
    assert server.agent("ann").is_present  # as it was recorded
    await server.until(lambda: not server.agent("ann").is_present)
    server.later(GRACE_S)
    await server.until(lambda: server.agent("ann").state is AgentState.LOGGED_OUT)


async def test_what_the_server_says_at_the_start(server: LiveServer) -> None:
    assert server.said[0] == f"Data directory: {server.settings.data_dir}"
    assert any(line.startswith("Journal: ") for line in server.said)
    accounts = {account.username: account for account in server.server.accounts}
    assert accounts["ann"].role == "agent"
    assert accounts["ada"].password == server.settings.demo_password


async def test_health_and_figures(server: LiveServer) -> None:
    await server.conversation("ann")
    assert (await server.ask("GET", "/healthz")).status == 200
    assert (await server.ask("GET", "/readyz")).status == 200
    metrics = (await server.ask("GET", "/metrics")).body
    for line in (
        'callcenter_events_total{type="ContactArrived"} 1.0',
        'callcenter_agents{state="ready"} 1.0',
        'callcenter_waiting_contacts{queue="sales"} 0.0',
        "callcenter_desk_sockets 1.0",
        "callcenter_customer_sockets 1.0",
        "callcenter_inbox_commands 0.0",
        f"callcenter_journal_seq {float(server.state.seq)}",
    ):
        assert line in metrics
    assert "Carol" not in metrics
    assert "Ann" not in metrics


async def test_every_figure_is_told_and_no_other(server: LiveServer) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while "callcenter_data_dir_free_bytes" not in await figures_told(server):
            await pause()
    told = await figures_told(server)
    process = {name for name in told if name.startswith("process_")}
    assert {"process_resident_memory_bytes", "process_open_fds"} <= process
    assert told - process == {PREFIX + one.name for one in FIGURES}


async def test_why_a_process_is_not_ready_is_a_figure(server: LiveServer) -> None:
    assert "callcenter_ready 1.0" in (await server.ask("GET", "/metrics")).body
    server.parts.host._is_writable = False
    metrics = (await server.ask("GET", "/metrics")).body
    server.parts.host._is_writable = True
    assert "callcenter_ready 0.0" in metrics
    assert 'callcenter_not_ready{reason="journal_not_writable"} 1.0' in metrics


async def figures_told(server: LiveServer) -> set[str]:
    """The families of `/metrics`, by their names in the table."""
    metrics = (await server.ask("GET", "/metrics")).body
    names = {family.name for family in text_string_to_metric_families(metrics)}
    return {name for name in names if not name.endswith("_created")}


async def test_another_process_applies_a_configuration(server: LiveServer, tmp_path: Path) -> None:
    started = await server.start_chat()
    with may_block():
        configuration = load_folder(configuration_folder(tmp_path / "new", presence_grace_s=77), 0)

    await store_configuration(server.parts.store, configuration, UNSIGNED)
    await server.until(lambda: in_force(server).version == configuration.version)
    assert in_force(server).presence_grace_ms == 77_000
    view = await server.ask("GET", "/api/v1/configuration", by="ada")
    assert view.body["version"] == configuration.version
    assert server.contact(started["contact_id"]) is not None


async def test_a_configuration_that_cannot_be_taken_yet_is_taken_later(
    server: LiveServer, tmp_path: Path
) -> None:
    before = in_force(server).version
    started = await server.start_chat()
    folder = configuration_folder(tmp_path / "new")
    text = (folder / "all.yaml").read_text(encoding="utf-8").replace("id: sales", "id: vip")
    (folder / "all.yaml").write_text(text.replace("queue: sales", "queue: vip"), encoding="utf-8")
    with may_block():
        configuration = load_folder(folder, 0)
    await store_configuration(server.parts.store, configuration, UNSIGNED)
    await server.parts.follow_configuration()
    assert in_force(server).version == before
    view = await server.ask("GET", "/api/v1/configuration", by="ada")
    assert view.body["version"] == before  # what is shown is what is in force
    assert (await server.ask("GET", "/api/v1/chat/widgets/shop")).body["waiting"] == 1
    await server.restart()
    assert in_force(server).version == before
    customer = await server.customer(started["token"])
    await customer.send({"type": "end"})
    await server.until(lambda: in_force(server).version == configuration.version)
    view = await server.ask("GET", "/api/v1/configuration", by="ada")
    assert view.body["version"] == configuration.version


async def fill(server: LiveServer) -> Answer:
    """Let the disk be full, and start chats until one is refused; the one refused has the key `full`."""
    await server.parts.store.limit_pages(1)
    for number in range(200):
        key, path = f"full-{number}", "/api/v1/chat/widgets/faq/contacts"
        answer = await server.ask("POST", path, body=form("x" * 4_000), Idempotency_Key=key)
        if answer.status != 201:
            return answer
    raise AssertionError("the disk does not become full")


async def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    async with live_server(tmp_path, chats_per_minute=1_000) as server:
        await full_and_free_again(server)


async def full_and_free_again(server: LiveServer) -> None:
    """What everybody sees of it."""
    desk = await server.ready_desk("ann")
    refused = await fill(server)
    assert (refused.status, refused.code) == (503, "storage_unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    waiting = len(server.state.contacts)
    ready = await server.ask("GET", "/readyz")
    assert ready.status == 503
    assert "journal_not_writable" in ready.body["reasons"]
    assert (await server.ask("GET", "/healthz")).status == 200
    await server.parts.store.limit_pages(None)
    await until_writable(server)
    assert len(server.state.contacts) == waiting
    started = await server.start_chat("after")
    card = (await desk.until(has_offer))["desk"]["offers"][0]
    assert card["contact_id"] == started["contact_id"]


async def test_presence_that_could_not_be_recorded_is_recorded_later(tmp_path: Path) -> None:
    async with live_server(tmp_path, chats_per_minute=1_000) as server:
        desk = await server.ready_desk("ann")
        assert (await fill(server)).status == 503
        desk.vanish()
        assert (await server.ask("GET", "/readyz")).status == 503
        assert server.agent("ann").is_present
        await server.parts.store.limit_pages(None)
        await server.until(lambda: not server.agent("ann").is_present)


def is_present(server: LiveServer, contact_id: str) -> bool:
    """Whether the engine believes that the customer is there."""
    contact = server.contact(contact_id)
    return contact is not None and contact.is_customer_present


def in_force(server: LiveServer) -> RoutingConfiguration:
    """What the engine decides by."""
    assert server.state.configuration is not None
    return server.state.configuration


async def until_writable(server: LiveServer) -> None:
    """Ask for readiness until it is there, as a load balancer does."""
    async with asyncio.timeout(PATIENCE_S):
        while (await server.ask("GET", "/readyz")).status != 200:
            pass


def remove_record(database: Path, seq: int) -> None:
    """Undo what the other writer did."""
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM journal WHERE seq = ?", (seq,))
    connection.close()


# --- starts that fail -------------------------------------------------------------------------------


async def failed_start(server: LiveServer, kind: type[Exception]) -> Exception:
    """Start another server; it has let go of everything afterwards."""
    other = Server(server.settings, server.said.append)
    with may_block():
        with pytest.raises(kind) as failed:
            await other.start(demo=True)
        await other.stop()
    return failed.value


async def test_one_data_directory_one_process(server: LiveServer) -> None:
    await failed_start(server, DataDirInUse)


async def test_a_port_in_use(tmp_path: Path, server: LiveServer) -> None:
    port = int(server.server.url.rpartition(":")[2])
    (tmp_path / "other").mkdir()
    other = LiveServer(tmp_path / "other", port=port)
    assert str(await failed_start(other, PortInUse)) == f"127.0.0.1:{port}"
    with may_block():
        DataDir(other.settings.data_dir).close()  # it is free again


async def test_no_configuration(tmp_path: Path) -> None:
    other = LiveServer(tmp_path)
    started = Server(other.settings, print)
    with may_block():
        with pytest.raises(NoConfiguration):
            await started.start(demo=False)
        await started.stop()


async def test_a_demo_folder_with_faults(tmp_path: Path) -> None:
    other = LiveServer(tmp_path)
    (other.folder / "all.yaml").write_text("queues: []\n", encoding="utf-8")
    await failed_start(other, ConfigError)


async def test_a_database_that_is_none(tmp_path: Path) -> None:
    other = LiveServer(tmp_path)
    other.settings.data_dir.mkdir()
    (other.settings.data_dir / "callcenter.db").write_bytes(b"this is no database" * 1_000)
    await failed_start(other, StorageError)
    with may_block():
        DataDir(other.settings.data_dir).close()


async def test_an_outdated_database_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="callcenter db upgrade"):
        await open_store(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", "main")


# --- giving up --------------------------------------------------------------------------------------


async def test_a_host_that_gives_up_ends_the_server(server: LiveServer) -> None:
    running = asyncio.ensure_future(server.server.run_until_stopped())
    await asyncio.sleep(0)
    with may_block():
        url = server.settings.database
    stolen = await open_store(url, "main")
    seq, _ = await stolen.journal.last()
    record = await anext(aiter(stolen.journal.read(seq - 1)))
    await stolen.journal.append(JournalBatch([replace(record, seq=seq + 1)], (), ()))
    await stolen.close()
    refused = await server.ask("POST", "/api/v1/chat/widgets/shop/contacts", body=form())
    assert refused.status == 503
    assert await asyncio.wait_for(running, PATIENCE_S) is False
    await server.stop()
    await failed_start(server, JournalDamaged)
    remove_record(server.settings.data_dir / "callcenter.db", seq + 1)
    await server.start()


async def test_a_task_that_fails_ends_the_server(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = asyncio.ensure_future(server.server.run_until_stopped())

    def fails(*_: object) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(server.parts.chat_hub, "refresh_prospects", fails)
    assert await asyncio.wait_for(running, PATIENCE_S) is False


async def test_a_poll_outlives_a_store_that_is_away(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def fails() -> int:
        asked.set()
        raise StorageUnavailable("away")

    monkeypatch.setattr(server.parts.store.users, "newest_version", fails)
    await asyncio.wait_for(asked.wait(), PATIENCE_S)
    monkeypatch.undo()
    await server.ready_desk("ann")
    assert not server.server._supervisor.failed.done()


# --- the data directory -----------------------------------------------------------------------------


def test_secrets_are_made_once_and_are_the_owners_alone(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path / "data")
    secret = data_dir.secret()
    first = data_dir.demo_passwords(["ann", "bob"], "")
    data_dir.close()
    again = DataDir(tmp_path / "data")
    assert again.secret() == secret
    assert len(secret) == 32
    assert again.demo_passwords(["ann", "bob", "new"], "")["ann"] == first["ann"]
    assert first["ann"] != first["bob"]
    again.close()
    for name in ("secret.key", "demo-credentials.json"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    kept = json.loads((tmp_path / "data" / "demo-credentials.json").read_text(encoding="utf-8"))
    assert set(kept["accounts"]) == {"ann", "bob", "new"}


def test_fixed_demo_passwords(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    assert data_dir.demo_passwords(["ann"], "for automated tests") == {"ann": "for automated tests"}
    with pytest.raises(DataDirInUse):
        DataDir(tmp_path)
    data_dir.close()
