"""Every stage with every step; when a lead comes back; what a step needs."""

import msgspec
import pytest

from crm_link.leads.deciding import created, decide
from crm_link.leads.limits import REMIND_AHEAD_MS_MAX
from crm_link.leads.model import (
    CLOSED,
    Lead,
    LeadStage,
    LeadStep,
    LeadTaken,
    Moment,
    Refused,
    RefusedBecause,
)
from crm_link.leads.table import MOVES, legal_steps
from routing.calendars import hours_of

S = LeadStage
HOUR = 3_600_000
OFFICE = hours_of(
    [(day * 24 * HOUR + 9 * HOUR, day * 24 * HOUR + 17 * HOUR) for day in range(5)],
    from_ms=0,
    until_ms=5 * 24 * HOUR,
)
ANYBODY: dict[LeadStep, LeadStage | None] = {
    LeadStep.TAKE: None,
    LeadStep.LOSE: S.LOST,
    LeadStep.REMIND: None,
    LeadStep.NOTE: None,
}
EXPECTED: dict[LeadStage, dict[LeadStep, LeadStage | None]] = {
    S.NEW: {**ANYBODY, LeadStep.CONTACTED: S.CONTACTED, LeadStep.QUALIFY: S.QUALIFIED},
    S.CONTACTED: {
        **ANYBODY,
        LeadStep.CONTACTED: None,
        LeadStep.QUALIFY: S.QUALIFIED,
        LeadStep.WIN: S.WON,
    },
    S.QUALIFIED: {**ANYBODY, LeadStep.CONTACTED: None, LeadStep.WIN: S.WON},
    S.WON: {LeadStep.NOTE: None},
    S.LOST: {LeadStep.NOTE: None},
}


def lead(stage: LeadStage = S.NEW, **fields: object) -> Lead:
    plain = Lead(
        lead_id="l1", stage=stage, version=1, queue_id="sales", created_at_ms=0, remind_at_ms=0
    )
    return msgspec.structs.replace(plain, **fields)


def at(at_ms: int) -> Moment:
    return Moment(at_ms, follow_up_ms=8 * HOUR, hours=OFFICE)


def taken(step: LeadStep, by: str = "u-ann", **fields: object) -> LeadTaken:
    """A step with everything it needs."""
    remind_at_ms = 30 * HOUR if step is LeadStep.REMIND else None
    plain = LeadTaken(step=step, by=by, has_text=True, remind_at_ms=remind_at_ms)
    return msgspec.structs.replace(plain, **fields)


def after(before: Lead, wanted: LeadTaken, moment: Moment) -> Lead:
    found = decide(before, wanted, moment)
    assert not isinstance(found, Refused), found
    return found


def refused(before: Lead, wanted: LeadTaken) -> RefusedBecause:
    found = decide(before, wanted, at(10))
    assert isinstance(found, Refused)
    assert found.legal == legal_steps(before.stage)
    return found.because


@pytest.mark.parametrize("step", [one for one in LeadStep if one is not LeadStep.ROUTE])
@pytest.mark.parametrize("stage", LeadStage)
def test_each_step_in_each_stage(stage: LeadStage, step: LeadStep) -> None:
    expected = EXPECTED[stage]
    target = expected[step] or stage if step in expected else None
    assert MOVES.get((stage, step)) is target
    before = lead(stage, remind_at_ms=None if stage in CLOSED else 0)
    found = decide(before, taken(step), at(5))
    if target is None:
        assert isinstance(found, Refused)
        assert found.because is RefusedBecause.ILLEGAL
        assert found.legal == tuple(one for one in LeadStep if one in expected)
        assert all(one in found.message for one in found.legal)
    else:
        assert not isinstance(found, Refused), found
        assert (found.stage, found.version) == (target, 2)
        assert (found.remind_at_ms is None) is (target in CLOSED)
        assert found.since_ms == (0 if target is stage else 5)


