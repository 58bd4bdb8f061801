"""Administrators read, check and replace the configuration; what does not check changes nothing."""

from typing import Any

import msgspec
import pytest

from routing.ids import QueueId
from routing.state import State
from tests.integration.api_stage import HELP, SALES, Answer, ApiStage
from tests.unit.callcenter.config_loader.documents import plain, queue

DOCUMENT = "/api/v1/configuration/document"
CHECK = "/api/v1/configuration/check"
BOTH = (queue(SALES, needs={"zh": 3}), queue(HELP))


HISTORY = "/api/v1/configuration/history"
RESTORE = "/api/v1/configuration/restore"
YAML = "/api/v1/configuration/yaml/"
SKILL_ZH = {"id": "zh", "name": {"en": "Chinese", "zh": "中文"}}
SKILL_FR = {"id": "fr", "name": {"en": "French", "zh": "法文"}}


async def put_edit(
    stage: ApiStage, document: object, based_on: str | None = None, note: str = ""
) -> Answer:
    """As the administrator."""
    body = {"document": document, "based_on": based_on, "note": note}
    return await stage.ask("PUT", DOCUMENT, by="ada", body=body)


async def ask(stage: ApiStage, method: str, path: str, document: object = None) -> Answer:
    """As the administrator."""
    body = None if document is None else {"document": document}
    return await stage.ask(method, path, by="ada", body=body)


def codes(answer: Answer) -> list[tuple[str, bool, str]]:
    """Code, whether it is an error, and place of each finding."""
    return [(one["code"], one["is_error"], one["path"]) for one in answer.body["findings"]]


async def test_a_document_is_stored_put_in_force_and_read_again(stage: ApiStage) -> None:
    assert (await ask(stage, "GET", DOCUMENT)).code == "no_configuration"
    put = await ask(stage, "PUT", DOCUMENT, plain(*BOTH))
    assert put.status == 200
    assert put.body["is_in_force"]
    assert stage.host.mirror.queues[SALES].needs[0].level == 3
    read = await ask(stage, "GET", DOCUMENT)
    assert (read.body["version"], read.body["is_in_force"]) == (put.body["version"], True)
    assert read.body["document"]["queues"][0]["needs"] == {"zh": 3}
    again = await ask(stage, "PUT", DOCUMENT, read.body["document"])
    assert again.body["version"] == put.body["version"]


async def test_a_document_with_errors_is_refused_whole(stage: ApiStage) -> None:
    version = stage.host.mirror.configuration.version if stage.host.mirror.configuration else ""
    wrong = plain(queue(SALES, hours="never", needs={"fr": 3}))
    refused = await ask(stage, "PUT", DOCUMENT, wrong)
    assert (refused.status, refused.code) == (422, "configuration_refused")
    assert refused.body["error"]["path"] == "$.document.queues[0].needs"
    assert "2 errors" in refused.body["error"]["message"]
    assert stage.host.mirror.configuration is not None
    assert stage.host.mirror.configuration.version == version
    assert await stage.store.config_versions.newest() is None


async def test_a_check_says_everything_and_stores_nothing(stage: ApiStage) -> None:
    found = codes(await ask(stage, "POST", CHECK, plain(queue(SALES, hours="x", needs={"fr": 3}))))
    assert found == [
        ("reference_unknown", True, "$.queues[0].needs"),
        ("reference_unknown", True, "$.queues[0].hours"),
    ]
    found = codes(await ask(stage, "POST", CHECK, plain(queue(SALES), queue(HELP, waiting_max=0))))
    assert found == [("value_invalid", True, "$.queues[1].waiting_max")]
    found = codes(await ask(stage, "POST", CHECK, plain(*BOTH)))
    assert ("skill_unheld", False, "$.queues[0].needs.zh") in found
    empty: tuple[object, ...] = ([], 1, "x", {})
    for nonsense in empty:
        assert all(is_error for _, is_error, _ in codes(await ask(stage, "POST", CHECK, nonsense)))
    assert await stage.store.config_versions.newest() is None


async def test_what_somebody_has_cannot_go_and_they_are_named(stage: ApiStage) -> None:
    put = await ask(stage, "PUT", DOCUMENT, plain(queue(SALES), queue(HELP)))
    await stage.arrive("waits")
    refused = await ask(stage, "PUT", DOCUMENT, plain(queue(HELP)))
    assert (refused.status, refused.code) == (422, "configuration_refused")
    message = refused.body["error"]["message"]
    assert "the queue sales cannot go while Ann Display, Bob Display" in message
    assert "the queue sales cannot go while it holds 1 contact" in message
    assert (await ask(stage, "GET", DOCUMENT)).body["version"] == put.body["version"]


async def test_a_contact_that_comes_at_the_last_moment_keeps_its_queue(stage: ApiStage) -> None:
    """Between the check and the engine a contact may arrive: the engine is asked again until it is gone."""
    await ask(stage, "PUT", DOCUMENT, plain(queue(SALES), queue(HELP), queue("old")))
    await stage.arrive("waits", QueueId("old"))
    editor = stage.services.configuration_editor
    editor._mirror = State  # type: ignore[attr-defined]
    put = await ask(stage, "PUT", DOCUMENT, plain(*BOTH))
    assert (put.status, put.body["is_in_force"]) == (200, False)
    assert not (await ask(stage, "GET", DOCUMENT)).body["is_in_force"]
    assert QueueId("old") in stage.host.mirror.queues


