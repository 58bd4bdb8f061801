"""Seconds become milliseconds, business hours become instants over a horizon that moves on in time."""

import pytest
from pydantic import ValidationError

from callcenter.config_loader.compiling import (
    HORIZON_DAYS,
    RENEW_BEFORE_DAYS,
    must_be_renewed,
    routing_configuration,
)
from routing.configuration import configuration_fault
from routing.ids import CalendarId, QueueId, SkillId, TeamId
from routing.model import (
    AgentStrategy,
    Channel,
    ContactStrategy,
    Destination,
    DestinationKind,
    PriorityRule,
    RoutingStep,
    SkillNeed,
    StepAsks,
    TurnAwayReason,
)
from tests.unit.callcenter.config_loader.documents import NOW_MS, document, queue

DAY_MS = 24 * 3600 * 1000


def test_how_a_queue_matches() -> None:
    told = queue(
        needs={"zh": 3, "en": 5},
        agent_strategy="best_proficiency",
        hours="office",
        broadcast=3,
        broadcast_voice=2,
        site="berlin",
        site_cost=60_000,
        priority={
            "strategy": "accelerated",
            "credit_s": 90,
            "acceleration": 1.5,
            "target_s": 40,
            "level": 2,
        },
    )
    (policy,) = routing_configuration(document(told), "v", NOW_MS).queues
    assert policy.needs == (SkillNeed(SkillId("en"), 5), SkillNeed(SkillId("zh"), 3))
    assert policy.agent_strategy is AgentStrategy.BEST_PROFICIENCY
    assert policy.calendar_id == "office"
    assert (policy.broadcast, policy.broadcast_voice) == (3, 2)
    assert (policy.site, policy.site_cost) == ("berlin", 60_000)
    assert policy.priority == PriorityRule(ContactStrategy.ACCELERATED, 90_000, 1_500, 40_000, 2)


def test_what_may_interrupt_what() -> None:
    standard = routing_configuration(document(), "v", NOW_MS)
    can_wait = (Channel.EMAIL, Channel.TASK)
    assert standard.interrupts == {Channel.VOICE: can_wait, Channel.OUTBOUND_VOICE: can_wait}
    told = document(interrupts={"voice": ["chat"]}, timing={"parked_reminder_s": 60})
    routing = routing_configuration(told, "v", NOW_MS)
    assert routing.interrupts == {Channel.VOICE: (Channel.CHAT,)}
    assert routing.parked_reminder_ms == 60_000
    assert configuration_fault(routing) is None
    for wrong in ({"chat": ["voice"]}, {"email": ["email"]}):
        with pytest.raises(ValidationError, match="may interrupt neither"):
            document(interrupts=wrong)


def test_steps() -> None:
    told = queue(
        needs={"zh": 3},
        steps=[
            {"asks": "agent"},
            {"after_s": 5, "asks": "team", "team": "north", "skip_unstaffed": True},
            {"after_s": 9, "needs": {}, "relax_own": True, "credit_s": 30, "queues": ["sales"]},
        ],
    )
    routing = routing_configuration(document(told), "v", NOW_MS)
    assert configuration_fault(routing) is None
    assert routing.queues[0].steps == (
        RoutingStep(asks=StepAsks.AGENT),
        RoutingStep(
            after_ms=5_000, asks=StepAsks.TEAM, team_id=TeamId("north"), skip_unstaffed=True
        ),
        RoutingStep(
            after_ms=9_000,
            needs=(),
            relax_own=True,
            credit_ms=30_000,
            queue_ids=(QueueId("sales"),),
        ),
    )


def test_a_team_goes_with_asking_a_team() -> None:
    with pytest.raises(ValidationError, match="team goes with asks: team"):
        document(queue(steps=[{"team": "north"}]))


def test_ways_in_and_out() -> None:
    told = queue(
        leaves_at_closing=True,
        is_staff_required=True,
        unstaffed_exit_s=30,
        wait_max_s=600,
        waits_for_impossible=True,
        carried_wait_max_s=60,
        return_within_s=300,
        turned_away={
            "closed": {"to": "message", "message": "closed_today"},
            "overdue": {"to": "queue", "queue": "help"},
            "unstaffed": {"to": "voicemail"},
        },
    )
    routing = routing_configuration(document(told, queue("help")), "v", NOW_MS)
    policy = routing.queues[0]
    assert configuration_fault(routing) is None
    assert (policy.unstaffed_exit_ms, policy.wait_max_ms) == (30_000, 600_000)
    assert (policy.carried_wait_max_ms, policy.return_within_ms) == (60_000, 300_000)
    assert policy.leaves_at_closing
    assert policy.is_staff_required
    assert policy.waits_for_impossible
    assert policy.destinations == {
        TurnAwayReason.CLOSED: Destination(DestinationKind.MESSAGE, None, "closed_today"),
        TurnAwayReason.OVERDUE: Destination(DestinationKind.QUEUE, QueueId("help")),
        TurnAwayReason.UNSTAFFED: Destination(DestinationKind.VOICEMAIL),
    }


@pytest.mark.parametrize(
    "wrong", [{"to": "queue"}, {"to": "message", "queue": "a"}, {"to": "callback", "message": "x"}]
)
def test_a_destination_names_what_it_needs(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"goes with to"):
        document(queue(turned_away={"full": wrong}))


def test_a_queue_that_says_nothing_is_matched_by_age_alone() -> None:
    routing = routing_configuration(document(), "v", NOW_MS)
    (policy,) = routing.queues
    assert (policy.needs, policy.priority, policy.calendar_id) == ((), PriorityRule(), None)
    assert policy.agent_strategy is AgentStrategy.LONGEST_IDLE
    assert configuration_fault(routing) is None


def test_hours_are_known_before_and_after_the_instant_of_applying() -> None:
    routing = routing_configuration(document(queue(hours="office")), "v", NOW_MS)
    hours = routing.calendars[CalendarId("office")]
    assert hours.from_ms < NOW_MS - 30 * DAY_MS
    assert hours.until_ms > NOW_MS + (HORIZON_DAYS - 2) * DAY_MS
    assert len(list(hours.spans())) > 55  # the Mondays of more than a year
    assert all(end_ms - start_ms == 9 * 3600 * 1000 for start_ms, end_ms in hours.spans())


def test_the_same_document_gives_other_hours_on_another_day_alone() -> None:
    first, later, next_day = (
        routing_configuration(document(), "v", NOW_MS + passed_ms)
        for passed_ms in (0, 1000, DAY_MS)
    )
    assert first == later
    assert first.calendars != next_day.calendars


def test_hours_are_compiled_anew_before_they_run_out() -> None:
    routing = routing_configuration(document(), "v", NOW_MS)
    renewed_after_ms = (HORIZON_DAYS - RENEW_BEFORE_DAYS) * DAY_MS
    assert not must_be_renewed(routing, NOW_MS)
    assert not must_be_renewed(routing, NOW_MS + renewed_after_ms - 2 * DAY_MS)
    assert must_be_renewed(routing, NOW_MS + renewed_after_ms + DAY_MS)
    without = routing_configuration(document(calendars=[]), "v", NOW_MS)
    assert not must_be_renewed(without, NOW_MS + 10_000 * DAY_MS)
