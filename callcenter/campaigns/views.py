"""What the API shows of campaigns."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.campaigns import limits
from callcenter.campaigns.suppressing import SuppressionImport
from callcenter.ports.calls import CallRow
from callcenter.ports.campaigns import (
    Attempt,
    Campaign,
    Entry,
    ListImport,
    Plan,
    Suppression,
)
from callcenter.telephony.cards import masked
from crm_link.outbound.limits import ATTEMPTS_MAX
from crm_link.outbound.model import CampaignMode, CampaignState, EntryState, Result
from crm_link.outbound.packs import PACKS
from routing.ids import QueueId

Id = Annotated[str, Meta(pattern="^[a-z0-9_-]{1,64}$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Script = Annotated[str, Meta(max_length=limits.SCRIPT_CHARACTERS_MAX)]
Minute = Annotated[int, Meta(ge=0, le=24 * 60)]
PackId = Annotated[str, Meta(pattern=f"^({'|'.join(PACKS)})$")]


class CampaignPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a campaign does. Minutes are local minutes of a day, weekdays 1 (Monday) to 7; `results` are by disposition."""

    name: Name
    queue_id: Id
    mode: CampaignMode
    pack_id: PackId = "cn"
    shown_number: Annotated[str, Meta(pattern=r"^$|^\+?[0-9]{3,20}$")] = ""
    is_agent_first: bool = True
    from_minute: Minute = 9 * 60
    until_minute: Minute = 20 * 60
    weekdays: Annotated[list[Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=7)] = msgspec.field(
        default_factory=lambda: [1, 2, 3, 4, 5, 6, 7]
    )
    attempts_max: Annotated[int, Meta(ge=1, le=ATTEMPTS_MAX)] = 3
    gap_minutes: Annotated[int, Meta(ge=1, le=limits.GAP_MINUTES_MAX)] = 120
    per_number_day: Annotated[int, Meta(ge=1, le=10)] = 1
    calls_per_day: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    ring_s: Annotated[int, Meta(ge=5, le=120)] = 25
    script_en: Script = ""
    script_zh: Script = ""
    results: Annotated[dict[Id, Result], Meta(max_length=100)] = {}

    def plan(self) -> Plan:
        """As it is stored."""
        return Plan(
            name=self.name,
            queue_id=QueueId(self.queue_id),
            mode=self.mode,
            pack_id=self.pack_id,
            shown_number=self.shown_number,
            is_agent_first=self.is_agent_first,
            from_minute=self.from_minute,
            until_minute=self.until_minute,
            weekdays=tuple(sorted(set(self.weekdays))),
            attempts_max=self.attempts_max,
            gap_ms=self.gap_minutes * 60_000,
            per_number_day=self.per_number_day,
            calls_per_day=self.calls_per_day,
            ring_ms=self.ring_s * 1000,
            script_en=self.script_en,
            script_zh=self.script_zh,
            results=dict(self.results),
        )


def plan_view(plan: Plan) -> CampaignPlan:
    """As it was sent."""
    return CampaignPlan(
        name=plan.name,
        queue_id=plan.queue_id,
        mode=plan.mode,
        pack_id=plan.pack_id,
        shown_number=plan.shown_number,
        is_agent_first=plan.is_agent_first,
        from_minute=plan.from_minute,
        until_minute=plan.until_minute,
        weekdays=list(plan.weekdays),
        attempts_max=plan.attempts_max,
        gap_minutes=plan.gap_ms // 60_000,
        per_number_day=plan.per_number_day,
        calls_per_day=plan.calls_per_day,
        ring_s=plan.ring_ms // 1000,
        script_en=plan.script_en,
        script_zh=plan.script_zh,
        results=dict(plan.results),
    )


class CampaignView(msgspec.Struct, frozen=True):
    """A campaign, how far it has come (entries by state), and what it may become."""

    campaign_id: str
    state: CampaignState
    version: int
    made_at_ms: int
    made_by_name: str
    plan: CampaignPlan
    entries: dict[str, int]
    next_states: list[str]


class CampaignsView(msgspec.Struct, frozen=True):
    """The newest first."""

    campaigns: list[CampaignView]


class ListFaultRow(msgspec.Struct, frozen=True):
    """A row that was not taken."""

    line: int
    code: str


class ListView(msgspec.Struct, frozen=True):
    """A list that was taken in."""

    list_id: str
    name: str
    at_ms: int
    by_name: str
    taken: int
    faults: list[ListFaultRow]


class ListsView(msgspec.Struct, frozen=True):
    """The newest first."""

    lists: list[ListView]


def list_view(import_: ListImport, by_name: str) -> ListView:
    """With every row that was not taken."""
    faults = [ListFaultRow(line, code) for line, code in import_.faults]
    return ListView(import_.list_id, import_.name, import_.at_ms, by_name, import_.taken, faults)


