"""Agents whose facts change, who are removed, or who come back, while work is in hand."""

import msgspec
import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, QueueId, SkillId, TeamId
from routing.limits import (
    AGENT_QUEUES_MAX,
    AGENT_SKILLS_MAX,
    CAPACITY_UNITS_MAX,
    LEVEL_MAX,
    LEVEL_MIN,
)
from routing.model import DISPOSITION_NONE_REMOVED, AgentState, CapacityRule, Channel, Party
from tests.unit.routing.scene import (
    ALERT_AFTER_MS,
    HELP,
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    SALES,
    Scene,
    capacity,
    kinds,
    only,
)

ANN = AgentId("ann")


def put(queues: tuple[QueueId, ...] = (SALES,), units: CapacityRule | None = None) -> cmd.PutAgent:
    """Ann's facts."""
    return cmd.PutAgent(ANN, TeamId("team"), queues, units or capacity())


def remove(scene: Scene) -> tuple[ev.Event, ...]:
    """Ann is removed."""
    return scene.do(cmd.RemoveAgent(ANN))


@pytest.mark.parametrize(
    "units",
    [
        CapacityRule(-1, {}),
        CapacityRule(CAPACITY_UNITS_MAX + 1, {}),
        CapacityRule(1, {Channel.CHAT: -1}),
        CapacityRule(1, {Channel.CHAT: CAPACITY_UNITS_MAX + 1}),
    ],
)
def test_capacity_has_bounds(scene: Scene, units: CapacityRule) -> None:
    assert scene.code(put(units=units)) is RefusalCode.AGENT_INVALID


def test_queues_of_an_agent_have_a_bound_and_must_exist(scene: Scene) -> None:
    many = tuple(QueueId(f"q{number}") for number in range(AGENT_QUEUES_MAX + 1))
    assert scene.code(put(many)) is RefusalCode.AGENT_INVALID
    assert scene.code(put((QueueId("nowhere"),))) is RefusalCode.QUEUE_UNKNOWN


@pytest.mark.parametrize("level", [LEVEL_MIN - 1, LEVEL_MAX + 1])
def test_skill_levels_have_bounds(scene: Scene, level: int) -> None:
    command = put()
    wrong = msgspec.structs.replace(
        command, skills={SkillId("zh"): LEVEL_MIN, SkillId("en"): level}
    )
    assert scene.code(wrong) is RefusalCode.AGENT_INVALID


def test_skills_have_a_bound(scene: Scene) -> None:
    many = {SkillId(f"s{number}"): LEVEL_MIN for number in range(AGENT_SKILLS_MAX + 1)}
    command = msgspec.structs.replace(put(), skills=many)
    assert scene.code(command) is RefusalCode.AGENT_INVALID


def test_the_bounds_themselves_are_allowed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.decisions.AGENT_QUEUES_MAX", 2)
    scene.do(put((SALES, HELP), CapacityRule(CAPACITY_UNITS_MAX, {Channel.CHAT: 0})))


