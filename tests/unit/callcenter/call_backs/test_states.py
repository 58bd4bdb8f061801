"""Every state with every step: what is in the table leads there, everything else changes nothing."""

import pytest

from callcenter.call_backs.states import TRANSITIONS, Step, after
from callcenter.ports.call_backs import OPEN, CallBackState

S = CallBackState

EXPECTED = {
    S.SCHEDULED: {
        Step.DUE: S.WAITING,
        Step.HURRIED: S.WAITING,
        Step.POSTPONED: S.SCHEDULED,
        Step.CANCELLED: S.CANCELLED,
        Step.CALLED_IN: S.MERGED,
        Step.EXPIRED: S.EXPIRED,
    },
    S.WAITING: {
        Step.POSTPONED: S.SCHEDULED,
        Step.DIALLED: S.DIALLING,
        Step.CANCELLED: S.CANCELLED,
        Step.CALLED_IN: S.MERGED,
        Step.EXPIRED: S.EXPIRED,
    },
    S.DIALLING: {
        Step.RETURNED: S.WAITING,
        Step.UNPLACED: S.SCHEDULED,
        Step.UNANSWERED: S.SCHEDULED,
        Step.ANSWERED: S.ANSWERED,
        Step.CONNECTED: S.DONE,
        Step.USED_UP: S.FAILED,
        Step.CANCELLED: S.CANCELLED,
        Step.CALLED_IN: S.MERGED,
    },
    S.ANSWERED: {
        Step.CONNECTED: S.DONE,
        Step.LEFT_ALONE: S.SCHEDULED,
        Step.USED_UP: S.FAILED,
        Step.CANCELLED: S.CANCELLED,
        Step.CALLED_IN: S.MERGED,
    },
}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", CallBackState)
def test_each_step_in_each_state(state: CallBackState, step: Step) -> None:
    assert after(state, step) is EXPECTED.get(state, {}).get(step)


def test_nothing_leads_out_of_an_end_and_every_open_state_has_a_way_to_one() -> None:
    assert {state for state, _ in TRANSITIONS} == set(OPEN)
    for state in OPEN:
        assert any(
            target not in OPEN for (source, _), target in TRANSITIONS.items() if source is state
        )
