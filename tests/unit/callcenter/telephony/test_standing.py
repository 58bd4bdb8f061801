"""Where a call's contact stands, and by which leg its agent has it."""

import pytest

from callcenter.telephony.calls import Leg, LegStage
from callcenter.telephony.standing import leg_in_hand, standing_of
from callcenter.telephony.wanted import Standing
from routing import commands as cmd
from routing.ids import AgentId, OfferId
from routing.model import Channel
from routing.state import ContactState
from tests.unit.callcenter.telephony.paper_call import C1, LEG, call
from tests.unit.routing.scene import OFFER_TIMEOUT_MS, Scene, capacity

ANN = AgentId("ann")


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.ready("ann", capacity(1, voice=1))
    made.arrive(C1, Channel.VOICE)
    return made


def phone(_agent_id: AgentId) -> str:
    return "1001"


def test_a_contact_that_is_not_open_stands_nowhere() -> None:
    assert standing_of(Scene().engine.state, call(), phone) == Standing()


def test_an_offer_is_a_ring(scene: Scene) -> None:
    standing = standing_of(scene.engine.state, call(), phone)
    (ring,) = standing.rings
    assert (ring.offer_id, ring.agent_id, ring.to) == (LEG, ANN, "1001")
    assert ring.expires_at_ms == OFFER_TIMEOUT_MS


def test_an_accepted_offer_is_the_leg_in_hand(scene: Scene) -> None:
    scene.wait(700)
    scene.accept(C1)
    standing = standing_of(scene.engine.state, call(), phone)
    assert (standing.state, standing.leg_id) == (ContactState.CONNECTED, LEG)
    assert standing.accepted_at_ms == 700
    assert standing_of(scene.engine.state, call(), phone, 9_000).accepted_at_ms == 9_000


def test_the_leg_is_known_long_after_its_offer_is_forgotten(scene: Scene) -> None:
    scene.accept(C1)
    state = scene.engine.state
    contact = state.contacts[C1]
    state.ended_offers.clear()
    assert leg_in_hand(state, contact, call()) is None
    assert leg_in_hand(state, contact, call(accepted_leg_id=OfferId("c1.9"))) == "c1.9"
    legs = {
        "c1.1": Leg(LegStage.ENDED, was_bridged=True),
        "c1.2": Leg(LegStage.ANSWERED, was_bridged=True),
        "c1.3": Leg(LegStage.RINGS),
    }
    assert leg_in_hand(state, contact, call(legs=legs)) == "c1.2"


def test_a_hold_is_known(scene: Scene) -> None:
    scene.accept(C1)
    scene.do(cmd.HoldCall(C1, ANN))
    assert standing_of(scene.engine.state, call(), phone).is_held
