"""Follows what campaigns have begun: calls to their end, previews that nobody acts on.

Theory: the rows are the truth, and each has an instant at which it is looked at though nothing was heard. What the journal
says of a call is folded into the row of its attempt (`callcenter.projections.attempt_rows`); the entry follows from that row, in the same way at
once and after a restart. Nobody scans: an index knows what is due.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from callcenter.campaigns import entries, limits
from callcenter.campaigns.asking import Asking
from callcenter.campaigns.service import CampaignService
from callcenter.host.envelope import HostError, Published
from callcenter.ports.campaigns import Attempt, Campaigns, Entry
from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.tasks import woken
from crm_link.outbound.judging import SOON_MS
from crm_link.outbound.model import EntryState
from routing.events import ContactClosed
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.campaigns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the runner stands in. `seq` is that of the newest event, `folded` returns when the rows of attempts stand at one."""

    rows: Campaigns
    service: CampaignService
    asking: Asking
    seq: Callable[[], int]
    folded: Callable[[int], Awaitable[None]]
    now_ms: Callable[[], int]


class CampaignRunner:
    """One for a domain; a listener of the host. `run` does what is due."""

    def __init__(self, around: Around) -> None:
        """Nothing is known before `load`."""
        self._around = around
        self._calling: dict[ContactId, tuple[str, str]] = {}
        self._closed: deque[tuple[ContactId, int]] = deque()
        self._wake = asyncio.Event()

    def on_called(self, contact_id: ContactId, entry: Entry) -> None:
        """A permit was granted."""
        self._calling[contact_id] = (entry.campaign_id, entry.entry_id)

    def on_published(self, published: Published) -> None:
        """See which calls are over. A listener of the host."""
        for seq, event in enumerate(published.events, published.first_seq):
            if isinstance(event, ContactClosed) and event.contact_id in self._calling:
                self._closed.append((event.contact_id, seq))
                self._wake.set()

    def look_again(self) -> None:
        """Time was skipped, or an entry was put on a screen: something may be due."""
        self._wake.set()

    async def load(self) -> None:
        """Take up what was being called. Raises StorageError."""
        await self._around.service.tell_suppressions()
        calling = await self._around.rows.calling()
        for entry in calling:
            if entry.contact_id is not None:
                self.on_called(entry.contact_id, entry)
        # What was over before it was listened for is in the rows; what is over from here on is heard.
        await self._until_folded(self._around.seq())
        for entry in calling:
            await self._settle(entry)

    async def run(self) -> None:
        """Until cancelled."""
        is_loaded = False
        while True:
            self._wake.clear()
            wait_ms = limits.RETRY_MS
            try:
                if not is_loaded:
                    await self.load()
                    is_loaded = True
                await self.work()
                wait_ms = await self._rest_ms()
            except (StorageError, HostError) as error:
                _log.warning("campaigns_wait", kind=type(error).__name__)
            await woken(self._wake, wait_ms)

    async def _rest_ms(self) -> int:
        due_ms = await self._around.rows.next_overdue_ms()
        if due_ms is None:
            return limits.LOOK_EVERY_MS
        return max(0, min(due_ms - self._around.now_ms(), limits.LOOK_EVERY_MS))

    async def work(self) -> None:
        """Everything that is to be done now. Raises StorageError: what was not done is done next time."""
        while self._closed:
            contact_id, seq = self._closed[0]
            await self._after_call(contact_id, seq)
            self._closed.popleft()
        now_ms = self._around.now_ms()
        for entry in await self._around.rows.overdue(now_ms, limit=limits.OVERDUE_AT_ONCE):
            if entry.state is EntryState.CALLING:
                await self._settle(entry)
            else:
                await self._move(entries.given_back(entry, "preview_ended", now_ms))

    async def _until_folded(self, seq: int) -> None:
        try:
            async with asyncio.timeout(limits.FOLDED_WAIT_MS / 1000):
                await self._around.folded(seq)
        except TimeoutError:
            _log.warning("campaign_calls_not_folded", seq=seq)

    async def _after_call(self, contact_id: ContactId, seq: int) -> None:
        await self._until_folded(seq)
        place = self._calling.get(contact_id)
        entry = None if place is None else await self._around.rows.entry(*place)
        if entry is not None and entry.contact_id == contact_id:
            await self._settle(entry)

    async def _settle(self, entry: Entry) -> None:
        """From where its attempt stands."""
        around, now_ms = self._around, self._around.now_ms()
        if entry.state is not EntryState.CALLING or entry.contact_id is None:
            return
        attempt = await around.asking.attempt_of(entry.contact_id)
        if attempt is None:
            # The process ended before anybody was asked.
            await self._move(entries.given_back(entry, entry.last_result, now_ms + SOON_MS))
        elif attempt.answer == "refused":
            await around.asking.details.erase(entry.contact_id)
            suppression, _ = await around.rows.suppression(entry.customer_key)
            until_ms = None if suppression is None else suppression.until_at_ms
            await self._move(entries.refused(entry, attempt.reason, until_ms, now_ms))
        elif attempt.closed_at_ms is None:
            # Perhaps another process of a cluster has asked for it.
            self.on_called(entry.contact_id, entry)
            await self._move(entries.looked_at(entry, now_ms + limits.CALL_LOOK_MS))
            return
        else:
            await self._end(entry, attempt, now_ms)
        self._calling.pop(entry.contact_id, None)

    async def _end(self, entry: Entry, attempt: Attempt, now_ms: int) -> None:
        campaign = await self._around.rows.get(entry.campaign_id)
        if campaign is None:
            raise LookupError(f"there is no campaign {entry.campaign_id}")
        moved, next_ = entries.ended(campaign, entry, attempt, now_ms)
        if next_.suppresses and entry.number:
            # First: after a crash in between it is done once more, and is the same.
            await self._around.service.suppress(
                entry.number, "do_not_call", attempt.agent_id, entry.campaign_id
            )
        await self._move(moved)

    async def _move(self, entry: Entry) -> None:
        try:
            await self._around.rows.move(entry)
        except ChangedMeanwhile:
            _log.info("entry_moved_meanwhile", entry_id=entry.entry_id)
