import pytest

from callcenter.ports import Store
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


async def ids(store: Store, **which: object) -> list[str]:
    arguments: dict[str, object] = {
        "queue_ids": None,
        "agent_id": None,
        "before": None,
        "limit": 50,
    }
    page = await store.interactions.page(**(arguments | which))  # type: ignore[arg-type]
    return [row.contact_id for row in page.interactions]


async def test_an_unknown_contact_has_no_row(store: Store) -> None:
    assert await store.interactions.get(ContactId("c-1")) is None


async def test_newest_first(filled: Store) -> None:
    assert await ids(filled) == [f"c-{n:02}" for n in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0)]


async def test_pages_follow_each_other(filled: Store) -> None:
    seen: list[str] = []
    before = None
    while True:
        page = await filled.interactions.page(queue_ids=None, agent_id=None, before=before, limit=4)
        seen += [row.contact_id for row in page.interactions]
        assert page.as_of_seq == 40
        before = page.next_before
        if before is None:
            break
    assert seen == await ids(filled)


async def test_a_full_last_page_ends_the_list(filled: Store) -> None:
    page = await filled.interactions.page(queue_ids=None, agent_id=None, before=None, limit=10)
    assert page.next_before is None


async def test_rows_of_the_queues_or_of_the_agent_are_seen(filled: Store) -> None:
    assert await ids(filled, queue_ids=["sales"]) == ["c-09", "c-08", "c-07", "c-06"]
    assert await ids(filled, queue_ids=["sales"], agent_id="a-0") == [
        "c-09", "c-08", "c-07", "c-06", "c-03", "c-00",
    ]  # fmt: skip
    assert await ids(filled, agent_id="a-2") == ["c-08", "c-05", "c-02"]


async def test_no_queue_and_no_agent_sees_nothing(filled: Store) -> None:
    assert await ids(filled, queue_ids=[]) == []


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