async def test_an_edit_names_the_version_it_started_from(stage: ApiStage) -> None:
    never = await put_edit(stage, plain(*BOTH), "0" * 64)
    assert never.code == "changed_meanwhile"
    first = await put_edit(stage, plain(*BOTH), note="the first")
    second = await put_edit(stage, plain(queue(SALES), queue(HELP)), first.body["version"])
    assert second.status == 200
    late = await put_edit(stage, plain(queue(SALES, waiting_max=5)), first.body["version"])
    assert (late.status, late.code) == (409, "changed_meanwhile")
    assert late.body["error"]["message"].startswith("Ada Display has stored another configuration")
    assert (await ask(stage, "GET", DOCUMENT)).body["version"] == second.body["version"]


async def test_the_history_says_who_when_why_and_what(stage: ApiStage) -> None:
    first = await put_edit(stage, plain(*BOTH), note="a start")
    await put_edit(stage, plain(queue(SALES, waiting_max=5), queue(HELP)), note=" shorter ")
    again = await put_edit(stage, plain(queue(SALES, waiting_max=5), queue(HELP)), note="same")
    assert again.status == 200
    told = await stage.ask("GET", f"{HISTORY}?limit=1", by="ada")
    (newest,) = told.body["changes"]
    assert (newest["number"], newest["by_name"], newest["note"]) == (2, "Ada Display", "shorter")
    assert told.body["next_before"] == 2
    rest = await stage.ask("GET", f"{HISTORY}?before=2", by="ada")
    assert [one["version"] for one in rest.body["changes"]] == [first.body["version"]]
    assert rest.body["next_before"] is None
    one = (await stage.ask("GET", f"{HISTORY}/change?number=2", by="ada")).body
    assert {
        "path": "queues.sales.waiting_max",
        "change": "changed",
        "before": "1000",
        "after": "5",
    } in (one["differences"])
    assert one["document"]["queues"][0]["waiting_max"] == 5
    for number in (0, 3):
        unknown = await stage.ask("GET", f"{HISTORY}/change?number={number}", by="ada")
        assert (unknown.status, unknown.code) == (404, "change_unknown")


async def test_a_roll_back_is_refused_while_somebody_has_what_it_drops(stage: ApiStage) -> None:
    await put_edit(stage, plain(*BOTH, skills=[SKILL_ZH]))
    newest = await put_edit(stage, plain(*BOTH, skills=[SKILL_ZH, SKILL_FR]))
    user = await stage.store.users.get("u-ann")
    assert user is not None
    await stage.store.users.put(msgspec.structs.replace(user, skills={"fr": 5}))
    body = {"number": 1, "based_on": newest.body["version"], "note": "back"}
    refused = await stage.ask("POST", RESTORE, by="ada", body=body)
    assert (refused.status, refused.code) == (422, "configuration_refused")
    assert "the skill fr cannot go while Ann Display has it" in refused.body["error"]["message"]
    await stage.store.users.put(user)
    restored = await stage.ask("POST", RESTORE, by="ada", body=body)
    assert (restored.status, restored.body["is_in_force"]) == (200, True)
    assert (await stage.ask("POST", RESTORE, by="ada", body=body)).code == "changed_meanwhile"
    history = await stage.ask("GET", HISTORY, by="ada")
    assert [one["note"] for one in history.body["changes"]] == ["back", "", ""]
    unknown = {**body, "number": 99}
    assert (await stage.ask("POST", RESTORE, by="ada", body=unknown)).code == "change_unknown"


async def test_a_check_says_what_would_change_and_whom_it_concerns(stage: ApiStage) -> None:
    await put_edit(stage, plain(queue(SALES), queue(HELP)))
    await stage.arrive("waits")
    checked = await ask(stage, "POST", CHECK, plain(*BOTH))
    assert [one["path"] for one in checked.body["differences"]] == ["queues.sales.needs.zh"]
    kinds = [(one["kind"], one["queue_id"], one["contacts"]) for one in checked.body["effects"]]
    assert kinds == [("agents_lose", "sales", 0), ("contacts_go_on", "sales", 1)]
    assert checked.body["effects"][0]["names"] == ["Ann Display", "Bob Display"]


async def test_yaml_goes_in_and_comes_out_the_same(stage: ApiStage) -> None:
    put = await put_edit(stage, plain(*BOTH))
    document = (await ask(stage, "GET", DOCUMENT)).body["document"]
    text = (await ask(stage, "POST", YAML + "write", document)).body["text"]
    read = (await stage.ask("POST", YAML + "read", by="ada", body={"text": text})).body
    assert (read["document"], read["faults"]) == (document, [])
    assert text.splitlines()[read["lines"]["$.queues[1].id"] - 1].strip(" -").startswith("id: help")
    again = await put_edit(stage, read["document"])
    assert again.body["version"] == put.body["version"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1", 1), ("a: 1\na: 2", 2), ("- 1", 1), ("a: !!binary aGk=", None), ("[" * 5000, None)],
)
async def test_a_text_that_is_none_says_where(stage: ApiStage, text: str, line: int | None) -> None:
    read = (await stage.ask("POST", YAML + "read", by="ada", body={"text": text})).body
    assert read["document"] is None or text.startswith("a: !!")
    assert read["faults"] == [] or read["faults"][0]["line"] == line


async def test_a_large_document_may_come_and_a_huge_one_not(stage: ApiStage) -> None:
    many = [queue(f"q{number}") for number in range(700)]
    assert (await ask(stage, "POST", CHECK, plain(*many))).status == 200
    huge: dict[str, Any] = plain(name="x" * 1_000_000)
    assert (await ask(stage, "POST", CHECK, huge)).code == "body_too_large"
