"""Copies of all that a domain has, and putting one back.

A copy is a folder: the database as of one moment, the secret key, what a demo has besides, and a list of it all with
sizes and hashes. It stands under its name only when its journal and audit log were checked to the end, so what
has the name is good. With PostgreSQL the database is the operator's to copy; the folder says so.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from callcenter import VERSION
from callcenter.auth.audit import verify_audit
from callcenter.bootstrap.data_dir import DataDir, DataDirInUse, secret_of, write_private
from callcenter.bootstrap.demo_clock import FILE as DEMO_CLOCK
from callcenter.host.chain import verify_journal
from callcenter.host.recovery import DECODER
from callcenter.ports.errors import StorageError
from callcenter.settings import Settings
from callcenter.storage.copying import copy_database, opened_copy
from callcenter.storage.schema import migrates_itself
from callcenter.storage.tables.main import HEAD

FORMAT: Final = 1
MANIFEST: Final = "backup.json"
LAST: Final = "last-backup.json"
DATABASE: Final = "callcenter.db"
KEPT: Final = ("secret.key", "demo-credentials.json", DEMO_CLOCK)
"""Files of the data directory that are copied as they are, where they exist."""

ROOM_BYTES: Final = 50_000_000
"""Room that must be left beyond what a copy takes; with less it is not begun."""

_PIECE_BYTES: Final = 1_000_000

Say = Callable[[str], None]


class BackupCode(StrEnum):
    """Why a copy was not made, or not put back."""

    TARGET_EXISTS = "backup_target_exists"
    NO_DATA = "backup_no_data"
    NO_ROOM = "backup_no_room"
    NOT_WRITTEN = "backup_not_written"
    DAMAGED = "backup_damaged"
    UNREADABLE = "backup_unreadable"
    TOO_NEW = "backup_too_new"
    OTHER_DATABASE = "backup_other_database"
    RESTORE_IN_USE = "restore_in_use"
    RESTORE_NOT_EMPTY = "restore_not_empty"


class BackupRefused(Exception):
    """Nothing stands where it was to be; the text begins with the code."""

    def __init__(self, code: BackupCode, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class CopiedFile(msgspec.Struct, frozen=True):
    """One file of a copy. `sha256` in hex."""

    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a copy is. `chain` (hex) is the journal's at `last_seq`; `revision` of the tables."""

    format: int
    version: str
    made_at_ms: int
    domain_id: str
    database: str
    revision: str
    last_seq: int
    chain: str
    audit_records: int
    files: dict[str, CopiedFile]


class _Checked(msgspec.Struct, frozen=True):
    """What the check of a database has found."""

    revision: str
    last_seq: int
    chain: str
    audit_records: int


async def back_up(settings: Settings, target: Path, now_ms: int, say: Say) -> Manifest:
    """Make a copy at `target`, whether the server runs or not. Raises BackupRefused."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        database = await asyncio.to_thread(_begin, settings, target, partial)
        manifest = await _filled(settings, database, partial, now_ms=now_ms, say=say)
        content = msgspec.json.format(msgspec.json.encode(manifest))
        await asyncio.to_thread(_finish, partial, target, content)
        done = msgspec.json.encode({"at_ms": now_ms})
        await asyncio.to_thread(write_private, settings.data_dir / LAST, done)
    except OSError as error:
        raise BackupRefused(BackupCode.NOT_WRITTEN, f"{target}: {error.strerror}") from error
    finally:
        await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
    return manifest


async def restore(source: Path, settings: Settings, say: Say) -> Manifest:
    """Put a copy into an empty data directory. Raises BackupRefused."""
    manifest = await asyncio.to_thread(check_files, source)
    if manifest.database == "sqlite" and settings.database_url:
        raise BackupRefused(
            BackupCode.OTHER_DATABASE,
            f"{source} holds a SQLite database, and CC_DATABASE_URL names another: unset it for the restore",
        )
    if manifest.domain_id != settings.domain_id:
        raise BackupRefused(
            BackupCode.OTHER_DATABASE,
            f"{source} is of the domain {manifest.domain_id}: set CC_DOMAIN_ID={manifest.domain_id}",
        )
    if manifest.revision > HEAD:
        raise BackupRefused(
            BackupCode.TOO_NEW,
            f"{source} was made by version {manifest.version} (tables {manifest.revision}); "
            f"this is {VERSION} ({HEAD}): install that version or a newer one",
        )
    try:
        data_dir = await asyncio.to_thread(_claimed, settings.data_dir)
        try:
            await _put_back(source, manifest, settings.data_dir, say)
        finally:
            data_dir.close()
    except OSError as error:
        reason = f"{settings.data_dir}: {error.strerror}"
        raise BackupRefused(BackupCode.NOT_WRITTEN, reason) from error
    return manifest


def check_files(source: Path) -> Manifest:
    """Whether each file of a copy is as it was written; returns what the copy is. Raises BackupRefused."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupRefused(
            BackupCode.UNREADABLE, f"{source} is no finished backup: its {MANIFEST} cannot be read"
        ) from error
    if manifest.format != FORMAT:
        raise BackupRefused(
            BackupCode.TOO_NEW,
            f"{source} has format {manifest.format}, this version reads {FORMAT}",
        )
    known = {DATABASE, *KEPT}
    for name, wanted in manifest.files.items():
        if name not in known:
            raise BackupRefused(BackupCode.UNREADABLE, f"{source} names an unknown file {name!r}")
        try:
            found = _hashed(source / name)
        except OSError as error:
            raise BackupRefused(BackupCode.DAMAGED, f"{source / name}: {error.strerror}") from error
        if found != wanted:
            raise BackupRefused(
                BackupCode.DAMAGED, f"{source / name} is not what was written: take another copy"
            )
    return manifest


