"""What an operator is told before a start, or when something is wrong: each thing that is needed, and whether it is there.

Nothing is changed by looking: no file is made, no table touched, nothing started. It works beside a running server.
"""

import asyncio
import os
import resource
import shutil
import stat
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from pydantic import ValidationError

from callcenter.bootstrap.backups import last_backup_ms
from callcenter.bootstrap.data_dir import SecretDamaged, secret_of
from callcenter.bootstrap.demo_clock import is_loopback
from callcenter.config_loader.loader import ConfigError, of_stored
from callcenter.config_loader.schema import Document
from callcenter.limits import DISK_FREE_LOW_BYTES
from callcenter.ports.errors import StorageError
from callcenter.settings import Role, Settings
from callcenter.storage.schema import current, migrates_itself
from callcenter.storage.store import SqlStore, open_store
from callcenter.storage.tables.main import HEAD

DISK_FREE_LEAST_BYTES: Final = 200_000_000
"""With less room nobody should be taken at all."""

FILES_WANTED: Final = 4_096
"""Open files a process should be allowed: each page is one."""

BACKUP_AGE_MS_MAX: Final = 2 * 86_400_000
"""A copy that is older is said to be old."""

CLOCK_AHEAD_MS_MAX: Final = 5_000
"""How far the newest event may be ahead of the clock: it was written by another machine, or the clock was set back."""


