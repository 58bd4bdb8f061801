"""Preview: an agent is shown an entry, and calls it or does not.

An agent has one entry at a time, and an entry one agent: both are one write that names the version it started from.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from callcenter.campaigns import entries, limits
from callcenter.campaigns.asking import Asked, Asking
from callcenter.campaigns.facts import judged, standing_of
from callcenter.campaigns.service import CampaignRefused, CampaignService
from callcenter.campaigns.words import SkipReason
from callcenter.ports.campaigns import Campaign, Campaigns, Entry
from callcenter.ports.errors import ChangedMeanwhile
from crm_link.outbound.model import CampaignMode, CampaignState, EntryState, Fault
from routing.ids import AgentId, ContactId
from routing.model import PermitFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What previews stand in. `on_called` is told of every permit that was granted."""

    rows: Campaigns
    service: CampaignService
    asking: Asking
    now_ms: Callable[[], int]
    on_called: Callable[[ContactId, Entry], None]


class Previews:
    """One for a domain."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._one_at_a_time = asyncio.Lock()

    async def next(self, campaign: Campaign, agent_id: AgentId) -> Entry | None:
        """The entry that the agent has, or the next that may be called now; None where none may. Raises CampaignRefused, StorageError."""
        around = self._around
        async with self._one_at_a_time:
            held = await around.rows.held_by(agent_id)
            if held:
                return held[0]
            if campaign.plan.mode is not CampaignMode.PREVIEW:
                message = "The campaign calls by itself: there is nothing to preview."
                raise CampaignRefused("campaign_unfit", message)
            if campaign.state is not CampaignState.RUNNING:
                raise CampaignRefused("campaign_unfit", f"The campaign is {campaign.state}.")
            due = await around.rows.due(
                campaign.campaign_id,
                EntryState.WAITING,
                around.now_ms(),
                limit=limits.NEXT_LOOKS_MAX,
            )
            for entry in due:
                refusal, moved = await self._looked_at(campaign, entry, agent_id)
                if refusal is None:
                    return moved
                if refusal == Fault.CAMPAIGN_DAY_CAP:
                    return None
            return None

    async def _looked_at(
        self, campaign: Campaign, entry: Entry, agent_id: AgentId
    ) -> tuple[str | None, Entry]:
        """The entry on the agent's screen, or put off with the reason."""
        around, now_ms = self._around, self._around.now_ms()
        found = await judged(campaign, await standing_of(around.rows, entry, now_ms), now_ms)
        if found is None:
            moved = entries.previewed(entry, agent_id, now_ms + limits.PREVIEW_MS)
        else:
            moved = entries.refused(entry, found.fault.value, found.until_ms, now_ms)
        await around.rows.move(moved)
        return (None if found is None else found.fault.value), moved

    async def dial(self, campaign: Campaign, entry: Entry, agent_id: AgentId) -> Asked:
        """Call it, once: an entry that is being called already stays as it is. Raises as `Asking.ask`."""
        around = self._around
        async with self._one_at_a_time:
            if entry.state is EntryState.CALLING:
                return Asked(entry)
            asked = await around.asking.ask(campaign, entry, agent_id)
            if not asked.reason:
                around.on_called(ContactId(asked.entry.contact_id or ""), asked.entry)
                return asked
            now_ms = around.now_ms()
            if asked.reason in _AGENTS_FAULTS:
                moved = entries.previewed(asked.entry, agent_id, now_ms + limits.PREVIEW_MS)
            else:
                moved = entries.refused(asked.entry, asked.reason, asked.until_ms, now_ms)
            await around.rows.move(moved)
            return Asked(moved, asked.reason, asked.until_ms)

    async def skip(
        self, campaign: Campaign, entry: Entry, reason: SkipReason, agent_id: AgentId
    ) -> Entry:
        """Not called, for a reason; the next may be asked for. Raises CampaignRefused, ChangedMeanwhile, StorageError."""
        around = self._around
        if entry.state is not EntryState.PREVIEWED:
            raise ChangedMeanwhile(entry.entry_id)
        if reason is SkipReason.DO_NOT_CALL:
            await around.service.suppress(
                entry.number, f"skipped_{reason}", agent_id, entry.campaign_id
            )
        moved = entries.skipped(campaign, entry, reason, around.now_ms())
        await around.rows.move(moved)
        return moved


_AGENTS_FAULTS = (PermitFault.AGENT_NOT_ELIGIBLE, PermitFault.AGENT_UNKNOWN, "dial_agent_cap")
"""Reasons that lie with the agent alone: the entry stays on the screen."""
