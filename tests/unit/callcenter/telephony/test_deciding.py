"""What is wanted of phone system and engine, for every way a call can go."""

import msgspec
import pytest

from callcenter.telephony import limits
from callcenter.telephony.calls import PBX_LOST, Call, Leg, LegStage, note
from callcenter.telephony.entry import Speech
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.wanted import UNDELIVERED, Chosen, Ring, Standing
from callcenter.telephony.words import sorry
from routing.commands import (
    AcceptOffer,
    EndContact,
    FailLeg,
    HoldCall,
    RejectOffer,
    ResumeCall,
)
from routing.ids import OfferId
from routing.model import Party, RejectCause
from routing.state import ContactState
from tests.unit.callcenter.telephony.paper_call import (
    ANN,
    ASKED,
    C1,
    GREETED,
    HELP,
    LEG,
    PLAIN,
    SALES,
    ZH,
    call,
    enqueued,
    kinds,
    only,
    wanted,
)

RING = Ring(LEG, ANN, "1001", 20_000)
WAITING = Standing(ContactState.WAITING)
OFFERED = Standing(ContactState.OFFERED, (RING,))
CONNECTED = Standing(ContactState.CONNECTED, (), ANN, LEG, "1001", 1_000)


def waiting(**legs: Leg) -> Call:
    """A call in the queue."""
    one = call(is_enqueued=True)
    one.legs = {f"c1.{name[1:]}": leg for name, leg in legs.items()}
    return one


def leg(stage: LegStage = LegStage.ANSWERED, **changes: object) -> Leg:
    return msgspec.structs.replace(Leg(stage=stage), **changes)


def talking(stage: LegStage = LegStage.ANSWERED, **changes: object) -> Leg:
    return leg(stage, was_bridged=True, **changes)


# --- before the queue ---


def test_a_call_is_answered_before_anything_else() -> None:
    assert kinds(wanted(call())) == [OrderKind.ANSWER]


def test_without_a_greeting_it_enters_at_once() -> None:
    one = call(done={"c1.answer": ""})
    answer = wanted(one)
    assert (enqueued(answer).queue_id, answer.orders) == (SALES, [])


def test_a_greeting_is_heard_out_or_given_up() -> None:
    one = call(GREETED, done={"c1.answer": ""})
    first = wanted(one)
    assert (only(first).kind, only(first).text) == (OrderKind.PLAY, "Hello")
    assert not first.commands
    assert first.due_ms == limits.PLAY_MS
    assert enqueued(wanted(one, now_ms=limits.PLAY_MS)).queue_id == SALES


@pytest.mark.parametrize(("digit", "queue_id", "language"), [("1", SALES, "zh"), ("2", HELP, "en")])
def test_a_digit_chooses(digit: str, queue_id: str, language: str) -> None:
    one = call(ASKED, done={"c1.answer": "", "c1.gather.1": ""}, digits={"c1.gather.1": digit})
    assert (enqueued(wanted(one)).queue_id, enqueued(wanted(one)).language) == (queue_id, language)


def test_a_digit_asks_for_skills() -> None:
    one = call(ASKED, done={"c1.answer": "", "c1.gather.1": ""}, digits={"c1.gather.1": "3"})
    assert enqueued(wanted(one)) == Chosen(SALES, "en", ZH)


def test_whoever_presses_nothing_is_asked_again_and_then_goes_on() -> None:
    one = call(ASKED, done={"c1.answer": ""})
    assert only(wanted(one)).command_id == "c1.gather.1"
    one.done["c1.gather.1"] = "timeout"
    assert only(wanted(one)).command_id == "c1.gather.2"
    one.done["c1.gather.2"], one.digits["c1.gather.2"] = "", "7"
    assert enqueued(wanted(one)).queue_id == SALES


def test_a_gather_without_a_result_is_given_up() -> None:
    one = call(ASKED, done={"c1.answer": ""})
    wanted(one)
    late_ms = limits.PLAY_MS + ASKED.digit_wait_ms
    wanted(one, now_ms=late_ms)
    assert enqueued(wanted(one, now_ms=late_ms * 2)).language == "en"


