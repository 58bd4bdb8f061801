"""One step of somebody at an instant: the next case, or why not. Nothing else changes a case.

Whoever takes a step is a member of the department that has the case, or leads. The customer is asked by others: a member
of the department that has proposed, and whoever proposed or owns it, is refused whatever their role.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from crm_link.cases.clocks import day_of, due_of
from crm_link.cases.limits import ATTEMPTS_MAX
from crm_link.cases.model import (
    Actor,
    Case,
    CaseState,
    Moment,
    Refused,
    RefusedBecause,
    Rules,
    Step,
    Taken,
)
from crm_link.cases.table import MOVES, legal_steps

_OF_ANYBODY: Final = (Step.NOTE,)
"""Steps that whoever may see the case may take."""

_OF_VERIFIERS: Final = (Step.ACCEPTED, Step.NOT_ACCEPTED, Step.NOT_REACHED)
"""Steps of whoever asks the customer."""

_WITH_TEXT: Final = (
    Step.RETURN,
    Step.PROPOSE,
    Step.NOT_ACCEPTED,
    Step.ANSWER,
    Step.WITHDRAW,
    Step.NOTE,
)
"""Steps that nobody takes without saying why, or what."""

_STANDING: Final = ("state", "department_id", "owner_id")
"""What a case's `since_ms` is about."""


def received(case: Case, moment: Moment) -> Case:
    """A new case, with the intake and its first deadline."""
    reported_at_ms = case.received_at_ms if case.is_major else None
    fresh = msgspec.structs.replace(
        case,
        state=CaseState.RECEIVED,
        version=1,
        department_id=moment.rules.intake_id,
        since_ms=case.received_at_ms,
        reported_at_ms=reported_at_ms,
    )
    return _with_due(fresh, moment)


def decide(case: Case, taken: Taken, actor: Actor, moment: Moment) -> Case | Refused:
    """The case after a step. A refusal names the steps that are legal now."""
    rules, at_ms = moment.rules, moment.at_ms
    target = MOVES.get((case.kind, case.state, taken.step))
    if target is None:
        return _illegal(case, taken.step)
    refused = _forbidden(case, taken.step, actor, rules) or _incomplete(case, taken, rules)
    if refused is not None:
        because, message = refused
        return Refused(because, message, legal_steps(case.kind, case.state))
    changed = msgspec.structs.replace(case, state=target, version=case.version + 1)
    effect = _EFFECTS.get(taken.step)
    if effect is not None:
        changed = effect(changed, taken, actor, at_ms)
    if taken.step is Step.NOT_REACHED:
        changed = _attempted(changed, moment)
    if any(getattr(changed, name) != getattr(case, name) for name in _STANDING):
        changed = msgspec.structs.replace(changed, since_ms=at_ms)
    if taken.step is Step.RETURN:
        changed = _returned(changed, case, rules)
    return _with_due(changed, moment)


def may_take(case: Case, step: Step, actor: Actor, rules: Rules) -> bool:
    """Whether this is a step of this person's, whatever it needs beside, and makes sense now."""
    if step is Step.CONFIRM_REPORT and _wants_report(case, Taken(step=step), rules) is not None:
        return False
    is_major_already = step is Step.MAKE_MAJOR and case.is_major
    return not is_major_already and _forbidden(case, step, actor, rules) is None


def may_verify(case: Case, actor: Actor) -> bool:
    """Whether the customer may be asked by this person: nobody judges the own work."""
    is_own = actor.user_id in (case.owner_id, case.proposed_by)
    return not is_own and case.department_id not in actor.department_ids


def _illegal(case: Case, step: Step) -> Refused:
    legal = legal_steps(case.kind, case.state)
    names = ", ".join(legal)
    message = f"A {case.kind} that is {case.state} does not take {step}. It takes: {names}."
    return Refused(RefusedBecause.ILLEGAL, message, legal)


_Fault = tuple[RefusedBecause, str]


def _forbidden(case: Case, step: Step, actor: Actor, rules: Rules) -> _Fault | None:
    if step is Step.PLAN_CALL:
        message = "Call-backs are planned by the system."
        return None if actor.is_system else (RefusedBecause.NOT_YOURS, message)
    if step in _OF_ANYBODY or actor.is_system:
        return None
    if step in _OF_VERIFIERS:
        message = "The customer is asked by somebody outside the department that proposed this."
        return None if may_verify(case, actor) else (RefusedBecause.VERIFIER_BARRED, message)
    if step is Step.CONFIRM_REPORT:
        is_top = actor.leads or rules.top_id in actor.department_ids
        message = "A report is confirmed by those it goes to."
        return None if is_top else (RefusedBecause.NOT_YOURS, message)
    if actor.leads or case.department_id in actor.department_ids:
        return None
    return RefusedBecause.NOT_YOURS, f"The department {case.department_id} has this case."


def _incomplete(case: Case, taken: Taken, rules: Rules) -> _Fault | None:
    faults = (_WANTS[taken.step](case, taken, rules),) if taken.step in _WANTS else ()
    if taken.step in _WITH_TEXT and not taken.has_text:
        faults = ((RefusedBecause.INCOMPLETE, f"{taken.step} needs a text: write why, or what."),)
    return next((one for one in faults if one is not None), None)


def _wants_category(case: Case, taken: Taken, _rules: Rules) -> _Fault | None:
    if taken.category is None and case.category is None:
        return RefusedBecause.INCOMPLETE, "classify needs a category: product, service or sales."
    return None


