"""Configuration is an input: checked whole, applied at once, and never at the cost of work in hand."""

import pytest

from routing import commands as cmd
from routing.calendars import OpenHours
from routing.engine import Engine
from routing.errors import RefusalCode
from routing.ids import AgentId, CalendarId, ContactId, QueueId, SkillId, TeamId
from routing.limits import QUEUES_MAX
from routing.model import (
    REASON_MISSED,
    REASON_SIGNED_IN,
    AgentState,
    Channel,
    NotReadyReason,
    PriorityRule,
    RoutingConfiguration,
    SkillNeed,
)
from tests.unit.routing.scene import (
    ALERT_AFTER_MS,
    HELP,
    LUNCH,
    OFFER_TIMEOUT_MS,
    SALES,
    Scene,
    capacity,
    configuration,
    kinds,
    policy,
)

REASONS = tuple(NotReadyReason(r, ALERT_AFTER_MS) for r in (REASON_MISSED, REASON_SIGNED_IN))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (configuration(policy(), policy()), "queues are repeated"),
        (configuration(policy(offer_timeout_ms=0)), "shorter than 1 ms"),
        (configuration(policy(reoffer_gap_ms=0)), "shorter than 1 ms"),
        (configuration(policy(wrap_up_extension_ms=0)), "shorter than 1 ms"),
        (configuration(policy(waiting_alarm_ms=-1)), "shorter than 1 ms"),
        (configuration(presence_grace_ms=0), "shorter than 1 ms"),
        (configuration(customer_gone_ms=0), "shorter than 1 ms"),
        (configuration(connected_probe_ms=0), "shorter than 1 ms"),
        (
            configuration(not_ready_reasons=(*REASONS, NotReadyReason(LUNCH, 0))),
            "shorter than 1 ms",
        ),
        (configuration(not_ready_reasons=REASONS[:1]), "signed_in"),
        (configuration(policy(priority=PriorityRule(target_ms=0))), "must be at least 1"),
        (configuration(policy(priority=PriorityRule(acceleration_permille=0))), "at least 1"),
        (configuration(policy(needs=(SkillNeed(SkillId("en"), 11),))), "outside 1 to 10"),
        (configuration(policy(calendar_id=CalendarId("day"))), "no calendar day"),
        (configuration(calendars={CalendarId("day"): OpenHours(0, 9, (3, 2))}), "rise strictly"),
    ],
)
def test_a_wrong_configuration_is_refused_whole(
    scene: Scene, wrong: RoutingConfiguration, said: str
) -> None:
    refusal = scene.refused(cmd.ApplyConfiguration(wrong))
    assert refusal.code is RefusalCode.CONFIGURATION_INVALID
    assert said in refusal.detail


def test_queues_are_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert QUEUES_MAX > 2
    monkeypatch.setattr("routing.configuration.QUEUES_MAX", 2)
    scene.do(cmd.ApplyConfiguration(configuration(version="two queues")))
    three = configuration(policy(), policy(HELP), policy(QueueId("third")))
    assert scene.code(cmd.ApplyConfiguration(three)) is RefusalCode.CONFIGURATION_INVALID


def test_a_queue_that_holds_contacts_cannot_be_dropped(scene: Scene) -> None:
    scene.chat("c1")
    without = cmd.ApplyConfiguration(configuration(policy(HELP)))
    assert scene.code(without) is RefusalCode.CONFIGURATION_QUEUE_IN_USE
    scene.end("c1")
    scene.do(without)
    arrival = cmd.EnqueueContact(ContactId("c2"), Channel.CHAT, SALES)
    assert scene.code(arrival) is RefusalCode.QUEUE_UNKNOWN


def test_agents_of_a_dropped_queue_stay_and_serve_their_others(scene: Scene) -> None:
    scene.ready("ann", queues=(SALES, HELP))
    scene.do(cmd.ApplyConfiguration(configuration(policy(HELP))))
    assert kinds(scene.chat("c1", HELP))[-1] == "OfferMade"
    scene.handled("c1")


def test_a_reload_changes_no_contact_and_no_agent(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    scene.accept("c1")
    scene.chat("c2")
    scene.chat("c3")
    scene.lunch("ann")
    contacts = scene.engine.state.contacts.copy()
    agents = scene.engine.state.agents.copy()
    assert kinds(scene.do(cmd.ApplyConfiguration(configuration(version="v2")))) == [
        "ConfigurationApplied"
    ]
    assert scene.engine.state.contacts == contacts
    assert scene.engine.state.agents == agents


def test_new_durations_count_from_the_next_deadline_on(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.do(cmd.ApplyConfiguration(configuration(policy(offer_timeout_ms=1))))
    assert scene.wait(OFFER_TIMEOUT_MS - 1) == ()
    assert kinds(scene.wait(1)) == ["OfferExpired"]


def test_without_a_configuration_there_are_no_queues_and_no_agents() -> None:
    engine = Engine()
    put = cmd.PutAgent(AgentId("ann"), TeamId("team"), (), capacity())
    arrival = cmd.EnqueueContact(ContactId("c1"), Channel.CHAT, SALES)
    for command, code in (
        (put, RefusalCode.NO_CONFIGURATION),
        (arrival, RefusalCode.QUEUE_UNKNOWN),
    ):
        refusal = engine.handle(command, 0).refusal
        assert refusal is not None
        assert refusal.code is code


def test_regression_a_reason_dropped_and_put_back_alarms_again(scene: Scene) -> None:
    scene.ready("ann")
    scene.lunch("ann")
    scene.do(cmd.ApplyConfiguration(configuration(not_ready_reasons=REASONS)))
    assert kinds(scene.wait(ALERT_AFTER_MS)) == ["NotReadyOverdue"]
    assert scene.wait(ALERT_AFTER_MS) == ()
    scene.do(cmd.ApplyConfiguration(configuration()))
    assert kinds(scene.wait(ALERT_AFTER_MS)) == ["NotReadyOverdue"]


def test_a_dropped_reason_may_still_be_given_up(scene: Scene) -> None:
    scene.ready("ann")
    scene.lunch("ann")
    scene.do(cmd.ApplyConfiguration(configuration(not_ready_reasons=REASONS)))
    scene.set_state("ann", AgentState.READY)
    command = cmd.SetAgentState(AgentId("ann"), AgentState.NOT_READY, LUNCH)
    assert scene.code(command) is RefusalCode.REASON_UNKNOWN


def test_a_reload_raises_no_alarm_about_agents_who_work(scene: Scene) -> None:
    scene.ready("ann")
    scene.do(cmd.ApplyConfiguration(configuration(version="v2")))
    assert scene.wait(2 * ALERT_AFTER_MS) == ()


def test_a_reload_does_not_restart_a_running_alarm(scene: Scene) -> None:
    scene.ready("ann")
    scene.lunch("ann")
    scene.let_pass(ALERT_AFTER_MS - 1)
    scene.do(cmd.ApplyConfiguration(configuration(version="v2")))
    assert kinds(scene.wait(1)) == ["NotReadyOverdue"]
