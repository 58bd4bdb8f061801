"""Campaigns in memory: see `store`."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from callcenter.notices import entry_kind, entry_notice
from callcenter.ports.campaigns import (
    ASKED,
    AT_WORK,
    Attempt,
    Campaign,
    DayCounts,
    Entry,
    ListImport,
    Suppression,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.journal import RowChange
from callcenter.storage.campaign_rows import attempt_of, attempt_row, with_duplicates
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.mails import MemoryMails
from callcenter.storage.memory.notices import MemoryNotices
from callcenter.storage.memory.rows import MemoryProjectionRows
from callcenter.storage.page_marks import place
from callcenter.storage.tables.campaigns import campaign_attempts
from crm_link.outbound.judging import NEVER_DIALLED
from crm_link.outbound.model import EntryState
from routing.ids import ContactId


class MemoryCampaigns:
    """`ports.campaigns.Campaigns` in memory."""

    def __init__(
        self,
        disk: Disk,
        committed: MemoryMails,
        folded: MemoryProjectionRows,
        notices: MemoryNotices,
    ) -> None:
        self._disk = disk
        self._notices = notices
        self._committed = committed
        self._folded = folded
        self._campaigns: dict[str, Campaign] = {}
        self._lists: dict[tuple[str, str], ListImport] = {}
        self._entries: dict[tuple[str, str], Entry] = {}
        self._suppressions: dict[str, Suppression] = {}

    async def put(self, campaign: Campaign) -> None:
        """Store it, if the version before is the stored one."""
        self._disk.check()
        before = self._campaigns.get(campaign.campaign_id)
        if campaign.version != (0 if before is None else before.version) + 1:
            raise ChangedMeanwhile(campaign.campaign_id)
        self._campaigns[campaign.campaign_id] = campaign

    async def get(self, campaign_id: str) -> Campaign | None:
        """By id."""
        return self._campaigns.get(campaign_id)

    async def all(self) -> list[Campaign]:
        """Every one, the newest first."""
        return sorted(self._campaigns.values(), key=lambda one: (-one.made_at_ms, one.campaign_id))

    async def counts(self, campaign_id: str) -> dict[str, int]:
        """Entries by state."""
        return dict(Counter(one.state.value for one in self._of(campaign_id)))

    async def add_list(self, import_: ListImport, entries: Sequence[Entry]) -> ListImport:
        """The list and its new entries."""
        self._disk.check()
        key = (import_.campaign_id, import_.list_id)
        if key not in self._lists:
            old = []
            for one in entries:
                place = (one.campaign_id, one.entry_id)
                if place in self._entries:
                    old.append(one.line)
                else:
                    self._entries[place] = one
            self._lists[key] = with_duplicates(import_, len(entries), old)
        return self._lists[key]

    async def lists(self, campaign_id: str) -> list[ListImport]:
        """The newest first."""
        found = [one for one in self._lists.values() if one.campaign_id == campaign_id]
        return sorted(found, key=lambda one: (-one.at_ms, one.list_id))

    async def entry(self, campaign_id: str, entry_id: str) -> Entry | None:
        """By id."""
        return self._entries.get((campaign_id, entry_id))

    async def move(self, entry: Entry) -> None:
        """Replace the version before."""
        self._disk.check()
        key = (entry.campaign_id, entry.entry_id)
        before = self._entries.get(key)
        if before is None or before.version != entry.version - 1:
            raise ChangedMeanwhile(entry.entry_id)
        self._entries[key] = entry
        kind, campaign = entry_kind(entry, before.attempts), self._campaigns.get(entry.campaign_id)
        if kind is not None and campaign is not None:
            self._notices.add(entry_notice(kind, entry, campaign.plan.queue_id))

    async def entries(
        self, campaign_id: str, state: EntryState | None, *, after: str, limit: int
    ) -> list[Entry]:
        """A part, by id."""
        found = [
            one
            for one in self._of(campaign_id)
            if one.entry_id > after and state in (None, one.state)
        ]
        return sorted(found, key=lambda one: one.entry_id)[:limit]

    async def due(
        self, campaign_id: str, state: EntryState, now_ms: int, *, limit: int
    ) -> list[Entry]:
        """The longest due first, then as the list has them."""
        timed = [
            (one.due_at_ms, (one.line, one.entry_id), one)
            for one in self._of(campaign_id)
            if one.state is state and one.due_at_ms is not None
        ]
        return [one for at_ms, _, one in sorted(timed, key=lambda row: row[:2]) if at_ms <= now_ms][
            :limit
        ]

    async def next_due_ms(self, campaign_id: str) -> int | None:
        """Of those that wait."""
        waiting = [one for one in self._of(campaign_id) if one.state is EntryState.WAITING]
        return min((one.due_at_ms for one in waiting if one.due_at_ms is not None), default=None)

    async def held_by(self, agent_id: str) -> list[Entry]:
        """What an agent has on the screen."""
        return [one for one in self._at_work() if one.agent_id == agent_id]

    async def calling(self) -> list[Entry]:
        """Being called."""
        return [one for one in self._at_work() if one.state is EntryState.CALLING]

    async def overdue(self, now_ms: int, *, limit: int) -> list[Entry]:
        """The longest due first."""
        timed = [
            (one.due_at_ms, one.entry_id, one)
            for one in self._at_work()
            if one.due_at_ms is not None and one.due_at_ms <= now_ms
        ]
        return [one for _, _, one in sorted(timed, key=lambda row: row[:2])][:limit]

    async def next_overdue_ms(self) -> int | None:
        """Of those that are previewed or being called."""
        due = [one.due_at_ms for one in self._at_work() if one.due_at_ms is not None]
        return min(due, default=None)

    async def suppress(self, suppression: Suppression) -> Suppression:
        """With the next version; one that is there and lasts as long stays."""
        self._disk.check()
        return self._place(suppression)[0]

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> list[Suppression | None]:
        """In one go."""
        self._disk.check()
        both = [self._place(one) for one in suppressions]
        return [placed if is_new else None for placed, is_new in both]

    def _place(self, wanted: Suppression) -> tuple[Suppression, bool]:
        known = self._suppressions.get(wanted.customer_key)
        if known is not None and not wanted.outlasts(known):
            return known, False
        placed = msgspec.structs.replace(wanted, version=self._newest() + 1)
        self._suppressions[wanted.customer_key] = placed
        return placed, True

    def _newest(self) -> int:
        return max((one.version for one in self._suppressions.values()), default=0)

    async def suppression(self, customer_key: str) -> tuple[Suppression | None, int]:
        """The row and the list's version."""
        return self._suppressions.get(customer_key), self._newest()

    async def suppressed(self, customer_keys: Sequence[str]) -> set[str]:
        """Which of these, for good."""
        found = self._suppressions
        return {key for key in customer_keys if key in found and found[key].until_at_ms is None}

    async def suppressions(self, *, before: int | None, limit: int) -> list[Suppression]:
        """The newest first."""
        found = [
            one for one in self._suppressions.values() if before is None or one.version < before
        ]
        return sorted(found, key=lambda one: -one.version)[:limit]

    async def attempt(self, contact_id: ContactId) -> Attempt | None:
        """By contact."""
        return next((one for one in self._attempts() if one.contact_id == contact_id), None)

    async def attempts(self, campaign_id: str, *, after: str, limit: int) -> list[Attempt]:
        """A part, as it was asked for."""
        mark = place(after) if after else (-1, "")
        found = [
            one
            for one in self._attempts()
            if one.campaign_id == campaign_id and (one.asked_at_ms, one.contact_id) > mark
        ]
        return sorted(found, key=lambda one: (one.asked_at_ms, one.contact_id))[:limit]

    async def open_attempts(self) -> list[Attempt]:
        """Whose end the journal has not told."""
        return [one for one in self._attempts() if one.closed_at_ms is None]

    async def day_counts(self, campaign_id: str, customer_key: str, since_ms: int) -> DayCounts:
        """Permits that were granted, unless they ended with nothing dialled."""
        counted = [
            one
            for one in self._attempts()
            if one.asked_at_ms > since_ms
            and one.answer != "refused"
            and one.outcome not in NEVER_DIALLED
        ]
        number = [one.asked_at_ms for one in counted if one.customer_key == customer_key]
        campaign = [one.asked_at_ms for one in counted if one.campaign_id == campaign_id]
        return DayCounts(
            len(number), min(number, default=None), len(campaign), min(campaign, default=None)
        )

    async def refuse(self, attempt: Attempt) -> None:
        """One row, in both parts."""
        self._disk.check()
        row = attempt_row(attempt)
        key = {"contact_id": row.pop("contact_id")}
        self._committed.commit([RowChange(campaign_attempts.name, key, row)])

    def _at_work(self) -> list[Entry]:
        found = [one for one in self._entries.values() if one.state in AT_WORK]
        return sorted(found, key=lambda one: one.entry_id)

    def _of(self, campaign_id: str) -> list[Entry]:
        return [one for one in self._entries.values() if one.campaign_id == campaign_id]

    def _attempts(self) -> list[Attempt]:
        """What was committed, and what was folded over it."""
        folded = self._folded.tables[campaign_attempts.name]
        rows = []
        for row in self._committed.rows_of(campaign_attempts.name):
            over = folded.get((row["contact_id"],), row)
            rows.append(
                attempt_of({**over, **{name: row[name] for name in ("contact_id", *ASKED)}})
            )
        return rows
