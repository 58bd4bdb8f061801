"""The knowledge base over the API: edited with versions, imported, found, sent into a chat, and asked for in vain."""

import asyncio
from typing import Any

import pytest

from callcenter.projections.transcript import MESSAGE, line_of
from routing.ids import ContactId
from tests.integration.api_stage import HELP, Answer, ApiStage

RETURNS = {
    "article_id": "returns",
    "en": {
        "title": "Returning goods",
        "body": "Within **seven** days, see [terms](https://a.example).",
    },
    "zh": {"title": "七天无理由退货", "body": "签收后七天内可以退货。"},
    "tags": ["returns"],
    "note": "first",
}


async def ok(asked: Any) -> Any:  # noqa: ANN401 - a decoded body
    answer: Answer = await asked
    assert answer.status < 300, answer.body
    return answer.body


@pytest.fixture(autouse=True)
async def _with_articles(stage: ApiStage) -> None:
    for name in ("ann", "eve", "sam"):
        await stage.log_in(name)
    await ok(stage.ask("POST", "/api/v1/articles", by="sam", body=RETURNS))


async def search(stage: ApiStage, query: str) -> Any:  # noqa: ANN401
    body = {"query": query}
    return await ok(stage.ask("POST", "/api/v1/articles/search", by="ann", body=body))


async def test_an_edit_is_a_version_and_the_second_editor_is_told(stage: ApiStage) -> None:
    path = "/api/v1/articles/returns"
    read = (await ok(stage.ask("GET", path, by="ann")))["article"]
    assert (read["version"], read["changed_by"], read["note"]) == (1, "Sam Display", "first")
    change = {"based_on": 1, "zh": RETURNS["zh"], "tags": [], "note": "English was wrong"}
    await ok(stage.ask("PUT", path, by="sam", body=change))
    late = await stage.ask("PUT", path, by="sam", body=change)
    assert (late.status, late.code) == (409, "changed_meanwhile")
    again = await stage.ask("POST", "/api/v1/articles", by="sam", body=RETURNS)
    assert (again.status, again.code) == (409, "article_taken")
    none = {"based_on": 2, "note": ""}
    empty = await stage.ask("PUT", path, by="sam", body=none)
    assert (empty.status, empty.code) == (422, "article_invalid")
    versions = await ok(stage.ask("GET", f"{path}/versions", by="sam"))
    assert [one["version"] for one in versions["versions"]] == [2, 1]
    first = (await ok(stage.ask("GET", f"{path}?version=1", by="ann")))["article"]
    assert first["en"]["title"] == "Returning goods"
    assert (await stage.ask("GET", f"{path}?version=7", by="ann")).status == 404


async def test_words_are_found_and_marked(stage: ApiStage) -> None:
    found = await search(stage, "怎么退货")
    [one] = found["articles"]
    assert (one["article_id"], one["language"], found["is_partial"]) == ("returns", "zh", False)
    assert {"text": "退货", "is_match": True} in one["title"]
    partly = await search(stage, "return bicycle")
    assert partly["is_partial"]
    assert [one["article_id"] for one in partly["articles"]] == ["returns"]
    assert (await search(stage, "bicycle"))["articles"] == []
    retired = {"based_on": 1, "en": RETURNS["en"], "is_retired": True}
    await ok(stage.ask("PUT", "/api/v1/articles/returns", by="sam", body=retired))
    assert (await search(stage, "return"))["articles"] == []
    listed = await ok(stage.ask("GET", "/api/v1/articles", by="sam"))
    assert [one["is_retired"] for one in listed["articles"]] == [True]


async def test_an_import_names_every_bad_file_and_row(stage: ApiStage) -> None:
    files = [
        {
            "name": "refund.zh.md",
            "text": "---\ntags: [退款]\n---\n# 退款多久到账\n\n三个工作日内。",
        },
        {"name": "refund.en.md", "text": "# When a refund arrives\n\nWithin three days."},
        {"name": "bad.en.md", "text": "---\ntitle: [\n---\nText"},
        {"name": "notes.txt", "text": "no"},
        {
            "name": "more.csv",
            "text": "id,title_en,body_en\nwarranty,Warranty,Two years.\nNot an id,A,B\nempty,Title,\nrefund,Again,Again",
        },
    ]
    done = await ok(stage.ask("POST", "/api/v1/articles/import", by="sam", body={"files": files}))
    assert (done["added"], done["changed"], done["unchanged"]) == (2, 0, 0)
    assert [(one["file"], one["line"]) for one in done["faults"]] == [
        ("bad.en.md", 2),
        ("more.csv", 3),
        ("more.csv", 4),
        ("more.csv", 5),
        ("notes.txt", 1),
    ]
    again = await ok(
        stage.ask("POST", "/api/v1/articles/import", by="sam", body={"files": files[:2]})
    )
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    assert (await search(stage, "退款"))["articles"][0]["article_id"] == "refund"


