"""Work the agent puts aside by the own wish: it stays theirs, takes no room, and is never forgotten."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import InvariantViolation, RefusalCode
from routing.ids import AgentId, ContactId, DetailId, UserId
from routing.inputs import command_of
from routing.limits import PARKED_MAX, PARKED_MS_MAX
from routing.model import PARKED_REMINDER_MS, AgentState, Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    CUSTOMER_GONE_MS,
    HELP,
    LUNCH,
    PRESENCE_GRACE_MS,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    only,
    policy,
)

ANN, BOB, MAIL = AgentId("ann"), AgentId("bob"), ContactId("mail")
PARK, RESUME = cmd.ParkContact(MAIL, ANN), cmd.ResumeContact(MAIL, ANN)


@pytest.fixture
def desk(scene: Scene) -> Scene:
    """Ann has one mail in hand, and room for no more."""
    scene.ready("ann", capacity(1, email=1, chat=1, voice=1))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    return scene


def test_parked_work_makes_room_and_stays_with_its_agent(desk: Scene) -> None:
    desk.chat("c1")
    events = desk.do(PARK)
    assert kinds(events) == ["ContactParked", "OfferMade"]
    assert desk.contact("mail").state is ContactState.PARKED
    assert (desk.contact("mail").agent_id, desk.holder_of("c1")) == (ANN, ANN)


def test_the_reminder_comes_when_the_agent_asked_for_it(desk: Scene) -> None:
    until_ms = desk.now_ms + 3_600_000
    parked = only(desk.do(cmd.ParkContact(MAIL, ANN, until_ms)), ev.ContactParked)
    assert parked.until_ms == until_ms
    assert command_of(parked) == cmd.ParkContact(MAIL, ANN, until_ms)
    assert desk.wait(3_599_999) == ()
    assert only(desk.wait(1), ev.ParkedOverdue).contact_id == MAIL


@pytest.mark.parametrize("for_ms", [-1, 0, PARKED_MS_MAX + 1])
def test_a_reminder_lies_ahead_and_not_too_far(desk: Scene, for_ms: int) -> None:
    park = cmd.ParkContact(MAIL, ANN, desk.now_ms + for_ms)
    assert desk.code(park) is RefusalCode.CONTACT_NOT_PARKABLE


def test_parked_work_is_not_given_back_by_itself(desk: Scene) -> None:
    desk.do(PARK)
    desk.chat("c1")
    desk.handled("c1")
    assert desk.contact("mail").state is ContactState.PARKED


def test_what_was_parked_is_taken_up_again_and_the_pause_is_booked(desk: Scene) -> None:
    desk.do(PARK)
    desk.let_pass(90_000)
    assert only(desk.do(RESUME), ev.ContactResumed).paused_ms == 90_000
    desk.do(PARK)
    desk.let_pass(10_000)
    desk.do(RESUME)
    assert desk.contact("mail").paused_ms == 100_000
    assert desk.contact("mail").interruptions == 0
    assert "WrapUpStarted" in kinds(desk.end("mail", Party.AGENT))


def test_taking_up_needs_room(desk: Scene) -> None:
    desk.do(PARK)
    desk.chat("c1")
    assert desk.code(RESUME) is RefusalCode.CAPACITY_FULL
    desk.handled("c1")
    desk.do(RESUME)


def test_after_taking_up_a_call_may_interrupt_it_again(desk: Scene) -> None:
    desk.do(PARK)
    desk.do(RESUME)
    desk.arrive("call", Channel.VOICE)
    assert desk.holder_of("call") == ANN
    desk.accept("call")
    assert [*desk.agent("ann").interrupted] == ["mail"]


@pytest.mark.parametrize("channel", [Channel.CHAT, Channel.VOICE])
def test_a_live_customer_is_not_parked(scene: Scene, channel: Channel) -> None:
    scene.ready("ann", capacity(1, chat=1, voice=1))
    scene.arrive("mail", channel)
    assert scene.code(PARK) is RefusalCode.CONTACT_NOT_CONNECTED
    scene.accept("mail")
    assert scene.code(PARK) is RefusalCode.CONTACT_NOT_PARKABLE


def test_only_the_holder_parks_and_takes_up(desk: Scene) -> None:
    assert desk.code(cmd.ParkContact(MAIL, BOB)) is RefusalCode.NOT_YOUR_CONTACT
    assert desk.code(RESUME) is RefusalCode.CONTACT_NOT_PARKED
    desk.do(PARK)
    assert desk.code(PARK) is RefusalCode.CONTACT_NOT_CONNECTED
    assert desk.code(cmd.ResumeContact(MAIL, BOB)) is RefusalCode.NOT_YOUR_CONTACT
    assert desk.code(cmd.ParkContact(ContactId("no"), ANN)) is RefusalCode.CONTACT_UNKNOWN


def test_an_agent_parks_a_bounded_number() -> None:
    scene = Scene(configuration(policy(waiting_max=100)))
    scene.ready("ann", capacity(50, email=50))
    for number in range(PARKED_MAX + 1):
        scene.arrive(f"m{number}", Channel.EMAIL)
        scene.accept(f"m{number}")
    for number in range(PARKED_MAX):
        scene.do(cmd.ParkContact(ContactId(f"m{number}"), ANN))
    last = cmd.ParkContact(ContactId(f"m{PARKED_MAX}"), ANN)
    assert scene.code(last) is RefusalCode.PARKED_LIMIT


def test_somebody_is_reminded_again_and_again(desk: Scene) -> None:
    desk.do(PARK)
    events = desk.wait(2 * PARKED_REMINDER_MS)
    reminders = [*of_kind(events, ev.ParkedOverdue)]
    assert [(e.at_ms, e.agent_id) for e in reminders] == [
        (PARKED_REMINDER_MS, ANN),
        (2 * PARKED_REMINDER_MS, ANN),
    ]


def test_an_agent_can_go_home_and_the_reminder_gives_the_work_to_others(desk: Scene) -> None:
    desk.do(PARK)
    desk.let_pass(60_000)
    desk.set_state("ann", AgentState.LOGGED_OUT)
    desk.disconnect("ann")
    assert desk.agent("ann").state is AgentState.LOGGED_OUT
    desk.ready("bob", capacity(1, email=1))
    desk.wait(PRESENCE_GRACE_MS)
    assert desk.contact("mail").agent_id == ANN
    events = desk.wait(PARKED_REMINDER_MS)
    back = only(events, ev.ContactRequeued)
    assert (back.reason, back.agent_id) == (ev.RequeueReason.LOGGED_OUT, ANN)
    assert back.age_origin_ms == PARKED_REMINDER_MS, "the time with ann is not age"
    assert next(iter(of_kind(events, ev.OfferMade))).agent_id == BOB


def test_a_desk_that_vanishes_keeps_what_is_parked_until_the_reminder(desk: Scene) -> None:
    desk.do(PARK)
    desk.disconnect("ann")
    desk.wait(PRESENCE_GRACE_MS)
    assert desk.agent("ann").state is AgentState.LOGGED_OUT
    assert desk.contact("mail").state is ContactState.PARKED
    assert "ContactRequeued" in kinds(desk.wait(PARKED_REMINDER_MS))


def test_parking_the_last_work_lets_the_next_state_apply(desk: Scene) -> None:
    desk.set_state("ann", AgentState.NOT_READY, LUNCH)
    assert desk.agent("ann").state is AgentState.READY
    desk.do(PARK)
    assert desk.agent("ann").state is AgentState.NOT_READY


def test_a_removed_agent_loses_what_was_parked(desk: Scene) -> None:
    desk.do(PARK)
    desk.do(cmd.RemoveAgent(ANN))
    assert desk.contact("mail").state is ContactState.WAITING
    assert desk.engine.state.agents == {}


def test_a_customer_who_ends_parked_work_closes_it_and_costs_no_idle_rank(desk: Scene) -> None:
    desk.do(PARK)
    rank = desk.agent("ann").idle_order
    desk.let_pass(1_000)
    assert kinds(desk.end("mail")) == ["ContactEnded", "ContactClosed"]
    assert desk.agent("ann").idle_order == rank
    assert desk.agent("ann").parked == {}


def test_the_customer_may_write_and_leave_while_it_is_parked(desk: Scene) -> None:
    desk.do(PARK)
    desk.message("mail", Party.CUSTOMER)
    by_agent = cmd.AddMessage(MAIL, DetailId("d1"), Party.AGENT, ANN)
    assert desk.code(by_agent) is RefusalCode.CONTACT_NOT_CONNECTED
    desk.do(cmd.DisconnectCustomer(MAIL))
    assert desk.wait(2 * CUSTOMER_GONE_MS) == ()


def test_a_reminder_needs_a_configuration(desk: Scene) -> None:
    twin = Scene()
    twin.engine.state.configuration = None
    twin.engine.state.contacts[MAIL] = desk.contact("mail")
    with pytest.raises(InvariantViolation, match="INV-5"):
        twin.engine._emit(ev.ParkedOverdue(0, MAIL, ANN))


def test_parking_needs_a_configuration() -> None:
    scene = Scene()
    scene.ready("ann", capacity(1, email=1))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.engine.state.configuration = None
    with pytest.raises(InvariantViolation, match="INV-5"):
        scene.engine.handle(PARK, scene.now_ms)


def test_parked_work_replays_and_survives_a_snapshot(desk: Scene) -> None:
    desk.do(PARK)
    desk.check_replay()


def test_a_supervisor_hands_on_what_is_parked_without_a_wrap_up(desk: Scene) -> None:
    desk.do(PARK)
    desk.let_pass(60_000)
    move = cmd.TransferContact(MAIL, to_queue_id=HELP, by=UserId("sam"))
    assert kinds(desk.do(move)) == ["ContactTransferred", "ContactRequeued"]
    assert (desk.contact("mail").queue_id, desk.contact("mail").state) == (
        HELP,
        ContactState.WAITING,
    )
    assert desk.agent("ann").parked == {}
