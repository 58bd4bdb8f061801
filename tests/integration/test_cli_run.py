"""`callcenter run`: a demo that ends by Ctrl-C, and every start that fails in one plain line."""

import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.integration.live_server import (
    configuration_folder,
)
from tests.integration.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal before anything was done."""
    return Terminal(tmp_path, capsys)


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
    assert "all.yaml:23: surprise: " in errors


@pytest.mark.usefixtures("quiet")
def test_run_where_nothing_can_be_written(terminal: Terminal) -> None:
    terminal.data_dir.write_text("a file", encoding="utf-8")
    assert "cannot be used" in terminal.fails("run")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", "127.0.0.1.invalid"])  # noqa: S104 - refused
def test_the_demo_is_refused_where_others_could_reach_it(terminal: Terminal, host: str) -> None:
    assert "passwords are printed" in terminal.fails("run", "--demo", "--host", host)
    assert not terminal.data_dir.exists()


@pytest.mark.usefixtures("quiet")
def test_a_story_needs_the_people_of_the_demo(terminal: Terminal) -> None:
    assert "give --demo as well" in terminal.fails("run", "--story")
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
    def interrupts(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("callcenter.cli.config_commands.load_folder", interrupts)
    assert terminal("check-config", ".", at=False)[0] == 130


def test_the_benchmark_prints_its_figures(terminal: Terminal, tmp_path: Path) -> None:
    options = ("--contacts", "8", "--concurrency", "4", "--agents", "2", "--dir", str(tmp_path))
    figures = json.loads(terminal.ok("bench", "host", "--json", *options, at=False))
    assert figures["contacts"] == 8
    assert figures["contacts_per_s"] > 0
    assert figures["ack_ms"]["p50"] <= figures["ack_ms"]["max"]
    assert list(tmp_path.iterdir()) == []
