import pytest

from callcenter.log_rows import EVERYTHING, InteractionFilter, SearchDocument, Sight
from callcenter.ports.store import Store
from callcenter.projections.terms import document_of, words_of
from callcenter.storage import log_search
from routing.ids import ContactId
from tests.contract.rows import interaction


@pytest.fixture
async def filled(store: Store) -> Store:
    """Ten contacts in two queues, two of them in the same millisecond; the even ones are closed."""
    changes = [
        interaction(
            f"c-{n:02}",
            queue_id="support" if n < 6 else "sales",
            agent_id=f"a-{n % 3}",
            customer_key="" if n % 3 == 0 else f"k-{n % 2}",
            arrived_at_ms=100 * (n - (n == 5)),
            closed_at_ms=5_000 if n % 2 == 0 else None,
            answered_at_ms=100 * n + 50 * (n - 6) + 300 if n >= 6 else None,
            outcome="abandoned" if n < 6 and n % 2 == 0 else None,
            stage="closed" if n % 2 == 0 else "waiting",
            age_origin_ms=100 * n,
        )
        for n in range(10)
    ]
    await store.rows.commit("interactions", 40, changes)
    return store


ALL = InteractionFilter()


async def ids(
    store: Store, sight: Sight = EVERYTHING, before: str | None = None, **wanted: object
) -> list[str]:
    which = InteractionFilter(**wanted)  # type: ignore[arg-type]
    page = await store.interactions.page(sight, which, before=before, limit=50)
    return [row.contact_id for row in page.interactions]


async def all_pages(store: Store, sight: Sight, wanted: InteractionFilter, limit: int) -> list[str]:
    seen: list[str] = []
    before = None
    while True:
        page = await store.interactions.page(sight, wanted, before=before, limit=limit)
        assert len(page.interactions) <= limit
        seen += [row.contact_id for row in page.interactions]
        before = page.next_before
        if before is None:
            return seen


async def test_an_unknown_contact_has_no_row(store: Store) -> None:
    assert await store.interactions.get(ContactId("c-1")) is None


async def test_newest_first(filled: Store) -> None:
    assert await ids(filled) == [f"c-{n:02}" for n in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0)]


async def test_pages_follow_each_other(filled: Store) -> None:
    assert await all_pages(filled, EVERYTHING, ALL, 4) == await ids(filled)
    page = await filled.interactions.page(EVERYTHING, ALL, before=None, limit=4)
    assert page.as_of_seq == 40


async def test_a_full_last_page_ends_the_list(filled: Store) -> None:
    page = await filled.interactions.page(EVERYTHING, ALL, before=None, limit=10)
    assert page.next_before is None


async def test_rows_of_the_queues_or_of_the_agent_are_seen(filled: Store) -> None:
    assert await ids(filled, Sight(("sales",), ())) == ["c-09", "c-08", "c-07", "c-06"]
    assert await ids(filled, Sight(("sales",), ("a-0",))) == [
        "c-09", "c-08", "c-07", "c-06", "c-03", "c-00",
    ]  # fmt: skip
    assert await ids(filled, Sight((), ("a-2",))) == ["c-08", "c-05", "c-02"]


async def test_no_queue_and_no_agent_sees_nothing(filled: Store) -> None:
    assert await ids(filled, Sight((), ())) == []
    assert await ids(filled, Sight((), ()), queue_id="sales") == []
    assert await ids(filled, Sight((), ()), agent_id="a-1") == []


async def test_filters_hold_together_and_never_show_what_is_out_of_sight(filled: Store) -> None:
    assert await ids(filled, queue_id="sales", agent_id="a-0") == ["c-09", "c-06"]
    assert await ids(filled, outcome="abandoned") == ["c-04", "c-02", "c-00"]
    assert await ids(filled, from_ms=200, until_ms=500) == ["c-05", "c-04", "c-03", "c-02"]
    assert await ids(filled, Sight(("sales",), ()), agent_id="a-0") == ["c-09", "c-06"]
    assert await ids(filled, Sight(("sales",), ("a-1",)), outcome="abandoned") == ["c-04"]
    assert await ids(filled, Sight(("sales",), ()), queue_id="support") == []
    assert await ids(filled, channel="voice") == []


async def test_one_customer_s_contacts(filled: Store) -> None:
    changes = [interaction(f"c-{n:02}", customer_key="k") for n in (1, 4, 7)]
    await filled.rows.commit("interactions", 41, changes)
    assert await ids(filled, customer_key="k") == ["c-07", "c-04", "c-01"]
    assert await ids(filled, Sight(("support",), ()), customer_key="k") == ["c-04", "c-01"]


