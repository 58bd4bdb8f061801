"""What a consult asks of phone system and engine, in every state it can be in."""

import msgspec
import pytest

from callcenter.telephony import consulting, limits
from callcenter.telephony.calls import Call, Leg, LegStage
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.wanted import Ring, Standing
from routing.commands import AcceptOffer, EndContact, FailLeg, RejectOffer, TransferContact
from routing.ids import AgentId, OfferId
from routing.model import RejectCause
from routing.state import ContactState
from tests.unit.callcenter.telephony.paper_call import ANN, C1, LEG, call, kinds, only, wanted

BOB = AgentId("bob")
OTHER = "c1.c1"
TALKING = Standing(ContactState.CONNECTED, (), ANN, LEG, "1001", 0, consult_to="1002")
HELD = msgspec.structs.replace(TALKING, is_held=True)
OFFERED = Standing(ContactState.OFFERED, (Ring(OfferId("c1.2"), BOB, "1002", 9_000),))


def own(kind: EventType, leg_id: str, value: str) -> PbxEvent:
    return PbxEvent(kind, f"own/{kind}/{value}", "k1", leg_id=leg_id, value=value)


def asked(stage: LegStage = LegStage.ASKED, *, is_held: bool = True) -> Call:
    """Ann asks bob."""
    one = call(is_enqueued=True)
    one.legs = {LEG: Leg(LegStage.ANSWERED, was_bridged=True, is_held=is_held)}
    wish = msgspec.json.encode(consulting.Wish(BOB, LEG)).decode()
    assert consulting.leg_id_of(one) == OTHER
    for _ in range(2):  # the same wish again changes nothing
        consulting.fold(one, own(EventType.CONSULT_WISHED, OTHER, wish))
    one.leg(OTHER).stage = stage
    return one


def turned(one: Call, mode: str) -> None:
    consulting.fold(one, own(EventType.CONSULT_TURNED, OTHER, mode))


def test_the_customer_is_put_on_hold_and_the_colleague_rung() -> None:
    answer = wanted(asked(is_held=False), TALKING)
    assert kinds(answer) == [OrderKind.HOLD, OrderKind.RING_AGENT]
    assert (answer.orders[1].leg_id, answer.orders[1].to) == (OTHER, "1002")
    assert answer.due_ms == limits.CONSULT_RING_MS + limits.CONSULT_GRACE_MS


def test_a_phone_nobody_hears_of_again_is_given_up() -> None:
    one = asked()
    assert kinds(wanted(one, HELD)) == [OrderKind.RING_AGENT]
    one.leg(OTHER).stage = LegStage.RINGS
    late = limits.CONSULT_RING_MS + limits.CONSULT_GRACE_MS
    assert only(wanted(one, HELD, late)).kind is OrderKind.HANGUP


@pytest.mark.parametrize("mode", [consulting.CUSTOMER, consulting.ALL])
def test_whoever_answers_is_heard_and_turned_from(mode: str) -> None:
    one = asked(LegStage.ANSWERED)
    first = only(wanted(one, HELD))
    assert (first.kind, first.leg_id, first.other_leg_id) == (OrderKind.CONSULT, LEG, OTHER)
    assert first.mode == consulting.COLLEAGUE
    one.done[first.command_id] = ""
    assert not wanted(one, HELD).orders
    turned(one, mode)
    second = only(wanted(one, HELD))
    assert (second.command_id, second.mode) == ("c1.c1.consult.2", mode)
    consult = consulting.live(one, LEG)
    assert consult is not None
    assert consulting.mode(one, consult) == consulting.COLLEAGUE
    one.done[second.command_id] = "failed"
    assert consulting.mode(one, consult) == consulting.COLLEAGUE


