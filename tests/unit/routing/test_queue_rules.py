"""Into a queue and out of it: full, nobody there, closed, waited too long, emptied; and callers who come back."""

from itertools import pairwise

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.calendars import OpenHours
from routing.engine import Engine, restore
from routing.errors import RefusalCode
from routing.ids import AgentId, CalendarId, ContactId, QueueId, SkillId, TeamId, UserId
from routing.limits import OVERFLOWS_MAX
from routing.model import (
    Channel,
    Destination,
    DestinationKind,
    QueuePolicy,
    RoutingConfiguration,
    SkillNeed,
    TurnAwayReason,
)
from tests.unit.routing.scene import (
    HELP,
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

SUE, C1, DAY = UserId("sue"), ContactId("c1"), CalendarId("day")
TO_HELP = Destination(DestinationKind.QUEUE, HELP)
TO_SALES = Destination(DestinationKind.QUEUE, SALES)
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, None, "please_speak")
CLOSED, UNSTAFFED = TurnAwayReason.CLOSED, TurnAwayReason.UNSTAFFED
FULL, OVERDUE, FLUSHED = TurnAwayReason.FULL, TurnAwayReason.OVERDUE, TurnAwayReason.FLUSHED
ZH = (SkillNeed(SkillId("zh"), 3),)
OPENS_MS, CLOSES_MS, UNTIL_MS = 10_000, 50_000, 100_000
HOURS = {DAY: OpenHours(0, UNTIL_MS, (OPENS_MS, CLOSES_MS))}


def scene_of(*queues: QueuePolicy, **changes: object) -> Scene:
    """These queues, and the day's hours to name."""
    return Scene(configuration(*queues, calendars=HOURS, **changes))


# --- entry -------------------------------------------------------------------------------------------


def test_mail_is_let_in_whatever_the_queue_says_and_waits_as_long_as_it_takes() -> None:
    scene = scene_of(
        policy(
            waiting_max=1,
            wait_max_ms=9_000,
            is_staff_required=True,
            calendar_id=DAY,
            leaves_at_closing=True,
            unstaffed_exit_ms=0,
            destinations=dict.fromkeys((CLOSED, UNSTAFFED, OVERDUE), VOICEMAIL),
        )
    )
    for contact_id in ("m1", "m2"):
        assert kinds(scene.arrive(contact_id, Channel.EMAIL)) == ["ContactArrived", "ContactQueued"]
    scene.wait(UNTIL_MS)
    assert not scene.seen(ev.ContactTurnedAway)
    scene.do(cmd.FlushQueue(scene.contact("m1").queue_id, VOICEMAIL, SUE))
    assert [one.reason for one in scene.seen(ev.ContactTurnedAway)] == [FLUSHED, FLUSHED]


def test_a_full_queue_turns_away_and_says_why_until_somebody_leaves() -> None:
    scene = scene_of(policy(waiting_max=1), policy(HELP))
    scene.chat("c1")
    events = scene.chat("c2")
    assert kinds(events) == ["ContactArrived", "ContactTurnedAway", "ContactClosed"]
    away, closed = only(events, ev.ContactTurnedAway), only(events, ev.ContactClosed)
    assert (away.queue_id, away.reason, away.destination) == (SALES, FULL, Destination())
    assert (closed.outcome, closed.disposition_id) == ("turned_away", "none_full")
    assert not scene.is_open("c2")
    scene.chat("c3", HELP)
    scene.end("c1")
    assert kinds(scene.chat("c4"))[-1] == "ContactQueued"
    scene.check_replay()


def test_being_turned_away_can_name_something_for_the_channel_to_do() -> None:
    scene = scene_of(policy(waiting_max=1, destinations={FULL: VOICEMAIL}))
    scene.chat("c1")
    assert only(scene.chat("c2"), ev.ContactTurnedAway).destination == VOICEMAIL


def test_overflow_goes_to_the_next_queue_and_is_matched_there_at_once() -> None:
    scene = scene_of(policy(waiting_max=1, destinations={FULL: TO_HELP}), policy(HELP))
    scene.chat("c1")
    scene.ready("bob", queues=(HELP,))
    events = scene.chat("c2")
    assert kinds(events) == ["ContactArrived", "ContactTurnedAway", "ContactQueued", "OfferMade"]
    assert only(events, ev.OfferMade).agent_id == "bob"


