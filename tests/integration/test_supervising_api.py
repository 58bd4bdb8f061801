"""What supervisors and administrators do over the API, and what stands in the journal afterwards."""

from typing import Any

import pytest

from routing import commands as cmd
from routing.ids import AgentId, ContactId
from routing.model import AgentState, Channel
from tests.integration.api_stage import HELP, SALES, Answer, ApiStage

CAROL = {"address": "Carol@Example.org", "tier": "vip", "language": "zh-CN", "region": "south"}


async def put(stage: ApiStage, path: str, body: object, by: str = "sam", **headers: str) -> Answer:
    return await stage.ask("PUT", path, by=by, body=body, headers=headers)


async def post(stage: ApiStage, path: str, body: object, by: str = "sam", **headers: str) -> Answer:
    return await stage.ask("POST", path, by=by, body=body, headers=headers)


def journalled(stage: ApiStage, kind: str) -> list[Any]:
    """Events of a kind, so far."""
    events = (event for published in stage._published for event in published.events)
    return [event for event in events if type(event).__name__ == kind]


async def test_a_raised_contact_is_first_and_the_record_says_by_whom(stage: ApiStage) -> None:
    await stage.arrive("old")
    await stage.arrive("new")
    answer = await post(stage, "/api/v1/contacts/new/priority", {"credit_ms": 60_000})
    assert answer.status == 200
    assert [event.by for event in journalled(stage, "PriorityAdjusted")] == ["u-sam"]
    await stage.ready("ann")
    made = [event.contact_id for event in journalled(stage, "OfferMade")]
    assert made == ["new", "old"]


async def test_the_same_request_again_raises_once(stage: ApiStage) -> None:
    await stage.arrive("old")
    for _ in range(2):
        body = {"credit_ms": 60_000}
        key = {"Idempotency-Key": "raise-1"}
        assert (await post(stage, "/api/v1/contacts/old/priority", body, **key)).status == 200
    assert stage.host.mirror.contacts[ContactId("old")].adjusted_ms == 60_000


async def test_an_assigned_contact_is_offered_to_that_agent(stage: ApiStage) -> None:
    await stage.offer_to("ann", "c1")
    await stage.ready("bob")
    answer = await post(stage, "/api/v1/contacts/c1/assign", {"agent_id": "u-bob"})
    assert answer.status == 200
    offer_id = stage.offer_of("c1")
    assert offer_id is not None
    assert (await post(stage, f"/api/v1/offers/{offer_id}/accept", {}, by="bob")).status == 200
    late = await post(stage, "/api/v1/offers/c1.1/accept", {}, by="ann")
    assert (late.status, late.code) == (409, "offer_ended")
    assert "assigned" in late.body["error"]["message"]


async def test_what_stands_against_an_assignment_is_told(stage: ApiStage) -> None:
    await stage.arrive("c1")
    answer = await post(stage, "/api/v1/contacts/c1/assign", {"agent_id": "u-ann"})
    assert (answer.status, answer.code) == (409, "agent_not_eligible")
    assert "readiness" in answer.body["error"]["message"]


async def test_a_foreign_agent_is_told_like_one_that_is_not_there(stage: ApiStage) -> None:
    await stage.arrive("c1")
    foreign = await post(stage, "/api/v1/contacts/c1/assign", {"agent_id": "u-eve"})
    missing = await post(stage, "/api/v1/contacts/c1/assign", {"agent_id": "nobody"})
    assert (foreign.status, foreign.code) == (404, "agent_unknown")
    assert foreign.without_request_id() == missing.without_request_id()
    assert foreign.body["error"]["path"] == "$.agent_id"


async def test_an_administrator_reaches_everybody(stage: ApiStage) -> None:
    await stage.ready("eve")
    await stage.arrive("c1", HELP)
    assert stage.offer_of("c1") is not None
    answer = await put(stage, "/api/v1/agents/u-eve/state", {"state": "logged_out"}, by="ada")
    assert answer.status == 200
    assert stage.offer_of("c1") is None


