"""What a process looks at now and then because asking costs a file or a row: room on the disk, its own memory, mail to go out.

The metrics tell what was seen last; a disk that runs low is also said in the log, once.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog
from prometheus_client import ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from callcenter.bootstrap.backups import last_backup_ms
from callcenter.limits import DISK_FREE_LOW_BYTES, MACHINE_LOOK_EVERY_MS
from callcenter.observability.figures import Values
from callcenter.ports.errors import StorageError
from callcenter.ports.mails import Mails

_log = structlog.get_logger("callcenter.machine")


class Machine(Collector):
    """Looks when `look` is called; tells what it saw. As a collector it tells of the process itself."""

    def __init__(self, data_dir: Path, mails: Mails | None = None) -> None:
        """`mails`: of the process that sends them."""
        self._data_dir = data_dir
        self._mails = mails
        self._process = ProcessCollector(registry=None)
        self._seen: list[Metric] = []
        self._is_low = False
        self.values: Values = {}

    def describe(self) -> Iterable[Metric]:
        """Nothing is known at the start."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Called by the registry."""
        return self._seen

    async def run(self, now_ms: Callable[[], int]) -> None:
        """Look again and again until cancelled."""
        while True:
            await self.look(now_ms())
            await asyncio.sleep(MACHINE_LOOK_EVERY_MS / 1000)

    async def look(self, now_ms: int) -> None:
        """Look at everything. What cannot be seen is left out."""
        self._seen = await asyncio.to_thread(lambda: list(self._process.collect()))
        self.values = {**await self._disk(), **await self._outbox(now_ms)}

    async def _disk(self) -> Values:
        try:
            free, used = await asyncio.to_thread(self._bytes)
        except OSError:
            return {}
        if (free < DISK_FREE_LOW_BYTES) is not self._is_low:
            self._is_low = not self._is_low
            if self._is_low:
                _log.error("disk_low", free_bytes=free)
            else:
                _log.info("disk_has_room", free_bytes=free)
        backed_up_ms = await asyncio.to_thread(last_backup_ms, self._data_dir)
        return {
            "data_dir_free_bytes": free,
            "database_bytes": used,
            "last_backup_timestamp_seconds": {} if backed_up_ms is None else backed_up_ms / 1000,
        }

    def _bytes(self) -> tuple[int, int]:
        files = self._data_dir.glob("callcenter.db*")
        return shutil.disk_usage(self._data_dir).free, sum(one.stat().st_size for one in files)

    async def _outbox(self, now_ms: int) -> Values:
        if self._mails is None:
            return {}
        try:
            number, oldest_ms = await self._mails.outbox()
        except StorageError:
            return {}
        age_ms = 0 if oldest_ms is None else max(0, now_ms - oldest_ms)
        return {"mails_to_send": number, "oldest_mail_to_send_seconds": age_ms / 1000}
