"""Processes of a drill, forked from one that has the product's code loaded.

Each starts without the second or two of processor time that loading takes, and is otherwise a process as any other, in a
session of its own, killed and frozen alike. `python -m loadtests.warm` is the one they are forked from. It reads orders, a line of JSON each, and tells of every process
that it has begun and how it ended. When nobody gives orders any more, it ends what is left and itself.
"""

import asyncio
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

LOADED: Final = ("callcenter.cli.run_command", "callcenter.bootstrap.joining", "callcenter.cli")
"""What a process of any role loads."""
LINE_MAX: Final = 1024 * 1024
ENDED: Final = "ended"
BEGUN: Final = "begun"


class WarmProcess:
    """A forked process, with what of `asyncio.subprocess.Process` a `ServerProcess` needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._has_ended = asyncio.Event()

    def ended(self, status: int) -> None:
        """It is gone; negative for a signal."""
        self.returncode = status
        self._has_ended.set()

    async def wait(self) -> int:
        """Until it has ended; its status."""
        await self._has_ended.wait()
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Raises ProcessLookupError when it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)


class WarmStart:
    """The side of whoever gives orders. Use it as a context."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where processes are started, and where the product's code is."""
        self._folder = folder
        self._begun: asyncio.Queue[int] = asyncio.Queue()
        self._running: dict[int, WarmProcess] = {}
        self._one_at_a_time = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "loadtests.warm"),
            cwd=self._folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LINE_MAX,
        )
        self._listening = asyncio.create_task(self._listen(self._process))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is None or self._listening is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        await self._listening

    async def begin(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> WarmProcess:
        """`python -m callcenter` with these arguments, its output appended to `log`."""
        if self._process is None or self._process.stdin is None:
            raise LookupError("nobody is there to fork from")
        order = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        async with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return self._running[await self._begun.get()]

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            raise LookupError("nothing can be heard")
        async for line in process.stdout:
            what, pid, status = json.loads(line)
            if what == BEGUN:
                self._running[pid] = WarmProcess(pid)
                self._begun.put_nowait(pid)
            else:
                self._running.pop(pid).ended(status)


def _say(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _fork(order: Mapping[str, Any]) -> int:
    """Returns the id of the new process; the new process does not return."""
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.closerange(3, 64)
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv = ["callcenter", *order["arguments"]]
        status = importlib.import_module("callcenter.cli").main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - told as the interpreter would have
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _tell_ended(running: set[int]) -> None:
    for pid in list(running):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            running.discard(pid)
            _say(ENDED, pid, os.waitstatus_to_exitcode(status))


def main() -> int:
    """Fork on orders until nobody gives them."""
    gc.disable()  # as `callcenter.__main__` does
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: set[int] = set()
    waiting = b""
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _tell_ended(running)
        if 0 not in ready:
            continue
        given = os.read(0, LINE_MAX)
        if not given:
            break
        *orders, waiting = (waiting + given).split(b"\n")
        for order in orders:
            pid = _fork(json.loads(order))
            running.add(pid)
            _say(BEGUN, pid, 0)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _say(ENDED, pid, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
