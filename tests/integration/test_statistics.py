"""The statistics calls: figures with their formula, what is provisional, and nothing of other people's queues."""

from typing import Any

import pytest

from routing import commands as cmd
from routing.ids import AgentId, ContactId, DetailId
from routing.model import Party
from routing.service_level import FORMULAS, INTERVAL_MS
from tests.integration.api_stage import HELP, ApiStage

QUEUES = "/api/v1/statistics/queues"


async def a_busy_minute(stage: ApiStage) -> None:
    """One chat answered, one left, one still waiting."""
    contact = ContactId(await stage.connect("ann", "c1"))
    await stage.send(cmd.AddMessage(contact, DetailId("d1"), Party.AGENT, AgentId("u-ann")))
    await stage.break_for("ann")
    await stage.arrive("c2")
    await stage.send(cmd.EndContact(ContactId("c2"), Party.CUSTOMER))
    await stage.arrive("c3")
    await stage.catch_up()


async def rows_of(stage: ApiStage, by: str, query: str = "") -> dict[str, dict[str, Any]]:
    answer = await stage.ask("GET", f"{QUEUES}{query}", by=by)
    assert answer.status == 200, answer.body
    return {row["queue_id"]: row for row in answer.body["queues"]}


async def test_figures_say_what_they_were_made_of(stage: ApiStage) -> None:
    await a_busy_minute(stage)
    rows = await rows_of(stage, "sam")
    assert list(rows) == ["sales"]
    sales = rows["sales"]
    assert (sales["entered"], sales["offered"], sales["answered"]) == (3, 2, 1)
    assert (sales["abandoned"], sales["abandoned_in_time"], sales["is_provisional"]) == (1, 1, True)
    assert sales["service_level"] == {
        "formula": "short_abandons_excluded",
        "version": 1,
        "thresholds_ms": [20_000],
        "part": 1,
        "whole": 1,
        "permille": 1000,
    }
    assert sales["mean_wait_of_answered_ms"] is not None
    assert sales["mean_handle_ms"] is None


async def test_any_formula_can_be_asked_for(stage: ApiStage) -> None:
    await a_busy_minute(stage)
    levels = {}
    for formula in FORMULAS:
        rows = await rows_of(stage, "ada", f"?formula={formula}")
        levels[formula] = rows["sales"]["service_level"]["permille"]
    assert levels == {
        "short_abandons_excluded": 1000,
        "short_abandons_succeed": 1000,
        "abandons_fail": 500,
        "answered_only": 1000,
    }


async def test_the_quarters_add_up_to_the_whole(stage: ApiStage) -> None:
    await a_busy_minute(stage)
    whole = (await rows_of(stage, "ada"))["sales"]
    answer = await stage.ask("GET", f"{QUEUES}/sales", by="ada")
    intervals = answer.body["intervals"]
    assert all(row["start_ms"] % INTERVAL_MS == 0 for row in intervals)
    for count in ("entered", "offered", "answered", "abandoned", "overdue"):
        assert sum(row[count] for row in intervals) == whole[count]
    assert sum(row["service_level"]["whole"] for row in intervals) == 1
    assert answer.body["as_of_seq"] == stage.host.mirror.seq


async def test_a_time_in_which_nothing_happened_has_no_service_level(stage: ApiStage) -> None:
    await a_busy_minute(stage)
    rows = await rows_of(stage, "ada", f"?from_ms=0&until_ms={INTERVAL_MS}")
    assert rows["help"]["service_level"]["permille"] is None
    assert rows["sales"]["entered"] == 0


async def test_agents_time_is_told_up_to_now(stage: ApiStage) -> None:
    await a_busy_minute(stage)
    answer = await stage.ask("GET", "/api/v1/statistics/agents", by="sam")
    assert answer.status == 200
    ann = next(row for row in answer.body["agents"] if row["agent_id"] == "u-ann")
    assert ann["talk_ms"] > 0
    assert ann["occupancy_permille"] is not None
    assert "u-eve" not in {row["agent_id"] for row in answer.body["agents"]}  # of another team


@pytest.mark.parametrize(
    "query", ["?from_ms=1", f"?from_ms={INTERVAL_MS}&until_ms=0", "?from_ms=0", "?formula=mine"]
)
async def test_a_time_that_cannot_be_told_is_refused(stage: ApiStage, query: str) -> None:
    for path in (QUEUES, f"{QUEUES}/sales", "/api/v1/statistics/agents"):
        answer = await stage.ask("GET", path + query, by="ada")
        assert (answer.status, answer.code) == (422, "request_invalid"), path


async def test_other_peoples_queues_and_unknown_ones_do_not_exist(stage: ApiStage) -> None:
    assert (await stage.ask("GET", f"{QUEUES}/{HELP}", by="sam")).status == 404
    assert (await stage.ask("GET", f"{QUEUES}/nowhere", by="ada")).code == "queue_unknown"


async def test_an_agents_own_day(stage: ApiStage) -> None:
    none = (await stage.ask("GET", "/api/v1/me/statistics", by="ann")).body
    assert (none["answered"], none["missed"], none["handled"]) == (0, 0, 0)
    assert none["mean_handle_ms"] is None
    await stage.connect("ann", "c1")
    await stage.ask("POST", "/api/v1/contacts/c1/end", by="ann", body={})
    done = {"disposition_id": "solved"}
    await stage.ask("POST", "/api/v1/contacts/c1/wrap-up", by="ann", body=done)
    await stage.connect("ann", "c2")
    await stage.catch_up()
    told = (await stage.ask("GET", "/api/v1/me/statistics", by="ann")).body
    assert (told["answered"], told["missed"], told["handled"]) == (2, 0, 1)
    assert told["mean_handle_ms"] is not None
    assert (await stage.ask("GET", "/api/v1/me/statistics", by="bob")).body["answered"] == 0
    assert (await stage.ask("GET", "/api/v1/me/statistics", by="sam")).status == 403
