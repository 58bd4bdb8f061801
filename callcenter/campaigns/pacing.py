"""Progressive: whenever an agent has nothing in hand, the next entry is called for whoever is free.

Theory: the engine alone says who is free, and reserves them with the permit. It is asked once for each agent who was seen
to have nothing in hand, so it is not asked in vain all day; should something have been missed, everybody is looked at every
few seconds. Which entry is next, an index knows.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from callcenter.campaigns import entries, limits
from callcenter.campaigns.asking import Asked, Asking, NoPhones
from callcenter.host.envelope import HostError, Published
from callcenter.ports.campaigns import Campaign, Campaigns, Entry
from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.tasks import woken
from crm_link.outbound.model import CampaignMode, CampaignState, EntryState, Fault
from routing.ids import AgentId, ContactId, QueueId
from routing.model import AgentState, PermitFault
from routing.state import Agent, State

_log = structlog.get_logger("callcenter.campaigns")

NOBODY_FREE = (PermitFault.NO_AGENT_FREE, PermitFault.CAMPAIGNS_FULL)
"""The engine's words for: not now, whatever the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What pacing stands in. `on_called` is told of every permit that was granted."""

    rows: Campaigns
    asking: Asking
    mirror: Callable[[], State]
    now_ms: Callable[[], int]
    on_called: Callable[[ContactId, Entry], None]


class Pacer:
    """One for a domain; a listener of the host. `run` asks for permits."""

    def __init__(self, around: Around) -> None:
        """Nobody is called before `run`."""
        self._around = around
        self._idle: dict[AgentId, None] = {}
        self._running: set[str] = set()
        self._everybody_at_ms = 0
        self._begins_with = 0
        self._wake = asyncio.Event()

    def on_published(self, published: Published) -> None:
        """See who has nothing in hand any more. A listener of the host."""
        agents = self._around.mirror().agents
        for event in published.events:
            agent = agents.get(getattr(event, "agent_id", None) or AgentId(""))
            if agent is not None and is_idle(agent):
                self._idle[agent.agent_id] = None
                self._wake.set()

    def look_again(self) -> None:
        """Time was skipped: something may be due."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.work()
            except NoPhones:
                _log.warning("campaigns_without_phones")
            except (StorageError, HostError) as error:
                _log.warning("campaigns_wait", kind=type(error).__name__)
            await asyncio.sleep(limits.PACE_MS / 1000)
            await woken(self._wake, limits.LOOK_EVERY_MS)

    async def work(self) -> None:
        """Call for everybody who is free, the campaigns in turn. Raises NoPhones, HostError, StorageError."""
        running = [one for one in await self._around.rows.all() if _calls_by_itself(one)]
        if not running:
            self._idle.clear()
        self._look_at_everybody({one.campaign_id for one in running})
        self._begins_with += 1
        first = self._begins_with % max(1, len(running))
        for campaign in [*running[first:], *running[:first]]:
            while free := self._free_in(campaign.plan.queue_id):
                reason = await self._call_next(campaign)
                if reason is None:
                    break
                for agent_id in free if reason in NOBODY_FREE else free[:1]:
                    self._idle.pop(agent_id, None)

    def _look_at_everybody(self, running: set[str]) -> None:
        """When a campaign was started, and now and then: who has nothing in hand has not been heard of."""
        is_new, self._running = bool(running - self._running), running
        now_ms = self._around.now_ms()
        if is_new or (running and now_ms >= self._everybody_at_ms):
            agents = self._around.mirror().agents.values()
            self._idle = {one.agent_id: None for one in agents if is_idle(one)}
            self._everybody_at_ms = now_ms + limits.EVERYBODY_EVERY_MS

    def _free_in(self, queue_id: QueueId) -> list[AgentId]:
        """Who of the queue has nothing in hand, as far as was seen."""
        agents = self._around.mirror().agents
        self._idle = {one: None for one in self._idle if one in agents and is_idle(agents[one])}
        return [one for one in self._idle if queue_id in agents[one].queue_ids]

    async def _call_next(self, campaign: Campaign) -> str | None:
        """Call the first entry that may be; "" if it was, a word of `NOBODY_FREE`, or None where no entry may be called now."""
        around, now_ms = self._around, self._around.now_ms()
        due = await around.rows.due(
            campaign.campaign_id, EntryState.WAITING, now_ms, limit=limits.NEXT_LOOKS_MAX
        )
        for entry in due:
            reason = await self._call(campaign, entry)
            if reason in ("", *NOBODY_FREE):
                return reason
            if reason == Fault.CAMPAIGN_DAY_CAP:
                return None
        return None

    async def _call(self, campaign: Campaign, entry: Entry) -> str:
        """Why it was not, in a word; "changed_meanwhile" where somebody else has moved the entry."""
        around = self._around
        try:
            asked = await around.asking.ask(campaign, entry)
        except ChangedMeanwhile:
            return "changed_meanwhile"
        now_ms, contact_id = around.now_ms(), ContactId(asked.entry.contact_id or "")
        if not asked.reason:
            around.on_called(contact_id, asked.entry)
        moved = self._after(asked, contact_id, now_ms)
        try:
            if moved is not None:
                await around.rows.move(moved)
        except ChangedMeanwhile:
            _log.info("entry_moved_meanwhile", entry_id=entry.entry_id)
        return asked.reason

    def _after(self, asked: Asked, contact_id: ContactId, now_ms: int) -> Entry | None:
        """With the agent who will talk, or back in the list."""
        if asked.reason:
            until_ms = now_ms if asked.reason in NOBODY_FREE else asked.until_ms
            return entries.refused(asked.entry, asked.reason, until_ms, now_ms)
        contact = self._around.mirror().contacts.get(contact_id)
        if contact is None or contact.agent_id is None:
            return None
        return entries.given_to(asked.entry, contact.agent_id)


def is_idle(agent: Agent) -> bool:
    """Whether the agent is ready and has nothing in hand."""
    return agent.state is AgentState.READY and agent.is_present and not agent.holds


def _calls_by_itself(campaign: Campaign) -> bool:
    is_running = campaign.state is CampaignState.RUNNING
    return is_running and campaign.plan.mode is CampaignMode.PROGRESSIVE
