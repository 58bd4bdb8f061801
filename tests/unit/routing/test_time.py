"""Time comes from outside: deadlines fire at their own time, in order, however the clock behaves."""

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import ContactId
from routing.model import Channel
from tests.unit.routing.scene import (
    OFFER_TIMEOUT_MS,
    REOFFER_GAP_MS,
    SALES,
    WAITING_ALARM_MS,
    WRAP_UP_LIMIT_MS,
    Scene,
    kinds,
)


def afternoon(scene: Scene, tick_ms: int) -> list[ev.Event]:
    """Nobody answers for five minutes while the clock is looked at every `tick_ms`."""
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    scene.chat("c2")
    for _ in range(WAITING_ALARM_MS // tick_ms):
        scene.wait(tick_ms)
    return scene.journal


def test_what_happens_does_not_depend_on_when_the_clock_is_looked_at() -> None:
    journals = [afternoon(Scene(), tick_ms) for tick_ms in (1_000, 7_500, WAITING_ALARM_MS)]
    assert journals[0] == journals[1] == journals[2]


def test_due_deadlines_fire_in_order_and_before_the_command(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(OFFER_TIMEOUT_MS + REOFFER_GAP_MS)
    events = scene.chat("c2")
    assert kinds(events)[:3] == ["OfferExpired", "ExclusionLapsed", "OfferMade"]
    times = [event.at_ms for event in events]
    assert times == sorted(times)
    assert times[0] == OFFER_TIMEOUT_MS


def test_a_deadline_comes_before_a_command_of_the_same_millisecond(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    offer_id = scene.offer_of("c1")
    scene.let_pass(OFFER_TIMEOUT_MS)
    refusal = scene.refused(cmd.AcceptOffer(offer_id, scene.agent("ann").agent_id))
    assert refusal.detail == "Offer c1.1 has ended: it was expired."


def test_deadlines_of_one_millisecond_fire_in_the_order_they_were_armed(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    for contact in ("z", "a"):
        scene.chat(contact)
    expired = [e for e in scene.wait(OFFER_TIMEOUT_MS) if isinstance(e, ev.OfferExpired)]
    assert [event.contact_id for event in expired] == ["z", "a"]


def test_a_step_back_of_the_clock_is_read_as_no_time_passed(scene: Scene) -> None:
    scene.wait(3_600_000)
    scene.ready("ann")
    scene.now_ms = 0
    events = scene.chat("c1")
    assert {event.at_ms for event in events} == {3_600_000}
    assert scene.wait(OFFER_TIMEOUT_MS) == ()
    scene.now_ms = 3_600_000
    assert kinds(scene.wait(OFFER_TIMEOUT_MS)) == ["OfferExpired"]


def test_a_jump_forward_fires_everything_at_its_own_time(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.end("c1")
    scene.chat("c2")
    events = scene.wait(WRAP_UP_LIMIT_MS + OFFER_TIMEOUT_MS)
    assert [(type(e).__name__, e.at_ms) for e in events] == [
        ("WrapUpExpired", WRAP_UP_LIMIT_MS),
        ("ContactClosed", WRAP_UP_LIMIT_MS),
        ("OfferMade", WRAP_UP_LIMIT_MS),
        ("OfferExpired", WRAP_UP_LIMIT_MS + OFFER_TIMEOUT_MS),
    ]


def test_the_engine_says_when_it_wants_to_be_woken(scene: Scene) -> None:
    assert scene.engine.next_deadline_ms() is None
    scene.chat("c1")
    assert scene.engine.next_deadline_ms() == WAITING_ALARM_MS
    scene.ready("ann")
    assert scene.engine.next_deadline_ms() == OFFER_TIMEOUT_MS
    scene.end("c1")
    assert scene.engine.next_deadline_ms() is None


def test_a_tick_without_anything_due_leaves_no_trace() -> None:
    engine = Engine()
    before = engine.snapshot()
    assert engine.handle(cmd.Tick(), 1_000).events == ()
    assert engine.snapshot() == before


def test_a_refused_command_fires_what_was_due_and_nothing_else(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(OFFER_TIMEOUT_MS)
    repeated = cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES)
    events, refusal = scene.handle(repeated)
    assert kinds(events) == ["OfferExpired"]
    assert refusal is not None
