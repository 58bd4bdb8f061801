"""What an agent has room for: units, places of a channel, and work that may be interrupted for something else."""

import msgspec
import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import InvariantViolation, RefusalCode
from routing.ids import AgentId, ContactId, OfferId, TeamId
from routing.limits import CAPACITY_UNITS_MAX, INTERRUPTIONS_MAX, WRAP_UPS_COME_OVER_MAX
from routing.model import AgentState, AgentStrategy, CapacityRule, Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    only,
    policy,
)

ANN, BOB = AgentId("ann"), AgentId("bob")
CALL_TAKES_ALL = CapacityRule(
    3, {Channel.CHAT: 3, Channel.EMAIL: 2, Channel.VOICE: 1}, {Channel.VOICE: CAPACITY_UNITS_MAX}
)
NO_WRAP_UP = policy(SALES, wrap_up_limit_ms=0)


def parked(scene: Scene, contact: str) -> bool:
    """Whether the contact is put aside."""
    return scene.contact(contact).state is ContactState.PARKED


def interrupted(scene: Scene, times: int = 1) -> None:
    """Ann has mail in hand, and calls interrupt it, one after the other."""
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    for number in range(1, times + 1):
        scene.arrive(f"call{number}", Channel.VOICE)
        scene.accept(f"call{number}")
        if number < times:
            scene.end(f"call{number}")


@pytest.fixture
def quick() -> Scene:
    """A queue without wrap-up."""
    return Scene(configuration(NO_WRAP_UP))


# --- units -------------------------------------------------------------------------------------------


def test_a_contact_takes_what_its_channel_weighs(scene: Scene) -> None:
    scene.ready("ann", CapacityRule(4, {Channel.CHAT: 4, Channel.SMS: 4}, {Channel.CHAT: 2}))
    for contact in ("c1", "c2"):
        scene.chat(contact)
        assert scene.holder_of(contact) == ANN
    scene.arrive("s1", Channel.SMS)
    assert scene.holder_of("s1") is None
    scene.end("c1")
    scene.arrive("s2", Channel.SMS)
    assert [scene.holder_of(c) for c in ("s1", "s2")] == [ANN, ANN]


def test_a_call_that_weighs_more_than_all_takes_all_and_waits_for_all(scene: Scene) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.chat("c1")
    scene.arrive("call", Channel.VOICE)
    assert scene.holder_of("call") is None, "a live chat is not interrupted"
    scene.accept("c1")
    scene.end("c1")
    scene.wrap_up("c1")
    assert scene.holder_of("call") == ANN
    scene.accept("call")
    scene.chat("c2")
    assert scene.holder_of("c2") is None


def test_places_of_a_channel_count_contacts_and_not_units(scene: Scene) -> None:
    scene.ready("ann", CapacityRule(10, {Channel.CHAT: 2}, {Channel.CHAT: 3}))
    for contact in ("c1", "c2", "c3"):
        scene.chat(contact)
    assert [scene.holder_of(c) for c in ("c1", "c2", "c3")] == [ANN, ANN, None]


def test_nobody_without_units_has_room(scene: Scene) -> None:
    scene.ready("ann", CapacityRule(0, {Channel.CHAT: 1}, {Channel.CHAT: 5}))
    scene.chat("c1")
    assert scene.holder_of("c1") is None


@pytest.mark.parametrize("weight", [0, CAPACITY_UNITS_MAX + 1])
def test_a_weight_is_bounded(scene: Scene, weight: int) -> None:
    rule = CapacityRule(3, {Channel.CHAT: 3}, {Channel.CHAT: weight})
    command = cmd.PutAgent(ANN, TeamId("team"), (SALES,), rule)
    assert scene.code(command) is RefusalCode.AGENT_INVALID


def test_who_has_least_in_hand_is_told_by_units() -> None:
    scene = Scene(configuration(policy(agent_strategy=AgentStrategy.LEAST_OCCUPIED)))
    heavy = CapacityRule(6, {Channel.CHAT: 6, Channel.SMS: 6}, {Channel.CHAT: 3})
    scene.ready("ann", heavy)
    scene.ready("bob", heavy)
    scene.chat("c1")
    for contact in ("s1", "s2", "s3"):
        scene.arrive(contact, Channel.SMS)
    assert [scene.holder_of(c) for c in ("c1", "s1", "s2", "s3")] == [ANN, BOB, BOB, BOB]


# --- interruptions -----------------------------------------------------------------------------------


