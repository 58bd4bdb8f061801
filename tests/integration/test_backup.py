"""Copies made beside a working server, and put back elsewhere; every copy that is not whole is refused."""

import asyncio
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from callcenter.bootstrap import backups
from callcenter.bootstrap.backups import BackupCode, BackupRefused, Manifest, back_up, restore
from callcenter.bootstrap.data_dir import secret_of
from callcenter.cli import main
from callcenter.host.chain import verify_journal
from callcenter.host.recovery import DECODER
from callcenter.storage import copying
from callcenter.storage.tables.main import HEAD
from tests.integration.live_server import LiveServer, configuration_folder, live_server, may_block
from tests.integration.terminal import Terminal
from tests.tidy.tree import ROOT

AT_MS = 1_700_000_000_000
COPIES = 3
MESSAGES = 40
"""Sent while one copy is made."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data directory that is ready, and a good copy of it; made once."""
    folder = tmp_path_factory.mktemp("ready")
    data = ["--data-dir", str(folder / "data")]
    configuration = configuration_folder(folder / "config")
    with may_block():
        assert main(["init", "--config", str(configuration), *data]) == 0
        secret_of(folder / "data")  # made by the first run
        assert main(["backup", str(folder / "copy"), *data]) == 0
    return folder


@pytest.fixture
def terminal(ready: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal on a data directory that is ready."""
    made = Terminal(tmp_path, capsys)
    shutil.copytree(ready / "data", made.data_dir)
    (made.data_dir / "last-backup.json").unlink()
    return made


@pytest.fixture
def copy(ready: Path, tmp_path: Path) -> Path:
    """A good copy."""
    shutil.copytree(ready / "copy", tmp_path / "copy")
    return tmp_path / "copy"


def manifest_of(copy: Path) -> dict[str, Any]:
    """What a copy says it is."""
    told: dict[str, Any] = json.loads((copy / "backup.json").read_bytes())
    return told


# --- beside a working server ---------------------------------------------------------------------------


async def test_copies_under_traffic_are_each_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PAGES_AT_ONCE", 2)  # there is much going on between the steps
    said: list[str] = []
    async with live_server(tmp_path) as server:
        contact_id, _, customer = await server.conversation("ann")

        async def talk(copy_no: int) -> None:
            for number in range(MESSAGES):
                message_id = f"m-{copy_no}-{number}"
                await customer.send({"type": "message", "message_id": message_id, "text": "Hello"})
                await customer.of("message")

        made: list[Manifest] = []
        for number in range(COPIES):
            before = server.state.seq
            backing_up = back_up(server.settings, tmp_path / f"copy-{number}", AT_MS, said.append)
            _, manifest = await asyncio.gather(talk(number), backing_up)
            assert before <= manifest.last_seq <= server.state.seq
            made.append(manifest)
        assert [one.last_seq for one in made] == sorted(one.last_seq for one in made)
        token_holder = server.settings.data_dir / "secret.key"
        secret = await asyncio.to_thread(token_holder.read_bytes)
    assert "Checking the copy" in "".join(said)

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with LiveServer(elsewhere) as other:
        await other.stop()
        await asyncio.to_thread(shutil.rmtree, other.settings.data_dir)
        await restore(tmp_path / f"copy-{COPIES - 1}", other.settings, said.append)
        assert (
            await asyncio.to_thread((other.settings.data_dir / "secret.key").read_bytes) == secret
        )
        await other.start()
        verdict = await verify_journal(other.parts.store.journal, "main", decode=DECODER.decode)
        assert verdict.damage is None
        assert verdict.last_seq >= made[-1].last_seq
        told = await other.ask("GET", f"/api/v1/contacts/{contact_id}", by="ann")
        assert told.status == 200
        assert told.body["interaction"]["contact_id"] == contact_id


async def test_a_server_at_work_is_not_restored_over(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await back_up(server.settings, tmp_path / "copy", AT_MS, lambda _: None)
        with pytest.raises(BackupRefused) as refused:
            await restore(tmp_path / "copy", server.settings, lambda _: None)
        assert refused.value.code is BackupCode.RESTORE_IN_USE
        assert (await server.ask("GET", "/readyz")).status == 200


# --- from the command line -----------------------------------------------------------------------------


def test_there_and_back(terminal: Terminal, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "one"
    assert "Done: " in terminal.ok("backup", str(copy))
    told = manifest_of(copy)
    assert set(told["files"]) == {"callcenter.db", "secret.key"}
    assert (told["revision"], told["domain_id"]) == (HEAD, "main")
    assert {one.name for one in copy.iterdir()} == {"callcenter.db", "secret.key", "backup.json"}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in copy.iterdir()} == {0o600}
    assert backups.last_backup_ms(terminal.data_dir) == told["made_at_ms"]
    secret = (terminal.data_dir / "secret.key").read_bytes()

    assert "Whole" in terminal.ok("restore", str(copy), "--check")
    terminal.data_dir = tmp_path / "new" / "data"
    assert "Next: callcenter run" in terminal.ok("restore", str(copy))
    assert (terminal.data_dir / "secret.key").read_bytes() == secret
    assert "whole" in terminal.ok("journal", "verify")
    assert "whole" in terminal.ok("audit", "verify")
    # The copy is left as it was: it can be put back again.
    assert "Whole" in terminal.ok("restore", str(copy), "--check")
    assert "restore_not_empty" in terminal.fails("restore", str(copy))


def test_a_copy_needs_a_name_of_its_own(terminal: Terminal, copy: Path, tmp_path: Path) -> None:
    before = manifest_of(copy)
    assert "backup_target_exists" in terminal.fails("backup", str(copy))
    assert manifest_of(copy) == before
    (tmp_path / "empty").mkdir()
    terminal.ok("backup", str(tmp_path / "empty"))
    assert "backup_target_exists" in terminal.fails("backup", str(copy / "secret.key"))


def test_there_must_be_something_to_copy(terminal: Terminal, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    terminal.data_dir = tmp_path / "nothing"
    assert "backup_no_data" in terminal.fails("backup", str(target))
    terminal.data_dir = tmp_path / "data"
    (terminal.data_dir / "callcenter.db").unlink()
    assert "backup_no_data" in terminal.fails("backup", str(target))
    assert not target.exists()


def test_a_damaged_journal_is_not_a_backup(terminal: Terminal, tmp_path: Path) -> None:
    with closing(sqlite3.connect(terminal.data_dir / "callcenter.db")) as database:
        database.execute(
            "INSERT INTO journal (domain_id, seq, at_ms, is_input, event_type, payload, chain) "
            "VALUES ('main', 1, 1, 1, 'AgentConnected', x'00', x'00')"
        )
        database.commit()
    code, _, errors = terminal("backup", str(tmp_path / "copies" / "one"))
    assert code == 1
    assert "backup_damaged: event 1 of the journal is damaged" in errors
    assert list((tmp_path / "copies").iterdir()) == []
    assert not (terminal.data_dir / "last-backup.json").exists()


def test_a_disk_without_room(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as shutil's own
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**6, 10**6))
    assert "backup_no_room" in terminal.fails("backup", str(tmp_path / "copy"))
    monkeypatch.undo()
    terminal.ok("backup", str(tmp_path / "copy"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**6, 10**6))
    terminal.data_dir = tmp_path / "new"
    assert "backup_no_room" in terminal.fails("restore", str(tmp_path / "copy"))
    assert [one.name for one in terminal.data_dir.iterdir()] == ["lock"]


def test_a_disk_that_fills_up_meanwhile(terminal: Terminal, tmp_path: Path) -> None:
    size = (terminal.data_dir / "callcenter.db").stat().st_size // 2
    program = str(Path(__file__).with_name("backup_in_little_room.py"))
    copies = tmp_path / "copies"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, program, str(size), str(terminal.data_dir), str(copies / "one")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 1, done.stderr
    assert "callcenter: backup_not_written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(copies.iterdir()) == []
    assert not (terminal.data_dir / "last-backup.json").exists()


# --- copies that are not whole -------------------------------------------------------------------------


def flip(copy: Path) -> None:
    """One byte in the middle of the database."""
    file = copy / "callcenter.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(copy: Path) -> None:
    """The end of the database is missing."""
    file = copy / "callcenter.db"
    file.write_bytes(file.read_bytes()[:-4096])


def change(**changes: object) -> Callable[[Path], None]:
    """The list says something else."""

    def work(copy: Path) -> None:
        (copy / "backup.json").write_text(json.dumps(manifest_of(copy) | changes))

    return work


def forge(copy: Path) -> None:
    """Another journal, and a list that fits its file."""
    with closing(sqlite3.connect(copy / "callcenter.db")) as database:
        database.execute("CREATE TABLE surprise (one)")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    found = backups._hashed(copy / "callcenter.db")
    files = manifest_of(copy)["files"]
    files["callcenter.db"] = {"size_bytes": found.size_bytes, "sha256": found.sha256}
    change(files=files, last_seq=7)(copy)


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (flip, BackupCode.DAMAGED),
        (cut, BackupCode.DAMAGED),
        (lambda copy: (copy / "secret.key").unlink(), BackupCode.DAMAGED),
        (lambda copy: (copy / "secret.key").write_bytes(bytes(32)), BackupCode.DAMAGED),
        (forge, BackupCode.DAMAGED),
        (lambda copy: (copy / "backup.json").unlink(), BackupCode.UNREADABLE),
        (lambda copy: (copy / "backup.json").write_text("{"), BackupCode.UNREADABLE),
        (lambda copy: (copy / "backup.json").write_text("[]"), BackupCode.UNREADABLE),
        (change(surprise=1), BackupCode.UNREADABLE),
        (
            change(files={"../../etc/passwd": {"size_bytes": 1, "sha256": ""}}),
            BackupCode.UNREADABLE,
        ),
        (change(format=2), BackupCode.TOO_NEW),
        (change(revision="9999"), BackupCode.TOO_NEW),
        (change(domain_id="other"), BackupCode.OTHER_DATABASE),
    ],
)
def test_what_is_not_whole_is_not_put_back(
    terminal: Terminal, copy: Path, harm: Callable[[Path], None], code: BackupCode
) -> None:
    harm(copy)
    terminal.data_dir = copy.parent / "new"
    exit_code, _, errors = terminal("restore", str(copy))
    assert exit_code == 1
    assert errors.startswith(f"callcenter: {code}: ")
    assert errors.count("\n") == 1
    left = (
        {one.name for one in terminal.data_dir.iterdir()} if terminal.data_dir.exists() else set()
    )
    assert left <= {"lock"}


def test_with_postgresql_only_the_files_are_copied_and_that_is_said(
    terminal: Terminal, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    files = tmp_path / "files"
    assert "pg_dump" in terminal.ok("backup", str(files))
    assert set(manifest_of(files)["files"]) == {"secret.key"}
    terminal.data_dir = tmp_path / "new"
    assert "backup_other_database" in terminal.fails("restore", str(copy))
    assert "pg_restore" in terminal.ok("restore", str(files))
    assert [one.name for one in sorted(terminal.data_dir.iterdir())] == ["lock", "secret.key"]
