"""Routing steps: whom a contact asks for as it waits, whom it never asks, and what survives on the way."""

from typing import TYPE_CHECKING

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, QueueId, SkillId, TeamId
from routing.index import IndexedMatcher
from routing.limits import BARRED_AGENTS_MAX
from routing.matching import refused_by
from routing.model import (
    AgentState,
    Channel,
    PriorityRule,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from routing.reasons import REASONS, Reason, ReasonCode
from routing.state import DeadlineKind
from tests.unit.routing.scene import (
    HELP,
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    policy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CHINESE, BILLING = SkillId("chinese"), SkillId("billing")
NORTH, SOUTH = TeamId("north"), TeamId("south")
EXPERT = (SkillNeed(CHINESE, 5),)
ANYBODY = RoutingStep(after_ms=30_000, needs=())
ASK_AGENT = RoutingStep(asks=StepAsks.AGENT)
ASK_TEAM = RoutingStep(after_ms=10_000, asks=StepAsks.TEAM)
STICKY = (ASK_AGENT, ASK_TEAM, RoutingStep(after_ms=20_000))


def stage(*steps: RoutingStep, needs: tuple[SkillNeed, ...] = ()) -> Scene:
    """A sales queue with these steps, and a help queue without."""
    return Scene(configuration(policy(steps=steps, needs=needs), policy(HELP)))


def put(
    scene: Scene,
    agent: str,
    team: TeamId = NORTH,
    queues: tuple[QueueId, ...] = (SALES,),
    **skills: int,
) -> None:
    """An agent's facts."""
    levels = {SkillId(name): level for name, level in skills.items()}
    scene.do(cmd.PutAgent(AgentId(agent), team, queues, capacity(), levels))


def ready(
    scene: Scene,
    agent: str,
    team: TeamId = NORTH,
    queues: tuple[QueueId, ...] = (SALES,),
    **skills: int,
) -> None:
    """An agent at the desk and ready."""
    put(scene, agent, team, queues, **skills)
    scene.connect(agent)
    scene.set_state(agent, AgentState.READY)


def chat(scene: Scene, contact: str, **more: object) -> tuple[ev.Event, ...]:
    """A chat arrives for sales."""
    return scene.do(cmd.EnqueueContact(ContactId(contact), Channel.CHAT, SALES, **more))  # type: ignore[arg-type]


def for_ann(scene: Scene, contact: str = "c1") -> tuple[ev.Event, ...]:
    """A chat of one of ann's customers."""
    return chat(scene, contact, preferred_agent_id=AgentId("ann"))


def steps_of(scene: Scene) -> list[int]:
    """The steps that contacts have come to, in order."""
    return [event.step for event in scene.seen(ev.ContactStepped)]


def personal_classes(scene: Scene) -> int:
    """How many classes that ask one agent the index keeps."""
    matcher = scene.engine._matcher
    assert isinstance(matcher, IndexedMatcher)
    return sum(group.demand.agent_id is not None for group in matcher._classes.values())


# --- widening ---


def test_a_step_that_asks_for_less_matches_at_once() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    ready(scene, "ann")
    chat(scene, "c1")
    assert scene.wait(29_999) == ()
    assert kinds(scene.wait(1)) == ["ContactStepped", "OfferMade"]
    assert scene.holder_of("c1") == "ann"


def test_waiting_longer_does_not_lose_the_place() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    chat(scene, "old")
    scene.wait(29_000)
    chat(scene, "young")
    scene.wait(40_000)
    ready(scene, "ann")
    assert scene.holder_of("old") == "ann"


def test_a_step_without_needs_keeps_those_of_the_queue() -> None:
    scene = stage(RoutingStep(), RoutingStep(after_ms=5), needs=EXPERT)
    chat(scene, "c1")
    scene.wait(5)
    assert scene.contact("c1").needs == EXPERT


def test_what_the_contact_itself_asks_for_stays_unless_the_step_relaxes_it() -> None:
    own = (SkillNeed(BILLING, 2),)
    kept = RoutingStep(after_ms=1_000, needs=())
    scene = stage(RoutingStep(needs=EXPERT), kept, RoutingStep(after_ms=2_000, relax_own=True))
    chat(scene, "c1", needs=own)
    assert scene.contact("c1").needs == (*own, *EXPERT)
    scene.wait(1_000)
    assert scene.contact("c1").needs == own
    scene.wait(1_000)
    assert scene.contact("c1").needs == ()


def test_a_step_may_add_the_agents_of_other_queues() -> None:
    scene = stage(RoutingStep(), RoutingStep(after_ms=1_000, queue_ids=(HELP,)))
    ready(scene, "ann", queues=(HELP,))
    chat(scene, "c1")
    scene.wait(999)
    assert scene.holder_of("c1") is None
    scene.wait(1)
    assert scene.holder_of("c1") == "ann"


def test_an_agent_who_comes_later_finds_the_wider_pool() -> None:
    scene = stage(RoutingStep(queue_ids=(HELP,)))
    chat(scene, "c1")
    ready(scene, "ann", queues=(SALES, HELP))
    assert scene.holder_of("c1") == "ann"
    chat(scene, "c2")
    ready(scene, "bob", queues=(HELP,))
    assert scene.holder_of("c2") == "bob"


def test_a_step_may_ask_one_team() -> None:
    scene = stage(RoutingStep(asks=StepAsks.TEAM, team_id=NORTH), RoutingStep(after_ms=1_000))
    ready(scene, "ann", SOUTH)
    chat(scene, "c1")
    assert scene.holder_of("c1") is None
    ready(scene, "bob", NORTH)
    assert scene.holder_of("c1") == "bob"
    chat(scene, "c2")
    scene.wait(1_000)
    assert scene.holder_of("c2") == "ann"


def test_credits_of_steps_add_up() -> None:
    steps = (
        RoutingStep(credit_ms=1_000),
        RoutingStep(after_ms=5_000, credit_ms=10_000),
        RoutingStep(after_ms=9_000),
    )
    scene = stage(*steps)
    scene.chat("plain", HELP)
    scene.wait(8_000)
    chat(scene, "stepped")
    scene.wait(5_000)
    assert scene.contact("stepped").demand.credit_ms == 11_000
    ready(scene, "ann", queues=(SALES, HELP))
    assert scene.holder_of("stepped") == "ann"
    scene.wait(4_000)
    assert scene.contact("stepped").demand.credit_ms == 11_000


# --- age and step survive ---


def test_a_returned_contact_keeps_its_step() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    for agent in ("ann", "bob"):
        ready(scene, agent)
    chat(scene, "c1")
    scene.wait(30_000)
    scene.reject("c1")
    assert scene.contact("c1").step == 1
    assert scene.holder_of("c1") == "bob"


def test_steps_that_fall_due_while_it_rings_are_taken_in_one_go() -> None:
    late = (RoutingStep(after_ms=1_000), RoutingStep(after_ms=2_000, needs=()))
    scene = stage(RoutingStep(needs=EXPERT), *late, needs=(SkillNeed(CHINESE, 1),))
    ready(scene, "ann", chinese=5)
    ready(scene, "bob")
    chat(scene, "c1")
    scene.wait(OFFER_TIMEOUT_MS)
    assert steps_of(scene) == [2]
    assert scene.holder_of("c1") == "bob"


def test_talk_time_is_not_waiting() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    ready(scene, "ann", chinese=5)
    chat(scene, "c1")
    scene.accept("c1")
    scene.wait(100_000)
    scene.disconnect("ann")
    scene.wait(PRESENCE_GRACE_MS)
    assert scene.contact("c1").step == 0
    ready(scene, "bob")
    scene.wait(29_999)
    assert steps_of(scene) == []
    scene.wait(1)
    assert scene.holder_of("c1") == "bob"


def test_steps_due_at_one_instant_fire_in_one_chain() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ASK_TEAM, ANYBODY)
    chat(scene, "c1")
    chat(scene, "c2")
    events = scene.wait(30_000)
    stepped = [(e.contact_id, e.step) for e in of_kind(events, ev.ContactStepped)]
    assert stepped == [("c1", 2), ("c2", 2)]
    assert {e.at_ms for e in of_kind(events, ev.ContactStepped)} == {10_000}


# --- the owner, their team, everybody ---


def test_the_preferred_agent_is_asked_even_by_a_younger_contact() -> None:
    scene = stage(*STICKY)
    ready(scene, "bob")
    ready(scene, "ann")
    for_ann(scene)
    assert scene.holder_of("c1") == "ann"
    assert steps_of(scene) == []


def test_a_busy_preferred_agent_is_waited_for_a_limited_time() -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    chat(scene, "busy")
    scene.accept("busy")
    ready(scene, "bob", SOUTH)
    for_ann(scene)
    scene.wait(9_999)
    assert scene.holder_of("c1") is None
    scene.wait(1)
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, None)
    scene.wait(10_000)
    assert scene.holder_of("c1") == "bob"