def test_a_call_rings_over_mail_and_parks_it_only_when_it_is_accepted(scene: Scene) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    assert scene.holder_of("call") == ANN
    assert not parked(scene, "mail")
    scene.let_pass(5_000)
    events = scene.accept("call")
    assert kinds(events) == ["OfferAccepted", "ContactInterrupted"]
    told = only(events, ev.ContactInterrupted)
    assert (told.contact_id, told.agent_id, told.by_contact_id) == ("mail", ANN, "call")
    assert parked(scene, "mail")
    assert scene.contact("mail").agent_id == ANN, "it stays hers"


@pytest.mark.parametrize("declines", [True, False])
def test_a_call_that_is_not_taken_leaves_the_mail_alone(scene: Scene, declines: bool) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    if declines:
        scene.reject("call")
    else:
        scene.wait(OFFER_TIMEOUT_MS)
    assert scene.contact("mail").state is ContactState.CONNECTED
    assert scene.contact("mail").interruptions == 0


def test_interrupted_work_goes_on_before_anything_new(quick: Scene) -> None:
    interrupted(quick)
    quick.chat("waits")
    quick.let_pass(60_000)
    events = quick.end("call1")
    assert kinds(events) == ["ContactEnded", "ContactClosed", "InterruptionEnded", "OfferMade"]
    assert only(events, ev.InterruptionEnded).paused_ms == 60_000
    assert quick.contact("mail").paused_ms == 60_000
    assert quick.contact("mail").state is ContactState.CONNECTED


def test_wrap_up_of_the_call_comes_before_the_mail_goes_on(scene: Scene) -> None:
    interrupted(scene)
    scene.end("call1")
    assert parked(scene, "mail")
    assert "InterruptionEnded" in kinds(scene.wrap_up("call1"))


def test_nothing_new_is_offered_while_interrupted_work_does_not_fit() -> None:
    scene = Scene(configuration(NO_WRAP_UP))
    weights = {Channel.VOICE: 2, Channel.EMAIL: 3}
    rule = CapacityRule(4, {Channel.EMAIL: 1, Channel.VOICE: 1, Channel.CHAT: 4}, weights)
    scene.ready("ann", rule)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    assert parked(scene, "mail")
    scene.chat("c1")
    assert scene.holder_of("c1") is None, "there is room for a chat, but it is promised to the mail"
    scene.end("call")
    assert scene.holder_of("c1") == ANN
    assert not parked(scene, "mail")


def test_a_contact_is_interrupted_three_times_at_most(quick: Scene) -> None:
    interrupted(quick, INTERRUPTIONS_MAX)
    quick.end(f"call{INTERRUPTIONS_MAX}")
    assert quick.contact("mail").interruptions == INTERRUPTIONS_MAX
    quick.arrive("one more", Channel.VOICE)
    assert quick.holder_of("one more") is None
    quick.end("mail", Party.AGENT)
    assert quick.holder_of("one more") == ANN


def test_only_as_much_is_parked_as_is_needed_and_the_newest_first(quick: Scene) -> None:
    rule = CapacityRule(2, {Channel.EMAIL: 2, Channel.VOICE: 1})
    quick.ready("ann", rule)
    for mail in ("m1", "m2"):
        quick.arrive(mail, Channel.EMAIL)
        quick.accept(mail)
    quick.arrive("call", Channel.VOICE)
    quick.accept("call")
    assert [parked(quick, mail) for mail in ("m1", "m2")] == [False, True]


def test_everything_that_stands_in_the_way_is_parked(quick: Scene) -> None:
    quick.ready("ann", CALL_TAKES_ALL)
    for mail in ("m1", "m2"):
        quick.arrive(mail, Channel.EMAIL)
        quick.accept(mail)
    quick.arrive("call", Channel.VOICE)
    quick.accept("call")
    assert [parked(quick, mail) for mail in ("m1", "m2")] == [True, True]
    quick.end("call")
    assert [parked(quick, mail) for mail in ("m1", "m2")] == [False, False]


def test_an_agent_with_room_is_asked_before_one_who_would_be_interrupted(quick: Scene) -> None:
    quick.ready("ann", CALL_TAKES_ALL)
    quick.arrive("mail", Channel.EMAIL)
    quick.accept("mail")
    quick.let_pass(1_000)
    quick.ready("bob", CALL_TAKES_ALL)
    quick.arrive("call", Channel.VOICE)
    assert quick.holder_of("call") == BOB, "though ann has been idle for longer"


def test_what_interrupts_what_is_configured() -> None:
    changes = {"interrupts": {Channel.VOICE: (Channel.CHAT,), Channel.CHAT: (Channel.EMAIL,)}}
    scene = Scene(configuration(NO_WRAP_UP, **changes))
    one_place = {Channel.CHAT: 1, Channel.VOICE: 1, Channel.EMAIL: 1}
    scene.ready("ann", CapacityRule(1, one_place))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    assert scene.holder_of("call") is None
    scene.chat("c1")
    scene.accept("c1")
    assert parked(scene, "mail")


