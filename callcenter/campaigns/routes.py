"""The API of campaigns: plans, lists, numbers nobody calls, and the evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectFacts, ObjectKind, Permission, may
from callcenter.campaigns import limits
from callcenter.campaigns.evidence import lines_of
from callcenter.campaigns.service import NEXT_STATES, CampaignRefused, CampaignService
from callcenter.campaigns.views import (
    CampaignPlan,
    CampaignsView,
    CampaignView,
    EntriesView,
    EvidenceView,
    Id,
    ListsView,
    ListView,
    Name,
    SuppressionListView,
    SuppressionRow,
    SuppressionsView,
    campaign_view,
    entry_view,
    list_view,
    suppression_list_view,
    suppression_view,
)
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.fields import Version
from callcenter.ports.calls import CallLog
from callcenter.ports.campaigns import Campaign, Campaigns
from callcenter.ports.errors import ChangedMeanwhile
from crm_link.outbound.limits import REASON_CHARACTERS_MAX
from crm_link.outbound.model import CampaignState, EntryState
from routing.errors import RefusalCode
from routing.ids import AgentId
from routing.state import State

Mark = Annotated[str, Meta(max_length=120)]
Limit = Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)]


class AddCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign to be made, as a draft."""

    campaign_id: Id
    plan: CampaignPlan


class ChangeCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another plan for the version the caller has seen."""

    based_on: Version
    plan: CampaignPlan


class TurnCampaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Start, pause or end it, from the version the caller has seen."""

    based_on: Version
    state: CampaignState


class TakeList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV with a head: `number`, and any of name, language, zone, consent, consent_source, note."""

    name: Name
    text: Annotated[str, Meta(min_length=1, max_length=limits.LIST_BYTES_MAX)]


class Suppress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number nobody is to call for a campaign, and why."""

    number: Annotated[str, Meta(min_length=3, max_length=40)]
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_CHARACTERS_MAX)]


class SuppressList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A CSV with a head: `number`, `reason`, and perhaps `until`, a day or an instant to come."""

    text: Annotated[str, Meta(min_length=1, max_length=limits.LIST_BYTES_MAX)]


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class EntriesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries, and after which one."""

    state: EntryState | None = None
    after: Mark = ""
    limit: Limit = 50


class EvidenceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After which line."""

    after: Mark = ""
    limit: Limit = 100


class SuppressionsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Older than which one."""

    before: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignServices:
    """What the routes stand on."""

    service: CampaignService
    rows: Campaigns
    calls: CallLog
    mirror: Callable[[], State]
    name: Callable[[AgentId], str]
    now_ms: Callable[[], int]


@route(
    "GET",
    "/api/v1/campaigns",
    summary="Campaigns of the queues the caller sees, and how far they have come",
    permission=Permission.READ_CAMPAIGNS,
    response=CampaignsView,
)
async def read_campaigns(call: Call[CampaignServices]) -> CampaignsView:
    """The newest first."""
    found = [
        one
        for one in await call.services.rows.all()
        if may(call.principal, Permission.READ_CAMPAIGNS, ObjectFacts(queue_id=one.plan.queue_id))
    ]
    return CampaignsView([await _view(call.services, one) for one in found])


@route(
    "POST",
    "/api/v1/campaigns",
    summary="Make a campaign, as a draft",
    permission=Permission.RUN_CAMPAIGNS,
    request=AddCampaign,
    response=CampaignView,
    body_bytes_max=limits.PLAN_BYTES_MAX,
    status=201,
    errors=(
        ApiErrorCode.CAMPAIGN_INVALID,
        ApiErrorCode.CAMPAIGN_REFUSED,
        ApiErrorCode.CAMPAIGN_TAKEN,
        RefusalCode.QUEUE_UNKNOWN,
    ),
    audit=AuditAction.CAMPAIGN_ADDED,
)
async def add_campaign(call: Call[CampaignServices]) -> CampaignView:
    """Nobody is called before it is started."""
    wanted = call.body(AddCampaign)
    _check_queue(call, wanted.plan)
    try:
        made = await call.services.service.add(
            wanted.campaign_id, wanted.plan.plan(), call.principal.user_id
        )
    except CampaignRefused as refused:
        raise _error(refused) from refused
    except ChangedMeanwhile as taken:
        message = "There is a campaign with this id."
        raise ApiError(ApiErrorCode.CAMPAIGN_TAKEN, message, path="$.campaign_id") from taken
    call.trail.object_kind, call.trail.object_id = ObjectKind.CAMPAIGN, made.campaign_id
    return await _view(call.services, made)


@route(
    "GET",
    "/api/v1/campaigns/{campaign_id}",
    summary="A campaign, its plan and how far it has come",
    permission=Permission.READ_CAMPAIGNS,
    scope=Scope.campaign(),
    response=CampaignView,
)
async def read_campaign(call: Call[CampaignServices]) -> CampaignView:
    """Whole."""
    return await _view(call.services, await stored_campaign(call.services.rows, call))


