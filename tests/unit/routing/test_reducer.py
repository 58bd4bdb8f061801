"""A journal that does not fit its state is a broken law, never a silent no-op."""

import pytest

from routing import events as ev
from routing.errors import InvariantViolation
from routing.ids import AgentId, ContactId, OfferId
from routing.model import AgentState, Channel, Party
from routing.reducer import apply
from routing.state import State
from tests.unit.routing.scene import SALES, Scene, capacity

ANN, C1, C2 = AgentId("ann"), ContactId("c1"), ContactId("c2")


@pytest.fixture
def scene() -> Scene:
    """Ann has room for one chat and is offered c1; c2 waits. Not replayed: these tests break things."""
    scene = Scene()
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    return scene


def test_an_offer_beyond_capacity_is_a_broken_law(scene: Scene) -> None:
    with pytest.raises(InvariantViolation, match=r"INV-2 offer c2\.1 exceeds"):
        apply(scene.engine.state, ev.OfferMade(0, OfferId("c2.1"), C2, ANN, SALES, 1))


def test_room_in_the_channel_does_not_help_where_the_total_is_used(scene: Scene) -> None:
    scene.agent("ann").capacity = capacity(1, chat=2)
    with pytest.raises(InvariantViolation, match="INV-2"):
        apply(scene.engine.state, ev.OfferMade(0, OfferId("c2.1"), C2, ANN, SALES, 1))


def test_capacity_of_another_channel_does_not_help(scene: Scene) -> None:
    scene.arrive("call", Channel.VOICE)
    scene.agent("ann").capacity.per_channel[Channel.CHAT] = 0
    scene.end("c1")
    with pytest.raises(InvariantViolation, match="INV-2"):
        apply(scene.engine.state, ev.OfferMade(0, OfferId("c2.1"), C2, ANN, SALES, 1))


def test_an_offer_that_ends_twice_is_a_broken_law(scene: Scene) -> None:
    expired = ev.OfferExpired(0, scene.offer_of("c1"), C1, ANN)
    apply(scene.engine.state, expired)
    with pytest.raises(InvariantViolation, match=r"INV-3 offer c1\.1 ended twice"):
        apply(scene.engine.state, expired)


def test_capacity_returned_twice_is_a_broken_law(scene: Scene) -> None:
    scene.accept("c1")
    scene.agent("ann").holds = {}
    back = ev.ContactRequeued(0, C1, ANN, SALES, ev.RequeueReason.PRESENCE_LOST, 0)
    with pytest.raises(InvariantViolation, match="INV-2 agent ann returns contact c1 twice"):
        apply(scene.engine.state, back)


def test_a_conversation_without_a_configuration_is_a_broken_law(scene: Scene) -> None:
    scene.engine.state.configuration = None
    with pytest.raises(InvariantViolation, match="INV-5 a conversation without a configuration"):
        scene.accept("c1")


def test_events_are_counted_and_carry_time_forward_only() -> None:
    state = State()
    apply(state, ev.ContactArrived(5, C1, Channel.CHAT, SALES, ""))
    apply(state, ev.ContactEnded(3, C1, Party.CUSTOMER, None))
    assert (state.seq, state.now_ms) == (2, 5)


def test_a_memory_of_something_forgotten_is_no_obstacle(scene: Scene) -> None:
    scene.agent("ann").excluded_from = {ContactId("forgotten"): None}
    scene.contact("c2").last_resort = {AgentId("forgotten"): None}
    scene.lunch("ann")
    scene.set_state("ann", AgentState.READY)
    scene.end("c2")
    assert scene.agent("ann").excluded_from == {}
