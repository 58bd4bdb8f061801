"""Leads in memory: see `store`."""

from collections import Counter

from callcenter.ports.leads import StoredLead
from callcenter.storage.leads import LEAD
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.notices import MemoryNotices
from callcenter.storage.memory.stepped import MemoryStepped


class MemoryLeads(MemoryStepped[StoredLead]):
    """`ports.leads.Leads` in memory."""

    def __init__(self, disk: Disk, notices: MemoryNotices) -> None:
        super().__init__(disk, notices, LEAD)

    async def look_later(self, lead_id: str, version: int, at_ms: int) -> bool:
        """Unless it has moved on."""
        return self._change(lead_id, version, look_at_ms=at_ms)

    async def stages(self, campaign_id: str) -> dict[str, int]:
        """Of a campaign."""
        mine = (one for one in self._rows.values() if one.campaign_id == campaign_id)
        return dict(Counter(one.lead.stage.value for one in mine))