def test_a_lowered_capacity_drops_nothing_and_grants_nothing(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    for contact in ("c1", "c2"):
        scene.chat(contact)
        scene.accept(contact)
    assert kinds(scene.do(put(units=capacity(1)))) == ["AgentPut"]
    scene.chat("c3")
    scene.end("c1")
    assert kinds(scene.wrap_up("c1")) == ["WrapUpCompleted", "ContactClosed"]
    scene.end("c2")
    assert only(scene.wrap_up("c2"), ev.OfferMade).contact_id == "c3"


def test_a_raised_capacity_pulls_waiting_work_at_once(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    assert only(scene.do(put(units=capacity(2))), ev.OfferMade).contact_id == "c2"


def test_an_agent_with_no_capacity_is_offered_nothing(scene: Scene) -> None:
    scene.ready("ann", capacity(0))
    assert kinds(scene.chat("c1"))[-1] == "ContactQueued"


def test_a_new_queue_pulls_its_waiting_work_at_once(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1", HELP)
    assert only(scene.do(put((SALES, HELP))), ev.OfferMade).contact_id == "c1"


def test_who_leaves_a_queue_finishes_what_is_in_hand(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.do(put((HELP,)))
    scene.handled("c1")
    assert kinds(scene.chat("c2"))[-1] == "ContactQueued"


def test_removal_withdraws_returns_and_finishes(scene: Scene) -> None:
    scene.ready("ann", capacity(3))
    for contact in ("wrap", "talk", "offer"):
        scene.chat(contact)
    for contact in ("wrap", "talk"):
        scene.accept(contact)
    scene.end("wrap")
    events = remove(scene)
    assert kinds(events) == [
        "AgentRemoved",
        "OfferRescinded",
        "ContactRequeued",
        "WrapUpExpired",
        "ContactClosed",
    ]
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.AGENT_REMOVED
    assert only(events, ev.ContactRequeued).reason is ev.RequeueReason.AGENT_REMOVED
    assert only(events, ev.ContactClosed).disposition_id == DISPOSITION_NONE_REMOVED
    assert scene.engine.state.agents == {}


def test_work_of_a_removed_agent_goes_to_a_colleague_at_once(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.ready("bob")
    assert only(remove(scene), ev.OfferMade).agent_id == "bob"


def test_a_removed_agent_keeps_a_call_until_it_ends_and_is_then_forgotten(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    assert kinds(remove(scene)) == ["AgentRemoved"]
    assert scene.code(cmd.ConnectAgent(ANN)) is RefusalCode.AGENT_UNKNOWN
    scene.end("call", Party.AGENT)
    assert scene.agent("ann").is_removed
    scene.wrap_up("call")
    assert scene.engine.state.agents == {}


def test_a_removed_agent_leaves_no_deadline_and_no_exclusion(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.reject("c1")
    scene.lunch("ann")
    scene.disconnect("ann")
    remove(scene)
    assert not scene.contact("c1").excluded
    assert scene.wait(max(ALERT_AFTER_MS, PRESENCE_GRACE_MS, REOFFER_GAP_MS) - 1)[1:] == ()


def test_an_agent_put_again_while_a_call_lasts_is_known_again(scene: Scene) -> None:
    scene.ready("ann", capacity(2, voice=1, chat=1))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    remove(scene)
    scene.do(put(units=capacity(2, voice=1, chat=1)))
    scene.connect("ann")
    scene.chat("c1")
    assert only(scene.set_state("ann", AgentState.READY), ev.OfferMade).contact_id == "c1"
    assert scene.holder_of("call") == "ann"


def test_regression_an_agent_removed_and_put_again_without_a_desk_is_offered_nothing(
    scene: Scene,
) -> None:
    scene.ready("ann", capacity(2, voice=1, chat=1))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    remove(scene)
    scene.code(cmd.DisconnectAgent(ANN))
    scene.do(put(units=capacity(2, voice=1, chat=1)))
    assert kinds(scene.chat("c1"))[-1] == "ContactQueued"


def test_an_agent_put_again_after_being_forgotten_starts_anew(scene: Scene) -> None:
    scene.ready("ann")
    remove(scene)
    scene.do(put())
    assert scene.agent("ann").state is AgentState.LOGGED_OUT


def test_an_agent_may_change_team(scene: Scene) -> None:
    scene.put("ann")
    scene.do(cmd.PutAgent(ANN, TeamId("other"), (SALES,), capacity()))
    assert scene.agent("ann").team_id == "other"


def test_removal_takes_back_what_the_agent_was_and_wished(scene: Scene) -> None:
    units = capacity(2, voice=1, chat=1)
    scene.ready("ann", units)
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    scene.lunch("ann")
    remove(scene)
    scene.do(put(units=units))
    assert scene.code(cmd.SetAgentState(ANN, AgentState.READY)) is RefusalCode.AGENT_NOT_PRESENT
    scene.end("call", Party.CUSTOMER)
    assert kinds(scene.wrap_up("call")) == ["WrapUpCompleted", "ContactClosed"]


def test_an_agent_removed_at_lunch_has_no_reason_left(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1))
    scene.arrive("call", Channel.VOICE)
    scene.wait(OFFER_TIMEOUT_MS)
    scene.set_state("ann", AgentState.READY)
    scene.accept("call")
    scene.disconnect("ann")
    remove(scene)
    agent = scene.agent("ann")
    assert (agent.state, agent.reason_id, agent.next_state) == (AgentState.LOGGED_OUT, None, None)
