"""The desk's calls, from log-in to the end of the wrap-up."""

import pytest

from routing import commands as cmd
from routing.ids import AgentId, ContactId, OfferId
from routing.model import Party
from tests.integration.api_stage import HELP, PASSWORD, ApiStage

KEY = {"Idempotency-Key": "k1"}


async def test_log_in_work_and_log_out(stage: ApiStage) -> None:
    answer = await stage.ask(
        "POST", "/api/v1/session", body={"username": "ANN", "password": PASSWORD}
    )
    assert answer.status == 200
    assert answer.body["user"] == {
        "user_id": "u-ann",
        "username": "ann",
        "display_name": "Ann Display",
        "role": "agent",
        "team_id": "north",
        "queue_ids": ["sales"],
        "language": "en",
        "site": "",
    }
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    sent = {"Cookie": cookie.split(";")[0]}
    assert (await stage.ask("GET", "/api/v1/session", headers=sent)).status == 200
    assert (await stage.ask("DELETE", "/api/v1/session", headers=sent)).status == 204
    assert (await stage.ask("GET", "/api/v1/session", headers=sent)).code == "session_missing"


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(stage: ApiStage) -> None:
    wrong = [
        {"username": "ann", "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
    ]
    answers = [await stage.ask("POST", "/api/v1/session", body=body) for body in wrong]
    assert {answer.status for answer in answers} == {401}
    first, second = (answer.without_request_id() for answer in answers)
    assert first == second
    assert first["code"] == "login_failed"


async def test_somebody_who_is_disabled_cannot_log_in(stage: ApiStage) -> None:
    change = {"is_disabled": True}
    await stage.log_in("ann")
    assert (await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=change)).status == 200
    assert (await stage.ask("GET", "/api/v1/session", by="ann")).code == "session_missing"
    body = {"username": "ann", "password": PASSWORD}
    assert (await stage.ask("POST", "/api/v1/session", body=body)).code == "login_failed"
    assert AgentId("u-ann") not in stage.host.mirror.agents