def test_a_busy_preferred_agent_takes_it_when_free() -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    chat(scene, "busy")
    scene.accept("busy")
    ready(scene, "bob")
    for_ann(scene)
    assert personal_classes(scene) == 1
    scene.end("busy")
    scene.wrap_up("busy")
    assert scene.holder_of("c1") == "ann"
    assert personal_classes(scene) == 0


def test_the_team_of_the_preferred_agent_comes_next() -> None:
    scene = stage(*STICKY)
    put(scene, "ann", SOUTH)
    ready(scene, "bob", NORTH)
    ready(scene, "cid", SOUTH)
    for_ann(scene)
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, "cid")


def test_without_a_preferred_agent_the_steps_that_ask_one_are_not_entered() -> None:
    scene = stage(*STICKY)
    chat(scene, "c1")
    assert scene.contact("c1").step == 2
    assert steps_of(scene) == []


def test_an_unknown_preferred_agent_is_no_preferred_agent() -> None:
    scene = stage(*STICKY)
    ready(scene, "bob")
    for_ann(scene)
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (2, "bob")


def test_a_preferred_agent_who_refuses_is_not_waited_for() -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    ready(scene, "bob")
    for_ann(scene)
    scene.reject("c1")
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, "bob")


def test_a_preferred_agent_who_is_barred_is_never_asked() -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    chat(scene, "c1", preferred_agent_id=AgentId("ann"), barred_agent_ids=(AgentId("ann"),))
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, None)
    scene.wait(20_000)
    assert scene.holder_of("c1") is None


