"""What is looked at now and then: a disk that runs low is said once, what cannot be seen is left out."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from callcenter.bootstrap.machine import Machine
from callcenter.limits import DISK_FREE_LOW_BYTES
from callcenter.storage.memory.store import MemoryStore

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as shutil's own


def has_left(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """The disk has so much room."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - free, free))


async def test_a_disk_that_runs_low_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path)
    with capture_logs() as said:
        for free in (DISK_FREE_LOW_BYTES, 7, 6, DISK_FREE_LOW_BYTES, 5):
            has_left(monkeypatch, free)
            await machine.look(0)
            assert machine.values["data_dir_free_bytes"] == free
    assert [one["event"] for one in said] == ["disk_low", "disk_has_room", "disk_low"]


async def test_what_cannot_be_seen_is_left_out(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "nothing")
    await machine.look(0)
    assert machine.values == {}
    assert {one.name for one in machine.collect()} >= {"process_open_fds", "process_cpu_seconds"}


async def test_the_mail_to_go_out_and_the_last_copy(tmp_path: Path) -> None:
    store = MemoryStore()
    machine = Machine(tmp_path, store.mails)
    (tmp_path / "last-backup.json").write_text('{"at_ms": 5000}', encoding="utf-8")
    (tmp_path / "callcenter.db").write_bytes(b"12")
    (tmp_path / "callcenter.db-wal").write_bytes(b"345")
    await machine.look(0)
    assert machine.values["database_bytes"] == 5
    assert machine.values["last_backup_timestamp_seconds"] == 5
    assert machine.values["mails_to_send"] == 0
    assert machine.values["oldest_mail_to_send_seconds"] == 0
    (tmp_path / "last-backup.json").write_text("[]", encoding="utf-8")
    await machine.look(0)
    assert not machine.values["last_backup_timestamp_seconds"]