def test_two_full_queues_that_name_each_other_end_with_a_word_and_not_in_a_circle() -> None:
    full = {"waiting_max": 1}
    scene = scene_of(
        policy(destinations={FULL: TO_HELP}, **full),
        policy(HELP, destinations={FULL: TO_SALES}, **full),
    )
    scene.chat("c1")
    scene.chat("c2", HELP)
    events = scene.chat("c3")
    hops = [(e.queue_id, e.destination.queue_id) for e in of_kind(events, ev.ContactTurnedAway)]
    assert hops == [(SALES, HELP), (HELP, None)]
    assert not scene.is_open("c3")


def test_a_chain_of_overflows_has_a_bound() -> None:
    names = [QueueId(f"q{number}") for number in range(OVERFLOWS_MAX + 3)]
    queues = [
        policy(one, waiting_max=1, destinations={FULL: Destination(DestinationKind.QUEUE, after)})
        for one, after in pairwise(names)
    ]
    scene = scene_of(*queues, policy(names[-1]))
    for number, name in enumerate(names):
        scene.chat(f"fill{number}", name)
    events = scene.chat("c1", names[0])
    assert len(list(of_kind(events, ev.ContactTurnedAway))) == OVERFLOWS_MAX + 1
    assert not scene.is_open("c1")


def test_without_anybody_logged_in_a_queue_that_wants_staff_lets_nobody_in() -> None:
    scene = scene_of(policy(is_staff_required=True))
    scene.put("ann")
    assert only(scene.chat("c1"), ev.ContactTurnedAway).reason is UNSTAFFED
    scene.connect("ann")
    assert kinds(scene.chat("c2"))[-1] == "ContactQueued", "she is there, if not ready"
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert only(scene.chat("c3"), ev.ContactTurnedAway).reason is UNSTAFFED


def test_staff_that_could_not_serve_the_contact_is_no_staff() -> None:
    scene = scene_of(policy(is_staff_required=True))
    scene.ready("ann", capacity(1, voice=1))
    assert only(scene.chat("c1"), ev.ContactTurnedAway).reason is UNSTAFFED


def test_outside_its_hours_a_queue_is_closed() -> None:
    scene = scene_of(policy(calendar_id=DAY))
    assert only(scene.chat("early"), ev.ContactTurnedAway).reason is CLOSED
    scene.let_pass(OPENS_MS)
    assert kinds(scene.chat("c1"))[-1] == "ContactQueued"
    scene.let_pass(CLOSES_MS - OPENS_MS)
    assert only(scene.chat("late"), ev.ContactTurnedAway).reason is CLOSED
    assert scene.is_open("c1"), "who waits is served still"


def test_beyond_the_horizon_of_its_hours_nobody_is_turned_away() -> None:
    scene = scene_of(policy(calendar_id=DAY))
    scene.let_pass(UNTIL_MS)
    assert kinds(scene.chat("c1"))[-1] == "ContactQueued"


# --- impossible --------------------------------------------------------------------------------------


def test_what_nobody_known_could_ever_serve_is_refused() -> None:
    scene = scene_of(policy(waits_for_impossible=False), policy(HELP))
    scene.put("ann")
    command = cmd.EnqueueContact(C1, Channel.CHAT, SALES, needs=ZH)
    refusal = scene.refused(command)
    assert refusal.code is RefusalCode.NEEDS_IMPOSSIBLE
    assert (str(SALES) in refusal.detail, str(C1) in refusal.detail) == (True, True)
    skilled = cmd.PutAgent(
        AgentId("bob"), TeamId("team"), (SALES,), capacity(), {ZH[0].skill_id: 3}
    )
    scene.do(skilled)
    assert kinds(scene.do(command))[-1] == "ContactQueued", "bob is at home, but known"


def test_where_the_queue_says_so_the_impossible_waits_visibly() -> None:
    scene = scene_of(policy(waits_for_impossible=True))
    scene.do(cmd.EnqueueContact(C1, Channel.CHAT, SALES, needs=ZH))
    assert scene.contact("c1").needs == ZH


