"""Broadcast: several agents are asked at once, the first to accept has the contact, nobody is punished for it."""

from collections.abc import Mapping

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import InvariantViolation, RefusalCode
from routing.ids import AgentId, ContactId, OfferId
from routing.model import AgentState, Channel, RoutingStep, StepAsks
from routing.state import ContactState, with_entry
from tests.unit.routing.scene import (
    OFFER_TIMEOUT_MS,
    REOFFER_GAP_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    policy,
)

ANN, BOB, CID = AgentId("ann"), AgentId("bob"), AgentId("cid")
BY = (ANN, BOB, CID)


def scene_of_three(asks: int = 3) -> Scene:
    """Three agents with room for one chat, ready one after the other."""
    scene = Scene(configuration(policy(broadcast=asks)))
    for agent in BY:
        scene.ready(agent)
    return scene


def asked(scene: Scene, contact: str = "c1") -> Mapping[AgentId, OfferId]:
    """Who has an offer of the contact."""
    return scene.contact(contact).asked


def accept(scene: Scene, agent_id: AgentId, contact: str = "c1") -> tuple[ev.Event, ...]:
    """This one of the asked says yes."""
    return scene.do(cmd.AcceptOffer(asked(scene, contact)[agent_id], agent_id))


def reject(scene: Scene, agent_id: AgentId) -> tuple[ev.Event, ...]:
    """This one of the asked says no."""
    return scene.do(cmd.RejectOffer(asked(scene)[agent_id], agent_id))


def test_as_many_are_asked_as_the_queue_says_in_the_order_of_the_strategy() -> None:
    scene = scene_of_three(asks=2)
    scene.chat("c1")
    assert [*asked(scene)] == [ANN, BOB]
    assert len({*asked(scene).values()}) == 2
    assert [e.trigger for e in scene.seen(ev.OfferMade)] == [
        ev.OfferTrigger.CONTACT_FREED,
        ev.OfferTrigger.BROADCAST,
    ]


def test_fewer_are_asked_where_fewer_are_free() -> None:
    scene = scene_of_three()
    scene.lunch("bob")
    scene.chat("c1")
    assert [*asked(scene)] == [ANN, CID]
    scene.set_state("bob", AgentState.READY)
    assert [*asked(scene)] == [ANN, CID], "those who were free when it was offered, nobody later"


def test_the_first_to_accept_has_it_and_the_others_are_told() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    offers = dict(asked(scene))
    events = accept(scene, BOB)
    assert kinds(events) == ["OfferAccepted", "OfferRescinded", "OfferRescinded"]
    rescinded = [*of_kind(events, ev.OfferRescinded)]
    assert [e.agent_id for e in rescinded] == [ANN, CID]
    assert {e.reason for e in rescinded} == {ev.RescindReason.ANSWERED_ELSEWHERE}
    assert {e.contact_waits for e in rescinded} == {False}
    assert (scene.holder_of("c1"), asked(scene)) == (BOB, {})
    for agent_id in BY:
        late = cmd.AcceptOffer(offers[agent_id], agent_id)
        assert scene.code(late) is RefusalCode.OFFER_ENDED
    assert "answered_elsewhere" in scene.refused(cmd.AcceptOffer(offers[ANN], ANN)).detail


def test_losing_costs_nothing_and_keeps_the_idle_rank() -> None:
    scene = scene_of_three()
    ranks = [(scene.agent(a).idle_since_ms, scene.agent(a).idle_order) for a in (ANN, CID)]
    scene.chat("c1")
    scene.let_pass(OFFER_TIMEOUT_MS - 1)
    accept(scene, BOB)
    after = [(scene.agent(a).idle_since_ms, scene.agent(a).idle_order) for a in (ANN, CID)]
    assert after == ranks
    assert scene.contact("c1").excluded == {}
    assert all(scene.agent(a).missed_in_row == {} for a in (ANN, CID))
    assert all(scene.agent(a).holds == {} for a in (ANN, CID))


def test_those_who_lost_are_free_for_what_waits_at_once() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    scene.chat("c2")
    assert asked(scene, "c2") == {}
    accept(scene, BOB)
    assert [*asked(scene, "c2")] == [ANN, CID]