@route(
    "PUT",
    "/api/v1/campaigns/{campaign_id}",
    summary="Change a campaign's plan",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    request=ChangeCampaign,
    response=CampaignView,
    body_bytes_max=limits.PLAN_BYTES_MAX,
    errors=(
        ApiErrorCode.CAMPAIGN_CHANGED,
        ApiErrorCode.CAMPAIGN_INVALID,
        ApiErrorCode.CAMPAIGN_UNFIT,
        RefusalCode.QUEUE_UNKNOWN,
    ),
    audit=AuditAction.CAMPAIGN_CHANGED,
)
async def change_campaign(call: Call[CampaignServices]) -> CampaignView:
    """From the version the caller has seen; what is being called is called on."""
    wanted = call.body(ChangeCampaign)
    _check_queue(call, wanted.plan)
    before = await _seen(call, wanted.based_on)
    try:
        changed = await call.services.service.change(before, wanted.plan.plan())
    except CampaignRefused as refused:
        raise _error(refused) from refused
    except ChangedMeanwhile as changed_meanwhile:
        raise _changed() from changed_meanwhile
    return await _view(call.services, changed)


@route(
    "POST",
    "/api/v1/campaigns/{campaign_id}/state",
    summary="Start, pause or end a campaign",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    request=TurnCampaign,
    response=CampaignView,
    errors=(
        ApiErrorCode.CAMPAIGN_CHANGED,
        ApiErrorCode.CAMPAIGN_INVALID,
        ApiErrorCode.CAMPAIGN_UNFIT,
    ),
    audit=AuditAction.CAMPAIGN_TURNED,
)
async def turn_campaign(call: Call[CampaignServices]) -> CampaignView:
    """Paused, no further call is placed; those under way go on."""
    wanted = call.body(TurnCampaign)
    before = await _seen(call, wanted.based_on)
    call.trail.facts["state"] = wanted.state.value
    try:
        turned = await call.services.service.turn(before, wanted.state)
    except CampaignRefused as refused:
        raise _error(refused) from refused
    except ChangedMeanwhile as changed_meanwhile:
        raise _changed() from changed_meanwhile
    return await _view(call.services, turned)


@route(
    "POST",
    "/api/v1/campaigns/{campaign_id}/lists",
    summary="Take in a list of numbers (CSV)",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    request=TakeList,
    response=ListView,
    status=201,
    body_bytes_max=limits.LIST_BYTES_MAX,
    errors=(ApiErrorCode.CAMPAIGN_UNFIT, ApiErrorCode.LIST_INVALID),
    audit=AuditAction.LIST_TAKEN_IN,
)
async def take_list(call: Call[CampaignServices]) -> ListView:
    """Good rows are stored whatever is wrong with others; each that was not is named. The same list again is told as it was."""
    services, wanted = call.services, call.body(TakeList)
    content = wanted.text.encode("utf-8", "replace")
    try:
        taken = await services.service.take_list(
            await stored_campaign(call.services.rows, call),
            wanted.name,
            content,
            call.principal.user_id,
        )
    except CampaignRefused as refused:
        raise _error(refused) from refused
    call.trail.facts |= {"taken": taken.taken, "faults": len(taken.faults)}
    return list_view(taken, _name(services, taken.by))


@route(
    "GET",
    "/api/v1/campaigns/{campaign_id}/lists",
    summary="Lists that were taken in, with every row that was not",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    response=ListsView,
)
async def read_lists(call: Call[CampaignServices]) -> ListsView:
    """The newest first."""
    services = call.services
    found = await services.rows.lists(call.parameters["campaign_id"])
    return ListsView([list_view(one, _name(services, one.by)) for one in found])


@route(
    "GET",
    "/api/v1/campaigns/{campaign_id}/entries",
    summary="Entries of a campaign, a part at a time",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    query=EntriesQuery,
    response=EntriesView,
)
async def read_entries(call: Call[CampaignServices]) -> EntriesView:
    """By id; of a number the end alone."""
    wanted = call.query(EntriesQuery)
    found = await call.services.rows.entries(
        call.parameters["campaign_id"], wanted.state, after=wanted.after, limit=wanted.limit + 1
    )
    page = found[: wanted.limit]
    after = page[-1].entry_id if len(found) > len(page) else ""
    return EntriesView([entry_view(one) for one in page], after)


@route(
    "GET",
    "/api/v1/campaigns/{campaign_id}/evidence",
    summary="Every permit that was asked for, and what became of it",
    permission=Permission.RUN_CAMPAIGNS,
    scope=Scope.campaign(),
    query=EvidenceQuery,
    response=EvidenceView,
    audit=AuditAction.EVIDENCE_READ,
)
async def read_evidence(call: Call[CampaignServices]) -> EvidenceView:
    """As it was asked for."""
    services, wanted = call.services, call.query(EvidenceQuery)
    campaign_id = call.parameters["campaign_id"]
    try:
        return await lines_of(
            services.rows, services.calls, campaign_id, after=wanted.after, limit=wanted.limit
        )
    except ValueError as error:
        message = "This mark is none of ours: take next_after of the part before."
        raise ApiError(ApiErrorCode.REQUEST_INVALID, message, path="$.after") from error


