"""Campaigns, their lists and the numbers nobody calls, as they are changed.

Theory: one write for each change, which names the version it started from. A list is named by its bytes: the same again is
the same list. A number has one entry in a campaign, named by its key, whatever lists it stands in.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from callcenter.campaigns import limits
from callcenter.campaigns.plans import fault_of
from callcenter.campaigns.suppressing import Intake, SuppressionImport
from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import Envelope, Submitted
from callcenter.ports.campaigns import (
    Campaign,
    Campaigns,
    Entry,
    ListImport,
    Plan,
    Suppression,
)
from crm_link.outbound.lists import ListFault, ListRow, read_list
from crm_link.outbound.model import CampaignState, EntryState
from crm_link.outbound.packs import PACKS
from routing.commands import ChangeSuppressions
from routing.state import State

NEXT_STATES = {
    CampaignState.DRAFT: (CampaignState.RUNNING, CampaignState.DONE),
    CampaignState.RUNNING: (CampaignState.PAUSED, CampaignState.DONE),
    CampaignState.PAUSED: (CampaignState.RUNNING, CampaignState.DONE),
    CampaignState.DONE: (),
}
"""What a campaign may become; what is done stays done."""


class CampaignRefused(Exception):
    """It was not changed; `code` is stable, the message a plain sentence, `field` what is wrong with the plan."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the service stands in. `normal` gives a number's one form, None for what is none."""

    rows: Campaigns
    keys: CustomerKeys
    mirror: Callable[[], State]
    normal: Callable[[str], str | None]
    now_ms: Callable[[], int]
    submit: Callable[[Envelope], Awaitable[Submitted]]
    one_at_a_time: asyncio.Lock
    """Held while a permit is asked for, and while a number is suppressed."""


