"""Presence is a lease: lost, it stops offers at once and ends work only after a grace."""

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId
from routing.model import AgentState, Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    CUSTOMER_GONE_MS,
    LUNCH,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    Scene,
    capacity,
    kinds,
    only,
)


def test_a_lost_desk_withdraws_offers_at_once_without_penalty(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    events = scene.disconnect("ann")
    assert kinds(events) == ["AgentDisconnected", "OfferRescinded", "OfferMade"]
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.PRESENCE_LOST
    assert not scene.contact("c1").excluded
    assert not scene.agent("ann").missed_in_row


def test_an_agent_without_a_desk_is_offered_nothing(scene: Scene) -> None:
    scene.ready("ann")
    scene.disconnect("ann")
    assert kinds(scene.chat("c1")) == ["ContactArrived", "ContactQueued"]


def test_back_within_the_grace_nothing_is_lost_and_waiting_work_comes_at_once(
    scene: Scene,
) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    scene.disconnect("ann")
    scene.chat("c2")
    scene.wait(PRESENCE_GRACE_MS - 1)
    assert only(scene.connect("ann"), ev.OfferMade).contact_id == "c2"
    assert scene.wait(PRESENCE_GRACE_MS) == ()
    assert scene.contact("c1").state is ContactState.CONNECTED
    assert scene.agent("ann").state is AgentState.READY


def test_after_the_grace_the_agent_is_logged_out_and_chats_go_back_at_their_age(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(2_000)
    scene.accept("c1")
    scene.let_pass(5_000)
    scene.disconnect("ann")
    events = scene.wait(PRESENCE_GRACE_MS)
    assert kinds(events) == ["AgentStateChanged", "ContactRequeued"]
    assert only(events, ev.AgentStateChanged).state is AgentState.LOGGED_OUT
    waited_ms = scene.now_ms - scene.contact("c1").age_origin_ms
    assert waited_ms == 2_000, "5 s of talk and the grace are not age"


def test_a_chat_that_went_back_comes_before_those_that_arrived_after_its_wait(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(10_000)
    scene.accept("c1")
    scene.disconnect("ann")
    scene.let_pass(PRESENCE_GRACE_MS - 5_000)
    scene.chat("c2")
    scene.wait(5_000)
    assert only(scene.ready("bob"), ev.OfferMade).contact_id == "c1"


def test_time_talked_with_a_lost_agent_lets_earlier_customers_go_first(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.let_pass(1)
    scene.chat("c2")
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert only(scene.ready("bob"), ev.OfferMade).contact_id == "c2"


def test_a_call_stays_with_its_agent_for_only_its_leg_can_end_it(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    scene.disconnect("ann")
    assert kinds(scene.wait(PRESENCE_GRACE_MS)) == ["AgentStateChanged"]
    assert scene.holder_of("call") == "ann"
    assert kinds(scene.end("call", Party.SYSTEM)) == ["ContactEnded", "WrapUpStarted"]


def test_a_wrap_up_stays_with_its_absent_agent_until_its_limit(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.end("c1")
    scene.disconnect("ann")
    assert kinds(scene.wait(PRESENCE_GRACE_MS)) == ["AgentStateChanged"]
    assert scene.contact("c1").state is ContactState.WRAP_UP


def test_an_agent_who_comes_back_after_the_grace_signs_in_anew(scene: Scene) -> None:
    scene.ready("ann")
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert only(scene.connect("ann"), ev.AgentStateChanged).cause is ev.StateCause.SIGNED_IN


def test_a_pending_lunch_is_overtaken_by_lost_presence(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert scene.agent("ann").state is AgentState.LOGGED_OUT
    assert scene.agent("ann").next_state is None


def test_losing_the_desk_twice_does_not_restart_the_grace(scene: Scene) -> None:
    scene.ready("ann")
    scene.disconnect("ann")
    scene.let_pass(PRESENCE_GRACE_MS - 1)
    scene.disconnect("ann")
    assert kinds(scene.wait(1)) == ["AgentStateChanged"]


def test_a_logged_out_agent_whose_desk_closes_has_nothing_to_lose(scene: Scene) -> None:
    scene.ready("ann")
    scene.set_state("ann", AgentState.LOGGED_OUT)
    scene.disconnect("ann")
    assert scene.wait(PRESENCE_GRACE_MS) == ()


def test_logging_out_while_the_grace_runs(scene: Scene) -> None:
    scene.ready("ann")
    scene.disconnect("ann")
    scene.set_state("ann", AgentState.LOGGED_OUT)
    scene.wait(PRESENCE_GRACE_MS)
    assert scene.agent("ann").state is AgentState.LOGGED_OUT


def test_absent_and_logged_out_an_agent_cannot_take_a_break(scene: Scene) -> None:
    scene.put("ann")
    command = cmd.SetAgentState(AgentId("ann"), AgentState.NOT_READY, LUNCH)
    assert scene.code(command) is RefusalCode.AGENT_NOT_PRESENT


def test_the_customer_of_a_lost_agent_who_is_gone_too_has_a_deadline(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.do(cmd.DisconnectCustomer(scene.contact("c1").contact_id))
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    closed = only(scene.wait(REOFFER_GAP_MS), ev.ContactClosed)
    assert closed.outcome is ev.ContactOutcome.ABANDONED


def test_the_customer_of_a_lost_agent_who_is_still_there_waits_on(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert scene.wait(2 * CUSTOMER_GONE_MS) == ()


def test_messages_do_not_depend_on_the_channel(scene: Scene) -> None:
    scene.ready("ann", capacity(1, sms=1))
    scene.arrive("text", Channel.SMS)
    scene.accept("text")
    assert kinds(scene.message("text", Party.AGENT)) == ["MessageAdded"]