async def test_one_call_sends_it_into_the_chat_in_the_customers_language(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    path, body = "/api/v1/contacts/c1/articles", {"article_id": "returns"}
    suggested = await ok(stage.ask("GET", "/api/v1/contacts/c1/article-suggestions", by="ann"))
    assert suggested["articles"] == []  # "Where is my parcel?" is about something else
    key = {"Idempotency-Key": "once"}
    sent = await ok(stage.ask("POST", path, by="ann", body=body, headers=key))
    assert (sent["version"], sent["language"]) == (1, "en")
    assert await ok(stage.ask("POST", path, by="ann", body=body, headers=key)) == sent
    await ok(stage.ask("POST", path, by="ann", body={**body, "language": "zh"}))
    rows = await stage.store.details.of_contact(ContactId("c1"), kind=MESSAGE)
    texts = [line_of(row).text for row in rows if line_of(row).author == "agent"]
    assert texts == [
        "Returning goods\n\nWithin seven days, see terms (https://a.example).",
        "七天无理由退货\n\n签收后七天内可以退货。",
    ]
    told = (await ok(stage.ask("GET", path, by="sam")))["sent"]
    assert [(one["article_id"], one["version"], one["sent_by"]) for one in told] == [
        ("returns", 1, "Ann Display"),
        ("returns", 1, "Ann Display"),
    ]
    listed = await ok(stage.ask("GET", "/api/v1/articles", by="sam"))
    assert listed["articles"][0]["sent"] == 2
    unknown = await stage.ask("POST", path, by="ann", body={"article_id": "nothing"})
    assert (unknown.status, unknown.code) == (404, "article_unknown")
    hidden = await stage.ask("POST", path, by="eve", body=body)
    assert hidden.status == 404


async def test_a_long_article_is_not_cut_but_refused_in_a_chat(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    long = {"article_id": "long", "en": {"title": "Long", "body": "word " * 1000}}
    await ok(stage.ask("POST", "/api/v1/articles", by="sam", body=long))
    path = "/api/v1/contacts/c1/articles"
    answer = await stage.ask("POST", path, by="ann", body={"article_id": "long"})
    assert (answer.status, answer.code) == (409, "article_unsendable")


async def test_what_found_no_answer_is_taken_answered_and_told_to_who_asked(
    stage: ApiStage,
) -> None:
    await stage.connect("eve", "c1", HELP)
    query = {"query": "Can I pay by cheque?"}
    path = "/api/v1/contacts/c1/article-questions"
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        await ok(stage.ask("POST", path, by="eve", body=query, headers=key))
    same = {"query": "cheque: can I pay by?", "cause": "no_result"}
    await ok(stage.ask("POST", "/api/v1/article-questions", by="ann", body=same))
    [row] = (await ok(stage.ask("GET", "/api/v1/article-questions", by="sam")))["questions"]
    assert (row["query"], row["no_answers"], row["no_results"]) == ("Can I pay by cheque?", 1, 1)
    move = f"/api/v1/article-questions/{row['question_id']}/move"
    taken = {"step": "take", "based_on": row["version"]}
    both = await asyncio.gather(*(stage.ask("POST", move, by="sam", body=taken) for _ in range(2)))
    assert sorted(one.status for one in both) == [200, 409]
    answer = {"step": "answer", "based_on": row["version"] + 1}
    nameless = await stage.ask("POST", move, by="sam", body=answer)
    assert (nameless.status, nameless.code) == (409, "question_unfit")
    await ok(stage.ask("POST", move, by="sam", body={**answer, "article_id": "returns"}))
    again = await stage.ask(
        "POST", move, by="sam", body={"step": "take", "based_on": row["version"] + 2}
    )
    assert (again.status, again.code) == (409, "question_unfit")
    assert "reopen" in again.body["error"]["message"]
    assert (await ok(stage.ask("GET", "/api/v1/article-questions", by="sam")))["questions"] == []
    [own] = (await ok(stage.ask("GET", "/api/v1/me/article-questions", by="eve")))["questions"]
    assert (own["state"], own["article_id"]) == ("answered", "returns")
    assert (await ok(stage.ask("GET", "/api/v1/me/article-questions", by="ann")))["questions"] == []
    wordless = await stage.ask("POST", path, by="eve", body={"query": "?!"})
    assert (wordless.status, wordless.code) == (409, "question_empty")
