"""Calls that we place: permits, what they reserve, and every way a call of ours can go."""

import msgspec
import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import InvariantViolation, RefusalCode
from routing.ids import NO_AGENT, AgentId, ContactId, PermitId, QueueId, SkillId
from routing.limits import DIAL_MS_MAX, PERMIT_MS
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    Dial,
    DialFailure,
    Party,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from routing.state import ContactState
from tests.unit.routing.scene import (
    HELP,
    LUNCH,
    SALES,
    SOLVED,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
    configuration,
    kinds,
    only,
    policy,
)

ANN, BOB, C1 = AgentId("ann"), AgentId("bob"), ContactId("c1")
PHONE = capacity(1, outbound_voice=1, voice=1)
RING_MS = 30_000


def call(contact: str = "c1", queue: QueueId = SALES, **changes: object) -> cmd.EnqueueContact:
    """A call for whoever is free, the customer first, unless told otherwise."""
    facts: dict[str, object] = {"permit_id": PermitId(f"{contact}-line"), "ring_ms": RING_MS}
    dial = Dial(**{**facts, **changes})  # type: ignore[arg-type]
    return cmd.EnqueueContact(ContactId(contact), Channel.OUTBOUND_VOICE, queue, dial=dial)


def by_hand(**changes: object) -> cmd.EnqueueContact:
    """Ann places a call herself."""
    return call(**{"agent_id": ANN, "is_agent_first": True, **changes})  # type: ignore[arg-type]


USE, ANSWER = cmd.UsePermit(C1), cmd.AnswerDial(C1)
BUSY = cmd.FailDial(C1, DialFailure.BUSY)


@pytest.fixture
def staffed(scene: Scene) -> Scene:
    """Ann is ready, with one phone."""
    scene.ready("ann", PHONE)
    return scene


@pytest.fixture
def dialling(staffed: Scene) -> Scene:
    """A customer's phone rings, and ann is kept free."""
    staffed.do(call())
    staffed.do(USE)
    return staffed


# --- the permit --------------------------------------------------------------------------------------


def test_a_permit_names_its_line_and_reserves_the_agent_for_two_seconds(staffed: Scene) -> None:
    events = staffed.do(call())
    assert kinds(events) == ["ContactArrived", "PermitGranted"]
    permit = only(events, ev.PermitGranted)
    assert (permit.permit_id, permit.agent_id) == ("c1-line", ANN)
    assert permit.expires_at_ms == staffed.now_ms + PERMIT_MS <= staffed.now_ms + 2_000
    assert staffed.contact("c1").state is ContactState.RESERVED
    staffed.arrive("inbound", Channel.VOICE)
    assert staffed.contact("inbound").state is ContactState.WAITING
    staffed.check_replay()


def test_an_unused_permit_expires_and_its_agent_is_free_where_they_stood(staffed: Scene) -> None:
    before = (staffed.agent("ann").idle_since_ms, staffed.agent("ann").idle_order)
    staffed.do(call())
    staffed.wait(PERMIT_MS - 1)
    assert staffed.contact("c1").state is ContactState.RESERVED
    events = staffed.wait(1)
    assert kinds(events) == ["DialEnded", "ContactClosed"]
    closed = only(events, ev.ContactClosed)
    assert closed.outcome is ev.ContactOutcome.UNREACHED
    assert closed.disposition_id == "none_permit_expired"
    assert (staffed.agent("ann").idle_since_ms, staffed.agent("ann").idle_order) == before
    assert staffed.code(USE) is RefusalCode.CONTACT_UNKNOWN
    staffed.check_replay()


def test_a_permit_is_used_once(dialling: Scene) -> None:
    assert dialling.contact("c1").state is ContactState.DIALLING
    assert dialling.code(USE) is RefusalCode.PERMIT_ENDED
    assert dialling.code(call()) is RefusalCode.CONTACT_EXISTS
    dialling.wait(PERMIT_MS)
    assert dialling.contact("c1").state is ContactState.DIALLING