@pytest.mark.parametrize("leave", ["lunch", "disconnect", "remove", "leave the queue"])
def test_chatwoot_4158_nothing_waits_for_somebody_who_has_left(leave: str) -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    chat(scene, "busy")
    scene.accept("busy")
    for_ann(scene)
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (0, None)
    ways: dict[str, Callable[[], object]] = {
        "lunch": lambda: scene.lunch("ann"),
        "disconnect": lambda: scene.disconnect("ann"),
        "remove": lambda: scene.do(cmd.RemoveAgent(AgentId("ann"))),
        "leave the queue": lambda: put(scene, "ann", queues=(HELP,)),
    }
    ways[leave]()
    assert scene.contact("c1").step > 0


def test_chatwoot_7204_an_absent_preferred_agent_is_passed_at_once() -> None:
    scene = stage(*STICKY)
    put(scene, "ann", SOUTH)
    ready(scene, "bob", SOUTH)
    for_ann(scene)
    assert scene.holder_of("c1") == "bob"
    assert scene.now_ms == 0


def test_a_preferred_agent_who_comes_back_in_time_has_lost_the_step() -> None:
    scene = stage(*STICKY)
    put(scene, "ann", SOUTH)
    for_ann(scene)
    assert scene.contact("c1").step == 1
    ready(scene, "ann", SOUTH)
    assert scene.holder_of("c1") == "ann"
    assert scene.contact("c1").step == 1


# --- nobody there ---


def test_a_step_that_nobody_could_serve_is_skipped_if_it_says_so() -> None:
    scene = stage(RoutingStep(needs=EXPERT, skip_unstaffed=True), ANYBODY)
    ready(scene, "ann")
    chat(scene, "c1")
    assert scene.holder_of("c1") == "ann"
    assert steps_of(scene) == [1]


