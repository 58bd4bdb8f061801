"""A Redis server of our own on loopback, which keeps nothing on disk: started, killed, frozen, emptied."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Final, Self

from loadtests.server_process import free_port

PROGRAMS: Final = ("redis-server", "valkey-server")
READY_S: Final = 20.0
POLL_S: Final = 0.02


class NoRedis(Exception):
    """There is no server to be had; the text is the one line that says what to do."""


class RedisServer:
    """One server; it may be started again after it was killed, and is empty then."""

    def __init__(self) -> None:
        self._program = next((found for name in PROGRAMS if (found := shutil.which(name))), "")
        if not self._program:
            raise NoRedis("no Redis server: install one (Debian: apt-get install redis-server)")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = Path(tempfile.mkdtemp(prefix="callcenter-redis-"))
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def start(self) -> None:
        """Start it and wait until it answers. Raises NoRedis."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = await asyncio.create_subprocess_exec(
            self._program,
            *(*options, "--appendonly", "no", "--dir", str(self._folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                while await self.say("PING") != b"+PONG":  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(POLL_S)
                return
        await self.kill()
        raise NoRedis(f"{self._program} did not answer within {READY_S:.0f} s")

    async def kill(self) -> None:
        """End it with everything it holds."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def say(self, command: str) -> bytes:
        """The first line of its answer to a command; nothing when it cannot be reached."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return b""
        try:
            writer.write(command.encode() + b"\r\n")
            line = await reader.readline()
            is_text = line.startswith(b"$") and line.strip() != b"$-1"
            return (await reader.readline() if is_text else line).strip()
        except OSError:
            return b""
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
