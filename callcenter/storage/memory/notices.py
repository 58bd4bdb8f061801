"""Notices in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.notices import notice_change
from callcenter.ports.integrators import NOTICES_TABLE, Notice
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.mails import MemoryMails


class MemoryNotices:
    """`ports.integrators.Notices` in memory: their rows are among those that are committed with an append."""

    def __init__(self, disk: Disk, committed: MemoryMails) -> None:
        self._disk = disk
        self._committed = committed

    def add(self, notice: Notice | None) -> None:
        """Beside the step it is about; the same step again has the same."""
        if notice is not None and all(one.notice_id != notice.notice_id for one in self._all()):
            self._committed.commit([notice_change(notice)])

    async def number(self, now_ms: int, *, limit: int) -> int:
        """Give places."""
        self._disk.check()
        new = [one for one in self._all() if one.notice_no is None]
        new.sort(key=lambda one: (one.object_id, one.version, one.notice_id))
        for place, one in enumerate(new[:limit], await self.newest() + 1):
            at_ms = now_ms if one.at_ms is None else one.at_ms
            change = notice_change(msgspec.structs.replace(one, at_ms=at_ms))
            change.put["notice_no"] = place
            self._committed.commit([change])
        return len(new[:limit])

    async def after(self, notice_no: int, *, limit: int) -> Sequence[Notice]:
        """In order."""
        placed = [(one.notice_no, one) for one in self._all() if one.notice_no is not None]
        found = sorted((place, one.notice_id, one) for place, one in placed if place > notice_no)
        return [one for _, _, one in found[:limit]]

    async def newest(self) -> int:
        """The newest place."""
        return max((one.notice_no or 0 for one in self._all()), default=0)

    def _all(self) -> list[Notice]:
        rows = self._committed.rows_of(NOTICES_TABLE)
        return [Notice(**{name: row[name] for name in Notice.__struct_fields__}) for row in rows]
