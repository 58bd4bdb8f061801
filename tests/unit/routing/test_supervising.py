"""Supervisors raise, assign and force; what is learned late about a customer counts at the contact's age."""

from typing import TYPE_CHECKING

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, SkillId, TeamId, UserId
from routing.limits import ADJUSTED_MS_MAX
from routing.model import AgentState, Channel, RoutingStep, SkillNeed, StepAsks
from routing.state import ContactState
from tests.unit.routing.scene import (
    HELP,
    LUNCH,
    OFFER_TIMEOUT_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    kinds,
    of_kind,
    only,
    policy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ANN, BOB, SAM = AgentId("ann"), AgentId("bob"), UserId("sam")
C1, C2 = ContactId("c1"), ContactId("c2")
ZH = SkillId("zh")
NEEDS_ZH = (SkillNeed(ZH, 3),)


def adjust(contact: ContactId, credit_ms: int, *, is_total: bool = False) -> cmd.AdjustPriority:
    return cmd.AdjustPriority(contact, credit_ms, SAM, is_total)


def assign(agent: AgentId = ANN, contact: ContactId = C1) -> cmd.AssignContact:
    return cmd.AssignContact(contact, agent, SAM)


def force(
    state: AgentState, agent: AgentId = ANN, reason: str | None = None
) -> cmd.ForceAgentState:
    return cmd.ForceAgentState(agent, state, SAM, None if reason is None else LUNCH)


@pytest.fixture
def line(scene: Scene) -> Scene:
    """c1 has waited a second longer than c2, and nobody is there."""
    scene.chat("c1")
    scene.wait(1_000)
    scene.chat("c2")
    return scene


# --- raise and lower ---


def test_a_raised_contact_is_first_in_line_at_once(line: Scene) -> None:
    event = only(line.do(adjust(C2, 1_001)), ev.PriorityAdjusted)
    assert (event.by, event.adjusted_ms) == (SAM, 1_001)
    line.ready("ann")
    assert line.holder_of("c2") == "ann"


def test_a_lowered_contact_is_passed_and_keeps_its_age(line: Scene) -> None:
    origin_ms = line.contact("c1").age_origin_ms
    line.do(adjust(C1, -1_001))
    assert line.contact("c1").age_origin_ms == origin_ms
    line.ready("ann")
    assert line.holder_of("c2") == "ann"


def test_equal_age_leaves_the_order_of_arrival(line: Scene) -> None:
    line.do(adjust(C2, 1_000))
    line.ready("ann")
    assert line.holder_of("c1") == "ann"


def test_adjustments_add_up_and_a_total_replaces_them(line: Scene) -> None:
    line.do(adjust(C1, 500))
    line.do(adjust(C1, 500))
    assert line.contact("c1").adjusted_ms == 1_000
    line.do(adjust(C1, 300, is_total=True))
    assert line.contact("c1").adjusted_ms == 300


@pytest.mark.parametrize("sign", [1, -1])
def test_an_adjustment_is_capped(line: Scene, sign: int) -> None:
    line.do(adjust(C1, sign * 3 * ADJUSTED_MS_MAX))
    assert line.contact("c1").adjusted_ms == sign * ADJUSTED_MS_MAX


def test_a_raised_contact_stays_raised_when_its_offer_ends(line: Scene) -> None:
    line.ready("ann")
    line.do(adjust(C1, 5_000))
    line.reject("c1")
    assert line.contact("c1").adjusted_ms == 5_000


def test_nothing_is_adjusted_that_does_not_wait(line: Scene) -> None:
    line.ready("ann")
    line.accept("c1")
    assert line.code(adjust(C1, 1)) is RefusalCode.CONTACT_NOT_WAITING
    assert line.code(adjust(ContactId("nobody"), 1)) is RefusalCode.CONTACT_UNKNOWN


# --- assign by hand ---


def test_an_assigned_contact_is_offered_to_that_agent_alone(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob", capacity(2))
    scene.chat("c1")
    assert scene.holder_of("c1") == "ann"
    events = scene.do(assign(BOB))
    assert kinds(events) == ["ContactAssigned", "OfferRescinded", "OfferMade"]
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.ASSIGNED
    assert only(events, ev.OfferMade).trigger is ev.OfferTrigger.ASSIGNED
    assert scene.holder_of("c1") == "bob"


def test_who_loses_an_offer_to_a_colleague_gets_the_next_contact_in_the_same_step(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    scene.ready("bob", queues=(SALES, HELP))
    scene.do(cmd.RejectOffer(scene.offer_of("c2"), BOB))
    scene.do(assign(BOB))
    assert (scene.holder_of("c1"), scene.holder_of("c2")) == ("bob", "ann")


def test_the_override_of_a_skill_is_on_record() -> None:
    scene = Scene(configuration(policy(needs=NEEDS_ZH)))
    scene.ready("ann")
    scene.chat("c1")
    assert scene.contact("c1").state is ContactState.WAITING
    events = scene.do(assign())
    assert only(events, ev.ContactAssigned).overrides == ("skills",)
    assert only(events, ev.ContactAssigned).by == SAM
    scene.handled("c1")
    scene.check_replay()


def test_an_agent_who_refused_can_be_assigned_all_the_same(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    assert only(scene.do(assign()), ev.ContactAssigned).overrides == ("exclusion",)


def test_an_assignment_that_is_missed_goes_back_to_the_queue_at_its_age(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    origin_ms = scene.contact("c1").age_origin_ms
    scene.do(assign())
    scene.wait(OFFER_TIMEOUT_MS)
    contact = scene.contact("c1")
    assert (contact.state, contact.age_origin_ms) == (ContactState.WAITING, origin_ms)


def test_what_holds_even_against_a_supervisor_is_named(scene: Scene) -> None:
    scene.put("ann")
    scene.chat("c1")
    reasons = []
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: scene.connect("ann"),
        lambda: scene.put("ann", capacity(1, voice=1)),
        lambda: scene.put("ann", queues=(HELP,)),
    ]
    for step in steps:
        step()
        reasons.append(scene.refused(assign()).detail)
    refused = "Agent ann cannot take contact c1: {}."
    assert reasons == [
        refused.format(name) for name in ("presence", "readiness", "readiness", "permission")
    ]
    assert scene.refused(assign()).code is RefusalCode.AGENT_NOT_ELIGIBLE


def test_a_supervisor_cannot_exceed_capacity(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.chat("c2")
    assert scene.refused(assign(contact=C2)).detail.endswith(": capacity.")


def test_who_has_the_offer_already_is_not_offered_it_again(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    assert scene.refused(assign()).detail.endswith(": asked.")


def test_an_assigned_contact_is_withdrawn_from_everybody_else_who_was_asked() -> None:
    scene = Scene(configuration(policy(broadcast=2)))
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent)
    scene.chat("c1")
    assert [*scene.contact("c1").asked] == ["ann", "bob"]
    events = scene.do(assign(AgentId("cid")))
    assert [event.reason for event in of_kind(events, ev.OfferRescinded)] == ["assigned"] * 2
    assert [*scene.contact("c1").asked] == ["cid"]
    scene.check_replay()


def test_only_the_known_are_assigned(line: Scene) -> None:
    assert line.code(assign(contact=ContactId("nobody"))) is RefusalCode.CONTACT_UNKNOWN
    assert line.code(assign(AgentId("nobody"))) is RefusalCode.AGENT_UNKNOWN


# --- force a state ---


def test_a_forced_state_applies_after_the_work_in_hand(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    scene.chat("c1")
    scene.accept("c1")
    scene.chat("c2")
    events = scene.do(force(AgentState.LOGGED_OUT))
    assert kinds(events) == ["AgentStateForced", "OfferRescinded"]
    assert scene.agent("ann").state is AgentState.READY
    scene.end("c1")
    changed = only(scene.wrap_up("c1"), ev.AgentStateChanged)
    assert (changed.state, changed.cause) == (AgentState.LOGGED_OUT, ev.StateCause.FORCED)


def test_an_idle_agent_is_put_out_of_ready_at_once(scene: Scene) -> None:
    scene.ready("ann")
    changed = only(scene.do(force(AgentState.NOT_READY, reason="lunch")), ev.AgentStateChanged)
    assert (changed.reason_id, changed.cause) == (LUNCH, ev.StateCause.FORCED)


def test_an_agent_made_ready_gets_work_in_the_same_step(scene: Scene) -> None:
    scene.put("ann")
    scene.connect("ann")
    scene.chat("c1")
    events = scene.do(force(AgentState.READY))
    assert kinds(events) == ["AgentStateForced", "AgentStateChanged", "OfferMade"]


def test_what_an_agent_cannot_ask_for_cannot_be_forced(scene: Scene) -> None:
    scene.put("ann")
    assert scene.code(force(AgentState.READY)) is RefusalCode.AGENT_NOT_PRESENT
    assert scene.code(force(AgentState.NOT_READY)) is RefusalCode.REASON_UNKNOWN
    assert scene.code(force(AgentState.READY, BOB)) is RefusalCode.AGENT_UNKNOWN


# --- skills, live ---


def test_a_skill_given_to_an_agent_matches_what_waits_at_once() -> None:
    scene = Scene(configuration(policy(needs=NEEDS_ZH)))
    scene.ready("ann")
    scene.chat("c1")
    scene.do(cmd.PutAgent(ANN, TeamId("team"), (SALES,), capacity(), {ZH: 3}))
    assert scene.holder_of("c1") == "ann"


# --- what is learned late ---


def learn(
    contact: ContactId = C1, needs: tuple[SkillNeed, ...] = (), credit_ms: int = 0
) -> cmd.UpdateContactAttributes:
    return cmd.UpdateContactAttributes(contact, needs, credit_ms)


def test_a_late_credit_moves_a_contact_in_line(line: Scene) -> None:
    line.do(learn(C2, credit_ms=1_001))
    line.ready("ann")
    assert line.holder_of("c2") == "ann"


def test_late_needs_keep_a_contact_for_the_skilled_at_its_age(line: Scene) -> None:
    line.do(learn(C1, NEEDS_ZH))
    line.ready("ann")
    assert line.holder_of("c2") == "ann"
    line.do(cmd.PutAgent(BOB, TeamId("team"), (SALES,), capacity(), {ZH: 3}))
    line.connect("bob")
    line.set_state("bob", AgentState.READY)
    assert line.holder_of("c1") == "bob"
    assert line.contact("c1").age_origin_ms == 0


def test_needs_that_are_dropped_match_at_once(scene: Scene) -> None:
    scene.chat("c1")
    scene.do(learn(needs=NEEDS_ZH))
    scene.ready("ann")
    assert scene.contact("c1").state is ContactState.WAITING
    assert "OfferMade" in kinds(scene.do(learn()))


def test_the_same_again_changes_nothing(line: Scene) -> None:
    line.do(learn(C1, NEEDS_ZH, 500))
    before = line.contact("c1")
    needs, credit_ms = before.needs, before.credit_ms
    line.do(learn(C1, NEEDS_ZH, 500))
    after = line.contact("c1")
    assert (after.needs, after.credit_ms) == (needs, credit_ms)


def test_what_is_learned_during_the_offer_or_the_talk_counts_when_the_contact_returns(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.do(learn(credit_ms=700))
    scene.accept("c1")
    scene.do(learn(needs=NEEDS_ZH, credit_ms=700))
    assert scene.holder_of("c1") == "ann"
    scene.do(cmd.RemoveAgent(ANN))
    contact = scene.contact("c1")
    assert (contact.state, contact.needs) == (ContactState.WAITING, NEEDS_ZH)
    scene.ready("bob")
    assert contact.state is ContactState.WAITING


def test_needs_that_nobody_has_are_refused_where_nobody_may_wait_for_them() -> None:
    scene = Scene(configuration(policy(waits_for_impossible=False), policy(HELP)))
    scene.put("ann")
    scene.chat("c1")
    assert scene.code(learn(needs=NEEDS_ZH)) is RefusalCode.NEEDS_IMPOSSIBLE
    scene.do(cmd.PutAgent(ANN, TeamId("team"), (SALES,), capacity(), {ZH: 3}))
    scene.do(learn(needs=NEEDS_ZH))
    assert scene.contact("c1").own_needs == NEEDS_ZH


def test_nothing_is_learned_about_what_is_over(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.end("c1")
    assert scene.code(learn()) is RefusalCode.CONTACT_ENDED
    scene.wrap_up("c1")
    assert scene.code(learn()) is RefusalCode.CONTACT_UNKNOWN


STICKY = (RoutingStep(asks=StepAsks.AGENT), RoutingStep(after_ms=20_000))


def prefer(agent: AgentId | None, contact: ContactId = C1) -> cmd.UpdateContactAttributes:
    return cmd.UpdateContactAttributes(contact, (), 0, agent)


@pytest.fixture
def sticky() -> Scene:
    """Nobody is free; ann is at work, and the queue asks the preferred agent alone for 20 s."""
    scene = Scene(configuration(policy(steps=STICKY), policy(HELP)))
    scene.ready("ann")
    scene.chat("busy")
    scene.accept("busy")
    scene.chat("c1")
    assert scene.contact("c1").step == 1
    return scene


def test_an_owner_learned_late_is_still_asked_alone_while_the_step_lasts(sticky: Scene) -> None:
    sticky.wait(5_000)
    sticky.do(prefer(ANN))
    assert sticky.contact("c1").step == 0
    sticky.ready("bob")
    assert sticky.contact("c1").state is ContactState.WAITING
    sticky.end("busy")
    sticky.wrap_up("busy")
    assert sticky.holder_of("c1") == "ann"
    sticky.check_replay()


def test_an_owner_learned_after_the_step_changes_nothing(sticky: Scene) -> None:
    sticky.wait(20_000)
    sticky.do(prefer(ANN))
    assert sticky.contact("c1").step == 1
    sticky.ready("bob")
    assert sticky.holder_of("c1") == "bob"


def test_an_owner_who_is_not_there_is_passed_at_once(sticky: Scene) -> None:
    sticky.ready("bob", queues=(HELP,))
    assert "ContactStepped" not in kinds(sticky.do(prefer(None)))
    events = sticky.do(prefer(AgentId("gone")))
    assert sticky.contact("c1").step == 1
    assert "OfferMade" not in kinds(events)


def test_an_owner_learned_in_the_talk_counts_for_the_wait_before_it(sticky: Scene) -> None:
    sticky.ready("bob")
    sticky.wait(1_000)
    sticky.accept("c1")
    sticky.wait(60_000)
    sticky.do(prefer(ANN))
    assert sticky.contact("c1").step == 0
    sticky.do(cmd.RemoveAgent(BOB))
    assert (sticky.contact("c1").state, sticky.contact("c1").step) == (ContactState.WAITING, 0)


def test_nobody_assigns_a_contact_to_an_agent_it_is_barred_from(scene: Scene) -> None:
    scene.do(cmd.EnqueueContact(C1, Channel.CHAT, SALES, barred_agent_ids=(ANN,)))
    scene.ready("ann")
    assert scene.refused(assign()).detail.endswith(": barred.")
