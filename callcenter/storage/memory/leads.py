"""Leads in memory: see `store`."""

from collections import Counter

import msgspec

from callcenter.notices import lead_notice
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.leads import LeadEvent, LeadList, LeadQuery, StoredLead
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.notices import MemoryNotices
from routing.ids import ContactId


class MemoryLeads:
    """`ports.leads.Leads` in memory."""

    def __init__(self, disk: Disk, notices: MemoryNotices) -> None:
        self._disk = disk
        self._notices = notices
        self._rows: dict[str, StoredLead] = {}
        self._events: list[LeadEvent] = []

    async def put(self, stored: StoredLead, event: LeadEvent) -> StoredLead:
        """The lead and its step."""
        self._disk.check()
        lead_id = stored.lead.lead_id
        before = self._rows.get(lead_id)
        known = await self.of_command(event.command_id)
        if known is not None and before is not None and known.lead_id == lead_id:
            return before
        if known is not None:
            raise ChangedMeanwhile(lead_id)
        if stored.lead.version != (0 if before is None else before.lead.version) + 1:
            raise ChangedMeanwhile(lead_id)
        newest = max((one.lead_no for one in self._rows.values()), default=0)
        lead_no = newest + 1 if before is None else before.lead_no
        numbered = msgspec.structs.replace(stored, lead_no=lead_no)
        self._rows[lead_id] = numbered
        self._events.append(event)
        self._notices.add(lead_notice(numbered, event, before.lead.stage if before else None))
        return numbered

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Unless it has moved on."""
        self._disk.check()
        before = self._rows.get(lead_id)
        if before is None or before.lead.version != version:
            return False
        self._rows[lead_id] = msgspec.structs.replace(before, look_at_ms=at_ms)
        return True

    async def get(self, lead_id: str) -> StoredLead | None:
        """By id."""
        return self._rows.get(lead_id)

    async def of_command(self, command_id: str) -> LeadEvent | None:
        """The step of a command."""
        return next((one for one in self._events if one.command_id == command_id), None)

    async def events(self, lead_id: str) -> list[LeadEvent]:
        """The steps of one."""
        return [one for one in self._events if one.lead_id == lead_id]

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredLead]:
        """Of a contact and its customer."""
        about = {one.lead_id for one in self._events if one.contact_id == contact_id}
        found = [
            one
            for one in self._rows.values()
            if one.lead.lead_id in about or (customer_key and one.customer_key == customer_key)
        ]
        return sorted(found, key=lambda one: -one.lead_no)[:limit]

    async def page(self, query: LeadQuery) -> list[StoredLead]:
        """A page."""
        sign = -1 if query.list_ is LeadList.CLOSED else 1

        def place(one: StoredLead) -> tuple[int, str]:
            return sign * one.order_ms, one.lead.lead_id

        found = sorted((one for one in self._rows.values() if _is_in(one, query)), key=place)
        if query.mark is not None:
            mark = sign * query.mark[0], query.mark[1]
            found = [one for one in found if place(one) > mark]
        return found[: query.limit]

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """Of a campaign."""
        mine = (one for one in self._rows.values() if one.campaign_id == campaign_id)
        return dict(Counter(one.lead.stage.value for one in mine))

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredLead]:
        """What is to be done."""
        found = [
            (one.look_at_ms, one.lead.lead_id)
            for one in self._rows.values()
            if one.look_at_ms is not None and one.look_at_ms <= now_ms
        ]
        return [self._rows[lead_id] for _, lead_id in sorted(found)[:limit]]


def _is_in(stored: StoredLead, query: LeadQuery) -> bool:
    lead = stored.lead
    if query.list_ is LeadList.MINE:
        return lead.is_open and lead.owner_id == query.owner_id
    if lead.queue_id not in query.queue_ids:
        return False
    if query.list_ is LeadList.CLOSED:
        return not lead.is_open
    is_due = (lead.remind_at_ms or 0) <= query.now_ms
    return lead.is_open and (is_due or query.list_ is LeadList.OPEN)
