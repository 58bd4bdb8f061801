"""What an agent asks for, what the engine puts them into, and when it applies."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ReasonId
from routing.model import REASON_MISSED, REASON_SIGNED_IN, AgentState, Channel
from tests.unit.routing.scene import (
    ALERT_AFTER_MS,
    LUNCH,
    OFFER_TIMEOUT_MS,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
    kinds,
    only,
)

NOT_READY, READY, LOGGED_OUT = AgentState.NOT_READY, AgentState.READY, AgentState.LOGGED_OUT
ANN = AgentId("ann")


def test_opening_the_desk_signs_in_and_asks_for_nothing_yet(scene: Scene) -> None:
    scene.put("ann")
    scene.chat("c1")
    events = scene.connect("ann")
    assert kinds(events) == ["AgentConnected", "AgentStateChanged"]
    change = only(events, ev.AgentStateChanged)
    assert (change.state, change.reason_id) == (NOT_READY, REASON_SIGNED_IN)
    assert scene.holder_of("c1") is None


def test_ready_without_a_desk_is_refused(scene: Scene) -> None:
    scene.put("ann")
    refusal = scene.code(cmd.SetAgentState(ANN, READY))
    assert refusal is RefusalCode.AGENT_NOT_PRESENT


@pytest.mark.parametrize("reason", [None, ReasonId("nap"), REASON_MISSED, REASON_SIGNED_IN])
def test_not_ready_needs_a_reason_of_the_configuration(
    scene: Scene, reason: ReasonId | None
) -> None:
    scene.ready("ann")
    refusal = scene.code(cmd.SetAgentState(ANN, NOT_READY, reason))
    assert refusal is RefusalCode.REASON_UNKNOWN


@pytest.mark.parametrize("state", [READY, LOGGED_OUT])
def test_a_reason_goes_with_not_ready_only(scene: Scene, state: AgentState) -> None:
    scene.ready("ann")
    assert scene.code(cmd.SetAgentState(ANN, state, LUNCH)) is RefusalCode.REASON_UNKNOWN


@pytest.mark.parametrize(
    "command",
    [
        cmd.ConnectAgent(ANN),
        cmd.DisconnectAgent(ANN),
        cmd.RemoveAgent(ANN),
        cmd.SetAgentState(ANN, READY),
    ],
)
def test_an_agent_nobody_put_is_unknown(scene: Scene, command: cmd.Command) -> None:
    assert scene.code(command) is RefusalCode.AGENT_UNKNOWN


def test_an_agent_at_lunch_is_offered_nothing(scene: Scene) -> None:
    scene.ready("ann")
    scene.lunch("ann")
    assert kinds(scene.chat("c1")) == ["ContactArrived", "ContactQueued"]


def test_going_to_lunch_withdraws_what_is_offered_and_costs_nothing(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    events = scene.lunch("ann")
    names = ["AgentStateRequested", "OfferRescinded", "AgentStateChanged", "OfferMade"]
    assert kinds(events) == names
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.AGENT_NOT_READY
    assert only(events, ev.OfferMade).agent_id == "bob"
    assert not scene.contact("c1").excluded


def test_lunch_with_work_in_hand_applies_when_the_last_work_ends(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    for contact in ("c1", "c2"):
        scene.chat(contact)
        scene.accept(contact)
    assert kinds(scene.lunch("ann")) == ["AgentStateRequested"]
    scene.end("c1")
    assert kinds(scene.wrap_up("c1")) == ["WrapUpCompleted", "ContactClosed"]
    assert scene.agent("ann").state is READY
    scene.end("c2")
    events = scene.wrap_up("c2")
    assert kinds(events) == ["WrapUpCompleted", "ContactClosed", "AgentStateChanged"]
    change = only(events, ev.AgentStateChanged)
    assert (change.state, change.reason_id) == (NOT_READY, LUNCH)


def test_with_lunch_pending_the_agent_is_offered_nothing(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    assert kinds(scene.chat("c2")) == ["ContactArrived", "ContactQueued"]


def test_a_pending_lunch_applies_when_the_wrap_up_runs_out(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    scene.end("c1")
    assert kinds(scene.wait(WRAP_UP_LIMIT_MS))[-1] == "AgentStateChanged"
    assert scene.agent("ann").reason_id == LUNCH


def test_saying_ready_takes_a_pending_lunch_back_and_work_comes_at_once(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    scene.chat("c2")
    events = scene.set_state("ann", READY)
    assert kinds(events) == ["AgentStateRequested", "AgentStateChanged", "OfferMade"]


def test_the_last_wish_counts(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.lunch("ann")
    scene.set_state("ann", LOGGED_OUT)
    scene.end("c1")
    scene.wrap_up("c1")
    assert scene.agent("ann").state is LOGGED_OUT


def test_ready_again_puts_the_agent_at_the_end_of_the_idle_order(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.lunch("ann")
    scene.let_pass(1)
    scene.set_state("ann", READY)
    assert only(scene.chat("c1"), ev.OfferMade).agent_id == "bob"


def test_saying_ready_twice_changes_no_rank(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.let_pass(1)
    scene.set_state("ann", READY)
    assert only(scene.chat("c1"), ev.OfferMade).agent_id == "ann"


def miss(scene: Scene, contact: str, channel: Channel = Channel.CHAT) -> tuple[ev.Event, ...]:
    """Let an offer of a new contact expire, and let the customer give up."""
    scene.arrive(contact, channel)
    events = scene.wait(OFFER_TIMEOUT_MS)
    scene.end(contact)
    return events


def test_the_second_missed_chat_makes_the_agent_not_ready_missed(scene: Scene) -> None:
    scene.ready("ann")
    assert kinds(miss(scene, "c1")) == ["OfferExpired"]
    events = miss(scene, "c2")
    assert kinds(events) == ["OfferExpired", "AgentStateChanged"]
    change = only(events, ev.AgentStateChanged)
    assert (change.state, change.reason_id) == (NOT_READY, REASON_MISSED)
    assert change.cause is ev.StateCause.MISSED_OFFERS


def test_the_first_missed_call_makes_the_agent_not_ready_missed(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    assert kinds(miss(scene, "call", Channel.VOICE)) == ["OfferExpired", "AgentStateChanged"]


def test_a_channel_without_a_limit_never_does(scene: Scene) -> None:
    scene.ready("ann", capacity(1, email=1))
    for number in range(4):
        assert kinds(miss(scene, f"mail{number}", Channel.EMAIL)) == ["OfferExpired"]


def test_missed_chats_are_counted_in_a_row(scene: Scene) -> None:
    scene.ready("ann")
    miss(scene, "c1")
    scene.chat("c2")
    scene.handled("c2")
    assert kinds(miss(scene, "c3")) == ["OfferExpired"]


def test_a_break_starts_the_row_anew(scene: Scene) -> None:
    scene.ready("ann")
    miss(scene, "c1")
    scene.lunch("ann")
    scene.set_state("ann", READY)
    assert kinds(miss(scene, "c2")) == ["OfferExpired"]


def test_a_refusal_breaks_the_row(scene: Scene) -> None:
    scene.ready("ann")
    miss(scene, "c1")
    scene.chat("c2")
    scene.reject("c2")
    scene.end("c2")
    assert kinds(miss(scene, "c3")) == ["OfferExpired"]


def test_becoming_missed_withdraws_the_other_offers(scene: Scene) -> None:
    scene.ready("ann", capacity(3, chat=2, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.let_pass(1)
    scene.chat("c1")
    events = scene.wait(OFFER_TIMEOUT_MS - 1)
    assert kinds(events) == ["OfferExpired", "AgentStateChanged", "OfferRescinded"]


def test_one_click_returns_from_missed(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.wait(OFFER_TIMEOUT_MS)
    assert only(scene.set_state("ann", READY), ev.OfferMade).contact_id == "call"


def test_a_long_lunch_alarms_a_supervisor_at_each_interval(scene: Scene) -> None:
    scene.ready("ann")
    scene.lunch("ann")
    alarms = scene.wait(2 * ALERT_AFTER_MS + 1)
    assert [(type(alarm), alarm.at_ms) for alarm in alarms] == [
        (ev.NotReadyOverdue, ALERT_AFTER_MS),
        (ev.NotReadyOverdue, 2 * ALERT_AFTER_MS),
    ]
    scene.set_state("ann", READY)
    assert scene.wait(ALERT_AFTER_MS) == ()


def test_from_one_reason_to_another_the_alarm_starts_again(scene: Scene) -> None:
    scene.put("ann")
    scene.connect("ann")
    scene.wait(ALERT_AFTER_MS - 1)
    scene.lunch("ann")
    assert scene.wait(ALERT_AFTER_MS - 1) == ()
    assert only(scene.wait(1), ev.NotReadyOverdue).reason_id == LUNCH
