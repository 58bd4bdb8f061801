"""Cases in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.notices import late_notice
from callcenter.ports.cases import CaseCount, CaseList, StoredCase
from callcenter.ports.steps import RowsQuery, StepEvent
from callcenter.storage.cases import CASE, unread_since_ms
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.notices import MemoryNotices
from callcenter.storage.memory.stepped import MemoryStepped
from routing.ids import ContactId


class MemoryCases(MemoryStepped[StoredCase]):
    """`ports.cases.Cases` in memory."""

    def __init__(self, disk: Disk, notices: MemoryNotices) -> None:
        super().__init__(disk, notices, CASE)
        self._links: dict[tuple[str, ContactId], int] = {}

    async def keep(self, stored: StoredCase, version: int) -> bool:
        """What the system does next."""
        values = {"call_back_id": stored.call_back_id, "calls": stored.calls}
        look_at_ms = stored.look_at_ms
        return self._change(stored.case.case_id, version, look_at_ms=look_at_ms, **values)

    async def link(self, case_id: str, contact_id: ContactId, at_ms: int) -> None:
        """A contact about a case."""
        self._disk.check()
        self._links.setdefault((case_id, contact_id), at_ms)

    async def contacts(self, case_id: str) -> list[ContactId]:
        """Of a case."""
        found = [
            (at_ms, contact_id)
            for (of_case, contact_id), at_ms in self._links.items()
            if of_case == case_id
        ]
        return [contact_id for _, contact_id in sorted(found)]

    async def counts(self, department_ids: Sequence[str], now_ms: int) -> list[CaseCount]:
        """By departments."""
        found = []
        for department_id in department_ids:
            mine = [
                one.case
                for one in self._rows.values()
                if one.case.is_open and one.case.department_id == department_id
            ]
            late = sum((one.due_at_ms or 0) <= now_ms for one in mine)
            found.append(CaseCount(department_id, len(mine), late))
        return found

    async def note_late(self, now_ms: int, *, limit: int) -> int:
        """The notice, and that there is one."""
        self._disk.check()
        found = [
            (one.late_at_ms, one.case.case_id)
            for one in self._rows.values()
            if one.late_at_ms is not None and one.late_at_ms <= now_ms
        ]
        for _, case_id in sorted(found)[:limit]:
            self._notices.add(late_notice(self._rows[case_id]))
            self._rows[case_id] = msgspec.structs.replace(self._rows[case_id], late_at_ms=None)
        return len(found[:limit])

    def _put_beside(self, event: StepEvent) -> None:
        if event.contact_id:
            self._links.setdefault((event.row_id, ContactId(event.contact_id)), event.at_ms)

    def _about(self, contact_id: ContactId) -> set[str]:
        return {case_id for case_id, linked_id in self._links if linked_id == contact_id}

    def _is_in(self, stored: StoredCase, query: RowsQuery) -> bool:
        if query.list_ is CaseList.REPORTS:
            return unread_since_ms(stored) is not None
        return super()._is_in(stored, query)

    def _order_ms(self, stored: StoredCase, query: RowsQuery) -> int:
        is_by_age = query.list_ is CaseList.REPORTS
        return stored.order_ms(CaseList.REPORTS if is_by_age else CaseList.OPEN)
