"""How a contact is proposed to an agent, and the ways an offer ends."""

import msgspec
import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, OfferId
from routing.model import AgentState, Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    HELP,
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    SALES,
    Scene,
    capacity,
    kinds,
    only,
)


def test_a_contact_is_offered_to_a_ready_agent_at_once(scene: Scene) -> None:
    scene.ready("ann")
    offer = only(scene.chat("c1"), ev.OfferMade)
    assert (offer.contact_id, offer.agent_id) == ("c1", "ann")
    assert offer.expires_at_ms == scene.now_ms + OFFER_TIMEOUT_MS


def test_without_an_agent_the_contact_waits_and_is_offered_to_the_first_who_is_ready(
    scene: Scene,
) -> None:
    assert kinds(scene.chat("c1")) == ["ContactArrived", "ContactQueued"]
    scene.let_pass(5_000)
    assert only(scene.ready("ann"), ev.OfferMade).contact_id == "c1"


def test_an_offer_says_what_led_to_it_and_how_long_the_contact_had_waited(scene: Scene) -> None:
    scene.chat("c1")
    scene.let_pass(5_000)
    offer = only(scene.ready("ann"), ev.OfferMade)
    assert (offer.trigger, offer.waited_ms) == (ev.OfferTrigger.AGENT_FREED, 5_000)
    scene.ready("bob")
    offer = only(scene.chat("c2"), ev.OfferMade)
    assert (offer.trigger, offer.waited_ms) == (ev.OfferTrigger.CONTACT_FREED, 0)


def test_an_offer_of_an_older_journal_has_no_trigger() -> None:
    older = msgspec.msgpack.encode(["OfferMade", 7, "c1.1", "c1", "ann", "sales", 9])
    assert msgspec.msgpack.decode(older, type=ev.OfferMade).trigger is None


def test_accept_connects_agent_and_customer(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    assert kinds(scene.accept("c1")) == ["OfferAccepted"]
    contact = scene.contact("c1")
    assert (contact.state, contact.agent_id) == (ContactState.CONNECTED, "ann")
    assert contact.asked == {}


def test_the_longest_idle_agent_is_asked_first(scene: Scene) -> None:
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent)
        scene.let_pass(1_000)
    assert only(scene.chat("c1"), ev.OfferMade).agent_id == "ann"
    scene.accept("c1")
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "bob"


