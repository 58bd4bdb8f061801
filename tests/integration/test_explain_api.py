"""Explanations over HTTP: what each caller learns, and what nobody learns about those they may not see."""

from collections.abc import Iterable
from typing import Any

import pytest

from callcenter.web import explain_routes
from routing import commands as cmd
from routing.explain import Survey
from routing.ids import AgentId, OfferId
from routing.state import Agent, ContactState
from tests.integration.api_stage import HELP, Answer, ApiStage


def url(contact_id: str, what: str = "", **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/api/v1/contacts/{contact_id}/explanation{what}?{asked}"


async def told(stage: ApiStage, by: str, path: str) -> dict[str, Any]:
    answer: Answer = await stage.ask("GET", path, by=by)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def lines(body: dict[str, Any]) -> list[str]:
    return [line for one in body["sections"] for line in (one["title"], *one["lines"])]


async def test_a_supervisor_learns_why_a_contact_waits(stage: ApiStage) -> None:
    await stage.arrive("c1")
    body = await told(stage, "sam", url("c1", agent_id="u-ann"))
    assert body["state"] == "waiting"
    assert body["waiting"]["agent_count"] == 3
    by_filter = {one["filter"]: one for one in body["waiting"]["removed"]}
    # eve is of the other half: counted, and not named.
    assert by_filter["permission"] == {"filter": "permission", "count": 1, "agents": []}
    assert [one["agent_id"] for one in by_filter["readiness"]["agents"]] == ["u-ann", "u-bob"]
    assert by_filter["readiness"]["agents"][0]["display_name"] == "Ann Display"
    assert [one["kind"] for one in body["waiting"]["coming"]] == ["alarm_waiting"]
    assert body["why_not"]["filter"] == "readiness"
    assert body["why_not"]["reasons"][0]["code"] == "not_ready"
    assert body["as_of_seq"] == stage.host.mirror.seq
    assert "Why not Ann Display?" in lines(body)
    assert not any("Eve" in line for line in lines(body))


async def test_it_is_told_in_chinese(stage: ApiStage) -> None:
    await stage.arrive("c1")
    body = await told(stage, "ada", url("c1", language="zh"))
    assert body["sections"][1]["title"] == "谁不能接，为什么"  # noqa: RUF001 - Chinese
    assert any("Eve Display" in line for line in lines(body))


async def test_a_contact_that_does_not_wait(stage: ApiStage) -> None:
    await stage.offer_to("ann", "c1")
    body = await told(stage, "sam", url("c1", agent_id="u-bob"))
    assert (body["state"], body["waiting"], body["why_not"]) == ("offered", None, None)
    assert lines(body) == ["It does not wait: it is offered to Ann Display now."]
    await stage.send(cmd.AcceptOffer(OfferId("c1.1"), AgentId("u-ann")))
    for path in ("end", "wrap-up"):
        body = {} if path == "end" else {"disposition_id": "solved"}
        await stage.ask("POST", f"/api/v1/contacts/c1/{path}", by="ann", body=body)
    await stage.catch_up()
    assert (await told(stage, "sam", url("c1")))["state"] == "closed"


async def test_the_offers_of_a_contact_are_told_from_the_journal(stage: ApiStage) -> None:
    await stage.ready("ann", "bob")
    await stage.arrive("c1")
    await stage.send(cmd.RejectOffer(OfferId("c1.1"), AgentId("u-ann")))
    body = await told(stage, "sam", url("c1", "/offers", agent_id="u-ann"))
    first, second = body["offers"]
    assert (first["number"], first["agent_id"], first["candidate_count"]) == (1, "u-ann", 2)
    assert (second["number"], second["agent_id"]) == (2, "u-bob")
    assert first["is_confirmed"]
    assert second["is_confirmed"]
    assert first["trigger"] == "contact_freed"
    assert [one["display_name"] for one in first["candidates"]] == ["Ann Display", "Bob Display"]
    assert second["why_not"]["reasons"][0]["code"] == "excluded"
    assert lines(first)[0] == "Offer 1: to Ann Display"
    assert lines(second)[-2] == "Why not Ann Display?"
    assert "Why not Ann Display?" not in lines(first)
    one = await told(stage, "sam", url("c1", "/offers", number="2"))
    assert [offer["number"] for offer in one["offers"]] == [2]
    assert (await told(stage, "sam", url("c1", "/offers", number="3")))["offers"] == []


async def test_an_agent_learns_about_the_own_contact_alone_and_about_nobody_else(
    stage: ApiStage,
) -> None:
    await stage.ready("ann", "bob")
    await stage.arrive("c1")
    assert stage.offer_of("c1") == "c1.1"
    [offer] = (await told(stage, "ann", url("c1", "/offers")))["offers"]
    assert [one["agent_id"] for one in offer["candidates"]] == ["u-ann"]
    assert offer["candidate_count"] == 2
    assert not any("Bob" in line for line in lines(offer))
    assert (await stage.ask("GET", url("c1"), by="bob")).code == "contact_unknown"
    await stage.arrive("c2", HELP)
    assert (await stage.ask("GET", url("c2"), by="ann")).code == "contact_unknown"


async def test_an_idle_agent_and_the_supervisor_learn_why_nothing_comes(stage: ApiStage) -> None:
    await stage.arrive("c1")
    await stage.arrive("c2", HELP)
    for by in ("ann", "sam"):
        body = await told(stage, by, "/api/v1/agents/u-ann/explanation")
        assert body["waiting_count"] == 2
        # c2 is of the other half: counted, and not named.
        assert body["removed"] == [
            {"filter": "permission", "count": 1, "contact_ids": []},
            {"filter": "readiness", "count": 1, "contact_ids": ["c1"]},
        ]
        assert "1 contact, but Ann Display is not ready: c1" in lines(body)
    body = await told(stage, "ada", "/api/v1/agents/u-eve/explanation?language=zh")
    assert body["state"] == "not_ready"
    assert any("c1" in line for line in lines(body))
    answer = await stage.ask("GET", "/api/v1/agents/u-eve/explanation", by="ann")
    assert answer.code == "agent_unknown"


async def test_an_agent_out_of_sight_is_told_like_one_who_is_not_there(stage: ApiStage) -> None:
    await stage.arrive("c1")
    for what in ("", "/offers"):
        answers = [
            await stage.ask("GET", url("c1", what, agent_id=agent_id), by="sam")
            for agent_id in ("u-eve", "nobody")
        ]
        assert {answer.code for answer in answers} == {"agent_unknown"}
        assert answers[0].without_request_id() == answers[1].without_request_id()


async def test_many_agents_are_looked_at_in_slices_while_others_are_served(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_routes, "LOOKED_AT_ONCE", 1)
    await stage.arrive("c1")
    body = await told(stage, "ada", url("c1"))
    assert sum(one["count"] for one in body["waiting"]["removed"]) == 3


async def test_a_contact_that_moves_on_meanwhile_is_told_where_it_is(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.arrive("c1")
    [contact] = stage.host.mirror.contacts.values()

    class Meanwhile(Survey):
        def add(self, agents: Iterable[Agent]) -> None:
            super().add(agents)
            contact.state = ContactState.OFFERED

    monkeypatch.setattr(explain_routes, "Survey", Meanwhile)
    body = await told(stage, "ada", url("c1"))
    assert (body["state"], body["waiting"]) == ("offered", None)
    contact.state = ContactState.WAITING


async def test_a_journal_that_is_too_long_is_left_to_the_command_line(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.offer_to("ann", "c1")
    monkeypatch.setattr(explain_routes, "FOLDED_EVENTS_MAX", 3)
    answer = await stage.ask("GET", url("c1", "/offers"), by="sam")
    assert (answer.status, answer.code) == (409, "explanation_too_long")
    assert "callcenter explain c1" in answer.body["error"]["message"]


async def test_one_journal_is_folded_at_a_time(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.offer_to("ann", "c1")
    monkeypatch.setattr(explain_routes, "FOLDING_WAIT_S", 0.01)
    async with stage.services.recounting:
        answer = await stage.ask("GET", url("c1", "/offers"), by="sam")
    assert (answer.status, answer.code) == (503, "explanation_busy")
    assert "Retry-After" in answer.headers
    assert (await stage.ask("GET", url("c1", "/offers"), by="sam")).status == 200
