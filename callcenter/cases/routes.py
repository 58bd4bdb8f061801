"""The API of cases: opened from contacts, listed by department, moved by steps, put to the customer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.principal import Role
from callcenter.cases import limits
from callcenter.cases.plans import (
    CasePlan,
    actor_of,
    departments_of_agent,
    seen_departments,
)
from callcenter.cases.service import CaseChanged, CaseRefused, CaseService, NewCase, Request
from callcenter.cases.views import (
    CaseDepartmentCount,
    CaseMember,
    CaseRow,
    CasesView,
    CaseView,
    ContactCase,
    ContactCasesView,
    DepartmentRow,
    DepartmentsView,
    OneCaseView,
    number_of,
    row_of,
    step_of,
)
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.fields import AnyId, CustomerNumber, Version
from callcenter.http.marks import mark_after, mark_of
from callcenter.ports.cases import CaseList, Cases, CaseWords, StoredCase
from callcenter.ports.journal import Details
from callcenter.ports.read_models import Interactions
from callcenter.ports.steps import RowsQuery
from callcenter.web.known_customers import customer_key_of, known_customer
from callcenter.web.schemas import LocalName
from crm_link.cases.deciding import may_take, may_verify
from crm_link.cases.model import CaseKind, Category, RootCause, Step, Taken
from crm_link.cases.table import legal_steps
from ivr.calling_back import diallable
from routing.ids import AgentId, ContactId
from routing.state import State

Subject = Annotated[str, Meta(min_length=1, max_length=limits.SUBJECT_CHARACTERS_MAX)]
Text = Annotated[str, Meta(max_length=limits.TEXT_CHARACTERS_MAX)]
Language = Annotated[str, Meta(pattern="^(en|zh)$")]


class OpenCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer wants. Without `number` and `customer_name` those of the contact are taken."""

    kind: CaseKind
    subject: Subject
    description: Text = ""
    is_major: bool = False
    number: CustomerNumber | None = None
    customer_name: Annotated[str, Meta(max_length=200)] | None = None
    language: Language | None = None


class CasesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which list, of which department (all the caller sees, without), and after which mark."""

    list: CaseList = CaseList.OPEN
    department_id: AnyId = ""
    after: Annotated[str, Meta(max_length=100)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_CASES_MAX)] = 50


class CaseStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step from the version the caller has seen. `text`: why, or what; `owner_id` with assign, hand_over and take."""

    step: Step
    based_on: Version
    text: Text = ""
    department_id: AnyId = ""
    owner_id: AnyId = ""
    category: Category | None = None
    root_cause: RootCause | None = None


class CaseAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer says of the solution, or that nobody answered; a `text` says why not."""

    case_id: Annotated[str, Meta(min_length=1, max_length=64)]
    answer: Literal["accepted", "not_accepted", "not_reached"]
    based_on: Version
    text: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseServices:
    """What the routes stand on."""

    service: CaseService
    rows: Cases
    details: Details
    interactions: Interactions
    plan: Callable[[], CasePlan | None]
    mirror: Callable[[], State]
    name: Callable[[AgentId], str]
    now_ms: Callable[[], int]


@route(
    "GET",
    "/api/v1/departments",
    summary="Departments that work on cases, with their members",
    permission=Permission.USE_CASES,
    response=DepartmentsView,
)
async def read_departments(call: Call[CaseServices]) -> DepartmentsView:
    """In the order of the configuration."""
    services = call.services
    plan, agents = services.plan(), services.mirror().agents.values()
    if plan is None:
        return DepartmentsView([])
    seen, mine = seen_departments(plan, call.principal), actor_of(plan, call.principal)
    return DepartmentsView(
        [
            DepartmentRow(
                department_id=one.department_id,
                name=LocalName(one.en, one.zh),
                members=[
                    CaseMember(agent.agent_id, services.name(agent.agent_id))
                    for agent in agents
                    if agent.team_id in one.team_ids and not agent.is_removed
                ],
                is_mine=one.department_id in mine.department_ids,
                is_seen=one.department_id in seen,
                is_intake=one.department_id == plan.rules.intake_id,
                is_top=one.department_id == plan.rules.top_id,
            )
            for one in plan.departments
        ]
    )


@route(
    "GET",
    "/api/v1/cases",
    summary="Cases: inboxes of departments, what is late, what is closed",
    permission=Permission.USE_CASES,
    query=CasesQuery,
    response=CasesView,
)
async def read_cases(call: Call[CaseServices]) -> CasesView:
    """Of the departments the caller sees; what is due first stands first."""
    services, wanted, plan = call.services, call.query(CasesQuery), call.services.plan()
    now_ms = services.now_ms()
    seen = () if plan is None else seen_departments(plan, call.principal)
    if plan is None or (wanted.list is CaseList.REPORTS and not _reads_reports(call, plan, seen)):
        return CasesView([], [], "")
    asked = [one for one in seen if wanted.department_id in ("", one)]
    query = RowsQuery(
        list_=wanted.list,
        group_ids=asked,
        now_ms=now_ms,
        limit=wanted.limit + 1,
        owner_id=call.principal.user_id,
        mark=mark_of(wanted.after),
    )
    found = await services.rows.page(query)
    page = found[: wanted.limit]
    return CasesView(
        cases=[_row(services, one) for one in page],
        counts=[
            CaseDepartmentCount(one.department_id, one.open, one.late)
            for one in await services.rows.counts(seen, now_ms)
        ],
        next_mark=mark_after(page[-1].order_ms(wanted.list), page[-1].case.case_id)
        if len(found) > len(page)
        else "",
    )


@route(
    "GET",
    "/api/v1/cases/{case_id}",
    summary="A case, every step of it, and what this caller may do now",
    permission=Permission.READ_CASE,
    scope=Scope.case(),
    response=CaseView,
    audit=AuditAction.CASE_READ,
)
async def read_case(call: Call[CaseServices]) -> CaseView:
    """Whole; reading it is on record."""
    return await _whole(call, await _stored(call))


@route(
    "POST",
    "/api/v1/cases/{case_id}/steps",
    summary="Take a step with a case",
    permission=Permission.WORK_CASE,
    scope=Scope.case(),
    request=CaseStep,
    response=CaseView,
    is_idempotent=True,
    errors=(
        ApiErrorCode.CASES_NOT_SET_UP,
        ApiErrorCode.CASE_CHANGED,
        ApiErrorCode.CASE_NOT_YOURS,
        ApiErrorCode.CASE_STEP_ILLEGAL,
        ApiErrorCode.CASE_STEP_INCOMPLETE,
        ApiErrorCode.CASE_UNFIT,
        ApiErrorCode.CASE_VERIFIER_BARRED,
    ),
    audit=AuditAction.CASE_MOVED,
)
async def move_case(call: Call[CaseServices]) -> CaseView:
    """From the version the caller has seen: of two at once one wins, and the other is told."""
    services, wanted = call.services, call.body(CaseStep)
    plan = services.plan()
    owners = () if plan is None else departments_of_agent(plan, services.mirror(), wanted.owner_id)
    request = Request(
        command_id=call.command_id,
        taken=Taken(
            step=wanted.step,
            department_id=wanted.department_id,
            owner_id=wanted.owner_id,
            owner_department_ids=owners,
            category=wanted.category,
            root_cause=wanted.root_cause,
            has_text=bool(wanted.text.strip()),
        ),
        version=None if wanted.step is Step.NOTE else wanted.based_on,
        text=wanted.text,
    )
    moved = await _moved(call, call.parameters["case_id"], request)
    return await _whole(call, moved)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/cases",
    summary="Cases of a contact's customer",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=ContactCasesView,
)
async def read_contact_cases(call: Call[CaseServices]) -> ContactCasesView:
    """Those this contact is about, and the customer's others; the newest first."""
    services, plan = call.services, call.services.plan()
    contact_id = ContactId(call.parameters["contact_id"])
    if plan is None or call.principal.role not in Role:
        return ContactCasesView(is_set_up=plan is not None, cases=[])
    key = await customer_key_of(services.mirror(), services.interactions, contact_id)
    rows = services.rows
    found = await rows.of_contact(contact_id, key, limit=limits.OF_CUSTOMER_MAX)
    about = {one.case.case_id for one in await rows.of_contact(contact_id, "", limit=len(found))}
    actor = actor_of(plan, call.principal)
    return ContactCasesView(
        is_set_up=True,
        cases=[
            ContactCase(
                case=_row(services, one),
                description=one.words.description,
                solution=one.words.solution,
                is_about=one.case.case_id in about,
                may_answer=Step.ACCEPTED in legal_steps(one.case.kind, one.case.state)
                and may_verify(one.case, actor),
            )
            for one in found
        ],
    )


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/cases",
    summary="Open a case from a contact",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=OpenCase,
    response=OneCaseView,
    status=201,
    is_idempotent=True,
    errors=(ApiErrorCode.CASES_NOT_SET_UP,),
    audit=AuditAction.CASE_OPENED,
)
async def open_case(call: Call[CaseServices]) -> OneCaseView:
    """The same request again is the same case."""
    services, wanted = call.services, call.body(OpenCase)
    contact_id = ContactId(call.parameters["contact_id"])
    customer = await known_customer(services.details, contact_id)
    new = NewCase(
        case_id=hashlib.sha256(f"case\x00{call.command_id}".encode()).hexdigest()[:32],
        command_id=call.command_id,
        kind=wanted.kind,
        is_major=wanted.is_major,
        words=CaseWords(
            subject=wanted.subject,
            description=wanted.description,
            customer_name=customer.name if wanted.customer_name is None else wanted.customer_name,
            number=customer.number if wanted.number is None else diallable(wanted.number),
        ),
        contact_id=contact_id,
        customer_key=await customer_key_of(services.mirror(), services.interactions, contact_id),
        language=wanted.language or customer.language or call.principal.language[:2],
    )
    try:
        stored = await services.service.open(new, call.principal.user_id)
    except CaseRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    call.trail.object_kind, call.trail.object_id = ObjectKind.CASE, stored.case.case_id
    return OneCaseView(_row(services, stored))


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/case-answers",
    summary="Note what the customer says of a solution",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=CaseAnswer,
    response=OneCaseView,
    is_idempotent=True,
    errors=(
        ApiErrorCode.CASES_NOT_SET_UP,
        ApiErrorCode.CASE_CHANGED,
        ApiErrorCode.CASE_STEP_ILLEGAL,
        ApiErrorCode.CASE_STEP_INCOMPLETE,
        ApiErrorCode.CASE_UNKNOWN,
        ApiErrorCode.CASE_VERIFIER_BARRED,
    ),
    audit=AuditAction.CASE_MOVED,
)
async def answer_case(call: Call[CaseServices]) -> OneCaseView:
    """By whoever has the customer on the line, and is no member of the department that proposed."""
    services, wanted = call.services, call.body(CaseAnswer)
    case_id = wanted.case_id
    contact_id = ContactId(call.parameters["contact_id"])
    key = await customer_key_of(services.mirror(), services.interactions, contact_id)
    found = await services.rows.of_contact(contact_id, key, limit=limits.OF_CUSTOMER_MAX)
    if all(one.case.case_id != case_id for one in found):
        message = "There is no such case of this customer."
        raise ApiError(ApiErrorCode.CASE_UNKNOWN, message, path="$.case_id")
    request = Request(
        command_id=call.command_id,
        taken=Taken(step=Step(wanted.answer), has_text=bool(wanted.text.strip())),
        version=wanted.based_on,
        text=wanted.text,
        contact_id=contact_id,
    )
    moved = await _moved(call, case_id, request)
    call.trail.object_kind, call.trail.object_id = ObjectKind.CASE, case_id
    return OneCaseView(_row(services, moved))


