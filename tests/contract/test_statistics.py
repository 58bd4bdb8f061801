"""Stored figures: both stores read the same, and everything of one moment."""

import pytest

from callcenter.ports.journal import RowChange
from callcenter.ports.read_models import AgentInterval, QueueInterval, wrap_ups_text
from callcenter.ports.store import Store
from routing.ids import AgentId, ContactId, QueueId
from routing.model import Channel
from routing.service_level import AgentTimes, Figures, OpenWrapUp, Segment
from tests.contract.rows import interaction

SALES, HELP = QueueId("sales"), QueueId("help")
WRAP_UP = OpenWrapUp(ContactId("c-9"), SALES, 100, 20_000, 150)


def figures(queue_id: str, start_ms: int, threshold_ms: int, **add: int) -> RowChange:
    key = {"queue_id": queue_id, "start_ms": start_ms, "threshold_ms": threshold_ms}
    return RowChange("queue_intervals", key, {}, add)


PHASES = (("c-1", 5, "a-1", 900_100), ("c-1", 3, "a-1", 899_999), ("c-2", 6, "a-2", 900_200))


def phase(contact_id: str, began_seq: int, agent_id: str, began_at_ms: int) -> RowChange:
    key = {"contact_id": contact_id, "began_seq": began_seq}
    return RowChange(
        "phases", key, {"kind": "talk", "agent_id": agent_id, "began_at_ms": began_at_ms}
    )


@pytest.fixture
async def filled(store: Store) -> Store:
    """Three intervals, contacts in and out of their segments, three agents of whom one was removed."""
    segment = {
        "channel": "chat",
        "queue_id": "sales",
        "segment_threshold_ms": 20_000,
        "segment_is_answered": True,
    }
    agents = [
        RowChange(
            "agent_states",
            {"agent_id": agent_id},
            {
                "team_id": "t-1",
                "state": "not_ready",
                "reason_id": "break",
                "since_ms": 5,
                "is_removed": agent_id == "a-3",
                "offered": 1,
                "talking": 2,
                "wrap_ups": wrap_ups_text([WRAP_UP]) if agent_id == "a-2" else "",
                "kind_since_ms": 7,
            },
        )
        for agent_id in ("a-2", "a-1", "a-3")
    ]
    changes = [
        figures("sales", 900_000, 20_000, entered=2, answered=1, wait_ms=300),
        figures("sales", 900_000, 20_000, entered=1),
        figures("sales", 900_000, 5_000, entered=4),
        figures("help", 1_800_000, 20_000, abandoned=1),
        RowChange("agent_intervals", {"agent_id": "a-1", "start_ms": 900_000}, {}, {"talk_ms": 3}),
        RowChange("agent_intervals", {"agent_id": "a-1", "start_ms": 900_000}, {}, {"ring_ms": 4}),
        RowChange("queue_thresholds", {"queue_id": "sales"}, {"threshold_ms": 5_000}),
        interaction("c-1", **segment, segment_entered_at_ms=900_100, talk_since_ms=900_200),
        interaction("c-2", **segment, segment_entered_at_ms=1_800_000),
        interaction("c-3", **segment, segment_entered_at_ms=900_100, closed_at_ms=1),
        interaction("c-4", channel="voice", queue_id="help", stage="arrived", age_origin_ms=8),
        *(phase(*one) for one in PHASES),
        *agents,
    ]
    await store.rows.commit("interactions", 40, changes)
    return store


async def test_intervals_and_open_segments_of_a_time(filled: Store) -> None:
    seq, intervals, segments = await filled.statistics.queues(900_000, 1_800_000)
    assert seq == 40
    assert intervals == [
        QueueInterval(SALES, 900_000, 5_000, Figures(entered=4)),
        QueueInterval(SALES, 900_000, 20_000, Figures(entered=3, answered=1, wait_ms=300)),
    ]
    assert segments == [
        Segment(SALES, Channel.CHAT, 900_100, 20_000, is_answered=True, talk_since_ms=900_200)
    ]


async def test_agents_intervals_and_standings(filled: Store) -> None:
    seq, intervals, standings = await filled.statistics.agents(0, 900_001)
    assert seq == 40
    assert intervals == [AgentInterval(AgentId("a-1"), 900_000, AgentTimes(talk_ms=3, ring_ms=4))]
    assert [one.agent_id for one in standings] == ["a-1", "a-2"]
    assert (standings[0].wrap_ups, standings[1].wrap_ups) == ((), (WRAP_UP,))
    assert (standings[0].offered, standings[0].talking, standings[0].kind_since_ms) == (1, 2, 7)
    assert (await filled.statistics.agents(0, 900_000))[1] == []


async def test_the_work_of_one_agent_since_an_instant(filled: Store) -> None:
    work = await filled.statistics.of_agent(AgentId("a-1"), 900_000)
    assert work.as_of_seq == 40
    assert work.intervals == [AgentInterval(AgentId("a-1"), 900_000, AgentTimes(3, 0, 4))]
    assert [(one.contact_id, one.began_seq) for one in work.phases] == [("c-1", 5)]
    assert work.standing is not None
    assert work.standing.agent_id == "a-1"
    assert (await filled.statistics.of_agent(AgentId("a-3"), 0)).standing is None


async def test_a_fold_begins_from_one_moment(filled: Store) -> None:
    beginning = await filled.statistics.beginning(1_000_000)
    assert beginning.as_of_seq == 40
    assert beginning.thresholds == {SALES: 5_000}
    assert beginning.intervals == [QueueInterval(HELP, 1_800_000, 20_000, Figures(abandoned=1))]
    known = {one.interaction.contact_id: one for one in beginning.open_contacts}
    assert sorted(known) == ["c-1", "c-2", "c-4"]
    late = known[ContactId("c-4")]
    assert (late.segment, late.stage, late.age_origin_ms) == (None, "arrived", 8)
    assert known[ContactId("c-2")].segment == Segment(
        SALES, Channel.CHAT, 1_800_000, 20_000, is_answered=True
    )
    assert [one.state for one in beginning.agents] == ["not_ready", "not_ready"]


async def test_nothing_is_stored_yet(store: Store) -> None:
    beginning = await store.statistics.beginning(0)
    assert (beginning.as_of_seq, beginning.open_contacts, beginning.intervals) == (0, [], [])
    assert await store.statistics.queues(0, 1) == (0, [], [])
