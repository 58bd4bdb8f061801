"""One running Asterisk: its files in a folder of its own, its sockets on loopback, its process ours to stop."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loadtests.rig.rootfs import RigError, Rootfs
from loadtests.rig.sounds import write_sounds
from loadtests.server_process import free_port

CONFIGURATION: Final = Path(__file__).with_name("configuration")
USER: Final = "callcenter"
PASSWORD: Final = "callcenter"  # noqa: S105 - of a throw-away server on loopback
START_S: Final = 30
_OPEN_FILES: Final = 65_536
_DEFAULTS: Final = (
    "acl", "ccss", "cel", "confbridge", "features", "pjproject", "queuerules", "res_http_media_cache",
    "stasis", "udptl", "websocket_client",
)  # fmt: skip
"""Files that Asterisk misses when they are not there, and that say nothing."""

_ASTERISK_CONF: Final = """[directories]
astetcdir => {state}/etc
astmoddir => {modules}
astvarlibdir => {state}/lib
astdbdir => {state}/lib
astkeydir => {state}/lib
astdatadir => {data}
astspooldir => {state}/spool
astrundir => {state}/run
astlogdir => {state}/log
astsbindir => /usr/sbin
[options]
defaultlanguage = en_US_f_Allison
nofork = yes
systemname = {name}
maxfiles = {files}
transmit_silence = yes
hideconnect = yes
"""


def free_range(count: int) -> int:
    """The first of so many UDP ports in a row that nobody has now; below those the system gives away itself."""
    starts = list(range(10_000, 20_000, count))
    # Audio ports are bound late: two who look at the same time must not find the same.
    random.shuffle(starts)
    for start in starts:
        probes = [start, start + count // 2, start + count - 1]
        if all(_is_free(port) for port in probes):
            return start
    raise RigError("no free range of UDP ports for audio")


def _is_free(port: int) -> bool:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where it listens; audio takes the `rtp_count` ports from `rtp_start` on."""

    sip: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    http: int = field(default_factory=free_port)
    rtp_start: int
    rtp_count: int

    @classmethod
    def free(cls, rtp_count: int = 1_000) -> "Ports":
        """Any that are free."""
        return cls(rtp_start=free_range(rtp_count), rtp_count=rtp_count)


class Asterisk:
    """May be started again after it was killed, on the same ports."""

    def __init__(
        self, rootfs: Rootfs, ports: Ports, *, app: str = "callcenter", write_timeout_ms: int = 1000
    ) -> None:
        """`app`: the name under which a program takes the calls."""
        self.rootfs = rootfs
        self.ports = ports
        self.app = app
        self.write_timeout_ms = write_timeout_ms
        parent = rootfs.outside("/srv") if not rootfs.is_native else rootfs.folder
        parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"sip-{ports.sip}-", dir=parent))
        self._process: subprocess.Popen[bytes] | None = None
        self._write_files()

    @property
    def state(self) -> str:
        """The folder, as Asterisk itself calls it."""
        return str(self.folder) if self.rootfs.is_native else f"/srv/{self.folder.name}"

    @property
    def ari_url(self) -> str:
        """Where ARI answers."""
        return f"http://127.0.0.1:{self.ports.http}"

    @property
    def pid(self) -> int:
        """Of the running process."""
        if self._process is None:
            raise RigError("Asterisk is not running")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is wholly there. Raises RigError."""
        command = [
            *self.rootfs.enter,
            "asterisk",
            "-f",
            "-n",
            "-C",
            f"{self.state}/etc/asterisk.conf",
        ]
        environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
        with (self.folder / "said.log").open("ab") as said:
            self._process = subprocess.Popen(
                [*command, *self._user()],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**environment, "HOME": "/"},
                process_group=0,
            )
        until_s = time.monotonic() + START_S
        while "fully booted" not in self.cli("core waitfullybooted"):
            if self._process.poll() is not None or time.monotonic() > until_s:
                said_last = (self.folder / "said.log").read_text(errors="replace")[-500:]
                self.kill()
                raise RigError(f"Asterisk did not start: {said_last}")
            time.sleep(0.05)

    def cli(self, command: str) -> str:
        """What Asterisk's own command line answers."""
        argv = ["asterisk", "-C", f"{self.state}/etc/asterisk.conf", "-rx", command]
        done = subprocess.run(
            [*self.rootfs.enter, *argv], capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout

    def kill(self) -> None:
        """At once, as a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """It hangs: its sockets are open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """It hangs no longer."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it, whatever it does, and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def records(self) -> list[str]:
        """The call detail records written so far, as lines of CSV."""
        file = self.folder / "log" / "cdr-csv" / "Master.csv"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    # --- files ---

    def _write_files(self) -> None:
        for name in ("etc", "lib/keys", "log/cdr-csv", "run", "spool/recording", "spool/tmp"):
            (self.folder / name).mkdir(parents=True)
        write_sounds(self.folder)
        values = {
            "@STATE@": self.state,
            "@APP@": self.app,
            "@PASSWORD@": PASSWORD,
            "@SIP_PORT@": str(self.ports.sip),
            "@HTTP_PORT@": str(self.ports.http),
            "@RTP_START@": str(self.ports.rtp_start),
            "@RTP_END@": str(self.ports.rtp_start + self.ports.rtp_count - 1),
            "@WRITE_TIMEOUT_MS@": str(self.write_timeout_ms),
        }
        for file in sorted(CONFIGURATION.glob("*.conf")):
            text = file.read_text(encoding="utf-8")
            for name, value in values.items():
                text = text.replace(name, value)
            (self.folder / "etc" / file.name).write_text(text, encoding="utf-8")
        for name in _DEFAULTS:
            (self.folder / "etc" / f"{name}.conf").write_text("; defaults\n")
        (self.folder / "etc" / "asterisk.conf").write_text(
            _ASTERISK_CONF.format(
                state=self.state,
                modules=self._first("/usr/lib/*/asterisk/modules", "/usr/lib/asterisk/modules"),
                data=self._first("/usr/share/asterisk", "/var/lib/asterisk"),
                name=f"rig-{self.ports.sip}",
                files=_OPEN_FILES,
            )
        )
        self.folder.chmod(0o755)
        if user := self._ids():
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, *user)

    def _first(self, *patterns: str) -> str:
        root = Path("/") if self.rootfs.is_native else self.rootfs.folder
        for pattern in patterns:
            for found in sorted(root.glob(pattern.lstrip("/"))):
                return f"/{found.relative_to(root)}"
        raise RigError(f"this Asterisk has no {patterns[-1]}")

    def _ids(self) -> tuple[int, int] | None:
        """The numbers of the user it runs as: names differ between inside and outside."""
        users = self.rootfs.outside("/etc/passwd").read_text(encoding="utf-8").splitlines()
        fields = next((line.split(":") for line in users if line.startswith("asterisk:")), None)
        return None if fields is None else (int(fields[2]), int(fields[3]))

    def _user(self) -> list[str]:
        ids = self._ids()
        if ids is None:
            return []
        groups = self.rootfs.outside("/etc/group").read_text(encoding="utf-8").splitlines()
        group = next(line.split(":")[0] for line in groups if line.split(":")[2] == str(ids[1]))
        return ["-U", "asterisk", "-G", group]
