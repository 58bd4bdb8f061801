"""The data directory: one process at a time where the data lies in it, and the secrets that belong to the data."""

import fcntl
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import IO

_SECRET_BYTES = 32


class DataDirInUse(Exception):
    """Another process runs on this data directory."""


class SecretDamaged(OSError):
    """The secret key is not what was written; going on would let anybody make tokens."""


class DataDir:
    """An opened data directory; the lock is held until `close`, or until the process ends."""

    def __init__(self, path: Path, *, is_shared: bool = False) -> None:
        """Create it if needed and take its lock, unless its processes share it. Raises DataDirInUse, OSError."""
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = None if is_shared else self._take_lock()

    def secret(self) -> bytes:
        """The domain's secret key."""
        return secret_of(self.path)

    def demo_passwords(self, usernames: list[str], fixed: str) -> dict[str, str]:
        """The demo's passwords: made once for each data directory, then kept."""
        file = self.path / "demo-credentials.json"
        known: dict[str, str] = {}
        if file.exists():
            known = json.loads(file.read_text(encoding="utf-8"))["accounts"]
        for username in usernames:
            known.setdefault(username, fixed or secrets.token_urlsafe(9))
        content = json.dumps({"accounts": known}, indent=2).encode()
        if not file.exists() or file.read_bytes() != content:
            write_private(file, content)
        return known

    def close(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.close()

    def _take_lock(self) -> IO[str]:
        file = (self.path / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise DataDirInUse(str(self.path)) from error
        return file


def is_locked(path: Path) -> bool:
    """Whether a process has this data directory open alone; nothing is made by asking."""
    try:
        with (path / "lock").open("r", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def secret_of(data_dir: Path) -> bytes:
    """The secret key of a data directory, made at the first use, readable by the owner alone. Raises SecretDamaged."""
    file = data_dir / "secret.key"
    if not file.exists():
        with suppress(FileExistsError):  # another process was first: its key it is
            write_private(file, secrets.token_bytes(_SECRET_BYTES), is_new=True)
    secret = file.read_bytes()
    if len(secret) != _SECRET_BYTES:
        raise SecretDamaged(f"{file} does not hold {_SECRET_BYTES} bytes; restore it from a backup")
    return secret


def write_private(file: Path, content: bytes, *, is_new: bool = False) -> None:
    """Whole or not at all, whenever the process dies or the disk fills up. Raises FileExistsError for one that must be new."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if is_new:
        try:
            file.hardlink_to(draft)
        finally:
            draft.unlink()
    else:
        draft.replace(file)
