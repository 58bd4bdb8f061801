"""What is shown of cases: structs of the API, mapped by hand."""

import msgspec

from callcenter.ports.cases import StoredCase
from callcenter.ports.steps import StepEvent
from callcenter.telephony.cards import masked
from callcenter.web.schemas import LocalName


class CaseMember(msgspec.Struct, frozen=True):
    """An agent of a department."""

    user_id: str
    name: str


class DepartmentRow(msgspec.Struct, frozen=True):
    """A department, its members, whether the caller is one, and whether the caller reads its inbox."""

    department_id: str
    name: LocalName
    members: list[CaseMember]
    is_mine: bool
    is_seen: bool
    is_intake: bool
    is_top: bool


class DepartmentsView(msgspec.Struct, frozen=True):
    """Every department; none where the configuration names none."""

    departments: list[DepartmentRow]


class CaseRow(msgspec.Struct, frozen=True):
    """A case as a list shows it. Instants in UTC ms; `late_ms` past its due time, 0 for not yet. `due`: what must happen next."""

    case_id: str
    case_no: int
    kind: str
    state: str
    version: int
    subject: str
    customer_name: str
    department_id: str
    from_department_id: str
    owner_id: str
    owner_name: str
    category: str | None
    root_cause: str | None
    is_major: bool
    is_open: bool
    is_report_unread: bool
    received_at_ms: int
    since_ms: int
    due: str | None
    due_at_ms: int | None
    late_ms: int
    attempts: int
    times_reopened: int
    closed_at_ms: int | None


class CaseDepartmentCount(msgspec.Struct, frozen=True):
    """How many open and late cases a department has."""

    department_id: str
    open: int
    late: int


class CasesView(msgspec.Struct, frozen=True):
    """A page of cases; `next_mark` is "" on the last. `counts` of the departments the caller sees."""

    cases: list[CaseRow]
    counts: list[CaseDepartmentCount]
    next_mark: str


class CaseStepRow(msgspec.Struct, frozen=True):
    """One step that was taken."""

    version: int
    at_ms: int
    step: str
    state: str
    department_id: str
    owner_id: str
    owner_name: str
    by: str
    by_name: str
    contact_id: str
    text: str


class CaseView(msgspec.Struct, frozen=True):
    """A case, whole: every step so far, and the steps that this caller may take now. `number` is masked but for its end."""

    case: CaseRow
    description: str
    solution: str
    number: str
    language: str
    opened_by_name: str
    contact_ids: list[str]
    steps: list[CaseStepRow]
    next_steps: list[str]


class ContactCase(msgspec.Struct, frozen=True):
    """A case beside a contact. `is_about`: this contact is about it. `may_answer`: the customer may be asked by this caller, now."""

    case: CaseRow
    description: str
    solution: str
    is_about: bool
    may_answer: bool


class ContactCasesView(msgspec.Struct, frozen=True):
    """Cases of a contact's customer, the newest first. `is_set_up`: whether cases can be opened at all."""

    is_set_up: bool
    cases: list[ContactCase]


class OneCaseView(msgspec.Struct, frozen=True):
    """A case as a list shows it."""

    case: CaseRow


def row_of(stored: StoredCase, owner_name: str, now_ms: int) -> CaseRow:
    """As a list shows it."""
    case, words = stored.case, stored.words
    return CaseRow(
        case_id=case.case_id,
        case_no=stored.case_no,
        kind=case.kind.value,
        state=case.state.value,
        version=case.version,
        subject=words.subject,
        customer_name=words.customer_name,
        department_id=case.department_id,
        from_department_id=case.from_department_id,
        owner_id=case.owner_id,
        owner_name=owner_name,
        category=None if case.category is None else case.category.value,
        root_cause=None if case.root_cause is None else case.root_cause.value,
        is_major=case.is_major,
        is_open=case.is_open,
        is_report_unread=case.is_open
        and case.reported_at_ms is not None
        and case.report_read_at_ms is None,
        received_at_ms=case.received_at_ms,
        since_ms=case.since_ms,
        due=None if case.due is None else case.due.value,
        due_at_ms=case.due_at_ms,
        late_ms=0 if case.due_at_ms is None else max(0, now_ms - case.due_at_ms),
        attempts=len(case.attempts_ms),
        times_reopened=case.times_reopened,
        closed_at_ms=stored.closed_at_ms,
    )


def step_of(event: StepEvent, owner_name: str, by_name: str) -> CaseStepRow:
    """As a page shows it."""
    return CaseStepRow(
        version=event.version,
        at_ms=event.at_ms,
        step=event.step,
        state=event.state,
        department_id=event.department_id,
        owner_id=event.owner_id,
        owner_name=owner_name,
        by=event.by,
        by_name=by_name,
        contact_id=event.contact_id,
        text=event.text,
    )


def number_of(stored: StoredCase) -> str:
    """Masked but for its end."""
    return masked(stored.words.number)
