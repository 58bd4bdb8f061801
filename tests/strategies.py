"""Hypothesis strategies of the core's values: small on purpose, so that everything meets everything.

Few agents, few queues, times of a few milliseconds: collisions, ties and deadlines of the same instant, which
a day's work shows once in a while, happen all the time here.
"""

from itertools import accumulate

import msgspec
from hypothesis import strategies as st

from routing.calendars import OpenHours
from routing.ids import (
    NO_SITE,
    AgentId,
    CalendarId,
    CampaignId,
    DetailId,
    DispositionId,
    PermitId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
    UserId,
)
from routing.model import (
    BUILT_IN_REASONS,
    INTERRUPTS,
    AgentState,
    AgentStrategy,
    CampaignFacts,
    CapacityRule,
    Channel,
    ContactStrategy,
    Destination,
    DestinationKind,
    Dial,
    NotReadyReason,
    Party,
    PriorityRule,
    QueuePolicy,
    RoutingConfiguration,
    RoutingStep,
    SkillNeed,
    StepAsks,
    TurnAwayReason,
)

SHIFTS = CalendarId("shifts")
QUEUE_IDS = tuple(QueueId(f"q{number}") for number in range(3))
SKILL_IDS = (SkillId("s0"), SkillId("s1"))
SAM = UserId("sam")
AGENT_IDS = tuple(AgentId(f"a{number}") for number in range(4))
REASON_IDS = (ReasonId("break"), ReasonId("meal"))
DISPOSITION_IDS = (DispositionId("solved"), DispositionId("sold"))

agent_ids = st.sampled_from(AGENT_IDS)
queue_ids = st.sampled_from(QUEUE_IDS)
TEAM_IDS = (TeamId("north"), TeamId("south"))
team_ids = st.sampled_from(TEAM_IDS)
preferred_agent_ids = st.sampled_from([None, *AGENT_IDS, AgentId("stranger")])
barred_agent_ids = st.one_of(st.just(()), st.lists(agent_ids, max_size=2).map(tuple))
detail_ids = st.sampled_from([DetailId("d1")])
disposition_ids = st.sampled_from([*DISPOSITION_IDS, DispositionId("unknown")])
reason_ids = st.sampled_from([None, *REASON_IDS, *BUILT_IN_REASONS, ReasonId("unknown")])
agent_states = st.sampled_from(AgentState)
parties = st.sampled_from(Party)
channels = st.sampled_from([Channel.CHAT, Channel.CHAT, Channel.VOICE, Channel.EMAIL])
calls = st.just(Channel.OUTBOUND_VOICE)

campaign_ids = st.sampled_from([CampaignId("spring"), CampaignId("autumn")])

facts = st.builds(
    CampaignFacts,
    campaign_id=campaign_ids,
    fault=st.sampled_from(["", "", "", "outside_window"]),
    suppression_version=st.sampled_from([9, 9, 2]),
    abandoned_permille_max=st.sampled_from([None, 30, 500, 1000]),
)

campaign_dials = st.builds(
    Dial,
    permit_id=st.just(PermitId("line")),
    ring_ms=st.integers(1, 40),
    agent_id=st.none() | agent_ids,
    is_agent_first=st.sampled_from([False, False, True]),
    campaign=facts,
)

dials = st.builds(
    Dial,
    permit_id=st.just(PermitId("line")),
    ring_ms=st.integers(1, 40),
    agent_id=st.none() | agent_ids,
    is_agent_first=st.booleans(),
    may_be_not_ready=st.booleans(),
    is_emergency=st.sampled_from([False, False, False, True]),
    wraps_up_unreached=st.booleans(),
    may_be_in_wrap_up=st.booleans(),
)

sites = st.sampled_from([NO_SITE, SiteId("near"), SiteId("far")])

CHATS_TOO = {Channel.VOICE: (Channel.EMAIL, Channel.CHAT), Channel.CHAT: (Channel.EMAIL,)}
"""A matrix in which live chats are interrupted as well."""

durations_ms = st.integers(1, 30)
"""Durations of a configuration: short enough that several deadlines fall due within one wait."""

waits_ms = st.one_of(st.integers(1, 5), st.integers(1, 60))
"""How long the world waits before its next command."""

steps_back_ms = st.integers(1, 30)

capacities = st.one_of(
    st.just(CapacityRule(1, {Channel.CHAT: 1, Channel.VOICE: 1, Channel.OUTBOUND_VOICE: 1})),
    st.just(CapacityRule(3, {Channel.CHAT: 2, Channel.VOICE: 1, Channel.OUTBOUND_VOICE: 1})),
    st.just(CapacityRule(2, {Channel.EMAIL: 2, Channel.VOICE: 1}, {Channel.VOICE: 9})),
    st.builds(
        CapacityRule,
        st.integers(0, 3),
        st.dictionaries(channels | calls, st.integers(0, 3), max_size=3),
        st.dictionaries(channels, st.integers(1, 4), max_size=2),
    ),
)
"""Mostly agents who can work; now and then one who cannot take anything."""

agent_queues = st.one_of(
    st.just(QUEUE_IDS), st.lists(queue_ids, max_size=3, unique=True).map(tuple)
)


priorities = st.builds(
    PriorityRule,
    strategy=st.sampled_from(ContactStrategy),
    credit_ms=st.integers(-20, 20),
    acceleration_permille=st.integers(1, 3_000),
    target_ms=durations_ms,
    level=st.integers(-1, 1),
)
skill_ids = st.sampled_from(SKILL_IDS)
skills = st.dictionaries(skill_ids, st.integers(1, 3), max_size=2)
needs = st.one_of(
    st.just(()), st.lists(st.builds(SkillNeed, skill_ids, st.integers(1, 3)), max_size=2).map(tuple)
)