@pytest.mark.parametrize(
    "wrong",
    [
        {Channel.VOICE: (Channel.VOICE,)},
        {Channel.CHAT: (Channel.CHAT,)},
        {Channel.CHAT: (Channel.CALLBACK,)},
    ],
)
def test_a_call_is_never_interrupted_and_nothing_interrupts_its_like(
    scene: Scene, wrong: dict[Channel, tuple[Channel, ...]]
) -> None:
    command = cmd.ApplyConfiguration(configuration(interrupts=wrong))
    assert scene.code(command) is RefusalCode.CONFIGURATION_INVALID


def test_a_reload_changes_what_the_waiting_may_interrupt(scene: Scene) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.do(cmd.ApplyConfiguration(configuration(version="v2", interrupts={})))
    scene.arrive("call", Channel.VOICE)
    assert scene.holder_of("call") is None
    scene.do(cmd.ApplyConfiguration(configuration(version="v3")))
    assert scene.holder_of("call") == ANN


def test_a_reload_changes_what_a_call_that_is_handed_on_may_interrupt(scene: Scene) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.ready("bob", CALL_TAKES_ALL)
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    scene.do(cmd.ApplyConfiguration(configuration(version="v2", interrupts={})))
    to_ann = cmd.TransferContact(ContactId("call"), to_agent_id=ANN, agent_id=BOB)
    assert scene.code(to_ann) is RefusalCode.AGENT_NOT_ELIGIBLE
    scene.do(cmd.ApplyConfiguration(configuration(version="v3")))
    scene.do(to_ann)
    assert scene.holder_of("call") == ANN


def test_an_offer_whose_room_goes_into_wrap_up_is_withdrawn(scene: Scene) -> None:
    scene.ready("ann", CALL_TAKES_ALL)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    events = scene.end("mail", Party.AGENT)
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.NO_ROOM
    assert scene.contact("call").state is ContactState.WAITING
    scene.wrap_up("mail")
    assert scene.holder_of("call") == ANN


def test_an_offer_with_room_of_its_own_stays_when_wrap_up_begins(scene: Scene) -> None:
    scene.ready("ann", capacity(3, email=1, voice=1, chat=1))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    scene.chat("c1")
    assert [*of_kind(scene.end("mail", Party.AGENT), ev.OfferRescinded)] == []


def test_a_customer_who_ends_interrupted_work_closes_it(quick: Scene) -> None:
    interrupted(quick)
    assert kinds(quick.end("mail")) == ["ContactEnded", "ContactClosed"]
    assert quick.agent("ann").interrupted == {}


def test_an_agent_who_vanishes_loses_interrupted_work_with_the_rest(scene: Scene) -> None:
    interrupted(scene)
    scene.let_pass(7_000)
    scene.disconnect("ann")
    events = scene.wait(PRESENCE_GRACE_MS)
    back = only(events, ev.ContactRequeued)
    assert (back.contact_id, back.age_origin_ms) == ("mail", 7_000 + PRESENCE_GRACE_MS)
    assert scene.agent("ann").interrupted == {}
    assert scene.holder_of("call1") == ANN, "a call that talks ends by its leg alone"


def test_a_next_state_waits_for_interrupted_work(quick: Scene) -> None:
    interrupted(quick)
    quick.lunch("ann")
    quick.end("call1")
    assert quick.agent("ann").state is AgentState.READY
    quick.end("mail", Party.AGENT)
    assert quick.agent("ann").state is AgentState.NOT_READY


def test_interrupted_work_is_taken_up_again_when_capacity_is_raised(quick: Scene) -> None:
    interrupted(quick)
    roomy = CapacityRule(9, {Channel.VOICE: 1, Channel.EMAIL: 1})
    assert "InterruptionEnded" in kinds(quick.put("ann", roomy))


def test_a_removed_agent_loses_interrupted_work(scene: Scene) -> None:
    interrupted(scene)
    scene.do(cmd.RemoveAgent(ANN))
    assert scene.contact("mail").state is ContactState.WAITING


def test_an_offer_above_capacity_is_a_broken_law() -> None:
    scene = Scene()
    scene.ready("ann", CALL_TAKES_ALL)
    scene.chat("c1")
    scene.arrive("call", Channel.VOICE)
    wrong = ev.OfferMade(0, OfferId("call.1"), ContactId("call"), ANN, SALES, 1)
    with pytest.raises(InvariantViolation, match="INV-2"):
        scene.engine._emit(wrong)