def test_without_a_free_agent_there_is_no_permit_and_nothing_has_arrived(scene: Scene) -> None:
    assert scene.code(call()) is RefusalCode.NO_AGENT_FREE
    scene.ready("ann", PHONE)
    scene.do(call("c0"))
    assert scene.code(call()) is RefusalCode.NO_AGENT_FREE
    assert not scene.is_open("c1")


def test_every_agent_gives_one_permit(scene: Scene) -> None:
    scene.ready("ann", PHONE)
    scene.ready("bob", PHONE)
    scene.do(call("c0"))
    scene.do(call("c1"))
    assert {scene.holder_of("c0"), scene.holder_of("c1")} == {"ann", "bob"}


@pytest.mark.parametrize(
    "wrong",
    [
        call(permit_id=PermitId("")),
        call(ring_ms=0),
        call(ring_ms=DIAL_MS_MAX + 1),
        cmd.EnqueueContact(C1, Channel.CHAT, SALES, dial=Dial(PermitId("line"), 1)),
    ],
)
def test_a_call_of_ours_keeps_to_its_bounds(staffed: Scene, wrong: cmd.EnqueueContact) -> None:
    assert staffed.code(wrong) is RefusalCode.CONTACT_INVALID


def test_a_permit_ends_with_its_agents_desk(staffed: Scene) -> None:
    staffed.do(call())
    events = staffed.disconnect("ann")
    assert kinds(events) == ["AgentDisconnected", "DialEnded", "ContactClosed"]
    assert only(events, ev.DialEnded).failure is DialFailure.AGENT_LEFT
    staffed.check_replay()


def test_a_permit_ends_with_its_agents_account(staffed: Scene) -> None:
    staffed.do(call())
    events = staffed.do(cmd.RemoveAgent(ANN))
    assert kinds(events) == ["AgentRemoved", "DialEnded", "ContactClosed"]
    assert "ann" not in staffed.engine.state.agents
    staffed.check_replay()


# --- the customer first ------------------------------------------------------------------------------


def test_who_answers_is_offered_to_the_agent_kept_free(dialling: Scene) -> None:
    dialling.wait(8_000)
    events = dialling.do(ANSWER)
    assert kinds(events) == ["DialAnswered", "ContactQueued", "OfferMade"]
    offer = only(events, ev.OfferMade)
    assert (offer.agent_id, offer.trigger) == (ANN, ev.OfferTrigger.RESERVED)
    assert offer.waited_ms == 0
    dialling.handled("c1")
    assert dialling.journal[-1] == ev.ContactClosed(
        dialling.now_ms, C1, SALES, ev.ContactOutcome.HANDLED, ANN, SOLVED
    )
    dialling.check_replay()


def test_a_break_asked_for_while_it_rings_begins_with_the_answer(dialling: Scene) -> None:
    dialling.lunch("ann")
    assert dialling.agent("ann").state is AgentState.READY
    dialling.do(ANSWER)
    assert dialling.agent("ann").state is AgentState.NOT_READY
    assert dialling.contact("c1").state is ContactState.WAITING
    dialling.check_replay()


def test_whoever_is_free_is_asked_when_the_one_kept_free_has_gone(dialling: Scene) -> None:
    dialling.disconnect("ann")
    dialling.ready("bob", PHONE)
    assert only(dialling.do(ANSWER), ev.OfferMade).agent_id == BOB
    dialling.check_replay()


def test_nobody_there_is_seen_by_the_contact_waiting(dialling: Scene) -> None:
    dialling.disconnect("ann")
    dialling.do(cmd.DisconnectCustomer(C1))
    dialling.do(ANSWER)
    assert dialling.contact("c1").state is ContactState.WAITING
    assert dialling.contact("c1").is_customer_present
    dialling.check_replay()