def test_a_contact_without_needs_waits_even_where_nobody_is_known() -> None:
    scene = scene_of(policy(waits_for_impossible=False))
    assert kinds(scene.chat("c1"))[-1] == "ContactQueued"


def test_overflow_to_where_nobody_could_serve_it_goes_no_further() -> None:
    scene = scene_of(
        policy(waiting_max=1, destinations={FULL: TO_HELP}),
        policy(HELP, waits_for_impossible=False),
    )
    scene.chat("c1")
    events = scene.do(cmd.EnqueueContact(ContactId("c2"), Channel.CHAT, SALES, needs=ZH))
    assert [e.reason for e in of_kind(events, ev.ContactTurnedAway)] == [FULL, UNSTAFFED]


# --- exit --------------------------------------------------------------------------------------------


def test_who_has_waited_as_long_as_the_queue_lets_anybody_goes_on_at_full_age() -> None:
    scene = scene_of(policy(wait_max_ms=9_000, destinations={OVERDUE: TO_HELP}), policy(HELP))
    scene.chat("c1")
    assert scene.wait(8_999) == ()
    events = scene.wait(1)
    assert kinds(events) == ["ContactTurnedAway", "ContactQueued"]
    assert only(events, ev.ContactQueued).age_origin_ms == 0
    assert scene.contact("c1").queue_id == HELP
    assert [*scene.engine.state.waiting[SALES]] == []
    scene.check_replay()


def test_who_leaves_a_queue_for_good_ends_turned_away() -> None:
    scene = scene_of(policy(wait_max_ms=9_000, destinations={OVERDUE: VOICEMAIL}))
    scene.chat("c1")
    closed = only(scene.wait(9_000), ev.ContactClosed)
    assert (closed.outcome, closed.disposition_id) == ("turned_away", "none_overdue")


def test_while_it_rings_nobody_is_sent_away_and_the_time_counts_on() -> None:
    scene = scene_of(policy(wait_max_ms=9_000, destinations={OVERDUE: TO_HELP}), policy(HELP))
    scene.ready("ann")
    scene.chat("c1")
    assert scene.wait(15_000) == ()
    scene.reject("c1")
    assert kinds(scene.wait(0)) == ["ContactTurnedAway", "ContactQueued"]


def test_a_queue_that_is_deserted_is_left_after_its_time() -> None:
    rules = {"unstaffed_exit_ms": 5_000, "destinations": {UNSTAFFED: TO_HELP}}
    scene = scene_of(policy(**rules), policy(HELP))
    scene.put("ann")
    scene.connect("ann")
    scene.chat("c1")
    scene.let_pass(100_000)
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert scene.wait(4_999) == ()
    away = only(scene.wait(1), ev.ContactTurnedAway)
    assert (away.reason, away.queue_id) == (UNSTAFFED, SALES)


def test_somebody_who_logs_in_in_time_keeps_them() -> None:
    rules = {"unstaffed_exit_ms": 5_000, "destinations": {UNSTAFFED: VOICEMAIL}}
    scene = scene_of(policy(**rules))
    scene.put("ann")
    scene.chat("c1")
    scene.let_pass(4_999)
    scene.connect("ann")
    assert scene.wait(100_000) == ()
    scene.do(cmd.RemoveAgent(AgentId("ann")))
    assert only(scene.wait(5_000), ev.ContactTurnedAway).reason is UNSTAFFED


def test_an_agent_who_changes_queues_leaves_one_deserted_and_staffs_the_other() -> None:
    rules = {"unstaffed_exit_ms": 5_000, "destinations": {UNSTAFFED: VOICEMAIL}}
    scene = scene_of(policy(**rules), policy(HELP, **rules))
    scene.put("ann", queues=(SALES,))
    scene.connect("ann")
    scene.chat("c1", SALES)
    scene.chat("c2", HELP)
    scene.put("ann", queues=(HELP,))
    away = of_kind(scene.wait(5_000), ev.ContactTurnedAway)
    assert [event.contact_id for event in away] == ["c1"]


