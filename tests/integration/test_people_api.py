"""Administrators add, change and disable people; the engine hears of it."""

from pathlib import Path

import msgspec
import pytest

from callcenter.auth import people
from callcenter.bootstrap.gateway import HostGateway
from callcenter.bootstrap.people import Roster
from routing.ids import AgentId
from routing.model import CapacityRule, Channel
from tests.integration.api_stage import PASSWORD, ApiStage
from tests.integration.live_server import LiveServer

NEW = {
    "username": "max",
    "display_name": "Max",
    "role": "agent",
    "team_id": "north",
    "queue_ids": ["sales"],
    "chat_capacity": 2,
    "language": "zh-CN",
    "password": PASSWORD,
}
KEY = {"Idempotency-Key": "add max"}


async def test_somebody_is_added_and_can_work(stage: ApiStage) -> None:
    answer = await stage.ask("POST", "/api/v1/users", by="ada", body=NEW)
    assert answer.status == 201
    user = answer.body["user"]
    assert "password" not in str(user)
    assert stage.host.mirror.agents[AgentId(user["user_id"])].queue_ids == ("sales",)
    body = {"username": "max", "password": PASSWORD}
    assert (await stage.ask("POST", "/api/v1/session", body=body)).status == 200
    taken = await stage.ask("POST", "/api/v1/users", by="ada", body=NEW)
    assert (taken.status, taken.code) == (409, "username_taken")


async def test_a_phone_is_known_before_the_engine_may_offer(tmp_path: Path) -> None:
    """A call may come right after: the roster's poll is not waited for."""
    async with LiveServer(tmp_path) as server:
        roster = server.parts.roster
        body = {**NEW, "language": "en", "phone": "1007"}
        user = (await server.ask("POST", "/api/v1/users", by="ada", body=body)).body["user"]
        assert roster.phone(user["user_id"]) == "1007"
        path, change = f"/api/v1/users/{user['user_id']}", {"phone": "1008"}
        answer = await server.ask("PATCH", path, by="ada", body=change)
        assert answer.status == 200, answer.body
        assert roster.phone(user["user_id"]) == "1008"


async def test_adding_is_repeatable_with_its_key(stage: ApiStage) -> None:
    first = await stage.ask("POST", "/api/v1/users", by="ada", body=NEW, headers=KEY)
    repeat = await stage.ask("POST", "/api/v1/users", by="ada", body=NEW, headers=KEY)
    assert (repeat.status, repeat.body) == (201, first.body)
    other = {**NEW, "username": "mia"}
    reused = await stage.ask("POST", "/api/v1/users", by="ada", body=other, headers=KEY)
    assert reused.code == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"username": "Max"}, "request_invalid", "$.username"),
        ({"display_name": " Max"}, "person_invalid", "$.display_name"),
        ({"team_id": "west"}, "person_invalid", "$.team_id"),
        ({"queue_ids": ["west"]}, "person_invalid", "$.queue_ids"),
        ({"role": "owner"}, "request_invalid", "$.role"),
        ({"chat_capacity": 51}, "request_invalid", "$.chat_capacity"),
        ({"skills": {"fr": 5}}, "person_invalid", "$.skills"),
        ({"skills": {"zh": 11}}, "request_invalid", "$.skills[...]"),
        ({"site": "nowhere"}, "person_invalid", "$.site"),
        ({"password": "short"}, "password_refused", "$.password"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_path(
    stage: ApiStage, change: dict[str, object], code: str, path: str
) -> None:
    answer = await stage.ask("POST", "/api/v1/users", by="ada", body={**NEW, **change})
    assert (answer.code, answer.body["error"]["path"]) == (code, path)
    assert await stage.store.users.by_username("max") is None


async def test_a_refused_request_leaves_its_key_free(stage: ApiStage) -> None:
    wrong = {**NEW, "password": "short"}
    assert (
        await stage.ask("POST", "/api/v1/users", by="ada", body=wrong, headers=KEY)
    ).status == 400
    assert (await stage.ask("POST", "/api/v1/users", by="ada", body=NEW, headers=KEY)).status == 201


async def test_a_change_reaches_the_session_and_the_engine(stage: ApiStage) -> None:
    await stage.log_in("ann")
    body = {"queue_ids": ["help"], "display_name": "Anna"}
    answer = await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=body)
    assert answer.body["user"]["queue_ids"] == ["help"]
    session = await stage.ask("GET", "/api/v1/session", by="ann")
    assert session.body["user"]["queue_ids"] == ["help"]
    assert session.body["user"]["display_name"] == "Anna"
    assert stage.host.mirror.agents[AgentId("u-ann")].queue_ids == ("help",)