ROUTES = (
    read_departments,
    read_cases,
    read_case,
    move_case,
    read_contact_cases,
    open_case,
    answer_case,
)


async def _stored(call: Call[CaseServices]) -> StoredCase:
    stored = await call.services.rows.get(call.parameters["case_id"])
    if stored is None:
        raise ApiError(ApiErrorCode.CASE_UNKNOWN, "There is no such case.")
    return stored


async def _moved(call: Call[CaseServices], case_id: str, request: Request) -> StoredCase:
    services, plan = call.services, call.services.plan()
    if plan is None:
        message = "The configuration names no departments: add departments and cases."
        raise ApiError(ApiErrorCode.CASES_NOT_SET_UP, message)
    try:
        return await services.service.take(case_id, request, actor_of(plan, call.principal))
    except CaseRefused as refused:
        raise ApiError(ApiErrorCode(refused.code), str(refused)) from refused
    except CaseChanged as changed:
        last = changed.last
        who = services.name(AgentId(last.by)) if last.by else "The system"
        message = f"{who} was first: {last.step}. The case is {last.state} now, with {last.department_id}."
        raise ApiError(ApiErrorCode.CASE_CHANGED, message) from changed


async def _whole(call: Call[CaseServices], stored: StoredCase) -> CaseView:
    services, case_id = call.services, stored.case.case_id
    return CaseView(
        case=_row(services, stored),
        description=stored.words.description,
        solution=stored.words.solution,
        number=number_of(stored),
        language=stored.language,
        opened_by_name=_name(services, stored.opened_by),
        contact_ids=[str(one) for one in await services.rows.contacts(case_id)],
        steps=[
            step_of(one, _name(services, one.owner_id), _name(services, one.by))
            for one in await services.rows.events(case_id)
        ],
        next_steps=_next_steps(call, stored),
    )


def _next_steps(call: Call[CaseServices], stored: StoredCase) -> list[str]:
    """What the table allows and this caller may do; what a step needs beside is asked when it is taken."""
    plan = call.services.plan()
    if plan is None or call.principal.role not in Role:
        return []
    case, actor = stored.case, actor_of(plan, call.principal)
    return [
        step.value
        for step in legal_steps(case.kind, case.state)
        if may_take(case, step, actor, plan.rules)
    ]


def _reads_reports(call: Call[CaseServices], plan: CasePlan, seen: tuple[str, ...]) -> bool:
    return plan.rules.top_id in (*seen, *actor_of(plan, call.principal).department_ids)


def _row(services: CaseServices, stored: StoredCase) -> CaseRow:
    return row_of(stored, _name(services, stored.case.owner_id), services.now_ms())


def _name(services: CaseServices, user_id: str) -> str:
    return services.name(AgentId(user_id)) if user_id else ""