def test_a_new_lead_comes_when_its_queue_opens() -> None:
    moment = at(20 * HOUR)
    assert created(lead(), moment).remind_at_ms == 33 * HOUR
    assert created(lead(), at(10 * HOUR)).remind_at_ms == 10 * HOUR


def test_it_comes_back_when_it_was_said_or_after_the_usual_open_time() -> None:
    spoken = after(lead(), taken(LeadStep.CONTACTED), at(10 * HOUR))
    assert spoken.remind_at_ms == 34 * HOUR, "seven hours of the first day, one of the second"
    said = after(lead(), taken(LeadStep.QUALIFY, remind_at_ms=40 * HOUR), at(10 * HOUR))
    assert said.remind_at_ms == 40 * HOUR
    closed = after(lead(), taken(LeadStep.REMIND, remind_at_ms=42 * HOUR), at(10 * HOUR))
    assert closed.remind_at_ms == 57 * HOUR, "not while the queue is closed"
    beyond = after(lead(), taken(LeadStep.REMIND, remind_at_ms=300 * HOUR), at(10 * HOUR))
    assert beyond.remind_at_ms == 300 * HOUR, "nobody knows yet whether it is open then"
    kept = after(lead(remind_at_ms=77), taken(LeadStep.TAKE), at(10 * HOUR))
    assert kept.remind_at_ms == 77


def test_the_system_alone_routes() -> None:
    assert refused(lead(), taken(LeadStep.ROUTE)) is RefusedBecause.ILLEGAL
    system = taken(LeadStep.ROUTE, by="", queue_id="help")
    routed = after(lead(owner_id="u-bob"), system, at(10 * HOUR))
    assert (routed.rounds, routed.queue_id, routed.owner_id) == (1, "help", "u-bob")
    assert routed.remind_at_ms == 34 * HOUR
    assert after(lead(), system, at(10 * HOUR)).owner_id == ""
    said = after(lead(remind_at_ms=40 * HOUR), system, at(10 * HOUR))
    assert said.remind_at_ms == 40 * HOUR, "what somebody has named meanwhile stays"


def test_whoever_first_works_on_it_has_it_until_somebody_takes_it() -> None:
    assert after(lead(), taken(LeadStep.NOTE), at(5)).owner_id == ""
    mine = after(lead(), taken(LeadStep.CONTACTED), at(5))
    assert mine.owner_id == "u-ann"
    assert after(mine, taken(LeadStep.QUALIFY, by="u-bob"), at(5)).owner_id == "u-ann"
    assert after(mine, taken(LeadStep.TAKE, by="u-bob"), at(5)).owner_id == "u-bob"
    assert after(mine, taken(LeadStep.TAKE, owner_id="u-cy"), at(5)).owner_id == "u-cy"


def test_who_does_not_sell_owns_nothing_and_may_name_an_owner() -> None:
    assert after(lead(), taken(LeadStep.CONTACTED, may_own=False), at(5)).owner_id == ""
    assert refused(lead(), taken(LeadStep.TAKE, may_own=False)) is RefusedBecause.INCOMPLETE
    named = taken(LeadStep.TAKE, may_own=False, owner_id="u-cy")
    assert after(lead(), named, at(5)).owner_id == "u-cy"


def test_what_a_step_needs() -> None:
    assert refused(lead(), taken(LeadStep.LOSE, has_text=False)) is RefusedBecause.INCOMPLETE
    assert refused(lead(), taken(LeadStep.NOTE, has_text=False)) is RefusedBecause.INCOMPLETE
    assert refused(lead(), taken(LeadStep.REMIND, remind_at_ms=None)) is RefusedBecause.INCOMPLETE
    for wrong_ms in (10, 9, 11 + REMIND_AHEAD_MS_MAX):
        wanted = taken(LeadStep.REMIND, remind_at_ms=wrong_ms)
        assert refused(lead(), wanted) is RefusedBecause.UNFIT