def test_a_phone_system_that_cannot_bring_them_together_lets_the_colleague_go() -> None:
    one = asked(LegStage.ANSWERED)
    one.done["c1.c1.consult.1"] = "unsupported"
    assert only(wanted(one, HELD)).leg_id == OTHER
    consult = consulting.last(one, LEG)
    assert consult is not None
    assert consulting.cause(one, consult) == "unsupported"


def test_taken_back_the_colleague_is_hung_up_and_the_customer_heard() -> None:
    one = asked(LegStage.ANSWERED)
    turned(one, consulting.OVER)
    answer = wanted(one, HELD)
    assert kinds(answer) == [OrderKind.HANGUP, OrderKind.UNHOLD]
    assert answer.orders[0].leg_id == OTHER


@pytest.mark.parametrize("code", ["busy", "unreachable", "undelivered"])
def test_one_who_cannot_be_rung_leaves_the_customer_on_hold(code: str) -> None:
    one = asked()
    one.done[f"{OTHER}.ring_agent"] = code
    # One that was not delivered may ring even so.
    assert kinds(wanted(one, HELD)) == ([OrderKind.HANGUP] if code == "undelivered" else [])
    consult = consulting.last(one, LEG)
    assert consult is not None
    assert (consulting.live(one, LEG), consulting.cause(one, consult)) == (None, code)
    assert consulting.colleague_of(one) is None


def test_whoever_hangs_up_on_both_leaves_the_one_to_the_other() -> None:
    one = asked(LegStage.ANSWERED)
    one.legs[LEG].stage, one.legs[LEG].cause = LegStage.ENDED, "hangup"
    assert wanted(one, HELD).commands == {"hand_over.c1.c1": TransferContact(C1, None, BOB, ANN)}
    one.settled["hand_over.c1.c1"] = "agent_not_eligible"
    assert wanted(one, HELD).commands == {"fail.c1.1": FailLeg(C1, ANN, LEG)}
    turned(one, consulting.OVER)
    assert isinstance(wanted(one, HELD).commands["end.c1.1"], EndContact)


def test_the_offer_to_who_is_on_the_line_is_answered_by_that_leg() -> None:
    one = asked(LegStage.ANSWERED)
    taken = wanted(one, OFFERED)
    assert (taken.orders, taken.commands) == ([], {})
    consulting.fold(one, taken.inputs[0])
    answer = wanted(one, OFFERED)
    assert answer.commands == {"accept.c1.2": AcceptOffer(OfferId("c1.2"), BOB)}
    assert [(order.kind, order.leg_id) for order in answer.orders] == [(OrderKind.HANGUP, LEG)]
    with_bob = Standing(ContactState.CONNECTED, (), BOB, OfferId("c1.2"), "1002", 0)
    one.leg(LEG).stage = LegStage.ENDED
    bridge = only(wanted(one, with_bob))
    assert (bridge.kind, bridge.leg_id) == (OrderKind.BRIDGE, OTHER)
    one.leg(OTHER).was_bridged = True
    assert one.talks == 2
    assert consulting.last(one, OfferId("c1.2")) is None


def test_offered_to_somebody_else_the_colleague_is_let_go() -> None:
    one = asked(LegStage.ANSWERED)
    one.leg(LEG).stage = LegStage.ENDED
    other = Standing(ContactState.OFFERED, (Ring(OfferId("c1.2"), ANN, "1001", 9_000),))
    answer = wanted(one, other)
    assert kinds(answer) == [OrderKind.PARK, OrderKind.HANGUP, OrderKind.RING_AGENT]
    assert answer.orders[1].leg_id == OTHER


def test_who_is_asked_elsewhere_is_not_rung() -> None:
    ring = Ring(OfferId("c1.1"), BOB, "1002", 9_000, is_consulted=True)
    answer = wanted(call(is_enqueued=True), Standing(ContactState.OFFERED, (ring,)))
    assert answer.commands == {
        "reject.c1.1": RejectOffer(OfferId("c1.1"), BOB, RejectCause.LINE_FAULT)
    }
