"""Articles with their versions, what is found by which words, and who sent which."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import msgspec
import pytest

from callcenter.articles.cutting import Dictionary, documents_of, words_of
from callcenter.ports.articles import (
    SENDINGS_TABLE,
    Article,
    ArticleText,
    ArticleWrite,
    Hit,
    Sending,
)
from callcenter.ports.errors import ChangedMeanwhile, StorageUnavailable
from callcenter.ports.journal import JournalBatch, RowChange
from callcenter.ports.store import Store
from callcenter.ports.versions import Authorship
from routing.ids import ContactId

DICTIONARY = Dictionary()

RETURNS = Article(
    article_id="returns",
    en=ArticleText("Returning an order", "You can send goods back within **seven** days."),
    zh=ArticleText("七天无理由退货", "签收后七天内可以申请退货，运费由买家承担。"),
    tags=("returns", "售后"),
    author=Authorship("u-sam", 5, "first"),
)
REFUND = Article(
    article_id="refund",
    zh=ArticleText("退款多久到账", "退货签收后，退款在三个工作日内原路退回。"),
)
WARRANTY = Article(
    article_id="warranty", en=ArticleText("Warranty", "Two years. Refunds are not part of it.")
)


@pytest.fixture(scope="module", autouse=True)
def _with_words() -> None:
    DICTIONARY.read()


def write(article: Article, **fields: object) -> ArticleWrite:
    changed = msgspec.structs.replace(article, **fields)
    return ArticleWrite(changed, documents_of(changed, DICTIONARY))


async def filled(store: Store) -> None:
    await store.articles.put([write(one) for one in (RETURNS, REFUND, WARRANTY)])


async def found(store: Store, question: str, *, is_any: bool = False) -> list[Hit]:
    words = words_of(question, DICTIONARY)
    return await store.articles.search(words, is_any=is_any, limit=9)


async def test_an_article_is_found_as_stored_with_its_versions(store: Store) -> None:
    assert await store.articles.get("returns") is None
    await filled(store)
    first = msgspec.structs.replace(RETURNS, version=1)
    assert await store.articles.get("returns") == first
    title = ArticleText("Send it back", "Within a week.")
    [second] = await store.articles.put([write(first, en=title, author=Authorship("u-ada", 9, ""))])
    assert second.version == 2
    assert await store.articles.get("returns") == second
    assert await store.articles.get("returns", 1) == first
    assert await store.articles.get("returns", 3) is None
    assert await store.articles.versions("returns", limit=9) == [second, first]
    assert await store.articles.versions("returns", limit=1) == [second]
    assert await store.articles.some(["returns", "nothing"]) == {"returns": second}
    assert [one.article_id for one in await store.articles.page(after="", limit=2)] == [
        "refund",
        "returns",
    ]
    assert [one.article_id for one in await store.articles.page(after="returns", limit=2)] == [
        "warranty"
    ]


@pytest.mark.parametrize("version", [0, 2])
async def test_nothing_is_stored_over_a_version_that_was_not_seen(
    store: Store, version: int
) -> None:
    await filled(store)
    with pytest.raises(ChangedMeanwhile, match="refund"):
        await store.articles.put([write(WARRANTY, version=1), write(REFUND, version=version)])
    assert (await store.articles.some(["warranty"]))["warranty"].version == 1
    assert await found(store, "warranty") == [Hit("warranty", "en")]


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("退货", ["returns", "refund"]),  # the title counts more than the body
        ("怎么退货？", ["returns", "refund"]),
        ("退款 到账", ["refund"]),
        ("理由退", ["returns"]),  # no word of the dictionary: pairs
        ("refunds", ["warranty"]),
        ("RETURN", ["returns"]),
        ("ord", ["returns"]),  # while it is being typed
        ("售后", ["returns"]),  # a tag
        ("退款 保修", []),
        ("warranty refund", ["warranty"]),
        ("\"' OR * & | ( !", []),
    ],
)
async def test_what_holds_all_the_words_is_found(
    store: Store, question: str, articles: list[str]
) -> None:
    await filled(store)
    assert [hit.article_id for hit in await found(store, question)] == articles


async def test_what_holds_one_of_the_words_is_found_if_asked_for(store: Store) -> None:
    await filled(store)
    hits = await found(store, "退款 warranty", is_any=True)
    assert {hit.article_id for hit in hits} == {"warranty", "refund"}
    assert await store.articles.search((), is_any=True, limit=9) == []


async def test_a_process_without_the_dictionary_finds_them_too(store: Store) -> None:
    await filled(store)
    for question in ("退货", "退款", "无理由退货"):
        words = words_of(question, Dictionary())
        assert words
        assert await store.articles.search(words, is_any=False, limit=9)


async def test_a_new_version_is_found_by_its_own_words_alone_and_a_retired_one_by_none(
    store: Store,
) -> None:
    await filled(store)
    await store.articles.put([write(WARRANTY, version=1, en=ArticleText("Guarantee", "A year."))])
    assert await found(store, "warranty") == []
    assert await found(store, "guarantee") == [Hit("warranty", "en")]
    await store.articles.put([write(RETURNS, version=1, is_retired=True)])
    assert [hit.article_id for hit in await found(store, "退货")] == ["refund"]


async def test_a_sending_becomes_durable_with_its_message(store: Store) -> None:
    await filled(store)
    rows = []
    for number, contact_id in enumerate(("c1", "c1", "c2")):
        sending = Sending(
            f"m{number}", "returns", 1, "zh", ContactId(contact_id), "chat", "u-ann", 7 + number
        )
        values = msgspec.structs.asdict(sending)
        rows.append(RowChange(SENDINGS_TABLE, {"sending_id": values.pop("sending_id")}, values))
    await store.journal.append(JournalBatch([], [], [], rows))
    sent = await store.articles.sent_in(ContactId("c1"))
    assert [(one.sending_id, one.version, one.by_user_id) for one in sent] == [
        ("m0", 1, "u-ann"),
        ("m1", 1, "u-ann"),
    ]
    assert await store.articles.sent(["returns", "refund"]) == {"returns": 3}


async def test_a_disk_that_is_full_stores_nothing(store: Store) -> None:
    await store.close()
    with pytest.raises(StorageUnavailable):
        await store.articles.put([write(REFUND)])