def test_a_step_whose_last_agent_leaves_is_skipped_then() -> None:
    scene = stage(RoutingStep(needs=EXPERT, skip_unstaffed=True), ANYBODY)
    ready(scene, "eve", chinese=5)
    ready(scene, "una", chinese=5)
    chat(scene, "e1")
    chat(scene, "e2")
    for contact in ("e1", "e2"):
        scene.accept(contact)
    ready(scene, "ann")
    chat(scene, "c1")
    scene.disconnect("una")
    assert scene.contact("c1").step == 0
    events = scene.disconnect("eve")
    assert kinds(events) == ["AgentDisconnected", "ContactStepped", "OfferMade"]
    assert scene.holder_of("c1") == "ann"


def test_everybody_who_waits_in_a_deserted_step_goes_on_the_most_urgent_first() -> None:
    steps = (RoutingStep(needs=EXPERT, skip_unstaffed=True), ANYBODY)
    scene = stage(*steps)
    ready(scene, "eve", chinese=5)
    chat(scene, "busy")
    ready(scene, "ann")
    ready(scene, "bob")
    chat(scene, "plain")
    chat(scene, "vip", credit_ms=1_000)
    events = scene.disconnect("eve")
    assert [e.contact_id for e in of_kind(events, ev.OfferMade)] == ["vip", "busy"]


def test_the_last_step_is_never_skipped() -> None:
    scene = stage(RoutingStep(skip_unstaffed=True))
    chat(scene, "c1")
    ready(scene, "ann")
    scene.reject("c1")
    scene.lunch("ann")
    assert steps_of(scene) == []


def test_several_empty_steps_are_passed_together() -> None:
    empty = [RoutingStep(after_ms=n * 1_000, needs=EXPERT, skip_unstaffed=True) for n in range(3)]
    scene = stage(*empty, ANYBODY)
    chat(scene, "c1")
    assert steps_of(scene) == [3]


# --- reload ---


def reload(
    scene: Scene, *steps: RoutingStep, needs: tuple[SkillNeed, ...] = ()
) -> tuple[ev.Event, ...]:
    """New rules for the sales queue."""
    rules = configuration(policy(steps=steps, needs=needs), policy(HELP), version="v2")
    return scene.do(cmd.ApplyConfiguration(rules))


def test_who_waits_comes_under_new_steps_at_its_age() -> None:
    scene = stage(needs=EXPERT)
    ready(scene, "ann")
    chat(scene, "c1")
    scene.wait(40_000)
    assert kinds(reload(scene, RoutingStep(), ANYBODY, needs=EXPERT)) == [
        "ConfigurationApplied",
        "OfferMade",
    ]
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, "ann")
    assert scene.contact("c1").age_origin_ms == 0


def test_who_waits_may_come_back_to_an_earlier_step() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    chat(scene, "c1")
    scene.wait(30_000)
    reload(scene, RoutingStep(needs=EXPERT), RoutingStep(after_ms=60_000, needs=()))
    assert scene.contact("c1").step == 0
    scene.wait(30_000)
    assert scene.contact("c1").step == 1


def test_dropped_steps_leave_no_deadline() -> None:
    scene = stage(RoutingStep(needs=EXPERT), ANYBODY)
    chat(scene, "c1")
    reload(scene)
    assert (scene.contact("c1").step, scene.contact("c1").needs) == (0, ())
    kinds_left = [deadline.kind for deadline in scene.engine.state.deadlines.values()]
    assert DeadlineKind.ADVANCE_STEP not in kinds_left


def test_other_needs_of_the_queue_reach_who_waits_and_keep_the_step() -> None:
    steps = (RoutingStep(needs=EXPERT, skip_unstaffed=True), RoutingStep(after_ms=60_000))
    scene = stage(*steps, needs=(SkillNeed(BILLING, 3),))
    ready(scene, "ann", billing=1)
    chat(scene, "c1")
    assert scene.contact("c1").step == 1
    reload(scene, *steps, needs=(SkillNeed(BILLING, 1),))
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, "ann")


def test_a_reload_in_the_middle_of_a_talk_counts_the_waiting_alone() -> None:
    scene = stage()
    ready(scene, "ann")
    chat(scene, "c1")
    scene.wait(1_000)
    scene.accept("c1")
    scene.wait(100_000)
    reload(scene, RoutingStep(), RoutingStep(after_ms=1_000), ANYBODY)
    assert scene.contact("c1").step == 1


