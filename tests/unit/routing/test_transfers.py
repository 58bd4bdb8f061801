"""Contacts handed on: to a queue, to an agent, by agents and by supervisors."""

from collections.abc import Callable

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, QueueId, TeamId, UserId
from routing.model import DISPOSITION_NONE_TIMEOUT, AgentState, Channel, Party
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
    kinds,
    of_kind,
    only,
    policy,
)

ANN, BOB, C1, SUE = AgentId("ann"), AgentId("bob"), ContactId("c1"), UserId("sue")
TO_HELP = cmd.TransferContact(C1, to_queue_id=HELP, agent_id=ANN)
TO_BOB = cmd.TransferContact(C1, to_agent_id=BOB, agent_id=ANN)
MOVED = cmd.TransferContact(C1, to_queue_id=HELP, by=SUE)


@pytest.fixture
def talking(scene: Scene) -> Scene:
    """Ann has talked for a minute with a customer who had waited for ten seconds."""
    scene.chat("c1")
    scene.let_pass(10_000)
    scene.ready("ann")
    scene.accept("c1")
    scene.let_pass(60_000)
    return scene


# --- to a queue --------------------------------------------------------------------------------------


def test_the_contact_waits_in_the_other_queue_and_the_agent_wraps_up(talking: Scene) -> None:
    events = talking.do(TO_HELP)
    assert kinds(events) == ["ContactTransferred", "WrapUpStarted", "ContactRequeued"]
    back = only(events, ev.ContactRequeued)
    assert (back.agent_id, back.queue_id, back.reason) == ("ann", HELP, "transferred")
    assert (talking.contact("c1").state, talking.contact("c1").queue_id) == ("waiting", HELP)
    assert list(talking.agent("ann").wrap_ups) == ["c1"]
    assert talking.agent("ann").holds == {C1: Channel.CHAT}
    talking.check_replay()


def test_it_brings_what_it_waited_and_not_what_it_talked(talking: Scene) -> None:
    back = only(talking.do(TO_HELP), ev.ContactRequeued)
    assert back.age_origin_ms == talking.now_ms - 10_000


def test_it_brings_no_more_than_the_other_queue_grants(scene: Scene) -> None:
    rules = configuration(policy(SALES), policy(HELP, carried_wait_max_ms=3_000))
    scene.do(cmd.ApplyConfiguration(rules))
    scene.chat("c1")
    scene.let_pass(10_000)
    moved = only(scene.do(MOVED), ev.ContactQueued)
    assert moved.age_origin_ms == scene.now_ms - 3_000


def test_within_one_queue_nothing_of_the_age_is_lost(talking: Scene) -> None:
    rules = configuration(policy(SALES, carried_wait_max_ms=0), policy(HELP))
    talking.do(cmd.ApplyConfiguration(rules))
    again = cmd.TransferContact(C1, to_queue_id=SALES, agent_id=ANN)
    assert only(talking.do(again), ev.ContactRequeued).age_origin_ms == talking.now_ms - 10_000


def test_the_next_agent_gets_it_while_the_first_still_wraps_up(talking: Scene) -> None:
    talking.ready("bob", queues=(HELP,))
    offer = only(talking.do(TO_HELP), ev.OfferMade)
    assert (offer.agent_id, offer.queue_id) == ("bob", HELP)
    talking.accept("c1")
    talking.wait(WRAP_UP_LIMIT_MS)
    expired = only(tuple(talking.journal), ev.WrapUpExpired)
    assert (expired.agent_id, expired.disposition_id) == ("ann", DISPOSITION_NONE_TIMEOUT)
    assert talking.contact("c1").state is ContactState.CONNECTED
    assert talking.agent("ann").holds == {}
    talking.check_replay()


