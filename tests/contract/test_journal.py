import pytest

from callcenter.host.chain import ZERO
from callcenter.ports.errors import StaleWriter, StorageError
from callcenter.ports.journal import Journal, Snapshot
from callcenter.ports.store import Store
from callcenter.storage.journal import PAGE_ROWS, SNAPSHOT_PART_BYTES
from routing.ids import ContactId
from tests.contract.rows import all_records, batch, chained, detail, outcome, record


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal


async def test_is_empty_at_first(journal: Journal) -> None:
    assert await journal.last() == (0, ZERO)
    assert await all_records(journal) == []
    assert await journal.snapshot() is None


async def test_gives_back_what_was_appended(journal: Journal) -> None:
    records = chained(5)
    await journal.append(batch(records[:2]))
    await journal.append(batch(records[2:]))
    assert await all_records(journal) == records
    assert await all_records(journal, after_seq=3) == records[3:]
    assert await journal.last() == (5, records[-1].chain)


async def test_reads_more_than_a_page(journal: Journal) -> None:
    records = chained(PAGE_ROWS * 2 + 7)
    await journal.append(batch(records))
    assert await all_records(journal) == records


async def test_reads_exactly_a_page(journal: Journal) -> None:
    records = chained(PAGE_ROWS)
    await journal.append(batch(records))
    assert await all_records(journal) == records


async def test_what_is_appended_while_reading_is_read_too(journal: Journal) -> None:
    records = chained(PAGE_ROWS + 1)
    await journal.append(batch(records[:PAGE_ROWS]))
    seen = []
    async for found in journal.read(0):
        seen.append(found.seq)
        if found.seq == 1:
            await journal.append(batch(records[PAGE_ROWS:]))
    assert seen[-1] in (PAGE_ROWS, PAGE_ROWS + 1)
    assert seen == list(range(1, seen[-1] + 1))


async def test_any_payload_survives(journal: Journal) -> None:
    records = [record(1, payload=b""), record(2, payload=bytes(range(256)) * 400)]
    await journal.append(batch(records))
    assert await all_records(journal) == records


async def test_a_taken_number_means_another_writer(journal: Journal, store: Store) -> None:
    await journal.append(batch(chained(3)))
    late = batch(
        [record(3), record(4)], [detail("c-1", "d-1", seq=3)], [outcome("command-1", seq=3)]
    )
    with pytest.raises(StaleWriter):
        await journal.append(late)
    assert await all_records(journal) == chained(3)
    assert await store.details.of_contact(ContactId("c-1"), kind="message") == []
    assert await journal.outcome("command-1") is None


async def test_the_same_number_twice_in_a_batch_stores_nothing(journal: Journal) -> None:
    with pytest.raises(StaleWriter):
        await journal.append(batch([record(1), record(1)]))
    assert await journal.last() == (0, ZERO)


async def test_a_taken_command_id_stores_nothing(journal: Journal) -> None:
    await journal.append(batch([record(1)], (), [outcome("command-1", seq=1)]))
    with pytest.raises(StorageError):
        await journal.append(batch([record(2)], (), [outcome("command-1", seq=2)]))
    assert (await journal.last())[0] == 1


async def test_a_taken_detail_id_stores_nothing(journal: Journal) -> None:
    await journal.append(batch([record(1)], [detail("c-1", "d-1", seq=1)]))
    with pytest.raises(StorageError):
        await journal.append(batch([record(2)], [detail("c-1", "d-1", seq=2)]))
    assert (await journal.last())[0] == 1


async def test_a_failed_append_leaves_the_journal_usable(journal: Journal) -> None:
    await journal.append(batch(chained(1)))
    with pytest.raises(StaleWriter):
        await journal.append(batch([record(1)]))
    await journal.append(batch(chained(2)[1:]))
    assert await all_records(journal) == chained(2)


async def test_outcomes_are_found_until_forgotten(journal: Journal) -> None:
    outcomes = [outcome(f"command-{n}", seq=n, at_ms=n * 100) for n in range(1, 6)]
    await journal.append(batch([record(1)], (), outcomes))
    assert await journal.outcome("command-3") == outcomes[2]
    assert await journal.forget_outcomes(before_ms=300) == 2
    assert await journal.outcome("command-2") is None
    assert await journal.outcome("command-3") == outcomes[2]
    assert await journal.forget_outcomes(before_ms=300) == 0


async def test_the_newest_command_ids_come_first(journal: Journal) -> None:
    outcomes = [outcome(f"command-{n}", seq=n, at_ms=n * 100) for n in range(1, 6)]
    await journal.append(batch((), (), outcomes))
    assert await journal.command_ids(2) == ["command-5", "command-4"]
    assert len(await journal.command_ids(100)) == 5


async def test_forgets_more_than_one_transaction_holds(journal: Journal) -> None:
    outcomes = [outcome(f"command-{n}", seq=n, at_ms=1) for n in range(1, 4_501)]
    await journal.append(batch((), (), outcomes))
    assert await journal.forget_outcomes(before_ms=2) == 4_500


@pytest.mark.parametrize("size", [0, 1, SNAPSHOT_PART_BYTES, SNAPSHOT_PART_BYTES * 2 + 5])
async def test_a_snapshot_of_any_size_is_whole(journal: Journal, size: int) -> None:
    kept = Snapshot(seq=7, chain=b"c" * 32, state=bytes(size))
    await journal.put_snapshot(kept)
    assert await journal.snapshot() == kept


async def test_the_newest_snapshot_counts(journal: Journal) -> None:
    for seq in (1, 2, 3):
        await journal.put_snapshot(Snapshot(seq=seq, chain=ZERO, state=b"state %d" % seq))
    newest = await journal.snapshot()
    assert newest is not None
    assert newest.seq == 3


async def test_a_snapshot_can_be_taken_again(journal: Journal) -> None:
    long = Snapshot(seq=1, chain=ZERO, state=b"x" * (SNAPSHOT_PART_BYTES + 1))
    await journal.put_snapshot(long)
    again = Snapshot(seq=1, chain=b"c" * 32, state=b"short")
    await journal.put_snapshot(again)
    assert await journal.snapshot() == again