@pytest.mark.parametrize("path", ["", "/password"])
async def test_a_log_in_that_a_change_overtakes_opens_nothing(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The user is disabled, or gets another password, while the old one is being checked."""
    verify = stage.passwords.verify

    async def verify_slowly(password: str, stored: str | None) -> bool:
        is_match = await verify(password, stored)
        body = {"password": "something else"} if path else {"is_disabled": True}
        method = "POST" if path else "PATCH"
        changed = await stage.ask(method, f"/api/v1/users/u-ann{path}", by="ada", body=body)
        assert changed.status in (200, 204)
        return is_match

    monkeypatch.setattr(stage.passwords, "verify", verify_slowly)
    body = {"username": "ann", "password": PASSWORD}
    answer = await stage.ask("POST", "/api/v1/session", body=body)
    assert answer.code == "login_failed"
    assert await stage.store.sessions.delete_of_user("u-ann") == 0


async def test_the_own_password_is_changed_with_the_old_one(stage: ApiStage) -> None:
    await stage.log_in("ann")
    own, path = stage.token("ann"), "/api/v1/session/password"
    log_in = {"username": "ann", "password": PASSWORD}
    assert (await stage.ask("POST", "/api/v1/session", body=log_in)).status == 200  # elsewhere
    wrong = {"old_password": "not this one", "new_password": "a long sentence"}
    refused = await stage.ask("POST", path, by="ann", body=wrong)
    assert (refused.status, refused.code) == (400, "password_wrong")
    weak = {"old_password": PASSWORD, "new_password": "ann123"}
    refused = await stage.ask("POST", path, by="ann", body=weak)
    assert (refused.status, refused.code) == (400, "password_refused")
    right = {"old_password": PASSWORD, "new_password": "a long sentence"}
    assert (await stage.ask("POST", path, by="ann", body=right)).status == 204
    assert await stage.sessions.resolve(own) is not None
    assert await stage.store.sessions.delete_of_user("u-ann") == 1  # the other one has ended
    assert (await stage.ask("POST", "/api/v1/session", body=log_in)).code == "login_failed"
    new = {**log_in, "password": right["new_password"]}
    assert (await stage.ask("POST", "/api/v1/session", body=new)).status == 200


async def test_the_own_password_cannot_be_guessed(stage: ApiStage) -> None:
    await stage.log_in("ann")
    path, body = "/api/v1/session/password", {"old_password": "no", "new_password": "long enough"}
    for _ in range(5):
        await stage.ask("POST", path, by="ann", body=body)
    body["old_password"] = PASSWORD
    answer = await stage.ask("POST", path, by="ann", body=body)
    assert (answer.status, answer.code) == (429, "login_throttled")


async def test_guessing_is_throttled(stage: ApiStage) -> None:
    body = {"username": "ann", "password": "wrong"}
    for _ in range(5):
        await stage.ask("POST", "/api/v1/session", body=body)
    answer = await stage.ask("POST", "/api/v1/session", body={**body, "password": PASSWORD})
    assert (answer.status, answer.code) == (429, "login_throttled")
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_second_log_in_ends_the_first(stage: ApiStage) -> None:
    await stage.log_in("ann")
    ended: list[str] = []
    principal = await stage.sessions.resolve(stage.token("ann"))
    assert principal is not None
    stage.sessions.watch(principal, lambda: ended.append("ann"))
    body = {"username": "bob", "password": PASSWORD}
    assert (await stage.ask("POST", "/api/v1/session", by="ann", body=body)).status == 200
    assert ended == ["ann"]


async def test_a_contact_from_offer_to_closed(stage: ApiStage) -> None:
    offer_id = await stage.offer_to("ann", "c1")
    desk = await stage.ask("GET", "/api/v1/me/desk", by="ann")
    assert desk.body["desk"]["offers"][0]["offer_id"] == offer_id
    assert desk.body["desk"]["offers"][0]["customer_name"] == "Carol Customer"
    taken = await stage.ask("POST", f"/api/v1/offers/{offer_id}/accept", by="ann", body={})
    assert (taken.status, taken.body["contact_id"]) == (200, "c1")
    told = {"text": "It is on its way."}
    message = await stage.ask("POST", "/api/v1/contacts/c1/messages", by="ann", body=told)
    assert message.status == 200
    assert (await stage.ask("POST", "/api/v1/contacts/c1/end", by="ann", body={})).status == 200
    longer = await stage.ask("POST", "/api/v1/contacts/c1/wrap-up/extend", by="ann", body={})
    assert longer.body["until_ms"] > stage.clock.now_ms()
    again = await stage.ask("POST", "/api/v1/contacts/c1/wrap-up/extend", by="ann", body={})
    assert (again.status, again.code) == (409, "extension_limit")
    done = {"disposition_id": "solved", "notes": "Parcel found."}
    finished = await stage.ask("POST", "/api/v1/contacts/c1/wrap-up", by="ann", body=done)
    assert finished.status == 200
    await stage.catch_up()
    read = await stage.ask("GET", "/api/v1/contacts/c1", by="ann")
    assert read.body["state"] == "closed"
    assert read.body["details"] == {
        "email": "carol@example.org",
        "language": "en",
        "opening_text": "Where is my parcel?",
        "notes": "Parcel found.",
        "noted": [
            {
                "author_name": "Ann Display",
                "text": "Parcel found.",
                "at_ms": read.body["details"]["noted"][0]["at_ms"],
            }
        ],
    }
    assert read.body["interaction"]["agent_name"] == "Ann Display"
    assert read.body["interaction"]["disposition_id"] == "solved"
    lines = await stage.ask("GET", "/api/v1/contacts/c1/messages", by="ann")
    assert [line["text"] for line in lines.body["messages"]] == [
        "Where is my parcel?",
        "It is on its way.",
    ]
    assert lines.body["messages"][1]["message_id"] == message.body["message_id"]
    assert lines.body["messages"][1]["author_name"] == "Ann Display"


async def test_states_are_asked_for_with_a_reason(stage: ApiStage) -> None:
    async def ask(state: str, reason_id: str | None) -> str:
        body = {"state": state, "reason_id": reason_id}
        answer = await stage.ask("PUT", "/api/v1/me/state", by="ann", body=body)
        return answer.code or str(stage.host.mirror.agents[AgentId("u-ann")].state)

    assert await ask("ready", None) == "ready"
    assert await ask("not_ready", "lunch") == "not_ready"
    assert await ask("not_ready", "unknown") == "reason_unknown"
    assert await ask("not_ready", None) == "reason_unknown"
    assert await ask("busy", None) == "request_invalid"
    assert await ask("logged_out", None) == "logged_out"


async def test_the_same_key_gives_the_same_answer(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    path = "/api/v1/contacts/c1/messages"
    first = await stage.ask("POST", path, by="ann", body={"text": "Hello"}, headers=KEY)
    repeat = await stage.ask("POST", path, by="ann", body={"text": "Hello"}, headers=KEY)
    assert first.body == repeat.body
    other = await stage.ask("POST", path, by="ann", body={"text": "Bye"}, headers=KEY)
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    elsewhere = await stage.ask("POST", "/api/v1/contacts/c1/end", by="ann", body={}, headers=KEY)
    assert elsewhere.code == "idempotency_key_reused"
    lines = await stage.ask("GET", path, by="ann")
    assert [line["text"] for line in lines.body["messages"]][1:] == ["Hello"]


async def test_keys_of_two_agents_are_apart(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.break_for("ann")
    await stage.connect("bob", "c2")
    for name, contact_id in (("ann", "c1"), ("bob", "c2")):
        path = f"/api/v1/contacts/{contact_id}/messages"
        answer = await stage.ask("POST", path, by=name, body={"text": name}, headers=KEY)
        assert answer.status == 200


async def test_an_accept_repeated_after_the_contact_is_closed_still_gets_its_answer(
    stage: ApiStage,
) -> None:
    offer_id = await stage.offer_to("ann", "c1")
    path = f"/api/v1/offers/{offer_id}/accept"
    first = await stage.ask("POST", path, by="ann", body={}, headers=KEY)
    await stage.ask("POST", "/api/v1/contacts/c1/end", by="ann", body={})
    extend = "/api/v1/contacts/c1/wrap-up/extend"
    longer = await stage.ask("POST", extend, by="ann", body={}, headers={"Idempotency-Key": "x"})
    body = {"disposition_id": "solved"}
    await stage.ask("POST", "/api/v1/contacts/c1/wrap-up", by="ann", body=body)
    await stage.catch_up()
    repeat = await stage.ask("POST", path, by="ann", body={}, headers=KEY)
    assert (repeat.status, repeat.body) == (200, first.body)
    again = await stage.ask("POST", extend, by="ann", body={}, headers={"Idempotency-Key": "x"})
    assert (again.status, again.body) == (200, longer.body)


async def test_a_late_answer_learns_the_outcome(stage: ApiStage) -> None:
    offer_id = await stage.offer_to("ann", "c1")
    await stage.send(cmd.EndContact(ContactId("c1"), Party.CUSTOMER))
    await stage.catch_up()
    answer = await stage.ask("POST", f"/api/v1/offers/{offer_id}/accept", by="ann", body={})
    assert (answer.status, answer.code) == (409, "offer_ended")
    assert "customer_left" in answer.body["error"]["message"]


async def test_a_refused_offer_is_gone(stage: ApiStage) -> None:
    offer_id = await stage.offer_to("ann", "c1")
    path = f"/api/v1/offers/{offer_id}/reject"
    assert (await stage.ask("POST", path, by="ann", body={})).status == 200
    assert OfferId(offer_id) in stage.host.mirror.ended_offers


async def test_somebody_elses_live_offer_is_told_like_no_offer(stage: ApiStage) -> None:
    offer_id = await stage.offer_to("ann", "c1")
    for verb in ("accept", "reject"):
        asked = (offer_id, "c1.77", "nothing", "c9.1")
        answers = [
            await stage.ask("POST", f"/api/v1/offers/{one}/{verb}", by="bob", body={})
            for one in asked
        ]
        assert {answer.status for answer in answers} == {404}
        first = answers[0].without_request_id()
        assert all(answer.without_request_id() == first for answer in answers)


async def test_a_colleagues_contact_can_be_read_but_not_touched(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    assert (await stage.ask("GET", "/api/v1/contacts/c1", by="bob")).status == 200
    path = "/api/v1/contacts/c1/messages"
    answer = await stage.ask("POST", path, by="bob", body={"text": "Hi"})
    assert (answer.status, answer.code) == (403, "not_your_contact")


async def test_a_failing_disk_is_said_and_survived(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.log_in("ann")
    stage.memory.fail_writes()
    path = "/api/v1/contacts/c1/messages"
    answer = await stage.ask("POST", path, by="ann", body={"text": "Hi"}, headers=KEY)
    assert (answer.status, answer.code) == (503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await stage.ask("GET", "/api/v1/me/desk", by="ann")).status == 200
    wrong = {"username": "ann", "password": PASSWORD}
    assert (await stage.ask("POST", "/api/v1/session", body=wrong)).code == "storage_unavailable"
    stage.memory.fail_writes(fail=False)


async def test_lists_hold_what_the_caller_may_see(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    await stage.connect("eve", "c2", HELP)
    await stage.catch_up()

    async def seen(path: str, by: str, key: str, name: str) -> set[str]:
        answer = await stage.ask("GET", path, by=by)
        return {row[name] for row in answer.body[key]}

    for by, contacts, queues in (
        ("ann", {"c1"}, {"sales"}),
        ("bob", {"c1"}, {"sales"}),
        ("eve", {"c2"}, {"help"}),
        ("sam", {"c1"}, {"sales"}),
        ("sue", {"c2"}, {"help"}),
        ("ada", {"c1", "c2"}, {"sales", "help"}),
    ):
        assert await seen("/api/v1/interactions", by, "interactions", "contact_id") == contacts
        assert await seen("/api/v1/queues", by, "queues", "queue_id") == queues
    assert await seen("/api/v1/agents", "sam", "agents", "agent_id") == {"u-ann", "u-bob"}
    assert await seen("/api/v1/agents", "sue", "agents", "agent_id") == {"u-eve"}
    assert len(await seen("/api/v1/agents", "ada", "agents", "agent_id")) == 3
    assert await seen("/api/v1/configuration", "eve", "queues", "queue_id") == {"help"}
    assert await seen("/api/v1/configuration", "eve", "widgets", "widget_id") == {"faq"}
    queue = await stage.ask("GET", "/api/v1/queues/sales", by="ann")
    assert [row["contact_id"] for row in queue.body["contacts"]] == ["c1"]
    agent = await stage.ask("GET", "/api/v1/agents/u-ann", by="ann")
    assert agent.body["agent"]["display_name"] == "Ann Display"


async def test_the_log_is_read_page_by_page(stage: ApiStage) -> None:
    for number in range(5):
        await stage.arrive(f"c{number}")
    await stage.catch_up()
    seen: list[str] = []
    mark: str | None = ""
    while mark is not None:
        before = f"&before={mark}" if mark else ""
        page = await stage.ask("GET", f"/api/v1/interactions?limit=2{before}", by="ann")
        seen += [row["contact_id"] for row in page.body["interactions"]]
        mark = page.body["next_before"]
    assert sorted(seen) == [f"c{number}" for number in range(5)]
    wrong = await stage.ask("GET", "/api/v1/interactions?before=nonsense", by="ann")
    assert (wrong.status, wrong.body["error"]["path"]) == (422, "$.before")


async def test_a_contact_the_log_does_not_hold_yet_is_told_from_the_engine(
    stage: ApiStage,
) -> None:
    await stage.connect("ann", "c1")
    answer = await stage.ask("GET", "/api/v1/contacts/c1", by="ann")
    assert answer.body["state"] == "connected"
    assert answer.body["interaction"]["customer_name"] == "Carol Customer"


async def test_a_transcript_is_read_in_parts(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    path = "/api/v1/contacts/c1/messages"
    for number in range(3):
        await stage.ask("POST", path, by="ann", body={"text": str(number)})
    first = await stage.ask("GET", f"{path}?limit=2", by="ann")
    assert (len(first.body["messages"]), first.body["has_more"]) == (2, True)
    after = first.body["messages"][-1]["seq"]
    rest = await stage.ask("GET", f"{path}?after_seq={after}", by="ann")
    assert [line["text"] for line in rest.body["messages"]] == ["1", "2"]
    assert rest.body["has_more"] is False