def test_a_reload_while_it_rings_leaves_the_offer_alone() -> None:
    scene = stage()
    ready(scene, "ann")
    chat(scene, "c1")
    scene.wait(5_000)
    reload(scene, RoutingStep(), RoutingStep(after_ms=1_000))
    assert (scene.contact("c1").step, scene.holder_of("c1")) == (1, "ann")


# --- never ---


def test_a_barred_agent_is_not_even_the_last_resort() -> None:
    scene = stage()
    ready(scene, "ann")
    chat(scene, "c1", barred_agent_ids=(AgentId("ann"),))
    chat(scene, "c2")
    assert (scene.holder_of("c1"), scene.holder_of("c2")) == (None, "ann")
    ready(scene, "bob")
    assert scene.holder_of("c1") == "bob"


def test_who_is_barred_are_few(scene: Scene) -> None:
    agents = tuple(AgentId(f"a{n}") for n in range(BARRED_AGENTS_MAX + 1))
    arrival = cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, barred_agent_ids=agents)
    assert scene.code(arrival) is RefusalCode.CONTACT_INVALID


# --- why not ---


def why_not(scene: Scene, agent: str, contact: str) -> tuple[str | None, list[Reason]]:
    """The filter that keeps them apart, and what it was about."""
    found, waits = scene.agent(agent), scene.contact(contact)
    name = refused_by(found, waits)
    return name, [] if name is None else list(REASONS[name](found, waits))


def test_a_step_says_whom_it_does_not_ask() -> None:
    scene = stage(*STICKY)
    ready(scene, "ann")
    ready(scene, "bob", SOUTH)
    chat(scene, "busy", barred_agent_ids=(AgentId("bob"),))
    scene.accept("busy")
    for_ann(scene)
    not_asked = Reason(ReasonCode.NOT_ASKED, {"step": 1})
    assert why_not(scene, "bob", "c1") == ("step", [not_asked])
    scene.wait(10_000)
    not_of_team = Reason(ReasonCode.NOT_OF_TEAM, {"step": 2, "team_id": NORTH})
    assert why_not(scene, "bob", "c1") == ("step", [not_of_team])


def test_a_barred_agent_is_told_so() -> None:
    scene = stage()
    ready(scene, "ann")
    chat(scene, "c1", barred_agent_ids=(AgentId("ann"),))
    assert why_not(scene, "ann", "c1") == ("barred", [Reason(ReasonCode.BARRED)])


# --- an agent's primary queue ---


def test_contacts_of_the_primary_queue_go_first(scene: Scene) -> None:
    scene.chat("old", HELP)
    scene.wait(60_000)
    scene.chat("young")
    put_ann = cmd.PutAgent(AgentId("ann"), NORTH, (SALES, HELP), capacity(), primary_queue_id=SALES)
    scene.do(put_ann)
    scene.connect("ann")
    scene.set_state("ann", AgentState.READY)
    assert scene.holder_of("young") == "ann"


# --- who is matched when several are freed at once ---


def test_of_several_freed_contacts_the_most_urgent_goes_first() -> None:
    vip = policy(HELP, priority=PriorityRule(credit_ms=60_000))
    scene = Scene(configuration(policy(), vip))
    scene.ready("ann", capacity(2), (SALES, HELP))
    scene.chat("old")
    scene.wait(1_000)
    scene.chat("vip", HELP)
    for contact in ("old", "vip"):
        scene.accept(contact)
    scene.ready("bob", queues=(SALES, HELP))
    scene.do(cmd.RemoveAgent(AgentId("ann")))
    assert (scene.holder_of("vip"), scene.holder_of("old")) == ("bob", None)


def test_a_freed_contact_gets_the_best_agent_of_the_freed_and_the_free() -> None:
    scene = stage(RoutingStep(needs=EXPERT, skip_unstaffed=True), ANYBODY)
    ready(scene, "bob")
    scene.wait(1_000)
    ready(scene, "eve", queues=(SALES, HELP), chinese=5)
    scene.wait(1_000)
    scene.chat("busy", HELP)
    scene.accept("busy")
    chat(scene, "c1")
    scene.chat("h1", HELP)
    scene.do(cmd.PutAgent(AgentId("eve"), NORTH, (SALES, HELP), capacity(2), {CHINESE: 1}))
    assert (scene.holder_of("c1"), scene.holder_of("h1")) == ("bob", "eve")
