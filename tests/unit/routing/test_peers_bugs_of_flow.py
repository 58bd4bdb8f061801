"""Bugs that other call-centre systems have had with transfers, refusals and wrap-up, as named tests."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, UserId
from routing.model import AgentState, Channel, RejectCause
from routing.state import ContactState
from tests.unit.routing.scene import (
    HELP,
    OFFER_TIMEOUT_MS,
    REOFFER_GAP_MS,
    SALES,
    SOLVED,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
    configuration,
    of_kind,
    only,
    policy,
)

ANN, BOB, C1, SUE = AgentId("ann"), AgentId("bob"), ContactId("c1"), UserId("sue")
TO_HELP = cmd.TransferContact(C1, to_queue_id=HELP, agent_id=ANN)
TO_BOB = cmd.TransferContact(C1, to_agent_id=BOB, agent_id=ANN)


def talking(scene: Scene) -> None:
    """Ann talks with the caller c1."""
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("c1", Channel.VOICE)
    scene.accept("c1")


@pytest.mark.parametrize("command", [TO_HELP, TO_BOB])
def test_opensips_3123_nobody_stays_busy_with_a_call_that_was_transferred(
    scene: Scene, command: cmd.TransferContact
) -> None:
    talking(scene)
    scene.ready("bob", capacity(1, voice=1))
    scene.do(command)
    scene.end("c1")
    scene.wait(WRAP_UP_LIMIT_MS)
    assert [agent.holds for agent in scene.engine.state.agents.values()] == [{}, {}]


@pytest.mark.parametrize("leaves_after_ms", [0, 1, OFFER_TIMEOUT_MS - 1, OFFER_TIMEOUT_MS])
def test_freeswitch_2529_nobody_is_rung_for_a_caller_who_left_during_a_transfer(
    scene: Scene, leaves_after_ms: int
) -> None:
    talking(scene)
    scene.ready("bob", capacity(1, voice=1))
    scene.do(TO_BOB)
    scene.let_pass(leaves_after_ms)
    scene.end("c1")
    assert scene.engine.state.offers == {}
    assert not scene.is_open("c1")


def test_freeswitch_1221_a_dead_phone_is_not_rung_in_a_loop(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("c1", Channel.VOICE)
    scene.do(cmd.RejectOffer(scene.offer_of("c1"), ANN, RejectCause.PHONE_FAULT))
    scene.wait(10 * REOFFER_GAP_MS)
    assert len(scene.seen(ev.OfferMade)) == 1
    scene.arrive("c2", Channel.VOICE)
    assert len(scene.seen(ev.OfferMade)) == 1


def test_freepbx_40_one_dead_phone_does_not_block_the_queue(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent, capacity(1, voice=1))
        scene.let_pass(1)
    for contact in ("c1", "c2"):
        scene.arrive(contact, Channel.VOICE)
    scene.do(cmd.RejectOffer(scene.offer_of("c1"), ANN, RejectCause.PHONE_FAULT))
    scene.accept("c2")
    scene.end("c2")
    scene.wrap_up("c2")
    assert scene.holder_of("c1") == "bob"


def test_rocket_chat_29402_a_transfer_that_fails_leaves_no_conversation_in_limbo(
    scene: Scene,
) -> None:
    talking(scene)
    scene.ready("bob", capacity(1, voice=1))
    scene.do(TO_BOB)
    scene.disconnect("bob")
    contact = scene.contact("c1")
    assert (contact.state, contact.queue_id) == (ContactState.WAITING, SALES)
    assert C1 in scene.engine.state.waiting[SALES]


def test_freepbx_124_a_transferred_call_books_no_talk_on_the_agent_who_gave_it_away(
    scene: Scene,
) -> None:
    talking(scene)
    scene.let_pass(60_000)
    scene.ready("bob", capacity(1, voice=1), (HELP,))
    events = scene.do(TO_HELP)
    ended = only(events, ev.ContactRequeued)
    assert (ended.agent_id, ended.at_ms) == ("ann", scene.now_ms)
    scene.accept("c1")
    scene.let_pass(3_600_000)
    assert scene.agent("ann").assignment_count == 1, "her wrap-up, until its limit is looked at"
    scene.wait(0)
    assert scene.agent("ann").holds == {}
    assert scene.agent("bob").wrap_ups == {}


def test_asterisk_759_a_transfer_keeps_the_wait_and_leaves_out_the_talk(scene: Scene) -> None:
    scene.arrive("c1", Channel.VOICE)
    scene.let_pass(20_000)
    scene.ready("ann", capacity(1, voice=1))
    scene.accept("c1")
    scene.let_pass(600_000)
    scene.ready("bob", capacity(1, voice=1), (HELP,))
    assert only(scene.do(TO_HELP), ev.OfferMade).waited_ms == 20_000


def test_issabel_41_an_answered_call_that_is_transferred_has_its_answer_on_record(
    scene: Scene,
) -> None:
    talking(scene)
    scene.ready("bob", capacity(1, voice=1), (HELP,))
    scene.do(TO_HELP)
    scene.accept("c1")
    scene.end("c1")
    scene.do(cmd.CompleteWrapUp(C1, BOB, SOLVED))
    closed = only(tuple(scene.journal), ev.ContactClosed)
    assert (closed.outcome, closed.agent_id, closed.queue_id) == ("handled", "bob", HELP)
    assert [e.agent_id for e in scene.seen(ev.OfferAccepted)] == ["ann", "bob"]


def test_mikopbx_1100_a_call_moved_between_queues_is_in_one_of_them(scene: Scene) -> None:
    scene.chat("c1")
    for queue_id in (HELP, SALES, HELP):
        scene.do(cmd.TransferContact(C1, to_queue_id=queue_id, by=SUE))
        lines = [one for one, line in scene.engine.state.waiting.items() if C1 in line]
        assert lines == [queue_id]
    assert len(scene.seen(ev.ContactArrived)) == 1


def test_asterisk_1006_the_next_call_does_not_end_the_wrap_up_of_the_one_before() -> None:
    scene = Scene(configuration(policy(), policy(HELP)))
    scene.ready("ann", capacity(2, voice=2))
    scene.arrive("c1", Channel.VOICE)
    scene.accept("c1")
    scene.do(TO_HELP)
    scene.let_pass(1_000)
    scene.arrive("c2", Channel.VOICE)
    scene.accept("c2")
    scene.end("c2")
    first = scene.wait(WRAP_UP_LIMIT_MS - 1_000)
    assert [e.contact_id for e in of_kind(first, ev.WrapUpExpired)] == ["c1"]
    second = scene.wait(1_000)
    assert [e.contact_id for e in of_kind(second, ev.WrapUpExpired)] == ["c2"]


def test_asterisk_1736_an_offer_that_comes_back_is_not_counted_as_a_contact(scene: Scene) -> None:
    talking(scene)
    scene.ready("bob", capacity(1, voice=1))
    scene.do(TO_BOB)
    scene.reject("c1")
    assert (scene.agent("ann").contacts_taken, scene.agent("bob").contacts_taken) == (1, 0)
    assert scene.agent("bob").state is AgentState.READY