def test_at_closing_time_they_leave_where_the_queue_says_so() -> None:
    rules = {"calendar_id": DAY, "leaves_at_closing": True, "destinations": {CLOSED: VOICEMAIL}}
    scene = scene_of(policy(**rules))
    scene.let_pass(OPENS_MS)
    scene.ready("ann")
    scene.chat("rings")
    scene.chat("waits")
    scene.accept("rings")
    events = scene.wait(CLOSES_MS - OPENS_MS)
    assert [e.contact_id for e in of_kind(events, ev.ContactTurnedAway)] == ["waits"]
    assert scene.is_open("rings"), "nothing live is cut"


def test_what_comes_back_to_wait_after_closing_leaves_too() -> None:
    rules = {"calendar_id": DAY, "leaves_at_closing": True, "destinations": {CLOSED: VOICEMAIL}}
    scene = scene_of(policy(**rules))
    scene.let_pass(CLOSES_MS - 1)
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(1_000)
    scene.reject("c1")
    assert only(scene.wait(0), ev.ContactTurnedAway).reason is CLOSED


@pytest.mark.parametrize("hours", [None, DAY])
def test_a_queue_whose_closing_time_is_not_known_is_not_left(hours: CalendarId | None) -> None:
    rules = {"calendar_id": hours, "leaves_at_closing": True, "destinations": {CLOSED: VOICEMAIL}}
    scene = scene_of(policy(**rules))
    scene.let_pass(UNTIL_MS)
    scene.chat("c1")
    assert list(of_kind(scene.wait(1_000_000), ev.ContactTurnedAway)) == []


def test_new_rules_hold_for_those_who_wait_already() -> None:
    scene = scene_of(policy(), policy(HELP))
    scene.chat("c1")
    scene.let_pass(50_000)
    strict = policy(wait_max_ms=9_000, destinations={OVERDUE: TO_HELP})
    scene.do(cmd.ApplyConfiguration(configuration(strict, policy(HELP))))
    assert only(scene.wait(0), ev.ContactTurnedAway).reason is OVERDUE


def test_rules_that_are_dropped_hold_no_longer() -> None:
    rules = {"unstaffed_exit_ms": 5_000, "destinations": {UNSTAFFED: VOICEMAIL}}
    scene = scene_of(policy(**rules))
    scene.chat("c1")
    scene.do(cmd.ApplyConfiguration(configuration(policy())))
    assert list(of_kind(scene.wait(100_000), ev.ContactTurnedAway)) == []


# --- closed, opened, emptied -------------------------------------------------------------------------


def test_a_closed_queue_takes_nobody_and_serves_those_who_wait() -> None:
    scene = Scene()
    scene.chat("c1")
    assert kinds(scene.do(cmd.CloseQueue(SALES, SUE))) == ["QueueClosed"]
    assert only(scene.chat("c2"), ev.ContactTurnedAway).reason is CLOSED
    assert only(scene.ready("ann"), ev.OfferMade).contact_id == "c1"
    scene.reject("c1")
    assert scene.is_open("c1"), "what comes back may wait on"
    assert kinds(scene.do(cmd.OpenQueue(SALES, SUE))) == ["QueueOpened"]
    assert "ContactTurnedAway" not in kinds(scene.chat("c3"))
    scene.check_replay()


def test_a_closing_message_comes_before_what_the_queue_says() -> None:
    scene = Scene(configuration(policy(SALES, destinations={CLOSED: TO_HELP}), policy(HELP)))
    scene.do(cmd.CloseQueue(SALES, SUE, "fire"))
    told = only(scene.chat("c1"), ev.ContactTurnedAway)
    assert told.destination == Destination(message_id="fire")
    assert not scene.is_open("c1")
    scene.do(cmd.CloseQueue(SALES, SUE, "flood"))
    scene.do(cmd.ApplyConfiguration(configuration(policy(SALES), policy(HELP), version="v2")))
    scene.engine = Engine(restore(scene.engine.snapshot()))
    told = only(scene.chat("c2"), ev.ContactTurnedAway)
    assert told.destination == Destination(message_id="flood")
    scene.do(cmd.CloseQueue(SALES, SUE))
    assert only(scene.chat("c3"), ev.ContactTurnedAway).destination == Destination()
    scene.do(cmd.CloseQueue(SALES, SUE, "fire"))
    scene.do(cmd.OpenQueue(SALES, SUE))
    scene.do(cmd.CloseQueue(SALES, SUE))
    assert only(scene.chat("c4"), ev.ContactTurnedAway).destination == Destination()


