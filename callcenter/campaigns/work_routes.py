"""The API of those who call for campaigns: the next entry, calling it, skipping it."""

from collections.abc import Callable
from dataclasses import dataclass

from agents.protocol import LastContact
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.campaigns import limits
from callcenter.campaigns.asking import NoPhones
from callcenter.campaigns.preview import Previews
from callcenter.campaigns.routes import NoBody, stored_campaign
from callcenter.campaigns.service import CampaignRefused
from callcenter.campaigns.work_views import (
    CampaignToDo,
    CampaignWork,
    DialEntry,
    DialView,
    EntryCard,
    PreviewView,
    SkipEntry,
    card_of,
)
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.campaigns import AT_WORK, Campaign, Campaigns, Entry
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.read_models import Interaction, Interactions
from crm_link.outbound.model import CampaignMode, CampaignState, EntryState
from routing.ids import AgentId
from routing.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkServices:
    """What the routes stand on. `look_again` is called when something will be due."""

    previews: Previews
    rows: Campaigns
    interactions: Interactions
    mirror: Callable[[], State]
    name: Callable[[AgentId], str]
    look_again: Callable[[], None]


@route(
    "GET",
    "/api/v1/me/campaigns",
    summary="What the caller may call for campaigns by preview, and what is on the screen",
    permission=Permission.USE_DESK,
    response=CampaignWork,
)
async def read_campaign_work(call: Call[WorkServices]) -> CampaignWork:
    """Of the agent's queues."""
    services, agent_id = call.services, AgentId(call.principal.user_id)
    agent = services.mirror().agents.get(agent_id)
    running = [
        one
        for one in await services.rows.all()
        if one.state is CampaignState.RUNNING
        and one.plan.mode is CampaignMode.PREVIEW
        and agent is not None
        and one.plan.queue_id in agent.queue_ids
    ]
    to_do = []
    for one in running:
        counts = await services.rows.counts(one.campaign_id)
        waiting = counts.get(EntryState.WAITING.value, 0)
        to_do.append(CampaignToDo(one.campaign_id, one.plan.name, str(one.plan.queue_id), waiting))
    cards = []
    for entry in await services.rows.held_by(agent_id):
        campaign = await services.rows.get(entry.campaign_id)
        if campaign is not None:
            cards.append(await _card(services, campaign, entry))
    return CampaignWork(to_do, cards)


@route(
    "POST",
    "/api/v1/campaigns/{campaign_id}/next",
    summary="Have the next entry of a campaign on the screen, before it is called",
    permission=Permission.WORK_CAMPAIGN,
    scope=Scope.campaign(),
    request=NoBody,
    response=PreviewView,
    errors=(ApiErrorCode.CAMPAIGN_UNFIT, ApiErrorCode.ENTRY_CHANGED),
)
async def next_entry(call: Call[WorkServices]) -> PreviewView:
    """Asked again it is the same entry, until it is called or skipped."""
    services, campaign = call.services, await stored_campaign(call.services.rows, call)
    try:
        entry = await services.previews.next(campaign, AgentId(call.principal.user_id))
    except CampaignRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    except ChangedMeanwhile as changed:
        raise _changed() from changed
    services.look_again()
    if entry is None:
        return PreviewView(None, await services.rows.next_due_ms(campaign.campaign_id))
    own = campaign
    if entry.campaign_id != campaign.campaign_id:
        own = await services.rows.get(entry.campaign_id) or campaign
    return PreviewView(await _card(services, own, entry))


@route(
    "POST",
    "/api/v1/campaigns/{campaign_id}/dial",
    summary="Call the entry on the screen, if the rules and the engine allow it",
    permission=Permission.WORK_CAMPAIGN,
    scope=Scope.campaign(),
    request=DialEntry,
    response=DialView,
    errors=(
        ApiErrorCode.DIAL_NOT_SET_UP,
        ApiErrorCode.ENTRY_CHANGED,
    ),
    audit=AuditAction.ENTRY_DIALLED,
)
async def dial_entry(call: Call[WorkServices]) -> DialView:
    """Once: asked again it is the same call. A refusal is told with its reason, and stands in the evidence."""
    services, campaign, entry = call.services, *await _held(call, call.body(DialEntry).entry_id)
    try:
        asked = await services.previews.dial(campaign, entry, AgentId(call.principal.user_id))
    except NoPhones as error:
        message = "No calls are placed from here."
        raise ApiError(ApiErrorCode.DIAL_NOT_SET_UP, message) from error
    except ChangedMeanwhile as changed:
        raise _changed() from changed
    services.look_again()
    if not asked.reason and asked.entry.contact_id is not None:
        call.trail.facts["contact_id"] = asked.entry.contact_id
    call.trail.facts["reason"] = asked.reason
    return DialView(await _card(services, campaign, asked.entry), asked.reason, asked.until_ms)


@route(
    "POST",
    "/api/v1/campaigns/{campaign_id}/skip",
    summary="Do not call the entry on the screen, for a reason",
    permission=Permission.WORK_CAMPAIGN,
    scope=Scope.campaign(),
    request=SkipEntry,
    response=EntryCard,
    errors=(
        ApiErrorCode.DIAL_NUMBER_INVALID,
        ApiErrorCode.ENTRY_CHANGED,
    ),
    audit=AuditAction.ENTRY_SKIPPED,
)
async def skip_entry(call: Call[WorkServices]) -> EntryCard:
    """It comes again after the campaign's gap, or never, as the reason says."""
    services, campaign, entry = call.services, *await _held(call, call.body(SkipEntry).entry_id)
    reason = call.body(SkipEntry).reason
    call.trail.facts["reason"] = reason.value
    try:
        moved = await services.previews.skip(
            campaign, entry, reason, AgentId(call.principal.user_id)
        )
    except CampaignRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    except ChangedMeanwhile as changed:
        raise _changed() from changed
    return await _card(services, campaign, moved)


WORK_ROUTES = (read_campaign_work, next_entry, dial_entry, skip_entry)


async def _held(call: Call[WorkServices], entry_id: str) -> tuple[Campaign, Entry]:
    """The campaign that the path names, and an entry of it in the caller's hands."""
    rows = call.services.rows
    campaign = await stored_campaign(rows, call)
    entry = await rows.entry(campaign.campaign_id, entry_id)
    if entry is None or entry.state not in AT_WORK or entry.agent_id != call.principal.user_id:
        raise _changed()
    call.trail.object_kind, call.trail.object_id = ObjectKind.CAMPAIGN, campaign.campaign_id
    return campaign, entry


def _changed() -> ApiError:
    message = "The entry is not on your screen any more: ask for the next one."
    return ApiError(ApiErrorCode.ENTRY_CHANGED, message)


async def _card(services: WorkServices, campaign: Campaign, entry: Entry) -> EntryCard:
    rows = await services.interactions.of_customer(entry.customer_key, limits.HISTORY_MAX + 1)
    earlier = [row for row in rows if row.contact_id != entry.contact_id][: limits.HISTORY_MAX]
    return card_of(campaign, entry, [_last(services, row) for row in earlier])


def _last(services: WorkServices, row: Interaction) -> LastContact:
    return LastContact(
        contact_id=row.contact_id,
        channel=row.channel,
        queue_id=row.queue_id,
        agent_name=services.name(AgentId(row.agent_id)) if row.agent_id else "",
        outcome=row.outcome,
        disposition_id=row.disposition_id,
        arrived_at_ms=row.arrived_at_ms,
    )