def last_backup_ms(data_dir: Path) -> int | None:
    """When a good copy was last made; None when never, or when that cannot be read."""
    try:
        noted: dict[str, int] = msgspec.json.decode(
            (data_dir / LAST).read_bytes(), type=dict[str, int]
        )
    except (OSError, msgspec.MsgspecError):
        return None
    return noted.get("at_ms")


# --- making ------------------------------------------------------------------------------------------


def _begin(settings: Settings, target: Path, partial: Path) -> Path | None:
    """Make the folder a copy is put together in; returns the database that is to be copied, if it is a file."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupRefused(
            BackupCode.TARGET_EXISTS, f"{target} exists already: name a new folder for each copy"
        )
    database = None
    if migrates_itself(settings.database):
        database = Path(settings.database.partition("///")[2])
    wanted = database or settings.data_dir / "secret.key"
    if not wanted.exists():
        raise BackupRefused(
            BackupCode.NO_DATA, f"there is no {wanted}: set CC_DATA_DIR or --data-dir"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    _check_room(target.parent, _database_bytes(database))
    partial.mkdir(mode=0o700)
    return database


def _database_bytes(file: Path | None) -> int:
    if file is None:
        return 0
    log = file.with_name(f"{file.name}-wal")
    return file.stat().st_size + (log.stat().st_size if log.exists() else 0)


def _check_room(folder: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size_bytes + ROOM_BYTES:
        raise BackupRefused(
            BackupCode.NO_ROOM,
            f"the copy takes {size_bytes // 1_000_000 + ROOM_BYTES // 1_000_000} MB, "
            f"{folder} has {free // 1_000_000} MB left",
        )


async def _filled(
    settings: Settings, database: Path | None, partial: Path, *, now_ms: int, say: Say
) -> Manifest:
    checked = _Checked("", 0, "", 0)
    if database is not None:
        file = partial / DATABASE
        say(f"Copying {database} ...")
        try:
            await asyncio.to_thread(copy_database, database, file, _telling(say))
        except StorageError as error:
            raise BackupRefused(BackupCode.NOT_WRITTEN, f"{file}: {error}") from error
        checked = await _checked(file, settings.domain_id, say)
    files = await asyncio.to_thread(_copy_kept, settings.data_dir, partial)
    return Manifest(
        format=FORMAT,
        version=VERSION,
        made_at_ms=now_ms,
        domain_id=settings.domain_id,
        database="postgresql" if database is None else "sqlite",
        revision=checked.revision,
        last_seq=checked.last_seq,
        chain=checked.chain,
        audit_records=checked.audit_records,
        files=files,
    )


def _copy_kept(data_dir: Path, partial: Path) -> dict[str, CopiedFile]:
    if (data_dir / "secret.key").exists():
        secret_of(data_dir)  # a damaged key is no key to keep
    for name in KEPT:
        if (data_dir / name).exists():
            _copy_durably(data_dir / name, partial / name)
    made = [name for name in (DATABASE, *KEPT) if (partial / name).exists()]
    return {name: _hashed(partial / name) for name in made}


def _finish(partial: Path, target: Path, manifest: bytes) -> None:
    write_private(partial / MANIFEST, manifest)
    for file in partial.iterdir():
        file.chmod(0o600)
    _sync_folder(partial)
    if target.exists():
        target.rmdir()
    partial.rename(target)
    _sync_folder(target.parent)


# --- putting back ------------------------------------------------------------------------------------


def _claimed(path: Path) -> DataDir:
    """The data directory, held against a server that starts meanwhile."""
    found = [] if not path.exists() else [one.name for one in path.iterdir()]
    try:
        data_dir = DataDir(path)
    except DataDirInUse as error:
        raise BackupRefused(
            BackupCode.RESTORE_IN_USE, f"a server runs on {path}: stop it first"
        ) from error
    if set(found) - {"lock"}:
        data_dir.close()
        raise BackupRefused(
            BackupCode.RESTORE_NOT_EMPTY,
            f"{path} holds data already: move it away, or name an empty directory",
        )
    return data_dir


async def _put_back(source: Path, manifest: Manifest, data_dir: Path, say: Say) -> None:
    size = sum(one.size_bytes for one in manifest.files.values())
    await asyncio.to_thread(_check_room, data_dir, size)
    staging = data_dir / ".restoring"
    try:
        await asyncio.to_thread(_stage, source, manifest, staging)
        if DATABASE in manifest.files:
            checked = await _checked(staging / DATABASE, manifest.domain_id, say)
            if (checked.last_seq, checked.chain) != (manifest.last_seq, manifest.chain):
                raise BackupRefused(
                    BackupCode.DAMAGED, f"{source}: its journal is not the one its list tells of"
                )
        await asyncio.to_thread(_unstage, staging, data_dir)
    finally:
        await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)


def _stage(source: Path, manifest: Manifest, staging: Path) -> None:
    staging.mkdir(mode=0o700)
    for name in manifest.files:
        _copy_durably(source / name, staging / name)


def _unstage(staging: Path, data_dir: Path) -> None:
    """The database last: what has one is whole."""
    for name in (*KEPT, DATABASE):
        if (staging / name).exists():
            (staging / name).replace(data_dir / name)
    _sync_folder(data_dir)


# --- both --------------------------------------------------------------------------------------------


async def _checked(file: Path, domain_id: str, say: Say) -> _Checked:
    """The copied database, looked at to its last event. Raises BackupRefused."""
    say("Checking the copy: pages, journal, audit log ...")
    try:
        store, revision, pages = await opened_copy(file, domain_id)
        try:
            journal = await verify_journal(
                store.journal,
                domain_id,
                decode=DECODER.decode,
                progress=lambda seq: say(f"  {seq} events checked ..."),
            )
            audit = await verify_audit(store.audit_log, domain_id)
        finally:
            await store.close()
    except StorageError as error:
        raise BackupRefused(BackupCode.DAMAGED, f"{file}: {error}") from error
    if pages != "ok":
        raise BackupRefused(BackupCode.DAMAGED, f"{file}: {pages}")
    if journal.damage is not None:
        event = f"event {journal.damage.seq} of the journal is damaged"
        raise BackupRefused(BackupCode.DAMAGED, f"{event}: {journal.damage.detail}")
    if audit.damaged_no is not None:
        record = f"audit record {audit.damaged_no} is damaged"
        raise BackupRefused(BackupCode.DAMAGED, f"{record}: {audit.damage}")
    return _Checked(revision or "", journal.last_seq, journal.last_chain.hex(), audit.checked)


def _telling(say: Say) -> Callable[[int, int], None]:
    """Says every tenth."""
    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        tenth = 10 * done // max(1, total)
        if told < tenth < 10:
            told = tenth
            say(f"  {10 * tenth} % copied ...")

    return tell


def _copy_durably(source: Path, target: Path) -> None:
    with source.open("rb") as one, target.open("xb") as other:
        target.chmod(0o600)
        shutil.copyfileobj(one, other, _PIECE_BYTES)
        other.flush()
        os.fsync(other.fileno())


def _hashed(file: Path) -> CopiedFile:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return CopiedFile(file.stat().st_size, digest)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
