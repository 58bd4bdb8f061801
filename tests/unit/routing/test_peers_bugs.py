"""Bugs that other call-centre systems have had, as named tests: each is a scenario they failed.

The names carry the report in which the bug is told. The engine's answer to all of them is the same: one writer,
one state, and an answer to a question that is no longer open is refused and says so.
"""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine, restore
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, UserId
from routing.model import AgentState, CapacityRule, Channel, Party
from routing.state import CONTACT_DEADLINES, ContactState, DeadlineKind
from tests.sim.replay import folded
from tests.unit.routing.scene import (
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    SALES,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    only,
    policy,
)

ANN, BOB = AgentId("ann"), AgentId("bob")


def test_asterisk_176_two_agents_never_answer_one_call(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent, capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    first = scene.offer_of("call")
    scene.wait(OFFER_TIMEOUT_MS)
    assert scene.holder_of("call") == "bob"
    assert scene.code(cmd.AcceptOffer(first, ANN)) is RefusalCode.OFFER_ENDED
    second = scene.offer_of("call")
    scene.accept("call")
    assert scene.code(cmd.AcceptOffer(second, BOB)) is RefusalCode.OFFER_ENDED
    assert scene.code(cmd.AcceptOffer(second, ANN)) is RefusalCode.OFFER_ENDED
    assert [e.agent_id for e in scene.seen(ev.OfferAccepted)] == ["bob"]


def test_rocket_chat_22206_an_offer_lives_with_one_agent_at_a_time(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    assert len(scene.engine.state.offers) == 1
    assert scene.code(cmd.AcceptOffer(scene.offer_of("c1"), BOB)) is RefusalCode.NOT_YOUR_OFFER


def test_chatwoot_14495_a_conversation_does_not_bounce_between_agents(scene: Scene) -> None:
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent)
    scene.chat("c1")
    for _ in range(3):
        scene.reject("c1")
    scene.wait(REOFFER_GAP_MS - 1)
    offered = [e.agent_id for e in scene.seen(ev.OfferMade)]
    assert offered == ["ann", "bob", "cid"], "each once within the gap"


def test_chatwoot_14495_an_assignment_cannot_be_overwritten(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    taken = scene.offer_of("c1")
    scene.accept("c1")
    for late in (cmd.AcceptOffer(taken, ANN), cmd.AcceptOffer(taken, BOB)):
        scene.code(late)
        assert scene.holder_of("c1") == "ann"


def test_rocket_chat_19352_a_thousand_arrivals_never_exceed_a_limit() -> None:
    scene = Scene(configuration())
    engine = scene.engine
    engine.handle(cmd.ApplyConfiguration(configuration(version="v2")), 0)
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent, capacity(3))
    for number in range(1_000):
        arrival = cmd.EnqueueContact(ContactId(f"c{number}"), Channel.CHAT, SALES)
        engine.handle(arrival, 0)
        for offer in [*engine.state.offers.values()]:
            engine.handle(cmd.AcceptOffer(offer.offer_id, offer.agent_id), 0)
    assert [len(agent.holds) for agent in engine.state.agents.values()] == [3, 3, 3]


@pytest.mark.parametrize("answered", [True, False])
def test_freeswitch_2540_no_agent_stays_reserved_for_ever(scene: Scene, answered: bool) -> None:
    scene.ready("ann")
    scene.chat("c1")
    if answered:
        scene.accept("c1")
        scene.end("c1")
    scene.wait(max(OFFER_TIMEOUT_MS, WRAP_UP_LIMIT_MS))
    assert scene.agent("ann").holds == {}


@pytest.mark.parametrize("leaves_at_ms", [0, 1, OFFER_TIMEOUT_MS - 1, OFFER_TIMEOUT_MS, 21_000])
def test_freeswitch_2529_nobody_is_asked_for_a_customer_who_left(
    scene: Scene, leaves_at_ms: int
) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    scene.let_pass(leaves_at_ms)
    scene.end("c1")
    assert scene.engine.state.offers == {}
    assert scene.wait(2 * REOFFER_GAP_MS) == ()
    assert all(agent.holds == {} for agent in scene.engine.state.agents.values())


def test_freeswitch_1973_a_call_whose_agent_vanished_is_not_answered_for_ever(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert only(scene.ready("bob"), ev.OfferMade).contact_id == "c1"


def test_freeswitch_1221_one_bad_agent_does_not_block_the_queue(scene: Scene) -> None:
    scene.ready("bad")
    scene.ready("good", capacity(1, email=1))
    scene.chat("c1")
    scene.chat("c2")
    scene.wait(OFFER_TIMEOUT_MS)
    scene.wait(OFFER_TIMEOUT_MS)
    assert scene.agent("bad").state is AgentState.NOT_READY, "two missed chats in a row"
    offers = of_kind(scene.put("good", capacity(2)), ev.OfferMade)
    assert [offer.contact_id for offer in offers] == ["c1", "c2"]


def test_freepbx_40_an_agent_is_not_rung_in_a_loop(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.set_state("ann", AgentState.READY)
    assert scene.holder_of("c1") is None, "saying ready while ready is no return"


def test_chatwoot_10583_freed_capacity_pulls_waiting_work_in_the_same_step(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    scene.accept("c1")
    scene.end("c1")
    assert kinds(scene.wrap_up("c1"))[-1] == "OfferMade"


def test_opensips_2679_staggered_wrap_ups_free_in_order(scene: Scene) -> None:
    agents = ("ann", "bob", "cid")
    for agent in agents:
        scene.ready(agent)
    for number in range(3):
        scene.chat(f"c{number}")
        scene.accept(f"c{number}")
    for number in range(3):
        scene.end(f"c{number}")
        scene.let_pass(1_000)
    for number in range(3):
        scene.chat(f"next{number}")
    offered = [*of_kind(scene.wait(WRAP_UP_LIMIT_MS), ev.OfferMade)]
    assert [offer.agent_id for offer in offered] == [*agents]
    assert [offer.at_ms - WRAP_UP_LIMIT_MS for offer in offered] == [0, 1_000, 2_000]


@pytest.mark.parametrize("how", ["never came", "left", "logged out", "lost"])
def test_chatwoot_4158_no_work_goes_to_who_is_not_there(scene: Scene, how: str) -> None:
    scene.put("ann")
    if how != "never came":
        scene.ready("ann")
    if how == "left":
        scene.disconnect("ann")
    elif how == "logged out":
        scene.set_state("ann", AgentState.LOGGED_OUT)
    elif how == "lost":
        scene.disconnect("ann")
        scene.wait(PRESENCE_GRACE_MS)
    scene.chat("c1")
    assert scene.seen(ev.OfferMade) == []


def test_rocket_chat_24693_every_open_contact_has_one_place_and_a_next_deadline(
    scene: Scene,
) -> None:
    scene.ready("ann", capacity(2))
    for contact in ("wrap", "talk", "wait"):
        scene.chat(contact)
    for contact in ("wrap", "talk"):
        scene.accept(contact)
    scene.end("wrap", Party.AGENT)
    state = scene.engine.state
    expected = {**CONTACT_DEADLINES, ContactState.WRAP_UP: DeadlineKind.FINISH_WRAP_UP}
    deadlines = {deadline.contact_id: deadline.kind for deadline in state.deadlines.values()}
    for contact_id, found in state.contacts.items():
        assert deadlines[contact_id] is expected[found.state]
        assert (found.agent_id is None) == (contact_id in state.waiting[SALES])


def test_rocket_chat_18041_nothing_is_already_taken_by_nobody(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.do(cmd.RemoveAgent(ANN))
    assert scene.holder_of("c1") is None
    assert only(scene.ready("bob"), ev.OfferMade).contact_id == "c1"


def test_asterisk_1006_a_wrap_up_lasts_as_long_as_it_was_granted(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    for contact in ("c1", "c2"):
        scene.chat(contact)
        scene.accept(contact)
    scene.end("c1")
    scene.let_pass(WRAP_UP_LIMIT_MS - 1)
    scene.end("c2")
    scene.wrap_up("c2")
    assert scene.is_open("c1")
    assert [e.contact_id for e in of_kind(scene.wait(1), ev.ContactClosed)] == ["c1"]


def test_asterisk_1736_what_is_counted_is_counted_once(scene: Scene) -> None:
    scene.ready("ann", capacity(3))
    for number in range(9):
        scene.chat(f"c{number}")
    for number in range(9):
        scene.handled(f"c{number}")
    closed = [event.contact_id for event in scene.seen(ev.ContactClosed)]
    assert closed == [f"c{number}" for number in range(9)]


def test_asterisk_66_a_restart_forgets_no_agent_and_no_contact(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.lunch("ann")
    scene.chat("c1")
    scene.ready("bob")
    scene.accept("c1")
    for state in (folded(scene.journal), restore(scene.engine.snapshot())):
        again = Engine(state).state
        assert again.agents == scene.engine.state.agents
        assert again.contacts == scene.engine.state.contacts
        assert again.deadlines == scene.engine.state.deadlines


def test_freeswitch_39_a_reload_changes_no_agent(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.lunch("bob")
    before = scene.engine.state.agents.copy()
    scene.do(cmd.ApplyConfiguration(configuration(version="v2")))
    assert scene.engine.state.agents == before


@pytest.mark.parametrize("first", ["ann", "bob", "cid"])
def test_asterisk_176_of_phones_that_ring_at_once_one_gets_the_call(first: str) -> None:
    scene = Scene(configuration(policy(SALES, broadcast_voice=3)))
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent, capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    offers = dict(scene.contact("call").asked)
    assert [*offers] == ["ann", "bob", "cid"]
    scene.do(cmd.AcceptOffer(offers[AgentId(first)], AgentId(first)))
    for agent_id, offer_id in offers.items():
        assert scene.code(cmd.AcceptOffer(offer_id, agent_id)) is RefusalCode.OFFER_ENDED
    assert [e.agent_id for e in scene.seen(ev.OfferAccepted)] == [first]
    assert {e.reason for e in scene.seen(ev.OfferRescinded)} == {
        ev.RescindReason.ANSWERED_ELSEWHERE
    }


def test_chatwoot_14495_whoever_assigns_goes_through_one_claim() -> None:
    scene = Scene(configuration(policy(SALES, broadcast=3)))
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent)
    scene.chat("c1")
    late = scene.contact("c1").asked[BOB]
    scene.do(cmd.AcceptOffer(scene.contact("c1").asked[ANN], ANN))
    assert scene.code(cmd.AcceptOffer(late, BOB)) is RefusalCode.OFFER_ENDED
    by_hand = cmd.AssignContact(ContactId("c1"), BOB, UserId("sam"))
    assert scene.code(by_hand) is RefusalCode.CONTACT_NOT_WAITING
    assert scene.holder_of("c1") == "ann"


def test_rocket_chat_37776_capacity_is_taken_in_the_same_step_as_the_claim() -> None:
    scene = Scene(configuration(policy(SALES, broadcast=3, waiting_max=1_000)))
    weights = {Channel.CHAT: 2}
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent, CapacityRule(7, {Channel.CHAT: 9}, weights))
    for number in range(60):
        scene.engine.handle(
            cmd.EnqueueContact(ContactId(f"c{number}"), Channel.CHAT, SALES), scene.now_ms
        )
        for offer in [*scene.engine.state.offers.values()]:
            scene.engine.handle(cmd.AcceptOffer(offer.offer_id, offer.agent_id), scene.now_ms)
    assert [len(agent.holds) for agent in scene.engine.state.agents.values()] == [3, 3, 3]
