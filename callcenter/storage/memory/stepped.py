"""Rows that move by steps, in memory: see `store`."""

from typing import Final, Generic

import msgspec

from callcenter.ports.steps import RowsQuery, StepEvent, StoredT
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.notices import MemoryNotices
from callcenter.storage.stepped import Kind
from routing.ids import ContactId


class MemoryStepped(Generic[StoredT]):
    """`ports.steps.SteppedRows` in memory."""

    def __init__(self, disk: Disk, notices: MemoryNotices, kind: Kind[StoredT]) -> None:
        self._disk: Final = disk
        self._notices: Final = notices
        self._kind: Final = kind
        self._facts: Final = kind.facts
        self._rows: Final[dict[str, StoredT]] = {}
        self._events: Final[list[StepEvent]] = []

    async def put(self, stored: StoredT, event: StepEvent) -> StoredT:
        """The row and its step."""
        self._disk.check()
        before = self._rows.get(event.row_id)
        known = await self.of_command(event.command_id)
        if (already := self._kind.stored_already(stored, event, before, known)) is not None:
            return already
        newest = max((self._facts(one).row_no for one in self._rows.values()), default=0)
        row_no = newest + 1 if before is None else self._facts(before).row_no
        numbered = self._kind.numbered(stored, before, row_no)
        self._rows[event.row_id] = numbered
        self._events.append(event)
        self._put_beside(event)
        self._notices.add(self._kind.notice(numbered, event, before))
        return numbered

    async def get(self, row_id: str) -> StoredT | None:
        """By id."""
        return self._rows.get(row_id)

    async def of_command(self, command_id: str) -> StepEvent | None:
        """The step of a command."""
        return next((one for one in self._events if one.command_id == command_id), None)

    async def events(self, row_id: str) -> list[StepEvent]:
        """The steps of one."""
        return [one for one in self._events if one.row_id == row_id]

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredT]:
        """Of a contact and its customer."""
        found = {row_id: self._rows[row_id] for row_id in self._about(contact_id)}
        if customer_key:
            theirs = (key for key, one in self._rows.items() if self._is_of(one, customer_key))
            found |= {row_id: self._rows[row_id] for row_id in theirs}
        return sorted(found.values(), key=lambda one: -self._facts(one).row_no)[:limit]

    async def page(self, query: RowsQuery) -> list[StoredT]:
        """A page."""
        sign = -1 if query.is_closed else 1
        places = sorted(
            (sign * self._order_ms(one, query), row_id)
            for row_id, one in self._rows.items()
            if self._is_in(one, query)
        )
        if query.mark is not None:
            mark = sign * query.mark[0], query.mark[1]
            places = [place for place in places if place > mark]
        return [self._rows[row_id] for _, row_id in places[: query.limit]]

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredT]:
        """What is to be done."""
        due = sorted(
            (at_ms, row_id)
            for row_id, one in self._rows.items()
            if (at_ms := self._facts(one).look_at_ms) is not None and at_ms <= now_ms
        )
        return [self._rows[row_id] for _, row_id in due[:limit]]

    # --- what a kind has of its own -------------------------------------------------------------

    def _put_beside(self, event: StepEvent) -> None:
        """What else is stored with a step."""

    def _about(self, contact_id: ContactId) -> set[str]:
        """Ids of the rows a contact is about: without more, those it took a step of."""
        return {one.row_id for one in self._events if one.contact_id == contact_id}

    def _is_in(self, stored: StoredT, query: RowsQuery) -> bool:
        row = self._facts(stored)
        if query.is_mine:
            return row.is_open and row.owner_id == query.owner_id
        if row.group_id not in query.group_ids or row.is_open is query.is_closed:
            return False
        return not query.is_due or row.order_ms <= query.now_ms

    def _order_ms(self, stored: StoredT, _query: RowsQuery) -> int:
        return self._facts(stored).order_ms

    # --- rows -----------------------------------------------------------------------------------

    def _change(self, row_id: str, version: int, **values: object) -> bool:
        """Change a row that is still at this version; whether it was."""
        self._disk.check()
        before = self._rows.get(row_id)
        if before is None or self._facts(before).version != version:
            return False
        self._rows[row_id] = msgspec.structs.replace(before, **values)
        return True

    def _is_of(self, stored: StoredT, customer_key: str) -> bool:
        return self._facts(stored).customer_key == customer_key