def test_closed_survives_a_restart_and_a_reload() -> None:
    scene = Scene()
    scene.do(cmd.CloseQueue(SALES, SUE))
    scene.do(cmd.ApplyConfiguration(configuration(version="v2")))
    scene.engine = Engine(restore(scene.engine.snapshot()))
    assert only(scene.chat("c1"), ev.ContactTurnedAway).reason is CLOSED


def test_a_queue_that_was_dropped_and_comes_back_is_open() -> None:
    scene = Scene()
    scene.do(cmd.CloseQueue(HELP, SUE))
    scene.do(cmd.ApplyConfiguration(configuration(policy(SALES))))
    scene.do(cmd.ApplyConfiguration(configuration()))
    assert kinds(scene.chat("c1", HELP))[-1] == "ContactQueued"


def test_emptied_everybody_who_waits_or_rings_has_an_outcome_the_oldest_first() -> None:
    scene = Scene()
    scene.ready("ann", capacity(2))
    for contact in ("talks", "rings", "waits", "elsewhere"):
        scene.chat(contact, HELP if contact == "elsewhere" else SALES)
        if contact == "talks":
            scene.accept("talks")
        scene.let_pass(10)
    events = scene.do(cmd.FlushQueue(SALES, VOICEMAIL, SUE))
    away = list(of_kind(events, ev.ContactTurnedAway))
    assert [event.contact_id for event in away] == ["rings", "waits"]
    assert {event.reason for event in away} == {FLUSHED}
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.FLUSHED
    assert set(scene.engine.state.contacts) == {"talks", "elsewhere"}
    scene.check_replay()


def test_emptied_into_another_queue_everybody_keeps_age_and_order() -> None:
    scene = Scene()
    for contact in ("c1", "c2"):
        scene.chat(contact)
        scene.let_pass(10)
    scene.do(cmd.FlushQueue(SALES, TO_HELP, SUE))
    first = only(scene.ready("bob", queues=(HELP,)), ev.OfferMade)
    assert (first.contact_id, first.waited_ms) == ("c1", 20)


@pytest.mark.parametrize(
    "command",
    [
        cmd.CloseQueue(QueueId("no"), SUE),
        cmd.OpenQueue(QueueId("no"), SUE),
        cmd.FlushQueue(QueueId("no"), VOICEMAIL, SUE),
    ],
)
def test_there_must_be_such_a_queue(command: cmd.Command) -> None:
    assert Scene().code(command) is RefusalCode.QUEUE_UNKNOWN


@pytest.mark.parametrize(
    "destination",
    [
        TO_SALES,
        Destination(DestinationKind.QUEUE, QueueId("no")),
        Destination(DestinationKind.QUEUE),
        Destination(DestinationKind.MESSAGE, HELP),
    ],
)
def test_a_queue_is_emptied_to_somewhere(destination: Destination) -> None:
    scene = Scene()
    command = cmd.FlushQueue(SALES, destination, SUE)
    assert scene.code(command) is RefusalCode.DESTINATION_INVALID


# --- callers who come back ---------------------------------------------------------------------------


@pytest.fixture
def resuming() -> Scene:
    """A customer waited 30 s, gave up and was away for 20 s; coming back within a minute counts."""
    scene = scene_of(policy(return_within_ms=60_000), policy(HELP, return_within_ms=60_000))
    call(scene, "c1")
    scene.let_pass(30_000)
    scene.end("c1")
    scene.let_pass(20_000)
    return scene


def call(scene: Scene, contact: str, key: str = "kim", queue: QueueId = SALES) -> ev.ContactQueued:
    """This customer calls."""
    command = cmd.EnqueueContact(ContactId(contact), Channel.VOICE, queue, key)
    return only(scene.do(command), ev.ContactQueued)


def test_who_comes_back_soon_has_the_same_age_but_not_the_time_away(resuming: Scene) -> None:
    assert call(resuming, "c2").age_origin_ms == resuming.now_ms - 30_000
    resuming.check_replay()


