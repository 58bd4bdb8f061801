"""What a case is, and what can be done with one. Frozen; instants in UTC ms, durations in ms or whole days."""

from enum import StrEnum
from typing import Final

import msgspec

from routing.calendars import OpenHours


class CaseKind(StrEnum):
    """What the customer wants: something put right, or something answered."""

    COMPLAINT = "complaint"
    INQUIRY = "inquiry"


class CaseState(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    """The customer knows that we have it."""
    CLASSIFIED = "classified"
    ASSIGNED = "assigned"
    """A department is to put it right."""
    HANDED_OVER = "handed_over"
    """A department has asked another to take it."""
    RETURNED = "returned"
    """A department has sent it back to where it came from."""
    PROPOSED = "proposed"
    """There is a solution: the customer is to be asked whether it is one."""
    VERIFYING = "verifying"
    """A call-back that asks the customer is under way or planned."""
    REOPENED = "reopened"
    """The customer has said no; it is as old as it was."""
    CLOSED_ACCEPTED = "closed_accepted"
    CLOSED_UNVERIFIED = "closed_unverified"
    """The customer was not reached on three days."""
    CLOSED_ANSWERED = "closed_answered"
    """The question of an inquiry is answered."""
    CLOSED_WITHDRAWN = "closed_withdrawn"


class Step(StrEnum):
    """What can be done with a case."""

    ACKNOWLEDGE = "acknowledge"
    CLASSIFY = "classify"
    ASSIGN = "assign"
    TAKE = "take"
    """Name its owner: oneself, unless another member is named."""
    HAND_OVER = "hand_over"
    RETURN = "return"
    PROPOSE = "propose"
    PLAN_CALL = "plan_call"
    """A call-back is promised; the system's own step."""
    ACCEPTED = "accepted"
    """The customer agrees."""
    NOT_ACCEPTED = "not_accepted"
    NOT_REACHED = "not_reached"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    MAKE_MAJOR = "make_major"
    CONFIRM_REPORT = "confirm_report"
    """The top has read the report of a major complaint."""
    NOTE = "note"


class Category(StrEnum):
    """What it is about, as the intake sees it."""

    PRODUCT = "product"
    SERVICE = "service"
    SALES = "sales"


class RootCause(StrEnum):
    """Where it came from, as the handling department found."""

    SERVICE = "service"
    CUSTOMER = "customer"
    PRODUCT = "product"


class Due(StrEnum):
    """What must happen next."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    RESOLVE = "resolve"
    VERIFY = "verify"
    REPORT = "report"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How long what may take: `_ms` is open time, `_days` are counted days after the day it began.

    `intake_id` is the department new cases come to, `top_id` the one major complaints are reported to ("" for none).
    """

    intake_id: str
    department_ids: tuple[str, ...]
    top_id: str = ""
    acknowledge_ms: int = 24 * 3_600_000
    major_acknowledge_ms: int = 2 * 3_600_000
    take_ms: int = 8 * 3_600_000
    report_ms: int = 4 * 3_600_000
    resolve_days: int = 7
    inquiry_days: int = 2
    verify_days: int = 3


class Hours(msgspec.Struct, frozen=True):
    """Time as deadlines count it. `open_hours`: when somebody works; `days`: one span for each day that counts, its last ms left out.

    None: every hour, every day.
    """

    open_hours: OpenHours | None = None
    days: OpenHours | None = None


class Moment(msgspec.Struct, frozen=True):
    """When a step is taken, and by which rules and calendars."""

    at_ms: int
    rules: Rules
    hours: Hours = Hours()


class Actor(msgspec.Struct, frozen=True):
    """Who takes a step: the departments they are a member of. `leads`: acts for any department; `is_system`: nobody."""

    user_id: str
    department_ids: tuple[str, ...] = ()
    leads: bool = False
    is_system: bool = False


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case without its words. `version` counts its steps.

    `department_id` has it, `from_department_id` is whom it goes back to. `proposed_by` and the members of the department
    that proposed never ask the customer. `attempt_ms`: calls in vain on different days. `due_at_ms` is None once it is closed.
    """

    case_id: str
    kind: CaseKind
    state: CaseState
    version: int
    received_at_ms: int
    department_id: str
    from_department_id: str = ""
    owner_id: str = ""
    proposed_by: str = ""
    category: Category | None = None
    root_cause: RootCause | None = None
    is_major: bool = False
    since_ms: int = 0
    """Since when it stands as it does: in this state, with this department and owner."""
    proposed_at_ms: int = 0
    reported_at_ms: int | None = None
    report_read_at_ms: int | None = None
    attempts_ms: tuple[int, ...] = ()
    times_reopened: int = 0
    due: Due | None = None
    due_at_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in CLOSED


CLOSED: Final = (
    CaseState.CLOSED_ACCEPTED,
    CaseState.CLOSED_UNVERIFIED,
    CaseState.CLOSED_ANSWERED,
    CaseState.CLOSED_WITHDRAWN,
)
"""States that are the end."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A step and what it needs. `has_text`: somebody has written why, or what; the words are kept elsewhere."""

    step: Step
    department_id: str = ""
    owner_id: str = ""
    owner_department_ids: tuple[str, ...] = ()
    """Of which departments the named owner is a member."""
    category: Category | None = None
    root_cause: RootCause | None = None
    has_text: bool = False


class RefusedBecause(StrEnum):
    """Why a step was not taken. Stable."""

    ILLEGAL = "case_step_illegal"
    INCOMPLETE = "case_step_incomplete"
    NOT_YOURS = "case_not_yours"
    VERIFIER_BARRED = "case_verifier_barred"
    UNFIT = "case_unfit"


class Refused(msgspec.Struct, frozen=True):
    """Nothing changed. `legal` are the steps that would be possible; `message` is a plain sentence."""

    because: RefusedBecause
    message: str
    legal: tuple[Step, ...] = ()
