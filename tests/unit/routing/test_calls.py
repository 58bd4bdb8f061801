"""What a phone system tells of calls in hand: hold, and legs that fail."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, OfferId
from routing.model import REASON_PHONE_FAULT, AgentState, Channel, RejectCause
from routing.state import ContactState
from tests.unit.routing.scene import LUNCH, SALES, Scene, capacity, kinds, only

ANN, C1, LEG = AgentId("ann"), ContactId("c1"), OfferId("c1.1")
HOLD, RESUME = cmd.HoldCall(C1, ANN), cmd.ResumeCall(C1, ANN)


@pytest.fixture
def talking(scene: Scene) -> Scene:
    """Ann has answered a call after ten seconds."""
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("c1", Channel.VOICE)
    scene.wait(10_000)
    scene.accept("c1")
    return scene


def test_a_hold_lasts_until_it_is_taken_back_and_is_measured(talking: Scene) -> None:
    assert kinds(talking.do(HOLD)) == ["HoldStarted"]
    assert talking.contact("c1").held_since_ms == talking.now_ms
    assert talking.code(HOLD) is RefusalCode.HOLD_UNCHANGED
    talking.wait(4_000)
    assert only(talking.do(RESUME), ev.HoldEnded).held_ms == 4_000
    assert talking.code(RESUME) is RefusalCode.HOLD_UNCHANGED
    talking.check_replay()


def test_a_hold_does_not_outlive_the_agent_who_began_it(talking: Scene) -> None:
    talking.do(HOLD)
    talking.do(cmd.TransferContact(C1, to_queue_id=SALES, agent_id=ANN))
    talking.ready("bob", capacity(1, voice=1))
    talking.accept("c1")
    assert talking.contact("c1").held_since_ms is None
    talking.check_replay()


def test_a_leg_that_fails_sends_the_caller_back_at_the_old_age(talking: Scene) -> None:
    talking.wait(60_000)
    events = talking.do(cmd.FailLeg(C1, ANN, LEG))
    assert kinds(events) == ["LegFailed", "AgentStateChanged", "PhoneFaulted", "ContactRequeued"]
    fault = only(events, ev.PhoneFaulted)
    assert (fault.offer_id, fault.cause) == (LEG, RejectCause.PHONE_FAULT)
    assert talking.contact("c1").state is ContactState.WAITING
    assert talking.now_ms - talking.contact("c1").age_origin_ms == 10_000
    agent = talking.agent("ann")
    assert (agent.state, agent.reason_id) == (AgentState.NOT_READY, REASON_PHONE_FAULT)
    assert not agent.holds
    talking.check_replay()


def test_an_agent_who_has_gone_meanwhile_stays_gone_when_the_leg_fails(talking: Scene) -> None:
    talking.do(cmd.DisconnectAgent(ANN))
    talking.wait(60_000)
    assert talking.agent("ann").state is AgentState.LOGGED_OUT
    events = talking.do(cmd.FailLeg(C1, ANN, LEG))
    assert kinds(events) == ["LegFailed", "PhoneFaulted", "ContactRequeued"]
    assert talking.agent("ann").state is AgentState.LOGGED_OUT
    talking.check_replay()


def test_a_break_asked_for_during_the_call_gives_way_to_the_fault(talking: Scene) -> None:
    talking.do(cmd.SetAgentState(ANN, AgentState.NOT_READY, LUNCH))
    talking.do(cmd.FailLeg(C1, ANN, LEG))
    assert talking.agent("ann").reason_id == REASON_PHONE_FAULT


def test_no_line_to_the_phone_system_is_nobodys_fault(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("c1", Channel.VOICE)
    events = scene.do(cmd.RejectOffer(LEG, ANN, RejectCause.LINE_FAULT))
    assert kinds(events) == ["OfferRejected"]
    assert scene.agent("ann").state is AgentState.READY
    scene.check_replay()