def test_who_has_just_accepted_is_asked_last_even_with_room_for_more(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent, capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "bob"


def test_agents_idle_since_the_same_moment_are_asked_in_the_order_they_became_idle(
    scene: Scene,
) -> None:
    for agent in ("zoe", "ann"):
        scene.ready(agent)
    assert only(scene.chat("c1"), ev.OfferMade).agent_id == "zoe"


def test_the_oldest_contact_of_all_the_agents_queues_is_offered_first(scene: Scene) -> None:
    scene.chat("old", HELP)
    scene.let_pass(1)
    scene.chat("new")
    assert only(scene.ready("ann", queues=(SALES, HELP)), ev.OfferMade).contact_id == "old"


def test_contacts_of_the_same_millisecond_are_offered_in_order_of_arrival(scene: Scene) -> None:
    for contact in ("z", "a"):
        scene.chat(contact)
    assert only(scene.ready("ann"), ev.OfferMade).contact_id == "z"


def test_capacity_is_taken_by_the_offer_not_by_the_accept(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    assert kinds(scene.chat("c2")) == ["ContactArrived", "ContactQueued"]


def test_an_agent_with_room_for_two_is_offered_two_chats(scene: Scene) -> None:
    scene.chat("c1")
    scene.chat("c2")
    offered = [e for e in scene.ready("ann", capacity(2)) if isinstance(e, ev.OfferMade)]
    assert [offer.contact_id for offer in offered] == ["c1", "c2"]


def test_units_of_one_channel_do_not_serve_another(scene: Scene) -> None:
    scene.ready("ann", capacity(2, chat=1, voice=1))
    scene.chat("chat1")
    assert kinds(scene.chat("chat2"))[-1] == "ContactQueued"
    assert kinds(scene.arrive("call", Channel.VOICE))[-1] == "OfferMade"


def test_the_total_bounds_the_sum_of_the_channels(scene: Scene) -> None:
    scene.ready("ann", capacity(1, chat=1, voice=1))
    scene.chat("chat")
    assert kinds(scene.arrive("call", Channel.VOICE))[-1] == "ContactQueued"


def test_a_rejected_contact_goes_to_the_next_agent_at_its_age(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    scene.let_pass(3_000)
    events = scene.reject("c1")
    assert kinds(events) == ["OfferRejected", "OfferMade"]
    assert only(events, ev.OfferMade).agent_id == "bob"
    assert scene.contact("c1").age_origin_ms == 0


def test_a_rejection_does_not_improve_the_agents_idle_rank(scene: Scene) -> None:
    scene.ready("ann")
    scene.let_pass(10)
    scene.ready("bob")
    scene.chat("c1")
    scene.reject("c1")
    scene.accept("c1")
    scene.let_pass(10)
    scene.ready("cid")
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "ann"


def test_an_unanswered_offer_expires_at_its_own_time_and_the_contact_keeps_its_age(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    events = scene.wait(OFFER_TIMEOUT_MS + 700)
    assert kinds(events) == ["OfferExpired", "OfferMade"]
    assert {event.at_ms for event in events} == {OFFER_TIMEOUT_MS}
    assert only(events, ev.OfferMade).agent_id == "bob"
    assert scene.contact("c1").age_origin_ms == 0


def test_an_offer_lives_until_the_last_millisecond(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(OFFER_TIMEOUT_MS - 1)
    scene.accept("c1")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("accepted", "it was accepted."),
        ("rejected", "it was rejected."),
        ("expired", "it was expired."),
        ("left", "it was rescinded (customer_left)."),
        ("presence", "it was rescinded (presence_lost)."),
        ("lunch", "it was rescinded (agent_not_ready)."),
        ("removed", "it was rescinded (agent_removed)."),
    ],
)
def test_a_late_accept_learns_what_became_of_the_offer(scene: Scene, how: str, said: str) -> None:
    scene.ready("ann")
    scene.chat("c1")
    offer_id = scene.offer_of("c1")
    ends = {
        "accepted": lambda: scene.accept("c1"),
        "rejected": lambda: scene.reject("c1"),
        "expired": lambda: scene.wait(OFFER_TIMEOUT_MS),
        "left": lambda: scene.end("c1"),
        "presence": lambda: scene.disconnect("ann"),
        "lunch": lambda: scene.lunch("ann"),
        "removed": lambda: scene.do(cmd.RemoveAgent(AgentId("ann"))),
    }
    ends[how]()
    for late in (cmd.AcceptOffer, cmd.RejectOffer):
        refusal = scene.refused(late(offer_id, AgentId("ann")))
        assert refusal.code is RefusalCode.OFFER_ENDED
        assert refusal.detail == f"Offer {offer_id} has ended: {said}"


def test_only_the_last_ended_offers_are_remembered(
    monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    monkeypatch.setattr("routing.booking.ENDED_OFFERS_KEPT", 1)
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    scene.reject("c1")
    scene.reject("c1")
    ann, bob = AgentId("ann"), AgentId("bob")
    assert scene.code(cmd.AcceptOffer(OfferId("c1.1"), ann)) is RefusalCode.OFFER_UNKNOWN
    assert scene.code(cmd.AcceptOffer(OfferId("c1.2"), bob)) is RefusalCode.OFFER_ENDED


def test_an_offer_can_be_answered_by_its_agent_only(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    other = AgentId("bob")
    for answer in (cmd.AcceptOffer, cmd.RejectOffer):
        assert scene.code(answer(scene.offer_of("c1"), other)) is RefusalCode.NOT_YOUR_OFFER


def test_an_offer_nobody_made_is_unknown(scene: Scene) -> None:
    refusal = scene.code(cmd.AcceptOffer(OfferId("c9.1"), AgentId("ann")))
    assert refusal is RefusalCode.OFFER_UNKNOWN


def test_offers_of_one_contact_are_numbered(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    assert scene.offer_of("c1") == "c1.1"
    scene.reject("c1")
    assert scene.offer_of("c1") == "c1.2"


def test_who_rejected_is_not_asked_again_before_the_gap_and_is_asked_after_it(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    assert kinds(scene.reject("c1")) == ["OfferRejected"]
    assert (scene.contact("c1").asked, scene.holder_of("c1")) == ({}, None)
    assert scene.wait(REOFFER_GAP_MS - 1) == ()
    assert kinds(scene.wait(1)) == ["ExclusionLapsed", "OfferMade"]


def test_after_the_gap_who_refused_is_asked_only_if_nobody_else_is_eligible(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.ready("bob")
    scene.accept("c1")
    scene.wait(REOFFER_GAP_MS)
    scene.ready("cid")
    scene.disconnect("bob")
    assert only(scene.wait(PRESENCE_GRACE_MS), ev.OfferMade).agent_id == "cid"
    assert only(scene.reject("c1"), ev.OfferMade).agent_id == "ann", "idle longest, and refused it"


def test_a_second_refusal_by_the_last_resort_counts_like_the_first(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    for _ in range(3):
        scene.reject("c1")
        assert scene.holder_of("c1") is None
        scene.wait(REOFFER_GAP_MS)
        assert scene.holder_of("c1") == "ann"


def test_who_returns_to_ready_is_no_longer_the_last_resort(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.ready("bob")
    scene.accept("c1")
    scene.wait(REOFFER_GAP_MS)
    scene.lunch("ann")
    scene.set_state("ann", AgentState.READY)
    scene.ready("cid")
    scene.disconnect("bob")
    assert only(scene.wait(PRESENCE_GRACE_MS), ev.OfferMade).agent_id == "ann"


def test_a_break_alone_does_not_lift_an_exclusion(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.lunch("ann")
    scene.set_state("ann", AgentState.LOGGED_OUT)
    assert [*scene.contact("c1").excluded] == ["ann"]


def test_an_agent_who_returns_to_ready_may_be_asked_at_once(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.lunch("ann")
    assert only(scene.set_state("ann", AgentState.READY), ev.OfferMade).contact_id == "c1"


def test_an_exclusion_of_an_open_contact_only_lapses_while_it_is_open(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.end("c1", Party.CUSTOMER)
    assert scene.wait(REOFFER_GAP_MS) == ()


def test_a_connected_contact_is_probed_and_never_cut(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    probes = scene.wait(2 * 1_800_000)
    assert kinds(probes) == ["ConnectedOverdue", "ConnectedOverdue"]
    assert scene.contact("c1").state is ContactState.CONNECTED
