"""Texts become searchable, however many there are."""

import msgspec
import pytest

from callcenter.log_rows import EVERYTHING, InteractionFilter
from callcenter.ports.journal import Detail, JournalBatch, RowChange
from callcenter.projections import search_texts
from callcenter.projections.search_texts import TextIndexer
from callcenter.projections.terms import words_of
from callcenter.projections.transcript import MESSAGE, Line
from callcenter.storage.memory.store import MemoryStore
from routing.ids import ContactId, DetailId


async def written(store: MemoryStore, contacts: int, texts: int) -> None:
    """Contacts with texts that say whose and which they are."""
    for number in range(contacts):
        contact_id = ContactId(f"c-{number}")
        bodies = [
            msgspec.json.encode(Line("customer", "", f"of{number} text{text}"))
            for text in range(texts)
        ]
        rows = [
            Detail(contact_id, DetailId(f"{number}-{text:02}"), MESSAGE, body, 1, seq=text)
            for text, body in enumerate(bodies)
        ]
        await store.journal.append(JournalBatch((), rows, ()))
        row = RowChange("interactions", {"contact_id": contact_id}, {"texts_seq": number + 1})
        await store.rows.commit("interactions", number + 1, [row])


async def found(store: MemoryStore, question: str) -> set[str]:
    wanted = InteractionFilter(words=words_of(question))
    page = await store.interactions.page(EVERYTHING, wanted, before=None, limit=100)
    return {row.contact_id for row in page.interactions}


@pytest.mark.parametrize("texts_per_read", [5, 7, 1_000])
async def test_all_texts_are_found_however_few_one_read_holds(
    monkeypatch: pytest.MonkeyPatch, texts_per_read: int
) -> None:
    monkeypatch.setattr(search_texts, "TEXTS_PER_READ_MAX", texts_per_read)
    monkeypatch.setattr(search_texts, "CONTACTS_PER_COMMIT", 3)
    store = MemoryStore()
    await written(store, contacts=7, texts=4)
    await TextIndexer(store.search_texts, store.details).catch_up()
    assert await found(store, "text3") == {f"c-{number}" for number in range(7)}
    assert await found(store, "of5 text0") == {"c-5"}
    assert await store.search_texts.due(1) == []


async def test_of_one_contact_the_oldest_are_searchable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_texts, "TEXTS_PER_READ_MAX", 3)
    store = MemoryStore()
    await written(store, contacts=2, texts=5)
    await TextIndexer(store.search_texts, store.details).catch_up()
    assert await found(store, "text2") == {"c-0", "c-1"}
    assert await found(store, "text4") == set()
