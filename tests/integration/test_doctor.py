"""The doctor finds what is missing, says what to do, changes nothing, and is content with a server that works."""

import asyncio
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestServer

from callcenter.bootstrap import doctor
from callcenter.bootstrap.data_dir import secret_of
from callcenter.bootstrap.doctor import DoctorCode, Finding, exposure
from callcenter.bootstrap.doctor_outside import looked_at_outside
from callcenter.cli import main
from callcenter.config_loader.loader import load_folder
from callcenter.config_loader.schema import Document
from callcenter.settings import Settings
from tests.integration.live_server import configuration_folder, live_server, may_block
from tests.integration.terminal import Terminal

USER, PASSWORD = "callcenter", "a secret of the tests"
MAILBOXES = """
mailboxes:
  - {id: sales, address: sales@example.org, name: {en: Sales, zh: 销售}, queue: sales}
"""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that is ready, made once."""
    folder = tmp_path_factory.mktemp("ready")
    data = ["--data-dir", str(folder / "data")]
    with may_block():
        configuration = configuration_folder(folder / "config")
        assert main(["init", "--config", str(configuration), *data]) == 0
        secret_of(folder / "data")
        assert main(["backup", str(folder / "copy"), *data]) == 0
    return folder / "data"


@pytest.fixture
def terminal(
    ready: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """A terminal on a copy of it, with a console, and a port nobody has."""
    made = Terminal(tmp_path, capsys)
    shutil.copytree(ready, made.data_dir)
    made.data_dir.chmod(0o700)
    (tmp_path / "index.html").touch()
    monkeypatch.setenv("CC_CONSOLE_DIR", str(tmp_path))
    monkeypatch.setenv("CC_PORT", str(free_port()))
    return made


def free_port() -> int:
    """A port nobody listens at."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def found_by(terminal: Terminal, *arguments: str) -> dict[str, str]:
    """Code -> level of what is not in order; the exit status says whether anything is wrong."""
    code, output, errors = terminal("doctor", "--json", *arguments)
    findings = json.loads(output)
    assert errors == ""
    assert code == int(any(one["level"] == "fail" for one in findings))
    assert all(bool(one["do"]) is (one["level"] != "ok") for one in findings)
    return {one["code"]: one["level"] for one in findings if one["level"] != "ok"}


# --- here ----------------------------------------------------------------------------------------------


def test_everything_is_in_order(terminal: Terminal) -> None:
    before = sorted(one.name for one in terminal.data_dir.iterdir())
    assert found_by(terminal) == {}
    said = terminal.ok("doctor")
    assert "0 to look at, 0 wrong." in said
    assert "database: tables" in said
    assert sorted(one.name for one in terminal.data_dir.iterdir()) == before


def test_a_first_look_makes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal.data_dir = tmp_path / "nothing"
    assert found_by(terminal) == {"data_dir_missing": "fail", "configuration_missing": "fail"}
    assert not terminal.data_dir.exists()
    terminal.data_dir.mkdir(mode=0o700)
    assert found_by(terminal) == {"backup_old": "warn", "configuration_missing": "fail"}
    assert list(terminal.data_dir.iterdir()) == []


def test_what_lies_in_the_data_directory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.data_dir.chmod(0o755)
    (terminal.data_dir / "demo-credentials.json").touch()
    (terminal.data_dir / "last-backup.json").write_text('{"at_ms": 1}', encoding="utf-8")
    (terminal.data_dir / "secret.key").write_bytes(b"short")
    monkeypatch.setattr(doctor, "DISK_FREE_LEAST_BYTES", 10**18)
    monkeypatch.setenv("CC_CONSOLE_DIR", str(terminal.data_dir))
    assert found_by(terminal) == {
        "data_dir_open": "warn",
        "demo_accounts": "warn",
        "backup_old": "warn",
        "secret_damaged": "fail",
        "disk_low": "fail",
        "console_missing": "fail",
    }
    monkeypatch.setattr(doctor, "DISK_FREE_LEAST_BYTES", 0)
    monkeypatch.setattr(doctor, "DISK_FREE_LOW_BYTES", 10**18)
    monkeypatch.setattr(os, "access", lambda *_: False)
    found = found_by(terminal)
    assert found["disk_low"] == "warn"
    assert found["data_dir_read_only"] == "fail"