def test_the_wrap_up_outlives_the_contact(talking: Scene) -> None:
    talking.do(TO_HELP)
    talking.end("c1")
    assert not talking.is_open("c1")
    assert kinds(talking.chat("c2"))[-1] == "ContactQueued", "ann's capacity is still taken"
    extended = talking.do(cmd.ExtendWrapUp(C1, ANN))
    assert kinds(extended) == ["WrapUpExtended"]
    events = talking.do(cmd.CompleteWrapUp(C1, ANN, SOLVED))
    assert kinds(events) == ["WrapUpCompleted", "OfferMade"]
    talking.check_replay()


def test_two_agents_wrap_up_the_same_contact_each_for_themselves(talking: Scene) -> None:
    talking.ready("bob", queues=(HELP,))
    talking.do(TO_HELP)
    talking.accept("c1")
    talking.end("c1")
    assert [list(talking.agent(a).wrap_ups) for a in ("ann", "bob")] == [["c1"], ["c1"]]
    first = talking.do(cmd.CompleteWrapUp(C1, ANN, SOLVED))
    assert kinds(first) == ["WrapUpCompleted"]
    assert talking.is_open("c1"), "bob is not done"
    second = talking.do(cmd.CompleteWrapUp(C1, BOB, SOLVED))
    assert kinds(second) == ["WrapUpCompleted", "ContactClosed"]
    assert only(second, ev.ContactClosed).agent_id == "bob"


def test_who_handed_it_on_is_not_asked_for_it_while_others_may_be(scene: Scene) -> None:
    scene.ready("ann", capacity(2), (SALES, HELP))
    scene.chat("c1")
    scene.accept("c1")
    scene.do(TO_HELP)
    assert scene.contact("c1").state is ContactState.WAITING
    scene.wait(REOFFER_GAP_MS)
    assert scene.holder_of("c1") == "ann", "nobody else came, and her wrap-up is over"


def test_not_even_ready_again_is_it_offered_to_who_still_wraps_it_up(scene: Scene) -> None:
    rules = configuration(policy(SALES, wrap_up_limit_ms=500_000), policy(HELP))
    scene.do(cmd.ApplyConfiguration(rules))
    scene.ready("ann", capacity(2), (SALES, HELP))
    scene.chat("c1")
    scene.accept("c1")
    scene.do(TO_HELP)
    scene.wait(REOFFER_GAP_MS)
    assert scene.contact("c1").state is ContactState.WAITING
    scene.do(cmd.CompleteWrapUp(C1, ANN, SOLVED))
    assert scene.holder_of("c1") == "ann"


def test_without_wrap_up_the_agent_is_free_at_once(scene: Scene) -> None:
    rules = configuration(policy(SALES, wrap_up_limit_ms=0), policy(HELP))
    scene.do(cmd.ApplyConfiguration(rules))
    scene.ready("ann")
    scene.let_pass(1)
    scene.ready("bob")
    scene.chat("c1")
    scene.let_pass(1)
    scene.accept("c1")
    scene.let_pass(1)
    events = scene.do(TO_HELP)
    assert kinds(events) == ["ContactTransferred", "ContactRequeued"]
    assert scene.agent("ann").holds == {}
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "bob", "ann has just worked"


def test_a_pending_state_applies_when_the_wrap_up_of_what_was_handed_on_ends(
    talking: Scene,
) -> None:
    talking.lunch("ann")
    talking.do(TO_HELP)
    assert talking.agent("ann").state is AgentState.READY
    events = talking.do(cmd.CompleteWrapUp(C1, ANN, SOLVED))
    assert kinds(events) == ["WrapUpCompleted", "AgentStateChanged"]


def test_a_pending_state_applies_at_the_transfer_where_there_is_no_wrap_up(scene: Scene) -> None:
    rules = configuration(policy(SALES, wrap_up_limit_ms=0), policy(HELP))
    scene.do(cmd.ApplyConfiguration(rules))
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    assert "AgentStateChanged" in kinds(scene.do(TO_HELP))


def test_a_removed_agent_leaves_no_wrap_up_of_what_was_handed_on(talking: Scene) -> None:
    talking.do(TO_HELP)
    events = talking.do(cmd.RemoveAgent(ANN))
    assert kinds(events) == ["AgentRemoved", "WrapUpExpired"]
    assert talking.contact("c1").state is ContactState.WAITING
    assert "ann" not in talking.engine.state.agents


