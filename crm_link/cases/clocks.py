"""When what must have happened. A clock of hours counts open time, a clock of days counts the calendar's days.

Days are spans, not so many hours: the third day after a Friday ends at its own midnight, whether a holiday lies between
or the clocks change. The day on which something began is not counted.
"""

from crm_link.cases.limits import DAY_MS
from crm_link.cases.model import Case, CaseKind, CaseState, Due, Hours, Rules
from crm_link.spans import after_open_ms
from routing.calendars import BeyondHorizon, OpenHours

_ASKED = (CaseState.PROPOSED, CaseState.VERIFYING)


def after_days(days: OpenHours | None, at_ms: int, count: int) -> int:
    """The end of the `count`-th day that counts after the one of `at_ms`; where the calendar ends, 24 hours each."""
    plain_ms, day_ms = at_ms + count * DAY_MS, at_ms
    if days is None:
        return plain_ms
    for _ in range(count):
        start_ms = _next_start(days, day_ms)
        if isinstance(start_ms, BeyondHorizon):
            return plain_ms
        day_ms = start_ms
    end_ms = days.next_change(day_ms)
    return plain_ms if isinstance(end_ms, BeyondHorizon) else end_ms


def day_of(days: OpenHours | None, at_ms: int) -> int:
    """The same number for instants of the same day. Days off between two that count are one."""
    if days is None:
        return at_ms // DAY_MS
    change_ms = days.next_change(at_ms)
    return at_ms // DAY_MS if isinstance(change_ms, BeyondHorizon) else change_ms


def next_day_ms(days: OpenHours | None, at_ms: int) -> int:
    """When the next day that counts begins; 24 hours later where no calendar says so."""
    start_ms = at_ms + DAY_MS if days is None else _next_start(days, at_ms)
    return at_ms + DAY_MS if isinstance(start_ms, BeyondHorizon) else start_ms


def _next_start(days: OpenHours, at_ms: int) -> int | BeyondHorizon:
    """The first instant of the next day that counts, after the one of this instant."""
    end_ms = days.next_change(at_ms) if days.is_open(at_ms) is True else at_ms
    return end_ms if isinstance(end_ms, BeyondHorizon) else days.next_change(end_ms)


def due_of(case: Case, rules: Rules, hours: Hours) -> tuple[Due, int] | None:
    """What must happen first, and by when; None for a case that is closed."""
    if not case.is_open:
        return None
    found = [_by_state(case, rules, hours)]
    if _waits_for_owner(case):
        taken_ms = after_open_ms(hours.open_hours, case.since_ms, rules.take_ms)
        found.append((Due.TAKE, taken_ms))
    if case.reported_at_ms is not None and case.report_read_at_ms is None:
        read_ms = after_open_ms(hours.open_hours, case.reported_at_ms, rules.report_ms)
        found.append((Due.REPORT, read_ms))
    return min(found, key=lambda one: one[1])


def _by_state(case: Case, rules: Rules, hours: Hours) -> tuple[Due, int]:
    if case.state in _ASKED:
        return Due.VERIFY, after_days(hours.days, case.proposed_at_ms, rules.verify_days)
    if case.kind is CaseKind.INQUIRY:
        return Due.RESOLVE, after_days(hours.days, case.received_at_ms, rules.inquiry_days)
    if case.state is CaseState.RECEIVED:
        for_ms = rules.major_acknowledge_ms if case.is_major else rules.acknowledge_ms
        return Due.ACKNOWLEDGE, after_open_ms(hours.open_hours, case.received_at_ms, for_ms)
    return Due.RESOLVE, after_days(hours.days, case.received_at_ms, rules.resolve_days)


def _waits_for_owner(case: Case) -> bool:
    return case.state in (CaseState.ASSIGNED, CaseState.HANDED_OVER) and not case.owner_id