@route(
    "GET",
    "/api/v1/suppressions",
    summary="Numbers nobody calls for a campaign",
    permission=Permission.SUPPRESS_NUMBERS,
    query=SuppressionsQuery,
    response=SuppressionsView,
)
async def read_suppressions(call: Call[CampaignServices]) -> SuppressionsView:
    """The newest first."""
    services, wanted = call.services, call.query(SuppressionsQuery)
    found = await services.rows.suppressions(before=wanted.before, limit=wanted.limit + 1)
    page = found[: wanted.limit]
    before = page[-1].version if len(found) > len(page) else None
    return SuppressionsView(
        [suppression_view(one, _name(services, one.by)) for one in page], before
    )


@route(
    "POST",
    "/api/v1/suppressions",
    summary="Have nobody call a number for a campaign any more",
    permission=Permission.SUPPRESS_NUMBERS,
    request=Suppress,
    response=SuppressionRow,
    status=201,
    errors=(ApiErrorCode.DIAL_NUMBER_INVALID,),
    audit=AuditAction.NUMBER_SUPPRESSED,
)
async def suppress_number(call: Call[CampaignServices]) -> SuppressionRow:
    """For good, in every campaign. A permit that is not used yet ends by it."""
    services, wanted = call.services, call.body(Suppress)
    try:
        placed = await services.service.suppress(
            wanted.number, wanted.reason, call.principal.user_id
        )
    except CampaignRefused as refused:
        raise _error(refused) from refused
    call.trail.object_kind, call.trail.object_id = "customer", placed.customer_key
    return suppression_view(placed, _name(services, placed.by))


@route(
    "POST",
    "/api/v1/suppressions/lists",
    summary="Have nobody call the numbers of a file (CSV) for a campaign any more",
    permission=Permission.SUPPRESS_NUMBERS,
    request=SuppressList,
    response=SuppressionListView,
    body_bytes_max=limits.LIST_BYTES_MAX,
    audit=AuditAction.NUMBERS_SUPPRESSED,
)
async def suppress_list(call: Call[CampaignServices]) -> SuppressionListView:
    """Good rows are taken whatever is wrong with others; each that was not is named. The same file again changes nothing."""
    text = call.body(SuppressList).text
    taken = await call.services.service.suppress_list(text, call.principal.user_id)
    call.trail.facts |= {"taken": taken.taken, "faults": len(taken.faults)}
    return suppression_list_view(taken)


ROUTES = (
    read_campaigns,
    add_campaign,
    read_campaign,
    change_campaign,
    turn_campaign,
    take_list,
    read_lists,
    read_entries,
    read_evidence,
    read_suppressions,
    suppress_number,
    suppress_list,
)


async def stored_campaign(rows: Campaigns, call: Call[Any]) -> Campaign:
    """The campaign that the path names."""
    found = await rows.get(call.parameters["campaign_id"])
    if found is None:
        raise ApiError(ApiErrorCode.CAMPAIGN_UNKNOWN, "There is no such campaign.")
    return found


async def _seen(call: Call[CampaignServices], based_on: int) -> Campaign:
    found = await stored_campaign(call.services.rows, call)
    if found.version != based_on:
        raise _changed()
    return found


def _changed() -> ApiError:
    message = "Somebody has changed the campaign meanwhile: look at it again."
    return ApiError(ApiErrorCode.CAMPAIGN_CHANGED, message)


def _check_queue(call: Call[CampaignServices], plan: CampaignPlan) -> None:
    if not may(call.principal, Permission.RUN_CAMPAIGNS, ObjectFacts(queue_id=plan.queue_id)):
        message = "There is no such queue."
        raise ApiError(RefusalCode.QUEUE_UNKNOWN, message, path="$.plan.queue_id")


def _error(refused: CampaignRefused) -> ApiError:
    code = ApiErrorCode(refused.code)
    at_plan = code is ApiErrorCode.CAMPAIGN_INVALID
    path = f"$.{'plan.' if at_plan else ''}{refused.field}" if refused.field else None
    return ApiError(code, str(refused), path=path)


async def _view(services: CampaignServices, campaign: Campaign) -> CampaignView:
    return campaign_view(
        campaign,
        await services.rows.counts(campaign.campaign_id),
        _name(services, campaign.made_by),
        [state.value for state in NEXT_STATES[campaign.state]],
    )


def _name(services: CampaignServices, user_id: str) -> str:
    return services.name(AgentId(user_id)) if user_id else ""