def test_a_slip_of_the_pen_in_a_settings_name(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_IS_HTTP", "true")
    assert found_by(terminal) == {"setting_unknown": "warn"}
    assert "CC_IS_HTTP is no setting" in terminal.ok("doctor")
    assert "no effect" in terminal.ok("settings")


@contextmanager
def changed(terminal: Terminal, statement: str) -> Iterator[None]:
    """Something else stands in the database."""
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        database.execute(statement)
        database.commit()
    yield


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", DoctorCode.DATABASE_OUTDATED),
        ("UPDATE users SET is_disabled = 1", DoctorCode.ADMIN_MISSING),
        ("DELETE FROM config_versions", DoctorCode.CONFIGURATION_MISSING),
        ("UPDATE config_versions SET document = '{}'", DoctorCode.CONFIGURATION_FAULTY),
        (
            (
                "INSERT INTO journal (domain_id, seq, at_ms, is_input, event_type, payload, chain) "
                "VALUES ('main', 1, 99999999999999, 1, 'AgentConnected', x'00', x'00')"
            ),
            DoctorCode.CLOCK_BEHIND,
        ),
    ],
)
def test_what_stands_in_the_database(terminal: Terminal, statement: str, code: DoctorCode) -> None:
    with changed(terminal, statement):
        assert found_by(terminal) == {code.value: "fail"}


def test_tables_that_the_next_start_brings_up(terminal: Terminal) -> None:
    with changed(terminal, "UPDATE alembic_version SET version_num = '0001'"):
        assert found_by(terminal) == {"database_outdated": "warn"}