def test_an_agent_removed_while_it_rings_is_gone_with_the_answer(dialling: Scene) -> None:
    dialling.do(cmd.RemoveAgent(ANN))
    assert dialling.contact("c1").state is ContactState.DIALLING
    dialling.do(ANSWER)
    assert "ann" not in dialling.engine.state.agents
    dialling.check_replay()


@pytest.mark.parametrize("failure", list(DialFailure))
def test_a_call_that_fails_ends_with_its_reason(dialling: Scene, failure: DialFailure) -> None:
    events = dialling.do(cmd.FailDial(C1, failure))
    assert kinds(events) == ["DialFailed", "DialEnded", "ContactClosed"]
    closed = only(events, ev.ContactClosed)
    assert (closed.outcome, closed.disposition_id) == (
        ev.ContactOutcome.UNREACHED,
        f"none_{failure}",
    )
    dialling.arrive("next", Channel.VOICE)
    assert dialling.holder_of("next") == "ann"
    dialling.check_replay()


def test_a_call_that_nobody_answers_ends_by_its_deadline(dialling: Scene) -> None:
    dialling.wait(RING_MS - 1)
    assert dialling.is_open("c1")
    assert only(dialling.wait(1), ev.DialEnded).failure is DialFailure.NO_ANSWER
    assert dialling.code(ANSWER) is RefusalCode.CONTACT_UNKNOWN
    dialling.check_replay()


def test_what_came_before_the_answer_is_no_answer(staffed: Scene) -> None:
    assert staffed.code(USE) is RefusalCode.CONTACT_UNKNOWN
    assert staffed.code(BUSY) is RefusalCode.CONTACT_UNKNOWN
    staffed.do(call())
    assert staffed.code(ANSWER) is RefusalCode.CONTACT_NOT_DIALLING
    staffed.do(USE)
    staffed.do(ANSWER)
    assert staffed.code(BUSY) is RefusalCode.CONTACT_NOT_DIALLING
    staffed.arrive("chat", Channel.CHAT, HELP)
    assert staffed.code(cmd.UsePermit(ContactId("chat"))) is RefusalCode.PERMIT_ENDED


@pytest.mark.parametrize("by", [Party.CUSTOMER, Party.SYSTEM])
def test_whoever_ends_it_before_the_answer_has_cancelled_it(dialling: Scene, by: Party) -> None:
    events = dialling.end("c1", by)
    assert kinds(events) == ["ContactEnded", "DialEnded", "ContactClosed"]
    assert only(events, ev.DialEnded).failure is DialFailure.CANCELLED
    dialling.check_replay()


def test_nobody_else_hangs_up_for_the_agent(dialling: Scene) -> None:
    end = cmd.EndContact(C1, Party.AGENT, BOB)
    assert dialling.code(end) is RefusalCode.NOT_YOUR_CONTACT
    transfer = cmd.TransferContact(C1, to_queue_id=SALES, agent_id=ANN)
    assert dialling.code(transfer) is RefusalCode.CONTACT_NOT_CONNECTED


def test_the_best_is_kept_free_by_the_steps_of_the_queue() -> None:

    first = RoutingStep(asks=StepAsks.AGENT)
    rest = RoutingStep(after_ms=10_000)
    scene = Scene(configuration(policy(steps=(first, rest))))
    scene.ready("ann", PHONE)
    scene.ready("bob", PHONE)
    wanted = cmd.EnqueueContact(
        C1,
        Channel.OUTBOUND_VOICE,
        SALES,
        preferred_agent_id=BOB,
        dial=Dial(PermitId("line"), RING_MS),
    )
    assert only(scene.do(wanted), ev.PermitGranted).agent_id == BOB
    other = cmd.EnqueueContact(
        ContactId("c2"),
        Channel.OUTBOUND_VOICE,
        SALES,
        preferred_agent_id=BOB,
        dial=Dial(PermitId("line2"), RING_MS),
    )
    assert only(scene.do(other), ev.PermitGranted).agent_id == ANN
    scene.check_replay()


