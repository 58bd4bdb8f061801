"""The command line as a person uses it: every failure is one plain line and exit code 1."""

import asyncio
import json
import re
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from callcenter.storage.tables.main import HEAD
from routing.model import AgentState
from tests.integration.live_server import (
    LiveServer,
    configuration_folder,
    live_server,
)
from tests.integration.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
NEW_PASSWORD = "a brand new password"  # noqa: S105 - for somebody who does not exist


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal before anything was done."""
    return Terminal(tmp_path, capsys)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server on the terminal's data directory."""
    async with live_server(tmp_path, timing={"presence_grace_s": 40}) as running:
        yield running


# --- init and people --------------------------------------------------------------------------------


def test_init_makes_an_admin_once(terminal: Terminal) -> None:
    first = terminal.init()
    assert re.search(r"Admin admin, password \S{12,}", first)
    assert "password" not in terminal.init()
    assert stat.S_IMODE(terminal.data_dir.stat().st_mode) == 0o700
    users = terminal.ok("user", "add", "eve", "--password-stdin", typed=f"{NEW_PASSWORD}\n")
    assert users == "Added agent eve.\n"


def test_init_with_a_folder_of_faults(terminal: Terminal) -> None:
    terminal.folder.mkdir()
    (terminal.folder / "a.yaml").write_text("queues: 1\n", encoding="utf-8")
    code, _, errors = terminal("init", "--config", str(terminal.folder))
    assert code == 1
    assert "a.yaml:1: queues: " in errors
    assert "Traceback" not in errors


def test_people_are_checked(terminal: Terminal) -> None:
    terminal.init()
    add = ("user", "add", "eve", "--password-stdin")
    assert "password" in terminal.fails(*add, typed="short\n")
    assert "queue" in terminal.fails(*add, "--queues", "none", typed=f"{NEW_PASSWORD}\n")
    assert "team" in terminal.fails(*add, "--team", "none", typed=f"{NEW_PASSWORD}\n")
    options = ("--name", "Eve Ray", "--team", "south", "--queues", "sales, help")
    terminal.ok(*add, *options, "--role", "supervisor", typed=f"{NEW_PASSWORD}\n")
    assert "taken" in terminal.fails(*add, typed=f"{NEW_PASSWORD}\n")
    assert "no user bob" in terminal.fails("user", "disable", "bob")
    assert "eve is disabled; 0 sessions" in terminal.ok("user", "disable", "EVE")
    reset = ("user", "reset-password", "eve", "--password-stdin")
    assert "password" in terminal.fails(*reset, typed="short\n")
    assert "new password; 0 sessions" in terminal.ok(*reset, typed=f"{NEW_PASSWORD}\n")


def test_what_is_given_of_a_person_is_changed(terminal: Terminal) -> None:
    terminal.init()
    terminal.ok("user", "add", "eve", "--password-stdin", typed=f"{NEW_PASSWORD}\n")
    terminal.ok("user", "change", "eve", "--queues", "sales", "--skills", "zh=9, en=4")
    terminal.ok("user", "change", "eve", "--site", "berlin", "--chat-capacity", "2")
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        columns = "queue_ids, skills, site, chat_capacity, display_name"
        query = f"SELECT {columns} FROM users WHERE username = 'eve'"  # noqa: S608 - a constant
        row = database.execute(query).fetchone()
    assert row == ('["sales"]', '{"zh":9,"en":4}', "berlin", 2, "eve")
    for wrong in ("zh", "zh=high", "zh=1,zh=2"):
        assert "--skills: zh" in terminal.fails("user", "change", "eve", "--skills", wrong)
    assert "no such skill" in terminal.fails("user", "change", "eve", "--skills", "fr=3")
    assert "1 to 10" in terminal.fails("user", "change", "eve", "--skills", "zh=11")
    terminal.ok("user", "change", "eve", "--capacity", "chat=2,voice=1", "--primary-queue", "sales")
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        query = "SELECT capacity, primary_queue_id FROM users WHERE username = 'eve'"
        capacity, primary = database.execute(query).fetchone()
    assert '"total":3,"per_channel":{"chat":2,"voice":1}' in capacity
    assert primary == "sales"
    assert "pigeon is none of" in terminal.fails("user", "change", "eve", "--capacity", "pigeon=1")
    assert "0 to 50" in terminal.fails("user", "change", "eve", "--capacity", "chat=51")
    assert "one of the" in terminal.fails("user", "change", "eve", "--primary-queue", "help")
    assert "no such site" in terminal.fails("user", "change", "eve", "--site", "mars")
    assert "no user bob" in terminal.fails("user", "change", "bob")


def test_a_password_may_be_typed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.init()
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW_PASSWORD)
    assert terminal.ok("user", "add", "eve") == "Added agent eve.\n"


