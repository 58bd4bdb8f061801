"""What the engine decided can be told: who was free, what removed the others, what came first and by what."""

from typing import get_args

import msgspec
import pytest

from routing import commands as cmd
from routing import events as ev
from routing.explain import (
    LAST_RESORT,
    ONLY_ONE,
    Group,
    OfferExplanation,
    Survey,
    explain_agent,
    explain_offer,
    explain_waiting,
    verdict,
)
from routing.ids import AgentId, ContactId, SkillId, TeamId, UserId
from routing.limits import EXPLAINED_MAX
from routing.matching import FILTERS
from routing.model import (
    AgentState,
    AgentStrategy,
    CapacityRule,
    Channel,
    ContactStrategy,
    PriorityRule,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from routing.reasons import REASONS, Facts, Reason, ReasonCode
from routing.reducer import apply
from routing.state import DeadlineKind, State
from routing.strategies import AGENT_KEY_PARTS, CONTACT_RANK_PARTS, AgentKey, ContactRank
from tests.unit.routing.scene import (
    HELP,
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    SALES,
    WAITING_ALARM_MS,
    Scene,
    capacity,
    configuration,
    policy,
)

CANTONESE = SkillId("cantonese")


def told(scene: Scene, contact: str, number: int = 1) -> OfferExplanation:
    """The explanation of an offer of the scene's journal, from the state just before it."""
    state = State()
    for event in scene.journal:
        if isinstance(event, ev.OfferMade) and event.offer_id == f"{contact}.{number}":
            return explain_offer(state, event)
        apply(state, event)
    raise AssertionError(f"no offer {number} of {contact}")


def skilled(scene: Scene, agent: str, level: int) -> None:
    """A ready agent with a level of Cantonese."""
    skills = {CANTONESE: level} if level else {}
    units = capacity()
    scene.do(cmd.PutAgent(AgentId(agent), TeamId("team"), (SALES,), units, skills))
    scene.connect(agent)
    scene.set_state(agent, AgentState.READY)


def reasons(scene: Scene, agent: str, contact: str) -> tuple[str | None, list[Reason]]:
    """The verdict on a pair."""
    found = verdict(scene.agent(agent), scene.contact(contact))
    assert (found.agent_id, found.contact_id) == (agent, contact)
    return found.filter, list(found.reasons)


def test_every_filter_says_what_it_was_about() -> None:
    assert list(REASONS) == [name for name, _ in FILTERS]


def test_every_part_of_a_key_has_a_name() -> None:
    assert len(AGENT_KEY_PARTS) == len(get_args(AgentKey))
    assert len(CONTACT_RANK_PARTS) == len(get_args(ContactRank))


# --- offers ------------------------------------------------------------------------------------------


def test_an_offer_tells_who_was_free_and_by_what_the_first_came_first(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
        scene.let_pass(1_000)
    scene.put("cid")
    scene.chat("c1")
    why = told(scene, "c1")
    assert why.is_confirmed
    assert why.trigger is ev.OfferTrigger.CONTACT_FREED
    assert [one.agent_id for one in why.candidates] == ["ann", "bob"]
    assert (why.candidate_count, why.runner_up_id) == (2, "bob")
    assert why.agent_decided_by == "idle_since_ms"
    assert why.removed == (Group("presence", 1, ("cid",)),)
    assert why.standing.configuration_version == "v1"
    assert why.standing.agent_strategy is AgentStrategy.LONGEST_IDLE


def test_an_offer_to_the_only_free_agent_has_no_runner_up(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    why = told(scene, "c1")
    assert (why.agent_decided_by, why.runner_up_id) == (ONLY_ONE, None)
    assert (why.rival_count, why.contact_decided_by) == (1, ONLY_ONE)


def test_an_offer_by_hand_is_confirmed_by_what_holds_even_so(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.do(cmd.AssignContact(ContactId("c1"), AgentId("ann"), UserId("sam")))
    why = told(scene, "c1", 2)
    assert why.trigger is ev.OfferTrigger.ASSIGNED
    assert why.is_confirmed
    assert why.removed == (Group("exclusion", 1, ("ann",)),)


def test_an_offer_to_a_freed_agent_tells_what_else_waited(scene: Scene) -> None:
    scene.chat("old")
    scene.let_pass(2_000)
    scene.chat("new")
    scene.ready("ann")
    why = told(scene, "old")
    assert why.is_confirmed
    assert why.trigger is ev.OfferTrigger.AGENT_FREED
    assert [(one.contact_id, one.waited_ms) for one in why.rivals] == [("old", 2_000), ("new", 0)]
    assert why.contact_decided_by == "score"
    assert why.standing.waited_ms == 2_000


def test_contacts_of_one_instant_are_told_apart_by_their_arrival(scene: Scene) -> None:
    scene.chat("c1")
    scene.chat("c2")
    scene.ready("ann")
    assert told(scene, "c1").contact_decided_by == "arrival"


def test_who_refused_it_before_is_told_as_the_last_resort(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    scene.chat("c1")
    scene.reject("c1")
    scene.accept("c1")
    scene.wait(REOFFER_GAP_MS)
    scene.ready("cid")
    scene.disconnect("bob")
    scene.wait(PRESENCE_GRACE_MS)
    why = told(scene, "c1", 3)
    assert [(one.agent_id, one.is_last_resort) for one in why.candidates] == [
        ("cid", False),
        ("ann", True),
    ]
    assert (why.agent_decided_by, why.runner_up_id) == (LAST_RESORT, "ann")


def test_an_offer_of_an_older_journal_is_decided_again_by_either_question(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    scene.handled("c1")
    for contact in ("c1", "c2"):
        state = State()
        for event in scene.journal:
            if isinstance(event, ev.OfferMade) and event.contact_id == contact:
                older = msgspec.structs.replace(event, trigger=None)
                assert explain_offer(state, older).is_confirmed
                break
            apply(state, event)


def test_an_offer_to_somebody_else_than_the_first_is_not_confirmed(scene: Scene) -> None:
    for agent in ("ann", "bob"):
        scene.ready(agent)
    state = scene.engine.state
    scene.chat("c1")
    scene.reject("c1")
    wrong = ev.OfferMade(
        scene.now_ms, scene.offer_of("c1"), ContactId("c1"), AgentId("ann"), SALES, 1
    )
    scene.reject("c1")
    assert not explain_offer(state, wrong).is_confirmed


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (PriorityRule(ContactStrategy.AGE_CREDIT, credit_ms=500), {"level": 0, "score": 2_500}),
        (PriorityRule(ContactStrategy.STRICT, level=7), {"level": 7, "score": 2_000}),
    ],
)
def test_the_parts_of_a_rank_are_told_in_numbers(rule: PriorityRule, parts: dict[str, int]) -> None:
    scene = Scene(configuration(policy(SALES, priority=rule), policy(HELP)))
    scene.chat("c1")
    scene.let_pass(2_000)
    scene.ready("ann")
    why = told(scene, "c1")
    assert {name: why.rivals[0].parts[name] for name in parts} == parts
    assert why.standing.credit_ms == rule.credit_ms
    assert why.rivals[0].parts["origin_ms"] == -rule.credit_ms


def test_a_list_names_the_first_and_counts_all(scene: Scene) -> None:
    for number in range(EXPLAINED_MAX + 5):
        scene.ready(f"a{number}")
    for number in range(EXPLAINED_MAX + 6):
        scene.put(f"b{number}")
    scene.chat("c1")
    why = told(scene, "c1")
    assert (len(why.candidates), why.candidate_count) == (EXPLAINED_MAX, EXPLAINED_MAX + 5)
    assert (len(why.removed[0].ids), why.removed[0].count) == (EXPLAINED_MAX, EXPLAINED_MAX + 6)


# --- what waits --------------------------------------------------------------------------------------


def test_a_waiting_contact_tells_which_filter_removed_whom_and_what_comes_next(
    scene: Scene,
) -> None:
    scene.ready("busy")
    scene.chat("first")
    scene.accept("first")
    scene.ready("lunching")
    scene.lunch("lunching")
    scene.ready("helper", queues=(HELP,))
    scene.put("away")
    scene.chat("c1")
    scene.let_pass(3_000)
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert why.removed == (
        Group("permission", 1, ("helper",)),
        Group("presence", 1, ("away",)),
        Group("readiness", 1, ("lunching",)),
        Group("capacity", 1, ("busy",)),
    )
    assert (why.agent_count, why.eligible_ids) == (4, ())
    assert why.standing.waited_ms == 3_000
    assert [(one.kind, one.due_ms) for one in why.deadlines] == [
        (DeadlineKind.ALARM_WAITING, WAITING_ALARM_MS)
    ]


def test_the_deadlines_of_a_waiting_contact_are_told_the_next_first(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.do(cmd.DisconnectCustomer(ContactId("c1")))
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert [one.kind for one in why.deadlines] == [
        DeadlineKind.CLOSE_GONE_CUSTOMER,
        DeadlineKind.LAPSE_EXCLUSION,
        DeadlineKind.ALARM_WAITING,
    ]


def test_agents_who_may_not_be_named_are_counted(scene: Scene) -> None:
    scene.put("ann")
    scene.put("bob")
    scene.chat("c1")
    survey = Survey(scene.contact("c1"), lambda agent: agent.agent_id == "bob")
    for agent in scene.engine.state.agents.values():
        survey.add([agent])
    why = survey.explanation(scene.engine.state, scene.now_ms)
    assert why.removed == (Group("presence", 2, ("bob",)),)


# --- why not this agent ------------------------------------------------------------------------------


def test_not_of_the_queue(scene: Scene) -> None:
    scene.ready("ann", queues=(HELP,))
    scene.chat("c1")
    found = Reason(ReasonCode.NOT_OF_QUEUE, {"queue_id": SALES})
    assert reasons(scene, "ann", "c1") == ("permission", [found])


def test_not_present(scene: Scene) -> None:
    scene.put("ann")
    scene.chat("c1")
    assert reasons(scene, "ann", "c1") == ("presence", [Reason(ReasonCode.NOT_PRESENT)])


def test_a_removed_agent_who_still_wraps_up(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("held", Channel.VOICE)
    scene.accept("held")
    scene.do(cmd.RemoveAgent(AgentId("ann")))
    scene.arrive("c1", Channel.VOICE)
    assert reasons(scene, "ann", "c1") == ("presence", [Reason(ReasonCode.REMOVED)])


def test_logged_out_not_ready_and_leaving(scene: Scene) -> None:
    scene.put("ann")
    scene.connect("ann")
    scene.chat("c1")
    signed_in: Facts = {"reason_id": "signed_in", "since_at_ms": 0}
    found = Reason(ReasonCode.NOT_READY, signed_in)
    assert reasons(scene, "ann", "c1") == ("readiness", [found])
    scene.let_pass(10)
    scene.set_state("ann", AgentState.LOGGED_OUT)
    found = Reason(ReasonCode.LOGGED_OUT, {"since_at_ms": 10})
    assert reasons(scene, "ann", "c1") == ("readiness", [found])
    scene.set_state("ann", AgentState.READY)
    scene.accept("c1")
    scene.lunch("ann")
    scene.chat("c2")
    found = Reason(ReasonCode.LEAVING, {"contacts": 1})
    assert reasons(scene, "ann", "c2") == ("readiness", [found])


def test_a_channel_the_agent_does_not_take(scene: Scene) -> None:
    scene.ready("ann")
    scene.arrive("c1", Channel.EMAIL)
    found = Reason(ReasonCode.CHANNEL_NOT_TAKEN, {"channel": "email"})
    assert reasons(scene, "ann", "c1") == ("channel", [found])


def test_each_skill_that_is_lacking_with_both_levels() -> None:
    needs = (
        SkillNeed(CANTONESE, 3),
        SkillNeed(SkillId("refunds"), 2),
        SkillNeed(SkillId("vip"), 1),
    )
    scene = Scene(configuration(policy(SALES, needs=needs), policy(HELP)))
    skills = {CANTONESE: 2, SkillId("vip"): 1}
    scene.do(cmd.PutAgent(AgentId("ann"), TeamId("team"), (SALES,), capacity(), skills))
    scene.connect("ann")
    scene.set_state("ann", AgentState.READY)
    scene.chat("c1")
    too_low: Facts = {"skill_id": CANTONESE, "level": 3, "held_level": 2}
    assert reasons(scene, "ann", "c1") == (
        "skills",
        [
            Reason(ReasonCode.SKILL_TOO_LOW, too_low),
            Reason(ReasonCode.SKILL_MISSING, {"skill_id": "refunds", "level": 2}),
        ],
    )


def test_an_agent_who_is_asked_already(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    found = Reason(ReasonCode.ASKED)
    assert reasons(scene, "ann", "c1") == ("asked", [found])


def test_full_in_total_and_for_the_channel(scene: Scene) -> None:
    scene.ready("ann", capacity(2, chat=1, email=2))
    scene.chat("held")
    scene.chat("c1")
    full = Reason(ReasonCode.CHANNEL_FULL, {"channel": "chat", "held": 1, "total": 1})
    assert reasons(scene, "ann", "c1") == ("capacity", [full])
    scene.arrive("mail", Channel.EMAIL)
    full = Reason(ReasonCode.FULL, {"held": 2, "total": 2, "weighs": 1})
    assert reasons(scene, "ann", "c1") == ("capacity", [full])


def test_interrupted_work_goes_on_first(scene: Scene) -> None:
    weights = {Channel.VOICE: 2, Channel.EMAIL: 3}
    places = {Channel.EMAIL: 1, Channel.VOICE: 1, Channel.CHAT: 4}
    scene.ready("ann", CapacityRule(4, places, weights))
    for contact, channel in (("mail", Channel.EMAIL), ("call", Channel.VOICE)):
        scene.arrive(contact, channel)
        scene.accept(contact)
    scene.chat("c1")
    found = Reason(ReasonCode.INTERRUPTED, {"contacts": 1})
    assert reasons(scene, "ann", "c1") == ("capacity", [found])


def test_who_need_not_be_interrupted_comes_first(scene: Scene) -> None:
    room = capacity(1, email=1, voice=1)
    scene.ready("ann", room)
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.ready("bob", room)
    scene.arrive("call", Channel.VOICE)
    why = told(scene, "call")
    assert (why.agent_decided_by, why.runner_up_id) == ("interrupts", "ann")


def test_excluded_until_the_gap_has_passed(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.wait(OFFER_TIMEOUT_MS)
    found = Reason(ReasonCode.EXCLUDED, {"until_at_ms": OFFER_TIMEOUT_MS + REOFFER_GAP_MS})
    assert reasons(scene, "ann", "c1") == ("exclusion", [found])


def test_barred_for_good(scene: Scene) -> None:
    scene.ready("ann")
    barred = (AgentId("ann"),)
    scene.do(cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, barred_agent_ids=barred))
    assert reasons(scene, "ann", "c1") == ("barred", [Reason(ReasonCode.BARRED)])


def test_already_asked_with_others(scene: Scene) -> None:
    scene.do(cmd.ApplyConfiguration(configuration(policy(SALES, broadcast=2), policy(HELP))))
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    assert reasons(scene, "ann", "c1") == ("asked", [Reason(ReasonCode.ASKED)])


def test_still_wrapping_it_up(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    scene.let_pass(700)
    scene.end("c1")
    found = Reason(ReasonCode.WRAPPING_UP, {"since_at_ms": 700})
    assert reasons(scene, "ann", "c1") == ("wrap_up", [found])


def test_not_whom_the_present_step_asks() -> None:
    steps = (
        RoutingStep(asks=StepAsks.AGENT),
        RoutingStep(after_ms=5_000, asks=StepAsks.TEAM, team_id=TeamId("north")),
        RoutingStep(after_ms=9_000),
    )
    scene = Scene(configuration(policy(SALES, steps=steps), policy(HELP)))
    scene.ready("ann", queues=(SALES, HELP))
    scene.chat("busy", HELP)
    scene.accept("busy")
    scene.ready("bob")
    owner = AgentId("ann")
    scene.do(cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES, preferred_agent_id=owner))
    found = Reason(ReasonCode.NOT_ASKED, {"step": 1})
    assert reasons(scene, "bob", "c1") == ("step", [found])
    scene.wait(5_000)
    found = Reason(ReasonCode.NOT_OF_TEAM, {"step": 2, "team_id": "north"})
    assert reasons(scene, "bob", "c1") == ("step", [found])
    why = explain_waiting(scene.engine.state, scene.contact("c1"), scene.now_ms)
    assert (why.standing.step, why.standing.step_count) == (2, 3)
    assert why.deadlines[0].kind is DeadlineKind.ADVANCE_STEP


def test_nothing_speaks_against_a_free_agent() -> None:
    scene = Scene()
    scene.put("ann")
    scene.chat("c1")
    scene.connect("ann")
    scene.engine.state.agents[AgentId("ann")].state = AgentState.READY
    assert reasons(scene, "ann", "c1") == (None, [])


# --- why is this agent idle --------------------------------------------------------------------------


def test_an_idle_agent_tells_why_nothing_that_waits_is_for_them() -> None:
    needs = (SkillNeed(CANTONESE, 3),)
    scene = Scene(configuration(policy(SALES, needs=needs), policy(HELP)))
    skilled(scene, "ann", 2)
    scene.chat("c1")
    scene.chat("c2", HELP)
    why = explain_agent(scene.engine.state, scene.agent("ann"), scene.now_ms)
    assert why.removed == (Group("permission", 1, ("c2",)), Group("skills", 1, ("c1",)))
    assert (why.waiting_count, why.eligible_ids) == (2, ())
    assert (why.state, why.is_present, why.held_ids) == (AgentState.READY, True, ())


def test_the_best_of_the_skilled_is_told_by_the_score() -> None:
    sales = policy(
        SALES, needs=(SkillNeed(CANTONESE, 1),), agent_strategy=AgentStrategy.BEST_PROFICIENCY
    )
    scene = Scene(configuration(sales, policy(HELP)))
    skilled(scene, "ann", 2)
    skilled(scene, "bob", 5)
    scene.chat("c1")
    why = told(scene, "c1")
    assert [(one.agent_id, one.parts["score"]) for one in why.candidates] == [
        ("bob", -5),
        ("ann", -2),
    ]
    assert why.agent_decided_by == "score"
    assert not why.candidates[0].is_last_resort
