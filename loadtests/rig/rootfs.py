"""Where Asterisk comes from: the machine's own, or a small root file system made once and kept.

Not every release of Debian packages Asterisk; a root file system of one that does takes about half a minute. It is made
under another name and renamed when it is whole, so what is there is never half made.
"""

import fcntl
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = REPOSITORY / ".build" / "rig"
SUITES: Final = ("forky", "sid")
"""Debian suites that carry Asterisk 22, in the order in which they are tried."""

SOUNDS: Final = "/srv/callcenter-sounds"
"""Where Asterisk finds what callers are told: outside it is `Rootfs.outside(SOUNDS)`."""

STEP_S: Final = 600
_NOT_NEEDED: Final = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/lib/apt/lists")
_LEAN: Final = """path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
force-unsafe-io
"""


class RigError(Exception):
    """There can be no rig here; the text is one line that says what is missing."""


@dataclass(frozen=True, slots=True)
class Rootfs:
    """What Asterisk runs in: a folder to change the root to, or the machine itself (`is_native`)."""

    folder: Path
    is_native: bool

    @property
    def enter(self) -> list[str]:
        """What stands before a command that runs inside."""
        return [] if self.is_native else ["chroot", str(self.folder)]

    def outside(self, path: str) -> Path:
        """A path of the inside, as it is called here."""
        return Path(path) if self.is_native else self.folder / path.lstrip("/")


def ensure_rootfs(folder: Path = FOLDER) -> Rootfs:
    """The root file system, made if it is not there. Raises RigError."""
    if os.geteuid() != 0:
        raise RigError("the phone system needs root: it runs in a root file system of its own")
    if shutil.which("asterisk"):
        folder.mkdir(parents=True, exist_ok=True)
        return Rootfs(folder, is_native=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "rig.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _build(folder)
    return Rootfs(folder, is_native=False)


def _build(folder: Path) -> None:
    if not shutil.which("debootstrap"):
        raise RigError("missing on this machine: debootstrap (Debian: apt-get install debootstrap)")
    started = time.monotonic()
    mirror = _mirror()
    making = folder.with_name(f"{folder.name}.making")
    for suite in SUITES:
        print(f"  Asterisk's root file system (Debian {suite}) ...", flush=True)
        shutil.rmtree(making, ignore_errors=True)
        if _is_done(_bootstrap(suite, making, mirror)):
            _install(making, suite, mirror)
            making.rename(folder)
            print(f"  Asterisk's root file system: {time.monotonic() - started:.1f} s", flush=True)
            return
    raise RigError(f"debootstrap could not make any of {', '.join(SUITES)}; is there a network?")


def _bootstrap(suite: str, folder: Path, mirror: str) -> list[str]:
    # Older debootstraps do not know newer suites; they all follow sid's script.
    script = Path("/usr/share/debootstrap/scripts") / suite
    if not script.exists():
        script = script.with_name("sid")
    return ["debootstrap", "--variant=minbase", suite, str(folder), mirror, str(script)]


def _install(folder: Path, suite: str, mirror: str) -> None:
    """Asterisk inside, without services, documents, or what names the mirror."""
    policy = folder / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    (folder / "etc/dpkg/dpkg.cfg.d/01-lean").write_text(_LEAN)
    # The mirror's clock may lag behind ours; signatures are checked all the same.
    late = folder / "etc/apt/apt.conf.d/99-late"
    late.write_text('Acquire::Check-Valid-Until "false";\n')
    sources = folder / "etc/apt/sources.list"
    sources.write_text(f"deb {mirror} {suite} main\n")
    for name in ("resolv.conf", "hosts"):
        shutil.copyfile(f"/etc/{name}", folder / "etc" / name)
    inside = ["chroot", str(folder)]
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "asterisk"]
    for command in (["apt-get", "update", "-q"], install, ["apt-get", "clean"]):
        if not _is_done([*inside, *command]):
            raise RigError(f"Asterisk could not be installed: {' '.join(command)} failed")
    for name in _NOT_NEEDED:
        shutil.rmtree(folder / name, ignore_errors=True)
    sources.unlink()
    # No name is used inside, and none may be asked for outside of loopback.
    (folder / "etc/resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    (folder / "etc/hosts").write_text("127.0.0.1 localhost\n")


def _is_done(command: list[str]) -> bool:
    """Run a step; what it said is shown when it failed."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(
        command, env=quiet, capture_output=True, text=True, timeout=STEP_S, check=False
    )
    if done.returncode:
        print("\n".join((done.stdout + done.stderr).splitlines()[-5:]), flush=True)
    return done.returncode == 0


def _mirror() -> str:
    """Where this machine gets its own packages from: the same archive has the other suites."""
    fields = "$(SITE) $(RELEASE) $(CODENAME)"
    command = ["apt-get", "indextargets", "--format", fields, "Created-By: Packages"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise RigError("this machine has neither Asterisk nor apt to get it with") from error
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    codename = next(
        (line.partition("=")[2] for line in release.splitlines() if "VERSION_CODENAME=" in line), ""
    )
    for line in said.stdout.splitlines():
        site, *suites = line.split()
        if codename in suites:
            return site
    raise RigError("no Debian mirror in this machine's apt sources")