def test_it_waits_again_only_when_the_last_offer_has_ended() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    reject(scene, ANN)
    assert scene.contact("c1").state is ContactState.OFFERED
    assert [*asked(scene)] == [BOB, CID], (
        "nobody is asked twice, and nobody in the place of the first"
    )
    reject(scene, CID)
    assert scene.contact("c1").state is ContactState.OFFERED
    reject(scene, BOB)
    assert scene.contact("c1").state is ContactState.WAITING
    waits = [e.contact_waits for e in scene.seen(ev.OfferRejected)]
    assert waits == [False, False, True]


def test_all_of_a_broadcast_run_out_together() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    reject(scene, ANN)
    events = scene.wait(OFFER_TIMEOUT_MS)
    missed = [*of_kind(events, ev.OfferExpired)]
    assert [(e.agent_id, e.contact_waits) for e in missed] == [(BOB, False), (CID, True)]
    assert scene.contact("c1").state is ContactState.WAITING
    events = scene.wait(REOFFER_GAP_MS - OFFER_TIMEOUT_MS)
    assert [e.agent_id for e in of_kind(events, ev.OfferMade)] == [ANN], (
        "her exclusion is over first"
    )


def test_an_agent_who_leaves_takes_only_the_own_offer_along() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    scene.disconnect("ann")
    scene.lunch("bob")
    assert [*asked(scene)] == [CID]
    scene.accept("c1")
    assert scene.holder_of("c1") == CID


def test_a_customer_who_leaves_ends_every_offer() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    events = scene.end("c1")
    assert kinds(events) == ["ContactEnded", *["OfferRescinded"] * 3, "ContactClosed"]
    assert scene.engine.state.offers == {}


def test_a_freed_agent_asks_for_one_and_the_free_colleagues_are_asked_as_well() -> None:
    scene = scene_of_three(asks=2)
    for agent in BY:
        scene.lunch(agent)
    scene.chat("c1")
    scene.set_state("cid", AgentState.READY)
    assert [*asked(scene)] == [CID], "nobody else was free"


def test_calls_ring_one_phone_unless_the_queue_says_otherwise() -> None:
    one = Scene(configuration(policy(broadcast=3)))
    two = Scene(configuration(policy(broadcast=3, broadcast_voice=2)))
    for scene, expected in ((one, [ANN]), (two, [ANN, BOB])):
        for agent in BY:
            scene.ready(agent, capacity(1, voice=1))
        scene.arrive("c1", Channel.VOICE)
        assert [*asked(scene)] == expected


@pytest.mark.parametrize(
    "wrong", [{"broadcast": 0}, {"broadcast": 21}, {"broadcast_voice": 0}, {"broadcast_voice": 6}]
)
def test_a_queue_asks_a_bounded_number(scene: Scene, wrong: dict[str, int]) -> None:
    command = cmd.ApplyConfiguration(configuration(policy(SALES, **wrong)))
    assert scene.code(command) is RefusalCode.CONFIGURATION_INVALID


def test_a_broadcast_replays_and_survives_a_snapshot() -> None:
    scene = scene_of_three()
    scene.chat("c1")
    reject(scene, BOB)
    accept(scene, CID)
    scene.check_replay()


@pytest.mark.parametrize("again", [ANN, CID])
def test_one_offer_too_many_is_a_broken_law(again: AgentId) -> None:
    scene = scene_of_three(asks=2 if again is CID else 3)
    scene.lunch("bob")
    scene.lunch("cid")
    scene.chat("c1")
    scene.set_state("cid", AgentState.READY)
    if again is CID:
        contact = scene.contact("c1")
        contact.asked = with_entry(contact.asked, BOB, OfferId("c1.9"))
    wrong = ev.OfferMade(0, OfferId("c1.7"), ContactId("c1"), again, SALES, 1)
    with pytest.raises(InvariantViolation, match=r"INV-3 offer c1\.7 is one too many"):
        scene.engine._emit(wrong)


def test_a_step_that_asks_one_agent_has_nobody_else_to_ask() -> None:
    steps = (RoutingStep(asks=StepAsks.AGENT), RoutingStep(after_ms=5_000))
    scene = Scene(configuration(policy(SALES, broadcast=3, steps=steps)))
    for agent in BY:
        scene.ready(agent)
    arrival = cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, preferred_agent_id=BOB)
    scene.do(arrival)
    assert [*asked(scene)] == [BOB]