async def test_texts_are_found_by_their_words(filled: Store) -> None:
    texts = [interaction(f"c-{n:02}", texts_seq=30 + n) for n in (2, 5, 8)]
    await filled.rows.commit("interactions", 41, texts)
    assert await filled.search_texts.due(2) == [("c-02", 32), ("c-05", 35)]
    documents = [
        SearchDocument(ContactId("c-02"), document_of(["Where is my parcel?", "退款申请"])),
        SearchDocument(ContactId("c-05"), document_of(["Parcels: two parcels are lost"])),
        SearchDocument(ContactId("c-08"), document_of(["申请发票", "refund of invoice 12-345"])),
    ]
    await filled.search_texts.put(documents, 38)
    assert await filled.search_texts.due(2) == []

    async def found(question: str, sight: Sight = EVERYTHING) -> list[str]:
        return await ids(filled, sight, words=words_of(question))

    assert await found("PARCEL") == ["c-05", "c-02"]
    assert await found("parcel where") == ["c-02"]
    assert await found("parcel", Sight((), ("a-2",))) == ["c-05", "c-02"]
    assert await found("parcel", Sight((), ("a-0",))) == []
    assert await found("申请") == ["c-08", "c-02"]
    assert await found("退款") == ["c-02"]
    assert await found("款申") == ["c-02"]
    assert await found("退申") == []
    assert await found("票") == ["c-08"]
    assert await found("发") == ["c-08"]
    assert await found("12-345 invo") == ["c-08"]
    assert await found("arcel") == []


async def test_a_document_is_replaced(filled: Store) -> None:
    texts = [interaction(f"c-{n:02}", texts_seq=30 + n) for n in (2, 5)]
    await filled.rows.commit("interactions", 41, texts)
    one, other = ContactId("c-02"), ContactId("c-05")
    await filled.search_texts.put(
        [SearchDocument(one, "apple"), SearchDocument(other, "apple")], 35
    )
    await filled.search_texts.put([SearchDocument(one, "banana")], 36)
    assert await ids(filled, words=words_of("apple")) == ["c-05"]
    assert await ids(filled, words=words_of("banana")) == ["c-02"]


async def test_an_answer_with_words_is_true_as_of_what_is_searchable(filled: Store) -> None:
    async def as_of(**which: object) -> int:
        wanted = InteractionFilter(**which)  # type: ignore[arg-type]
        return (await filled.interactions.page(EVERYTHING, wanted, before=None, limit=1)).as_of_seq

    word = words_of("apple")
    assert await as_of(words=word) == 40
    await filled.rows.commit("interactions", 42, [interaction("c-02", texts_seq=41)])
    assert (await as_of(words=word), await as_of()) == (0, 42)
    await filled.search_texts.put([SearchDocument(ContactId("c-02"), "apple")], 41)
    assert await as_of(words=word) == 42


async def test_the_work_for_a_page_is_bounded_and_the_pages_miss_nothing(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "ROWS_WALKED_MAX", 2)
    sights = (EVERYTHING, Sight(("sales", "support"), ()), Sight(("sales",), ("a-0", "a-1")))
    for sight in sights:
        for wanted in (InteractionFilter(outcome="abandoned"), InteractionFilter(agent_id="a-1")):
            whole = await filled.interactions.page(sight, wanted, before=None, limit=50)
            paged = await all_pages(filled, sight, wanted, 3)
            assert sorted(paged, reverse=True) == paged
            assert {row.contact_id for row in whole.interactions} <= set(paged)
    assert await all_pages(filled, EVERYTHING, InteractionFilter(outcome="abandoned"), 3) == [
        "c-04", "c-02", "c-00",
    ]  # fmt: skip


async def test_the_newest_contacts_of_a_customer(filled: Store) -> None:
    found = await filled.interactions.of_customer("k-1", 2)
    assert [row.contact_id for row in found] == ["c-07", "c-05"]
    assert [row.contact_id for row in await filled.interactions.of_customer("k-1", 9)] == [
        "c-07", "c-05", "c-01",
    ]  # fmt: skip
    assert await filled.interactions.of_customer("k-9", 9) == []


async def test_who_left_no_address_has_no_earlier_contacts(filled: Store) -> None:
    assert await filled.interactions.of_customer("", 9) == []


@pytest.mark.parametrize("before", ["", "c-1", "-c-1", "x-c-1", "1" * 40 + "-c", "²-c"])
async def test_a_made_up_page_mark_is_refused(filled: Store, before: str) -> None:
    with pytest.raises(ValueError, match="page mark"):
        await ids(filled, before=before)


async def test_since_gives_the_day_and_what_is_open(filled: Store) -> None:
    as_of_seq, rows = await filled.interactions.since(700)
    assert as_of_seq == 40
    assert [row.contact_id for row in rows] == ["c-01", "c-03", "c-05", "c-07", "c-08", "c-09"]
