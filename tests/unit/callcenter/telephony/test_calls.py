"""A call folded from events: any order, any repeats, numbers that never come."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.calls import PBX_LOST, Call, LegStage, in_turn, note, overdue
from callcenter.telephony.limits import EVENTS_HELD_MAX, GAP_WAIT_MS
from callcenter.telephony.protocol import EventType
from tests.unit.callcenter.telephony.paper_call import C1, LEG, STORY, event, folded


def new_call() -> Call:
    return Call(contact_id=C1, connection_id="pbx", call_id="k1", begun_at_ms=0)


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=10), st.randoms())
def test_any_order_with_any_repeats_is_the_same_call(
    order: list[object], repeats: list[object], draw: random.Random
) -> None:
    deliveries = [*order, *repeats]
    draw.shuffle(deliveries)
    assert folded(deliveries) == folded(STORY)  # type: ignore[arg-type]


def test_the_story_ends_as_it_was_told() -> None:
    one = folded(STORY)
    assert (one.end_cause, one.talks, one.dialled, one.caller) == ("hangup", 1, "100", "+491")
    leg = one.legs[LEG]
    assert (leg.stage, leg.cause, leg.holds) == (LegStage.ENDED, "released", 2)


@given(st.sets(st.integers(0, len(STORY) - 1), max_size=6))
def test_without_some_events_the_rest_still_counts(missing: set[int]) -> None:
    told = [each for index, each in enumerate(STORY) if index not in missing]
    one = folded(told)
    assert one.end_cause == ("" if 10 in missing else "hangup")
    assert not one.held


def test_what_comes_before_its_turn_waits_for_a_bounded_time() -> None:
    one = new_call()
    assert in_turn(one, STORY[1], 500) == []
    assert overdue(one, 500 + GAP_WAIT_MS - 1) == []
    assert overdue(one, 500 + GAP_WAIT_MS) == [STORY[1]]
    assert in_turn(one, STORY[0], 9_000) == [STORY[0]]
    assert overdue(one, 99_000) == []


def test_a_second_gap_has_a_wait_of_its_own() -> None:
    one = new_call()
    in_turn(one, STORY[2], 0)
    in_turn(one, STORY[4], 100)
    assert in_turn(one, STORY[0], 1_500) == [STORY[0]]
    assert overdue(one, 2_500) == []
    assert overdue(one, 3_500) == [STORY[2]]
    assert overdue(one, 5_500) == [STORY[4]]


def test_the_missing_number_lets_everything_go() -> None:
    one = new_call()
    assert in_turn(one, STORY[2], 0) == []
    assert in_turn(one, STORY[1], 0) == []
    assert in_turn(one, STORY[0], 0) == STORY[:3]


def test_no_call_holds_more_than_so_many_events() -> None:
    one = new_call()
    events = [event("x", n) for n in range(2, EVENTS_HELD_MAX + 3)]
    released = [each for one_event in events for each in in_turn(one, one_event, 0)]
    assert released == events


def test_a_late_end_ends_the_call_and_a_late_ring_wakes_no_leg() -> None:
    one = folded([*STORY[:4], *STORY[5:8]])
    note(one, STORY[4], 0)
    assert one.legs[LEG].stage is LegStage.ANSWERED
    for each in in_turn(one, event(EventType.CALL_ENDED, 2, cause="hangup"), 0):
        note(one, each, 0)
    assert one.end_cause == "hangup"


def test_the_first_end_counts() -> None:
    one = folded(STORY)
    note(one, event(EventType.CALL_LOST), 0)
    assert one.end_cause == "hangup"
    lost = new_call()
    note(lost, event(EventType.CALL_LOST), 0)
    note(lost, event(EventType.CALL_ENDED, 2, cause="hangup"), 0)
    assert lost.end_cause == PBX_LOST


@pytest.mark.parametrize(
    ("told", "done"),
    [
        (event(EventType.COMMAND_FAILED, 1, command_id="c1.x", code="busy"), "busy"),
        (event(EventType.COMMAND_FAILED, 1, command_id="c1.x"), "failed"),
        (event(EventType.COMMAND_DONE, 1, command_id="c1.x"), ""),
        (event(EventType.GATHER_RESULT, 1, command_id="c1.x", timeout=True), "timeout"),
    ],
)
def test_the_first_result_of_a_command_counts(told: object, done: str) -> None:
    one = new_call()
    note(one, told, 0)  # type: ignore[arg-type]
    note(one, event(EventType.COMMAND_FAILED, 2, command_id="c1.x", code="other"), 0)
    assert one.done["c1.x"] == done


def test_wishes_of_the_desk_are_counted() -> None:
    one = folded(STORY[:7])
    for n, kind in enumerate((EventType.HOLD_WISHED, EventType.UNHOLD_WISHED)):
        for each in in_turn(one, msgspec.structs.replace(event(kind, 0), leg_id=LEG), 0):
            note(one, each, 0)
        leg = one.legs[LEG]
        assert (leg.hold_wish, leg.hold_wishes) == (kind is EventType.HOLD_WISHED, n + 1)