def test_where_every_step_is_passed_nobody_is_kept_free(staffed: Scene) -> None:
    passed = RoutingStep(needs=(SkillNeed(SkillId("basque"), 1),), skip_unstaffed=True)
    staffed.do(cmd.ApplyConfiguration(configuration(policy(steps=(passed,)))))
    assert staffed.code(call()) is RefusalCode.NO_AGENT_FREE


# --- an agent who is predicted to be free ------------------------------------------------------------


def in_wrap_up(scene: Scene, name: str = "ann", contact: str = "before") -> None:
    """The agent has just talked with somebody."""
    scene.ready(name, PHONE)
    scene.arrive(contact, Channel.VOICE)
    scene.accept(contact)
    scene.end(contact)


def soon(contact: str = "c1", **changes: object) -> cmd.EnqueueContact:
    """A call for whoever is free while it rings."""
    return call(contact, **{"may_be_in_wrap_up": True, **changes})  # type: ignore[arg-type]


def test_an_agent_whose_wrap_up_ends_while_it_rings_is_kept_for_the_call(scene: Scene) -> None:
    in_wrap_up(scene)
    until_ms = scene.now_ms + WRAP_UP_LIMIT_MS
    assert scene.code(soon(ring_ms=WRAP_UP_LIMIT_MS - 1)) is RefusalCode.NO_AGENT_FREE
    assert scene.code(call()) is RefusalCode.NO_AGENT_FREE
    permit = only(scene.do(soon(ring_ms=WRAP_UP_LIMIT_MS)), ev.PermitGranted)
    assert (permit.agent_id, permit.free_by_ms) == (ANN, until_ms)
    assert scene.code(soon("c2")) is RefusalCode.NO_AGENT_FREE
    scene.do(USE)
    scene.arrive("caller", Channel.VOICE)
    assert scene.contact("caller").state is ContactState.WAITING
    scene.wrap_up("before")
    assert scene.contact("caller").state is ContactState.WAITING, "the agent is kept"
    offer = only(scene.do(ANSWER), ev.OfferMade)
    assert (offer.agent_id, offer.contact_id, offer.trigger) == (ANN, C1, ev.OfferTrigger.RESERVED)
    scene.check_replay()


def test_who_answers_before_the_wrap_up_is_over_is_served_when_it_is(scene: Scene) -> None:
    in_wrap_up(scene)
    scene.do(soon())
    scene.do(USE)
    scene.wait(1_000)
    assert kinds(scene.do(ANSWER)) == ["DialAnswered", "ContactQueued"]
    assert scene.agent("ann").wrap_ups
    offer = only(scene.wait(WRAP_UP_LIMIT_MS), ev.OfferMade)
    assert (offer.agent_id, offer.contact_id) == (ANN, C1)
    scene.check_replay()


def test_who_answers_early_has_whoever_is_free_by_then(scene: Scene) -> None:
    in_wrap_up(scene)
    scene.do(soon())
    scene.do(USE)
    scene.ready("bob", PHONE)
    assert only(scene.do(ANSWER), ev.OfferMade).agent_id == BOB
    scene.check_replay()


def test_the_wrap_up_that_ends_first_is_taken_and_whoever_is_free_before_it(scene: Scene) -> None:
    in_wrap_up(scene, "bob", "first")
    scene.wait(1_000)
    in_wrap_up(scene, "ann", "second")
    assert only(scene.do(soon()), ev.PermitGranted).agent_id == BOB
    scene.ready("eve", PHONE)
    permit = only(scene.do(soon("c2")), ev.PermitGranted)
    assert (permit.agent_id, permit.free_by_ms) == ("eve", None)
    scene.check_replay()


