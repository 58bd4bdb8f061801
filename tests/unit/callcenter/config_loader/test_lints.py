"""What is well formed and still wrong: each lint finds the fault that was put there, and a sound document is silent."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import pytest

from callcenter.config_loader.checking import findings
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.lints import CLASSES_OF_AGENT_MAX
from routing.commands import PutAgent
from routing.model import Channel
from tests.unit.callcenter.config_loader.documents import (
    NAME,
    NOW_MS,
    OFFICE,
    agent,
    document,
    queue,
)

Agents: TypeAlias = Sequence[PutAgent] | None

ANN = agent("ann", "sales", "help", skills={"zh": 9, "en": 4})
ANN_HELPS = agent("ann", "help")
WIDGET = {"id": "w", "name": NAME, "greeting": NAME, "queue": "sales"}


def told(*queues: dict[str, Any], agents: Agents = (ANN,), **changes: object) -> list[Finding]:
    """The findings about a document."""
    return list(findings(document(*queues, **changes), NOW_MS, agents))


def codes(*queues: dict[str, Any], agents: Agents = (ANN,), **changes: object) -> list[str]:
    """Their codes, errors in capitals."""
    found = told(*queues, agents=agents, **changes)
    return [str(one.code).upper() if one.is_error else str(one.code) for one in found]


def test_nothing_is_said_about_what_is_right() -> None:
    both = (queue(needs={"zh": 9}, hours="office"), queue("help", needs={"en": 4, "zh": 1}))
    assert told(*both, widgets=[WIDGET]) == []


@pytest.mark.parametrize(
    ("queues", "agents", "expected"),
    [
        ([queue(needs={"zh": 10})], [ANN], ["skill_unheld", "queue_unmatchable"]),
        ([queue(needs={"zh": 9, "en": 5})], [ANN], ["skill_unheld", "queue_unmatchable"]),
        (
            [queue(needs={"zh": 9, "en": 9})],
            [ANN, agent("bo", "sales", skills={"en": 9})],
            ["queue_unmatchable"],
        ),
        ([queue(needs={"zh": 9})], [agent("bo", skills={"zh": 9})], ["queue_without_agents"]),
        ([queue()], [], ["queue_without_agents"]),
        ([queue()], [agent("bo", "sales", capacity=0)], ["capacity_none"]),
        ([queue(needs={"zh": 10})], None, []),
    ],
)
def test_who_could_serve(queues: list[dict[str, Any]], agents: Agents, expected: list[str]) -> None:
    assert codes(*queues, agents=agents, widgets=[WIDGET]) == expected


VOICEMAIL = {"kind": "voicemail", "text": NAME, "queue": "sales", "next": "bye"}
MAILBOX = {"id": "m", "name": NAME, "address": "shop@example.com", "queue": "sales"}
CALL_BACK = {"connection": "pbx", "prefixes": ["+49"], "attempts": 2, "gap_s": 600}


@pytest.mark.parametrize(
    ("channel", "rules", "changes"),
    [
        (Channel.CHAT, {}, {"widgets": [WIDGET]}),
        (Channel.EMAIL, {}, {"mailboxes": [MAILBOX]}),
        (Channel.VOICE, {}, {"telephony": {"entry_points": [{"number": "1", "queue": "sales"}]}}),
        (
            Channel.VOICE,
            {},
            {
                "telephony": {
                    "entry_points": [
                        {"number": "1", "queue": "help", "choices": {"2": {"queue": "sales"}}}
                    ]
                }
            },
        ),
        (
            Channel.OUTBOUND_VOICE,
            {"call_back": CALL_BACK},
            {"telephony": {"connections": [{"id": "pbx", "control_url": "http://127.0.0.1:9"}]}},
        ),
        (Channel.TASK, {}, {"leads": {"queue": "sales"}}),
        (
            Channel.TASK,
            {"wait_max_s": 60, "turned_away": {"overdue": {"to": "voicemail"}}},
            {},
        ),
        (
            Channel.TASK,
            {},
            {
                "flows": [
                    {
                        "id": "f",
                        "name": NAME,
                        "start": "message",
                        "nodes": {"message": VOICEMAIL, "bye": {"kind": "hang_up"}},
                    }
                ]
            },
        ),
    ],
    ids=lambda one: one if isinstance(one, Channel) else "",
)
def test_what_comes_to_a_queue_is_taken_by_somebody(
    channel: Channel, rules: dict[str, Any], changes: dict[str, Any]
) -> None:
    both = (queue(**rules), queue("help"))
    others = [one for one in Channel if one is not channel]
    bo = agent("bo", "sales", channels=others)
    (found,) = told(*both, agents=(ANN_HELPS, bo), **changes)
    assert (found.code, found.path) == (FindingCode.CAPACITY_NONE, ("queues", 0))
    assert found.message.endswith(f"capacity for {channel}")
    able = agent("bo", "sales", channels=[channel])
    assert codes(*both, agents=(ANN_HELPS, able), **changes) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([{}, {"after_s": 30, "needs": {}}], []),
        ([{"after_s": 5}], ["STEP_UNREACHABLE"]),
        ([{}, {"after_s": 9}, {"after_s": 9}], ["STEP_UNREACHABLE"]),
        ([{}, {"after_s": 9}, {"after_s": 5}], ["STEP_UNREACHABLE"]),
        ([{"asks": "agent"}], ["LAST_STEP_UNMATCHABLE"]),
        ([{"asks": "agent"}, {"asks": "team", "after_s": 9}], ["LAST_STEP_UNMATCHABLE"]),
        ([{"asks": "agent"}, {"asks": "team", "team": "north", "after_s": 9}], []),
        ([{}, {"asks": "team", "team": "south", "after_s": 9}], ["last_step_unmatchable"]),
        ([{"needs": {"zh": 10}}, {"after_s": 9}], ["skill_unheld"]),
        ([{}, {"after_s": 9, "needs": {"zh": 10}}], ["skill_unheld", "last_step_unmatchable"]),
    ],
)
def test_steps(steps: list[dict[str, Any]], expected: list[str]) -> None:
    teams = [{"id": one, "name": NAME} for one in ("north", "south")]
    assert codes(queue(steps=steps), teams=teams) == expected


def test_a_wider_pool_counts() -> None:
    wide = queue("vip", steps=[{}, {"after_s": 9, "queues": ["sales"]}])
    assert codes(queue(), wide) == []
    narrow = queue("vip", needs={"zh": 10}, steps=[{"needs": {"zh": 9}, "queues": ["sales"]}])
    assert codes(queue(), narrow) == []


def test_steps_count_as_classes() -> None:
    half = [{"after_s": second} for second in range(CLASSES_OF_AGENT_MAX // 4)]
    queues = [queue(f"q{number}", steps=half[:20]) for number in range(5)]
    queue_ids = [one["id"] for one in queues]
    assert codes(*queues, agents=[agent("bo", *queue_ids)]) == ["classes_many"]
    assert codes(*queues, agents=[agent("bo", *queue_ids[:4])])[-1:] == ["queue_without_agents"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"wait_max_s": 60}, ["DESTINATION_MISSING"]),
        ({"unstaffed_exit_s": 60}, ["DESTINATION_MISSING"]),
        ({"leaves_at_closing": True, "hours": "office"}, ["DESTINATION_MISSING"]),
        (
            {"wait_max_s": 60, "turned_away": {"overdue": {"to": "callback"}}},
            ["call_back_unruled"],
        ),
        ({"wait_max_s": 60, "turned_away": {"overdue": {"to": "queue", "queue": "help"}}}, []),
        (
            {
                "wait_max_s": 60,
                "turned_away": {"overdue": {"to": "voicemail"}},
                "steps": [{}, {"after_s": 59}, {"after_s": 60}],
            },
            ["STEP_UNREACHABLE"],
        ),
    ],
)
def test_ways_out_of_a_queue(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(queue(**changes), queue("help")) == expected


def on_to(queue_id: str) -> dict[str, Any]:
    """A full queue sends on."""
    return {"turned_away": {"full": {"to": "queue", "queue": queue_id}}}


def test_overflow_never_comes_back() -> None:
    a, b, c = queue("a", **on_to("b")), queue("b", **on_to("c")), queue("c")
    agents = [agent("bo", "a", "b", "c")]
    assert codes(a, b, c, agents=agents) == []
    back = {"turned_away": {"closed": {"to": "queue", "queue": "a"}}, "hours": "office"}
    found = told(a, b, queue("c", **back), agents=agents)
    assert [one.code for one in found] == ["overflow_cycle"] * 3
    assert found[1].message.endswith(": b -> c -> a -> b")
    itself = told(queue("a", **on_to("a")), agents=agents)
    assert [one.code for one in itself] == ["overflow_cycle"]


def test_skills_are_named_with_their_place() -> None:
    (skill, _) = told(queue("help"), queue(needs={"en": 5, "zh": 1}))
    assert skill.path == ("queues", 1, "needs", "en")
    assert skill.message == "no agent has en at level 5 or better"


@pytest.mark.parametrize("strategy", ["strict", "priority_age"])
def test_an_unbounded_priority_is_told_and_needs_an_early_alarm(strategy: str) -> None:
    priority = {"strategy": strategy, "level": 1}
    assert codes(queue(priority=priority)) == ["priority_unbounded"]
    late = queue("help", waiting_alarm_s=3601)
    nobodys = [agent("bo", "sales"), agent("cy", "help")]
    found = codes(queue(priority=priority), late, agents=nobodys)
    assert found == ["priority_unbounded", "ALARM_TOO_LATE"]
    assert codes(late) == []


def test_queues_of_one_agent_weigh_waiting_alike() -> None:
    share = queue("help", priority={"strategy": "sla_urgency"})
    assert codes(queue(), share) == ["strategies_mixed"]
    assert codes(queue(), share, agents=[agent("bo", "sales"), agent("cy", "help")]) == []
    both = queue(priority={"strategy": "sla_urgency"})
    assert codes(both, share) == []


def test_agents_of_too_many_classes() -> None:
    queues = [queue(f"q{number}") for number in range(CLASSES_OF_AGENT_MAX + 1)]
    queue_ids = [one["id"] for one in queues]
    assert codes(*queues, agents=[agent("bo", *queue_ids)]) == ["classes_many"]
    assert codes(*queues[1:], agents=[agent("bo", *queue_ids)]) == []


def test_hours_that_never_come() -> None:
    past = {"day": "2026-01-05", "state": "special", "hours": ["09:00-12:00"], "note": NAME}
    once = {**OFFICE, "weekly": {}, "days": [past]}
    assert codes(calendars=[once]) == ["HOURS_NEVER_OPEN"]
    assert codes(calendars=[{**once, "days": [{**past, "day": "2026-12-05"}]}]) == []


def test_days_nobody_knows_yet() -> None:
    chinese = {**OFFICE, "holidays": {"country": "CN"}}
    assert codes(calendars=[chinese]) == [FindingCode.DAYS_UNKNOWN]


def test_what_the_core_would_refuse_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routing.calendars.EDGES_MAX", 3)
    (fault,) = told()
    assert (fault.code, fault.is_error) == (FindingCode.CONFIGURATION_INVALID, True)
    assert "calendar office" in fault.message


def test_a_queue_with_rules_may_send_callers_to_a_call_back() -> None:
    rules = {"connection": "pbx", "prefixes": ["+49"]}
    away = {"overdue": {"to": "callback"}}
    ruled = queue(wait_max_s=60, turned_away=away, call_back=rules)
    telephony = {"connections": [{"id": "pbx", "control_url": "http://127.0.0.1:9"}]}
    assert codes(ruled, queue("help"), telephony=telephony) == []
    assert codes(ruled, queue("help")) == ["REFERENCE_UNKNOWN"]


def test_calls_are_placed_over_a_phone_system_that_there_is() -> None:
    outbound = {
        "connection": "pbx",
        "shown_number": "+4930",
        "queue": "help",
        "country_code": "49",
    }
    systems = [{"id": "pbx", "control_url": "http://127.0.0.1:9"}]
    telephony = {"connections": systems, "outbound": outbound}
    assert codes(queue("help"), telephony=telephony) == []
    assert codes(queue("help"), telephony={"outbound": outbound}) == ["REFERENCE_UNKNOWN"]
