"""Which step leads a case from which state to which. Data alone; what is not in the table is refused.

complaint  received -> acknowledged -> classified -> assigned -> proposed -> verifying -> closed_accepted
           assigned -> handed_over -> assigned;  assigned, handed_over -> returned -> assigned
           proposed, verifying -> reopened (no), proposed (not reached), closed_unverified (not reached on three days)
inquiry    received -> assigned -> closed_answered, the same ways between departments; answered from anywhere
"""

from typing import Final

from crm_link.cases.model import CaseKind, CaseState, Step

S = CaseState

_AT_WORK: Final = (S.ASSIGNED, S.HANDED_OVER, S.RETURNED, S.REOPENED)
"""States in which a department is to do something about it."""

_BEFORE: Final = (S.RECEIVED, S.ACKNOWLEDGED, S.CLASSIFIED, *_AT_WORK)
"""States before there is a solution."""

_ASKED: Final = (S.PROPOSED, S.VERIFYING)

_Moves = dict[Step, dict[CaseState, CaseState]]


def _stays(*states: CaseState) -> dict[CaseState, CaseState]:
    return {state: state for state in states}


def _to(target: CaseState, *states: CaseState) -> dict[CaseState, CaseState]:
    return dict.fromkeys(states, target)


_BOTH: Final[_Moves] = {
    Step.ACKNOWLEDGE: _to(S.ACKNOWLEDGED, S.RECEIVED),
    Step.TAKE: _to(S.ASSIGNED, *_AT_WORK),
    Step.HAND_OVER: _to(S.HANDED_OVER, S.ASSIGNED, S.REOPENED),
    Step.RETURN: _to(S.RETURNED, S.ASSIGNED, S.HANDED_OVER),
    Step.NOTE: _stays(*S),
}

_COMPLAINTS: Final[_Moves] = {
    Step.CLASSIFY: {**_to(S.CLASSIFIED, S.ACKNOWLEDGED), **_stays(S.CLASSIFIED, *_AT_WORK)},
    Step.ASSIGN: _to(S.ASSIGNED, S.CLASSIFIED, S.RETURNED, S.REOPENED),
    Step.PROPOSE: _to(S.PROPOSED, S.ASSIGNED, S.REOPENED),
    Step.PLAN_CALL: _to(S.VERIFYING, *_ASKED),
    Step.ACCEPTED: _to(S.CLOSED_ACCEPTED, *_ASKED),
    Step.NOT_ACCEPTED: _to(S.REOPENED, *_ASKED),
    Step.NOT_REACHED: _to(S.PROPOSED, *_ASKED),
    Step.WITHDRAW: _to(S.CLOSED_WITHDRAWN, *_BEFORE, *_ASKED),
    Step.MAKE_MAJOR: _stays(*_BEFORE, *_ASKED),
    Step.CONFIRM_REPORT: _stays(*_BEFORE, *_ASKED),
}

_INQUIRIES: Final[_Moves] = {
    Step.CLASSIFY: _stays(*_BEFORE),
    Step.ASSIGN: _to(S.ASSIGNED, S.RECEIVED, S.ACKNOWLEDGED, S.RETURNED),
    Step.ANSWER: _to(S.CLOSED_ANSWERED, *_BEFORE),
    Step.WITHDRAW: _to(S.CLOSED_WITHDRAWN, *_BEFORE),
}

MOVES: Final = {
    (kind, state, step): target
    for kind, more in ((CaseKind.COMPLAINT, _COMPLAINTS), (CaseKind.INQUIRY, _INQUIRIES))
    for step, moves in (_BOTH | more).items()
    for state, target in moves.items()
}
"""(kind, state, step) -> the next state."""


def legal_steps(kind: CaseKind, state: CaseState) -> tuple[Step, ...]:
    """What the table allows, in the order of `Step`; whether somebody may do it is another question."""
    return tuple(step for step in Step if (kind, state, step) in MOVES)