def test_a_database_that_cannot_be_read(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    (terminal.data_dir / "callcenter.db").write_bytes(b"no database " * 1_000)
    for left in ("callcenter.db-wal", "callcenter.db-shm"):
        (terminal.data_dir / left).unlink(missing_ok=True)
    assert found_by(terminal) == {"database_unreachable": "fail"}
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    monkeypatch.setenv("CC_DATABASE_URL", url)
    (terminal.data_dir / "secret.key").unlink()
    assert found_by(terminal, "--role", "router") == {
        "database_unreachable": "fail",
        "secret_missing": "fail",
        "redis_unreachable": "fail",
    }
    monkeypatch.setenv("CC_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    assert found_by(terminal, "--role", "worker")["redis_unreachable"] == "fail"


def levels(settings: Settings) -> set[str]:
    """Codes of how it is reached."""
    return {one.code for one in exposure(settings)} - {"", "files_few"}


def test_how_it_is_reached() -> None:
    proxies = frozenset({"127.0.0.1/32"})
    assert levels(Settings()) == set()
    assert levels(Settings(host="0.0.0.0")) == {"plain_http"}  # noqa: S104 - nothing listens
    assert levels(Settings(is_https=True)) == {"proxies_not_listed"}
    assert levels(Settings(is_https=True, trusted_proxies=proxies)) == set()


def test_few_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _what: (1_024, 4_096))
    assert next(one.code for one in exposure(Settings())) == "files_few"


# --- beyond this process -------------------------------------------------------------------------------


async def outside(settings: Settings, document: Document | None = None) -> dict[str, Finding]:
    """By what was looked at."""
    return {one.what: one async for one in looked_at_outside(settings, document)}


async def test_a_server_at_work_has_its_port(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        port = int(server.server.url.rpartition(":")[2])
        settings = server.settings.model_copy(update={"port": port, "smtp_listen_port": port})
        found = await outside(settings)
        assert found["port"].says == f"callcenter answers at {port}, and is ready"
        assert set(found) == {"port"}  # where mail comes in is taken by the server itself
        elsewhere = settings.model_copy(update={"data_dir": tmp_path / "other"})
        found = await outside(elsewhere)
        assert found["port"].code == DoctorCode.PORT_IN_USE
        assert "another callcenter" in found["port"].says
        server.parts.host._is_writable = False
        found = await outside(settings)
        server.parts.host._is_writable = True
        assert found["port"].code == DoctorCode.SERVER_NOT_READY
        assert "journal_not_writable" in found["port"].says


async def test_somebody_else_has_the_port() -> None:
    async with TestServer(web.Application()) as other:
        assert other.port is not None
        found = await outside(Settings(port=other.port, smtp_listen_port=other.port))
        assert found["port"].code == DoctorCode.PORT_IN_USE
        assert found["mail in"].code == DoctorCode.PORT_IN_USE
    async with await asyncio.start_server(
        lambda _r, writer: writer.close(), "127.0.0.1", 0
    ) as mute:
        port = mute.sockets[0].getsockname()[1]
        assert (await outside(Settings(port=port)))["port"].code == DoctorCode.PORT_IN_USE


@asynccontextmanager
async def an_asterisk(drop_status: int = 404) -> AsyncIterator[str]:
    """What answers a ping as ARI does; where it is."""

    async def ping(request: web.Request) -> web.Response:
        told = request.headers.get("Authorization", "")
        if told != encode_basic_auth(USER, PASSWORD):
            return web.Response(status=401)
        return web.json_response({"ping": "pong"})

    async def drop(_request: web.Request) -> web.Response:
        return web.Response(status=drop_status)

    app = web.Application()
    app.router.add_get("/ari/asterisk/ping", ping)
    app.router.add_delete("/ari/bridges/{bridge_id}", drop)
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


def asterisk(url: str, password: str = PASSWORD) -> Settings:
    """Settings with one."""
    system = {"kind": "asterisk", "control_url": url, "user": USER, "password": password}
    return Settings.model_validate({"port": 0, "telephony": {"office": system}})


async def test_an_asterisk() -> None:
    async with an_asterisk() as url:
        assert (await outside(asterisk(url)))["phone system office"].level == "ok"
        found = (await outside(asterisk(url, "wrong")))["phone system office"]
        assert found.code == DoctorCode.PHONE_SYSTEM_REFUSES
        assert "wrong" not in found.says
        found = (await outside(asterisk(f"{url}/elsewhere")))["phone system office"]
        assert found.code == DoctorCode.PHONE_SYSTEM_UNREACHABLE
    async with an_asterisk(drop_status=403) as url:
        found = (await outside(asterisk(url)))["phone system office"]
        assert found.code == DoctorCode.PHONE_SYSTEM_REFUSES
        assert "lets only read" in found.says
    found = (await outside(asterisk(f"http://127.0.0.1:{free_port()}")))["phone system office"]
    assert found.code == DoctorCode.PHONE_SYSTEM_UNREACHABLE


async def test_a_phone_system_of_webhooks_is_where_the_configuration_says(tmp_path: Path) -> None:
    key = "whsec_" + "A" * 32
    settings = Settings.model_validate({"port": 0, "telephony": {"office": {"keys": [key]}}})
    found = (await outside(settings))["phone system office"]
    assert found.code == DoctorCode.PHONE_SYSTEM_UNREACHABLE
    async with await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0) as pbx:
        port = pbx.sockets[0].getsockname()[1]
        more = f'telephony: {{connections: [{{id: office, control_url: "http://127.0.0.1:{port}"}}]}}\n'
        document = document_of(tmp_path, more)
        assert (await outside(settings, document))["phone system office"].level == "ok"


def document_of(tmp_path: Path, more: str) -> Document:
    """A configuration with something more."""
    with may_block():
        return load_folder(configuration_folder(tmp_path / "more", more=more), 0).document


async def greeted_by(greeting: bytes, document: Document) -> Finding:
    """What is found of a mail server that says this."""

    def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return (await outside(Settings(port=0, smtp_out_port=port), document))["mail out"]


async def test_the_mail_server_where_there_are_mailboxes(tmp_path: Path) -> None:
    document = document_of(tmp_path, MAILBOXES)
    assert (await greeted_by(b"220 mail.example ESMTP\r\n", document)).level == "ok"
    found = await greeted_by(b"HTTP/1.1 400 Bad Request\r\n", document)
    assert (found.level, found.code) == ("warn", DoctorCode.MAIL_SERVER_UNREACHABLE)
    away = await outside(Settings(port=0, smtp_out_port=free_port()), document)
    assert away["mail out"].code == DoctorCode.MAIL_SERVER_UNREACHABLE
    assert "mail out" not in await outside(Settings(port=0, smtp_out_port=free_port()), None)