@pytest.mark.parametrize("seconds", [-1, 1], ids=["the call-back is older", "the caller is older"])
def test_a_call_has_its_age_beside_those_who_wait(scene: Scene, seconds: int) -> None:
    """A call-back of 10:00 comes before a caller of 10:05, and after one of 9:55."""
    in_wrap_up(scene)
    scene.arrive("caller", Channel.VOICE)
    scene.wait(5_000)
    aged = msgspec.structs.replace(soon(), credit_ms=5_000 - seconds * 1_000)
    if seconds > 0:
        assert scene.code(aged) is RefusalCode.NO_AGENT_FREE
        return
    assert only(scene.do(aged), ev.PermitGranted).agent_id == ANN
    scene.do(USE)
    scene.do(ANSWER)
    offer = only(scene.wrap_up("before"), ev.OfferMade)
    assert offer.contact_id == C1
    scene.check_replay()


def test_an_agent_who_waits_for_a_break_or_is_gone_is_not_predicted(scene: Scene) -> None:
    in_wrap_up(scene)
    scene.lunch("ann")
    assert scene.code(soon()) is RefusalCode.NO_AGENT_FREE


def test_an_unreached_customer_leaves_the_wrap_up_as_it_was(scene: Scene) -> None:
    in_wrap_up(scene)
    scene.do(soon())
    scene.do(USE)
    scene.do(BUSY)
    assert not scene.is_open("c1")
    assert scene.agent("ann").wrap_ups
    scene.arrive("caller", Channel.VOICE)
    assert scene.contact("caller").state is ContactState.WAITING
    assert only(scene.wait(WRAP_UP_LIMIT_MS), ev.OfferMade).contact_id == "caller"
    scene.check_replay()


# --- the agent first ---------------------------------------------------------------------------------


def test_who_dials_talks_as_soon_as_the_customer_answers(staffed: Scene) -> None:
    staffed.do(by_hand())
    staffed.do(USE)
    staffed.wait(9_000)
    assert kinds(staffed.do(ANSWER)) == ["DialAnswered", "DialConnected"]
    contact, agent = staffed.contact("c1"), staffed.agent("ann")
    assert contact.state is ContactState.CONNECTED
    assert (contact.connected_at_ms, agent.contacts_taken) == (staffed.now_ms, 1)
    staffed.do(cmd.HoldCall(C1, ANN))
    staffed.do(cmd.ResumeCall(C1, ANN))
    staffed.do(cmd.TransferContact(C1, to_queue_id=HELP, agent_id=ANN))
    assert staffed.contact("c1").state is ContactState.WAITING
    staffed.check_replay()


def test_an_unanswered_call_has_a_wrap_up_where_it_is_wanted(staffed: Scene) -> None:
    staffed.do(by_hand(wraps_up_unreached=True))
    staffed.do(USE)
    events = staffed.do(BUSY)
    assert kinds(events) == ["DialFailed", "DialEnded", "WrapUpStarted"]
    wrap_up = staffed.agent("ann").wrap_ups[C1]
    assert wrap_up.connected_at_ms == staffed.now_ms
    closed = only(staffed.wait(WRAP_UP_LIMIT_MS), ev.ContactClosed)
    assert closed.outcome is ev.ContactOutcome.UNREACHED
    assert closed.disposition_id == "none_timeout"
    staffed.check_replay()


def test_a_queue_without_wrap_up_has_none_for_these_either() -> None:
    scene = Scene(configuration(policy(wrap_up_limit_ms=0)))
    scene.ready("ann", PHONE)
    scene.do(by_hand(wraps_up_unreached=True))
    scene.do(USE)
    assert kinds(scene.do(BUSY)) == ["DialFailed", "DialEnded", "ContactClosed"]
    scene.check_replay()


def test_a_permit_that_expires_is_not_wrapped_up(staffed: Scene) -> None:
    staffed.do(by_hand(wraps_up_unreached=True))
    assert kinds(staffed.wait(PERMIT_MS)) == ["DialEnded", "ContactClosed"]


def test_the_agent_hangs_up_before_the_customer_answers(staffed: Scene) -> None:
    staffed.do(by_hand())
    staffed.do(USE)
    events = staffed.end("c1", Party.AGENT)
    assert kinds(events) == ["ContactEnded", "DialEnded", "ContactClosed"]
    assert staffed.agent("ann").idle_since_ms == staffed.now_ms
    staffed.check_replay()