def test_a_queue_whose_wrap_up_lasts_cannot_be_dropped(talking: Scene) -> None:
    talking.do(TO_HELP)
    fewer = cmd.ApplyConfiguration(configuration(policy(HELP)))
    assert talking.code(fewer) is RefusalCode.CONFIGURATION_QUEUE_IN_USE


def test_a_customer_who_is_gone_has_a_deadline_in_the_new_queue(talking: Scene) -> None:
    talking.do(cmd.DisconnectCustomer(C1))
    talking.do(TO_HELP)
    closed = only(talking.wait(60_000), ev.ContactClosed)
    assert (closed.outcome, closed.queue_id) == ("abandoned", HELP)


# --- to an agent -------------------------------------------------------------------------------------


def test_the_agent_who_was_named_is_asked_and_nobody_else(talking: Scene) -> None:
    talking.ready("cid")
    talking.let_pass(1)
    talking.ready("bob")
    events = talking.do(TO_BOB)
    assert kinds(events) == ["ContactTransferred", "WrapUpStarted", "ContactRequeued", "OfferMade"]
    offer = only(events, ev.OfferMade)
    assert (offer.agent_id, offer.trigger) == ("bob", ev.OfferTrigger.TRANSFERRED)
    assert offer.expires_at_ms == talking.now_ms + OFFER_TIMEOUT_MS


@pytest.mark.parametrize("answer", [Scene.reject, lambda scene, _: scene.wait(OFFER_TIMEOUT_MS)])
def test_without_an_answer_it_goes_to_the_queue_it_came_from_at_its_age(
    talking: Scene, answer: Callable[[Scene, str], tuple[ev.Event, ...]]
) -> None:
    talking.ready("bob")
    talking.ready("cid")
    talking.do(TO_BOB)
    offer = only(answer(talking, "c1"), ev.OfferMade)
    assert (offer.agent_id, offer.queue_id) == ("cid", SALES)
    assert offer.waited_ms >= 10_000


def test_skills_and_earlier_refusals_do_not_stand_against_a_colleagues_wish(scene: Scene) -> None:
    for agent in ("bob", "ann"):
        scene.ready(agent)
        scene.let_pass(1)
    scene.chat("c1")
    scene.reject("c1")
    scene.accept("c1")
    assert only(scene.do(TO_BOB), ev.OfferMade).agent_id == "bob"


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda scene: scene.put("bob"), "presence"),
        (lambda scene: (scene.ready("bob"), scene.lunch("bob")), "readiness"),
        (lambda scene: scene.ready("bob", queues=(HELP,)), "permission"),
        (lambda scene: scene.ready("bob", capacity(1, voice=1)), "channel"),
        (lambda scene: (scene.ready("bob"), scene.chat("c2")), "capacity"),
    ],
)
def test_what_holds_for_everybody_holds_for_a_transfer_and_is_named(
    talking: Scene, make: Callable[[Scene], object], named: str
) -> None:
    make(talking)
    refusal = talking.refused(TO_BOB)
    assert refusal.code is RefusalCode.AGENT_NOT_ELIGIBLE
    assert named in refusal.detail
    assert talking.holder_of("c1") == "ann"


def test_nobody_hands_a_contact_to_themselves(talking: Scene) -> None:
    talking.do(cmd.PutAgent(ANN, TeamId("team"), (SALES,), capacity(2)))
    to_self = cmd.TransferContact(C1, to_agent_id=ANN, agent_id=ANN)
    assert talking.code(to_self) is RefusalCode.AGENT_NOT_ELIGIBLE


# --- by a supervisor ---------------------------------------------------------------------------------


def test_a_supervisor_moves_what_waits(scene: Scene) -> None:
    scene.chat("c1")
    scene.let_pass(7_000)
    scene.ready("bob", queues=(HELP,))
    events = scene.do(MOVED)
    assert kinds(events) == ["ContactTransferred", "ContactQueued", "OfferMade"]
    assert only(events, ev.OfferMade).waited_ms == 7_000
    assert [*scene.engine.state.waiting[SALES]] == []