def test_it_counts_once(resuming: Scene) -> None:
    call(resuming, "c2")
    assert call(resuming, "c3").age_origin_ms == resuming.now_ms


def test_who_gives_up_again_has_waited_longer(resuming: Scene) -> None:
    call(resuming, "c2")
    resuming.let_pass(10_000)
    resuming.end("c2")
    assert call(resuming, "c3").age_origin_ms == resuming.now_ms - 40_000


@pytest.mark.parametrize(
    ("key", "queue", "away_ms"),
    [("kim", SALES, 40_001), ("lee", SALES, 0), ("kim", HELP, 0), ("", SALES, 0)],
)
def test_too_late_or_another_customer_or_queue_starts_anew(
    resuming: Scene, key: str, queue: QueueId, away_ms: int
) -> None:
    resuming.let_pass(away_ms)
    assert call(resuming, "c2", key, queue).age_origin_ms == resuming.now_ms


def test_who_was_answered_or_has_no_key_or_calls_a_queue_without_the_rule_is_not_remembered() -> (
    None
):
    scene = scene_of(policy(return_within_ms=60_000), policy(HELP))
    scene.ready("ann", capacity(1, voice=1))
    call(scene, "answered")
    scene.accept("answered")
    scene.end("answered")
    call(scene, "nameless", "")
    scene.end("nameless")
    call(scene, "elsewhere", queue=HELP)
    scene.end("elsewhere")
    assert scene.engine.state.abandoned == {}


def test_who_is_turned_away_on_coming_back_does_not_lose_the_age(resuming: Scene) -> None:
    resuming.do(cmd.CloseQueue(SALES, SUE))
    resuming.do(cmd.EnqueueContact(ContactId("c2"), Channel.VOICE, SALES, "kim"))
    resuming.do(cmd.OpenQueue(SALES, SUE))
    assert call(resuming, "c3").age_origin_ms == resuming.now_ms - 30_000


def test_overflow_on_coming_back_is_at_the_old_age(resuming: Scene) -> None:
    full = policy(return_within_ms=60_000, waiting_max=1, destinations={FULL: TO_HELP})
    resuming.do(cmd.ApplyConfiguration(configuration(full, policy(HELP))))
    call(resuming, "other", "lee")
    queued = call(resuming, "c2")
    assert (queued.queue_id, queued.age_origin_ms) == (HELP, resuming.now_ms - 30_000)


def test_the_memory_survives_a_restart(resuming: Scene) -> None:
    resuming.engine = Engine(restore(resuming.engine.snapshot()))
    assert call(resuming, "c2").age_origin_ms == resuming.now_ms - 30_000


def test_the_memory_is_bounded_and_the_oldest_is_forgotten(
    resuming: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routing.queue_booking.ABANDONED_KEPT", 2)
    for key in ("lee", "mia"):
        call(resuming, key, key)
        resuming.end(key)
    assert list(resuming.engine.state.abandoned) == ["sales/lee", "sales/mia"]


# --- configuration -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"wait_max_ms": 9}, "leave as overdue need a destination"),
        ({"unstaffed_exit_ms": 9}, "leave as unstaffed need a destination"),
        ({"leaves_at_closing": True}, "leave as closed need a destination"),
        ({"wait_max_ms": 0, "destinations": {OVERDUE: VOICEMAIL}}, "shorter than 1 ms"),
        ({"carried_wait_max_ms": -1}, "negative"),
        ({"destinations": {FULL: TO_SALES}}, "or the queue itself"),
        ({"destinations": {FULL: Destination(DestinationKind.QUEUE)}}, "another kind"),
        ({"destinations": {FULL: Destination(DestinationKind.MESSAGE, HELP)}}, "another kind"),
    ],
)
def test_ways_out_that_lead_nowhere_are_refused(wrong: dict[str, object], said: str) -> None:
    rules: RoutingConfiguration = configuration(policy(SALES, **wrong), policy(HELP))
    refusal = Scene().refused(cmd.ApplyConfiguration(rules))
    assert refusal.code is RefusalCode.CONFIGURATION_INVALID
    assert said in refusal.detail