def test_taking_up_without_room_is_a_broken_law() -> None:
    scene = Scene()
    interrupted(scene)
    with pytest.raises(InvariantViolation, match="INV-2"):
        scene.engine._emit(ev.InterruptionEnded(0, ContactId("mail"), ANN, 0))


def test_interruptions_replay_and_survive_a_snapshot(quick: Scene) -> None:
    interrupted(quick, 2)
    quick.end("call2")
    quick.check_replay()


def test_old_capacity_rules_can_be_read() -> None:
    old = msgspec.json.decode(b'{"total": 2, "per_channel": {"chat": 2}}', type=CapacityRule)
    assert (old.weights, old.units(Channel.CHAT)) == ({}, 1)


# --- over wrap-up --------------------------------------------------------------------------------------


@pytest.fixture
def over() -> Scene:
    """Calls come over wrap-up."""
    return Scene(configuration(over_wrap_up=(Channel.VOICE,)))


ONE_OF_EACH = CapacityRule(1, {Channel.VOICE: 1, Channel.CHAT: 1})


def wrapping_up(scene: Scene, rule: CapacityRule = ONE_OF_EACH) -> None:
    """Ann has a call behind her and writes its outcome."""
    scene.ready("ann", rule)
    scene.arrive("before", Channel.VOICE)
    scene.accept("before")
    scene.end("before")


def test_a_call_comes_over_wrap_up_where_it_is_configured(over: Scene) -> None:
    wrapping_up(over)
    over.arrive("call", Channel.VOICE)
    over.accept("call")
    assert over.contact("call").state is ContactState.CONNECTED
    assert ContactId("before") in over.agent("ann").wrap_ups
    over.end("call")
    over.wrap_up("call")
    over.wrap_up("before")
    assert not over.agent("ann").holds


def test_nothing_comes_over_wrap_up_by_default(scene: Scene) -> None:
    wrapping_up(scene)
    scene.arrive("call", Channel.VOICE)
    assert scene.holder_of("call") is None


def test_a_chat_does_not_come_over_wrap_up_when_calls_do(over: Scene) -> None:
    wrapping_up(over)
    over.arrive("chat", Channel.CHAT)
    assert over.holder_of("chat") is None


def test_who_is_free_is_asked_before_who_wraps_up(over: Scene) -> None:
    wrapping_up(over)
    over.ready("bob", ONE_OF_EACH)
    over.arrive("call", Channel.VOICE)
    assert over.holder_of("call") == BOB


def test_interrupted_mail_goes_on_before_a_call_comes_over_wrap_up(over: Scene) -> None:
    wrapping_up(over, CapacityRule(2, {Channel.VOICE: 1, Channel.EMAIL: 1}, {Channel.VOICE: 2}))
    over.wrap_up("before")
    over.arrive("mail", Channel.EMAIL)
    over.accept("mail")
    over.arrive("second", Channel.VOICE)
    over.accept("second")
    assert parked(over, "mail")
    over.end("second")
    over.arrive("third", Channel.VOICE)
    assert over.holder_of("third") is None  # nothing new before what was interrupted
    over.wrap_up("second")
    assert not parked(over, "mail")


def test_few_wrap_ups_are_come_over(over: Scene) -> None:
    wrapping_up(over)
    for number in range(WRAP_UPS_COME_OVER_MAX):
        over.arrive(f"call{number}", Channel.VOICE)
        over.accept(f"call{number}")
        over.end(f"call{number}")
    over.arrive("one-more", Channel.VOICE)
    assert over.holder_of("one-more") is None
    over.wrap_up("before")
    assert over.holder_of("one-more") == ANN


def test_an_offer_over_wrap_up_is_withdrawn_when_there_are_too_many(over: Scene) -> None:
    both = CapacityRule(2, {Channel.VOICE: 2, Channel.CHAT: 2})
    wrapping_up(over, both)
    for number in range(WRAP_UPS_COME_OVER_MAX - 1):
        over.arrive(f"call{number}", Channel.VOICE)
        over.accept(f"call{number}")
        over.end(f"call{number}")
    over.arrive("talk", Channel.VOICE)
    over.accept("talk")
    over.arrive("rings", Channel.VOICE)
    assert over.holder_of("rings") == ANN
    events = over.end("talk", Party.AGENT)
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.NO_ROOM


def test_a_reload_changes_who_is_asked_over_wrap_up(scene: Scene) -> None:
    wrapping_up(scene)
    scene.arrive("call", Channel.VOICE)
    scene.do(cmd.ApplyConfiguration(configuration(version="v2", over_wrap_up=(Channel.VOICE,))))
    assert scene.holder_of("call") == ANN
