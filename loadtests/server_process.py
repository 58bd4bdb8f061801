"""A real server as a child process: started, killed, stopped, and asked from outside how it is."""

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from loadtests.warm import WarmProcess, WarmStart

REPOSITORY = Path(__file__).resolve().parents[1]
DEMO_PASSWORD = "demo-password-of-a-drill"  # noqa: S105 - of throw-away servers on loopback
POLL_S = 0.01
PRODUCT: Final = ("-m", "callcenter")
PORTS: Final = range(20_000, 32_000)
LATE_PORTS: Final = range(12_000, 20_000)
"""Of what is bound long after it was found: whoever binds at once looks elsewhere."""

T = TypeVar("T")


class ServerFailed(Exception):
    """The server did not become ready, or ended when it should not have."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, ports: Sequence[int] = PORTS) -> int:
    """A loopback port nobody has now.

    Below those the system gives to connections: some are bound long after they were found. Raises ServerFailed.
    """
    for port in random.SystemRandom().sample(ports, 100):
        with socket.socket(type=kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerFailed("no port is free")


def run_drill(work: Coroutine[Any, Any, T]) -> T:
    """Run a command line's work so that SIGTERM cleans up as Ctrl-C does and leaves no server behind."""

    async def cancellable() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return asyncio.run(cancellable())


def run_bench(work: Coroutine[Any, Any, dict[str, Any]], path: Path | None) -> dict[str, Any]:
    """As `run_drill`; the figures are printed as JSON, and written to `path` if there is one."""
    figures = run_drill(work)
    tell_figures(figures, path)
    return figures


def tell_figures(figures: dict[str, Any], path: Path | None) -> None:
    """Print them as JSON, with the build of Python that they were made on, and write them to `path` if there is one."""
    text = json.dumps({"python": sys.version.partition(" [")[0], **figures}, indent=2)
    print(text)
    if path is not None:
        path.write_text(text + "\n", encoding="utf-8")


class ServerProcess:
    """One server on one data directory; it may be started again after it ended."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        launcher: Sequence[str] = PRODUCT,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self.launcher = tuple(launcher)
        self.options: tuple[str, ...] = ("--demo",)
        self._environment = dict(environment or {})
        self._process: asyncio.subprocess.Process | WarmProcess | None = None
        self.warm: WarmStart | None = None
        """Where it is forked from, if it is the product as it is."""
        self.started_s = 0.0

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise ServerFailed("the server was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """The process lives."""
        return self._process is not None and self._process.returncode is None

    def output(self) -> str:
        """Everything the server has ever printed."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    async def spawn(self) -> None:
        """Start the process and return at once."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "CC_DEMO_PASSWORD": DEMO_PASSWORD, **self._environment}
        # Compiling all modules at every start, as this would have it, is not how anybody runs a server.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        where = ("--port", str(self.port), "--data-dir", str(self.data_dir))
        self.started_s = time.monotonic()
        if self.warm is not None and self.launcher == PRODUCT:
            words = ("run", *self.options, *where)
            self._process = await self.warm.begin(words, environment, self.log)
            return
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.launcher,
                *("run", *self.options, *where),
                cwd=REPOSITORY,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def start(self, deadline_s: float = 30.0) -> float:
        """Start and wait until ready; returns the seconds from spawning to ready."""
        await self.spawn()
        await self.until_ready(deadline_s)
        return time.monotonic() - self.started_s

    async def until_ready(self, deadline_s: float = 30.0) -> None:
        """Wait for 200 from /readyz."""
        end_s = time.monotonic() + deadline_s
        while time.monotonic() < end_s:
            if not self.is_running:
                raise ServerFailed(f"the server ended: {self.output()[-2000:]}")
            if await self.ask("/readyz") == 200:
                return
            await asyncio.sleep(POLL_S)
        raise ServerFailed(f"not ready within {deadline_s} s: {self.output()[-2000:]}")

    async def ask(self, path: str) -> int:
        """The status of one bare GET; 0 when nobody answers."""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n\r\n"
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return 0
        try:
            writer.write(request.encode())
            async with asyncio.timeout(5):
                head = await reader.readline()
            return int(head.split()[1]) if head.startswith(b"HTTP/1.") else 0
        except (OSError, TimeoutError, ValueError, IndexError):
            return 0
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()

    async def until_ended(self, deadline_s: float) -> bool:
        """Wait for the process to end by itself; False at the deadline."""
        try:
            async with asyncio.timeout(deadline_s):
                while self.is_running and self._process is not None:
                    await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self, deadline_s: float = 15.0) -> int:
        """End it politely (SIGTERM) and return its exit status; past the deadline it is killed."""
        self._signal(signal.SIGTERM)
        if self._process is None:
            return 0
        try:
            async with asyncio.timeout(deadline_s):
                return await self._process.wait()
        except TimeoutError:
            await self.kill()
            raise ServerFailed(f"the server did not stop within {deadline_s} s") from None

    def pause(self) -> None:
        """Freeze it (SIGSTOP)."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it run again (SIGCONT)."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.is_running and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


def cpu_seconds(pid: int) -> float:
    """User and system time a process has used (Linux; 0 elsewhere)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