async def test_skills_reach_the_engine(stage: ApiStage) -> None:
    added = await stage.ask("POST", "/api/v1/users", by="ada", body={**NEW, "skills": {"zh": 9}})
    assert added.body["user"]["skills"] == {"zh": 9}
    assert added.body["user"]["site"] is None
    user_id = added.body["user"]["user_id"]
    assert stage.host.mirror.agents[AgentId(user_id)].skills == {"zh": 9}
    body = {"skills": {"zh": 10, "en": 3}, "site": "berlin"}
    changed = await stage.ask("PATCH", f"/api/v1/users/{user_id}", by="ada", body=body)
    assert (changed.body["user"]["skills"], changed.body["user"]["site"]) == (
        {"zh": 10, "en": 3},
        "berlin",
    )
    assert stage.host.mirror.agents[AgentId(user_id)].site == "berlin"
    assert stage.host.mirror.agents[AgentId(user_id)].skills == {"zh": 10, "en": 3}
    await stage.ask("PATCH", f"/api/v1/users/{user_id}", by="ada", body={"site": None})
    user = await stage.store.users.get(user_id)
    assert user is not None
    assert (user.site, user.skills) == ("", {"zh": 10, "en": 3})


async def test_capacity_on_all_channels_and_a_queue_that_goes_first(stage: ApiStage) -> None:
    capacity = {"total": 4, "per_channel": {"chat": 3, "voice": 1}, "weights": {"voice": 4}}
    facts = {"capacity": capacity, "primary_queue_id": "sales"}
    added = await stage.ask("POST", "/api/v1/users", by="ada", body={**NEW, **facts})
    user = added.body["user"]
    assert (user["capacity"], user["primary_queue_id"]) == (capacity, "sales")
    agent = stage.host.mirror.agents[AgentId(user["user_id"])]
    assert agent.capacity == CapacityRule(
        4,
        {Channel.CHAT: 3, Channel.VOICE: 1, Channel.OUTBOUND_VOICE: 1},
        {Channel.VOICE: 4, Channel.OUTBOUND_VOICE: 4},
    )
    assert agent.primary_queue_id == "sales"
    path = f"/api/v1/users/{user['user_id']}"
    body: dict[str, object] = {"capacity": None, "primary_queue_id": None}
    assert (await stage.ask("PATCH", path, by="ada", body=body)).status == 200
    agent = stage.host.mirror.agents[AgentId(user["user_id"])]
    assert agent.capacity == CapacityRule(2, {Channel.CHAT: 2})
    assert agent.primary_queue_id is None
    for wrong in ({"primary_queue_id": "help"}, {"capacity": {"total": 1}}):
        assert (await stage.ask("PATCH", path, by="ada", body=wrong)).status == 422


async def test_an_agent_who_becomes_a_supervisor_takes_no_work(stage: ApiStage) -> None:
    body = {"role": "supervisor", "watched_team_ids": ["north"]}
    assert (await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=body)).status == 200
    assert AgentId("u-ann") not in stage.host.mirror.agents
    assert (await stage.ask("GET", "/api/v1/agents", by="ann")).status == 200


async def test_a_supervisor_watches_the_own_team_unless_told_otherwise(stage: ApiStage) -> None:
    body = {**NEW, "role": "supervisor"}
    answer = await stage.ask("POST", "/api/v1/users", by="ada", body=body)
    assert answer.body["user"]["watched_team_ids"] == ["north"]


async def test_a_new_password_ends_the_sessions(stage: ApiStage) -> None:
    await stage.log_in("ann")
    path = "/api/v1/users/u-ann/password"
    assert (await stage.ask("POST", path, by="ada", body={"password": "x"})).status == 400
    body = {"password": "something new"}
    assert (await stage.ask("POST", path, by="ada", body=body)).status == 204
    assert (await stage.ask("GET", "/api/v1/session", by="ann")).status == 401
    body = {"username": "ann", "password": "something new"}
    assert (await stage.ask("POST", "/api/v1/session", body=body)).status == 200


async def test_an_administrator_cannot_lock_themself_out(stage: ApiStage) -> None:
    for body in ({"is_disabled": True}, {"role": "agent"}):
        answer = await stage.ask("PATCH", "/api/v1/users/u-ada", by="ada", body=body)
        assert (answer.status, answer.code) == (409, "not_yourself")
    body = {"display_name": "Ada L."}
    assert (await stage.ask("PATCH", "/api/v1/users/u-ada", by="ada", body=body)).status == 200


async def test_people_are_listed_by_name(stage: ApiStage) -> None:
    answer = await stage.ask("GET", "/api/v1/users", by="ada")
    names = [user["username"] for user in answer.body["users"]]
    assert names == sorted(names)
    assert "hash" not in str(answer.body)
    one = await stage.ask("GET", "/api/v1/users/u-sam", by="ada")
    assert one.body["user"]["watched_team_ids"] == ["north"]