class EntryRow(msgspec.Struct, frozen=True):
    """An entry of a campaign; of the number the end alone."""

    entry_id: str
    list_id: str
    line: int
    number: str
    name: str
    language: str
    zone: str
    note: str
    state: EntryState
    due_at_ms: int | None
    attempts: int
    last_attempt_at_ms: int | None
    last_result: str
    contact_id: str | None
    agent_id: str


class EntriesView(msgspec.Struct, frozen=True):
    """By id; `next_after` is where the next part begins, "" at the end."""

    entries: list[EntryRow]
    next_after: str


def entry_view(entry: Entry) -> EntryRow:
    """As pages show it."""
    return EntryRow(
        entry_id=entry.entry_id,
        list_id=entry.list_id,
        line=entry.line,
        number=masked(entry.number),
        name=entry.name,
        language=entry.language,
        zone=entry.zone,
        note=entry.note,
        state=entry.state,
        due_at_ms=entry.due_at_ms,
        attempts=entry.attempts,
        last_attempt_at_ms=entry.last_attempt_at_ms,
        last_result=entry.last_result,
        contact_id=entry.contact_id,
        agent_id=entry.agent_id,
    )


class AttemptRow(msgspec.Struct, frozen=True):
    """A line of the evidence: what was known, what the engine said, and what became of it. Instants in UTC ms.

    At `dialled_at_ms` the permit was used; the agent's phone may have rung first. What begins with `line_` the phone system has
    said, once the call is over: when it began to dial the customer, and how the call ended.
    """

    contact_id: str
    entry_id: str
    dial_id: str
    asked_at_ms: int
    pack_id: str
    campaign_version: int
    suppression_version: int
    consent_at_ms: int | None
    answer: str
    reason: str
    agent_id: str
    dialled_at_ms: int | None
    answered_at_ms: int | None
    connected_at_ms: int | None
    ended_at_ms: int | None
    outcome: str
    disposition_id: str
    line_cause: str
    line_dialled_at_ms: int | None


class EvidenceView(msgspec.Struct, frozen=True):
    """As it was asked for; `next_after` is where the next part begins, "" at the end."""

    attempts: list[AttemptRow]
    next_after: str


def attempt_view(attempt: Attempt, call: CallRow | None) -> AttemptRow:
    """As evidence tells it; `call` None: none was placed."""
    return AttemptRow(
        contact_id=attempt.contact_id,
        entry_id=attempt.entry_id,
        dial_id=attempt.permit_id,
        asked_at_ms=attempt.asked_at_ms,
        pack_id=attempt.pack_id,
        campaign_version=attempt.campaign_version,
        suppression_version=attempt.suppression_version,
        consent_at_ms=attempt.consent_at_ms,
        answer=attempt.answer,
        reason=attempt.reason,
        agent_id=attempt.agent_id,
        dialled_at_ms=attempt.dialled_at_ms,
        answered_at_ms=attempt.answered_at_ms,
        connected_at_ms=attempt.connected_at_ms,
        ended_at_ms=attempt.ended_at_ms,
        outcome=attempt.outcome,
        disposition_id=attempt.disposition_id,
        line_cause="" if call is None else call.end_cause,
        line_dialled_at_ms=None if call is None else call.dialled_at_ms,
    )


class SuppressionRow(msgspec.Struct, frozen=True):
    """A number nobody calls for a campaign, before `until_at_ms` (null: for good); of the number the end alone."""

    customer_key: str
    number: str
    reason: str
    at_ms: int
    by_name: str
    campaign_id: str
    version: int
    until_at_ms: int | None


class SuppressionsView(msgspec.Struct, frozen=True):
    """The newest first; `next_before` is where the next part begins, null at the end."""

    suppressions: list[SuppressionRow]
    next_before: int | None


class SuppressionListView(msgspec.Struct, frozen=True):
    """How many numbers of a file were put on the list, and every row that was not."""

    taken: int
    faults: list[ListFaultRow]


def suppression_list_view(import_: SuppressionImport) -> SuppressionListView:
    """With every row that was not taken."""
    faults = [ListFaultRow(line, code) for line, code in import_.faults]
    return SuppressionListView(import_.taken, faults)


def suppression_view(one: Suppression, by_name: str) -> SuppressionRow:
    """As pages show it."""
    return SuppressionRow(
        one.customer_key,
        masked(one.number),
        one.reason,
        one.at_ms,
        by_name,
        one.campaign_id,
        one.version,
        one.until_at_ms,
    )


def campaign_view(
    campaign: Campaign, entries: dict[str, int], by_name: str, next_states: list[str]
) -> CampaignView:
    """Whole."""
    return CampaignView(
        campaign_id=campaign.campaign_id,
        state=campaign.state,
        version=campaign.version,
        made_at_ms=campaign.made_at_ms,
        made_by_name=by_name,
        plan=plan_view(campaign.plan),
        entries=entries,
        next_states=next_states,
    )