class CampaignService:
    """One for a domain."""

    def __init__(self, around: Around) -> None:
        self._around = around

    async def add(self, campaign_id: str, plan: Plan, by: str) -> Campaign:
        """A new one, as a draft. Raises CampaignRefused, ChangedMeanwhile, StorageError."""
        around = self._around
        self._check(plan)
        if len(await around.rows.all()) >= limits.CAMPAIGNS_MAX:
            raise CampaignRefused(
                "campaign_refused", "There are as many campaigns as there may be."
            )
        campaign = Campaign(
            campaign_id=campaign_id,
            plan=plan,
            state=CampaignState.DRAFT,
            made_at_ms=around.now_ms(),
            made_by=by,
            version=1,
        )
        await around.rows.put(campaign)
        return campaign

    async def change(self, campaign: Campaign, plan: Plan) -> Campaign:
        """Another plan for the version that was seen. Raises CampaignRefused, ChangedMeanwhile, StorageError."""
        self._check(plan)
        if campaign.state is CampaignState.DONE:
            raise CampaignRefused(
                "campaign_unfit", "The campaign is done: copy its plan into a new one."
            )
        changed = msgspec.structs.replace(campaign, plan=plan, version=campaign.version + 1)
        await self._around.rows.put(changed)
        return changed

    async def turn(self, campaign: Campaign, state: CampaignState) -> Campaign:
        """Start, pause or end it. Raises CampaignRefused, ChangedMeanwhile, StorageError."""
        if state is campaign.state:
            return campaign
        if state not in NEXT_STATES[campaign.state]:
            legal = ", ".join(NEXT_STATES[campaign.state]) or "nothing"
            message = f"The campaign is {campaign.state}: it may become {legal}."
            raise CampaignRefused("campaign_unfit", message)
        if state is CampaignState.RUNNING:
            self._check(campaign.plan)
        changed = msgspec.structs.replace(campaign, state=state, version=campaign.version + 1)
        await self._around.rows.put(changed)
        return changed

    async def take_list(self, campaign: Campaign, name: str, content: bytes, by: str) -> ListImport:
        """Take a CSV in; the same bytes again are the same list. Raises CampaignRefused, StorageError."""
        around = self._around
        if campaign.state is CampaignState.DONE:
            raise CampaignRefused(
                "campaign_unfit", "The campaign is done: no list is taken in any more."
            )
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = "The list is not written in UTF-8."
            raise CampaignRefused("list_invalid", message) from error
        # In a thread: a long list takes long to read, and zones' rules are files.
        found = await asyncio.to_thread(
            lambda: list(read_list(text, around.normal, around.now_ms()))
        )
        rows = [one for one in found if isinstance(one, ListRow)]
        faults = [(one.line, one.code) for one in found if isinstance(one, ListFault)]
        kept, refused = await self._sieved(campaign, rows)
        import_ = ListImport(
            campaign_id=campaign.campaign_id,
            list_id=hashlib.sha256(content).hexdigest()[:32],
            name=name,
            at_ms=around.now_ms(),
            by=by,
            taken=len(kept),
            faults=tuple(sorted((*faults, *refused))),
        )
        entries = [self._entry(campaign, import_, row) for row in kept]
        return await around.rows.add_list(import_, entries)

    async def _sieved(
        self, campaign: Campaign, rows: list[ListRow]
    ) -> tuple[list[ListRow], list[tuple[int, str]]]:
        """Rows that may become entries, and what is wrong with the others: suppressed, or without the consent it needs."""
        around, pack = self._around, PACKS[campaign.plan.pack_id]
        keys = {row.number: around.keys.key_of(row.number) for row in rows}
        suppressed = await around.rows.suppressed(list(keys.values()))
        kept, refused = [], []
        for row in rows:
            if keys[row.number] in suppressed:
                refused.append((row.line, "number_suppressed"))
            elif pack.needs_consent and row.consent_at_ms is None:
                refused.append((row.line, "consent_missing"))
            else:
                kept.append(row)
        return kept, refused

    def _entry(self, campaign: Campaign, import_: ListImport, row: ListRow) -> Entry:
        key = self._around.keys.key_of(row.number)
        return Entry(
            campaign_id=campaign.campaign_id,
            entry_id=key[:32],
            list_id=import_.list_id,
            line=row.line,
            number=row.number,
            customer_key=key,
            name=row.name,
            language=row.language,
            zone=row.zone,
            consent_at_ms=row.consent_at_ms,
            consent_source=row.consent_source,
            note=row.note,
            state=EntryState.WAITING,
            due_at_ms=import_.at_ms,
        )

    async def suppress(
        self, number: str, reason: str, by: str, campaign_id: str = ""
    ) -> Suppression:
        """Nobody calls this number for a campaign any more. Raises CampaignRefused, StorageError."""
        around = self._around
        plain = around.normal(number)
        if plain is None:
            raise CampaignRefused("dial_number_invalid", "This is no telephone number.", "number")
        wanted = Suppression(
            customer_key=around.keys.key_of(plain),
            number=plain,
            reason=reason,
            at_ms=around.now_ms(),
            by=by,
            campaign_id=campaign_id,
        )
        async with around.one_at_a_time:
            placed = await around.rows.suppress(wanted)
            # Before it is acknowledged: permits with older facts that nobody has used yet end by it.
            await self._tell(placed.version)
        return placed

    async def suppress_list(self, text: str, by: str) -> SuppressionImport:
        """Nobody calls the numbers of this file any more, or before the instants it names. Raises HostError, StorageError."""
        around = self._around

        async def place(some: list[Suppression]) -> list[Suppression | None]:
            async with around.one_at_a_time:
                placed = await around.rows.suppress_all(some)
                await self._tell(max((one.version for one in placed if one is not None), default=0))
            return placed

        intake = Intake(keys=around.keys, normal=around.normal, now_ms=around.now_ms(), by=by)
        return await intake.take(text, place)

    async def tell_suppressions(self) -> None:
        """Have the engine know how far the list has come. Raises HostError, StorageError."""
        async with self._around.one_at_a_time:
            _, version = await self._around.rows.suppression("")
            await self._tell(version)

    async def _tell(self, version: int) -> None:
        if version > self._around.mirror().suppression_version:
            command = ChangeSuppressions(version)
            await self._around.submit(Envelope(command, f"suppressions:{version}"))

    def _check(self, plan: Plan) -> None:
        fault = fault_of(plan, self._around.mirror())
        if fault is not None:
            raise CampaignRefused("campaign_invalid", fault[1], fault[0])
