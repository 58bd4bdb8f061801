"""Every state with every step, for complaints and inquiries: what is listed leads there, everything else is refused."""

import msgspec
import pytest

from crm_link.cases.deciding import decide, may_take
from crm_link.cases.model import (
    CLOSED,
    CaseKind,
    CaseState,
    Refused,
    RefusedBecause,
    Step,
)
from crm_link.cases.table import MOVES, legal_steps
from tests.unit.crm_link.case_world import CARE, LEADER, RULES, SYSTEM, at, opened, taken

S, K = CaseState, CaseKind
SOLVING = {Step.NOTE: None, Step.WITHDRAW: S.CLOSED_WITHDRAWN}
MAJOR = {Step.MAKE_MAJOR: None, Step.CONFIRM_REPORT: None}
ASKED = {
    **SOLVING,
    **MAJOR,
    Step.PLAN_CALL: S.VERIFYING,
    Step.ACCEPTED: S.CLOSED_ACCEPTED,
    Step.NOT_ACCEPTED: S.REOPENED,
    Step.NOT_REACHED: S.PROPOSED,
}
COMPLAINTS: dict[CaseState, dict[Step, CaseState | None]] = {
    S.RECEIVED: {**SOLVING, **MAJOR, Step.ACKNOWLEDGE: S.ACKNOWLEDGED},
    S.ACKNOWLEDGED: {**SOLVING, **MAJOR, Step.CLASSIFY: S.CLASSIFIED},
    S.CLASSIFIED: {**SOLVING, **MAJOR, Step.CLASSIFY: None, Step.ASSIGN: S.ASSIGNED},
    S.ASSIGNED: {
        **SOLVING,
        **MAJOR,
        Step.CLASSIFY: None,
        Step.TAKE: None,
        Step.HAND_OVER: S.HANDED_OVER,
        Step.RETURN: S.RETURNED,
        Step.PROPOSE: S.PROPOSED,
    },
    S.HANDED_OVER: {
        **SOLVING,
        **MAJOR,
        Step.CLASSIFY: None,
        Step.TAKE: S.ASSIGNED,
        Step.RETURN: S.RETURNED,
    },
    S.RETURNED: {
        **SOLVING,
        **MAJOR,
        Step.CLASSIFY: None,
        Step.TAKE: S.ASSIGNED,
        Step.ASSIGN: S.ASSIGNED,
    },
    S.PROPOSED: ASKED,
    S.VERIFYING: ASKED,
    S.REOPENED: {
        **SOLVING,
        **MAJOR,
        Step.CLASSIFY: None,
        Step.TAKE: S.ASSIGNED,
        Step.ASSIGN: S.ASSIGNED,
        Step.HAND_OVER: S.HANDED_OVER,
        Step.PROPOSE: S.PROPOSED,
    },
}
ANSWERED = {**SOLVING, Step.CLASSIFY: None, Step.ANSWER: S.CLOSED_ANSWERED}
INQUIRIES: dict[CaseState, dict[Step, CaseState | None]] = {
    S.RECEIVED: {**ANSWERED, Step.ACKNOWLEDGE: S.ACKNOWLEDGED, Step.ASSIGN: S.ASSIGNED},
    S.ACKNOWLEDGED: {**ANSWERED, Step.ASSIGN: S.ASSIGNED},
    S.CLASSIFIED: ANSWERED,
    S.ASSIGNED: {
        **ANSWERED,
        Step.TAKE: None,
        Step.HAND_OVER: S.HANDED_OVER,
        Step.RETURN: S.RETURNED,
    },
    S.HANDED_OVER: {**ANSWERED, Step.TAKE: S.ASSIGNED, Step.RETURN: S.RETURNED},
    S.RETURNED: {**ANSWERED, Step.TAKE: S.ASSIGNED, Step.ASSIGN: S.ASSIGNED},
    S.REOPENED: {
        **ANSWERED,
        Step.TAKE: S.ASSIGNED,
        Step.HAND_OVER: S.HANDED_OVER,
    },
}
EXPECTED = {K.COMPLAINT: COMPLAINTS, K.INQUIRY: INQUIRIES}
ONLY_NOTES: dict[Step, CaseState | None] = {Step.NOTE: None}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("kind", CaseKind)
def test_each_step_in_each_state(kind: CaseKind, state: CaseState, step: Step) -> None:
    expected = EXPECTED[kind].get(state, ONLY_NOTES)
    target = expected[step] or state if step in expected else None
    assert MOVES.get((kind, state, step)) is target

    case = msgspec.structs.replace(
        opened(kind),
        state=state,
        from_department_id="product",
        reported_at_ms=1 if step is Step.CONFIRM_REPORT else None,
    )
    actor = SYSTEM if step is Step.PLAN_CALL else LEADER
    found = decide(case, taken(step), actor, at(5))
    if target is None:
        assert isinstance(found, Refused)
        assert found.because is RefusedBecause.ILLEGAL
        assert (
            found.legal == legal_steps(kind, state) == tuple(one for one in Step if one in expected)
        )
        assert all(one in found.message for one in found.legal)
    else:
        assert not isinstance(found, Refused), found
        assert (found.state, found.version) == (target, case.version + 1)
        assert (found.due_at_ms is None) is (target in CLOSED)


def test_whoever_is_shown_a_step_may_take_it() -> None:
    case = opened()
    assert may_take(case, Step.ACKNOWLEDGE, CARE, RULES)
    assert not may_take(case, Step.CONFIRM_REPORT, LEADER, RULES)
    assert may_take(case, Step.MAKE_MAJOR, CARE, RULES)
    major = opened(is_major=True)
    assert may_take(major, Step.CONFIRM_REPORT, LEADER, RULES)
    assert not may_take(major, Step.CONFIRM_REPORT, CARE, RULES)
    assert not may_take(major, Step.MAKE_MAJOR, CARE, RULES)
