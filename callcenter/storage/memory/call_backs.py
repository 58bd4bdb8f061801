"""Call-backs in memory: see `store`."""

from collections.abc import Sequence

from callcenter.ports.call_backs import CallBack, CallBackChange
from callcenter.ports.errors import CallBackTaken, ChangedMeanwhile
from callcenter.storage.memory.disk import Disk


class MemoryCallBacks:
    """`ports.call_backs.CallBacks` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._rows: dict[str, CallBack] = {}
        self._changes: list[CallBackChange] = []

    async def put(self, call_back: CallBack, change: CallBackChange) -> None:
        """The row and its step."""
        self._disk.check()
        before = self._rows.get(call_back.call_back_id)
        if call_back == before:
            return
        if call_back.version != (0 if before is None else before.version) + 1:
            raise ChangedMeanwhile(call_back.call_back_id)
        other = self._other(call_back)
        if other is not None:
            raise CallBackTaken(other.call_back_id)
        self._rows[call_back.call_back_id] = call_back
        self._changes.append(change)

    async def get(self, call_back_id: str) -> CallBack | None:
        """By id."""
        return self._rows.get(call_back_id)

    async def open(self) -> list[CallBack]:
        """All that are open."""
        return [self._rows[key] for key in sorted(self._rows) if self._rows[key].is_open]

    async def ended(self, queue_ids: Sequence[str] | None, *, limit: int) -> list[CallBack]:
        """The newest that are over."""
        found = [
            one
            for one in self._rows.values()
            if not one.is_open and (queue_ids is None or one.queue_id in queue_ids)
        ]
        return sorted(found, key=lambda one: (-one.made_at_ms, one.call_back_id))[:limit]

    async def changes(self, call_back_id: str) -> list[CallBackChange]:
        """The steps of one."""
        return [one for one in self._changes if one.call_back_id == call_back_id]

    def _other(self, call_back: CallBack) -> CallBack | None:
        """Another open one of the same customer in the same queue."""
        if not call_back.is_open or not call_back.customer_key:
            return None
        return next(
            (
                one
                for one in self._rows.values()
                if one.is_open
                and one.call_back_id != call_back.call_back_id
                and (one.queue_id, one.customer_key) == (call_back.queue_id, call_back.customer_key)
            ),
            None,
        )
