"""Which step leads a call-back from which state to which. Data alone; what is not in the table changes nothing.

scheduled -> waiting -> dialling -> answered -> done
scheduled <- waiting, dialling, answered       once more, after a gap or when it opens
any open state -> cancelled, merged;  scheduled, waiting -> expired;  dialling, answered -> failed
"""

from enum import StrEnum
from typing import Final

from callcenter.ports.call_backs import OPEN, CallBackState

S = CallBackState


class Step(StrEnum):
    """What can happen to a call-back."""

    MADE = "made"
    DUE = "due"
    """Its time has come: it waits for an agent."""
    POSTPONED = "postponed"
    """Its queue has closed before its turn came."""
    DIALLED = "dialled"
    ANSWERED = "answered"
    CONNECTED = "connected"
    UNANSWERED = "unanswered"
    """The customer was busy, did not answer or could not be reached."""
    LEFT_ALONE = "left_alone"
    """The customer answered, and nobody was there."""
    USED_UP = "used_up"
    """The same as the last two, and it was the last attempt."""
    RETURNED = "returned"
    """The reserved agent has gone before the customer answered: it waits for another."""
    UNPLACED = "unplaced"
    """The phone system could not call: nothing has rung."""
    HURRIED = "hurried"
    """A supervisor wants it dialled now."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CALLED_IN = "called_in"
    """The customer has called in meanwhile."""


_STEPS: Final[dict[Step, tuple[tuple[CallBackState, ...], CallBackState]]] = {
    Step.DUE: ((S.SCHEDULED,), S.WAITING),
    Step.HURRIED: ((S.SCHEDULED,), S.WAITING),
    Step.POSTPONED: ((S.SCHEDULED, S.WAITING), S.SCHEDULED),
    Step.DIALLED: ((S.WAITING,), S.DIALLING),
    Step.RETURNED: ((S.DIALLING,), S.WAITING),
    Step.UNPLACED: ((S.DIALLING,), S.SCHEDULED),
    Step.ANSWERED: ((S.DIALLING,), S.ANSWERED),
    Step.CONNECTED: ((S.DIALLING, S.ANSWERED), S.DONE),
    Step.UNANSWERED: ((S.DIALLING,), S.SCHEDULED),
    Step.LEFT_ALONE: ((S.ANSWERED,), S.SCHEDULED),
    Step.USED_UP: ((S.DIALLING, S.ANSWERED), S.FAILED),
    Step.CANCELLED: (OPEN, S.CANCELLED),
    Step.CALLED_IN: (OPEN, S.MERGED),
    Step.EXPIRED: ((S.SCHEDULED, S.WAITING), S.EXPIRED),
}

TRANSITIONS: Final = {
    (state, step): target for step, (sources, target) in _STEPS.items() for state in sources
}
"""(state, step) -> the next state."""


def after(state: CallBackState, step: Step) -> CallBackState | None:
    """The next state; None where the step means nothing."""
    return TRANSITIONS.get((state, step))
