"""The API of leads: made from contacts, listed by queue, moved by steps."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission, may
from callcenter.auth.principal import Role
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.fields import AnyId, CustomerNumber, Version
from callcenter.http.marks import mark_after, mark_of
from callcenter.leads import limits
from callcenter.leads.interest import LeadMaker
from callcenter.leads.plans import LeadPlan, seen_queues
from callcenter.leads.service import LeadChanged, LeadRefused, LeadRequest, LeadService
from callcenter.leads.views import (
    CampaignLeadsView,
    ContactLead,
    ContactLeadsView,
    LeadOwner,
    LeadRow,
    LeadsView,
    LeadView,
    OneLeadView,
    row_of,
    step_of,
)
from callcenter.ports.leads import LeadList, Leads, LeadWords, StoredLead
from callcenter.ports.read_models import Interactions
from callcenter.ports.steps import RowsQuery
from callcenter.telephony.cards import masked
from callcenter.web.known_customers import customer_key_of
from callcenter.web.locating import lead_facts
from crm_link.leads.model import LeadStep, LeadTaken
from crm_link.leads.table import legal_steps
from routing.ids import AgentId, ContactId, QueueId
from routing.model import Channel
from routing.state import Agent, State

Interest = Annotated[str, Meta(min_length=1, max_length=limits.INTEREST_CHARACTERS_MAX)]
Text = Annotated[str, Meta(max_length=limits.TEXT_CHARACTERS_MAX)]
Instant = Annotated[int, Meta(ge=0, le=2**53)]


class MakeLead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer is interested in. Without `number` and `customer_name` those of the contact are taken."""

    interest: Interest
    number: CustomerNumber = ""
    customer_name: Annotated[str, Meta(max_length=200)] = ""


class LeadsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which list, of which queue (all the caller sees, without), and after which mark."""

    list: LeadList = LeadList.OPEN
    queue_id: AnyId = ""
    after: Annotated[str, Meta(max_length=100)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_LEADS_MAX)] = 50


class MoveLead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step from the version the caller has seen. `remind_at_ms`: when it comes back; `owner_id` with take."""

    step: LeadStep
    based_on: Version
    text: Text = ""
    owner_id: AnyId = ""
    remind_at_ms: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadServices:
    """What the routes stand on."""

    service: LeadService
    maker: LeadMaker
    rows: Leads
    interactions: Interactions
    plan: Callable[[], LeadPlan | None]
    mirror: Callable[[], State]
    name: Callable[[AgentId], str]
    now_ms: Callable[[], int]


_STEP_ERRORS = (
    ApiErrorCode.LEADS_NOT_SET_UP,
    ApiErrorCode.LEAD_CHANGED,
    ApiErrorCode.LEAD_STEP_ILLEGAL,
    ApiErrorCode.LEAD_STEP_INCOMPLETE,
    ApiErrorCode.LEAD_UNFIT,
)


@route(
    "GET",
    "/api/v1/leads",
    summary="Leads of queues: open, due, one's own, won and lost",
    permission=Permission.USE_LEADS,
    query=LeadsQuery,
    response=LeadsView,
)
async def read_leads(call: Call[LeadServices]) -> LeadsView:
    """Of the queues the caller sees; what comes back first stands first."""
    services, wanted = call.services, call.query(LeadsQuery)
    plan = services.plan()
    if plan is None:
        return LeadsView(is_set_up=False, leads=[], next_mark="")
    mark = mark_of(wanted.after)
    seen = seen_queues(call.principal, [str(one) for one in services.mirror().queues])
    query = RowsQuery(
        list_=wanted.list,
        group_ids=[one for one in seen if wanted.queue_id in ("", one)],
        now_ms=services.now_ms(),
        limit=wanted.limit + 1,
        owner_id=call.principal.user_id,
        mark=mark,
    )
    found = await services.rows.page(query)
    page = found[: wanted.limit]
    return LeadsView(
        is_set_up=True,
        leads=[_row(services, one) for one in page],
        next_mark=mark_after(page[-1].order_ms, page[-1].lead.lead_id)
        if len(found) > len(page)
        else "",
        unserved_queue_id="" if _is_served(services, plan.queue_id) else plan.queue_id,
    )


@route(
    "GET",
    "/api/v1/leads/{lead_id}",
    summary="A lead, every step of it, and what may be done now",
    permission=Permission.READ_LEAD,
    scope=Scope.lead(),
    response=LeadView,
    audit=AuditAction.LEAD_READ,
)
async def read_lead(call: Call[LeadServices]) -> LeadView:
    """Whole; reading it is on record."""
    stored = await call.services.rows.get(call.parameters["lead_id"])
    if stored is None:
        raise ApiError(ApiErrorCode.LEAD_UNKNOWN, "There is no such lead.")
    return await _whole(call, stored)