def test_a_supervisor_moves_what_rings_and_the_agent_is_asked_for_the_next(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    events = scene.do(MOVED)
    rescinded = only(events, ev.OfferRescinded)
    assert (rescinded.agent_id, rescinded.reason) == ("ann", ev.RescindReason.TRANSFERRED)
    assert only(events, ev.OfferMade).contact_id == "c2"
    assert scene.agent("ann").missed_in_row == {}


def test_a_supervisor_gives_what_rings_elsewhere_to_an_agent(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    events = scene.do(cmd.TransferContact(C1, to_agent_id=BOB, by=SUE))
    assert kinds(events) == ["ContactTransferred", "OfferRescinded", "OfferMade"]
    assert scene.holder_of("c1") == "bob"


def test_a_supervisor_takes_over_from_an_agent(talking: Scene) -> None:
    events = talking.do(MOVED)
    assert kinds(events) == ["ContactTransferred", "WrapUpStarted", "ContactRequeued"]
    assert only(events, ev.ContactTransferred).by == "sue"


# --- refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (cmd.TransferContact(C1, agent_id=ANN), RefusalCode.TRANSFER_INVALID),
        (cmd.TransferContact(C1, HELP, BOB, ANN), RefusalCode.TRANSFER_INVALID),
        (cmd.TransferContact(C1, HELP), RefusalCode.TRANSFER_INVALID),
        (cmd.TransferContact(C1, HELP, None, ANN, SUE), RefusalCode.TRANSFER_INVALID),
        (cmd.TransferContact(C1, QueueId("no"), None, ANN), RefusalCode.QUEUE_UNKNOWN),
        (cmd.TransferContact(C1, None, AgentId("no"), ANN), RefusalCode.AGENT_UNKNOWN),
        (cmd.TransferContact(C1, HELP, None, BOB), RefusalCode.NOT_YOUR_CONTACT),
        (cmd.TransferContact(ContactId("no"), HELP, None, ANN), RefusalCode.CONTACT_UNKNOWN),
        (cmd.TransferContact(ContactId("no"), HELP, by=SUE), RefusalCode.CONTACT_UNKNOWN),
    ],
)
def test_a_transfer_that_makes_no_sense_changes_nothing(
    talking: Scene, command: cmd.TransferContact, code: RefusalCode
) -> None:
    assert talking.code(command) is code


def test_what_waits_in_a_queue_is_not_moved_into_it(scene: Scene) -> None:
    scene.chat("c1", HELP)
    assert scene.code(MOVED) is RefusalCode.TRANSFER_INVALID


def test_an_agent_hands_on_what_is_talked_about_and_nothing_else(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    assert scene.code(TO_HELP) is RefusalCode.CONTACT_NOT_CONNECTED
    scene.accept("c1")
    scene.end("c1", Party.AGENT)
    assert scene.code(TO_HELP) is RefusalCode.CONTACT_NOT_CONNECTED
    assert scene.code(MOVED) is RefusalCode.CONTACT_ENDED


def test_a_queue_that_would_turn_it_away_refuses_the_transfer(scene: Scene) -> None:
    rules = configuration(policy(SALES), policy(HELP, waiting_max=1, is_staff_required=True))
    scene.do(cmd.ApplyConfiguration(rules))
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    assert scene.code(TO_HELP) is RefusalCode.QUEUE_UNSTAFFED
    scene.ready("bob", queues=(HELP,))
    scene.lunch("bob")
    scene.chat("c2", HELP)
    assert scene.code(TO_HELP) is RefusalCode.QUEUE_FULL
    scene.do(cmd.CloseQueue(HELP, SUE))
    assert scene.code(TO_HELP) is RefusalCode.QUEUE_CLOSED
    assert scene.holder_of("c1") == "ann"
    assert list(of_kind(tuple(scene.journal), ev.ContactTurnedAway)) == []