def test_who_is_not_ready_dials_where_that_is_allowed(staffed: Scene) -> None:
    staffed.lunch("ann")
    assert staffed.code(by_hand()) is RefusalCode.AGENT_NOT_ELIGIBLE
    staffed.do(by_hand(may_be_not_ready=True))
    staffed.do(USE)
    staffed.do(ANSWER)
    staffed.end("c1")
    staffed.wrap_up("c1")
    assert staffed.agent("ann").reason_id == LUNCH
    staffed.check_replay()


def test_who_is_logged_out_dials_nothing(staffed: Scene) -> None:
    staffed.set_state("ann", AgentState.LOGGED_OUT)
    refused = staffed.refused(by_hand(may_be_not_ready=True))
    assert refused.code is RefusalCode.AGENT_NOT_ELIGIBLE
    assert staffed.code(by_hand(agent_id=BOB)) is RefusalCode.AGENT_UNKNOWN
    assert staffed.code(by_hand(agent_id=NO_AGENT)) is RefusalCode.AGENT_UNKNOWN


def test_a_call_by_hand_pushes_mail_aside() -> None:
    scene = Scene()
    scene.ready("ann", CapacityRule(1, {Channel.EMAIL: 1, Channel.OUTBOUND_VOICE: 1}))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    events = scene.do(by_hand())
    assert kinds(events) == ["ContactArrived", "PermitGranted", "ContactInterrupted"]
    scene.do(USE)
    assert kinds(scene.do(BUSY))[-2:] == ["ContactClosed", "InterruptionEnded"]
    scene.check_replay()


def test_a_call_by_hand_comes_over_wrap_up(staffed: Scene) -> None:
    staffed.arrive("inbound", Channel.VOICE)
    staffed.accept("inbound")
    staffed.end("inbound")
    staffed.do(by_hand())
    staffed.do(USE)
    staffed.do(ANSWER)
    staffed.end("c1")
    staffed.wrap_up("inbound")
    staffed.wrap_up("c1")
    staffed.check_replay()


def test_one_phone_is_one_call(staffed: Scene) -> None:
    staffed.arrive("inbound", Channel.VOICE)
    staffed.accept("inbound")
    assert staffed.code(by_hand()) is RefusalCode.AGENT_NOT_ELIGIBLE
    staffed.ready("bob", capacity(2, outbound_voice=1, voice=1))
    staffed.do(call("c2"))
    assert staffed.holder_of("c2") == "bob"
    staffed.arrive("second", Channel.VOICE)
    assert staffed.contact("second").state is ContactState.WAITING


def test_an_emergency_waits_for_nothing_in_hand(staffed: Scene) -> None:
    staffed.arrive("inbound", Channel.VOICE)
    staffed.accept("inbound")
    staffed.do(by_hand(is_emergency=True))
    staffed.do(USE)
    staffed.do(ANSWER)
    assert staffed.contact("c1").state is ContactState.CONNECTED
    staffed.check_replay()


def test_an_emergency_still_needs_somebody_there(scene: Scene) -> None:
    scene.put("ann", PHONE)
    assert scene.code(by_hand(is_emergency=True)) is RefusalCode.AGENT_NOT_ELIGIBLE


def test_a_permit_above_capacity_is_a_broken_law() -> None:
    staffed = Scene()
    staffed.ready("ann", PHONE)
    staffed.do(call("c0"))
    arrived = ev.ContactArrived(
        0, C1, Channel.OUTBOUND_VOICE, SALES, "", dial=Dial(PermitId("line"), RING_MS)
    )
    staffed.engine._emit(arrived)
    with pytest.raises(InvariantViolation, match="INV-2"):
        staffed.engine._emit(ev.PermitGranted(0, C1, ANN, PermitId("line"), PERMIT_MS))