class DoctorCode(StrEnum):
    """What may be wrong."""

    SETTING_UNKNOWN = "setting_unknown"
    DATA_DIR_MISSING = "data_dir_missing"
    DATA_DIR_READ_ONLY = "data_dir_read_only"
    DATA_DIR_OPEN = "data_dir_open"
    DISK_LOW = "disk_low"
    SECRET_MISSING = "secret_missing"  # noqa: S105 - a code
    SECRET_DAMAGED = "secret_damaged"  # noqa: S105 - a code
    DATABASE_UNREACHABLE = "database_unreachable"
    DATABASE_OUTDATED = "database_outdated"
    CONFIGURATION_MISSING = "configuration_missing"
    CONFIGURATION_FAULTY = "configuration_faulty"
    ADMIN_MISSING = "admin_missing"
    DEMO_ACCOUNTS = "demo_accounts"
    CLOCK_BEHIND = "clock_behind"
    BACKUP_OLD = "backup_old"
    CONSOLE_MISSING = "console_missing"
    PLAIN_HTTP = "plain_http"
    PROXIES_NOT_LISTED = "proxies_not_listed"
    FILES_FEW = "files_few"
    PORT_IN_USE = "port_in_use"
    SERVER_NOT_READY = "server_not_ready"
    REDIS_UNREACHABLE = "redis_unreachable"
    PHONE_SYSTEM_UNREACHABLE = "phone_system_unreachable"
    PHONE_SYSTEM_REFUSES = "phone_system_refuses"
    MAIL_SERVER_UNREACHABLE = "mail_server_unreachable"


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `level` is `ok`, `warn` or `fail`; `do` is empty where nothing is to be done."""

    level: str
    what: str
    says: str
    code: str = ""
    do: str = ""


def fine(what: str, says: str) -> Finding:
    """Nothing is to be done."""
    return Finding("ok", what, says)


def warn(code: DoctorCode, what: str, says: str, do: str) -> Finding:
    """It runs, and somebody should look."""
    return Finding("warn", what, says, code.value, do)


def fail(code: DoctorCode, what: str, says: str, do: str) -> Finding:
    """It does not run like this."""
    return Finding("fail", what, says, code.value, do)


async def looked_at_here(
    settings: Settings, now_ms: int, found: Callable[[Document], None]
) -> AsyncIterator[Finding]:
    """What lies on this machine and in the database; `found` is called with the configuration, if there is one."""
    for finding in await asyncio.to_thread(_of_files, settings, now_ms):
        yield finding
    for finding in exposure(settings):
        yield finding
    is_new = await asyncio.to_thread(_is_new, settings)
    if is_new:
        yield fail(
            DoctorCode.CONFIGURATION_MISSING,
            "database",
            "there is none yet",
            "callcenter init --config FOLDER",
        )
        return
    async for finding in _of_database(settings, now_ms, found):
        yield finding


# --- files -------------------------------------------------------------------------------------------


def _of_files(settings: Settings, now_ms: int) -> list[Finding]:
    folder = settings.data_dir.resolve()
    if not folder.is_dir():
        return [
            fail(
                DoctorCode.DATA_DIR_MISSING,
                "data directory",
                f"{folder} is not there",
                "callcenter init, or set CC_DATA_DIR",
            )
        ]
    found = [_of_folder(folder), _of_disk(folder), _of_secret(settings)]
    if migrates_itself(settings.database):
        found.append(_of_backups(folder, now_ms))
    if (folder / "demo-credentials.json").exists():
        found.append(
            warn(
                DoctorCode.DEMO_ACCOUNTS,
                "accounts",
                "the demo's accounts are here",
                "for real work begin with a new data directory and `callcenter init`",
            )
        )
    found.extend(_of_console(settings))
    return found


def _of_folder(folder: Path) -> Finding:
    what = "data directory"
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not os.access(folder, os.W_OK | os.X_OK):
        return fail(
            DoctorCode.DATA_DIR_READ_ONLY,
            what,
            f"{folder} cannot be written by this user",
            "run this as the user of the service, or give it the directory (chown)",
        )
    if mode & 0o077:
        return warn(
            DoctorCode.DATA_DIR_OPEN,
            what,
            f"{folder} is open to others ({mode:o})",
            f"chmod 700 {folder}",
        )
    return fine(what, str(folder))


def _of_disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB left"
    if free < DISK_FREE_LEAST_BYTES:
        return fail(DoctorCode.DISK_LOW, "disk", says, "make room before anything is taken")
    if free < DISK_FREE_LOW_BYTES:
        return warn(DoctorCode.DISK_LOW, "disk", says, "make room")
    return fine("disk", says)


def _of_secret(settings: Settings) -> Finding:
    file = settings.data_dir / "secret.key"
    if not file.exists():
        if settings.role is Role.ALL:
            return fine("secret key", "made at the first start")
        return fail(
            DoctorCode.SECRET_MISSING,
            "secret key",
            f"{file} is not there",
            "copy it from the other processes: all of them need the same",
        )
    try:
        secret_of(settings.data_dir)
    except SecretDamaged as error:
        return fail(DoctorCode.SECRET_DAMAGED, "secret key", str(error), "take it from a backup")
    except OSError as error:
        return fail(
            DoctorCode.SECRET_DAMAGED, "secret key", str(error.strerror), "chown to this user"
        )
    return fine("secret key", "there")


def _of_backups(folder: Path, now_ms: int) -> Finding:
    at_ms = last_backup_ms(folder)
    if at_ms is None:
        says = "none was made yet"
    elif now_ms - at_ms > BACKUP_AGE_MS_MAX:
        says = f"the last one is {(now_ms - at_ms) // 86_400_000} days old"
    else:
        return fine("backup", f"{(now_ms - at_ms) // 3_600_000} hours old")
    return warn(DoctorCode.BACKUP_OLD, "backup", says, "callcenter backup DIR, every night")


def _of_console(settings: Settings) -> list[Finding]:
    if not settings.role.serves:
        return []
    if (settings.console_dir / "index.html").is_file():
        return [fine("console", "there")]
    return [
        fail(
            DoctorCode.CONSOLE_MISSING,
            "console",
            f"{settings.console_dir} holds none",
            "install from a wheel, or `make console` in a clone",
        )
    ]


def _is_new(settings: Settings) -> bool:
    if not migrates_itself(settings.database):
        return False
    return not Path(settings.database.partition("///")[2]).exists()


# --- how it is reached -------------------------------------------------------------------------------


def exposure(settings: Settings) -> list[Finding]:
    """Whether what is set fits together for pages that come from elsewhere; and the bound of open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = fine("open files", f"{soft} allowed")
    if 0 <= soft < FILES_WANTED:
        files = warn(
            DoctorCode.FILES_FEW,
            "open files",
            f"{soft} allowed, each page is one",
            "LimitNOFILE=65536 in the unit, or ulimit -n",
        )
    if not settings.role.serves:
        return [files]
    if settings.is_https and not settings.trusted_proxies:
        return [
            files,
            warn(
                DoctorCode.PROXIES_NOT_LISTED,
                "proxy",
                "no proxy is listed: all callers share the bounds of one address",
                "CC_TRUSTED_PROXIES, e.g. '[\"127.0.0.1/32\"]'",
            ),
        ]
    if not settings.is_https and not is_loopback(settings.host):
        return [
            files,
            warn(
                DoctorCode.PLAIN_HTTP,
                "proxy",
                f"pages are served in the clear at {settings.host}",
                "TLS by a proxy, then CC_IS_HTTPS=true (docs/operating.md)",
            ),
        ]
    return [files, fine("proxy", "TLS in front" if settings.is_https else "this machine alone")]


