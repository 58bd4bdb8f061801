"""Nobody answers: what it does to the agent, by channel and by cause."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId
from routing.model import (
    MISSED_LIMITS,
    REASON_MISSED,
    REASON_PHONE_FAULT,
    AgentState,
    Channel,
    NotReadyReason,
    RejectCause,
)
from tests.unit.routing.scene import (
    ALERT_AFTER_MS,
    OFFER_TIMEOUT_MS,
    REOFFER_GAP_MS,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    only,
)

ANN = AgentId("ann")
FAULTS = [RejectCause.BUSY, RejectCause.PHONE_FAULT]


@pytest.fixture
def standard() -> Scene:
    """The limits the engine has by itself."""
    return Scene(configuration(missed_limits=dict(MISSED_LIMITS)))


@pytest.mark.parametrize(
    ("channel", "misses"),
    [
        (Channel.VOICE, 1),
        (Channel.OUTBOUND_VOICE, 1),
        (Channel.CALLBACK, 1),
        (Channel.CHAT, 2),
    ],
)
def test_so_many_missed_in_a_row_make_an_agent_not_ready(
    standard: Scene, channel: Channel, misses: int
) -> None:
    standard.ready("ann", capacity(1, **{channel: 1}))
    for number in range(misses):
        assert standard.agent("ann").state is AgentState.READY
        standard.arrive(f"c{number}", channel)
        standard.wait(OFFER_TIMEOUT_MS)
    assert standard.agent("ann").state is AgentState.NOT_READY
    assert standard.agent("ann").reason_id == REASON_MISSED


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.FAX, Channel.SMS, Channel.TASK])
def test_mail_that_is_missed_changes_no_presence(standard: Scene, channel: Channel) -> None:
    standard.ready("ann", capacity(1, **{channel: 1}))
    standard.arrive("c1", channel)
    for _ in range(4):
        standard.wait(OFFER_TIMEOUT_MS)
        standard.wait(REOFFER_GAP_MS)
    assert standard.agent("ann").state is AgentState.READY
    assert len(standard.seen(ev.OfferExpired)) == 4


@pytest.mark.parametrize("cause", FAULTS)
def test_a_phone_that_cannot_be_rung_takes_the_agent_out_and_raises_an_alarm(
    standard: Scene, cause: RejectCause
) -> None:
    standard.ready("ann", capacity(1, voice=1))
    standard.arrive("c1", Channel.VOICE)
    offer_id = standard.offer_of("c1")
    events = standard.do(cmd.RejectOffer(offer_id, ANN, cause))
    assert kinds(events) == ["OfferRejected", "AgentStateChanged", "PhoneFaulted"]
    change, fault = only(events, ev.AgentStateChanged), only(events, ev.PhoneFaulted)
    assert (change.state, change.reason_id) == (AgentState.NOT_READY, REASON_PHONE_FAULT)
    assert change.cause is ev.StateCause.PHONE_FAULT
    assert (fault.agent_id, fault.offer_id, fault.cause) == ("ann", offer_id, cause)
    standard.check_replay()


@pytest.mark.parametrize("cause", FAULTS)
def test_a_phone_fault_is_not_counted_as_missed_and_clears_no_count(
    standard: Scene, cause: RejectCause
) -> None:
    standard.ready("ann", capacity(2, chat=2))
    standard.chat("c1")
    standard.wait(OFFER_TIMEOUT_MS)
    standard.chat("c2")
    standard.do(cmd.RejectOffer(standard.offer_of("c2"), ANN, cause))
    assert [e.cause for e in standard.seen(ev.AgentStateChanged)][-1] == ev.StateCause.PHONE_FAULT
    assert standard.agent("ann").missed_in_row == {}, "coming out of it, the agent starts afresh"


def test_a_contact_that_meets_a_phone_fault_goes_to_the_next_agent_at_its_age(
    standard: Scene,
) -> None:
    for agent in ("ann", "bob"):
        standard.ready(agent, capacity(1, voice=1))
    standard.arrive("c1", Channel.VOICE)
    standard.let_pass(3_000)
    events = standard.do(cmd.RejectOffer(standard.offer_of("c1"), ANN, RejectCause.PHONE_FAULT))
    offer = only(events, ev.OfferMade)
    assert (offer.agent_id, offer.waited_ms) == ("bob", 3_000)


def test_one_click_returns_from_a_phone_fault(standard: Scene) -> None:
    standard.ready("ann", capacity(1, voice=1))
    standard.arrive("c1", Channel.VOICE)
    standard.do(cmd.RejectOffer(standard.offer_of("c1"), ANN, RejectCause.BUSY))
    assert only(standard.set_state("ann", AgentState.READY), ev.OfferMade).contact_id == "c1"


def test_phone_fault_cannot_be_chosen(standard: Scene) -> None:
    standard.ready("ann")
    chosen = cmd.SetAgentState(ANN, AgentState.NOT_READY, REASON_PHONE_FAULT)
    assert standard.code(chosen) is RefusalCode.REASON_UNKNOWN


def test_a_supervisor_is_told_of_a_phone_fault_that_lasts() -> None:
    reasons = configuration().not_ready_reasons
    own = (*reasons, NotReadyReason(REASON_PHONE_FAULT, 5_000))
    for rules, after_ms in ((reasons, ALERT_AFTER_MS), (own, 5_000)):
        scene = Scene(configuration(not_ready_reasons=rules))
        scene.ready("ann", capacity(1, voice=1))
        scene.arrive("c1", Channel.VOICE)
        scene.do(cmd.RejectOffer(scene.offer_of("c1"), ANN, RejectCause.PHONE_FAULT))
        alarms = of_kind(scene.wait(after_ms), ev.NotReadyOverdue)
        assert [alarm.reason_id for alarm in alarms] == [REASON_PHONE_FAULT]


def test_a_customer_who_leaves_while_it_rings_costs_the_agent_nothing(standard: Scene) -> None:
    standard.ready("ann", capacity(1, voice=1))
    standard.let_pass(10)
    standard.ready("bob", capacity(1, voice=1))
    standard.arrive("c1", Channel.VOICE)
    standard.let_pass(OFFER_TIMEOUT_MS - 1)
    standard.end("c1")
    assert standard.agent("ann").state is AgentState.READY
    assert standard.agent("ann").missed_in_row == {}
    assert only(standard.arrive("c2", Channel.VOICE), ev.OfferMade).agent_id == "ann"


def test_neither_a_refusal_nor_a_toggle_improves_the_idle_rank(standard: Scene) -> None:
    for agent in ("ann", "bob", "cid"):
        standard.ready(agent)
        standard.let_pass(10)
    standard.chat("c1")
    standard.reject("c1")
    standard.reject("c1")
    standard.lunch("ann")
    standard.set_state("ann", AgentState.READY)
    standard.accept("c1")
    offered = [only(standard.chat(chat), ev.OfferMade).agent_id for chat in ("c2", "c3")]
    assert offered == ["bob", "ann"], "bob where he was, ann behind him for her toggle"