@pytest.mark.parametrize("plan", [None, PLAIN])
def test_an_unknown_number_and_a_call_that_cannot_be_answered_are_hung_up(plan: object) -> None:
    one = call(plan, done={} if plan is None else {"c1.answer": "failed"})  # type: ignore[arg-type]
    assert only(wanted(one)).kind is OrderKind.HANGUP
    assert wanted(one, now_ms=limits.HANGUP_MS).end_cause == "unconfirmed"


def test_without_an_arrival_nothing_is_done_and_not_for_ever() -> None:
    one = call(has_arrived=False)
    assert wanted(one).orders == []
    assert wanted(one, now_ms=limits.ARRIVAL_WAIT_MS).end_cause == "unknown"


# --- in the queue ---


def test_a_waiting_caller_hears_music() -> None:
    assert only(wanted(waiting(), WAITING)).kind is OrderKind.PARK


def test_each_offer_rings_a_leg_of_its_own_for_as_long_as_it_lives() -> None:
    second = Ring(OfferId("c1.2"), ANN, "1002", 20_000)
    offered = Standing(ContactState.OFFERED, (RING, second))
    answer = wanted(waiting(), offered, 5_000)
    rings = [order for order in answer.orders if order.kind is OrderKind.RING_AGENT]
    assert [(ring.leg_id, ring.to) for ring in rings] == [("c1.1", "1001"), ("c1.2", "1002")]
    assert {ring.timeout_ms for ring in rings} == {15_000}


def test_a_leg_whose_offer_is_gone_is_ended() -> None:
    one = waiting(_1=leg(LegStage.RINGS), _2=leg(LegStage.ENDED))
    orders = wanted(one, WAITING).orders
    assert [(order.kind, order.leg_id) for order in orders[1:]] == [(OrderKind.HANGUP, "c1.1")]


def test_a_leg_that_never_rang_needs_no_end_but_one_nobody_knows_of_does() -> None:
    one = waiting(_1=leg(LegStage.ASKED))
    one.done["c1.1.ring_agent"] = "unreachable"
    assert kinds(wanted(one, WAITING)) == [OrderKind.PARK]
    one.done["c1.1.ring_agent"] = UNDELIVERED
    assert kinds(wanted(one, WAITING)) == [OrderKind.PARK, OrderKind.HANGUP]


def test_picking_up_is_accepting() -> None:
    answer = wanted(waiting(_1=leg()), OFFERED)
    assert answer.commands == {"accept.c1.1": AcceptOffer(LEG, ANN)}


@pytest.mark.parametrize(
    ("cause", "means"),
    [
        ("declined", RejectCause.DECLINED),
        ("hangup", RejectCause.DECLINED),
        ("busy", RejectCause.BUSY),
        ("unreachable", RejectCause.PHONE_FAULT),
        ("failed", RejectCause.PHONE_FAULT),
        ("no_answer", None),
        ("released", None),
    ],
)
def test_what_an_unanswered_leg_means(cause: str, means: RejectCause | None) -> None:
    answer = wanted(waiting(_1=leg(LegStage.ENDED, cause=cause)), OFFERED)
    expected = {} if means is None else {"reject.c1.1": RejectOffer(LEG, ANN, means)}
    assert answer.commands == expected
    assert OrderKind.RING_AGENT not in kinds(answer)


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("busy", RejectCause.BUSY),
        ("unreachable", RejectCause.PHONE_FAULT),
        ("refused", RejectCause.PHONE_FAULT),
        (UNDELIVERED, RejectCause.LINE_FAULT),
    ],
)
def test_what_a_ring_that_failed_means(code: str, means: RejectCause) -> None:
    one = waiting(_1=leg(LegStage.ASKED))
    one.done["c1.1.ring_agent"] = code
    assert wanted(one, OFFERED).commands == {"reject.c1.1": RejectOffer(LEG, ANN, means)}


