import msgspec
import pytest

from callcenter.ports.errors import StaleWriter, StorageError
from callcenter.ports.journal import JournalBatch, RowChange
from callcenter.ports.mails import MailRow, MailState, mail_change
from callcenter.ports.store import Store
from routing.ids import ContactId, DetailId
from tests.contract.rows import chained

CONTACT_ID = ContactId("c-1")


def mail(mail_id: str, **changes: object) -> MailRow:
    row = MailRow(
        mail_id=DetailId(mail_id),
        contact_id=CONTACT_ID,
        mailbox_id="help",
        message_key=f"key of {mail_id}",
        participants=("key-1", "key-2"),
        state=MailState.QUEUED,
        at_ms=1_000,
        next_at_ms=1_000,
    )
    return msgspec.structs.replace(row, **changes)


async def append(store: Store, *rows: MailRow) -> None:
    last = await store.journal.last()
    changes = [mail_change(row) for row in rows]
    await store.journal.append(JournalBatch(chained(1, after=last), (), (), changes))


async def test_mails_become_durable_with_the_append(store: Store) -> None:
    out = mail("m-2", at_ms=2_000, failure="450 4.2.1", attempts=3, state=MailState.DEFERRED)
    received = mail("m-1", state=MailState.RECEIVED, next_at_ms=None, participants=())
    await append(store, out, received)
    assert await store.mails.get("m-2") == out
    assert await store.mails.of_contact(CONTACT_ID) == [received, out]
    assert await store.mails.of_contact(CONTACT_ID, limit=1) == [received]
    assert await store.mails.get("m-3") is None


async def test_an_append_that_fails_leaves_no_mail(store: Store) -> None:
    await append(store, mail("m-1"))
    taken = chained(1)
    with pytest.raises(StaleWriter):
        await store.journal.append(JournalBatch(taken, (), (), [mail_change(mail("m-2"))]))
    assert await store.mails.get("m-2") is None


@pytest.mark.parametrize(
    "change",
    [RowChange("users", {"user_id": "u"}, {}), RowChange("mails", {"mail_id": "m"}, {"colour": 1})],
)
async def test_no_append_changes_another_table(store: Store, change: RowChange) -> None:
    with pytest.raises(StorageError):
        await store.journal.append(JournalBatch(chained(1), (), (), [change]))
    assert (await store.journal.last())[0] == 0


async def test_mails_are_found_by_their_message_keys(store: Store) -> None:
    old, new, other = mail("m-1", at_ms=1), mail("m-2", at_ms=2), mail("m-3")
    await append(store, old, new, other)
    found = await store.mails.by_message_keys([old.message_key, new.message_key, "no such key"])
    assert found == [new, old]
    assert await store.mails.by_message_keys([]) == []


async def test_what_is_under_way_is_found_the_longest_due_first(store: Store) -> None:
    assert await store.mails.outbox() == (0, None)
    await append(
        store,
        mail("m-3", next_at_ms=3_000),
        mail("m-1", at_ms=900, next_at_ms=2_000, state=MailState.DEFERRED),
        mail("m-2", next_at_ms=2_000, state=MailState.SENDING),
        mail("m-0", at_ms=800, next_at_ms=None, state=MailState.SENT),
    )
    assert await store.mails.outbox() == (3, 900)
    due = await store.mails.under_way(due_ms=3_000, limit=9)
    assert [one.mail_id for one in due] == ["m-1", "m-2", "m-3"]
    assert [one.mail_id for one in await store.mails.under_way(due_ms=2_999, limit=1)] == ["m-1"]


async def test_a_mail_moves_on(store: Store) -> None:
    await append(store, mail("m-1"))
    sent = mail("m-1", state=MailState.SENT, next_at_ms=None, attempts=1)
    await store.mails.put(sent)
    assert await store.mails.get("m-1") == sent
    assert await store.mails.outbox() == (0, None)
