"""The data directory: one process, private files written whole, a damaged key refused."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.bootstrap.data_dir import DataDir, DataDirInUse, SecretDamaged


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[DataDir]:
    opened = DataDir(tmp_path / "data")
    yield opened
    opened.close()


def test_a_second_process_is_kept_out_until_the_first_closes(data_dir: DataDir) -> None:
    with pytest.raises(DataDirInUse):
        DataDir(data_dir.path)
    data_dir.close()
    DataDir(data_dir.path).close()


def test_the_secret_is_made_once_and_private(data_dir: DataDir) -> None:
    secret = data_dir.secret()
    assert len(secret) == 32
    assert data_dir.secret() == secret
    mode = (data_dir.path / "secret.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_damaged_secret_is_refused(data_dir: DataDir, content: bytes) -> None:
    (data_dir.path / "secret.key").write_bytes(content)
    with pytest.raises(SecretDamaged, match="restore it from a backup"):
        data_dir.secret()


def test_demo_passwords_are_kept_and_the_file_is_left_alone(data_dir: DataDir) -> None:
    first = data_dir.demo_passwords(["ann", "bo"], "")
    before = (data_dir.path / "demo-credentials.json").stat().st_ino
    assert data_dir.demo_passwords(["ann", "bo"], "") == first
    assert (data_dir.path / "demo-credentials.json").stat().st_ino == before
    assert data_dir.demo_passwords(["cy"], "given") == {**first, "cy": "given"}


def test_no_draft_is_left_behind(data_dir: DataDir) -> None:
    data_dir.secret()
    data_dir.demo_passwords(["ann"], "")
    assert not list(data_dir.path.glob("*.new"))
