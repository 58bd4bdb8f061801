"""Trials of configurations: `callcenter replay --config` in a process of its own, which people watch and may stop.

Theory: playing the journal is all computing, and long; a process of lower priority leaves the loop and its core alone.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from callcenter.settings import Settings
from callcenter.tasks import fault_of
from callcenter.web.what_if_schemas import (
    PlayedQueue,
    WhatIfFailure,
    WhatIfPhase,
    WhatIfResult,
    WhatIfState,
    WhatIfView,
)

WHAT_IF_MAX_S: Final = 900.0
"""How long one may take; then it is ended and has failed (`too_long`). The command line has no such bound."""
CHANGES_TOLD: Final = 50
"""Contacts that are told with what would have become of them; the others are counted."""
NICENESS: Final = 10
"""By how much its process steps back behind the server's."""
OUTPUT_BYTES_MAX: Final = 4_000_000
"""More than this from the process is a fault of ours."""
LINES_KEPT: Final = 3
_PLAYED = re.compile(r"^\s*(control|estimated|patient|impatient): (\d+)%")

_log = structlog.get_logger("callcenter.what_if")


class _Told(msgspec.Struct):
    """What the command prints, as far as it is passed on."""

    contacts: int
    events: int
    service_level_s: float
    control_contacts_changed: int
    contacts_changed: int
    queues: dict[str, dict[str, Any]]
    changes: list[Any]
    refused: dict[str, int]


class WhatIfs:
    """One at a time. `run` owns the process."""

    def __init__(self, settings: Settings, new_id: Callable[[], str]) -> None:
        """Nothing is tried yet."""
        self._settings = settings
        self._new_id = new_id
        self._view: WhatIfView | None = None
        self._wanted: tuple[str, str, float] | None = None
        self._wake = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    def start(self, yaml: str, service_level_s: float) -> WhatIfView | None:
        """Begin; None while another is running."""
        if self._view is not None and self._view.state is WhatIfState.RUNNING:
            return None
        self._view = WhatIfView(
            self._new_id(), WhatIfState.RUNNING, WhatIfPhase.READING, 0, None, None
        )
        self._wanted = (self._view.what_if_id, yaml, service_level_s)
        self._wake.set()
        return self._view

    def view(self, what_if_id: str) -> WhatIfView | None:
        """As it stands; None for any but the newest."""
        return (
            self._view if self._view is not None and self._view.what_if_id == what_if_id else None
        )

    def stop(self, what_if_id: str) -> WhatIfView | None:
        """End it, if it runs."""
        view = self.view(what_if_id)
        if view is not None and view.state is WhatIfState.RUNNING:
            self._change(what_if_id, state=WhatIfState.STOPPED)
            self._wanted = None
            self._kill()
        return self.view(what_if_id)

    async def run(self) -> None:
        """Until cancelled; a process that runs then is ended."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._wanted is None:
                continue
            (what_if_id, yaml, service_level_s), self._wanted = self._wanted, None
            try:
                await self._try(what_if_id, yaml, service_level_s)
            except TimeoutError:
                self._fail(what_if_id, WhatIfFailure.TOO_LONG)
            except Exception as error:  # noqa: BLE001 - the boundary: the next one is tried all the same
                _log.error("what_if_failed", **fault_of(error))
                self._fail(what_if_id, WhatIfFailure.FAULT)

    async def _try(self, what_if_id: str, yaml: str, service_level_s: float) -> None:
        folder = await asyncio.to_thread(_folder_with, yaml)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(folder, service_level_s),
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            with suppress(OSError):  # it may have ended already
                os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)
            if not self._runs(what_if_id):  # stopped before there was a process
                return
            async with asyncio.timeout(WHAT_IF_MAX_S):
                await self._follow(what_if_id, self._process)
        finally:
            self._kill()
            if self._process is not None:
                await self._process.wait()
            self._process = None
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _command(self, folder: str, service_level_s: float) -> list[str]:
        what = ["replay", "--data-dir", str(self._settings.data_dir), "--config", folder, "--json"]
        told = ["--changes", str(CHANGES_TOLD), "--service-level-s", str(service_level_s)]
        return [sys.executable, "-m", "callcenter", *what, *told]

    def _environment(self) -> dict[str, str]:
        url, domain_id = self._settings.database_url, self._settings.domain_id
        return {**os.environ, "CC_DATABASE_URL": url or "", "CC_DOMAIN_ID": domain_id}

    async def _follow(self, what_if_id: str, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None or process.stderr is None:
            raise OSError("no pipes")
        said, lines = await asyncio.gather(
            _whole(process.stdout), self._progress(what_if_id, process.stderr)
        )
        code = await process.wait()
        if code == 0:
            result = _result(said)
            self._change(what_if_id, state=WhatIfState.DONE, permille=1000, result=result)
        elif any("holds no contacts" in line for line in lines):
            self._fail(what_if_id, WhatIfFailure.NO_CONTACTS)
        elif self._runs(what_if_id):
            _log.error("what_if_failed", code=code)
            self._fail(what_if_id, WhatIfFailure.FAULT)

    async def _progress(self, what_if_id: str, stream: asyncio.StreamReader) -> deque[str]:
        lines: deque[str] = deque(maxlen=LINES_KEPT)
        while line := (await stream.readline()).decode(errors="replace"):
            lines.append(line)
            played = _PLAYED.match(line)
            if played is not None:
                phase, permille = WhatIfPhase(played[1]), min(10 * int(played[2]), 1000)
                self._change(what_if_id, phase=phase, permille=permille)
        return lines

    def _runs(self, what_if_id: str) -> bool:
        """Whether it is the newest, and neither over nor stopped: the one before may end while the next has begun."""
        view = self.view(what_if_id)
        return view is not None and view.state is WhatIfState.RUNNING

    def _fail(self, what_if_id: str, why: WhatIfFailure) -> None:
        self._change(what_if_id, state=WhatIfState.FAILED, failure=why)

    def _change(self, what_if_id: str, **changes: object) -> None:
        if self._view is not None and self._runs(what_if_id):
            self._view = msgspec.structs.replace(self._view, **changes)

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()


def _folder_with(yaml: str) -> str:
    folder = tempfile.mkdtemp(prefix="callcenter-what-if-")
    (Path(folder) / "draft.yaml").write_text(yaml, encoding="utf-8")
    return folder


async def _whole(stream: asyncio.StreamReader) -> bytes:
    """Everything. Raises ValueError when it is more than it can be."""
    said = bytearray()
    while part := await stream.read(65_536):
        said += part
        if len(said) > OUTPUT_BYTES_MAX:
            raise ValueError("the process says too much")
    return bytes(said)


def _result(said: bytes) -> WhatIfResult:
    told = msgspec.json.decode(said, type=_Told)
    plain = msgspec.structs.asdict(told)
    rows = [{"queue_id": queue_id, **rows} for queue_id, rows in told.queues.items()]
    plain["queues"] = msgspec.convert(rows, list[PlayedQueue])
    return msgspec.convert(plain, WhatIfResult)
