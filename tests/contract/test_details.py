from callcenter.host.chain import ZERO, verify
from callcenter.ports.store import Store
from routing.ids import ContactId
from tests.contract.rows import DOMAIN_ID, all_records, batch, chained, detail

CONTACT_ID = ContactId("c-1")


async def test_details_come_oldest_first(store: Store) -> None:
    messages = [detail("c-1", f"d-{seq}", seq=seq) for seq in (3, 1, 2)]
    noise = [detail("c-2", "d-9", seq=1), detail("c-1", "d-8", seq=2, kind="notes")]
    await store.journal.append(batch(chained(3), [*messages, *noise]))
    found = await store.details.of_contact(CONTACT_ID, kind="message")
    assert found == sorted(messages, key=lambda message: message.seq)


async def test_details_are_resumed_after_a_seq(store: Store) -> None:
    messages = [detail("c-1", f"d-{seq}", seq=seq) for seq in range(1, 11)]
    await store.journal.append(batch(chained(10), messages))
    found = await store.details.of_contact(CONTACT_ID, kind="message", after_seq=4, limit=3)
    assert found == messages[4:7]


async def test_details_of_one_event_keep_the_order_of_their_ids(store: Store) -> None:
    messages = [detail("c-1", f"d-{letter}", seq=1) for letter in "cab"]
    await store.journal.append(batch(chained(1), messages))
    found = await store.details.of_contact(CONTACT_ID, kind="message")
    assert [message.detail_id for message in found] == ["d-a", "d-b", "d-c"]


async def test_everything_stored_with_some_events_is_found_by_them(store: Store) -> None:
    mine = [detail("c-1", "d-2", seq=2), detail("c-1", "d-1", seq=2, kind="customer")]
    later = [detail("c-1", "d-0", seq=3), detail("c-1", "d-5", seq=4)]
    others = [detail("c-1", "d-3", seq=1), detail("c-2", "d-4", seq=2)]
    await store.journal.append(batch(chained(4), [*mine, *later, *others]))
    found = await store.details.of_events([CONTACT_ID], 2, 3)
    assert [one.detail_id for one in found] == ["d-1", "d-2", "d-0"]
    found = await store.details.of_events([CONTACT_ID, ContactId("c-2")], 2, 2)
    assert [one.detail_id for one in found] == ["d-1", "d-2", "d-4"]
    assert await store.details.of_events([CONTACT_ID], 5, 9) == []
    assert await store.details.of_events([], 1, 9) == []


async def test_erasing_leaves_the_journal_whole(store: Store) -> None:
    messages = [detail("c-1", "d-1", seq=1), detail("c-2", "d-2", seq=2)]
    await store.journal.append(batch(chained(2), messages))
    assert await store.details.erase(CONTACT_ID) == 1
    assert await store.details.erase(CONTACT_ID) == 0
    assert await store.details.of_contact(CONTACT_ID, kind="message") == []
    assert len(await store.details.of_contact(ContactId("c-2"), kind="message")) == 1
    verdict = verify(await all_records(store.journal), 0, ZERO, DOMAIN_ID)
    assert (verdict.checked, verdict.damage) == (2, None)


async def test_details_of_several_contacts_come_by_contact(store: Store) -> None:
    rows = [
        detail("c-2", "d-3", seq=3),
        detail("c-1", "d-1", seq=1),
        detail("c-1", "d-2", seq=2, kind="notes"),
        detail("c-1", "d-4", seq=4, kind="other"),
        detail("c-3", "d-5", seq=5),
    ]
    await store.journal.append(batch(chained(5), rows))
    wanted = [ContactId("c-1"), ContactId("c-2"), ContactId("c-9")]
    found = await store.details.of_contacts(wanted, ("message", "notes"), 10)
    assert [one.detail_id for one in found] == ["d-1", "d-2", "d-3"]
    found = await store.details.of_contacts(wanted, ("message", "notes"), 2)
    assert [one.detail_id for one in found] == ["d-1", "d-2"]