@pytest.mark.parametrize(
    "command",
    [
        ("user", "add", "eve", "--password-stdin"),
        ("user", "disable", "eve"),
        ("config", "apply", "."),
        ("journal", "verify"),
    ],
)
def test_without_data_every_command_says_what_to_do(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    assert "callcenter init" in terminal.fails(*command)
    assert not terminal.data_dir.exists()


def test_a_database_without_configuration(terminal: Terminal) -> None:
    assert terminal.ok("db", "upgrade").startswith("Database: empty -> ")
    assert terminal.ok("db", "upgrade").startswith(f"Database: {HEAD} -> ")
    line = terminal.fails("user", "add", "eve", "--password-stdin", typed=f"{NEW_PASSWORD}\n")
    assert "callcenter init" in line


@pytest.mark.parametrize(
    "command", [("db", "upgrade"), ("journal", "verify"), ("user", "disable", "x")]
)
def test_a_database_that_is_none(terminal: Terminal, command: tuple[str, ...]) -> None:
    terminal.data_dir.mkdir()
    (terminal.data_dir / "callcenter.db").write_bytes(b"this is no database " * 1_000)
    terminal.fails(*command)


def test_a_data_directory_that_is_a_file(terminal: Terminal) -> None:
    terminal.data_dir.write_text("a file", encoding="utf-8")
    configuration_folder(terminal.folder)
    terminal.fails("init", "--config", str(terminal.folder))
    terminal.fails("db", "upgrade")


def test_a_database_of_another_kind(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_DATABASE_URL", "mysql://localhost/callcenter")
    assert "SQLite" in terminal.fails("db", "upgrade")
    assert "SQLite" in terminal.fails("journal", "verify")


def test_a_setting_that_is_wrong(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC_DOMAIN_ID", "No Such Name")
    assert "setting domain_id: " in terminal.fails("journal", "verify")
    assert "setting domain_id: " in terminal.fails("db", "upgrade")
    assert "setting domain_id: " in terminal.fails("init")


# --- configuration ----------------------------------------------------------------------------------


def test_check_config(terminal: Terminal) -> None:
    configuration_folder(terminal.folder)
    assert "is correct" in terminal.ok("check-config", str(terminal.folder), at=False)
    configuration_folder(terminal.folder, more="surprise: 1\nanother: 2\n")
    code, _, errors = terminal("check-config", str(terminal.folder), at=False)
    assert (code, errors.count("all.yaml:")) == (1, 2)
    assert "2 faults" in errors


def test_warnings_are_told_and_refuse_nothing(terminal: Terminal) -> None:
    terminal.init()
    needs = "waiting_max: 3, needs: {zh: 9}"
    text = (terminal.folder / "all.yaml").read_text(encoding="utf-8")
    (terminal.folder / "all.yaml").write_text(text.replace("waiting_max: 3", needs))
    check = ("check-config", str(terminal.folder))
    assert "is correct" in terminal.ok(*check, at=False)
    warning = "all.yaml:4: warning: queues.0.needs.zh: no agent has zh at level 9 or better [skill_unheld]"
    assert warning in terminal.ok(*check)
    assert warning in terminal.ok("config", "apply", str(terminal.folder))
    add = ("user", "add", "eve", "--queues", "sales", "--skills", "zh=9", "--password-stdin")
    terminal.ok(*add, typed=f"{NEW_PASSWORD}\n")
    assert "needs" not in terminal.ok(*check)


def test_config_apply_with_faults_changes_nothing(terminal: Terminal) -> None:
    terminal.init()
    configuration_folder(terminal.folder, more="surprise: 1\n")
    assert "surprise" in terminal.fails("config", "apply", str(terminal.folder))
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        assert database.execute("SELECT count(*) FROM config_versions").fetchone() == (1,)


def test_config_diff_says_what_would_change(terminal: Terminal) -> None:
    terminal.init()
    diff = ("config", "diff", str(terminal.folder))
    assert terminal.ok(*diff).splitlines()[-1] == "Nothing would change."
    add = ("user", "add", "eve", "--name", "Eve", "--queues", "sales", "--password-stdin")
    terminal.ok(*add, typed=f"{NEW_PASSWORD}\n")
    text = (terminal.folder / "all.yaml").read_text(encoding="utf-8")
    needs = text.replace("waiting_max: 3", "waiting_max: 9, needs: {zh: 3}")
    (terminal.folder / "all.yaml").write_text(needs)
    said = terminal.ok(*diff).splitlines()
    assert said[-3:] == [
        "queues.sales.waiting_max: 3 -> 9",
        "queues.sales.needs.zh: new",
        "agent Eve loses queue sales",
    ]
    assert "[skill_unheld]" in said[0]


# --- beside a running server ------------------------------------------------------------------------


async def beside(terminal: Terminal, *arguments: str, typed: str = "") -> str:
    """Run a command in another thread, as another process would."""
    return await asyncio.to_thread(terminal.ok, *arguments, typed=typed)


async def test_the_running_server_follows_the_people(
    server: LiveServer, terminal: Terminal
) -> None:
    add = ("user", "add", "eve", "--queues", "sales", "--password-stdin")
    await beside(terminal, *add, typed=f"{NEW_PASSWORD}\n")
    await server.until(lambda: len(server.state.agents) == 3)
    desk = await server.ready_desk("ann")
    user_id = server.agent("ann").agent_id
    assert "1 sessions ended" in await beside(terminal, "user", "disable", "ann")
    assert await desk.bye() == "session_ended"
    await server.until(lambda: user_id not in server.state.agents)
    assert (await server.log_in("ann")).code == "login_failed"


async def test_the_running_server_follows_a_new_password(
    server: LiveServer, terminal: Terminal
) -> None:
    desk = await server.ready_desk("ann")
    reset = ("user", "reset-password", "ann", "--password-stdin")
    await beside(terminal, *reset, typed=f"{NEW_PASSWORD}\n")
    assert await desk.bye() == "session_ended"
    assert (await server.log_in("ann")).code == "login_failed"
    body = {"username": "ann", "password": NEW_PASSWORD}
    assert (await server.ask("POST", "/api/v1/session", body=body)).status == 200
    assert server.agent("ann").state is AgentState.READY  # work is not taken away at once


async def test_the_running_server_follows_the_configuration(
    server: LiveServer, terminal: Terminal
) -> None:
    configuration_folder(terminal.folder, presence_grace_s=99)
    await beside(terminal, "config", "apply", str(terminal.folder))

    def in_force() -> bool:
        configuration = server.state.configuration
        return configuration is not None and configuration.presence_grace_ms == 99_000

    await server.until(in_force)


async def test_the_journal_is_verified_beside_the_server(
    server: LiveServer, terminal: Terminal
) -> None:
    await server.conversation("ann")
    said = await beside(terminal, "journal", "verify")
    assert said.startswith("The journal is whole: ")


async def test_the_journal_is_decided_again_beside_the_server(
    server: LiveServer, terminal: Terminal
) -> None:
    await server.conversation("ann")
    said = await beside(terminal, "replay")
    assert f"{server.state.seq} events, every decision the same" in said


async def test_a_decision_that_was_not_the_engines_is_named(
    tmp_path: Path, terminal: Terminal
) -> None:
    async with live_server(tmp_path) as server:
        await server.conversation("ann")
        await server.stop()
        path = server.settings.data_dir / "callcenter.db"
        with closing(sqlite3.connect(path)) as database, database:
            (seq,) = database.execute(
                "SELECT seq FROM journal WHERE event_type = 'OfferMade'"
            ).fetchone()
            database.execute("DELETE FROM journal WHERE seq = ?", (seq,))
        line = await asyncio.to_thread(terminal.fails, "replay")
        assert line.startswith(f"callcenter: event {seq} was ")
        assert "OfferMade" in line
        (server.settings.data_dir / "callcenter.db").unlink()
        await server.start()


async def test_one_changed_byte_is_named(tmp_path: Path, terminal: Terminal) -> None:
    async with live_server(tmp_path) as server:
        await server.conversation("ann")
        seq = server.state.seq // 2
        await server.stop()
        path = server.settings.data_dir / "callcenter.db"
        with closing(sqlite3.connect(path)) as database, database:
            (payload,) = database.execute(
                "SELECT payload FROM journal WHERE seq = ?", (seq,)
            ).fetchone()
            changed = bytes([*payload[:-1], payload[-1] ^ 1])
            database.execute("UPDATE journal SET payload = ? WHERE seq = ?", (changed, seq))
        line = await asyncio.to_thread(terminal.fails, "journal", "verify")
        assert line.startswith(f"callcenter: event {seq} (")
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE journal SET payload = ? WHERE seq = ?", (payload, seq))
        await beside(terminal, "journal", "verify")
        await server.start()


async def test_the_journal_under_another_configuration(
    server: LiveServer, terminal: Terminal
) -> None:
    await server.conversation("ann")
    folder = str(terminal.folder)
    said = await beside(terminal, "replay", "--config", folder)
    assert "0 contacts differ from the journal" in said
    figures = json.loads(await beside(terminal, "replay", "--config", folder, "--json"))
    assert figures["queues"]["total"]["journal"]["answered"] == 1
    assert figures["queues"]["total"]["estimated"]["answered"] == 1
