"""A PostgreSQL server for tests: the one CC_TEST_DATABASE_URL names, else one of our own from Debian's programs.

Our own has its folder and its socket in a directory of its own, listens on no port, runs as somebody who is
not root (it refuses root), and is stopped by its process id.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg

URL_VARIABLE: Final = "CC_TEST_DATABASE_URL"
PROGRAMS: Final = "/usr/lib/postgresql"
UNPRIVILEGED: Final = ("postgres", "nobody")
READY_S: Final = 20
_NUMBERS = itertools.count(1)


class NoPostgres(Exception):
    """There is no server to be had; the text is the one line that says what to do."""


class PostgresServer:
    """A running server, and fresh databases in it."""

    def __init__(self, url: str) -> None:
        """`url` names a database in which databases may be created."""
        self.url = url
        self._made: list[str] = []

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or like another one; returns its URL."""
        name = f"callcenter_test_{os.getpid()}_{next(_NUMBERS)}"
        same = "" if template != "template0" else " ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{same}')
        self._made.append(name)
        return self.url_of(name)

    @staticmethod
    def name_of(url: str) -> str:
        """The name of the database a URL leads to."""
        return url.partition("?")[0].rsplit("/", 1)[1]

    def url_of(self, name: str) -> str:
        """The URL of a database of this server."""
        head, _, query = self.url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{self.name_of(url)}" WITH (FORCE)')

    def drop_all(self) -> None:
        """Remove every database made here."""
        for name in self._made:
            self.drop(self.url_of(name))

    def execute(self, url: str, statement: str) -> int:
        """Run a statement in a database, past everything of ours; returns how many rows it touched."""
        with psycopg.connect(url, autocommit=True) as connection:
            return connection.execute(statement.encode()).rowcount

    def _command(self, statement: str) -> None:
        self.execute(self.url, statement)


@contextmanager
def postgres_server(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A server for as long as the context lasts; a durable one syncs its commits. Raises NoPostgres."""
    given = os.environ.get(URL_VARIABLE, "")
    if given:
        server = PostgresServer(given)
        try:
            yield server
        finally:
            server.drop_all()
        return
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="callcenter-postgres-"))
    try:
        with _started(programs, folder, is_durable=is_durable):
            yield PostgresServer(f"postgresql://callcenter@/postgres?host={folder}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    candidates = [Path(found).resolve().parent] if found else []
    candidates += sorted(Path(PROGRAMS).glob("*/bin"), key=lambda path: -_version(path))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        f"no PostgreSQL server: set {URL_VARIABLE}, or install one (Debian: apt-get install postgresql)"
    )


def _version(path: Path) -> int:
    name = path.parent.name
    return int(name) if name.isdecimal() else 0


def _identity(folder: Path) -> dict[str, object]:
    """Who runs the server, as arguments of `subprocess`; the folder is given to them."""
    if os.geteuid() != 0:
        return {}
    for name in UNPRIVILEGED:
        with suppress(KeyError):
            who = pwd.getpwnam(name)
            os.chown(folder, who.pw_uid, who.pw_gid)
            return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": ()}
    raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres or nobody")


@contextmanager
def _started(programs: Path, folder: Path, *, is_durable: bool) -> Iterator[None]:
    data, log = folder / "data", folder / "log"
    identity = _identity(folder)

    def run(program: str, *arguments: object) -> None:
        done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603
            [programs / program, "-D", data, *map(str, arguments)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **identity,
        )
        if done.returncode:
            said = log.read_text() if log.exists() else ""
            raise NoPostgres(f"{program} failed: {done.stderr[-500:]} {said[-500:]}")

    access = ["-U", "callcenter", "-A", "trust"]
    run("initdb", *access, "--no-sync", "--locale=C", "--encoding=UTF8")
    sync = "on" if is_durable else "off"
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync={sync}"
    run("pg_ctl", "start", "-w", "-t", READY_S, "-l", log, "-o", options)
    try:
        yield
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")
