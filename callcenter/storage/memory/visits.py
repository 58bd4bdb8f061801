"""Flows in the chat widget, and marks of surveys, in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.visits import MarkSum, SurveyMark, VisitInput, VisitRow
from callcenter.storage.memory.disk import Disk
from routing.ids import ContactId

_HOUR_MS = 3_600_000


class MemoryVisits:
    """`Visits` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._rows: dict[str, VisitRow] = {}
        self._inputs: dict[tuple[str, int], VisitInput] = {}

    async def begin(self, row: VisitRow) -> VisitRow:
        """Insert, unless the id is taken."""
        self._disk.check()
        return self._rows.setdefault(row.visit_id, row)

    async def append(self, one: VisitInput) -> None:
        """Insert, unless the number is taken."""
        self._disk.check()
        self._inputs.setdefault((one.visit_id, one.n), one)

    async def get(self, visit_id: str) -> VisitRow | None:
        """By id."""
        return self._rows.get(visit_id)

    async def open(self) -> list[VisitRow]:
        """Those that have not ended."""
        opened = [one for one in self._rows.values() if one.ended_at_ms is None]
        return sorted(opened, key=lambda one: (one.begun_at_ms, one.visit_id))

    async def inputs(self, visit_id: str) -> list[VisitInput]:
        """In order."""
        found = [one for one in self._inputs.values() if one.visit_id == visit_id]
        return sorted(found, key=lambda one: one.n)

    async def finish(self, visit_id: str, at_ms: int) -> None:
        """Once: the first end stays."""
        self._disk.check()
        row = self._rows.get(visit_id)
        if row is not None and row.ended_at_ms is None:
            self._rows[visit_id] = msgspec.structs.replace(row, ended_at_ms=at_ms)

    async def forget(self, before_ms: int) -> int:
        """Delete them."""
        self._disk.check()
        over = [
            one.visit_id
            for one in self._rows.values()
            if one.ended_at_ms is not None and one.ended_at_ms < before_ms
        ]
        for visit_id in over:
            del self._rows[visit_id]
        kept = self._inputs.items()
        self._inputs = {key: one for key, one in kept if one.visit_id not in over}
        return len(over)


class MemorySurveyMarks:
    """`SurveyMarks` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._marks: dict[tuple[ContactId, str], SurveyMark] = {}

    async def put(self, marks: Sequence[SurveyMark]) -> None:
        """Insert or replace."""
        self._disk.check()
        self._marks.update({(one.contact_id, one.question): one for one in marks})

    async def of_contact(self, contact_id: ContactId) -> list[SurveyMark]:
        """By question."""
        found = [one for one in self._marks.values() if one.contact_id == contact_id]
        return sorted(found, key=lambda one: one.question)

    async def sums(self, from_ms: int, until_ms: int, queue_ids: Sequence[str]) -> list[MarkSum]:
        """Counted one by one."""
        found: dict[tuple[object, ...], MarkSum] = {}
        for one in self._marks.values():
            if one.queue_id not in queue_ids or not from_ms <= one.answered_at_ms < until_ms:
                continue
            hour = one.answered_at_ms // _HOUR_MS
            key = (hour, one.agent_id, one.queue_id, one.question, one.low, one.high)
            before = found.get(key)
            found[key] = MarkSum(
                hour=hour,
                agent_id=one.agent_id,
                queue_id=one.queue_id,
                question=one.question,
                name_en=max(one.name_en, before.name_en if before else ""),
                name_zh=max(one.name_zh, before.name_zh if before else ""),
                low=one.low,
                high=one.high,
                count=1 + (before.count if before else 0),
                total=one.mark + (before.total if before else 0),
            )
        return [found[key] for key in sorted(found, key=_order)]


def _order(key: tuple[object, ...]) -> tuple[int, tuple[str, ...]]:
    hour, *others = key
    return int(str(hour)), tuple(map(str, others))
