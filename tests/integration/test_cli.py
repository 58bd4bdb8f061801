"""The command line as a person uses it: every failure is one plain line and exit code 1."""

import asyncio
import io
import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from callcenter.cli import main
from routing.model import AgentState
from tests.integration.live_server import (
    LiveServer,
    configuration_folder,
    live_server,
    may_block,
)

ROOT = Path(__file__).resolve().parents[2]
NEW_PASSWORD = "a brand new password"  # noqa: S105 - for somebody who does not exist


class Terminal:
    """Commands on one data directory."""

    def __init__(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data_dir = tmp_path / "data"
        self.folder = tmp_path / "config"
        self._capsys = capsys

    def __call__(self, *arguments: str, typed: str = "", at: bool = True) -> tuple[int, str, str]:
        """Run a command here: (exit code, output, errors)."""
        self._capsys.readouterr()
        where = ["--data-dir", str(self.data_dir)] if at else []
        stdin, sys.stdin = sys.stdin, io.StringIO(typed)
        try:
            with may_block():
                code = main([*arguments, *where])
        finally:
            sys.stdin = stdin
        output, errors = self._capsys.readouterr()
        return code, output, errors

    def ok(self, *arguments: str, typed: str = "", at: bool = True) -> str:
        """Run a command that succeeds."""
        code, output, errors = self(*arguments, typed=typed, at=at)
        assert (code, errors) == (0, "")
        return output

    def fails(self, *arguments: str, typed: str = "", at: bool = True) -> str:
        """Run a command that fails; returns its one line."""
        code, output, errors = self(*arguments, typed=typed, at=at)
        assert (code, output) == (1, "")
        assert errors.startswith("callcenter: ")
        assert "Traceback" not in errors
        assert errors.count("\n") == 1
        return errors

    def init(self) -> str:
        """Make the data directory ready."""
        configuration_folder(self.folder)
        return self.ok("init", "--config", str(self.folder))


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal before anything was done."""
    return Terminal(tmp_path, capsys)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server on the terminal's data directory."""
    async with live_server(tmp_path) as running:
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
    assert terminal.ok("db", "upgrade").startswith("Database: 0001 -> ")
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
    monkeypatch.setenv("CC_DATABASE_URL", "postgresql://localhost/x")
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


def test_config_apply_with_faults_changes_nothing(terminal: Terminal) -> None:
    terminal.init()
    configuration_folder(terminal.folder, more="surprise: 1\n")
    assert "surprise" in terminal.fails("config", "apply", str(terminal.folder))
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        assert database.execute("SELECT count(*) FROM config_versions").fetchone() == (1,)


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


# --- run --------------------------------------------------------------------------------------------


def command(data_dir: Path, *arguments: str, **settings: str) -> tuple[list[str], dict[str, str]]:
    """`callcenter run` as a process of its own, on any free port."""
    own = {
        "CC_DATA_DIR": str(data_dir),
        "CC_PORT": "0",
        "CC_CONSOLE_DIR": str(data_dir),
        **settings,
    }
    words = [sys.executable, "-m", "callcenter", "run", *arguments]
    return words, {**os.environ, "PYTHONPATH": str(ROOT), **own}


def refused(data_dir: Path, *arguments: str, **settings: str) -> str:
    """A start that fails; returns its one line."""
    words, environment = command(data_dir, *arguments, **settings)
    done = subprocess.run(  # noqa: S603 - our own program
        words, env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 1, done.stderr
    errors = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(errors) == 1, done.stderr
    assert errors[0].startswith("callcenter: ")
    return errors[0]


@contextmanager
def process(data_dir: Path, *arguments: str, **settings: str) -> Iterator["Running"]:
    """A started server, killed at the end if it still runs."""
    words, environment = command(data_dir, *arguments, **settings)
    with subprocess.Popen(  # noqa: S603 - our own program
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            yield Running(started)
        finally:
            started.kill()


class Running:
    """A server in its own process that has said it is ready."""

    def __init__(self, started: "subprocess.Popen[str]") -> None:
        self.process = started
        self.lines: list[str] = []
        for line in started.stdout or ():
            self.lines.append(line.rstrip())
            if line.startswith("Ready."):
                break

    @property
    def port(self) -> int:
        """Where it listens."""
        console = next(line for line in self.lines if line.startswith("  Console"))
        return int(console.rstrip("/").rpartition(":")[2])

    def ends(self, how: signal.Signals) -> tuple[int, str, str]:
        """Send a signal: (exit code, rest of the output, errors)."""
        self.process.send_signal(how)
        output, errors = self.process.communicate(timeout=50)
        return self.process.returncode, output, errors


def test_the_demo_runs_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    folder = str(configuration_folder(tmp_path / "config"))
    with process(data_dir, "--demo", CC_DEMO_CONFIG_DIR=folder) as first:
        accounts = [line for line in first.lines if re.match(r"  (agent|supervisor|admin) ", line)]
        assert len(accounts) == 4
        assert "another callcenter" in refused(data_dir)
        other = tmp_path / "other"
        taken = refused(other, "--demo", "--port", str(first.port), CC_DEMO_CONFIG_DIR=folder)
        assert f"127.0.0.1:{first.port} is in use" in taken
        with socket.create_connection(("127.0.0.1", first.port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")  # and never goes on
            code, output, errors = first.ends(signal.SIGINT)
    assert (code, output.splitlines()) == (
        0,
        ["Stopping: finishing what is under way ...", "Stopped."],
    )
    assert "Traceback" not in errors
    kept = data_dir / "demo-credentials.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with process(data_dir, "--demo", CC_DEMO_CONFIG_DIR=folder) as second:
        assert [line for line in second.lines if line in accounts] == accounts
        assert second.ends(signal.SIGTERM)[0] == 0


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starts that fail are tried in this process, whose logs stay as they are."""
    monkeypatch.setattr("callcenter.cli.run_command.configure_logs", lambda **_: None)
    monkeypatch.setenv("CC_PORT", "0")


@pytest.mark.usefixtures("quiet")
def test_run_without_a_configuration(terminal: Terminal) -> None:
    code, output, errors = terminal("run")
    assert (code, output.count("\n")) == (1, 2)  # data directory, journal
    assert errors.startswith("callcenter: ")
    assert "callcenter init" in errors


@pytest.mark.usefixtures("quiet")
def test_run_on_a_damaged_database(terminal: Terminal) -> None:
    terminal.data_dir.mkdir()
    (terminal.data_dir / "callcenter.db").write_bytes(b"this is no database " * 1_000)
    code, _, errors = terminal("run")
    assert (code, errors.count("\n")) == (1, 1)
    assert "the database cannot be used" in errors


@pytest.mark.usefixtures("quiet")
def test_run_on_a_damaged_journal(terminal: Terminal) -> None:
    terminal.init()
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database, database:
        row = ("main", 1, 1, 1, "AgentPut", b"x", b"y")
        database.execute(
            "INSERT INTO journal (domain_id, seq, at_ms, is_input, event_type, payload, chain)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    code, _, errors = terminal("run")
    assert (code, errors.count("\n")) == (1, 1)
    assert "journal event 1 is damaged" in errors


@pytest.mark.usefixtures("quiet")
def test_run_with_a_demo_folder_of_faults(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration_folder(terminal.folder, more="surprise: 1\n")
    monkeypatch.setenv("CC_DEMO_CONFIG_DIR", str(terminal.folder))
    code, _, errors = terminal("run", "--demo")
    assert (code, errors.count("\n")) == (1, 1)
    assert "all.yaml:18: surprise: " in errors


@pytest.mark.usefixtures("quiet")
def test_run_where_nothing_can_be_written(terminal: Terminal) -> None:
    terminal.data_dir.write_text("a file", encoding="utf-8")
    assert "cannot be used" in terminal.fails("run")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "127.0.0.1.invalid"])  # noqa: S104 - refused
def test_the_demo_is_refused_where_others_could_reach_it(terminal: Terminal, host: str) -> None:
    assert "passwords are printed" in terminal.fails("run", "--demo", "--host", host)
    assert not terminal.data_dir.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("port", "70000"), ("port", "http"), ("is_https", "perhaps")]
)
def test_run_with_settings_that_are_wrong(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CC_{name.upper()}", value)
    assert f"setting {name}: " in terminal.fails("run")
    assert not terminal.data_dir.exists()


def test_a_flag_overrules_the_environment(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_PORT", "1")
    assert "setting port: " in terminal.fails("run", "--port", "70000")


def test_an_interrupt_is_told_by_the_exit_code(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupts(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("callcenter.cli.admin_commands.load_folder", interrupts)
    assert terminal("check-config", ".", at=False)[0] == 130


def test_the_benchmark_prints_its_figures(terminal: Terminal, tmp_path: Path) -> None:
    options = ("--contacts", "8", "--concurrency", "4", "--agents", "2", "--dir", str(tmp_path))
    figures = json.loads(terminal.ok("bench", "host", "--json", *options, at=False))
    assert figures["contacts"] == 8
    assert figures["contacts_per_s"] > 0
    assert figures["ack_ms"]["p50"] <= figures["ack_ms"]["max"]
    assert list(tmp_path.iterdir()) == []
