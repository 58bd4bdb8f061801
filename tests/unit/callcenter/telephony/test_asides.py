"""What the history tells of colleagues who were asked: each begins and ends once, at the instant of the event."""

import msgspec
import pytest

from callcenter.telephony import asides, consulting
from callcenter.telephony.calls import Aside, Call, Leg, LegStage
from callcenter.telephony.protocol import EventType
from routing.ids import AgentId, OfferId
from tests.unit.callcenter.telephony.paper_call import ANN, C1, LEG, call
from tests.unit.callcenter.telephony.test_consulting import BOB, OTHER, own, turned


def asked(at_ms: int = 1_000) -> Call:
    """Ann asks bob."""
    one = call(is_enqueued=True)
    one.legs = {LEG: Leg(LegStage.ANSWERED, was_bridged=True, is_held=True)}
    wish = msgspec.json.encode(consulting.Wish(BOB, LEG, ANN)).decode()
    consulting.fold(one, own(EventType.CONSULT_WISHED, OTHER, wish))
    asides.follow(one, at_ms)
    return one


def answered(one: Call, number: int = 1) -> None:
    """Bob has picked up, and the phone system has done what was wished."""
    one.leg(OTHER).stage = LegStage.ANSWERED
    one.done[f"{OTHER}.consult.{number}"] = ""


def told(one: Call) -> list[tuple[str, int, int | None, str]]:
    return [(each.kind, each.began_at_ms, each.ended_at_ms, each.ended_as) for each in one.asides]


def test_a_consult_with_a_conference_is_told_once_however_often_it_is_looked_at() -> None:
    one = asked()
    answered(one)
    asides.follow(one, 2_000)
    assert told(one) == [("consult", 1_000, None, "")]
    turned(one, consulting.ALL)
    asides.follow(one, 3_000)
    assert told(one) == [("consult", 1_000, None, "")]
    answered(one, 2)
    for at_ms in (4_000, 4_500):
        asides.follow(one, at_ms)
    turned(one, consulting.CUSTOMER)
    answered(one, 3)
    asides.follow(one, 5_000)
    turned(one, consulting.OVER)
    for at_ms in (6_000, 7_000):
        asides.follow(one, at_ms)
    both = [("consult", 1_000, 6_000, "taken_back"), ("conference", 4_000, 5_000, "split")]
    assert told(one) == both
    asides.close(one, 9_000)
    assert told(one) == both
    stored = asides.encoded(one.asides)
    assert asides.decoded(stored) == one.asides
    phase = asides.phase_of(C1, asides.decoded(stored)[0])
    assert (phase.agent_id, phase.to_agent_id, phase.kind) == (ANN, BOB, "consult")


@pytest.mark.parametrize(
    ("cause", "is_together", "ended_as"),
    [
        ("busy", False, "busy"),
        ("no_answer", False, "no_answer"),
        ("hangup", True, "colleague_left"),
        ("hangup", False, "failed"),
        ("congestion", False, "failed"),
    ],
)
def test_who_is_gone_says_why(cause: str, is_together: bool, ended_as: str) -> None:
    one = asked()
    if is_together:
        answered(one)
    one.leg(OTHER).stage, one.leg(OTHER).cause = LegStage.ENDED, cause
    asides.follow(one, 2_000)
    turned(one, consulting.OVER)
    asides.follow(one, 3_000)
    assert told(one) == [("consult", 1_000, 2_000, ended_as)]
    assert ended_as in asides.CONSULT_ENDS


def test_handed_over_in_a_conference_ends_both() -> None:
    one = asked()
    answered(one)
    turned(one, consulting.ALL)
    answered(one, 2)
    asides.follow(one, 2_000)
    consulting.fold(one, own(EventType.LEG_TAKEN_OVER, "c1.2", OTHER))
    asides.follow(one, 3_000)
    ends = [(each.ended_at_ms, each.ended_as) for each in one.asides]
    assert ends == [(3_000, "handed_over")] * 2


@pytest.mark.parametrize("is_told", [True, False])
def test_with_the_call_it_ends_too(is_told: bool) -> None:
    one = asked()
    if is_told:
        one.end_cause = "hangup"
        asides.follow(one, 500)  # an event that was held back: never before it began
        assert told(one) == [("consult", 1_000, 1_000, "call_ended")]
    else:
        asides.close(one, 2_000)
        assert told(one) == [("consult", 1_000, 2_000, "call_ended")]


def test_a_wish_of_an_older_version_names_nobody() -> None:
    one = call(is_enqueued=True)
    wish = msgspec.json.encode({"agent_id": "bob", "for_leg_id": LEG}).decode()
    consulting.fold(one, own(EventType.CONSULT_WISHED, OTHER, wish))
    asides.follow(one, 1)
    assert one.asides == [Aside("consult", OTHER, None, AgentId("bob"), 1)]
    assert asides.encoded([]) == ""
    assert asides.decoded("") == []
    assert one.consults[OTHER].for_leg_id == OfferId("c1.1")