def test_nobody_is_blamed_for_a_call_that_its_phone_system_no_longer_knows() -> None:
    """The caller hung up as the agent's phone was to ring: what failed is not the phone."""
    one = waiting(_1=leg(LegStage.ASKED))
    one.has_arrived = True
    failed = PbxEvent(
        EventType.COMMAND_FAILED, "e1", "k1", command_id="c1.1.ring_agent", code="unknown_call"
    )
    note(one, failed, 5_000)
    answer = wanted(one, OFFERED, 6_999)
    assert (answer.commands, answer.orders, answer.inputs) == ({}, [], [])
    assert answer.due_ms == 7_000
    lost = wanted(one, OFFERED, 7_000).inputs
    assert [event.type for event in lost] == [EventType.CALL_LOST]
    note(one, lost[0], 7_000)
    assert wanted(one, OFFERED).commands == {
        "end.customer": EndContact(one.contact_id, Party.SYSTEM)
    }


def test_an_agent_without_a_phone_cannot_be_rung() -> None:
    silent = Standing(ContactState.OFFERED, (Ring(LEG, ANN, "", 20_000),))
    reject = RejectOffer(LEG, ANN, RejectCause.PHONE_FAULT)
    assert wanted(waiting(), silent).commands == {"reject.c1.1": reject}


# --- in an agent's hands ---


def test_an_answered_leg_is_bridged_and_the_others_end() -> None:
    one = waiting(_1=leg(), _2=leg(LegStage.RINGS))
    orders = wanted(one, CONNECTED, 2_000).orders
    assert [(order.kind, order.leg_id) for order in orders] == [
        (OrderKind.HANGUP, "c1.2"),
        (OrderKind.BRIDGE, "c1.1"),
    ]


def test_taken_in_the_console_the_phone_is_made_to_answer() -> None:
    assert kinds(wanted(waiting(_1=leg(LegStage.RINGS)), CONNECTED, 2_000)) == [OrderKind.ANSWER]
    both = [OrderKind.RING_AGENT, OrderKind.ANSWER]
    assert kinds(wanted(waiting(), CONNECTED, 2_000)) == both


@pytest.mark.parametrize(
    ("one", "now_ms"),
    [
        (leg(), 1_000 + limits.CONNECT_MS),
        (leg(LegStage.RINGS), 1_000 + limits.CONNECT_MS),
        (leg(LegStage.ENDED, cause="hangup"), 2_000),
    ],
)
def test_a_leg_that_does_not_come_together_has_failed(one: Leg, now_ms: int) -> None:
    answer = wanted(waiting(_1=one), CONNECTED, now_ms)
    assert answer.commands == {"fail.c1.1": FailLeg(C1, ANN, LEG)}


def test_a_bridge_that_fails_fails_the_leg() -> None:
    one = waiting(_1=leg())
    one.done["c1.1.bridge"] = "failed"
    assert "fail.c1.1" in wanted(one, CONNECTED, 2_000).commands


def test_a_talking_call_is_left_alone_for_ever() -> None:
    answer = wanted(waiting(_1=talking()), CONNECTED, 10**12)
    assert (answer.orders, answer.commands, answer.due_ms) == ([], {}, None)


@pytest.mark.parametrize("cause", ["hangup", "released"])
def test_an_agent_who_hangs_up_ends_the_conversation(cause: str) -> None:
    one = waiting(_1=talking(LegStage.ENDED, cause=cause))
    end = EndContact(C1, Party.AGENT, ANN)
    assert wanted(one, CONNECTED, 2_000).commands == {"end.c1.1": end}


def test_a_leg_that_is_lost_sends_the_caller_back() -> None:
    one = waiting(_1=talking(LegStage.ENDED, cause="unreachable"))
    assert wanted(one, CONNECTED, 2_000).commands == {"fail.c1.1": FailLeg(C1, ANN, LEG)}


