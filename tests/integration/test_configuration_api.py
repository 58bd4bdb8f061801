"""Administrators read, check and replace the configuration; what does not check changes nothing."""

from typing import Any

from routing.ids import QueueId
from tests.integration.api_stage import HELP, SALES, Answer, ApiStage
from tests.unit.callcenter.config_loader.documents import plain, queue

DOCUMENT = "/api/v1/configuration/document"
CHECK = "/api/v1/configuration/check"
BOTH = (queue(SALES, needs={"zh": 3}), queue(HELP))


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


async def test_a_queue_that_holds_contacts_stays_until_it_is_empty(stage: ApiStage) -> None:
    await stage.arrive("waits")
    put = await ask(stage, "PUT", DOCUMENT, plain(queue(HELP)))
    assert (put.status, put.body["is_in_force"]) == (200, False)
    assert not (await ask(stage, "GET", DOCUMENT)).body["is_in_force"]
    assert QueueId("sales") in stage.host.mirror.queues


async def test_a_large_document_may_come_and_a_huge_one_not(stage: ApiStage) -> None:
    many = [queue(f"q{number}") for number in range(700)]
    assert (await ask(stage, "POST", CHECK, plain(*many))).status == 200
    huge: dict[str, Any] = plain(name="x" * 1_000_000)
    assert (await ask(stage, "POST", CHECK, huge)).code == "body_too_large"