async def test_a_change_names_the_version_it_started_from(stage: ApiStage) -> None:
    path = "/api/v1/users/u-ann"
    read = (await stage.ask("GET", path, by="ada")).body["user"]
    other = {"skills": {"zh": 5}, "based_on": read["version"]}
    assert (await stage.ask("PATCH", path, by="ada", body=other)).status == 200
    late = {"display_name": "Anna", "based_on": read["version"]}
    refused = await stage.ask("PATCH", path, by="ada", body=late)
    assert (refused.status, refused.code) == (409, "changed_meanwhile")
    assert "Ada Display has changed skills since you began" in refused.body["error"]["message"]
    repeat = await stage.ask("PATCH", path, by="ada", body=other)
    assert repeat.status == 200, "what is so already is no change"
    again = {**late, "based_on": repeat.body["user"]["version"]}
    assert (await stage.ask("PATCH", path, by="ada", body=again)).status == 200


async def test_every_change_is_told_with_who_and_what(stage: ApiStage) -> None:
    path = "/api/v1/users/u-ann"
    await stage.ask("PATCH", path, by="ada", body={"skills": {"zh": 5}})
    await stage.ask("POST", f"{path}/password", by="ada", body={"password": "something new"})
    told = (await stage.ask("GET", f"{path}/changes", by="ada")).body["changes"]
    assert [one["by_name"] for one in told] == ["Ada Display", "Ada Display", ""]
    assert told[0]["fields"] == [{"field": "password_hash", "before": "", "after": ""}]
    assert told[1]["fields"] == [{"field": "skills", "before": "{}", "after": '{"zh":5}'}]
    assert told[0]["at_ms"] >= told[1]["at_ms"] > 0
    assert "something" not in str(told)


async def test_people_come_and_go_as_a_table(stage: ApiStage) -> None:
    table = (await stage.ask("GET", "/api/v1/people", by="ada")).body["csv"]
    again = await stage.ask("POST", "/api/v1/people", by="ada", body={"csv": table})
    assert again.body == {
        "added": [],
        "changed": [],
        "unchanged": 6,
        "problems": [],
        "is_stored": True,
    }
    csv = "username,display_name,role,team,queues,skills,disabled\n"
    csv += "ann,Ann Display,agent,north,sales,zh=7,no\nzoe,'=Zoe,agent,south,help,,no\n"
    trial = await stage.ask("POST", "/api/v1/people", by="ada", body={"csv": csv, "is_trial": True})
    assert (trial.body["added"], trial.body["changed"]) == (["zoe"], ["ann"])
    assert not trial.body["is_stored"]
    assert await stage.store.users.by_username("zoe") is None
    stored = await stage.ask("POST", "/api/v1/people", by="ada", body={"csv": csv})
    assert stored.body["is_stored"]
    zoe = await stage.store.users.by_username("zoe")
    assert zoe is not None
    assert zoe.display_name == "=Zoe"
    assert stage.host.mirror.agents[AgentId(zoe.user_id)].queue_ids == ("help",)
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {"zh": 7}
    body = {"username": "zoe", "password": "!"}
    assert (await stage.ask("POST", "/api/v1/session", body=body)).code == "login_failed"


@pytest.mark.parametrize("row", ["ann,north\nbob,west", "ann,north\nada,north,extra", "ann,"])
async def test_a_table_with_a_problem_changes_nobody(stage: ApiStage, row: str) -> None:
    before = await stage.store.users.all()
    body = {"csv": f"username,team\n{row}"}
    answer = await stage.ask("POST", "/api/v1/people", by="ada", body=body)
    assert not answer.body["is_stored"]
    assert answer.body["problems"]
    assert await stage.store.users.all() == before


async def test_a_table_locks_no_administrator_out(stage: ApiStage) -> None:
    for row in ("ada,yes", "ada,no,agent"):
        header = "username,disabled" + (",role" if row.count(",") == 2 else "")
        body = {"csv": f"{header}\n{row}"}
        answer = await stage.ask("POST", "/api/v1/people", by="ada", body=body)
        assert (answer.status, answer.code) == (409, "not_yourself")


async def test_a_row_without_its_command_reaches_the_engine_at_the_next_look(
    stage: ApiStage,
) -> None:
    """The row comes first. A crash, or a command that another overtook, leaves them apart until then."""
    roster = Roster(stage.store.users, stage.sessions, stage.host, HostGateway(stage.host))
    ann = await stage.store.users.get("u-ann")
    assert ann is not None
    await stage.store.users.put(msgspec.structs.replace(ann, skills={"zh": 9}))
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {}
    await roster.follow()
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {"zh": 9}
    await stage.send(people.agent_facts(ann))  # an older command that comes late
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {}
    await roster.follow()
    assert stage.host.mirror.agents[AgentId("u-ann")].skills == {"zh": 9}
