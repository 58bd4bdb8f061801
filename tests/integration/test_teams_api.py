"""Teams through the API: their rows, their people, and what the engine learns of it."""

from callcenter.auth.audit import AuditAction
from routing.ids import AgentId
from tests.integration.api_stage import Answer, ApiStage

WEST = {"team_id": "west", "name": {"en": "West", "zh": "西部"}}


async def ask(stage: ApiStage, method: str, path: str = "", body: object = None) -> Answer:
    return await stage.ask(method, f"/api/v1/teams{path}", by="ada", body=body)


async def test_everybody_is_told_with_their_team(stage: ApiStage) -> None:
    north, south = (await ask(stage, "GET")).body["teams"]
    assert [one["user_id"] for one in north["members"]] == ["u-ada", "u-ann", "u-bob", "u-sam"]
    assert [one["display_name"] for one in south["supervisors"]] == ["Sue Display"]


async def test_a_new_team_is_filled_and_the_engine_learns_it(stage: ApiStage) -> None:
    made = await ask(stage, "POST", body=WEST)
    assert (made.status, made.body["team"]["members"]) == (201, [])
    people = {"joining_ids": ["u-ann", "u-eve"], "watching_ids": ["u-sam"]}
    filled = (await ask(stage, "PUT", "/west/people", people)).body["team"]
    assert [one["user_id"] for one in filled["members"]] == ["u-ann", "u-eve"]
    assert [one["user_id"] for one in filled["supervisors"]] == ["u-sam"]
    assert stage.host.mirror.agents[AgentId("u-eve")].team_id == "west"
    eve = await stage.store.users.get("u-eve")
    assert eve is not None
    changes = await stage.store.users.changes("u-eve", limit=1)
    assert (changes[0].author.by, changes[0].fields) == (
        "u-ada",
        {"team_id": ('"south"', '"west"')},
    )
    left = (await ask(stage, "PUT", "/west/people", {"ceasing_ids": ["u-sam"]})).body["team"]
    assert left["supervisors"] == []


async def test_the_same_team_again_changes_nothing_and_another_is_refused(stage: ApiStage) -> None:
    first = await ask(stage, "POST", body=WEST)
    assert (await ask(stage, "POST", body=WEST)).body == first.body
    other = await ask(stage, "POST", body={**WEST, "name": {"en": "Wild", "zh": "西"}})
    assert (other.status, other.code) == (409, "team_taken")


async def test_a_person_can_be_put_into_a_new_team_at_once(stage: ApiStage) -> None:
    await ask(stage, "POST", body=WEST)
    moved = await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body={"team_id": "west"})
    assert moved.body["user"]["team_id"] == "west"


async def test_a_name_changed_meanwhile_is_told_with_who(stage: ApiStage) -> None:
    body = {"name": {"en": "Nord", "zh": "北"}, "based_on": 1}
    renamed = await ask(stage, "PATCH", "/north", body)
    assert renamed.body["team"]["name"] == {"en": "Nord", "zh": "北"}
    late = await ask(stage, "PATCH", "/north", {**body, "name": {"en": "N", "zh": "北"}})
    assert (late.status, late.code) == (409, "changed_meanwhile")
    assert "Ada Display" in late.body["error"]["message"]
    (newest, _) = (await ask(stage, "GET", "/north/changes")).body["changes"]
    assert (newest["by_name"], newest["fields"][0]["field"]) == ("Ada Display", "en")


async def test_nothing_is_stored_when_one_of_them_cannot_be(stage: ApiStage) -> None:
    people = {"joining_ids": ["u-eve"], "watching_ids": ["u-ann"]}
    refused = await ask(stage, "PUT", "/north/people", people)
    assert (refused.status, refused.code) == (422, "person_invalid")
    assert refused.body["error"]["path"] == "$.watching_ids[0]"
    unknown = await ask(stage, "PUT", "/north/people", {"joining_ids": ["u-eve", "u-nobody"]})
    assert (unknown.status, unknown.code) == (404, "user_unknown")
    eve = await stage.store.users.get("u-eve")
    assert eve is not None
    assert eve.team_id == "south"


async def test_a_team_with_people_cannot_go_and_the_refusal_names_them(stage: ApiStage) -> None:
    south = (await ask(stage, "GET")).body["teams"][1]
    path = f"/south?based_on={south['version']}"
    refused = await ask(stage, "DELETE", path)
    assert (refused.status, refused.code) == (409, "team_in_use")
    assert "in it: Eve Display, Sue Display" in refused.body["error"]["message"]
    assert "supervised by: Sue Display" in refused.body["error"]["message"]
    await ask(stage, "PUT", "/north/people", {"joining_ids": ["u-eve", "u-sue"]})
    await ask(stage, "PUT", "/south/people", {"ceasing_ids": ["u-sue"]})
    assert (await ask(stage, "DELETE", path)).status == 204
    assert [one["team_id"] for one in (await ask(stage, "GET")).body["teams"]] == ["north"]
    gone = await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body={"team_id": "south"})
    assert gone.code == "person_invalid"


async def test_each_change_is_on_record(stage: ApiStage) -> None:
    await ask(stage, "POST", body=WEST)
    await ask(stage, "PUT", "/west/people", {"joining_ids": ["u-ann"]})
    records = [one async for one in stage.store.audit_log.read(0)]
    told = [(one.action, one.object_kind, one.object_id) for one in records]
    assert told[-2:] == [
        (AuditAction.TEAM_ADDED, "team", "west"),
        (AuditAction.TEAM_CHANGED, "team", "west"),
    ]