def _wants_other_department(case: Case, taken: Taken, rules: Rules) -> _Fault | None:
    if taken.department_id not in rules.department_ids:
        return RefusedBecause.UNFIT, "There is no such department: name one of the configuration."
    if taken.step is Step.HAND_OVER and taken.department_id == case.department_id:
        return RefusedBecause.UNFIT, "This department has the case already: name another."
    if taken.owner_id and taken.department_id not in taken.owner_department_ids:
        return RefusedBecause.UNFIT, "The owner is no member of that department."
    return None


def _wants_member(case: Case, taken: Taken, _rules: Rules) -> _Fault | None:
    if taken.owner_id and case.department_id not in taken.owner_department_ids:
        return RefusedBecause.UNFIT, "The owner is no member of the department that has the case."
    return None


def _wants_root_cause(case: Case, taken: Taken, _rules: Rules) -> _Fault | None:
    if taken.root_cause is None and case.root_cause is None:
        return (
            RefusedBecause.INCOMPLETE,
            "propose needs a root cause: service, customer or product.",
        )
    return None


def _wants_origin(case: Case, _taken: Taken, rules: Rules) -> _Fault | None:
    if case.from_department_id or case.department_id != rules.intake_id:
        return None
    return RefusedBecause.UNFIT, "It came to this department first: there is nowhere to return it."


def _wants_minor(case: Case, _taken: Taken, _rules: Rules) -> _Fault | None:
    return (RefusedBecause.UNFIT, "This case is a major one already.") if case.is_major else None


def _wants_report(case: Case, _taken: Taken, _rules: Rules) -> _Fault | None:
    is_waiting = case.reported_at_ms is not None and case.report_read_at_ms is None
    return None if is_waiting else (RefusedBecause.UNFIT, "No report of this case is unread.")


_WANTS: Final[dict[Step, Callable[[Case, Taken, Rules], _Fault | None]]] = {
    Step.CLASSIFY: _wants_category,
    Step.ASSIGN: _wants_other_department,
    Step.HAND_OVER: _wants_other_department,
    Step.TAKE: _wants_member,
    Step.RETURN: _wants_origin,
    Step.PROPOSE: _wants_root_cause,
    Step.MAKE_MAJOR: _wants_minor,
    Step.CONFIRM_REPORT: _wants_report,
}


def _classify(case: Case, taken: Taken, _actor: Actor, _at_ms: int) -> Case:
    return msgspec.structs.replace(
        case,
        category=taken.category or case.category,
        root_cause=taken.root_cause or case.root_cause,
    )


def _send(case: Case, taken: Taken, _actor: Actor, _at_ms: int) -> Case:
    """To a department; from where it comes is remembered, unless it stays."""
    is_same = taken.department_id == case.department_id
    return msgspec.structs.replace(
        case,
        department_id=taken.department_id,
        from_department_id=case.from_department_id if is_same else case.department_id,
        owner_id=taken.owner_id,
    )


def _take(case: Case, taken: Taken, actor: Actor, _at_ms: int) -> Case:
    return msgspec.structs.replace(case, owner_id=taken.owner_id or actor.user_id)


def _propose(case: Case, taken: Taken, actor: Actor, at_ms: int) -> Case:
    return msgspec.structs.replace(
        case,
        root_cause=taken.root_cause or case.root_cause,
        proposed_by=actor.user_id,
        proposed_at_ms=at_ms,
        attempts_ms=(),
    )


def _reopen(case: Case, _taken: Taken, _actor: Actor, _at_ms: int) -> Case:
    return msgspec.structs.replace(case, times_reopened=case.times_reopened + 1, attempts_ms=())


def _make_major(case: Case, _taken: Taken, _actor: Actor, at_ms: int) -> Case:
    return msgspec.structs.replace(case, is_major=True, reported_at_ms=at_ms)


def _read(case: Case, _taken: Taken, _actor: Actor, at_ms: int) -> Case:
    return msgspec.structs.replace(case, report_read_at_ms=at_ms)


_EFFECTS: Final[dict[Step, Callable[[Case, Taken, Actor, int], Case]]] = {
    Step.CLASSIFY: _classify,
    Step.ASSIGN: _send,
    Step.HAND_OVER: _send,
    Step.TAKE: _take,
    Step.PROPOSE: _propose,
    Step.NOT_ACCEPTED: _reopen,
    Step.MAKE_MAJOR: _make_major,
    Step.CONFIRM_REPORT: _read,
}


def _returned(changed: Case, before: Case, rules: Rules) -> Case:
    """Back to whom it came from; without anybody, to the intake."""
    back_id = before.from_department_id or rules.intake_id
    return msgspec.structs.replace(
        changed, department_id=back_id, from_department_id="", owner_id=""
    )


def _attempted(case: Case, moment: Moment) -> Case:
    """A day counts once; on the last one there is nothing left to try."""
    days, at_ms = moment.hours.days, moment.at_ms
    known = {day_of(days, one) for one in case.attempts_ms}
    attempts_ms = case.attempts_ms if day_of(days, at_ms) in known else (*case.attempts_ms, at_ms)
    is_last = len(attempts_ms) >= ATTEMPTS_MAX
    state = CaseState.CLOSED_UNVERIFIED if is_last else case.state
    return msgspec.structs.replace(case, state=state, attempts_ms=attempts_ms)


def _with_due(case: Case, moment: Moment) -> Case:
    found = due_of(case, moment.rules, moment.hours)
    due, due_at_ms = (None, None) if found is None else found
    return msgspec.structs.replace(case, due=due, due_at_ms=due_at_ms)