@st.composite
def steps(draw: st.DrawFn) -> tuple[RoutingStep, ...]:
    """None, or up to four at rising times; the last asks everybody who could be asked."""
    gaps_ms = draw(st.lists(st.integers(1, 20), max_size=3))
    if not gaps_ms:
        return ()
    times_ms = list(accumulate([0, *gaps_ms]))
    earlier = [draw(step(after_ms, st.sampled_from(StepAsks))) for after_ms in times_ms[:-1]]
    return (*earlier, draw(step(times_ms[-1], st.just(StepAsks.POOL))))


def step(after_ms: int, asks: st.SearchStrategy[StepAsks]) -> st.SearchStrategy[RoutingStep]:
    """One step."""
    return st.builds(
        RoutingStep,
        after_ms=st.just(after_ms),
        needs=st.one_of(st.none(), needs),
        relax_own=st.booleans(),
        credit_ms=st.sampled_from([0, 0, 30]),
        queue_ids=st.sampled_from([(), (), (QUEUE_IDS[0],)]),
        asks=asks,
        team_id=st.sampled_from([None, *TEAM_IDS]),
        skip_unstaffed=st.booleans(),
    )


def queue_policies(queue_id: QueueId) -> st.SearchStrategy[QueuePolicy]:
    """Policies of one queue."""
    return st.builds(
        QueuePolicy,
        queue_id=st.just(queue_id),
        offer_timeout_ms=durations_ms,
        reoffer_gap_ms=durations_ms,
        wrap_up_limit_ms=st.integers(0, 20),
        wrap_up_extension_ms=durations_ms,
        wrap_up_extensions_max=st.integers(0, 2),
        waiting_alarm_ms=st.integers(5, 40),
        waiting_max=st.integers(1, 8),
        disposition_ids=st.just(DISPOSITION_IDS),
        agent_strategy=st.sampled_from(AgentStrategy),
        priority=priorities,
        needs=needs,
        steps=steps(),
        broadcast=st.sampled_from([1, 1, 1, 2, 3]),
        broadcast_voice=st.sampled_from([1, 1, 2]),
        site=sites,
        site_cost=st.integers(0, 20),
    )


destinations = st.one_of(
    st.builds(Destination, st.just(DestinationKind.QUEUE), queue_ids),
    st.builds(
        Destination,
        st.sampled_from([DestinationKind.MESSAGE, DestinationKind.VOICEMAIL]),
        st.none(),
        st.sampled_from(["", "fire"]),
    ),
)

hours = st.lists(st.integers(1_000, 1_300), min_size=2, max_size=6, unique=True).map(
    lambda edges: OpenHours(900, 1_400, tuple(sorted(edges[: len(edges) // 2 * 2])))
)


def ways_out(policy: QueuePolicy, queue_ids: list[QueueId]) -> st.SearchStrategy[QueuePolicy]:
    """The policy with rules by which contacts are turned away; always valid."""
    others = [
        Destination(DestinationKind.QUEUE, one) for one in queue_ids if one != policy.queue_id
    ]
    goals = st.sampled_from([*others, Destination(), Destination(DestinationKind.CALLBACK)])
    return st.builds(
        msgspec.structs.replace,
        st.just(policy),
        carried_wait_max_ms=st.integers(0, 40),
        return_within_ms=st.sampled_from([0, 50]),
        waits_for_impossible=st.booleans(),
        is_staff_required=st.sampled_from([False, False, True]),
        unstaffed_exit_ms=st.sampled_from([None, None, 0, 20]),
        wait_max_ms=st.sampled_from([None, None, 15]),
        calendar_id=st.sampled_from([None, None, SHIFTS]),
        leaves_at_closing=st.booleans(),
        destinations=st.fixed_dictionaries(dict.fromkeys(TurnAwayReason, goals)),
    )


@st.composite
def configurations(draw: st.DrawFn) -> RoutingConfiguration:
    """One to three queues, none to two reasons of our own; always valid."""
    queue_count = draw(st.integers(1, len(QUEUE_IDS)))
    reasons = (*BUILT_IN_REASONS, *draw(st.lists(st.sampled_from(REASON_IDS), unique=True)))
    plain = [draw(queue_policies(queue_id)) for queue_id in QUEUE_IDS[:queue_count]]
    known = [policy.queue_id for policy in plain]
    return RoutingConfiguration(
        version=draw(st.sampled_from(["v1", "v2"])),
        queues=tuple(draw(st.one_of(st.just(one), ways_out(one, known))) for one in plain),
        calendars={SHIFTS: draw(hours)},
        not_ready_reasons=tuple(NotReadyReason(reason, draw(durations_ms)) for reason in reasons),
        presence_grace_ms=draw(durations_ms),
        customer_gone_ms=draw(durations_ms),
        connected_probe_ms=draw(st.integers(5, 40)),
        missed_limits=draw(st.dictionaries(channels, st.integers(1, 3), max_size=2)),
        interrupts=draw(st.sampled_from([INTERRUPTS, INTERRUPTS, CHATS_TOO, {}])),
        over_wrap_up=draw(
            st.sampled_from([(), (), (Channel.VOICE,), (Channel.VOICE, Channel.CHAT)])
        ),
        parked_reminder_ms=draw(st.integers(5, 60)),
    )
