"""Departments, people and calendars of the tests of cases."""

from typing import Final

import msgspec

from crm_link.cases.deciding import decide, received
from crm_link.cases.model import (
    Actor,
    Case,
    CaseKind,
    CaseState,
    Category,
    Hours,
    Moment,
    Refused,
    RootCause,
    Rules,
    Step,
    Taken,
)

HOUR: Final = 3_600_000
RULES: Final = Rules(
    intake_id="care", department_ids=("care", "service", "product", "top"), top_id="top"
)

ALWAYS: Final = Hours()

CARE: Final = Actor("u-carl", ("care",))
SERVICE: Final = Actor("u-sven", ("service",))
PRODUCT: Final = Actor("u-pia", ("product",))
LEADER: Final = Actor("u-lea", leads=True)
SYSTEM: Final = Actor("", is_system=True)

FULL: Final[dict[Step, dict[str, object]]] = {
    Step.CLASSIFY: {"category": Category.PRODUCT},
    Step.ASSIGN: {"department_id": "service"},
    Step.HAND_OVER: {"department_id": "product"},
    Step.PROPOSE: {"root_cause": RootCause.PRODUCT},
}
"""What a step needs beside a text."""


def taken(step: Step, **fields: object) -> Taken:
    """A step with everything it needs."""
    return msgspec.structs.replace(
        Taken(step=step, has_text=True), **{**FULL.get(step, {}), **fields}
    )


def opened(
    kind: CaseKind = CaseKind.COMPLAINT, hours: Hours = ALWAYS, *, is_major: bool = False
) -> Case:
    """A case that has just come in, at 0."""
    plain = Case(
        case_id="k1",
        kind=kind,
        state=CaseState.RECEIVED,
        version=1,
        received_at_ms=0,
        department_id="",
        is_major=is_major,
    )
    return received(plain, Moment(0, RULES, hours))


def at(at_ms: int, hours: Hours = ALWAYS) -> Moment:
    return Moment(at_ms, RULES, hours)


def moved(case: Case, step: Taken | Step, actor: Actor, moment: Moment | None = None) -> Case:
    """The case after a step that must be taken."""
    wanted = taken(step) if isinstance(step, Step) else step
    found = decide(case, wanted, actor, moment or at(case.since_ms + 1))
    assert not isinstance(found, Refused), found
    return found


def assigned(hours: Hours = ALWAYS) -> Case:
    """With service."""
    case = opened(hours=hours)
    for step in (Step.ACKNOWLEDGE, Step.CLASSIFY, Step.ASSIGN):
        case = moved(case, step, CARE, at(case.since_ms + 1, hours))
    return case


def proposed(at_ms: int = 100, hours: Hours = ALWAYS) -> Case:
    """Service has a solution."""
    return moved(assigned(hours), Step.PROPOSE, SERVICE, at(at_ms, hours))
