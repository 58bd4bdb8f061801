"""Cases under any walk: a refused step changes nothing, an open case always has a deadline, the age is never lost."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from crm_link.cases.deciding import decide, may_verify
from crm_link.cases.limits import ATTEMPTS_MAX
from crm_link.cases.model import Actor, Case, CaseKind, CaseState, Refused, Step
from crm_link.cases.table import MOVES, legal_steps
from tests.unit.crm_link.case_world import CARE, LEADER, PRODUCT, SERVICE, SYSTEM, at, opened, taken

ACTORS = (CARE, SERVICE, PRODUCT, LEADER, SYSTEM)
DEPARTMENTS = ("care", "service", "product", "nowhere")
STEPS = st.tuples(
    st.sampled_from(Step),
    st.sampled_from(ACTORS),
    st.sampled_from(DEPARTMENTS),
    st.booleans(),
    st.integers(0, 40 * 3_600_000),
)


@given(kind=st.sampled_from(CaseKind), is_major=st.booleans(), walk=st.lists(STEPS, max_size=40))
def test_every_walk_keeps_what_holds(
    kind: CaseKind, is_major: bool, walk: list[tuple[Step, Actor, str, bool, int]]
) -> None:
    case, now_ms = opened(kind, is_major=is_major), 0
    for step, actor, department_id, has_text, pause_ms in walk:
        now_ms += pause_ms
        wanted = taken(step, department_id=department_id, has_text=has_text)
        found = decide(case, wanted, actor, at(now_ms))
        if isinstance(found, Refused):
            assert found.legal == legal_steps(case.kind, case.state)
            continue
        assert (case.kind, case.state, step) in MOVES
        assert_holds(case, found, actor, step)
        case = found


def assert_holds(before: Case, after: Case, actor: Actor, step: Step) -> None:
    assert after.version == before.version + 1
    assert after.received_at_ms == before.received_at_ms
    assert after.is_open is (after.due_at_ms is not None) is (after.due is not None)
    assert after.department_id in DEPARTMENTS[:-1]
    assert len(after.attempts_ms) <= ATTEMPTS_MAX
    assert before.is_open or msgspec.structs.replace(before, version=after.version) == after
    if step in (Step.ACCEPTED, Step.NOT_ACCEPTED):
        assert actor.is_system or may_verify(before, actor)
    if after.state is CaseState.CLOSED_UNVERIFIED and before.is_open:
        assert len(after.attempts_ms) == ATTEMPTS_MAX