@route(
    "POST",
    "/api/v1/leads/{lead_id}/steps",
    summary="Take a step with a lead",
    permission=Permission.WORK_LEAD,
    scope=Scope.lead(),
    request=MoveLead,
    response=LeadView,
    is_idempotent=True,
    errors=_STEP_ERRORS,
    audit=AuditAction.LEAD_MOVED,
)
async def move_lead(call: Call[LeadServices]) -> LeadView:
    """From the version the caller has seen: of two at once one wins, and the other is told."""
    services, wanted = call.services, call.body(MoveLead)
    lead_id, user_id = call.parameters["lead_id"], call.principal.user_id
    if wanted.owner_id and not await _may_be_given(services, lead_id, AgentId(wanted.owner_id)):
        message = "The owner is no agent of the lead's queue: name one."
        raise ApiError(ApiErrorCode.LEAD_UNFIT, message, path="$.owner_id")
    request = LeadRequest(
        command_id=call.command_id,
        taken=LeadTaken(
            step=wanted.step,
            by=user_id,
            may_own=AgentId(user_id) in services.mirror().agents,
            owner_id=wanted.owner_id,
            remind_at_ms=wanted.remind_at_ms,
            has_text=bool(wanted.text.strip()),
        ),
        version=None if wanted.step is LeadStep.NOTE else wanted.based_on,
        text=wanted.text,
    )
    try:
        moved = await services.service.take(lead_id, request)
    except LeadRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    except LeadChanged as changed:
        last = changed.last
        who = services.name(AgentId(last.by)) if last.by else "The system"
        message = f"{who} was first: {last.step}. The lead is {last.state} now."
        raise ApiError(ApiErrorCode.LEAD_CHANGED, message) from changed
    return await _whole(call, moved)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/leads",
    summary="Leads of a contact's customer",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=ContactLeadsView,
)
async def read_contact_leads(call: Call[LeadServices]) -> ContactLeadsView:
    """Those this contact is about, and the customer's others; the newest first."""
    services = call.services
    contact_id = ContactId(call.parameters["contact_id"])
    is_set_up = services.plan() is not None
    if not is_set_up or call.principal.role not in Role:
        return ContactLeadsView(is_set_up=is_set_up, leads=[])
    key = await customer_key_of(services.mirror(), services.interactions, contact_id)
    rows = services.rows
    found = await rows.of_contact(contact_id, key, limit=limits.OF_CUSTOMER_MAX)
    about = {one.lead.lead_id for one in await rows.of_contact(contact_id, "", limit=len(found))}
    return ContactLeadsView(
        is_set_up=True,
        leads=[
            ContactLead(
                lead=_row(services, one),
                number=masked(one.words.number),
                is_about=one.lead.lead_id in about,
                next_steps=_next_steps(call, one),
            )
            for one in found
        ],
    )


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/leads",
    summary="Make a lead of what a contact's customer is interested in",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=MakeLead,
    response=OneLeadView,
    status=201,
    is_idempotent=True,
    errors=(ApiErrorCode.LEADS_NOT_SET_UP,),
    audit=AuditAction.LEAD_CREATED,
)
async def make_lead(call: Call[LeadServices]) -> OneLeadView:
    """The same request again is the same lead."""
    services, wanted = call.services, call.body(MakeLead)
    words = LeadWords(
        interest=wanted.interest, customer_name=wanted.customer_name, number=wanted.number
    )
    contact_id, by = ContactId(call.parameters["contact_id"]), call.principal.user_id
    try:
        stored = await services.maker.make(contact_id, call.command_id, by, words)
    except LeadRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    call.trail.object_kind, call.trail.object_id = ObjectKind.LEAD, stored.lead.lead_id
    return OneLeadView(_row(services, stored))


@route(
    "GET",
    "/api/v1/campaigns/{campaign_id}/leads",
    summary="What became of a campaign's leads",
    permission=Permission.READ_CAMPAIGNS,
    scope=Scope.campaign(),
    response=CampaignLeadsView,
)
async def read_campaign_leads(call: Call[LeadServices]) -> CampaignLeadsView:
    """Counted by stage."""
    return CampaignLeadsView(await call.services.rows.stages(call.parameters["campaign_id"]))


ROUTES = (read_leads, read_lead, move_lead, read_contact_leads, make_lead, read_campaign_leads)


async def _whole(call: Call[LeadServices], stored: StoredLead) -> LeadView:
    services = call.services
    return LeadView(
        lead=_row(services, stored),
        number=masked(stored.words.number),
        created_by_name=_name(services, stored.created_by),
        contact_id=stored.contact_id,
        steps=[
            step_of(one, _name(services, one.owner_id), _name(services, one.by))
            for one in await services.rows.events(stored.lead.lead_id)
        ],
        next_steps=_next_steps(call, stored),
        owners=_owners(services, stored),
    )


def _owners(services: LeadServices, stored: StoredLead) -> list[LeadOwner]:
    queue_id = QueueId(stored.lead.queue_id)
    agents = services.mirror().agents.values()
    mine = (one.agent_id for one in agents if _sells(one, queue_id))
    return [LeadOwner(one, services.name(one)) for one in islice(mine, limits.OWNERS_TOLD_MAX)]


async def _may_be_given(services: LeadServices, lead_id: str, agent_id: AgentId) -> bool:
    stored, agent = await services.rows.get(lead_id), services.mirror().agents.get(agent_id)
    return bool(stored and agent and _sells(agent, QueueId(stored.lead.queue_id)))


def _is_served(services: LeadServices, queue_id: QueueId) -> bool:
    """Whether anybody who sells may have a task in hand at all."""
    return any(
        _sells(one, queue_id) and one.capacity.per_channel.get(Channel.TASK, 0)
        for one in services.mirror().agents.values()
    )


def _sells(agent: Agent, queue_id: QueueId) -> bool:
    return queue_id in agent.queue_ids and not agent.is_removed


def _next_steps(call: Call[LeadServices], stored: StoredLead) -> list[str]:
    """What the table allows, for whom the lead is within reach."""
    if not may(call.principal, Permission.WORK_LEAD, lead_facts(stored)):
        return []
    return [step.value for step in legal_steps(stored.lead.stage)]


def _row(services: LeadServices, stored: StoredLead) -> LeadRow:
    return row_of(stored, _name(services, stored.lead.owner_id), services.now_ms())


def _name(services: LeadServices, user_id: str) -> str:
    return services.name(AgentId(user_id)) if user_id else ""
