"""Cases in memory: see `store`."""

from collections.abc import Sequence

import msgspec

from callcenter.notices import case_notice, late_notice
from callcenter.ports.cases import (
    CaseCount,
    CaseEvent,
    CaseList,
    CaseQuery,
    StoredCase,
    with_lateness,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage.cases import unread_since_ms
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.notices import MemoryNotices
from routing.ids import ContactId


class MemoryCases:
    """`ports.cases.Cases` in memory."""

    def __init__(self, disk: Disk, notices: MemoryNotices) -> None:
        self._disk = disk
        self._notices = notices
        self._rows: dict[str, StoredCase] = {}
        self._events: list[CaseEvent] = []
        self._links: dict[tuple[str, ContactId], int] = {}

    async def put(self, stored: StoredCase, event: CaseEvent) -> StoredCase:
        """The case and its step."""
        self._disk.check()
        case_id = stored.case.case_id
        before = self._rows.get(case_id)
        known = await self.of_command(event.command_id)
        if known is not None and before is not None and known.case_id == case_id:
            return before
        if known is not None:
            raise ChangedMeanwhile(case_id)
        if stored.case.version != (0 if before is None else before.case.version) + 1:
            raise ChangedMeanwhile(case_id)
        newest = max((one.case_no for one in self._rows.values()), default=0)
        case_no = newest + 1 if before is None else before.case_no
        numbered = msgspec.structs.replace(with_lateness(stored, before), case_no=case_no)
        self._rows[case_id] = numbered
        self._events.append(event)
        self._notices.add(case_notice(numbered, event))
        if event.contact_id:
            self._links.setdefault((case_id, ContactId(event.contact_id)), event.at_ms)
        return self._rows[case_id]

    async def keep(self, stored: StoredCase, version: int) -> bool:
        """What the system does next."""
        self._disk.check()
        before = self._rows.get(stored.case.case_id)
        if before is None or before.case.version != version:
            return False
        self._rows[stored.case.case_id] = msgspec.structs.replace(
            before,
            call_back_id=stored.call_back_id,
            calls=stored.calls,
            look_at_ms=stored.look_at_ms,
        )
        return True

    async def get(self, case_id: str) -> StoredCase | None:
        """By id."""
        return self._rows.get(case_id)

    async def of_command(self, command_id: str) -> CaseEvent | None:
        """The step of a command."""
        return next((one for one in self._events if one.command_id == command_id), None)

    async def events(self, case_id: str) -> list[CaseEvent]:
        """The steps of one."""
        return [one for one in self._events if one.case_id == case_id]

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

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredCase]:
        """Of a contact and its customer."""
        found = [
            one
            for one in self._rows.values()
            if (one.case.case_id, contact_id) in self._links
            or (customer_key and one.customer_key == customer_key)
        ]
        return sorted(found, key=lambda one: -one.case_no)[:limit]

    async def page(self, query: CaseQuery) -> list[StoredCase]:
        """A page."""
        sign = -1 if query.list_ is CaseList.CLOSED else 1

        def place(one: StoredCase) -> tuple[int, str]:
            return sign * one.order_ms(query.list_), one.case.case_id

        found = sorted((one for one in self._rows.values() if _is_in(one, query)), key=place)
        if query.mark is not None:
            mark = sign * query.mark[0], query.mark[1]
            found = [one for one in found if place(one) > mark]
        return found[: query.limit]

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

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredCase]:
        """What is to be done."""
        found = [
            (one.look_at_ms, one.case.case_id)
            for one in self._rows.values()
            if one.look_at_ms is not None and one.look_at_ms <= now_ms
        ]
        return [self._rows[case_id] for _, case_id in sorted(found)[:limit]]

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


def _is_in(stored: StoredCase, query: CaseQuery) -> bool:
    case = stored.case
    if query.list_ is CaseList.REPORTS:
        return unread_since_ms(stored) is not None
    if query.list_ is CaseList.MINE:
        return case.is_open and case.owner_id == query.owner_id
    if case.department_id not in query.department_ids:
        return False
    if query.list_ is CaseList.CLOSED:
        return not case.is_open
    is_late = (case.due_at_ms or 0) <= query.now_ms
    return case.is_open and (is_late or query.list_ is CaseList.OPEN)