# --- the database ------------------------------------------------------------------------------------


async def _of_database(
    settings: Settings, now_ms: int, found: Callable[[Document], None]
) -> AsyncIterator[Finding]:
    try:
        revision = await current(settings.database)
        if revision != HEAD:
            yield _of_other_tables(revision, is_brought_up=migrates_itself(settings.database))
            return
        yield fine("database", f"tables {revision}")
        store = await open_store(settings.database, settings.domain_id)
        try:
            async for finding in _of_store(store, now_ms, found):
                yield finding
        finally:
            await store.close()
    except StorageError as error:
        yield fail(
            DoctorCode.DATABASE_UNREACHABLE,
            "database",
            str(error),
            "is it running, and CC_DATABASE_URL right?",
        )


def _of_other_tables(revision: str | None, *, is_brought_up: bool) -> Finding:
    says = f"its tables are at {revision or 'nothing'}, this version needs {HEAD}"
    if (revision or "") > HEAD:
        do = "install the version that wrote it, or a newer one"
    elif is_brought_up:
        do = "the next start brings them up: callcenter backup before"
        return warn(DoctorCode.DATABASE_OUTDATED, "database", says, do)
    else:
        do = "callcenter backup and pg_dump, then callcenter db upgrade while no server runs"
    return fail(DoctorCode.DATABASE_OUTDATED, "database", says, do)


async def _of_store(
    store: SqlStore, now_ms: int, found: Callable[[Document], None]
) -> AsyncIterator[Finding]:
    yield await _of_configuration(store, found)
    admins = [one for one in await store.users.all() if one.role == "admin" and not one.is_disabled]
    if admins:
        yield fine("administrators", str(len(admins)))
    else:
        yield fail(
            DoctorCode.ADMIN_MISSING,
            "administrators",
            "nobody can administer",
            "callcenter user add NAME --role admin",
        )
    seq, _ = await store.journal.last()
    newest_ms = 0
    async for record in store.journal.read(max(0, seq - 1)):
        newest_ms = record.at_ms
    if newest_ms > now_ms + CLOCK_AHEAD_MS_MAX:
        yield fail(
            DoctorCode.CLOCK_BEHIND,
            "clock",
            f"{(newest_ms - now_ms) // 1000} s behind the newest event",
            "set the clock, and keep it by NTP",
        )
    else:
        yield fine("clock", f"not behind the journal, which ends at {seq}")


async def _of_configuration(store: SqlStore, found: Callable[[Document], None]) -> Finding:
    newest = await store.config_versions.newest()
    if newest is None:
        return fail(
            DoctorCode.CONFIGURATION_MISSING,
            "configuration",
            "there is none yet",
            "callcenter init --config FOLDER",
        )
    try:
        configuration = await asyncio.to_thread(of_stored, newest.document)
    except (ConfigError, ValidationError) as error:
        return fail(
            DoctorCode.CONFIGURATION_FAULTY,
            "configuration",
            str(error).splitlines()[0],
            "callcenter config apply FOLDER with one that this version takes",
        )
    found(configuration.document)
    queues = len(configuration.document.queues)
    return fine("configuration", f"{configuration.version[:12]}, {queues} queues")
