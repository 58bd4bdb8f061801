"""Who may take which step, what it needs, and where it leads."""

import pytest

from crm_link.cases.deciding import decide, may_verify
from crm_link.cases.limits import DAY_MS
from crm_link.cases.model import (
    Actor,
    Case,
    CaseKind,
    CaseState,
    Category,
    Due,
    Refused,
    RefusedBecause,
    RootCause,
    Step,
    Taken,
)
from tests.unit.crm_link.case_world import (
    CARE,
    LEADER,
    PRODUCT,
    SERVICE,
    SYSTEM,
    assigned,
    at,
    moved,
    opened,
    proposed,
    taken,
)

B = RefusedBecause


def refused(case: Case, step: Taken | Step, actor: Actor) -> RefusedBecause:
    wanted = taken(step) if isinstance(step, Step) else step
    found = decide(case, wanted, actor, at(9))
    assert isinstance(found, Refused)
    assert found.message.endswith(".")
    return found.because


def test_a_case_comes_to_the_intake_and_a_major_one_is_reported_at_once() -> None:
    plain, major = opened(), opened(is_major=True)
    assert (plain.department_id, plain.state, plain.reported_at_ms) == (
        "care",
        CaseState.RECEIVED,
        None,
    )
    assert major.reported_at_ms == 0
    read = moved(major, Step.CONFIRM_REPORT, Actor("u-top", ("top",)), at(7))
    assert (read.report_read_at_ms, read.state) == (7, CaseState.RECEIVED)
    assert refused(read, Step.CONFIRM_REPORT, LEADER) is B.UNFIT
    assert refused(major, Step.CONFIRM_REPORT, CARE) is B.NOT_YOURS
    grown = moved(plain, Step.MAKE_MAJOR, CARE, at(8))
    assert (grown.is_major, grown.reported_at_ms) == (True, 8)
    assert refused(grown, Step.MAKE_MAJOR, CARE) is B.UNFIT


def test_a_complaint_goes_through_departments_and_comes_back_to_whom_it_came_from() -> None:
    case = assigned()
    assert (case.department_id, case.from_department_id, case.owner_id) == ("service", "care", "")
    assert case.category is Category.PRODUCT
    own = moved(case, Step.TAKE, SERVICE)
    assert (own.owner_id, own.state) == ("u-sven", CaseState.ASSIGNED)
    over = moved(own, Step.HAND_OVER, SERVICE)
    assert (over.department_id, over.from_department_id, over.owner_id) == (
        "product",
        "service",
        "",
    )
    back = moved(over, Step.RETURN, PRODUCT)
    assert (back.department_id, back.from_department_id, back.state) == (
        "service",
        "",
        CaseState.RETURNED,
    )
    again = moved(back, taken(Step.ASSIGN, department_id="service"), SERVICE)
    assert (again.department_id, again.from_department_id) == ("service", "")
    home = moved(again, Step.RETURN, SERVICE)
    assert home.department_id == "care"
    own_again = moved(home, Step.TAKE, CARE)
    assert refused(own_again, Step.RETURN, CARE) is B.UNFIT


def test_whoever_has_no_part_in_it_is_told_who_has() -> None:
    case = assigned()
    assert refused(case, Step.TAKE, PRODUCT) is B.NOT_YOURS
    assert moved(case, Step.TAKE, LEADER).owner_id == "u-lea"
    assert moved(case, Step.NOTE, PRODUCT).state is CaseState.ASSIGNED
    assert refused(proposed(), Step.PLAN_CALL, LEADER) is B.NOT_YOURS