async def test_a_forced_state_waits_for_the_work_in_hand(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    body = {"state": "not_ready", "reason_id": "lunch"}
    assert (await put(stage, "/api/v1/agents/u-ann/state", body)).status == 200
    agent = stage.host.mirror.agents[next(a for a in stage.host.mirror.agents if a == "u-ann")]
    assert agent.state is AgentState.READY
    assert agent.next_state is not None
    assert [event.by for event in journalled(stage, "AgentStateForced")] == ["u-sam"]


async def test_a_conversation_is_not_adjusted_and_a_closed_one_has_ended(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    raised = await post(stage, "/api/v1/contacts/c1/priority", {"credit_ms": 1})
    assert (raised.status, raised.code) == (409, "contact_not_waiting")
    for path, body in (("end", {}), ("wrap-up", {"disposition_id": "solved"})):
        await post(stage, f"/api/v1/contacts/c1/{path}", body, by="ann")
    await stage.catch_up()
    raised = await post(stage, "/api/v1/contacts/c1/priority", {"credit_ms": 1})
    assert (raised.status, raised.code) == (409, "contact_ended")


# --- queues, and contacts handed on ---


async def test_a_moved_contact_waits_in_the_other_queue(stage: ApiStage) -> None:
    await stage.arrive("c1")
    answer = await post(stage, "/api/v1/contacts/c1/move", {"queue_id": HELP}, by="ada")
    assert answer.status == 200
    assert stage.host.mirror.contacts[ContactId("c1")].queue_id == HELP
    assert [event.by for event in journalled(stage, "ContactTransferred")] == ["u-ada"]


async def test_nobody_moves_a_contact_to_where_they_do_not_supervise(stage: ApiStage) -> None:
    await stage.arrive("c1")
    foreign = await post(stage, "/api/v1/contacts/c1/move", {"queue_id": HELP})
    missing = await post(stage, "/api/v1/contacts/c1/move", {"queue_id": "nowhere"})
    assert (foreign.status, foreign.code) == (404, "queue_unknown")
    assert foreign.without_request_id() == missing.without_request_id()
    foreign = await post(stage, "/api/v1/contacts/c1/move", {"agent_id": "u-eve"})
    assert (foreign.status, foreign.code) == (404, "agent_unknown")


async def test_a_move_names_a_queue_or_an_agent(stage: ApiStage) -> None:
    await stage.arrive("c1")
    both = {"queue_id": "sales", "agent_id": "u-ann"}
    for body in ({}, both):
        answer = await post(stage, "/api/v1/contacts/c1/move", body)
        assert (answer.status, answer.code) == (409, "transfer_invalid")


async def test_a_conversation_is_taken_over_by_the_agent_a_supervisor_names(
    stage: ApiStage,
) -> None:
    await stage.connect("ann", "c1")
    await stage.ready("bob")
    answer = await post(stage, "/api/v1/contacts/c1/move", {"agent_id": "u-bob"})
    assert answer.status == 200
    assert [*stage.host.mirror.contacts[ContactId("c1")].asked] == ["u-bob"]
    body = {"disposition_id": "solved"}
    assert (await post(stage, "/api/v1/contacts/c1/wrap-up", body, by="ann")).status == 200


async def test_an_agent_hands_a_conversation_on_to_any_queue(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    by_other = await post(stage, "/api/v1/contacts/c1/transfer", {"queue_id": HELP}, by="bob")
    assert (by_other.status, by_other.code) == (403, "not_your_contact")
    answer = await post(stage, "/api/v1/contacts/c1/transfer", {"queue_id": HELP}, by="ann")
    assert answer.status == 200
    assert stage.host.mirror.contacts[ContactId("c1")].queue_id == HELP


async def test_a_closed_queue_lets_nobody_in_until_it_is_opened(stage: ApiStage) -> None:
    await stage.arrive("before")
    assert (await post(stage, "/api/v1/queues/sales/close", {})).status == 200
    await stage.send(cmd.EnqueueContact(ContactId("during"), Channel.CHAT, SALES))
    assert (await post(stage, "/api/v1/queues/sales/open", {})).status == 200
    await stage.arrive("after")
    assert [*stage.host.mirror.contacts] == ["before", "after"]
    away = journalled(stage, "ContactTurnedAway")
    assert [(event.contact_id, event.reason) for event in away] == [("during", "closed")]
    kinds = ("QueueClosed", "QueueOpened")
    assert [[event.by for event in journalled(stage, kind)] for kind in kinds] == [["u-sam"]] * 2


async def test_a_closed_queue_says_what_the_supervisor_wrote(stage: ApiStage) -> None:
    fire = {"en": " We had a fire. ", "zh": "着火了。"}
    for _ in range(2):
        closed = await post(stage, "/api/v1/queues/sales/close", {"message": fire})
        assert closed.status == 200
    await stage.send(cmd.EnqueueContact(ContactId("during"), Channel.CHAT, SALES))
    (away,) = journalled(stage, "ContactTurnedAway")
    said = stage.services.closed_messages.said(away.destination.message_id)
    assert said is not None
    assert (said.en, said.zh, said.author.by) == ("We had a fire.", "着火了。", "u-sam")
    (line,) = [
        one
        for one in (await stage.ask("GET", "/api/v1/queues", by="sam")).body["queues"]
        if one["queue_id"] == SALES
    ]
    assert line["closed"] == "by_hand"
    for wrong in ({"en": "Fire"}, {"en": " ", "zh": "火"}):
        refused = await post(stage, "/api/v1/queues/sales/close", {"message": wrong})
        assert refused.status == 422
    await post(stage, "/api/v1/queues/sales/open", {})
    await stage.arrive("waits")
    flush = {"kind": "message", "message": fire}
    assert (await post(stage, "/api/v1/queues/sales/flush", flush)).status == 200
    assert journalled(stage, "ContactTurnedAway")[-1].destination == away.destination


async def test_a_queue_is_flushed_to_a_message_or_to_another_queue(stage: ApiStage) -> None:
    await stage.arrive("c1")
    foreign = {"kind": "queue", "queue_id": HELP}
    assert (await post(stage, "/api/v1/queues/sales/flush", foreign)).code == "queue_unknown"
    nowhere = {"kind": "queue"}
    assert (await post(stage, "/api/v1/queues/sales/flush", nowhere)).code == "destination_invalid"
    moved = await post(stage, "/api/v1/queues/sales/flush", foreign, by="ada")
    assert moved.status == 200
    assert stage.host.mirror.contacts[ContactId("c1")].queue_id == HELP
    told = await post(stage, "/api/v1/queues/help/flush", {"kind": "message"}, by="sue")
    assert told.status == 200
    assert stage.host.mirror.contacts == {}


# --- profiles ---


async def test_a_profile_lives_from_put_to_delete(stage: ApiStage) -> None:
    stored = await put(stage, "/api/v1/profiles", {**CAROL, "owner_agent_id": "u-ann"}, by="ada")
    assert stored.status == 200
    profile = stored.body["profile"]
    assert profile["owner_agent_id"] == "u-ann"
    assert profile["has_open_complaint"] is False
    address = {"address": " carol@example.ORG"}
    found = await post(stage, "/api/v1/profiles/find", address, by="ada")
    assert found.body["profile"] == profile
    path = f"/api/v1/profiles/{profile['customer_key']}"
    assert (await stage.ask("GET", path, by="ada")).body["profile"] == profile
    assert (await stage.ask("DELETE", path, by="ada")).status == 204
    gone = await post(stage, "/api/v1/profiles/find", address, by="ada")
    assert (gone.status, gone.code) == (404, "profile_unknown")
    assert (await stage.ask("DELETE", path, by="ada")).status == 404


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"owner_agent_id": "u-sam"}, "agent_unknown", "$.owner_agent_id"),
        ({"owner_agent_id": "nobody"}, "agent_unknown", "$.owner_agent_id"),
        ({"address": " \n "}, "profile_invalid", "$.address"),
        ({"tier": "Very Important"}, "request_invalid", "$.tier"),
    ],
)
async def test_a_profile_that_cannot_be_is_not_stored(
    stage: ApiStage, change: dict[str, str], code: str, path: str
) -> None:
    answer = await put(stage, "/api/v1/profiles", {**CAROL, **change}, by="ada")
    assert (answer.code, answer.body["error"]["path"]) == (code, path)


# --- skills ---


async def test_a_supervisor_changes_skills_while_the_agent_works(stage: ApiStage) -> None:
    path = "/api/v1/agents/u-ann/skills"
    read = (await stage.ask("GET", path, by="sam")).body
    assert read["skills"] == {}
    changed = await put(stage, path, {"skills": {"zh": 7}, "based_on": read["version"]})
    assert changed.body["skills"] == {"zh": 7}
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {"zh": 7}
    late = await put(stage, path, {"skills": {"en": 7}, "based_on": read["version"]})
    assert (late.status, late.code) == (409, "changed_meanwhile")
    assert "Sam Display has changed skills" in late.body["error"]["message"]
    unknown = {"skills": {"fr": 7}, "based_on": changed.body["version"]}
    assert (await put(stage, path, unknown)).code == "person_invalid"
    foreign = await put(stage, "/api/v1/agents/u-eve/skills", {"skills": {}, "based_on": 0})
    assert foreign.status == 404