def test_hold_follows_the_wish_and_the_journal_follows_the_hold() -> None:
    one = waiting(_1=talking(hold_wish=True, hold_wishes=1))
    hold = only(wanted(one, CONNECTED))
    assert (hold.kind, hold.command_id) == (OrderKind.HOLD, "c1.1.hold.1")
    one.legs[LEG].is_held, one.legs[LEG].holds = True, 1
    one.done[hold.command_id] = ""
    assert wanted(one, CONNECTED).commands == {"hold.c1.1.1": HoldCall(C1, ANN)}
    held = msgspec.structs.replace(CONNECTED, is_held=True)
    one.legs[LEG].hold_wish, one.legs[LEG].hold_wishes = False, 2
    unhold = only(wanted(one, held))
    assert (unhold.kind, unhold.command_id) == (OrderKind.UNHOLD, "c1.1.unhold.2")
    one.legs[LEG].is_held, one.legs[LEG].holds = False, 2
    assert wanted(one, held).commands == {"hold.c1.1.2": ResumeCall(C1, ANN)}


def test_a_transfer_parks_ends_the_old_leg_and_rings_the_next() -> None:
    one = waiting(_1=talking())
    second = Standing(ContactState.OFFERED, (Ring(OfferId("c1.2"), ANN, "1002", 20_000),))
    orders = wanted(one, second, 5_000).orders
    assert [order.kind for order in orders] == [
        OrderKind.PARK,
        OrderKind.HANGUP,
        OrderKind.RING_AGENT,
    ]
    assert orders[0].command_id == "c1.park.1"


def test_an_offer_nobody_knows_the_leg_of_is_waited_for() -> None:
    unknown = msgspec.structs.replace(CONNECTED, leg_id=None)
    assert wanted(waiting(), unknown).orders == []


# --- the ends ---


@pytest.mark.parametrize("state", [None, ContactState.WRAP_UP])
def test_a_contact_that_is_over_is_hung_up(state: ContactState | None) -> None:
    assert only(wanted(waiting(), Standing(state))).command_id == "c1.hangup"


def test_whoever_was_turned_away_hears_why_first() -> None:
    one = waiting()
    one.turned_away = "closed"
    first = only(wanted(one))
    assert (first.kind, first.text) == (OrderKind.PLAY, sorry("closed", "en"))
    one.done[first.command_id] = ""
    assert only(wanted(one)).kind is OrderKind.HANGUP


def test_what_a_supervisor_has_said_is_said_instead() -> None:
    one = waiting()
    one.turned_away, one.said, one.language = "closed", Speech("Fire.", "火灾。"), "zh"
    assert only(wanted(one)).text == "火灾。"


@pytest.mark.parametrize("standing", [WAITING, OFFERED, CONNECTED])
@pytest.mark.parametrize(("cause", "party"), [("hangup", Party.CUSTOMER), (PBX_LOST, Party.SYSTEM)])
def test_a_call_that_is_over_ends_its_contact_and_asks_for_nothing(
    standing: Standing, cause: str, party: Party
) -> None:
    one = waiting(_1=leg())
    one.end_cause = cause
    answer = wanted(one, standing)
    assert (answer.commands, answer.orders) == ({"end.customer": EndContact(C1, party)}, [])
    one.settled["end.customer"] = ""
    assert wanted(one, Standing(ContactState.WRAP_UP)).end_cause == cause


def test_a_caller_who_leaves_during_the_greeting_leaves_nothing_behind() -> None:
    one = call(GREETED, end_cause="hangup")
    assert (wanted(one).commands, wanted(one).end_cause) == ({}, "hangup")


def test_hang_up_and_accept_at_once_the_end_wins() -> None:
    one = waiting(_1=leg())
    one.end_cause = "hangup"
    assert "accept.c1.1" not in wanted(one, OFFERED).commands


def test_a_gap_is_looked_at_again_in_time() -> None:
    one = waiting()
    one.gap_since_ms, one.held = 700, {9: None}  # type: ignore[dict-item]
    assert wanted(one, WAITING, 800).due_ms == 700 + limits.GAP_WAIT_MS


@pytest.mark.parametrize("reason", ["closed", "unstaffed", "full", "overdue"])
def test_there_are_words_for_every_reason_in_both_languages(reason: str) -> None:
    assert sorry(reason, "en").isascii()
    assert not sorry(reason, "zh").isascii()