@pytest.mark.parametrize(
    ("step", "because"),
    [
        (Taken(step=Step.RETURN), B.INCOMPLETE),
        (Taken(step=Step.PROPOSE, has_text=True), B.INCOMPLETE),
        (Taken(step=Step.PROPOSE, root_cause=RootCause.SERVICE), B.INCOMPLETE),
        (taken(Step.HAND_OVER, department_id="nowhere"), B.UNFIT),
        (taken(Step.HAND_OVER, department_id="service"), B.UNFIT),
        (taken(Step.HAND_OVER, owner_id="u-x", owner_department_ids=("service",)), B.UNFIT),
        (taken(Step.TAKE, owner_id="u-x", owner_department_ids=("product",)), B.UNFIT),
    ],
)
def test_a_step_that_lacks_something_says_what(step: Taken, because: RefusedBecause) -> None:
    assert refused(assigned(), step, SERVICE) is because


def test_what_is_known_need_not_be_said_again() -> None:
    case = opened()
    case = moved(case, Step.ACKNOWLEDGE, CARE)
    assert refused(case, Taken(step=Step.CLASSIFY), CARE) is B.INCOMPLETE
    case = moved(case, taken(Step.CLASSIFY, root_cause=RootCause.CUSTOMER), CARE)
    case = moved(case, Taken(step=Step.CLASSIFY), CARE)
    assert (case.category, case.root_cause) == (Category.PRODUCT, RootCause.CUSTOMER)
    case = moved(
        case, taken(Step.ASSIGN, owner_id="u-sven", owner_department_ids=("service",)), CARE
    )
    assert case.owner_id == "u-sven"
    case = moved(
        case, taken(Step.TAKE, owner_id="u-so", owner_department_ids=("service",)), SERVICE
    )
    assert case.owner_id == "u-so"
    done = moved(case, Taken(step=Step.PROPOSE, has_text=True), SERVICE)
    assert (done.root_cause, done.proposed_by) == (RootCause.CUSTOMER, "u-sven")


def test_nobody_judges_the_own_work() -> None:
    case = proposed()
    for step in (Step.ACCEPTED, Step.NOT_ACCEPTED, Step.NOT_REACHED):
        assert refused(case, step, SERVICE) is B.VERIFIER_BARRED
        assert refused(case, step, Actor("u-sven", ("care",), leads=True)) is B.VERIFIER_BARRED
    assert may_verify(case, CARE)
    assert not may_verify(case, SERVICE)
    assert moved(case, Step.ACCEPTED, CARE).state is CaseState.CLOSED_ACCEPTED


def test_a_no_opens_it_again_at_the_age_it_has() -> None:
    case = moved(proposed(), Step.PLAN_CALL, SYSTEM)
    again = moved(case, Step.NOT_ACCEPTED, CARE, at(900))
    assert (again.state, again.received_at_ms, again.times_reopened) == (CaseState.REOPENED, 0, 1)
    assert (again.department_id, again.due, again.due_at_ms) == ("service", Due.RESOLVE, 7 * DAY_MS)


def test_three_days_in_vain_close_it_and_a_day_counts_once() -> None:
    case = proposed(at_ms=10)
    for hour in (1, 3, 8):
        case = moved(case, Step.NOT_REACHED, SYSTEM, at(hour * 3_600_000))
    assert (case.state, len(case.attempts_ms)) == (CaseState.PROPOSED, 1)
    case = moved(case, Step.NOT_REACHED, CARE, at(DAY_MS + 5))
    assert case.state is CaseState.PROPOSED
    case = moved(case, Step.NOT_REACHED, SYSTEM, at(2 * DAY_MS + 5))
    assert (case.state, case.due, case.due_at_ms) == (CaseState.CLOSED_UNVERIFIED, None, None)


def test_an_inquiry_is_answered_by_whoever_has_it() -> None:
    case = opened(CaseKind.INQUIRY)
    assert (case.due, case.due_at_ms) == (Due.RESOLVE, 2 * DAY_MS)
    case = moved(case, Step.ASSIGN, CARE)
    assert refused(case, Taken(step=Step.ANSWER), SERVICE) is B.INCOMPLETE
    assert moved(case, Step.ANSWER, SERVICE).state is CaseState.CLOSED_ANSWERED
